"""Tests of analysis.instruments."""
