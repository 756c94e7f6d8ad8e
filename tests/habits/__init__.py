"""Habits of the code: style, types, layers, quick import."""
