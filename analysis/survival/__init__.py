"""Survival curves: frame in, probabilities, medians and risk tables out.

Knows frames, not studies.
"""

from analysis.survival.cox import cox
from analysis.survival.cox_result import CoxModel
from analysis.survival.curve import SurvivalCurve
from analysis.survival.follow_up import reverse_kaplan_meier
from analysis.survival.group_test import GroupTest
from analysis.survival.kaplan_meier import kaplan_meier
from analysis.survival.landmark import Landmark, landmark
from analysis.survival.logrank import logrank
from analysis.survival.parametric import parametric
from analysis.survival.parametric_result import ParametricModel
from analysis.survival.recurrent_events import recurrent_events

__all__ = [
    "CoxModel",
    "GroupTest",
    "Landmark",
    "ParametricModel",
    "SurvivalCurve",
    "cox",
    "kaplan_meier",
    "landmark",
    "logrank",
    "parametric",
    "recurrent_events",
    "reverse_kaplan_meier",
]
