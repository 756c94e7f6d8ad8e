"""Linear mixed models: formula and frame in, coefficients, variances and marginal means out.

Knows frames, not studies.
"""

from analysis.mixed.lmm import lmm
from analysis.mixed.marginal import Contrasts, MarginalMeans
from analysis.mixed.result import LinearMixedModel

__all__ = ["Contrasts", "LinearMixedModel", "MarginalMeans", "lmm"]
