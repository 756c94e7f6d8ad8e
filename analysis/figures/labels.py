"""The texts around a figure: headings, names of lines, numbers under the axis, and notes.

All of them are horizontal and placed in points, so that they keep apart at any size.
"""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.patheffects import withStroke
from matplotlib.textpath import text_to_path
from scipy.optimize import isotonic_regression

from analysis.figures.style import INK, MUTED, TEXT_SIZE, Mark
from analysis.results import FloatArray

__all__ = ["add_count_rows", "add_headings", "add_note", "below_axis", "end_labels", "written"]

_TITLE, _SMALL = 12.5, 8.5
_LINE = 13.0  # height of a line of text in points
_NEAR = 90.0  # names nearer than this, in points, could overlap


def _wrap(ax: Axes, text: str, *, size: float, weight: str = "normal") -> str:
    """Break a text so that it fits between the left edge of the axes and that of the figure."""
    figure = ax.get_figure(root=True)
    if not text or figure is None:
        return text
    inches = figure.get_figwidth() - ax.get_window_extent().x0 / figure.dpi - 0.15
    letters = int(0.96 * 72.0 * inches * len(text) / _extent(text, size=size, weight=weight))
    return "\n".join(textwrap.wrap(text, max(letters, 20)))


def _extent(text: str, *, size: float, weight: str = "normal") -> float:
    """Measure the width of a text in points."""
    if not text:
        return 0.0
    font = FontProperties(weight=weight, size=size)
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width)


def _points(ax: Axes) -> float:
    """Return how many points a pixel of the figure is."""
    figure = ax.get_figure(root=True)
    return 72.0 / figure.dpi if figure is not None else 1.0


def add_headings(
    ax: Axes,
    *,
    title: str,
    subtitle: str = "",
    y_label: str = "",
    corner: str = "",
    above: float = 6.0,
) -> None:
    """Write the message, then measure and place, then what the y axis shows, all horizontal.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Drawn axes.
    title, subtitle, y_label : str
        Texts; empty ones take no room.
    corner : str
        A text at the right above the axes, such as a p-value.
    above : float
        Distance of the lowest text from the axes in points.
    """
    _lay_out(ax)
    beside = _extent(y_label, size=_SMALL) + _extent(corner, size=TEXT_SIZE) + 20.0
    if corner:
        _write_heading(ax, corner, above, at=1.0, ha="right", size=TEXT_SIZE, color=INK)
        above += 0.0 if beside < ax.get_window_extent().width * _points(ax) else 1.25 * _LINE
    for text, size, color, weight in (
        (y_label, _SMALL, MUTED, "normal"),
        (subtitle, TEXT_SIZE, INK, "normal"),
        (title, _TITLE, INK, "bold"),
    ):
        if text:
            lines = _wrap(ax, text, size=size, weight=weight)
            _write_heading(ax, lines, above, size=size, color=color, weight=weight)
            above += (lines.count("\n") + 1) * size * 1.25 + 4


def _write_heading(
    ax: Axes, text: str, above: float, *, at: float = 0.0, ha: str = "left", **style: Any
) -> None:
    """Write one text above the axes."""
    ax.annotate(
        text,
        (at, 1),
        xycoords="axes fraction",
        xytext=(0, above),
        textcoords="offset points",
        va="bottom",
        ha=ha,
        annotation_clip=False,
        gid="heading",
        **style,
    )


def _lay_out(ax: Axes) -> None:
    """Let the layout decide where the axes are, so that points and data can be compared."""
    figure = ax.get_figure(root=True)
    if figure is not None:
        figure.draw_without_rendering()


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
        _lay_out(ax)
        ax.annotate(
            _wrap(ax, text, size=_SMALL),
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


def end_labels(
    ax: Axes,
    ends: dict[str, tuple[float, float]],
    marks: dict[str, Mark],
    *,
    with_markers: bool = False,
) -> None:
    """Name lines at their right ends, moved apart where the names would overlap.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes with final limits.
    ends : dict
        Name of each group to the last point of its line, in data.
    marks : dict
        Name of each group to how it is drawn.
    with_markers : bool
        Repeat the markers before the names when one was moved far, so that it is found without
        colour. Names at their lines need none, and a marker there would look like a point.
    """
    figure = ax.get_figure(root=True)
    if figure is None or not ends:
        return
    _lay_out(ax)
    points = {n: ax.transData.transform(end) / figure.dpi * 72.0 for n, end in ends.items()}
    bottom = ax.get_window_extent().y0 / figure.dpi * 72.0
    places = _apart(points, bottom)
    moved = max(abs(place - float(points[name][1])) for name, place in places.items())
    for name, place in places.items():
        marked = with_markers and moved > _LINE / 2
        marker = f"{_GLYPHS[marks[name].marker]} " if marked else ""
        ax.annotate(
            f"{marker}{name}",
            ends[name],
            xytext=(8, place - float(points[name][1])),
            textcoords="offset points",
            va="center",
            ha="left",
            size=TEXT_SIZE,
            weight="bold",
            color=marks[name].text_color,
            annotation_clip=False,
            path_effects=[withStroke(linewidth=3, foreground="white")],  # lines may pass behind
            gid="label",
        )


_GLYPHS = {"o": "●", "s": "■", "^": "▲", "D": "◆", "v": "▼", "P": "✚"}


def _apart(points: dict[str, FloatArray], bottom: float) -> dict[str, float]:
    """Move names beside each other apart by as little as possible, and not under the axis."""
    order = sorted(points, key=lambda name: float(points[name][0]))
    together: list[list[str]] = []
    for name in order:
        near = together and points[name][0] - points[together[-1][-1]][0] < _NEAR
        together = [*together[:-1], [*together[-1], name]] if near else [*together, [name]]
    placed: dict[str, float] = {}
    for names in together:
        upwards = sorted(names, key=lambda name: float(points[name][1]))
        steps = _LINE * np.arange(len(upwards))
        heights = np.array([points[name][1] for name in upwards])
        spread = isotonic_regression(heights - steps).x + steps
        spread = np.maximum(spread, bottom + _LINE / 2 + steps)
        placed |= {name: float(place) for name, place in zip(upwards, spread, strict=True)}
    return placed


def written(value: float, digits: int) -> str:
    """Write a number with a minus sign.

    Parameters
    ----------
    value : float
        The number.
    digits : int
        Decimals.

    Returns
    -------
    str
        Never a minus before a zero.

    Examples
    --------
    >>> written(-2.25, 1), written(-0.001, 1)
    ('−2.2', '0.0')
    """
    return f"{value:z.{digits}f}".replace("-", "−")
