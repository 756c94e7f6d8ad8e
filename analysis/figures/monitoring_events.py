"""Draw adverse events per 100 assessed sessions, with intervals and patients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.disclosure import CONFIDENTIAL, CountedTable
from analysis.errors import ReportError
from analysis.figures.labels import add_headings, add_note, below_axis
from analysis.figures.style import INK, MUTED, RULE, Words, house_style, marks_for, new_axes

__all__ = ["plot_adverse_events"]

_NUMBERS = ["patients", "n", "sessions", "rate", "conf_low", "conf_high"]
_GAP = 0.6  # room between two kinds of events


def plot_adverse_events(
    table: CountedTable,
    *,
    measures: Sequence[str] = ("any", "grade 3 or more", "serious"),
    ax: Axes | None = None,
    **words: Unpack[Words],
) -> tuple[Axes, pd.DataFrame]:
    """Draw the rates of some kinds of adverse events by group, with their intervals.

    Parameters
    ----------
    table : CountedTable
        What `adverse_event_rates` returns; its policy decides what is shown.
    measures : sequence of str
        Rows of the table to draw: kinds or terms.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **words : str
        ``title`` (the message; made from the data when left out), ``subtitle``, ``x_label``,
        ``note``.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        The axes, and what is drawn: the group, ``measure, patients, n, sessions`` (text), ``rate,
        conf_low, conf_high``; ``attrs["alt"]`` describes it.

    Raises
    ------
    ReportError
        When the table has no rates, or none of the measures.
    DataError
        For more than six groups.
    """
    shown = table.shown
    if not {"rate", "measure"} <= set(shown.columns) or shown.columns[0] == "measure":
        raise ReportError("plot_adverse_events draws what adverse_event_rates returns.")
    frame = shown[shown["measure"].isin(measures)]
    if frame.empty:
        raise ReportError("The table has none of the measures; name some of its column measure.")
    by = str(shown.columns[0])
    rank = {name: k for k, name in enumerate(measures)}
    frame = frame.sort_values("measure", key=lambda m: m.map(rank), kind="stable")
    frame = frame.assign(group=frame[by].astype("string")).reset_index(drop=True)
    title = words.get("title") or _message(frame)
    with house_style():
        axes = new_axes(ax, height=1.9 + 0.3 * len(frame) + 0.2 * frame["measure"].nunique())
        places = _places(frame)
        marks = marks_for(sorted(frame["group"].unique()))
        for place, row in zip(places, frame.to_dict("records"), strict=True):
            _draw(axes, place, row, marks[row["group"]])
        _set_axes(axes, frame, places, words.get("x_label", "Events per 100 assessed sessions"))
        add_headings(axes, title=title, subtitle=words.get("subtitle", ""))
        notes = [_KEY, words.get("note", ""), _hidden(table)]
        add_note(axes, " ".join(filter(None, notes)), below=below_axis(axes) + 6)
    drawn = frame[[by, "measure", *_NUMBERS]]
    drawn.attrs = {**shown.attrs, "alt": _alt(frame, title)}
    return axes, drawn


_KEY = (
    "Lines: 95% limits, which take account of sessions of one patient being alike. Hollow: no "
    "event, the line ends at the upper bound. Right: patients with the event, of those assessed."
)


def _places(frame: pd.DataFrame) -> list[float]:
    """Give each row a height, with room between kinds of events."""
    kind = frame["measure"].ne(frame["measure"].shift()).cumsum() - 1
    return [float(k + _GAP * g) for k, g in enumerate(kind)]


def _draw(ax: Axes, place: float, row: dict[Any, Any], mark: Any) -> None:
    """Draw one rate with its limits, or its upper bound, and print the patients."""
    rate, low, high = float(row["rate"]), float(row["conf_low"]), float(row["conf_high"])
    if rate == 0.0:
        ax.plot([0.0, high], [place, place], color=mark.color, linewidth=1.8, clip_on=False)
        ax.plot(high, place, "|", color=mark.color, markersize=9, markeredgewidth=1.8)
        hollow = {"markerfacecolor": "white", "markeredgecolor": mark.color, "clip_on": False}
        ax.plot(0.0, place, mark.marker, markersize=6.5, zorder=4, **hollow)
    elif not np.isnan(rate):
        ax.plot([low, high], [place, place], color=mark.color, linewidth=1.8)
        ax.plot(rate, place, mark.marker, color=mark.color, markersize=6.5)
    ax.annotate(
        f"{row['n']} of {row['patients']}" if str(row["n"])[:1].isdigit() else str(row["n"]),
        (1, place),
        xycoords=("axes fraction", "data"),
        xytext=(8, 0),
        textcoords="offset points",
        va="center",
        size=9,
        color=MUTED if np.isnan(rate) else INK,
        annotation_clip=False,
        gid="count",
    )


def _set_axes(ax: Axes, frame: pd.DataFrame, places: Sequence[float], x_label: str) -> None:
    """Name the rows, and draw rates from 0 on."""
    ax.set_yticks(
        places, [f"{m}, {g}" for m, g in zip(frame["measure"], frame["group"], strict=True)]
    )
    ax.set_ylim(places[-1] + 0.6, -0.6)
    ax.set_xlim(left=-0.03 * ax.get_xlim()[1])  # hollow markers stand at 0, beside the names
    ax.set_xlabel(x_label)
    ax.grid(visible=True, axis="x", color=RULE, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def _message(frame: pd.DataFrame) -> str:
    """Say in one line between which rates the groups lie, for the first kind with a rate."""
    known = frame[frame["rate"].notna()]
    if known.empty:
        return "No rate can be shown"
    first = known["measure"].iloc[0]
    rows = known[known["measure"].eq(first)]
    low, high = (rows.iloc[int(k)] for k in (rows["rate"].argmin(), rows["rate"].argmax()))
    what = "Adverse events" if first == "any" else f"Events ({first})"
    if len(rows) == 1:
        return f"{what}: {low['rate']:.1f} per 100 sessions ({low['group']})"
    ends = f"{low['rate']:.1f} ({low['group']}) to {high['rate']:.1f} ({high['group']})"
    return f"{what}: {ends} per 100 sessions"


def _hidden(table: CountedTable) -> str:
    """Say what is hidden."""
    policy = table.statement.policy
    if policy.confidential:
        return CONFIDENTIAL
    return f"{policy.rule} What rests on them, or would tell them, is hidden too."


def _alt(frame: pd.DataFrame, title: str) -> str:
    """Describe the rates one by one."""
    parts = ["Dot plot of adverse events per 100 assessed sessions with 95% limits."]
    for row in frame.to_dict("records"):
        known = not np.isnan(row["rate"])
        what = f"{row['rate']:.1f} ({row['conf_low']:.1f} to {row['conf_high']:.1f})"
        parts.append(f"{row['measure']}, {row['group']}: {what if known else 'not shown'}.")
    return " ".join([*parts, f"Conclusion: {title}."])
