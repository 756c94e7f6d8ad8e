"""Survival curves: frame in, probabilities, medians and risk tables out.

Knows frames, not studies.
"""

from analysis.survival.count_curve import CountCurve
from analysis.survival.cox import cox
from analysis.survival.cox_result import CoxModel
from analysis.survival.cumulative_incidence import cumulative_incidence
from analysis.survival.curve import SurvivalCurve
from analysis.survival.fine_gray import FineGray, fine_gray
from analysis.survival.follow_up import reverse_kaplan_meier
from analysis.survival.gray_test import gray_test
from analysis.survival.group_test import GroupTest
from analysis.survival.incidence_curve import IncidenceCurve
from analysis.survival.kaplan_meier import kaplan_meier
from analysis.survival.landmark import Landmark, landmark
from analysis.survival.logrank import logrank
from analysis.survival.mean_cumulative_count import mean_cumulative_count
from analysis.survival.multistate import multistate
from analysis.survival.multistate_curve import MultistateCurve
from analysis.survival.parametric import parametric
from analysis.survival.parametric_result import ParametricModel
from analysis.survival.recurrent_events import recurrent_events

__all__ = [
    "CountCurve",
    "CoxModel",
    "FineGray",
    "GroupTest",
    "IncidenceCurve",
    "Landmark",
    "MultistateCurve",
    "ParametricModel",
    "SurvivalCurve",
    "cox",
    "cumulative_incidence",
    "fine_gray",
    "gray_test",
    "kaplan_meier",
    "landmark",
    "logrank",
    "mean_cumulative_count",
    "multistate",
    "parametric",
    "recurrent_events",
    "reverse_kaplan_meier",
]
