"""Draw the course of completers, of those who were lost, and the model mean of all."""

from __future__ import annotations

from typing import Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.disclosure import CONFIDENTIAL
from analysis.figures.axis import Places, place_visits
from analysis.figures.labels import add_count_rows, add_headings, add_note, end_labels, written
from analysis.figures.style import RULE, Mark, Words, house_style, marks_for, new_axes
from analysis.missing import CountedTable

__all__ = ["plot_completers"]

_LINES = {"Completers": "mean_completers", "Lost later": "mean_others", "All, model": "model"}
_COUNTS = {"Completers": "n_completers", "Lost later": "n_others"}


def plot_completers(
    table: CountedTable, *, ax: Axes | None = None, **words: Unpack[Words]
) -> tuple[Axes, pd.DataFrame]:
    """Draw mean changes of completers and of those lost later, and the model mean of all.

    Parameters
    ----------
    table : CountedTable
        What `completers_against_all` returns; its policy decides what is shown.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **words : str
        ``title`` (the message; made from the data when left out), ``subtitle``, ``x_label``,
        ``y_label``, ``note``.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        The axes, and what is drawn: ``visit, n_completers, n_others`` (text),
        ``mean_completers, mean_others, model``; ``attrs["alt"]`` describes it.
    """
    given = table.shown
    visits = given[given["visit"].ne("baseline")].reset_index(drop=True)
    columns = ["visit", *_COUNTS.values(), *_LINES.values()]
    shown = visits[columns]
    places = place_visits(shown["visit"])
    marks = marks_for(list(_LINES))
    title = words.get("title") or _message(shown)
    y_label = words.get("y_label", "Mean change from baseline")
    with house_style():
        axes = new_axes(ax, height=4.4)
        for name, column in _LINES.items():
            _draw(axes, shown, places, column, marks[name])
        places.label(axes, words.get("x_label", "Visit"))
        axes.grid(visible=True, axis="y", color=RULE, linewidth=0.6)
        axes.set_axisbelow(True)
        rows = {
            name: list(zip(places.of(shown["visit"]), shown[column], strict=True))
            for name, column in _COUNTS.items()
        }
        down = add_count_rows(axes, rows, heading="Patients with a score", marks=marks)
        confidential = CONFIDENTIAL if table.statement.policy.confidential else ""
        notes = [_KEY, words.get("note", ""), confidential]
        add_note(axes, " ".join(filter(None, notes)), below=down + 4)
        add_headings(axes, title=title, subtitle=words.get("subtitle", ""), y_label=y_label)
        end_labels(axes, _ends(shown, places), marks)
    shown.attrs = {**given.attrs, "alt": _alt(shown, y_label, title)}
    return axes, shown


_KEY = (
    "Completers have a score at the last visit; those lost later have none. Model: mean of all by "
    "a linear mixed model. Means of few patients, and others that would tell them, are not shown."
)


def _draw(ax: Axes, shown: pd.DataFrame, places: Places, column: str, mark: Mark) -> None:
    """Draw one line with its markers; it passes over visits whose mean is not shown."""
    known = shown[shown[column].notna()]
    at, values = places.of(known["visit"]), known[column].to_numpy(dtype=float)
    ax.plot(at, values, color=mark.color, linestyle=mark.line, linewidth=2, zorder=3)
    ax.plot(at, values, mark.marker, color=mark.color, markersize=6, zorder=4)


def _ends(shown: pd.DataFrame, places: Places) -> dict[str, tuple[float, float]]:
    """Find the last point of each line that has one."""
    ends = {}
    for name, column in _LINES.items():
        known = shown[shown[column].notna()]
        if len(known):
            place = float(places.of(known["visit"])[-1])
            ends[name] = (place, float(known[column].iloc[-1]))
    return ends


def _message(shown: pd.DataFrame) -> str:
    """Say in one line how completers and all differ at the end."""
    last = shown.iloc[-1]
    visit, own, model = last["visit"], float(last["mean_completers"]), float(last["model"])
    if np.isnan(own):
        return "Too few patients complete to show their mean"
    if np.isnan(model):
        return f"At {visit} completers changed by {written(own, 1)}"
    return (
        f"At {visit} completers changed by {written(own, 1)}, all patients by "
        f"{written(model, 1)} (model)"
    )


def _alt(shown: pd.DataFrame, y_label: str, title: str) -> str:
    """Describe the lines point by point."""
    parts = [f"Line chart, {y_label}, at {len(shown)} visits."]
    for name, column in _LINES.items():
        known = shown[shown[column].notna()]
        each = [
            f"{written(v, 1)} at {t}" for t, v in zip(known["visit"], known[column], strict=True)
        ]
        parts.append(f"{name}: {', '.join(each) or 'not shown'}.")
    return " ".join([*parts, f"Conclusion: {title}."])
