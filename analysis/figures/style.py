"""How figures look: sizes, colours with line styles and markers, headings, labels and notes.

What is drawn is the business of the other modules.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypedDict

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from analysis.errors import DataError

__all__ = [
    "INK",
    "MUTED",
    "RULE",
    "WIDTH",
    "Mark",
    "Words",
    "add_count_rows",
    "add_headings",
    "add_note",
    "below_axis",
    "end_labels",
    "house_style",
    "marks_for",
    "new_axes",
]

WIDTH = 7.5
"""Width of a report's column in inches."""

INK = "#1a1a1a"
MUTED = "#5a5a5a"
RULE = "#d9d9d9"

_TITLE, _TEXT, _SMALL = 12.5, 9.5, 8.5
_LINE = 13.0  # height of a line of text in points
_NEAR = 90.0  # names nearer than this, in points, could overlap


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


@dataclass(frozen=True, kw_only=True)
class Mark:
    """How one group is drawn: never by colour alone."""

    color: str
    text_color: str
    line: str
    marker: str


# Okabe-Ito colours; the text colours are the same hues dark enough to read on white (4.5:1)
_MARKS = (
    Mark(color="#0072B2", text_color="#005a8c", line="-", marker="o"),
    Mark(color="#D55E00", text_color="#a84a00", line="--", marker="s"),
    Mark(color="#009E73", text_color="#00704f", line="-.", marker="^"),
    Mark(color="#CC79A7", text_color="#8f4a73", line=":", marker="D"),
    Mark(color="#E69F00", text_color="#7f5800", line=(0, (5, 1, 1, 1, 1, 1)), marker="v"),  # type: ignore[arg-type]
    Mark(color="#56B4E9", text_color="#2b6f96", line=(0, (1, 1)), marker="P"),  # type: ignore[arg-type]
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
    settings: dict[str, Any] = {
        "font.family": "DejaVu Sans",  # comes with matplotlib, so figures are the same everywhere
        "font.size": _TEXT,
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
    with plt.rc_context(settings):
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
    figure, axes = plt.subplots(figsize=(WIDTH, height), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.08, h_pad=0.08)  # type: ignore[union-attr]
    return axes


def _wrap(text: str, width: int) -> str:
    """Break a text into lines of at most so many letters."""
    return "\n".join(textwrap.wrap(text, width)) if text else ""


def add_headings(ax: Axes, *, title: str, subtitle: str = "", y_label: str = "") -> None:
    """Write the message, then measure and place, then what the y axis shows, all horizontal.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Drawn axes.
    title, subtitle, y_label : str
        Texts; empty ones take no room.
    """
    above = 6.0
    for text, size, color, weight, width in (
        (y_label, _SMALL, MUTED, "normal", 105),
        (subtitle, _TEXT, INK, "normal", 95),
        (title, _TITLE, INK, "bold", 68),
    ):
        if not text:
            continue
        lines = _wrap(text, width)
        ax.annotate(
            lines,
            (0, 1),
            xycoords="axes fraction",
            xytext=(0, above),
            textcoords="offset points",
            va="bottom",
            ha="left",
            size=size,
            color=color,
            weight=weight,
            annotation_clip=False,
            gid="heading",
        )
        above += (lines.count("\n") + 1) * size * 1.25 + 4


def add_note(ax: Axes, text: str, *, below: float) -> None:
    """Write a note under the axes.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Drawn axes.
    text : str
        The note; nothing is written when empty.
    below : float
        Distance from the axes in points.
    """
    if text:
        ax.annotate(
            _wrap(text, 105),
            (0, 0),
            xycoords="axes fraction",
            xytext=(0, -below),
            textcoords="offset points",
            va="top",
            ha="left",
            size=_SMALL,
            color=MUTED,
            annotation_clip=False,
            gid="note",
        )


def below_axis(ax: Axes) -> float:
    """Return the distance in points at which texts under the ticks may start."""
    return 24.0 + (14.0 if ax.get_xlabel() else 0.0)


def add_count_rows(
    ax: Axes, rows: dict[str, list[tuple[float, str]]], *, heading: str, marks: dict[str, Mark]
) -> float:
    """Write rows of numbers under the ticks they belong to; return how far down they reach.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Drawn axes.
    rows : dict
        Name of each group, empty where there is one only, to (position on the x axis, text).
    heading : str
        What the numbers are.
    marks : dict
        Name of each group to how it is drawn.

    Returns
    -------
    float
        Distance of the first free line from the axes in points.
    """
    down = below_axis(ax)
    _write_below(ax, (0, down), heading, ha="left", color=MUTED)
    for name, numbers in rows.items():
        down += _LINE
        color = marks[name].text_color
        _write_below(ax, (-10, down), name, ha="right", color=color, weight="bold")
        for place, text in numbers:
            _write_below(ax, (0, down), text, at=place, ha="center", color=INK)
    return down + _LINE


def _write_below(
    ax: Axes, offset: tuple[float, float], text: str, *, at: float | None = None, **style: Any
) -> None:
    """Write one text under the axes, at a position in data or at the left edge."""
    if text:
        ax.annotate(
            text,
            (0 if at is None else at, 0),
            xycoords=("axes fraction" if at is None else "data", "axes fraction"),
            xytext=(offset[0], -offset[1]),
            textcoords="offset points",
            va="top",
            annotation_clip=False,
            size=_SMALL,
            gid="count",
            **style,
        )


def end_labels(ax: Axes, ends: dict[str, tuple[float, float]], marks: dict[str, Mark]) -> None:
    """Name lines at their right ends, moved apart where the names would overlap.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes with final limits.
    ends : dict
        Name of each group to the last point of its line, in data.
    marks : dict
        Name of each group to how it is drawn.
    """
    figure = ax.get_figure(root=True)
    if figure is None:
        return
    figure.canvas.draw()  # the layout decides how many points a step in the data is
    points = {n: ax.transData.transform(end) / figure.dpi * 72.0 for n, end in ends.items()}
    placed: list[tuple[float, float]] = []
    for name in sorted(ends, key=lambda n: float(points[n][1])):
        x, height = (float(value) for value in points[name])
        near = [y for other, y in placed if abs(other - x) < _NEAR]
        place = max([height, *(y + _LINE for y in near)])
        placed.append((x, place))
        ax.annotate(
            name,
            ends[name],
            xytext=(8, place - height),
            textcoords="offset points",
            va="center",
            ha="left",
            size=_TEXT,
            weight="bold",
            color=marks[name].text_color,
            annotation_clip=False,
            gid="label",
        )
