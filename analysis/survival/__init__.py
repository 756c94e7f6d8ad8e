"""Survival curves: frame in, probabilities, medians and risk tables out.

Knows frames, not studies.
"""

from analysis.survival.curve import SurvivalCurve
from analysis.survival.interval.incidence import interval_cumulative_incidence
from analysis.survival.interval.interval_cox import interval_cox
from analysis.survival.interval.interval_test import interval_test
from analysis.survival.interval.turnbull import turnbull
from analysis.survival.kaplan_meier import kaplan_meier

__all__ = [
    "SurvivalCurve",
    "interval_cox",
    "interval_cumulative_incidence",
    "interval_test",
    "kaplan_meier",
    "turnbull",
]
