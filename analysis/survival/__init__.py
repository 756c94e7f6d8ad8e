"""Survival curves: frame in, probabilities, medians and risk tables out.

Knows frames, not studies.
"""

from analysis.survival.curve import SurvivalCurve
from analysis.survival.kaplan_meier import kaplan_meier

__all__ = ["SurvivalCurve", "kaplan_meier"]
