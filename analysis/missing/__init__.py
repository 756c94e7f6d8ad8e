"""Missing scores: who has none, what foretells it, and weights that make up for those who left."""

from analysis.missing.attrition_result import AttritionWeights
from analysis.missing.attrition_weights import attrition_weights
from analysis.missing.clustered_model import ClusteredModel
from analysis.missing.gee import gee
from analysis.missing.logistic import logistic

__all__ = ["AttritionWeights", "ClusteredModel", "attrition_weights", "gee", "logistic"]
