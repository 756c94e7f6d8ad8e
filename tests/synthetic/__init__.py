"""Tests of analysis.synthetic."""
