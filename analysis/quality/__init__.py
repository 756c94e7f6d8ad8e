"""Quality of care: charts over time, clinics beside each other, and beside published cohorts."""

from analysis.quality.case_mix import case_mix
from analysis.quality.case_mix_result import CaseMix
from analysis.quality.cusum import bernoulli_cusum
from analysis.quality.false_signals import false_signal_rate
from analysis.quality.funnel import funnel
from analysis.quality.funnel_clinics import clinic_outcomes
from analysis.quality.funnel_clinics_result import ClinicOutcomes
from analysis.quality.funnel_result import Funnel
from analysis.quality.published_cohorts import comparable_cohorts
from analysis.quality.published_comparison import compare_with_published
from analysis.quality.published_curves import PublishedCurves, compare_curves
from analysis.quality.published_result import PublishedComparison
from analysis.quality.published_spread import change_from_means
from analysis.quality.runs import run_rules_false_signal_rate
from analysis.quality.series import quality_series
from analysis.quality.shrinkage import shrinkage
from analysis.quality.shrinkage_result import Shrinkage
from analysis.quality.spc import spc_chart
from analysis.quality.spc_result import SpcChart

__all__ = [
    "CaseMix",
    "ClinicOutcomes",
    "Funnel",
    "PublishedComparison",
    "PublishedCurves",
    "Shrinkage",
    "SpcChart",
    "bernoulli_cusum",
    "case_mix",
    "change_from_means",
    "clinic_outcomes",
    "comparable_cohorts",
    "compare_curves",
    "compare_with_published",
    "false_signal_rate",
    "funnel",
    "quality_series",
    "run_rules_false_signal_rate",
    "shrinkage",
    "spc_chart",
]
