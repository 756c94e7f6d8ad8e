"""Missing scores: what was assumed about them, and what would change the answer."""

from analysis.missing.impute import impute_and_pool
from analysis.missing.result import ImputedAnalysis

__all__ = ["ImputedAnalysis", "impute_and_pool"]
