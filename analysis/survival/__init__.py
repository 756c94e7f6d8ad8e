"""Survival curves: frame in, probabilities, medians and risk tables out.

Knows frames, not studies.
"""

from analysis.survival.curve import SurvivalCurve
from analysis.survival.follow_up import reverse_kaplan_meier
from analysis.survival.group_test import GroupTest
from analysis.survival.kaplan_meier import kaplan_meier
from analysis.survival.logrank import logrank

__all__ = ["GroupTest", "SurvivalCurve", "kaplan_meier", "logrank", "reverse_kaplan_meier"]
