"""Quality of care: comparison of a clinic with published cohorts."""

from analysis.quality.published_cohorts import comparable_cohorts
from analysis.quality.published_comparison import compare_with_published
from analysis.quality.published_curves import PublishedCurves, compare_curves
from analysis.quality.published_result import PublishedComparison
from analysis.quality.published_spread import change_from_means

__all__ = [
    "PublishedComparison",
    "PublishedCurves",
    "change_from_means",
    "comparable_cohorts",
    "compare_curves",
    "compare_with_published",
]
