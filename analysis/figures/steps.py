"""Curves that change in steps, with their bands, and what they read at the ticks."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.figures.axis import groups_of
from analysis.figures.labels import end_labels
from analysis.figures.style import Mark
from analysis.results import FloatArray

__all__ = ["BAND", "draw_steps", "name_ends", "steps_at_ticks"]

BAND = "Band: 95% confidence, pointwise."
"""What the shaded band around steps is."""

_CURVES = ("estimate", "conf_low", "conf_high")


def steps_at_ticks(cut: pd.DataFrame, risk: pd.DataFrame, *, start: float) -> pd.DataFrame:
    """Read one shown curve at the ticks, beside the numbers at risk.

    Parameters
    ----------
    cut : pandas.DataFrame
        ``time, estimate, conf_low, conf_high`` of one curve, in order of time.
    risk : pandas.DataFrame
        ``time, n_risk`` at the ticks, and what names the line.
    start : float
        The curve at time 0.

    Returns
    -------
    pandas.DataFrame
        `risk` with the three numbers; missing after the last shown step.
    """
    asked = risk["time"].to_numpy(float)
    place = np.searchsorted(cut["time"].to_numpy(float), asked, side="right")
    ended = asked > (cut["time"].max() if len(cut) else 0.0)
    columns = {
        name: np.where(ended, np.nan, np.append(start, cut[name].to_numpy(float))[place])
        for name in _CURVES
    }
    return risk.assign(**columns).reset_index(drop=True)


def draw_steps(ax: Axes, cut: pd.DataFrame, mark: Mark, *, start: float) -> None:
    """Draw one curve from time 0, with its band.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    cut : pandas.DataFrame
        ``time, estimate, conf_low, conf_high``, in order of time.
    mark : Mark
        How the line looks.
    start : float
        The curve at time 0.
    """
    time = np.append(0.0, cut["time"].to_numpy(float))
    estimate, low, high = (np.append(start, cut[name].to_numpy(float)) for name in _CURVES)
    ax.fill_between(time, low, high, step="post", color=mark.color, alpha=0.14, linewidth=0)
    ax.step(time, estimate, where="post", color=mark.color, linestyle=mark.line, linewidth=2)


def name_ends(ax: Axes, cut: pd.DataFrame, marks: dict[str, Mark]) -> None:
    """Write the name of each curve where it ends, at the right edge if it goes on.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes with final limits.
    cut : pandas.DataFrame
        ``group, time, estimate`` of all curves.
    marks : dict
        Name of each group to how it is drawn.
    """
    edge = ax.get_xlim()[1]
    ends = {
        name: _end(part["time"].to_numpy(float), part["estimate"].to_numpy(float), edge)
        for name, part in groups_of(cut)
        if name and part["time"].min() <= edge
    }
    end_labels(ax, ends, marks)


def _end(time: FloatArray, estimate: FloatArray, edge: float) -> tuple[float, float]:
    """Find the last visible point of a curve."""
    last = int(np.searchsorted(time, edge, side="right")) - 1
    return min(float(time[-1]), edge), float(estimate[last])
