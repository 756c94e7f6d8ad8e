"""Draw the shares of patients in each state over time as stacked areas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.disclosure import (
    CONFIDENTIAL,
    RELEASE,
    Policy,
    coarsen_occupancy,
    suppress_risk_table,
)
from analysis.errors import DataError
from analysis.figures.labels import add_headings, end_labels
from analysis.figures.style import TEXT_SIZE, Mark, Words, house_style, marks_for, new_axes
from analysis.figures.time_axis import (
    DAYS,
    describe_picture,
    set_share_axis,
    set_time_axis,
    write_below,
)

__all__ = ["StatesResult", "plot_states"]

_MOMENTS = 200


class StatesResult(Protocol):
    """What a result must offer to be drawn as areas of states."""

    @property
    def levels(self) -> pd.Index:
        """The groups; its name is their column."""

    @property
    def states(self) -> pd.Index:
        """The states in order."""

    def at(self, times: Iterable[float]) -> pd.DataFrame:
        """Return the group, ``state, time, n_risk, estimate``."""


def plot_states(
    occupancy: StatesResult,
    *,
    times: Sequence[float],
    level: Any = None,
    policy: Policy = RELEASE,
    ax: Axes | None = None,
    **words: Unpack[Words],
) -> tuple[Axes, pd.DataFrame]:
    """Draw the share of patients in each state as areas that stack up to 100%.

    The first state is at the bottom. Shares are rounded to steps of 11 patients then in sight,
    and end where fewer are.

    Parameters
    ----------
    occupancy : StatesResult
        What `multistate` returns.
    times : sequence of float
        Ticks of the time axis, from 0 on.
    level : hashable, optional
        The group to draw; needed with several groups.
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
        The axes, and the numbers that may be released: ``state, time, n_risk`` (text; all in
        sight, who can still move) and ``estimate`` at `times`; ``attrs["alt"]`` describes the
        figure.

    Raises
    ------
    DataError
        When `level` is not a group, or is left out with several groups; for more than six states.
    """
    marks = marks_for([str(state) for state in occupancy.states])
    asked = occupancy.at(times)["time"].to_numpy()  # which refuses what is no time
    moments = np.unique(np.concatenate([[0.0], asked, np.linspace(0.0, asked.max(), _MOMENTS)]))
    found = _of_level(occupancy.at(moments), occupancy.levels, level)
    shown = coarsen_occupancy(found, policy=policy)
    shares = shown.pivot(index="time", columns="state", values="estimate")[list(occupancy.states)]
    shares = shares.set_axis(list(marks), axis="columns").dropna()
    frame = _at_ticks(shares, found, times, policy)
    what = words.get("y_label", "Share of patients in each state")
    title = words.get("title") or _message(frame, words)
    hidden = _note(len(shares) < len(moments), policy)
    with house_style():
        axes = new_axes(ax, height=4.4)
        _draw_areas(axes, shares, marks)
        set_time_axis(axes, times, words.get("x_label", DAYS))
        set_share_axis(axes)
        below = frame.drop_duplicates("time").assign(group="")
        notes = [words.get("note", ""), hidden]
        write_below(axes, below, marks_for([""]), heading="In sight", notes=notes)
        add_headings(axes, title=title, subtitle=words.get("subtitle", ""), y_label=what)
        _name_areas(axes, shares, marks)
    opening = f"Stacked areas (Aalen-Johansen): {what} ({', '.join(marks)}), 0 to 100%,"
    lines = [*_at_each_time(frame), hidden]
    alt = describe_picture(opening, frame, {**words, "title": title}, lines)
    frame.attrs = {"alt": alt}
    return axes, frame


def _of_level(found: pd.DataFrame, levels: pd.Index, level: Any) -> pd.DataFrame:
    """Take one group, or refuse to guess."""
    if level is None and len(levels) > 1:
        raise DataError(
            f"There are {len(levels)} groups: say by level= which to draw, and draw the others "
            "beside it."
        )
    if level is not None and level not in levels:
        raise DataError(f"level= is not one of the {len(levels)} groups of this result.")
    return found if level is None else found[found[str(levels.name)].eq(level)]


def _at_ticks(
    shares: pd.DataFrame, found: pd.DataFrame, times: Sequence[float], policy: Policy
) -> pd.DataFrame:
    """Read the shares at the ticks, beside the number in sight."""
    in_sight = found.groupby("time", as_index=False)["n_risk"].sum()
    risk = suppress_risk_table(in_sight[in_sight["time"].isin(times)], policy=policy)
    ticks = shares.reindex(risk["time"]).rename_axis(index="time").reset_index()
    long = ticks.melt("time", var_name="state", value_name="estimate")
    return long.merge(risk, on="time")[["state", "time", "n_risk", "estimate"]]


def _draw_areas(ax: Axes, shares: pd.DataFrame, marks: dict[str, Mark]) -> None:
    """Stack the shares as steps, with a line between neighbours."""
    tops = shares.cumsum(axis=1)
    bottom = pd.Series(0.0, index=shares.index)
    for name, mark in marks.items():
        ax.fill_between(
            shares.index, bottom, tops[name], step="post", color=mark.color, alpha=0.45, linewidth=0
        )
        ax.step(shares.index, tops[name], where="post", color="white", linewidth=1.2)
        bottom = tops[name]


def _name_areas(ax: Axes, shares: pd.DataFrame, marks: dict[str, Mark]) -> None:
    """Write the name of each state at the right end of its area, or where it is widest."""
    if shares.empty:
        return
    middles = shares.cumsum(axis="columns") - shares / 2
    ended = [name for name in marks if shares[name].iloc[-1] == 0.0 < shares[name].max()]
    for name in ended:
        widest = int(shares[name].to_numpy().argmax())
        place = (float(shares.index[widest]), float(middles[name].iloc[widest]))
        _write_inside(ax, name, place, marks[name])
    ends = {
        name: (float(shares.index[-1]), float(middles[name].iloc[-1]))
        for name in marks
        if shares[name].iloc[-1] > 0.0
    }
    end_labels(ax, ends, marks)


def _write_inside(ax: Axes, name: str, place: tuple[float, float], mark: Mark) -> None:
    """Write the name of a state that is empty in the end into its area."""
    ax.annotate(
        name,
        place,
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        ha="left",
        size=TEXT_SIZE,
        weight="bold",
        color=mark.text_color,
        gid="label",
    )


def _note(is_cut: bool, policy: Policy) -> str:
    """Say how shares are rounded and what is hidden."""
    if policy.confidential:
        return CONFIDENTIAL
    ends = f" They end where fewer than {policy.minimum_count} are in sight." if is_cut else ""
    return (
        f"Shares are rounded to steps of {policy.minimum_count} patients.{ends} "
        f"{policy.small_note}; others may be hidden (—) so that these cannot be worked out."
    )


def _message(frame: pd.DataFrame, words: Words) -> str:
    """Say in one line where patients are at the last tick."""
    known = frame.dropna(subset=["estimate"])
    if known.empty:
        return "Too few patients are in sight to show where they are"
    at = known[known["time"].eq(known["time"].max())]
    when = f"{at['time'].iloc[0]:g} {words.get('x_label', DAYS).lower()}"
    return f"At {when}: {_shares_in_words(at)}"


def _shares_in_words(rows: pd.DataFrame) -> str:
    """List states with their shares at one time."""
    each = zip(rows["state"], rows["estimate"], strict=True)
    return ", ".join(f"{100 * share:.0f}% {state}" for state, share in each)


def _at_each_time(frame: pd.DataFrame) -> list[str]:
    """Say the shares and the number in sight at every tick that may be shown."""
    return [
        f"At {time:g}: {_shares_in_words(rows)} (in sight {rows['n_risk'].iloc[0]})."
        for time, rows in frame.dropna(subset=["estimate"]).groupby("time")
    ]
