"""Comparison with published cohorts."""
