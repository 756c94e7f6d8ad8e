"""Draw how many of the patients who were due have a score, by clinic and visit."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.disclosure import CONFIDENTIAL, RELEASE, Policy, hide_completeness, require_releasable
from analysis.disclosure.columns import group_texts
from analysis.figures.axis import place_visits
from analysis.figures.labels import add_headings, add_note, below_axis
from analysis.figures.share_cells import draw_share, name_rows_and_visits
from analysis.figures.style import Words, house_style, new_axes

__all__ = ["plot_completeness"]


def plot_completeness(
    frame: pd.DataFrame,
    *,
    by: str = "site_id",
    policy: Policy = RELEASE,
    ax: Axes | None = None,
    **words: Unpack[Words],
) -> tuple[Axes, pd.DataFrame]:
    """Draw the share with a score, as a table of clinics by visits with the numbers printed.

    Whoever is not yet due is no missing score: the share is of those whose window has closed, and
    a visit for which nobody is due says so.

    Parameters
    ----------
    frame : pandas.DataFrame
        True counts: `by`, ``visit``, ``started, due, scored``, as `outcomes.completeness` gives.
    by : str
        Column of the clinic or group; one row each, by name.
    policy : Policy
        The least count that may be shown. A share whose numerator or complement is small is
        shown as a bound, such as "over 85%", which says no more than ``<11`` does.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **words : str
        ``title`` (the message; made from the data when left out), ``subtitle``, ``x_label``,
        ``note``.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        The axes, and what is printed: `by`, ``visit``, ``started`` and ``shown``, as text, and for
        the internal audience ``due`` and ``scored``; ``attrs["alt"]`` describes it.

    Raises
    ------
    ColumnError
        When a column is absent.
    DataError
        When counts do not add up.
    DisclosureError
        When the frame holds single patients.
    """
    shown = hide_completeness(require_releasable(frame, by), by=by, policy=policy)
    shown[by] = group_texts(shown[by])
    started = shown.drop_duplicates(by).sort_values(by)
    order = {name: place for place, name in enumerate(started[by])}
    rows = [f"{name} (n = {n})" for name, n in zip(started[by], started["started"], strict=True)]
    visits = place_visits(shown["visit"])
    title = words.get("title") or _message(shown)
    with house_style():
        axes = new_axes(ax, height=1.7 + 0.44 * len(rows))
        for cell in shown.to_dict("records"):
            _draw_cell(axes, (visits.place_of[cell["visit"]], order[cell[by]]), cell)
        name_rows_and_visits(axes, visits, rows, words.get("x_label", ""))
        add_headings(axes, title=title, subtitle=words.get("subtitle", ""))
        notes = [_KEY, words.get("note", ""), _note(policy)]
        add_note(axes, " ".join(filter(None, notes)), below=below_axis(axes) + 6)
    released = shown.drop(columns="bound")
    released.attrs["alt"] = _alt(released, by, title)
    return axes, released


_KEY = "n: patients who started treatment. In each cell: the share with a score of those due."


def _draw_cell(ax: Axes, place: tuple[float, int], cell: Mapping[Hashable, Any]) -> None:
    """Draw one cell, for the internal audience with the number due under the share."""
    known = not np.isnan(cell["bound"])
    denominator = f"of {cell['due']}" if known and "due" in cell else ""
    draw_share(ax, place, cell["bound"], cell["shown"], below=denominator)


def _note(policy: Policy) -> str:
    """Say what is hidden, and how."""
    if policy.confidential:
        return CONFIDENTIAL
    return (
        f"≥ or ≤: fewer than {policy.minimum_count} are without, or with, a score. “About” and —: "
        "rounded or hidden, so that small counts cannot be worked out."
    )


def _message(shown: pd.DataFrame) -> str:
    """Say in one line between which shares the cells lie."""
    known = shown["bound"].dropna()
    if known.empty:
        return "No share with a score can be shown"
    low, high = round(100 * known.min()), round(100 * known.max())
    span = f"{low}% to {high}%" if low < high else f"{low}%"
    return f"Of the patients who were due, {span} have a score"


def _alt(shown: pd.DataFrame, by: str, title: str) -> str:
    """Describe the table row by row."""
    visits = list(dict.fromkeys(shown["visit"].astype(str)))
    size = f"{shown[by].nunique()} rows by {len(visits)} visits ({', '.join(visits)})"
    parts = [f"Table of shares with a score among patients who were due: {size}."]
    for name in sorted(shown[by].unique()):
        rows = shown[shown[by].eq(name)]
        each = ", ".join(f"{v} {s}" for v, s in zip(rows["visit"], rows["shown"], strict=True))
        parts.append(f"{name}: {each}.")
    return " ".join([*parts, f"Conclusion: {title}."])
