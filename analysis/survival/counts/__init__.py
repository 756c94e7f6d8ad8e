"""Events that come again: their mean number over time."""
