"""Draw any result by its kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.errors import ReportError
from analysis.figures.caterpillar import plot_caterpillar
from analysis.figures.clinic_charts import plot_clinic_charts
from analysis.figures.differences import plot_differences
from analysis.figures.funnel import plot_funnel
from analysis.figures.imputed import plot_imputed
from analysis.figures.incidence import plot_cumulative_incidence
from analysis.figures.intervals import plot_interval_curve
from analysis.figures.marginal_means import plot_marginal_means
from analysis.figures.published import plot_published, plot_published_curves
from analysis.figures.spc import plot_spc
from analysis.figures.states import plot_states
from analysis.figures.survival import plot_survival
from analysis.figures.tipping import plot_tipping_point

__all__ = ["plot"]

Plotted = tuple[Axes, pd.DataFrame]


def plot(result: Any, ax: Axes | None = None, **options: Any) -> Plotted:
    """Draw a result with the figure that belongs to its kind.

    Parameters
    ----------
    result : object
        What `kaplan_meier`, `turnbull`, `cumulative_incidence`, `multistate`, `impute_and_pool`,
        `tipping_point`, `compare_with_published`, `compare_curves`, `funnel`, `shrinkage`,
        `spc_chart`, `clinic_charts`, ``marginal_means`` or ``contrasts`` returns. Kinds are known
        by name, so that drawing one loads no room that it does not need.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **options
        Passed to `plot_survival`, `plot_interval_curve`, `plot_cumulative_incidence` or
        `plot_states` (``times`` is required, as for `plot_published_curves`),
        `plot_marginal_means`, `plot_differences`, `plot_published`, `plot_tipping_point`,
        `plot_funnel`, `plot_caterpillar`, `plot_spc` or `plot_clinic_charts`.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        As the plot functions.

    Raises
    ------
    ReportError
        When there is no figure for this kind of result.
    """
    kind = type(result).__name__
    if kind not in _KINDS:
        raise ReportError(f"There is no figure for this result. Allowed are {', '.join(_KINDS)}.")
    return _KINDS[kind](result, ax=ax, **options)


_KINDS: dict[str, Callable[..., Plotted]] = {
    "SurvivalCurve": plot_survival,
    "IntervalCurve": plot_interval_curve,
    "IncidenceCurve": plot_cumulative_incidence,
    "MultistateCurve": plot_states,
    "PublishedComparison": plot_published,
    "PublishedCurves": plot_published_curves,
    "MarginalMeans": plot_marginal_means,
    "Contrasts": plot_differences,
    "ImputedAnalysis": plot_imputed,
    "TippingPoint": plot_tipping_point,
    "Funnel": plot_funnel,
    "Shrinkage": plot_caterpillar,
    "SpcChart": plot_spc,
    "ClinicCharts": plot_clinic_charts,
}
