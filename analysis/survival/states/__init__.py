"""Patients who move between states: occupancy and time in them."""
