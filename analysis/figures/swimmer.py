"""Draw the follow-up of single patients: scores, sessions, and how each one ended.

The picture shows single patients without their names. Its frame is marked as patient-level, so that
nothing that releases takes it, and it says on its face that it stays inside the clinic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.errors import DataError
from analysis.figures.labels import add_headings, add_note, below_axis
from analysis.figures.style import INK, MUTED, RULE, Words, house_style, new_axes
from analysis.results import counted

if TYPE_CHECKING:
    from analysis.outcomes.endpoints.event_table import EventTable

__all__ = ["plot_swimmer"]

_NOTE = "Confidential: each line is a patient, for use inside the clinic only."
_LANE, _DOSE, _EVENT, _OTHER = "#9cc3de", "#00704f", "#D55E00", "#5a5a5a"
_MOST = 60
_KEY = (
    ("score", ".", INK, 5.0),
    ("session", "|", _DOSE, 8.0),
    ("event", "X", _EVENT, 8.0),
    ("competing event", "s", _OTHER, 6.0),
    ("followed so far", ">", _OTHER, 6.0),
)


def plot_swimmer(
    table: EventTable,
    *,
    n_patients: int = 40,
    ax: Axes | None = None,
    **words: Unpack[Words],
) -> tuple[Axes, pd.DataFrame]:
    """Draw a lane per patient, the longest followed first (swimmer plot).

    Answers whether the table of events is what the course of the patients was: every score and
    session lies on its day, and the end of the lane says what happened.

    Parameters
    ----------
    table : EventTable
        What an `Endpoint` returns.
    n_patients : int
        Lanes, at most 60: evenly chosen among all patients by the length of their follow-up.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **words : str
        ``title`` (the message; made from the data when left out), ``subtitle``, ``x_label``,
        ``note``.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        The axes, and one row per lane: ``lane, time, end, evntdesc``. Patient-level detail, marked
        by ``attrs["patient_level"]``: `show` and everything else that releases refuses it.
        ``attrs["alt"]`` describes the figure by counts.

    Raises
    ------
    DataError
        When nobody was followed, or the number of lanes is not between 1 and 60.
    """
    if not 1 <= n_patients <= _MOST:
        raise DataError(f"A swimmer plot has 1 to {_MOST} lanes; {n_patients} were asked for.")
    lanes = _lanes(table, n_patients)
    words = {**words, "title": words.get("title") or _message(table)}
    words["x_label"] = words.get("x_label", "Days from the origin")
    with house_style():
        axes = new_axes(ax, height=1.6 + 0.13 * len(lanes))
        for (kind, marker, color, size), (x, y) in zip(_KEY, _places(table, lanes), strict=True):
            axes.plot(x, y, marker, color=color, markersize=size, label=kind, zorder=3)
        axes.hlines(lanes["lane"], 0.0, lanes["time"], color=_LANE, linewidth=3, zorder=1)
        _set_axes(axes, len(lanes), words)
    shown = lanes[["lane", "time", "end", "evntdesc"]].reset_index(drop=True)
    shown.attrs = {"patient_level": True, "alt": _alt(table, lanes, words)}
    return axes, shown


def _lanes(table: EventTable, n_patients: int) -> pd.DataFrame:
    """Choose patients, evenly by the length of their follow-up, and say how each ended."""
    rows = table.frame.sort_values(["time", "subject_id"], ascending=[False, True], kind="stable")
    if rows.empty:
        raise DataError("Nobody was followed, so that there is nothing to draw.")
    chosen = np.unique(np.linspace(0, len(rows) - 1, min(n_patients, len(rows))).round())
    lanes = rows.iloc[chosen.astype(int)].reset_index(drop=True)
    kinds = lanes["cnsr"].map(table.codes.set_index("cnsr")["kind"])
    return lanes.assign(lane=np.arange(len(lanes)), end=kinds)


def _places(
    table: EventTable, lanes: pd.DataFrame
) -> list[tuple[pd.Series[float], pd.Series[int]]]:
    """Find where scores, sessions and ends lie, in the order of the key."""
    contacts = table.contacts.merge(lanes[["subject_id", "lane"]], on="subject_id")
    inside = [contacts[contacts["kind"].eq(kind)] for kind in ("score", "session")]
    ends = [lanes[lanes["end"].eq(kind)] for kind in ("event", "competing", "censored")]
    return [(part["day"], part["lane"]) for part in inside] + [
        (part["time"], part["lane"]) for part in ends
    ]


def _set_axes(ax: Axes, n_lanes: int, words: Words) -> None:
    """Set the axes, the key and the texts."""
    ax.set_ylim(n_lanes - 0.4, -0.6)
    ax.set_xlim(left=0.0)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(words["x_label"])
    ax.grid(visible=True, axis="x", color=RULE, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.legend(
        loc="lower right", frameon=True, facecolor="white", edgecolor=RULE, labelcolor=INK,
        fontsize=8.5,
    )  # fmt: skip
    note = " ".join(filter(None, [words.get("note", ""), _NOTE]))
    add_note(ax, note, below=below_axis(ax) + 8)
    add_headings(ax, title=words["title"], subtitle=words.get("subtitle", ""))
    ax.tick_params(axis="x", color=MUTED)


def _message(table: EventTable) -> str:
    """Say how many of all patients had the event."""
    n, events = len(table.frame), int(table.frame["event"].sum())
    return f"{events} of {counted(n, 'patient')} had the event"


def _alt(table: EventTable, lanes: pd.DataFrame, words: Words) -> str:
    """Describe the lanes by counts, never one by one."""
    ends = lanes["end"].value_counts()
    each = ", ".join(f"{ends.get(kind, 0)} {kind}" for kind in ("event", "competing", "censored"))
    return (
        f"Swimmer plot: {counted(len(lanes), 'lane')} of {counted(len(table.frame), 'patient')}, "
        f"with scores, sessions and how follow-up ended ({each}). {_NOTE} "
        f"Conclusion: {words['title']}."
    )
