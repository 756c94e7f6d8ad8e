"""From frames to arrays: times, causes, intervals, covariates; what is wrong is refused."""
