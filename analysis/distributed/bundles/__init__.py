"""Summary bundles: the sums that a clinic sends instead of patients, and what a network fits.

Import its calls from `analysis.distributed`.
"""
