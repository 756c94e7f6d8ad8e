"""From an optimum to coefficients, variances, tests and predictions."""
