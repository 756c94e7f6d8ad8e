"""Missing scores: who has none, what was assumed about them, and what would change the answer."""

from analysis.disclosure.counted import CountedTable
from analysis.missing.all_changes import change_if_worse
from analysis.missing.attrition import attrition_weights
from analysis.missing.attrition_result import AttritionWeights
from analysis.missing.card import EstimandCard, StatesEstimand, estimand_card
from analysis.missing.clustered_model import ClusteredModel
from analysis.missing.completers import completers_against_all
from analysis.missing.due import due_visits
from analysis.missing.equations import gee
from analysis.missing.gaps import Visiting, visit_gap_rows, visiting
from analysis.missing.impute import impute_and_pool
from analysis.missing.logistic_fit import logistic
from analysis.missing.patterns import MissingPatterns, missing_patterns
from analysis.missing.predictors import DropoutPredictors, dropout_predictors
from analysis.missing.response import response_under_missingness
from analysis.missing.result import ImputedAnalysis
from analysis.missing.retained import retention
from analysis.missing.rows_at_risk import dropout_rows
from analysis.missing.tipping import tipping_point
from analysis.missing.turning import TippingPoint

__all__ = [
    "AttritionWeights",
    "ClusteredModel",
    "CountedTable",
    "DropoutPredictors",
    "EstimandCard",
    "ImputedAnalysis",
    "MissingPatterns",
    "StatesEstimand",
    "TippingPoint",
    "Visiting",
    "attrition_weights",
    "change_if_worse",
    "completers_against_all",
    "dropout_predictors",
    "dropout_rows",
    "due_visits",
    "estimand_card",
    "gee",
    "impute_and_pool",
    "logistic",
    "missing_patterns",
    "response_under_missingness",
    "retention",
    "tipping_point",
    "visit_gap_rows",
    "visiting",
]
