"""Draw which planned visits have a score: one row per pattern, the patients who have it beside."""

from __future__ import annotations

from itertools import pairwise
from typing import Unpack

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from analysis.disclosure import CONFIDENTIAL
from analysis.figures.axis import Places
from analysis.figures.labels import add_headings, add_note, below_axis
from analysis.figures.share_cells import name_rows_and_visits
from analysis.figures.style import INK, MUTED, RULE, Words, house_style, new_axes
from analysis.missing import MissingPatterns

__all__ = ["plot_missing_patterns"]

_SCORED, _MISSING = "#0072B2", "white"
_FACES = {"●": _SCORED, "○": _MISSING}
_NAMES = {"●": "score", "○": "none", "·": "not yet due"}


def plot_missing_patterns(
    patterns: MissingPatterns, *, ax: Axes | None = None, **words: Unpack[Words]
) -> tuple[Axes, pd.DataFrame]:
    """Draw the patterns of scores over the planned visits, by kind and by how many have them.

    Parameters
    ----------
    patterns : MissingPatterns
        What `missing_patterns` returns; its policy decides what is shown.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **words : str
        ``title`` (the message; made from the data when left out), ``subtitle``, ``x_label``,
        ``note``.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        The axes, and what is drawn: ``kind, pattern, n`` (text); ``attrs["alt"]`` describes it.
    """
    shown = patterns.disclosure().frame
    rows = shown[shown["pattern"].ne("all") & shown["kind"].ne("all")].reset_index(drop=True)
    places = Places(place_of={name: float(k) for k, name in enumerate(patterns.visits)})
    title = words.get("title") or _message(shown)
    with house_style():
        axes = new_axes(ax, height=1.8 + 0.27 * len(rows))
        for row, (pattern, n) in enumerate(zip(rows["pattern"], rows["n"], strict=True)):
            _draw_row(axes, row, pattern, n, len(patterns.visits))
        name_rows_and_visits(axes, places, _first_of_kind(rows["kind"]), words.get("x_label", ""))
        add_headings(axes, title=title, subtitle=words.get("subtitle", ""))
        confidential = CONFIDENTIAL if patterns.policy.confidential else ""
        notes = [_KEY, words.get("note", ""), confidential]
        add_note(axes, " ".join(filter(None, notes)), below=below_axis(axes) + 6)
    released = rows.copy()
    released.attrs = {**shown.attrs, "alt": _alt(rows, patterns, title)}
    return axes, released


_KEY = (
    "n: patients. Filled: a score in the window. Open: due, and no score. A dot: not yet due, "
    "which is not missing. Patterns of few patients of a kind are one row."
)


def _draw_row(ax: Axes, row: int, pattern: str, n: str, n_visits: int) -> None:
    """Draw one pattern, or its name where several are taken together, and its patients."""
    if len(pattern) == n_visits and set(pattern) <= set(_NAMES):
        for place, sign in enumerate(pattern):
            _draw_sign(ax, place, row, sign)
    else:
        ax.text((n_visits - 1) / 2, row, pattern, ha="center", va="center", color=MUTED, size=9)
    ax.annotate(
        f"n = {n}" if n[:1].isdigit() else n,
        (1, row),
        xycoords=("axes fraction", "data"),
        xytext=(6, 0),
        textcoords="offset points",
        ha="left",
        va="center",
        size=9,
        color=INK,
        annotation_clip=False,
        gid="count",
    )


def _draw_sign(ax: Axes, place: int, row: int, sign: str) -> None:
    """Draw one visit of a pattern."""
    if sign not in _FACES:
        ax.plot(place, row, ".", color=MUTED, markersize=3)
        return
    box = Rectangle((place - 0.32, row - 0.36), 0.64, 0.72)
    box.set(facecolor=_FACES[sign], edgecolor=_SCORED if sign == "●" else RULE, linewidth=1.2)
    ax.add_patch(box)


def _first_of_kind(kinds: pd.Series) -> list[str]:
    """Name each kind at its first row only."""
    names = kinds.astype(str).tolist()
    return [name if name != before else "" for before, name in pairwise(["", *names])]


def _message(shown: pd.DataFrame) -> str:
    """Say in one line how the kinds compare."""
    totals = shown[shown["pattern"].eq("all")].set_index("kind")["n"]
    named = [
        f"{totals[kind]} {kind}"
        for kind in ("complete", "monotone", "intermittent")
        if kind in totals
    ]
    return f"Of {totals['all']} patients {', '.join(named)}" if named else "No visit is due yet"


def _alt(rows: pd.DataFrame, patterns: MissingPatterns, title: str) -> str:
    """Describe the patterns row by row."""
    visits = ", ".join(patterns.visits)
    parts = [f"Rows of patterns of {patterns.instrument} scores at the visits {visits}."]
    for kind, pattern, n in zip(rows["kind"], rows["pattern"], rows["n"], strict=True):
        signs = [_NAMES.get(sign, "") for sign in pattern]
        told = ", ".join(signs) if all(signs) else pattern
        parts.append(f"{kind}: {told}: n {n}.")
    return " ".join([*parts, f"Conclusion: {title}."])
