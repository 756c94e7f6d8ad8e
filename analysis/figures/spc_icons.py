"""Our own icons for control charts: told apart by outline and arrow, not by colour alone."""

from __future__ import annotations

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.offsetbox import AnnotationBbox, DrawingArea
from matplotlib.patches import Circle, FancyBboxPatch, Patch, Polygon

from analysis.figures.style import INK, MUTED
from analysis.quality.charts.words import TOO_FEW

__all__ = ["BETTER", "POINT_MARKS", "icon_row", "words_of_assurance", "words_of_variation"]

BETTER, WORSE, CHANGED = "#0072B2", "#D55E00", "#5a5a5a"

POINT_MARKS = {
    "improvement": (BETTER, "s", 6.5, BETTER, "■"),
    "concern": (WORSE, "D", 7.0, INK, "◆"),
    "change": (CHANGED, "^", 8.0, INK, "▲"),
}
"""Meaning of a signal to the colour, marker, size and edge of its point, and a sign for texts."""

_SIZE = 24.0  # points
_MIDDLE = _SIZE / 2.0
_SMALL = 8.5


def words_of_variation(name: str) -> str:
    """Write an icon of variation as words.

    Parameters
    ----------
    name : str
        Such as "concern low".

    Returns
    -------
    str
        Such as "Concern: low".

    Examples
    --------
    >>> words_of_variation("concern low"), words_of_variation("common cause")
    ('Concern: low', 'Common cause')
    """
    kind, _, way = name.partition(" ")
    if way in {"high", "low"}:
        return f"{kind.capitalize()}: {way}"
    return name.capitalize()


def words_of_assurance(name: str) -> str:
    """Write an icon of assurance as words.

    Parameters
    ----------
    name : str
        "passes", "fails" or "hit or miss".

    Returns
    -------
    str
        Such as "Target: hit or miss".

    Examples
    --------
    >>> words_of_assurance("passes")
    'Target: passes'
    """
    return f"Target: {name}"


def icon_row(ax: Axes, variation: str, assurance: str) -> float:
    """Draw the icons with their words in a row above the axes, at the right.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Drawn axes.
    variation, assurance : str
        Names of the icons; empty for none.

    Returns
    -------
    float
        How far the row reaches from the right end of the axes, in points.
    """
    right = 0.0
    for name, draw, words in (
        (assurance, _assurance, words_of_assurance),
        (variation, _variation, words_of_variation),
    ):
        if name:
            _place(ax, draw(name), right)
            right = _write(ax, words(name), right + _SIZE + 4.0) + 14.0
    return right


def _place(ax: Axes, parts: list[Artist], right: float) -> None:
    """Put an icon above the axes, so many points from their right end."""
    area = DrawingArea(_SIZE, _SIZE)
    for part in parts:
        area.add_artist(part)
    ax.add_artist(
        AnnotationBbox(
            area,
            (1.0, 1.0),
            xycoords="axes fraction",
            xybox=(-right, 8.0),
            boxcoords="offset points",
            box_alignment=(1.0, 0.0),
            frameon=False,
            pad=0.0,
            annotation_clip=False,
        )
    )


def _write(ax: Axes, words: str, right: float) -> float:
    """Write the words left of an icon; return how far they reach."""
    text = ax.annotate(
        words,
        (1.0, 1.0),
        xycoords="axes fraction",
        xytext=(-right, 8.0 + _MIDDLE),
        textcoords="offset points",
        ha="right",
        va="center",
        size=_SMALL,
        color=INK,
        annotation_clip=False,
        gid="icon",
    )
    figure = ax.get_figure(root=True)
    width = text.get_window_extent().width * 72.0 / figure.dpi if figure is not None else 0.0
    return right + float(width)


def _variation(name: str) -> list[Artist]:
    """Draw an icon of variation."""
    kind, _, way = name.partition(" ")
    if kind == "improvement":
        return [_disc(BETTER), *_arrow(way, "white")]
    if kind == "concern":
        return [_diamond(WORSE), *_arrow(way, "white")]
    if kind == "change":
        return [_square(CHANGED), *_arrow(way, "white")]
    if name == TOO_FEW:
        dots = [
            Circle((x, _MIDDLE), 1.5, facecolor=MUTED, edgecolor=MUTED) for x in (7.0, 12.0, 17.0)
        ]
        return [_disc("white"), *dots]
    return [_disc("white"), _wave(MUTED)]


def _assurance(name: str) -> list[Artist]:
    """Draw an icon of assurance."""
    if name == "passes":
        return [_disc(BETTER), _line([6.5, 10.5, 17.5], [12.0, 7.5, 16.5], "white", 2.4)]
    if name == "fails":
        cross = [([8.5, 15.5], [8.5, 15.5]), ([8.5, 15.5], [15.5, 8.5])]
        return [_diamond(WORSE), *(_line(x, y, "white", 2.4) for x, y in cross)]
    return [_disc("white"), _line([3.0, 21.0], [_MIDDLE, _MIDDLE], INK, 1.0), _wave(MUTED)]


def _disc(color: str) -> Patch:
    """Draw a disc; a white one has an outline."""
    edge = MUTED if color == "white" else color
    return Circle((_MIDDLE, _MIDDLE), 10.5, facecolor=color, edgecolor=edge, linewidth=1.4)


def _diamond(color: str) -> Patch:
    """Draw a square that stands on a corner."""
    corners = [(_MIDDLE, 0.3), (23.7, _MIDDLE), (_MIDDLE, 23.7), (0.3, _MIDDLE)]
    return Polygon(corners, closed=True, facecolor=color, edgecolor=INK, linewidth=1.0)


def _square(color: str) -> Patch:
    """Draw a square with round corners."""
    return FancyBboxPatch(
        (4.0, 4.0), 16.0, 16.0, boxstyle="round,pad=2", facecolor=color, edgecolor=color
    )


def _arrow(way: str, color: str) -> list[Artist]:
    """Draw an arrow up or down, or one of each where the way is not known."""
    if way not in {"high", "low"}:
        return [*_one_arrow(8.0, 1.0, color), *_one_arrow(16.0, -1.0, color)]
    return _one_arrow(_MIDDLE, 1.0 if way == "high" else -1.0, color)


def _one_arrow(x: float, up: float, color: str) -> list[Artist]:
    """Draw one arrow at a place."""
    tip, tail = _MIDDLE + 6.0 * up, _MIDDLE - 5.5 * up
    head = [(x - 3.4, tip - 4.6 * up), (x + 3.4, tip - 4.6 * up), (x, tip)]
    shaft = _line([x, x], [tail, tip - 4.0 * up], color, 2.2)
    return [shaft, Polygon(head, closed=True, facecolor=color, edgecolor=color, linewidth=0.5)]


def _wave(color: str) -> Line2D:
    """Draw a line that goes up and down about the middle."""
    x = np.linspace(5.0, 19.0, 29)
    return _line(x.tolist(), (_MIDDLE + 3.6 * np.sin((x - 5.0) * np.pi / 3.5)).tolist(), color, 1.8)


def _line(x: list[float], y: list[float], color: str, width: float) -> Line2D:
    """Draw a line with round ends."""
    return Line2D(x, y, color=color, linewidth=width, solid_capstyle="round")
