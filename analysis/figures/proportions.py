"""Draw proportions with their intervals by group, without ranking anybody."""

from __future__ import annotations

from typing import Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from analysis.disclosure import (
    ABOUT,
    CONFIDENTIAL,
    RELEASE,
    Policy,
    hide_responses,
    require_releasable,
    suppress_proportions,
)
from analysis.disclosure.columns import group_texts
from analysis.disclosure.responses import RESPONSE_COUNTS
from analysis.errors import ColumnError
from analysis.figures.labels import add_headings, add_note, below_axis
from analysis.figures.style import INK, MUTED, RULE, Words, house_style, new_axes

__all__ = ["plot_proportions"]

_COLOR = "#0072B2"
_ALIKE = 0.005  # shares that are one number in whole percents


def plot_proportions(
    frame: pd.DataFrame,
    *,
    by: str,
    measure: str | None = None,
    total: str | None = None,
    reference: tuple[float, float] | None = None,
    policy: Policy = RELEASE,
    ax: Axes | None = None,
    **words: Unpack[Words],
) -> tuple[Axes, pd.DataFrame]:
    """Draw proportions as dots with intervals, groups by name and never by rank.

    Parameters
    ----------
    frame : pandas.DataFrame
        True counts and estimates: `by`, ``observed, n, estimate, conf_low, conf_high``, and
        ``measure, started, evaluable`` where `outcomes.response_rates` made it. The same frame
        hides the same counts here and in `tables.response_table`.
    by : str
        Column of the group.
    measure : str, optional
        Which measure to draw, where the frame has several.
    total : str, optional
        Value of `by` in the row that is the sum of all others; drawn last.
    reference : (float, float), optional
        Range to compare with, as proportions, drawn as a band and explained in ``note``.
    policy : Policy
        The least count that may be shown.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **words : str
        ``title`` (the message; made from the data when left out), ``subtitle``, ``x_label``,
        ``note``.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        The axes, and the plotted numbers: `by`, ``n, observed`` (text), ``estimate, conf_low,
        conf_high``; ``attrs["alt"]`` describes the figure.

    Raises
    ------
    ColumnError
        When a column is absent, or several measures are given and none is chosen.
    DisclosureError
        When the frame holds single patients.
    """
    shown = _release(frame, by=by, measure=measure, total=total, policy=policy)
    title = words.get("title") or _message(shown)
    with house_style():
        axes = new_axes(ax, height=1.9 + 0.32 * len(shown))
        if reference is not None:
            axes.axvspan(*reference, color=RULE, alpha=0.6, linewidth=0, zorder=0)
        _draw(axes, shown, total)
        _set_axes(axes, shown, words.get("x_label", "Share of observed patients"))
        add_headings(axes, title=title, subtitle=words.get("subtitle", ""))
        notes = ["Lines: 95% confidence interval.", words.get("note", ""), _note(shown, policy)]
        add_note(axes, " ".join(filter(None, notes)), below=below_axis(axes) + 6)
    released = shown.rename(columns={"group": by})
    released.attrs["alt"] = _alt(shown, title)
    return axes, released


def _release(
    frame: pd.DataFrame, *, by: str, measure: str | None, total: str | None, policy: Policy
) -> pd.DataFrame:
    """Suppress, then choose the measure and order the groups by name, the total last."""
    needed = {by, "observed", "n", "estimate", "conf_low", "conf_high"}
    if not needed <= set(require_releasable(frame, by).columns):
        raise ColumnError(f"plot_proportions needs the columns {', '.join(sorted(needed))}.")
    if set(RESPONSE_COUNTS) <= set(frame.columns):
        shown, _ = hide_responses(frame, total=total, policy=policy)
    else:
        is_total = group_texts(frame[by]).eq(total or "")
        marked = frame.assign(is_total=is_total)
        shown = suppress_proportions(
            marked,
            total="is_total" if total is not None else None,
            about=str(frame.attrs.get(ABOUT, "")),
            policy=policy,
        )
    if "measure" in shown.columns:
        measures = shown["measure"].unique()
        if measure is None and len(measures) > 1:
            raise ColumnError("The frame has several measures; choose one by measure=.")
        shown = shown[shown["measure"].eq(measures[0] if measure is None else measure)]
    group = group_texts(shown[by])
    kept = shown.assign(group=group, last=group.eq(total or ""))
    kept = kept.sort_values(["last", "group"], kind="stable").reset_index(drop=True)
    return kept[["group", "n", "observed", "estimate", "conf_low", "conf_high"]]


def _draw(ax: Axes, shown: pd.DataFrame, total: str | None) -> None:
    """Draw dots and intervals, and print the numbers at the right."""
    for place, row in enumerate(shown.to_dict("records")):
        is_total = row["group"] == total
        text = "hidden"
        if not np.isnan(row["estimate"]):
            ax.plot([row["conf_low"], row["conf_high"]], [place, place], color=_COLOR, linewidth=2)
            ax.plot(row["estimate"], place, "D" if is_total else "o", color=_COLOR, markersize=7)
            text = f"{100 * row['estimate']:.0f}%"
        for offset, content in ((8, text), (46, f"{row['n']} of {row['observed']}")):
            ax.annotate(
                content,
                (1, place),
                xycoords=("axes fraction", "data"),
                xytext=(offset, 0),
                textcoords="offset points",
                va="center",
                size=9,
                color=INK if text != "hidden" else MUTED,
                weight="bold" if is_total else "normal",
                annotation_clip=False,
                gid="count",
            )


def _set_axes(ax: Axes, shown: pd.DataFrame, x_label: str) -> None:
    """Name the groups and draw the axis from 0 to 100 %."""
    ax.set_yticks(range(len(shown)), shown["group"].tolist())
    ax.set_ylim(len(shown) - 0.4, -0.6)
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    ax.set_xlabel(x_label)
    ax.grid(visible=True, axis="x", color=RULE, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def _note(shown: pd.DataFrame, policy: Policy) -> str:
    """Say what is hidden."""
    if policy.confidential:
        return CONFIDENTIAL
    if not shown["estimate"].isna().any():
        return ""
    return (
        f"Hidden: fewer than {policy.minimum_count} with or without the outcome, or needed to "
        "protect another group."
    )


def _message(shown: pd.DataFrame) -> str:
    """Say in one line between which values the proportions lie."""
    known = shown["estimate"].dropna()
    if known.empty:
        return "No group has enough patients to show a share"
    if known.max() - known.min() < _ALIKE:
        return f"The share is {100 * known.iloc[0]:.0f}%"
    shares = "The shares that may be shown lie" if shown["estimate"].isna().any() else "Shares lie"
    return f"{shares} between {100 * known.min():.0f}% and {100 * known.max():.0f}%"


def _alt(shown: pd.DataFrame, title: str) -> str:
    """Describe the figure group by group."""
    parts = [f"Dot plot of proportions with 95% confidence intervals for {len(shown)} groups."]
    for row in shown.to_dict("records"):
        what = f"{row['n']} of {row['observed']}"
        if not np.isnan(row["estimate"]):
            ends = f"{100 * row['conf_low']:.0f} to {100 * row['conf_high']:.0f}%"
            what = f"{100 * row['estimate']:.0f}% ({ends}), {what}"
        else:
            what = f"hidden, {what}"
        parts.append(f"{row['group']}: {what}.")
    return " ".join([*parts, f"Conclusion: {title}."])
