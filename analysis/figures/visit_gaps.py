"""Draw how many days pass to the next score after scores of each severity."""

from __future__ import annotations

from itertools import pairwise
from typing import Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.disclosure import CONFIDENTIAL
from analysis.figures.labels import add_headings, add_note, below_axis
from analysis.figures.style import INK, MUTED, RULE, Words, house_style, new_axes
from analysis.missing import Visiting

__all__ = ["plot_visit_gaps"]

_COLOR = "#0072B2"
_COLUMNS = ["start", "last_severity", "n", "median_days", "conf_low", "conf_high"]


def plot_visit_gaps(
    visits: Visiting, *, ax: Axes | None = None, **words: Unpack[Words]
) -> tuple[Axes, pd.DataFrame]:
    """Draw the median days to the next score with their limits, by day and last score.

    Parameters
    ----------
    visits : Visiting
        What `visiting` returns; its policy decides what is shown.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **words : str
        ``title`` (the message; made from the data when left out), ``subtitle``, ``x_label``,
        ``note``.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        The axes, and what is drawn: ``start, last_severity, n`` (text), ``median_days, conf_low,
        conf_high``; ``attrs["alt"]`` describes it.
    """
    given = visits.intervals.shown
    shown = given[_COLUMNS]
    ratio = visits.tidy(exponentiate=True).iloc[0]
    title = words.get("title") or _message(ratio)
    with house_style():
        axes = new_axes(ax, height=2.2 + 0.32 * len(shown))
        for place, row in enumerate(shown.to_dict("records")):
            _draw(axes, place, row["median_days"], (row["conf_low"], row["conf_high"]), row["n"])
        _set_axes(axes, shown, words.get("x_label", "Median days to the next score"))
        add_headings(axes, title=title, subtitle=words.get("subtitle", ""))
        confidential = CONFIDENTIAL if visits.intervals.statement.policy.confidential else ""
        notes = [_note(ratio), words.get("note", ""), confidential]
        add_note(axes, " ".join(filter(None, notes)), below=below_axis(axes) + 6)
    shown.attrs = {**given.attrs, "alt": _alt(shown, title)}
    return axes, shown


def _draw(ax: Axes, place: int, median: float, limits: tuple[float, float], n: str) -> None:
    """Draw one median with its limits, and print the patients at the right."""
    if not np.isnan(median):
        ax.plot(limits, [place, place], color=_COLOR, linewidth=2)
        ax.plot(median, place, "o", color=_COLOR, markersize=7)
    ax.annotate(
        f"n = {n}" if n[:1].isdigit() else n,
        (1, place),
        xycoords=("axes fraction", "data"),
        xytext=(8, 0),
        textcoords="offset points",
        va="center",
        size=9,
        color=MUTED if np.isnan(median) else INK,
        annotation_clip=False,
        gid="count",
    )


def _set_axes(ax: Axes, shown: pd.DataFrame, x_label: str) -> None:
    """Name the bands, and draw the days from 0 on."""
    ax.set_yticks(range(len(shown)), _names(shown))
    ax.set_ylim(len(shown) - 0.4, -0.6)
    for place, (before, after) in enumerate(pairwise(shown["start"])):
        if before != after:
            ax.axhline(place + 0.5, color=MUTED, linewidth=0.8)
    ax.set_xlim(left=0)
    ax.set_xlabel(x_label)
    ax.grid(visible=True, axis="x", color=RULE, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def _names(shown: pd.DataFrame) -> list[str]:
    """Name the rows by period and severity."""
    return [f"{s}, {b}" for s, b in zip(shown["start"], shown["last_severity"], strict=True)]


def _note(ratio: pd.Series) -> str:
    """Say what is drawn, and the rate ratio beside which it must be read."""
    return (
        "n: patients. Lines: 95% limits. Among patients at the same day since treatment the rate "
        f"of visits changes by a factor of {ratio['estimate']:.3f} per point of the last score "
        f"({ratio['conf_low']:.3f} to {ratio['conf_high']:.3f})."
    )


def _message(ratio: pd.Series) -> str:
    """Say in one line whether visits depend on the last score."""
    if ratio["conf_low"] <= 1.0 <= ratio["conf_high"]:
        return "Visits are not seen to depend on the last score"
    how = "sooner" if ratio["estimate"] > 1.0 else "later"
    return f"After a higher score patients come {how}"


def _alt(shown: pd.DataFrame, title: str) -> str:
    """Describe the medians one by one."""
    parts = [
        "Dot plot of median days to the next score with limits, by severity of the last score."
    ]
    for name, row in zip(_names(shown), shown.to_dict("records"), strict=True):
        known = not np.isnan(row["median_days"])
        what = f"{row['median_days']:g} ({row['conf_low']:g} to {row['conf_high']:g})"
        parts.append(f"{name}: {what if known else 'not shown'}, n {row['n']}.")
    return " ".join([*parts, f"Conclusion: {title}."])
