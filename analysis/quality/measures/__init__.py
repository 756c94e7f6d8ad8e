"""Quality measures: definitions as data, decisions about patients, counts that may leave."""

from analysis.quality.measures.codes import DEPRESSION, DIAGNOSIS_GROUPS
from analysis.quality.measures.completeness import completeness_measures
from analysis.quality.measures.compute import quality_measures
from analysis.quality.measures.definition import Measure
from analysis.quality.measures.follow_up import FollowedUp
from analysis.quality.measures.in_window import ScoredInWindow
from analysis.quality.measures.induction import InductionCompleted
from analysis.quality.measures.library import measure, measure_names
from analysis.quality.measures.outcome import MOOD_EXCLUSIONS, ScoreOutcome
from analysis.quality.measures.result import QualityMeasures
from analysis.quality.measures.rule import Exclusion
from analysis.quality.measures.screening import Screened
from analysis.quality.measures.strata import EQUITY_STRATA
from analysis.quality.measures.triggers import NotImproved, Relapsing
from analysis.quality.measures.utilisation import ScoredWhenSeen

__all__ = [
    "DEPRESSION",
    "DIAGNOSIS_GROUPS",
    "EQUITY_STRATA",
    "MOOD_EXCLUSIONS",
    "Exclusion",
    "FollowedUp",
    "InductionCompleted",
    "Measure",
    "NotImproved",
    "QualityMeasures",
    "Relapsing",
    "ScoreOutcome",
    "ScoredInWindow",
    "ScoredWhenSeen",
    "Screened",
    "completeness_measures",
    "measure",
    "measure_names",
    "quality_measures",
]
