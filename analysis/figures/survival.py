"""Draw survival curves with confidence bands, medians and the numbers at risk under the axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.disclosure import RELEASE, Policy, cut_medians, suppress_curve
from analysis.figures.axis import groups_of
from analysis.figures.labels import add_headings
from analysis.figures.steps import BAND, draw_steps, name_ends, steps_at_ticks
from analysis.figures.style import MUTED, Mark, Words, house_style, marks_for, new_axes
from analysis.figures.time_axis import (
    DAYS,
    HasRiskTable,
    TestResult,
    cut_note,
    describe_lines,
    describe_picture,
    describe_test,
    for_groups,
    headline,
    named,
    released,
    set_share_axis,
    set_time_axis,
    write_below,
)

__all__ = ["CurveResult", "plot_survival"]


class CurveResult(HasRiskTable, Protocol):
    """What a survival result must offer to be drawn."""

    def curve(self) -> pd.DataFrame:
        """Return every step: the group, ``time, n_risk, estimate, conf_low, conf_high``."""

    def median(self) -> pd.DataFrame:
        """Return the group, ``estimate, conf_low, conf_high`` of the median time."""


def plot_survival(
    curve: CurveResult,
    *,
    times: Sequence[float],
    by: str | None = None,
    medians: bool = False,
    test: TestResult | None = None,
    policy: Policy = RELEASE,
    ax: Axes | None = None,
    **words: Unpack[Words],
) -> tuple[Axes, pd.DataFrame]:
    """Draw survival curves as steps, with bands, and the risk table aligned to the ticks.

    Curves end where fewer than 11 patients are at risk. There are no marks for censored times,
    which would show single patients.

    Parameters
    ----------
    curve : CurveResult
        For example what `kaplan_meier` returns.
    times : sequence of float
        Ticks of the time axis and columns of the risk table.
    by : str, optional
        Column of the group; found by itself when the result has one.
    medians : bool
        Write the median times with their limits under the figure, and draw lines to those that
        the drawn curve meets.
    test : TestResult, optional
        What `logrank` returns for the same groups; its p-value is written above the curves.
    policy : Policy
        The least count that may be shown.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **words : str
        ``title`` (the message; made from the data when left out), ``subtitle``, ``x_label``,
        ``y_label``, ``note``.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        The axes, and the numbers that may be released: the group, ``time, n_risk`` (text),
        ``estimate, conf_low, conf_high`` at `times`; ``attrs["alt"]`` describes the figure.

    Raises
    ------
    ColumnError
        When the curve lacks a column.
    DataError
        For more than six groups.

    Notes
    -----
    Steps are shown when 11 events have gathered, so that the drawn curve is late by fewer than
    that; the median is that of the whole curve, which the drawn one often does not meet.
    """
    steps = curve.curve()
    group = by if by is not None else _group_column(steps)
    cut, risk = suppress_curve(
        steps,
        curve.risk_table(times),
        by=group,
        followed=getattr(curve, "followed", None),
        about=getattr(curve, "origin", None) or "",
        policy=policy,
    )
    cut, risk = named(cut, group), named(risk, group)
    marks = marks_for(list(dict.fromkeys(risk["group"])))
    parts = [
        steps_at_ticks(cut[cut["group"].eq(name)], ticks, start=1.0)
        for name, ticks in groups_of(risk)
    ]
    frame = pd.concat(parts, ignore_index=True)
    frame = frame[["group", "time", "n_risk", "estimate", "conf_low", "conf_high"]]
    what = words.get("y_label", _EVENT_FREE)
    title = words.get("title") or headline(frame, what, words)
    found = _medians(curve.median(), steps, group, policy) if medians else None
    told = _told(found, steps, cut, policy)
    compared = describe_test(test, policy)
    with house_style():
        axes = new_axes(ax, height=4.2 + 0.18 * len(marks))
        for name, mark in marks.items():
            draw_steps(axes, cut[cut["group"].eq(name)], mark, start=1.0)
        set_time_axis(axes, times, words.get("x_label", DAYS))
        set_share_axis(axes)
        if found is not None:
            _draw_medians(axes, found[_meets_curve(found, cut)], marks)
        notes = [BAND, words.get("note", ""), *told]
        write_below(axes, frame, marks, heading="Number at risk", notes=notes)
        subtitle = words.get("subtitle", "")
        add_headings(axes, title=title, subtitle=subtitle, y_label=what, corner=compared)
        name_ends(axes, cut, marks)
    lines = describe_lines(frame, number="at risk", told=[compared, *told])
    kind = f"Survival curve (Kaplan-Meier) with 95% confidence bands{for_groups(frame)}"
    opening = f"{kind}: {what}, 0 to 100%,"
    alt = describe_picture(opening, frame, {**words, "title": title}, lines)
    return axes, released(frame, group, alt)


_EVENT_FREE = "Free of the event"
_TOUCHES = 1e-9
_STANDARD = {
    "time",
    "n_risk",
    "n_event",
    "n_censored",
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
}


def _group_column(steps: pd.DataFrame) -> str | None:
    """Find the column of the group, if there is one."""
    others = [str(name) for name in steps.columns if name not in _STANDARD]
    return others[0] if others else None


def _medians(
    medians: pd.DataFrame, steps: pd.DataFrame, group: str | None, policy: Policy
) -> pd.DataFrame:
    """Keep the medians that may be shown, and say whether there was one."""
    kept = cut_medians(medians, steps, by=group, policy=policy)
    return named(kept.assign(reached=medians["estimate"].notna()), group)


def _meets_curve(medians: pd.DataFrame, cut: pd.DataFrame) -> list[bool]:
    """Tell which medians are times at which the drawn curve falls to one half."""
    crossed = cut[cut["estimate"].le(0.5 + _TOUCHES)].groupby("group")["time"].min()
    return [
        crossed.get(name, np.inf) <= median
        for name, median in zip(medians["group"], medians["estimate"], strict=True)
    ]


def _draw_medians(ax: Axes, medians: pd.DataFrame, marks: dict[str, Mark]) -> None:
    """Draw a line at one half, and from it down to each median inside the picture."""
    inside = medians[medians["estimate"].le(ax.get_xlim()[1])]
    if inside.empty:
        return
    line: dict[str, Any] = {"linestyle": (0, (2, 2)), "linewidth": 1.0, "gid": "median"}
    ax.plot([0.0, inside["estimate"].max()], [0.5, 0.5], color=MUTED, **line)
    for name, median in zip(inside["group"], inside["estimate"], strict=True):
        ax.plot([median, median], [0.0, 0.5], color=marks[name].color, **line)


def _told(
    medians: pd.DataFrame | None, steps: pd.DataFrame, cut: pd.DataFrame, policy: Policy
) -> list[str]:
    """Say what the medians are, and what is hidden."""
    hidden = cut_note(len(cut) < len(steps), policy)
    if medians is None:
        return [hidden]
    each = [f"{row['group']} {_median_text(row)}".strip() for row in medians.to_dict("records")]
    return [f"Median (95% confidence): {', '.join(each)}.", hidden]


def _median_text(row: Mapping[Any, Any]) -> str:
    """Write a median with its limits."""
    estimate, low, high = (row[name] for name in ("estimate", "conf_low", "conf_high"))
    if pd.isna(estimate):
        return "not shown" if row["reached"] else "not reached"
    ends = ["—" if pd.isna(end) else f"{end:g}" for end in (low, high)]
    return f"{estimate:g} ({ends[0]} to {ends[1]})"
