"""Survival curves: frame in, probabilities, medians and risk tables out.

Knows frames, not studies.
"""

from analysis.survival.aft.parametric import parametric
from analysis.survival.aft.parametric_result import ParametricModel
from analysis.survival.competing.cumulative_incidence import cumulative_incidence
from analysis.survival.competing.fine_gray import FineGray, fine_gray
from analysis.survival.competing.gray_test import gray_test
from analysis.survival.competing.incidence_curve import IncidenceCurve
from analysis.survival.counts.count_curve import CountCurve
from analysis.survival.counts.mean_cumulative_count import mean_cumulative_count
from analysis.survival.curves.curve import SurvivalCurve
from analysis.survival.curves.follow_up import reverse_kaplan_meier
from analysis.survival.curves.kaplan_meier import kaplan_meier
from analysis.survival.curves.logrank import logrank
from analysis.survival.group_test import GroupTest
from analysis.survival.interval.curve import IntervalCurve
from analysis.survival.interval.incidence import interval_cumulative_incidence
from analysis.survival.interval.interval_cox import interval_cox
from analysis.survival.interval.interval_test import interval_test
from analysis.survival.interval.turnbull import turnbull
from analysis.survival.landmark import Landmark, landmark
from analysis.survival.one_sample import one_sample_logrank
from analysis.survival.reconstruction import ReconstructedCurve, reconstruct_curve
from analysis.survival.regression.cox import cox
from analysis.survival.regression.cox_result import CoxModel
from analysis.survival.regression.recurrent_events import recurrent_events
from analysis.survival.states.multistate import multistate
from analysis.survival.states.multistate_curve import MultistateCurve

__all__ = [
    "CountCurve",
    "CoxModel",
    "FineGray",
    "GroupTest",
    "IncidenceCurve",
    "IntervalCurve",
    "Landmark",
    "MultistateCurve",
    "ParametricModel",
    "ReconstructedCurve",
    "SurvivalCurve",
    "cox",
    "cumulative_incidence",
    "fine_gray",
    "gray_test",
    "interval_cox",
    "interval_cumulative_incidence",
    "interval_test",
    "kaplan_meier",
    "landmark",
    "logrank",
    "mean_cumulative_count",
    "multistate",
    "one_sample_logrank",
    "parametric",
    "reconstruct_curve",
    "recurrent_events",
    "reverse_kaplan_meier",
    "turnbull",
]
