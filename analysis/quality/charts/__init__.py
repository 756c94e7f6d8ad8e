"""Charts of a measure over time: limits, runs, and which points chance does not explain."""
