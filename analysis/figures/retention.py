"""Draw which share of patients is still there at each due visit, by clinic or severity."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from typing import Any, Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.disclosure import CONFIDENTIAL
from analysis.figures.axis import place_visits
from analysis.figures.labels import add_headings, add_note, below_axis
from analysis.figures.share_cells import draw_share, name_rows_and_visits
from analysis.figures.style import Words, house_style, new_axes
from analysis.missing import CountedTable

__all__ = ["plot_retention"]

_COLUMNS = ("visit", "started", "share", "conf_low", "conf_high", "due", "remaining")


def plot_retention(
    table: CountedTable, *, ax: Axes | None = None, **words: Unpack[Words]
) -> tuple[Axes, pd.DataFrame]:
    """Draw retention as a table of groups by visits, with the shares and limits printed.

    Parameters
    ----------
    table : CountedTable
        What `retention` returns; its policy decides what is shown.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **words : str
        ``title`` (the message; made from the data when left out), ``subtitle``, ``x_label``,
        ``note``.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        The axes, and what is printed: the group, ``visit, started, share`` (text), ``conf_low,
        conf_high``; ``attrs["alt"]`` describes it.
    """
    shown = table.shown
    by = next((name for name in shown.columns if name not in _COLUMNS), None)
    group = shown[by].astype("string") if by else pd.Series("all", index=shown.index)
    cells = shown.assign(group=group, percent=[_percent(text) for text in shown["share"]])
    names = list(dict.fromkeys(group))
    started = cells.drop_duplicates("group").set_index("group")["started"]
    visits = place_visits(shown["visit"])
    title = words.get("title") or _message(cells, visits.place_of)
    with house_style():
        axes = new_axes(ax, height=1.8 + 0.5 * len(names))
        for cell in cells.to_dict("records"):
            place = (visits.place_of[cell["visit"]], names.index(cell["group"]))
            draw_share(axes, place, cell["percent"], cell["share"], below=_limits(cell))
        rows = [f"{name} (n = {started[name]})" for name in names]
        name_rows_and_visits(axes, visits, rows, words.get("x_label", ""))
        add_headings(axes, title=title, subtitle=words.get("subtitle", ""))
        notes = [_KEY, words.get("note", ""), _hidden(table)]
        add_note(axes, " ".join(filter(None, notes)), below=below_axis(axes) + 6)
    shown.attrs["alt"] = _alt(cells, title)
    return axes, shown


_KEY = (
    "n: patients who started treatment. In each cell: the share of those due who have a score at "
    "the visit or later, with its interval."
)


def _percent(text: str) -> float:
    """Read the proportion behind a share; missing where it is not shown."""
    found = re.search(r"\d+", str(text))
    return int(found.group()) / 100 if found else np.nan


def _limits(cell: Mapping[Hashable, Any]) -> str:
    """Write the limits in percent; nothing where they are not shown."""
    low, high = (float(cell[name]) for name in ("conf_low", "conf_high"))
    return "" if np.isnan(low) else f"{100 * low:.0f} to {100 * high:.0f}"


def _hidden(table: CountedTable) -> str:
    """Say what is hidden."""
    policy = table.statement.policy
    if policy.confidential:
        return CONFIDENTIAL
    return (
        "≥, ≤, “about” and —: rounded or hidden, and intervals made a little wider or left out, "
        "so that small counts cannot be worked out."
    )


def _message(cells: pd.DataFrame, visits: Mapping[Any, float]) -> str:
    """Say in one line what is left at the last visit with a share."""
    known = cells[cells["percent"].notna()]
    if known.empty:
        return "No share can be shown"
    last = [visit for visit in visits if known["visit"].eq(visit).any()][-1]
    at_last = known[known["visit"].eq(last)]["percent"]
    low, high = round(100 * at_last.min()), round(100 * at_last.max())
    span = f"{low}% to {high}%" if low < high else f"{low}%"
    return f"At {last} {span} of those due are still there"


def _alt(cells: pd.DataFrame, title: str) -> str:
    """Describe the table row by row."""
    n_groups, n_visits = cells["group"].nunique(), cells["visit"].nunique()
    parts = [f"Table of retention at due visits: {n_groups} rows by {n_visits} visits."]
    for name in dict.fromkeys(cells["group"]):
        rows = cells[cells["group"].eq(name)].to_dict("records")
        each = [f"{row['visit']} {row['share']}{_told(_limits(row))}" for row in rows]
        parts.append(f"{name}: {', '.join(each)}.")
    return " ".join([*parts, f"Conclusion: {title}."])


def _told(limits: str) -> str:
    """Put limits in brackets."""
    return f" ({limits}%)" if limits else ""
