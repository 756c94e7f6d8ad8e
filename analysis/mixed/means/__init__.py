"""Marginal means and their comparisons."""
