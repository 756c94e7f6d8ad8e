"""A clinic beside published cohorts and curves, where scale, window, route and rule agree."""
