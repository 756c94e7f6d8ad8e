"""Draw any result by its kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.errors import ReportError
from analysis.figures.survival import plot_survival
from analysis.figures.trajectory import plot_trajectory

__all__ = ["plot"]

Plotted = tuple[Axes, pd.DataFrame]


def plot(result: Any, ax: Axes | None = None, **options: Any) -> Plotted:
    """Draw a result with the figure that belongs to its kind.

    Parameters
    ----------
    result : SurvivalCurve or MarginalMeans
        What `kaplan_meier` or `marginal_means` returns. Kinds are known by name, so that drawing
        one loads no room that it does not need.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **options
        Passed to `plot_survival` (``times`` is required) or `plot_trajectory` (``observed`` with
        the numbers of patients is required).

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
    """Draw marginal means: visits are the columns kept apart, or what is compared without them."""
    x, by = (result.by[0], result.specs[0]) if result.by else (result.specs[0], None)
    return plot_trajectory(result.tidy(), ax=ax, **{"x": x, "by": by, **options})


_KINDS: dict[str, Callable[[Any, Axes | None, dict[str, Any]], Plotted]] = {
    "SurvivalCurve": _survival,
    "MarginalMeans": _means,
}
