"""What is summed over patients for each kind of model and curve."""
