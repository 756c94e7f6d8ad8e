"""The likelihood of a Gaussian mixed model and its maximum; arrays in, arrays out."""
