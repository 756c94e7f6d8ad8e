"""Draw cumulative incidence: of each cause in one group, or of one cause in several groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.disclosure import RELEASE, Policy, suppress_curve
from analysis.errors import DataError
from analysis.figures.axis import groups_of
from analysis.figures.labels import add_headings
from analysis.figures.steps import BAND, draw_steps, name_ends, steps_at_ticks
from analysis.figures.style import Words, house_style, marks_for, new_axes
from analysis.figures.time_axis import (
    DAYS,
    HasRiskTable,
    TestResult,
    cut_note,
    describe_lines,
    describe_picture,
    describe_test,
    headline,
    named,
    released,
    set_share_axis,
    set_time_axis,
    write_below,
)

__all__ = ["IncidenceResult", "plot_cumulative_incidence"]


class IncidenceResult(HasRiskTable, Protocol):
    """What a result must offer to be drawn as cumulative incidence."""

    @property
    def levels(self) -> pd.Index:
        """The groups; its name is their column."""

    @property
    def causes(self) -> pd.Index:
        """The causes."""

    def curve(self) -> pd.DataFrame:
        """Return the group, ``event, time, n_risk, n_event, estimate, conf_low, conf_high``."""


def plot_cumulative_incidence(
    incidence: IncidenceResult,
    *,
    times: Sequence[float],
    event: Any = None,
    test: TestResult | None = None,
    policy: Policy = RELEASE,
    ax: Axes | None = None,
    **words: Unpack[Words],
) -> tuple[Axes, pd.DataFrame]:
    """Draw cumulative incidence as steps, with bands, and the risk table under the ticks.

    With one group there is a line for every cause; with several groups a line for each, of the
    cause `event`. A step is shown when 11 events of its cause have gathered; lines end where
    fewer than 11 patients are at risk.

    Parameters
    ----------
    incidence : IncidenceResult
        What `cumulative_incidence` returns.
    times : sequence of float
        Ticks of the time axis and columns of the risk table.
    event : hashable, optional
        The cause to draw; needed with several groups.
    test : TestResult, optional
        What `gray_test` returns for the same groups; its p-value is written above the curves.
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
        The axes, and the numbers that may be released: the group, ``event, time, n_risk`` (text),
        ``estimate, conf_low, conf_high`` at `times`; ``attrs["alt"]`` describes the figure.

    Raises
    ------
    DataError
        When `event` is not a cause, or is left out with several groups; for more than six lines.

    Notes
    -----
    The share axis ends at 25, 50 or 100%, whichever is the first above all bands.
    """
    column = str(incidence.levels.name) if len(incidence.levels) > 1 else None
    causes = _causes_drawn(incidence, event)
    line = column or "event"
    keys = [*([column] if column else []), "event"]
    steps = incidence.curve()
    steps = steps[steps["event"].isin(causes)]
    at_risk = incidence.risk_table(times)
    at_risk = at_risk[at_risk["event"].eq(causes[0])].drop(columns="event")
    cut, risk = suppress_curve(steps, at_risk, by=keys, policy=policy)
    cut, risk = named(cut, line), _for_causes(named(risk, column), causes)
    frame = _at_ticks(cut, risk, by_group=column is not None)
    marks = marks_for(list(dict.fromkeys(frame["group"])))
    what = words.get("y_label", _about(event))
    title = words.get("title") or headline(frame, what, words)
    compared = describe_test(test, policy, event)
    hidden = cut_note(len(cut) < len(steps), policy)
    with house_style():
        rows = risk.drop_duplicates(["group", "time"])
        axes = new_axes(ax, height=4.2 + 0.18 * rows["group"].nunique())
        for name, mark in marks.items():
            draw_steps(axes, cut[cut["group"].eq(name)], mark, start=0.0)
        set_time_axis(axes, times, words.get("x_label", DAYS))
        set_share_axis(axes, _top(cut[cut["time"].le(max(times))]))
        notes = [BAND, words.get("note", ""), hidden]
        below = marks if column else marks_for([""])
        write_below(axes, rows, below, heading="Number at risk", notes=notes)
        subtitle = words.get("subtitle", "")
        add_headings(axes, title=title, subtitle=subtitle, y_label=what, corner=compared)
        name_ends(axes, cut, marks)
    lines = describe_lines(frame, number="at risk", told=[compared, hidden])
    kind = "Cumulative incidence (Aalen-Johansen) with 95% confidence bands"
    opening = f"{kind}, {len(marks)} lines ({', '.join(marks)}): {what},"
    alt = describe_picture(opening, frame, {**words, "title": title}, lines)
    return axes, released(frame[["group", *_NUMBERS]], column, alt)


_NUMBERS = ["event", "time", "n_risk", "estimate", "conf_low", "conf_high"]


def _about(event: Any) -> str:
    """Name what the share is of."""
    return "With the event" if event is None else f"With {event}"


def _causes_drawn(incidence: IncidenceResult, event: Any) -> list[Any]:
    """List the causes to draw, or refuse to guess."""
    causes = list(incidence.causes)
    if event is not None and event not in causes:
        raise DataError(f"event= is not a cause of these curves; they have {len(causes)} others.")
    if event is None and len(incidence.levels) > 1:
        raise DataError(
            f"There are {len(incidence.levels)} groups and {len(causes)} causes: say by event= "
            "which cause to draw, and draw the others beside it."
        )
    return causes if event is None else [event]


def _for_causes(risk: pd.DataFrame, causes: list[Any]) -> pd.DataFrame:
    """Repeat the numbers at risk, which are the same for every cause."""
    return pd.concat([risk.assign(event=cause) for cause in causes], ignore_index=True)


def _at_ticks(cut: pd.DataFrame, risk: pd.DataFrame, *, by_group: bool) -> pd.DataFrame:
    """Read every line at the ticks."""
    lines = risk if by_group else risk.assign(group=risk["event"].astype("string"))
    parts = [
        steps_at_ticks(cut[cut["group"].eq(name)], ticks, start=0.0)
        for name, ticks in groups_of(lines)
    ]
    return pd.concat(parts, ignore_index=True)


def _top(cut: pd.DataFrame) -> float:
    """Choose the end of the share axis for what is seen."""
    highest = float(np.nanmax([0.0, *cut["conf_high"], *cut["estimate"]]))
    return next((top for top in (0.25, 0.5) if highest <= top), 1.0)
