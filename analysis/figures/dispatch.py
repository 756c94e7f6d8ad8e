"""Draw any result by its kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.errors import ReportError
from analysis.figures.differences import plot_differences
from analysis.figures.marginal_means import plot_marginal_means
from analysis.figures.survival import plot_survival

__all__ = ["plot"]

Plotted = tuple[Axes, pd.DataFrame]


def plot(result: Any, ax: Axes | None = None, **options: Any) -> Plotted:
    """Draw a result with the figure that belongs to its kind.

    Parameters
    ----------
    result : SurvivalCurve, MarginalMeans or Contrasts
        What `kaplan_meier`, ``marginal_means`` or ``contrasts`` returns. Kinds are known by name,
        so that drawing one loads no room that it does not need.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **options
        Passed to `plot_survival` (``times`` is required), `plot_marginal_means` or
        `plot_differences`.

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
    return _KINDS[kind](result, ax, options)


def _survival(result: Any, ax: Axes | None, options: dict[str, Any]) -> Plotted:
    """Draw a survival curve."""
    return plot_survival(result, ax=ax, **options)


def _means(result: Any, ax: Axes | None, options: dict[str, Any]) -> Plotted:
    """Draw marginal means."""
    return plot_marginal_means(result, ax=ax, **options)


def _differences(result: Any, ax: Axes | None, options: dict[str, Any]) -> Plotted:
    """Draw differences between marginal means."""
    return plot_differences(result, ax=ax, **options)


_KINDS: dict[str, Callable[[Any, Axes | None, dict[str, Any]], Plotted]] = {
    "SurvivalCurve": _survival,
    "MarginalMeans": _means,
    "Contrasts": _differences,
}
