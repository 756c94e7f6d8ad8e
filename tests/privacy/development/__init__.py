"""Columns for developing the scanner: drawn by dice, never taken from the corpus beside it."""
