"""Parametric regression of times: accelerated failure, censored in any way."""
