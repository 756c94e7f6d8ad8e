"""Draw the fitted correlation between visits as a table of cells, one per covariance group."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from analysis.figures.axis import Places, groups_of
from analysis.figures.labels import add_headings, add_note, written
from analysis.figures.style import INK, MUTED, RULE, WIDTH, Words, house_style, new_axes
from analysis.results import FloatArray

if TYPE_CHECKING:
    from analysis.mixed import LinearMixedModel

__all__ = ["plot_correlation"]

# the darker ends are light enough for dark text; brightness alone tells the size, not the sign
_NONE = np.array([1.0, 1.0, 1.0])
_POSITIVE, _NEGATIVE = np.array([0.43, 0.68, 0.86]), np.array([0.93, 0.66, 0.40])
_BESIDE, _UNDER = 9, 6  # letters of a visit's name in a line
_ACROSS = 14  # cells side by side, beyond which panels stand below each other
_GAP = 1.9  # between panels, in cells


def plot_correlation(
    fit: LinearMixedModel, *, ax: Axes | None = None, **words: Unpack[Words]
) -> tuple[Axes, pd.DataFrame]:
    """Draw the fitted correlations between visits, standard deviations on the diagonal.

    Parameters
    ----------
    fit : LinearMixedModel
        A fit over visits; with a covariance per group there is one panel per group.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **words : str
        ``title`` (the message; made from the data when left out), ``subtitle``, ``note``.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        The axes, and what is printed: ``group`` (empty when there is one), ``visit_1, visit_2,
        estimate, kind`` (correlation or standard deviation); ``attrs["alt"]`` describes it.

    Raises
    ------
    ModelError
        When the fit has no visits.
    """
    covariance = fit.covariance()
    panels = covariance if isinstance(covariance, dict) else {"": covariance}
    shown = pd.concat([_cells(name, matrix) for name, matrix in panels.items()], ignore_index=True)
    m = shown.drop_duplicates("visit_1").shape[0]
    across = max(1, min(len(panels), _ACROSS // m))
    down = -(-len(panels) // across)
    words = {**words, "title": words.get("title") or _message(shown)}
    with house_style():
        cell = min(0.6, (WIDTH - 0.2) / (across * (m + _GAP)))  # inches
        top, bottom = -0.75 if len(panels) > 1 else -0.1, down * (m + _GAP) - _GAP + 0.75
        axes = new_axes(ax, height=1.2 + cell * (bottom - top))
        axes.set_axis_off()
        axes.set_xlim(-1.2, (WIDTH - 0.2) / cell - 1.2)
        axes.set_ylim(bottom, top)
        for turn, (name, cells) in enumerate(groups_of(shown)):
            corner = (turn % across * (m + _GAP), turn // across * (m + _GAP))
            _draw_panel(axes, name, cells, corner)
        add_headings(axes, title=words["title"], subtitle=words.get("subtitle", ""))
        add_note(axes, " ".join(filter(None, [_key(shown), words.get("note", "")])), below=6)
    shown.attrs["alt"] = _alt(shown, words)
    return axes, shown


def _key(shown: pd.DataFrame) -> str:
    """Say what cells and shades are."""
    signs = "; orange below zero" if shown["estimate"].lt(0.0).any() else ""
    return (
        "Framed: standard deviation at the visit. Others: correlation between two visits, darker "
        f"for a stronger one{signs}."
    )


def _cells(name: str, covariance: pd.DataFrame) -> pd.DataFrame:
    """Lay out the lower triangle, row by row."""
    values = covariance.to_numpy(dtype=float)
    deviation = np.sqrt(np.diag(values))
    later, earlier = np.tril_indices(len(values))
    visits = np.array([Places.name(visit) for visit in covariance.index], dtype=object)
    estimate = (values / np.outer(deviation, deviation))[later, earlier]
    same = later == earlier
    return pd.DataFrame(
        {
            "group": str(name),
            "visit_1": visits[earlier],
            "visit_2": visits[later],
            "estimate": np.where(same, deviation[later], estimate),
            "kind": np.where(same, "standard deviation", "correlation"),
        }
    )


def _draw_panel(ax: Axes, name: str, cells: pd.DataFrame, corner: tuple[float, float]) -> None:
    """Draw the triangle of one group with the names of visits at the left and below."""
    order = {visit: place for place, visit in enumerate(dict.fromkeys(cells["visit_2"]))}
    left, top = corner
    for cell in cells.to_dict("records"):
        x, y = left + order[cell["visit_1"]], top + order[cell["visit_2"]]
        _draw_cell(ax, (x, y), float(cell["estimate"]), cell["kind"] == "correlation")
    for visit, place in order.items():
        beside = textwrap.fill(visit, _BESIDE, break_long_words=False)
        under = textwrap.fill(visit, _UNDER, break_long_words=False)
        where: dict[str, Any] = {"size": 9, "color": INK, "gid": "label"}
        ax.text(left - 0.1, top + place + 0.5, beside, ha="right", va="center", **where)
        below = top + len(order) + 0.1
        ax.text(left + place + 0.5, below, under, ha="center", va="top", **where)
    if name:
        ax.text(left, top - 0.2, name, weight="bold", size=9.5, color=INK, gid="label")


def _draw_cell(ax: Axes, place: tuple[float, float], value: float, correlates: bool) -> None:
    """Draw one cell: a correlation in its shade, or a standard deviation framed."""
    end = _POSITIVE if value >= 0 else _NEGATIVE
    color: FloatArray = _NONE + (end - _NONE) * min(abs(value), 1.0) if correlates else _NONE
    inset = 0.0 if correlates else 0.04
    ax.add_patch(
        Rectangle(
            (place[0] + inset, place[1] + inset),
            1 - 2 * inset,
            1 - 2 * inset,
            facecolor=color,
            edgecolor=RULE if correlates else MUTED,
            linewidth=0.8 if correlates else 1.2,
        )
    )
    digits = 2 if correlates or abs(value) < 1 else 1
    ax.text(
        place[0] + 0.5,
        place[1] + 0.5,
        written(value, digits),
        ha="center",
        va="center",
        size=9,
        color=INK,
        weight="normal" if correlates else "bold",
        gid="cell",
    )


def _message(shown: pd.DataFrame) -> str:
    """Say in one line between which values correlations and standard deviations lie."""
    parts = []
    for kind, digits in (("correlation", 2), ("standard deviation", 1)):
        values = shown.loc[shown["kind"].eq(kind), "estimate"]
        if len(values):
            low, high = (written(value, digits) for value in (values.min(), values.max()))
            parts.append(f"{kind}s {f'{low} to {high}' if low != high else low}")
    return ", ".join(parts).capitalize()


def _alt(shown: pd.DataFrame, words: Words) -> str:
    """Describe the table row by row."""
    visits = list(dict.fromkeys(shown["visit_2"]))
    parts = [f"Table of fitted correlations between {len(visits)} visits ({', '.join(visits)})."]
    for name, cells in groups_of(shown):
        each = [
            f"{cell['visit_2']} standard deviation {written(cell['estimate'], 1)}"
            if cell["kind"] != "correlation"
            else f"{cell['visit_1']} and {cell['visit_2']} {written(cell['estimate'], 2)}"
            for cell in cells.to_dict("records")
        ]
        parts.append(f"{f'{name}: ' if name else ''}{', '.join(each)}.")
    return " ".join([*parts, f"Conclusion: {words['title']}."])
