"""Formulas over frames: which columns they read, and how these are coded."""
