"""Draw a clinic beside a published cohort: estimates with intervals, and overlaid curves.

Both results carry the policy by which their numbers are shown; published numbers are public.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Protocol, Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from analysis.disclosure import Policy, cut_curve, suppress_risk_table
from analysis.figures.axis import groups_of
from analysis.figures.labels import add_headings, add_note, below_axis, written
from analysis.figures.steps import BAND, draw_steps, name_ends, steps_at_ticks
from analysis.figures.style import INK, MUTED, RULE, Mark, Words, house_style, marks_for, new_axes
from analysis.figures.time_axis import (
    DAYS,
    cut_note,
    describe_lines,
    describe_picture,
    for_groups,
    headline,
    named,
    released,
    set_share_axis,
    set_time_axis,
    write_below,
)
from analysis.survival import ReconstructedCurve, SurvivalCurve

__all__ = ["plot_published", "plot_published_curves"]

Row = Mapping[Hashable, Any]

_NO_CONTROL = "No control group, unadjusted: no effect of a treatment."
_LATE = (
    "A step here is drawn when enough events have gathered, so that the drawn curve is late; "
    "restricted means and tests use every event."
)
_DIFFERENCE = "difference"


class Compared(Protocol):
    """What a comparison with a published cohort must offer to be drawn."""

    @property
    def shown(self) -> pd.DataFrame:
        """Rows of both cohorts, the difference, and regression to the mean."""

    @property
    def is_share(self) -> bool:
        """Whether proportions are compared."""

    def glance(self) -> pd.DataFrame:
        """Return ``measure, scale, window``."""


class ComparedCurves(Protocol):
    """What a comparison with a published curve must offer to be drawn."""

    @property
    def curves(self) -> SurvivalCurve:
        """Both curves by ``cohort``, the clinic first."""

    @property
    def published(self) -> ReconstructedCurve:
        """The rebuilt curve."""

    @property
    def policy(self) -> Policy:
        """By which numbers are shown."""


def plot_published(
    comparison: Compared, *, ax: Axes | None = None, **words: Unpack[Words]
) -> tuple[Axes, pd.DataFrame]:
    """Draw the clinic's estimate beside the published one, and what no treatment would show.

    Parameters
    ----------
    comparison : PublishedComparison
        What `compare_with_published` returned.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **words : str
        ``title`` (the message; made from the data when left out), ``subtitle``, ``x_label``,
        ``note``.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        The axes, and the plotted numbers as the policy of the comparison shows them;
        ``attrs["alt"]`` describes the figure.
    """
    shown, about = comparison.shown, comparison.glance().iloc[0]
    rows = shown[shown["cohort"].ne(_DIFFERENCE)].reset_index(drop=True)
    title = words.get("title") or _message(rows, str(about["measure"]), share=comparison.is_share)
    subtitle = words.get("subtitle") or f"{about['scale']}, {about['window']}"
    told = [_difference_words(shown, share=comparison.is_share), "Lines: 95% confidence interval."]
    with house_style():
        axes = new_axes(ax, height=2.3 + 0.34 * len(rows))
        for place, row in enumerate(rows.to_dict("records")):
            _draw_row(axes, place, row, share=comparison.is_share)
        _set_axes(axes, rows, words, share=comparison.is_share)
        add_headings(axes, title=title, subtitle=subtitle)
        notes = [*told, _expected_words(rows), words.get("note", ""), _NO_CONTROL]
        add_note(axes, " ".join(filter(None, notes)), below=below_axis(axes) + 6)
    shown.attrs = {"alt": _alt(rows, title, told, share=comparison.is_share)}
    return axes, shown


def _text(value: float, *, share: bool) -> str:
    """Write an estimate: a percentage, or points."""
    if np.isnan(value):
        return "hidden"
    if share:
        return "<1%" if 0.0 < value < 0.005 else f"{100 * value:.0f}%"
    return written(value, 1)


def _message(rows: pd.DataFrame, measure: str, *, share: bool) -> str:
    """Say both estimates in one line."""
    both = [f"{row['cohort']} {_text(row['estimate'], share=share)}" for row in _cohorts(rows)]
    return f"{measure.capitalize()}: {', '.join(both)}"


def _cohorts(rows: pd.DataFrame) -> list[Row]:
    """Return the rows of the clinic and of the published cohort."""
    return list(rows.iloc[:2].to_dict("records"))


def _difference_words(shown: pd.DataFrame, *, share: bool) -> str:
    """Say the difference with its interval."""
    row = shown[shown["cohort"].eq(_DIFFERENCE)].iloc[0]
    if np.isnan(row["estimate"]):
        return "Difference: hidden, since a count here is too small to be shown."
    scale, unit = (100.0, "percentage points") if share else (1.0, "points")
    digits = 0 if share else 1
    numbers = [written(scale * row[name], digits) for name in ("estimate", "conf_low", "conf_high")]
    return f"Difference: {numbers[0]} {unit} (95% CI {numbers[1]} to {numbers[2]})."


def _expected_words(rows: pd.DataFrame) -> str:
    """Explain the third row, where there is one."""
    if len(rows) < 3:
        return ""
    return "Dashed: what patients chosen by this baseline would show if nothing changed."


def _draw_row(ax: Axes, place: int, row: Row, *, share: bool) -> None:
    """Draw one estimate with its interval, and print the numbers at the right."""
    estimate = float(row["estimate"])
    mark = list(marks_for(["a", "b"]).values())[min(place, 1)]
    if place == 2 and not np.isnan(estimate):
        ax.axvline(estimate, color=MUTED, linestyle=(0, (4, 3)), linewidth=1.2, zorder=0)
        ax.plot(
            estimate, place, "D", markersize=6, color="white", markeredgecolor=MUTED, clip_on=False
        )
    elif not np.isnan(estimate):
        ends = [row["conf_low"], row["conf_high"]]
        ax.plot(ends, [place, place], color=mark.color, linewidth=2)
        ax.plot(estimate, place, mark.marker, color=mark.color, markersize=7)
    seen = f"{row['observed']} of {row['started'] or 'not published'}" if place < 2 else ""
    for offset, content in ((8, _text(estimate, share=share)), (52, seen)):
        ax.annotate(
            content,
            (1, place),
            xycoords=("axes fraction", "data"),
            xytext=(offset, 0),
            textcoords="offset points",
            va="center",
            size=9,
            color=INK if content != "hidden" else MUTED,
            annotation_clip=False,
            gid="count",
        )


def _set_axes(ax: Axes, rows: pd.DataFrame, words: Words, *, share: bool) -> None:
    """Name the rows and the columns, and draw the axis."""
    names = [str(name) for name in rows["cohort"]]
    ax.set_yticks(range(len(rows)), [name[:1].upper() + name[1:] for name in names])
    ax.set_ylim(len(rows) - 0.4, -0.9)
    if share:
        ax.set_xlim(-0.005, 1)
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    ax.set_xlabel(
        words.get("x_label", "Share of observed patients" if share else "Mean change, points")
    )
    ax.grid(visible=True, axis="x", color=RULE, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.annotate(
        "seen of treated",
        (1, -0.62),
        xycoords=("axes fraction", "data"),
        xytext=(52, 0),
        textcoords="offset points",
        va="center",
        size=8.5,
        color=MUTED,
        annotation_clip=False,
        gid="count",
    )


def _alt(rows: pd.DataFrame, title: str, told: list[str], *, share: bool) -> str:
    """Describe the figure in words."""
    parts = ["Dot plot of a clinic beside a published cohort with 95% confidence intervals."]
    for row in _cohorts(rows):
        seen = f"seen {row['observed']} of {row['started'] or 'an unpublished number'} treated"
        parts.append(f"{row['cohort']}: {_text(row['estimate'], share=share)}, {seen}.")
    lines = [
        f"{line['cohort']}: {_text(line['estimate'], share=share)}."
        for line in rows.iloc[2:].to_dict("records")
    ]
    return " ".join([*parts, *lines, *told, f"Conclusion: {title}."])


def plot_published_curves(
    comparison: ComparedCurves,
    *,
    times: Sequence[float],
    ax: Axes | None = None,
    **words: Unpack[Words],
) -> tuple[Axes, pd.DataFrame]:
    """Lay the clinic's curve over a published one, with the points that were read off paper.

    Parameters
    ----------
    comparison : PublishedCurves
        What `compare_curves` returned.
    times : sequence of float
        Ticks of the time axis and columns of the risk table.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when left out.
    **words : str
        ``title`` (the message; made from the data when left out), ``subtitle``, ``x_label``,
        ``y_label``, ``note``.

    Returns
    -------
    tuple of Axes and pandas.DataFrame
        The axes, and the shown numbers: ``cohort, time, n_risk`` (text), ``estimate, conf_low,
        conf_high`` at `times`; ``attrs["alt"]`` describes the figure.

    Notes
    -----
    The clinic's curve ends where the policy of the comparison hides those at risk, and its steps
    are shown when enough events have gathered. The published one is drawn as it was rebuilt.
    """
    policy, what = comparison.policy, words.get("y_label", "Free of the event")
    steps = named(comparison.curves.curve(), "cohort")
    cut = _cut(steps, policy)
    risk = _numbers(comparison.curves.risk_table(times), policy)
    marks = marks_for(list(dict.fromkeys(risk["group"])))
    parts = [
        steps_at_ticks(cut[cut["group"].eq(name)], ticks, start=1.0)
        for name, ticks in groups_of(risk)
    ]
    frame = pd.concat(parts, ignore_index=True)
    frame = frame[["group", "time", "n_risk", "estimate", "conf_low", "conf_high"]]
    title = words.get("title") or headline(frame, what, words)
    is_cut = len(cut) < len(steps)
    told = [cut_note(is_cut, policy), _LATE if is_cut else "", _NO_CONTROL]
    with house_style():
        axes = new_axes(ax, height=4.8)
        for name, mark in marks.items():
            draw_steps(axes, cut[cut["group"].eq(name)], mark, start=1.0)
        _draw_read(axes, comparison.published.tidy(), list(marks.values())[1], max(times))
        set_time_axis(axes, times, words.get("x_label", DAYS))
        set_share_axis(axes)
        notes = [BAND, "Dots: points read off the published curve.", words.get("note", ""), *told]
        write_below(axes, frame, marks, heading="Number at risk", notes=notes)
        add_headings(axes, title=title, subtitle=words.get("subtitle", ""), y_label=what)
        name_ends(axes, cut, marks)
    lines = describe_lines(frame, number="at risk", told=told)
    opening = f"Survival curves with 95% confidence bands{for_groups(frame)}: {what}, 0 to 100%,"
    alt = describe_picture(opening, frame, {**words, "title": title}, lines)
    return axes, released(frame, "cohort", alt)


def _cut(steps: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Show the clinic's steps as the policy allows, and every step of the published curve."""
    own = steps["group"].iloc[0]
    mine = cut_curve(steps[steps["group"].eq(own)].drop(columns="group"), policy=policy)
    theirs = steps[steps["group"].ne(own)]
    return pd.concat([mine.assign(group=own), theirs], ignore_index=True)


def _numbers(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Write the numbers at risk: the clinic's as the policy allows, the published ones all."""
    named_table = named(table, "cohort")
    own = named_table["group"].iloc[0]
    mine = named_table[named_table["group"].eq(own)].drop(columns="group")
    shown = suppress_risk_table(mine, policy=policy).assign(group=own)
    theirs = named_table[named_table["group"].ne(own)]
    texts = [f"{int(n):,}" for n in theirs["n_risk"]]
    columns = ["group", "time", "n_risk"]
    return pd.concat([shown[columns], theirs.assign(n_risk=texts)[columns]], ignore_index=True)


def _draw_read(ax: Axes, points: pd.DataFrame, mark: Mark, last: float) -> None:
    """Mark the points that were read."""
    seen = points[points["time"].le(last)]
    ax.plot(
        seen["time"],
        seen["published"],
        linestyle="none",
        marker="o",
        markersize=3,
        color=mark.text_color,
        gid="read",
    )
