"""Mixed models: formula and frame in, coefficients, covariances and marginal means out.

Knows frames, not studies.
"""

from analysis.mixed.lmm import lmm
from analysis.mixed.marginal import Contrasts, MarginalMeans
from analysis.mixed.mmrm import mmrm
from analysis.mixed.result import LinearMixedModel

__all__ = ["Contrasts", "LinearMixedModel", "MarginalMeans", "lmm", "mmrm"]
