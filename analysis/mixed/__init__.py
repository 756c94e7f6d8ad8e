"""Mixed models: formula and frame in, coefficients, covariances and marginal means out.

Knows frames, not studies.
"""

from analysis.mixed.bounded import ordinal_sensitivity, shares_at_ends
from analysis.mixed.constrained import constrained_longitudinal
from analysis.mixed.evidence import coverage_study
from analysis.mixed.influence import clinic_influence
from analysis.mixed.lmm import lmm
from analysis.mixed.lmm_on_sums import fit_random_moments
from analysis.mixed.means.marginal import Contrasts, MarginalMeans
from analysis.mixed.mmrm import fit_moments, mmrm, moments
from analysis.mixed.observed import ObservedComparison, compare_observed
from analysis.mixed.result import LinearMixedModel
from analysis.mixed.structure_table import compare_covariances
from analysis.mixed.sums.moments import Moments
from analysis.mixed.sums.moments_file import load_moments, save_moments
from analysis.mixed.variance_test import variance_test

__all__ = [
    "Contrasts",
    "LinearMixedModel",
    "MarginalMeans",
    "Moments",
    "ObservedComparison",
    "clinic_influence",
    "compare_covariances",
    "compare_observed",
    "constrained_longitudinal",
    "coverage_study",
    "fit_moments",
    "fit_random_moments",
    "lmm",
    "load_moments",
    "mmrm",
    "moments",
    "ordinal_sensitivity",
    "save_moments",
    "shares_at_ends",
    "variance_test",
]
