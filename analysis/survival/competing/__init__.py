"""Several causes, of which the first ends the others: curves, tests, regression."""
