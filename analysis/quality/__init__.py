"""Quality of care: measures, charts over time, clinics beside each other and published cohorts."""

from analysis.quality.charts.clinic_charts import clinic_charts
from analysis.quality.charts.clinic_charts_result import ClinicCharts
from analysis.quality.charts.cusum import bernoulli_cusum
from analysis.quality.charts.false_signals import false_signal_rate
from analysis.quality.charts.runs import run_rules_false_signal_rate
from analysis.quality.charts.series import quality_series
from analysis.quality.charts.spc import spc_chart
from analysis.quality.charts.spc_result import SpcChart
from analysis.quality.clinics.case_mix import case_mix
from analysis.quality.clinics.case_mix_result import CaseMix
from analysis.quality.clinics.funnel import funnel
from analysis.quality.clinics.funnel_clinics import clinic_outcomes
from analysis.quality.clinics.funnel_clinics_result import ClinicOutcomes
from analysis.quality.clinics.funnel_result import Funnel
from analysis.quality.clinics.shrinkage import shrinkage
from analysis.quality.clinics.shrinkage_result import Shrinkage
from analysis.quality.comparison.cohorts import comparable_cohorts
from analysis.quality.comparison.comparison import compare_with_published
from analysis.quality.comparison.curves import PublishedCurves, compare_curves
from analysis.quality.comparison.nearest import compare_with_nearest
from analysis.quality.comparison.result import PublishedComparison
from analysis.quality.comparison.spread import change_from_means
from analysis.quality.measures import (
    DIAGNOSIS_GROUPS,
    EQUITY_STRATA,
    MOOD_EXCLUSIONS,
    Exclusion,
    FollowedUp,
    InductionCompleted,
    Measure,
    NotImproved,
    QualityMeasures,
    Relapsing,
    ScoredInWindow,
    ScoredWhenSeen,
    ScoreOutcome,
    Screened,
    completeness_measures,
    measure,
    measure_names,
    quality_measures,
)

__all__ = [
    "DIAGNOSIS_GROUPS",
    "EQUITY_STRATA",
    "MOOD_EXCLUSIONS",
    "CaseMix",
    "ClinicCharts",
    "ClinicOutcomes",
    "Exclusion",
    "FollowedUp",
    "Funnel",
    "InductionCompleted",
    "Measure",
    "NotImproved",
    "PublishedComparison",
    "PublishedCurves",
    "QualityMeasures",
    "Relapsing",
    "ScoreOutcome",
    "ScoredInWindow",
    "ScoredWhenSeen",
    "Screened",
    "Shrinkage",
    "SpcChart",
    "bernoulli_cusum",
    "case_mix",
    "change_from_means",
    "clinic_charts",
    "clinic_outcomes",
    "comparable_cohorts",
    "compare_curves",
    "compare_with_nearest",
    "compare_with_published",
    "completeness_measures",
    "false_signal_rate",
    "funnel",
    "measure",
    "measure_names",
    "quality_measures",
    "quality_series",
    "run_rules_false_signal_rate",
    "shrinkage",
    "spc_chart",
]
