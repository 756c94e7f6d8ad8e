"""Figures: each returns its axes and the numbers that it shows, with a description in words."""

from analysis.figures.caterpillar import plot_caterpillar
from analysis.figures.clinic_charts import plot_clinic_charts
from analysis.figures.completeness import plot_completeness
from analysis.figures.completers import plot_completers
from analysis.figures.correlation import plot_correlation
from analysis.figures.differences import plot_differences, plot_ratios
from analysis.figures.dispatch import plot
from analysis.figures.flow import plot_flow
from analysis.figures.funnel import plot_funnel
from analysis.figures.incidence import plot_cumulative_incidence
from analysis.figures.influence import plot_influence
from analysis.figures.intervals import plot_interval_curve
from analysis.figures.marginal_means import plot_marginal_means
from analysis.figures.missing_patterns import plot_missing_patterns
from analysis.figures.monitoring import plot_time_course
from analysis.figures.monitoring_events import plot_adverse_events
from analysis.figures.proportions import plot_proportions
from analysis.figures.published import plot_published, plot_published_curves
from analysis.figures.quantiles import plot_quantiles
from analysis.figures.residuals import plot_residuals
from analysis.figures.retention import plot_retention
from analysis.figures.showing import figure_png, show
from analysis.figures.spc import plot_spc
from analysis.figures.states import plot_states
from analysis.figures.survival import plot_survival
from analysis.figures.swimmer import plot_swimmer
from analysis.figures.tipping import plot_tipping_point
from analysis.figures.trajectory import plot_trajectory
from analysis.figures.visit_gaps import plot_visit_gaps

__all__ = [
    "figure_png",
    "plot",
    "plot_adverse_events",
    "plot_caterpillar",
    "plot_clinic_charts",
    "plot_completeness",
    "plot_completers",
    "plot_correlation",
    "plot_cumulative_incidence",
    "plot_differences",
    "plot_flow",
    "plot_funnel",
    "plot_influence",
    "plot_interval_curve",
    "plot_marginal_means",
    "plot_missing_patterns",
    "plot_proportions",
    "plot_published",
    "plot_published_curves",
    "plot_quantiles",
    "plot_ratios",
    "plot_residuals",
    "plot_retention",
    "plot_spc",
    "plot_states",
    "plot_survival",
    "plot_swimmer",
    "plot_time_course",
    "plot_tipping_point",
    "plot_trajectory",
    "plot_visit_gaps",
    "show",
]
