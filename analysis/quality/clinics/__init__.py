"""Clinics beside each other: funnels, case mix and shrinkage, without ranks."""
