"""Draw curves from interval-censored times with the regions in which they are not known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.disclosure import (
    RELEASE,
    Policy,
    cut_curve,
    held_together,
    interval_corners,
    interval_levels,
    require_interval_steps,
    suppress_interval_curve,
)
from analysis.figures.axis import groups_of
from analysis.figures.labels import add_headings
from analysis.figures.steps import name_ends
from analysis.figures.style import Mark, Words, house_style, marks_for, new_axes
from analysis.figures.survival import CurveResult
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

__all__ = ["IntervalResult", "plot_interval_curve"]


class IntervalResult(HasRiskTable, Protocol):
    """What a result from interval-censored times must offer to be drawn."""

    @property
    def levels(self) -> pd.Index:
        """The groups; its name is their column."""

    def curve(self) -> pd.DataFrame:
        """Return the group, ``lower, upper, mass, n_risk, n_event, estimate``."""


def plot_interval_curve(
    curve: IntervalResult,
    *,
    times: Sequence[float],
    naive: CurveResult | None = None,
    test: TestResult | None = None,
    policy: Policy = RELEASE,
    ax: Axes | None = None,
    **words: Unpack[Words],
) -> tuple[Axes, pd.DataFrame]:
    """Draw what visits tell of a curve: known levels, and shaded regions in between.

    Inside a region the curve falls from the upper left to the lower right corner; where, visits
    do not tell. The line across it is straight only for want of knowledge.

    Parameters
    ----------
    curve : IntervalResult
        What `turnbull` returns.
    times : sequence of float
        Ticks of the time axis and columns of the table of numbers.
    naive : CurveResult, optional
        The Kaplan-Meier curve of the same groups, dated at the visit that showed the event;
        drawn as thin dots, to show how late it is.
    test : TestResult, optional
        What `interval_test` returns for the same groups; its p-value is written above the curves.
    policy : Policy
        The least count that may be shown; regions are joined until 11 events lie behind each.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **words : str
        ``title`` (the message; made from the data when left out), ``subtitle``, ``x_label``,
        ``y_label``, ``note``.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        The axes, and the numbers that may be released: the group, ``time, n_risk`` (text; seen
        without the event at or after the time), ``estimate, estimate_low, estimate_high`` at
        `times`; ``attrs["alt"]`` describes the figure.

    Raises
    ------
    DataError
        For more than six groups.
    DisclosureError
        When no step of the curve may be shown.
    """
    column = None if curve.levels.name is None else str(curve.levels.name)
    whole = curve.curve()
    with held_together():  # both curves tell how many had the event
        cut, risk = (named(each, column) for each in _released(curve, whole, times, policy))
        late = None if naive is None else _naive(naive, column, policy)
    require_interval_steps(cut, policy)
    marks = marks_for(list(dict.fromkeys(risk["group"])))
    parts = [_at_ticks(cut[cut["group"].eq(name)], ticks) for name, ticks in groups_of(risk)]
    frame = pd.concat(parts, ignore_index=True)
    what = words.get("y_label", "Free of the event")
    title = words.get("title") or headline(frame, what, words)
    compared = describe_test(test, policy)
    hidden = cut_note(len(cut) < np.isfinite(whole["upper"]).sum(), policy)
    notes = ["Shaded: where the curve lies, as far as visits tell."]
    notes += ["Dots: dated at the visit that showed the event."] if naive is not None else []
    with house_style():
        axes = new_axes(ax, height=4.2 + 0.18 * len(marks))
        for name, mark in marks.items():
            _draw_regions(axes, cut[cut["group"].eq(name)], mark)
        if late is not None:
            _draw_naive(axes, named(late, column), marks)
        set_time_axis(axes, times, words.get("x_label", DAYS))
        set_share_axis(axes)
        below = [*notes, words.get("note", ""), hidden]
        write_below(axes, frame, marks, heading="Seen without the event at or after", notes=below)
        subtitle = words.get("subtitle", "")
        add_headings(axes, title=title, subtitle=subtitle, y_label=what, corner=compared)
        name_ends(axes, cut.rename(columns={"upper": "time"}), marks)
    number, told = "seen later without the event", [compared, *notes, hidden]
    lines = describe_lines(frame, number=number, told=told)
    kind = "Curve from interval-censored times (Turnbull) with the regions where it is not known"
    opening = f"{kind}{for_groups(frame)}: {what}, 0 to 100%,"
    alt = describe_picture(opening, frame, {**words, "title": title}, lines)
    return axes, released(frame, column, alt)


def _released(
    curve: IntervalResult, whole: pd.DataFrame, times: Sequence[float], policy: Policy
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Hide what of a curve and of its numbers at the ticks must not be told."""
    return suppress_interval_curve(
        whole,
        curve.risk_table(times),
        by=None if curve.levels.name is None else str(curve.levels.name),
        followed=getattr(curve, "followed", None),
        about=getattr(curve, "origin", None) or "",
        policy=policy,
    )


def _naive(naive: CurveResult, column: str | None, policy: Policy) -> pd.DataFrame:
    """Keep the steps of the curve dated at the visit that may be told beside the other."""
    return cut_curve(
        naive.curve(),
        by=column,
        followed=getattr(naive, "followed", None),
        about=getattr(naive, "origin", None) or "",
        policy=policy,
    )


def _at_ticks(cut: pd.DataFrame, risk: pd.DataFrame) -> pd.DataFrame:
    """Read one shown curve at the ticks, beside the numbers there."""
    levels = interval_levels(cut, risk["time"]).drop(columns="time")
    return pd.concat([risk[["group", "time", "n_risk"]].reset_index(drop=True), levels], axis=1)


def _draw_regions(ax: Axes, cut: pd.DataFrame, mark: Mark) -> None:
    """Draw one curve and shade what is not known of it."""
    x, y = interval_corners(cut)
    for left, right, high, low in zip(x[1::2], x[2::2], y[1::2], y[2::2], strict=True):
        ax.fill_between(
            [left, right], [low, low], [high, high], color=mark.color, alpha=0.22, linewidth=0
        )
    ax.plot(x, y, color=mark.color, linestyle=mark.line, linewidth=1.8)


def _draw_naive(ax: Axes, cut: pd.DataFrame, marks: dict[str, Mark]) -> None:
    """Draw the curves that take the visit for the event as thin dots."""
    for name, steps in groups_of(cut):
        time = np.append(0.0, steps["time"].to_numpy(float))
        estimate = np.append(1.0, steps["estimate"].to_numpy(float))
        color = marks[name].text_color
        ax.step(
            time, estimate, where="post", color=color, linestyle=":", linewidth=1.3, gid="naive"
        )
