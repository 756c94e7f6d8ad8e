"""Long studies of the methods on invented patients, with their results in ``results/``."""
