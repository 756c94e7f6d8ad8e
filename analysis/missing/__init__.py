"""Missing scores: what was assumed about them, and what would change the answer."""

from analysis.missing.impute import impute_and_pool
from analysis.missing.result import ImputedAnalysis
from analysis.missing.tipping import tipping_point
from analysis.missing.turning import TippingPoint

__all__ = ["ImputedAnalysis", "TippingPoint", "impute_and_pool", "tipping_point"]
