"""The mean course of a parameter over the minutes of a session, by agent and route."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd

from analysis.disclosure import RELEASE, CountedTable, Policy, Statement
from analysis.errors import DataError
from analysis.results import check_conf_level, critical_value
from analysis.safety.grouped import group_name, members_of, with_group
from analysis.safety.in_time import before_dose
from analysis.safety.readings import LAST_MINUTE, Floats, Integers, Readings, Series
from analysis.safety.sessions import SessionSafety
from analysis.safety.shown import shown_statement, with_group_name
from analysis.study import UNITS

__all__ = ["MINUTES", "time_course"]

MINUTES = (10, 20, 30, 40, 60, 90, 120)
"""Usual minutes of monitoring after the dose."""

_WITHIN = 10.0
_MEANS = ("mean", "conf_low", "conf_high")


def time_course(
    safety: SessionSafety,
    parameter: str,
    *,
    measure: Literal["change", "value"] = "change",
    minutes: Sequence[int] = MINUTES,
    by: str | Sequence[str] = "treatment",
    conf_level: float = 0.95,
    policy: Policy = RELEASE,
) -> CountedTable:
    """Estimate the mean of a parameter before the dose and at planned minutes after it.

    Answers when the acute effect is largest and when it is over, on average.

    Parameters
    ----------
    safety : SessionSafety
        What `session_safety` returns.
    parameter : str
        Such as ``"sbp"`` or ``"cadss"``.
    measure : {"change", "value"}
        The difference to the last reading before the dose of the same session (sessions without
        one are left out), or the reading itself.
    minutes : sequence of int
        Planned minutes, rising. The nearest reading of a session within ten minutes stands for
        each; a reading stands for one minute only.
    by : str or sequence of str
        Columns of ``safety.frame``.
    conf_level : float
        Two-sided coverage, patients as clusters.
    policy : Policy
        For whom what is printed and released is.

    Returns
    -------
    CountedTable
        The group, ``minute`` (0: before the dose), ``patients, sessions`` (with a reading),
        ``mean, conf_low, conf_high``. What leaves counts the patients and sessions of each group
        with any reading, since those of neighbouring minutes differ by a few.

    Raises
    ------
    DataError
        When the parameter was never measured (not computable), or minutes are not rising from 1
        on.
    ColumnError
        When `by` is not a column of sessions.
    ModelError
        When `conf_level` is not between 0 and 1.

    Notes
    -----
    This is the mean at each minute. The mean of the peaks, in `safety_levels`, is larger: sessions
    have their peaks at different minutes. Sessions may be others at each minute, since readings
    stop when the patient leaves: late means are of those who stay.

    Examples
    --------
    >>> from analysis.safety.sessions import session_safety
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> found = time_course(session_safety(read_study(example_folder("clinic-network"))), "sbp")
    >>> iv = found.tidy().query("treatment == 'ketamine IV'")
    >>> int(iv.set_index("minute")["mean"].idxmax())
    40
    """
    check_conf_level(conf_level)
    _require(safety.readings, parameter, measure, minutes)
    session, place, value = _placed(safety.readings, parameter, measure, minutes)
    rows = with_group(safety.frame, by)
    picked = rows[["group", "subject_id"]].iloc[session].reset_index(drop=True)
    picked = picked.assign(session=session, minute=np.array([0, *minutes])[place], value=value)
    found = []
    for (name, minute), own in picked.groupby(["group", "minute"], observed=True):
        sums = own.groupby("subject_id")["value"].agg(["sum", "count"])
        numbers = _row(sums["sum"].to_numpy(), sums["count"].to_numpy(), conf_level)
        found.append({"group": str(name), "minute": int(str(minute)), **numbers})
    frame = pd.DataFrame(found, columns=["group", "minute", "patients", "sessions", *_MEANS])
    group = group_name(by)
    what = f"{measure} of {parameter}"
    statement = _shown(frame, picked, f"sessions by {group} with a {what}", policy)
    return CountedTable(
        title=f"Mean {what} ({UNITS[parameter]}) over the minutes of a session, by {group}",
        notes=(_NOTE, policy.rule),
        true=frame.rename(columns={"group": group}),
        statement=with_group_name(statement, group),
        stated={"parameter": parameter, "measure": measure, "by": group},
    )


_NOTE = (
    f"Minute 0: the last reading before the dose. After it the nearest reading within "
    f"{_WITHIN:g} minutes. Limits with patients as clusters."
)


def _shown(frame: pd.DataFrame, picked: pd.DataFrame, about: str, policy: Policy) -> Statement:
    """Count each group once: numbers at neighbouring minutes differ by a few patients.

    The numbers at each minute would give these few away by subtraction. A mean is shown where it
    is of enough patients, beside the patients and sessions with any reading.
    """
    sums: dict[str, tuple[str, ...]] = {"patients": (), "sessions": ()}
    if policy.confidential:
        shown = partial(shown_statement, frame, named_by=["group", "minute"], sums=sums)
        return shown(numbers={}, about="", members=None, policy=policy)
    groups = picked.groupby("group", observed=True)
    totals = groups.agg(patients=("subject_id", "nunique"), sessions=("session", "nunique"))
    sets = {("patients", str(name)): own["subject_id"] for name, own in groups}
    said = shown_statement(
        totals.reset_index().astype({"group": str}),
        named_by=["group"],
        sums=sums,
        numbers={},
        about=about,
        members=members_of(picked["subject_id"], sets),
        policy=policy,
    )
    whole = frame[["group", "minute"]].merge(said.frame, on="group", how="left")
    told = whole["patients"].str.match(r"\d").to_numpy(dtype=bool)
    enough = told & frame["patients"].ge(policy.minimum_count).to_numpy()
    whole = whole.assign(**{name: frame[name].where(enough).to_numpy() for name in _MEANS})
    whole.attrs = dict(said.frame.attrs)
    return replace(said, frame=whole)


def _require(readings: Readings, parameter: str, measure: str, minutes: Sequence[int]) -> None:
    """Refuse what cannot be drawn over minutes."""
    if parameter not in UNITS:
        raise DataError(f"parameter= is unknown; allowed are {', '.join(UNITS)}.")
    if measure not in ("change", "value"):
        raise DataError("measure= is unknown; allowed are change and value.")
    if parameter not in readings.series:
        raise DataError(
            f"Not computable: a course of {parameter}; needs readings of it in monitoring. "
            f"Measured are {', '.join(sorted(readings.series)) or 'none'}."
        )
    steps = np.diff([0, *minutes])
    if not len(minutes) or (steps <= 0).any() or minutes[-1] > LAST_MINUTE:
        raise DataError(f"minutes= must rise from 1 to at most {LAST_MINUTE}.")


def _placed(
    readings: Readings, parameter: str, measure: str, minutes: Sequence[int]
) -> tuple[Integers, Integers, Floats]:
    """Put readings at planned minutes: sessions, positions (0: before the dose), and values."""
    series, n = readings.of(parameter), len(readings)
    before, _ = before_dose(series, n)
    later = _nearest(series, np.array(minutes, dtype=np.float64))
    started = np.flatnonzero(~np.isnan(before))
    session = np.concatenate([started, later[0]])
    place = np.concatenate([np.zeros(len(started), dtype=np.int64), later[1] + 1])
    value = np.concatenate([before[started], later[2]])
    if measure == "value":
        return session, place, value
    change = value - before[session]
    known = ~np.isnan(change)
    return session[known], place[known], change[known]


def _nearest(series: Series, grid: Floats) -> tuple[Integers, Integers, Floats]:
    """Let the nearest reading after the dose stand for each planned minute of its session."""
    later = series.where(series.minute > 0.0)
    place = np.searchsorted((grid[:-1] + grid[1:]) / 2.0, later.minute, side="left")
    distance = np.abs(later.minute - grid[place])
    near = np.flatnonzero(distance <= _WITHIN)
    order = near[np.lexsort((later.minute[near], distance[near], place[near], later.session[near]))]
    session, at = later.session[order], place[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (session[1:] != session[:-1]) | (at[1:] != at[:-1])
    return session[first], at[first].astype(np.int64), later.value[order][first]


def _row(total: Floats, sessions: Floats, conf_level: float) -> dict[str, object]:
    """Estimate a mean over sessions with patients as clusters."""
    n, count = len(total), float(sessions.sum())
    mean = float(total.sum()) / count
    row: dict[str, object] = {"patients": n, "sessions": int(count), "mean": mean}
    if n < 2:
        return row
    error = np.sqrt(n / (n - 1.0) * np.sum((total - mean * sessions) ** 2)) / count
    margin = float(critical_value(n - 1.0, conf_level)) * float(error)
    return row | {"conf_low": mean - margin, "conf_high": mean + margin}
