"""Cells of a table of shares: darker for a larger share, with the numbers printed in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from analysis.figures.axis import Places
from analysis.figures.style import INK, RULE

__all__ = ["draw_share", "name_rows_and_visits"]

# the darker end is light enough for dark text, so that one colour of text serves all cells
_LIGHT, _DARK = np.array([0.955, 0.972, 0.988]), np.array([0.43, 0.68, 0.86])


def draw_share(
    ax: Axes, place: tuple[float, int], share: float, text: str, *, below: str = ""
) -> None:
    """Draw one cell; without a known share it has an edge and no colour.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    place : (float, int)
        Position of the visit and of the row.
    share : float
        Proportion that decides the colour; missing where it is not known.
    text : str
        What is printed.
    below : str
        A second, smaller line.
    """
    x, y = place
    known = not np.isnan(share)
    inset = 0.0 if known else 0.03
    ax.add_patch(
        Rectangle(
            (x - 0.5 + inset, y - 0.5 + inset),
            1 - 2 * inset,
            1 - 2 * inset,
            facecolor=_LIGHT + (_DARK - _LIGHT) * share if known else np.ones(3),
            edgecolor="white" if known else RULE,
            linewidth=1.5,
        )
    )
    ax.text(
        x,
        y - (0.14 if below else 0),
        text,
        ha="center",
        va="center",
        color=INK,
        size=9.5,
        weight="bold" if known else "normal",
    )
    ax.text(x, y + 0.24, below, ha="center", va="center", color=INK, size=8)


def name_rows_and_visits(ax: Axes, visits: Places, rows: Sequence[str], x_label: str) -> None:
    """Name visits under the cells and rows at the left, without lines.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Drawn axes.
    visits : Places
        Positions of the visits.
    rows : sequence of str
        Names from the top down.
    x_label : str
        Name of the axis of visits.
    """
    ax.set_xticks(list(visits.place_of.values()), [str(visit) for visit in visits.place_of])
    ax.set_yticks(range(len(rows)), list(rows))
    ax.set_xlim(-0.5, len(visits.place_of) - 0.5)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.tick_params(length=0)
    ax.set_xlabel(x_label)
    for spine in ax.spines.values():
        spine.set_visible(False)
