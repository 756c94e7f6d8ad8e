"""Mixed models: formula and frame in, coefficients, covariances and marginal means out.

Knows frames, not studies.
"""

from analysis.mixed.lmm import lmm
from analysis.mixed.marginal import Contrasts, MarginalMeans
from analysis.mixed.mmrm import fit_moments, mmrm, moments
from analysis.mixed.moments import Moments
from analysis.mixed.moments_file import load_moments, save_moments
from analysis.mixed.result import LinearMixedModel

__all__ = [
    "Contrasts",
    "LinearMixedModel",
    "MarginalMeans",
    "Moments",
    "fit_moments",
    "lmm",
    "mmrm",
    "moments",
]
