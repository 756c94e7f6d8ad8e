"""Survival curves: frame in, probabilities, medians and risk tables out.

Knows frames, not studies.
"""

from analysis.survival.count_curve import CountCurve
from analysis.survival.cumulative_incidence import cumulative_incidence
from analysis.survival.curve import SurvivalCurve
from analysis.survival.fine_gray import FineGray, fine_gray
from analysis.survival.gray_test import gray_test
from analysis.survival.incidence_curve import IncidenceCurve
from analysis.survival.kaplan_meier import kaplan_meier
from analysis.survival.mean_cumulative_count import mean_cumulative_count
from analysis.survival.multistate import multistate
from analysis.survival.multistate_curve import MultistateCurve

__all__ = [
    "CountCurve",
    "FineGray",
    "IncidenceCurve",
    "MultistateCurve",
    "SurvivalCurve",
    "cumulative_incidence",
    "fine_gray",
    "gray_test",
    "kaplan_meier",
    "mean_cumulative_count",
    "multistate",
]
