"""How figures look: sizes, fonts, and colours with line styles and markers.

The texts around a figure are set in `labels`, what is drawn in the other modules.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypedDict

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.layout_engine import ConstrainedLayoutEngine

from analysis.errors import DataError

__all__ = [
    "INK",
    "MUTED",
    "RULE",
    "TEXT_SIZE",
    "WIDTH",
    "Mark",
    "Words",
    "house_style",
    "marks_for",
    "new_axes",
]

WIDTH = 7.5
"""Width of a report's column in inches."""

INK = "#1a1a1a"
MUTED = "#5a5a5a"
RULE = "#d9d9d9"

TEXT_SIZE = 9.5


class Words(TypedDict, total=False):
    """Texts around a figure, all optional.

    Parameters
    ----------
    title : str
        The message in one line; made from the data when left out.
    subtitle : str
        Measure, place and period.
    x_label, y_label : str
        What the axes show, with unit and direction.
    note : str
        A line under the figure, before the note on hidden counts.
    """

    title: str
    subtitle: str
    x_label: str
    y_label: str
    note: str


LineStyle = str | tuple[int, tuple[int, ...]]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """How one group is drawn: never by colour alone."""

    color: str
    text_color: str
    line: LineStyle
    marker: str


# Okabe-Ito colours; the text colours are the same hues dark enough to read on white (4.5:1)
_MARKS = (
    Mark(color="#0072B2", text_color="#005a8c", line="-", marker="o"),
    Mark(color="#D55E00", text_color="#a84a00", line="--", marker="s"),
    Mark(color="#009E73", text_color="#00704f", line="-.", marker="^"),
    Mark(color="#CC79A7", text_color="#8f4a73", line=":", marker="D"),
    Mark(color="#E69F00", text_color="#7f5800", line=(0, (5, 1, 1, 1, 1, 1)), marker="v"),
    Mark(color="#56B4E9", text_color="#2b6f96", line=(0, (1, 1)), marker="P"),
)


def marks_for(groups: Sequence[str]) -> dict[str, Mark]:
    """Give each group a colour, a line style and a marker.

    Parameters
    ----------
    groups : sequence of str
        Names in order.

    Returns
    -------
    dict
        Name to mark.

    Raises
    ------
    DataError
        For more than six groups, which cannot be told apart.
    """
    if len(groups) > len(_MARKS):
        raise DataError(
            f"There are {len(groups)} groups; at most {len(_MARKS)} lines can be told apart. "
            "Choose fewer groups, or use plot_proportions."
        )
    return dict(zip(groups, _MARKS, strict=False))


@contextmanager
def house_style() -> Iterator[None]:
    """Set fonts and frames for what is drawn inside, whatever the session's defaults are."""
    settings: Any = {
        "font.family": "DejaVu Sans",  # comes with matplotlib, so figures are the same everywhere
        "font.size": TEXT_SIZE,
        "text.color": INK,
        "axes.edgecolor": MUTED,
        "axes.labelcolor": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.facecolor": "white",
        "figure.facecolor": "white",
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "axes.unicode_minus": True,
        "text.usetex": False,
        "text.parse_math": False,
    }
    with plt.rc_context(rc=settings):
        yield


def new_axes(ax: Axes | None, *, height: float) -> Axes:
    """Return the given axes, or those of a new figure at report width.

    Parameters
    ----------
    ax : matplotlib.axes.Axes, optional
        Where to draw.
    height : float
        Height of a new figure in inches.

    Returns
    -------
    matplotlib.axes.Axes
        Axes in a figure whose layout makes room for texts outside.
    """
    if ax is not None:
        return ax
    layout = ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.08)
    _, axes = plt.subplots(figsize=(WIDTH, height), layout=layout)
    return axes
