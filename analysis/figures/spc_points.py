"""The lines and points of a control chart, drawn into given axes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.figures.spc_icons import BETTER, POINT_MARKS
from analysis.figures.style import INK, MUTED
from analysis.results import FloatArray

__all__ = ["draw_lines", "draw_points"]

_POINT, _BAND = "#3d3d3d", "#f1f1f1"


def draw_lines(ax: Axes, places: FloatArray, points: pd.DataFrame) -> None:
    """Draw centre, limits and target, part by part.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    places : numpy.ndarray, shape (points,)
        Where the points stand on the x axis.
    points : pandas.DataFrame
        Points of one chart, from `judge`, numbered from 0.
    """
    for _, rows in points.groupby("part", sort=False):
        x, edges = _edges(places, rows.index)
        low, high = (np.repeat(rows[name].to_numpy(float), 2) for name in ("lower", "upper"))
        ax.fill_between(edges, low, high, color=_BAND, linewidth=0, zorder=0)
        for line in (low, high):
            ax.plot(edges, line, color=MUTED, linewidth=1.0, linestyle=(0, (4, 2)), zorder=1)
        centre = rows["centre"].iloc[0]
        ax.plot([edges[0], edges[-1]], [centre, centre], color=INK, linewidth=1.1, zorder=1)
        if rows["part"].iloc[0] > 1:
            ax.axvline(x[0], color=MUTED, linewidth=0.8, linestyle=":", zorder=0)
    target = points["target"].iloc[0]
    if not np.isnan(target):
        ax.axhline(target, color=BETTER, linewidth=1.2, linestyle=(0, (1, 1.5)), zorder=1)


def _edges(places: FloatArray, index: pd.Index) -> tuple[FloatArray, FloatArray]:
    """Return where the steps of a part begin and end, half way between points."""
    middle = (places[1:] + places[:-1]) / 2.0
    first = places[0] - (middle[0] - places[0] if len(middle) else 0.5)
    last = places[-1] + (places[-1] - middle[-1] if len(middle) else 0.5)
    ends = np.concatenate([[first], middle, [last]])
    left, right = ends[index], ends[index + 1]
    return left, np.column_stack([left, right]).ravel()


def draw_points(ax: Axes, places: FloatArray, points: pd.DataFrame, *, scale: float = 1.0) -> None:
    """Draw the values, signals by colour and shape; the line breaks where there is no value.

    Parameters
    ----------
    ax, places, points
        As in `draw_lines`.
    scale : float
        Size of the points; 1 for a chart that stands alone.
    """
    values = points["value"].to_numpy(float)
    out = points["excluded"].to_numpy(bool)
    ax.plot(places, np.where(out, np.nan, values), color=_POINT, linewidth=0.9, zorder=2)
    plain = points["meaning"].eq("").to_numpy() & ~out
    ax.plot(places[plain], values[plain], "o", color=_POINT, markersize=4.5 * scale, zorder=3)
    ax.plot(places[out], values[out], "o", markerfacecolor="white", markeredgecolor=_POINT,
            markersize=6.0 * scale, zorder=3)  # fmt: skip
    for meaning, (color, marker, size, edge, _) in POINT_MARKS.items():
        found = points["meaning"].eq(meaning).to_numpy()
        ax.plot(places[found], values[found], marker, color=color, markersize=size * scale,
                markeredgecolor=edge, markeredgewidth=0.8, zorder=4)  # fmt: skip
