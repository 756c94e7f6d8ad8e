"""Survival curves: frame in, probabilities, medians and risk tables out.

Knows frames, not studies.
"""

from analysis.survival.cox import cox
from analysis.survival.cox_result import CoxModel
from analysis.survival.curve import SurvivalCurve
from analysis.survival.kaplan_meier import kaplan_meier
from analysis.survival.parametric import parametric
from analysis.survival.parametric_result import ParametricModel

__all__ = ["CoxModel", "ParametricModel", "SurvivalCurve", "cox", "kaplan_meier", "parametric"]
