"""Table of times to an event: who is free of it at some days, medians, and restricted means.

What stands in it can be read off the part of the curve that may be shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from analysis.disclosure import HIDDEN, RELEASE, Policy, cut_medians, suppress_curve
from analysis.errors import DataError, DisclosureError
from analysis.tables.counted import number_text
from analysis.tables.means import estimate_with_limits
from analysis.tables.result import Column, TableResult, hiding_note

__all__ = ["CurveResult", "survival_table"]

_ENDS = ("estimate", "conf_low", "conf_high")
_MOST_GROUPS = 6
_NOT_REACHED = "not reached"
_NOT_SHOWN = "not reached in the shown curve"


class CurveResult(Protocol):
    """What curves of times to an event must offer to be put into a table."""

    @property
    def levels(self) -> pd.Index:
        """The groups; its name is their column, None without groups."""

    def curve(self) -> pd.DataFrame:
        """Return every step."""

    def support(self) -> pd.DataFrame:
        """Return every step, ``n_risk`` missing where it is no number of patients."""

    def risk_table(self, times: Iterable[float]) -> pd.DataFrame:
        """Return the group, ``time, n_risk``."""

    def median(self) -> pd.DataFrame:
        """Return the group, ``estimate, conf_low, conf_high``; missing: not reached."""

    def rmst(self, tau: float) -> pd.DataFrame:
        """Return the group, ``tau, estimate, conf_low, conf_high``."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Shown:
    """What of one group may be shown: steps, numbers at risk by day, and its last shown day."""

    steps: pd.DataFrame
    risk: Mapping[float, str]
    median: pd.Series
    mean: pd.Series | None
    is_coarse: bool

    @property
    def end(self) -> float:
        """Day of the last shown step; 0 where none is shown."""
        return float(self.steps["time"].max()) if len(self.steps) else 0.0


def survival_table(
    curve: CurveResult,
    *,
    times: Sequence[float],
    tau: float | None = None,
    what: str = "Free of the event",
    labels: Mapping[str, str] | None = None,
    title: str = "Time to the event",
    policy: Policy = RELEASE,
) -> TableResult:
    """Show what Kaplan-Meier curves say at some days, their medians and restricted means.

    Parameters
    ----------
    curve : SurvivalCurve
        What `kaplan_meier` returns, with or without groups.
    times : sequence of float
        Days after the origin, above 0.
    tau : float, optional
        Day up to which the mean time without the event is shown; None: no mean.
    what : str
        What the shares are of, such as "Still in response".
    labels : mapping of str to str, optional
        Words for groups.
    title : str
        Title of the table.
    policy : Policy
        The least count that may be shown: shares are those of the shown curve, see
        `suppress_curve`, and stand only before its end. So do medians; a mean stands only where
        the shown curve reaches `tau`, and not under a policy that rounds.

    Returns
    -------
    TableResult
        A column per group: patients at the start; shares with limits and patients at risk by day;
        the median, or that it was not reached; the restricted mean.

    Raises
    ------
    DataError
        When no time is above 0, there are more than 6 groups, or one was not followed until `tau`.
    DisclosureError
        When the curve is weighted, so that the patients behind it are not known.

    Examples
    --------
    >>> from analysis.survival import kaplan_meier
    >>> data = pd.DataFrame({"time": [5 + k % 60 for k in range(120)], "event": [1, 1, 0] * 40})
    >>> table = survival_table(kaplan_meier(data), times=[28], tau=28)
    >>> table.inline(("Free of the event, % (95% CI)", "Day 28"), "All")
    '67.0 to 79.0'
    """
    if len(curve.levels) > _MOST_GROUPS:
        raise DataError(
            f"The curve has {len(curve.levels)} groups; a table shows {_MOST_GROUPS} or fewer side "
            "by side. Estimate it by fewer."
        )
    days = [float(day) for day in times]
    if not days or min(days) <= 0:
        raise DataError("times= takes days above 0, one or more.")
    if curve.support()["n_risk"].isna().any() and not policy.confidential:
        raise DisclosureError(
            "The curve is weighted, so that the patients behind its steps are not known. Estimate "
            "it without weights, or show it inside the clinic only."
        )
    groups = _groups(curve, days, tau, policy)
    rows = [
        *_share_rows(groups, days, what),
        _median_row(groups),
        *([_mean_row(groups, tau, policy)] if tau is not None else []),
        *_risk_rows(groups, days),
    ]
    words = dict(labels or {})
    return _finish(rows, groups, words, title=title, note=getattr(curve, "note", ""), policy=policy)


def _groups(
    curve: CurveResult, days: Sequence[float], tau: float | None, policy: Policy
) -> dict[str, _Shown]:
    """Cut the curves, and gather what may be shown of each group."""
    by = None if curve.levels.name is None else str(curve.levels.name)
    steps = curve.curve()
    cut, risk = suppress_curve(
        steps,
        curve.risk_table([0.0, *days]),
        by=by,
        followed=getattr(curve, "followed", None),
        about=getattr(curve, "origin", None) or "",
        policy=policy,
    )
    true = curve.median()
    medians = true if policy.confidential else cut_medians(true, steps, by=by, policy=policy)
    means = None if tau is None else curve.rmst(tau)
    found = {}
    for place, level in enumerate(curve.levels if by is not None else [None]):
        mine = [frame if by is None else frame[frame[by].eq(level)] for frame in (cut, risk)]
        found["All" if by is None else str(level)] = _Shown(
            steps=mine[0].sort_values("time"),
            risk=dict(zip(mine[1]["time"].astype(float), mine[1]["n_risk"], strict=True)),
            median=medians.iloc[place],
            mean=None if means is None else means.iloc[place],
            is_coarse=not policy.confidential,
        )
    return found


Line = tuple[str, str, list[str]]


def _share_rows(groups: Mapping[str, _Shown], days: Sequence[float], what: str) -> list[Line]:
    """Write the shares in percent, day by day."""
    return [
        (f"{what}, % (95% CI)", f"Day {day:g}", [_share(group, day) for group in groups.values()])
        for day in days
    ]


def _share(group: _Shown, day: float) -> str:
    """Write the share at one day, or between which shares it is; hidden after the shown curve.

    Between two shown steps of a release some patients may have had the event.
    """
    if day > group.end:
        return HIDDEN
    is_past = group.steps["time"].le(day).to_numpy()
    past, next_ones = group.steps[is_past], group.steps[~is_past]
    ends = [100.0 * float(past[name].iloc[-1]) if len(past) else 100.0 for name in _ENDS]
    if group.is_coarse and (past.empty or float(past["time"].iloc[-1]) < day):
        low = 100.0 * float(next_ones["estimate"].iloc[0])
        return f"{number_text(low, 1)} to {number_text(ends[0], 1) if len(past) else '100'}"
    if past.empty:
        return "100"
    shown = estimate_with_limits(ends[0], ends[1], ends[2], 1)
    return number_text(ends[0], 1) if shown == HIDDEN else shown


def _median_row(groups: Mapping[str, _Shown]) -> Line:
    """Write the median times."""
    return _TIMES, "Median (95% CI)", [_median(group) for group in groups.values()]


def _median(group: _Shown) -> str:
    """Write a median, or that it was not reached.

    What comes after the shown curve, and what never comes, are told in the same words: else they
    would tell of the few who are left.
    """
    if np.isnan(group.median["estimate"]):
        return _NOT_SHOWN if group.is_coarse else _NOT_REACHED
    texts = [number_text(float(group.median[name]), 0) for name in _ENDS]
    open_end = HIDDEN if group.is_coarse else "∞"
    low, high = (open_end if text == HIDDEN else text for text in texts[1:])
    return f"{texts[0]} ({low} to {high})"


def _mean_row(groups: Mapping[str, _Shown], tau: float | None, policy: Policy) -> Line:
    """Write the restricted means, for groups whose shown curve reaches so far."""
    texts = [
        _mean(group.mean) if group.mean is not None and _reaches(group, tau, policy) else HIDDEN
        for group in groups.values()
    ]
    return _TIMES, f"Mean up to day {tau:g} (95% CI)", texts


def _mean(mean: pd.Series) -> str:
    """Write one restricted mean."""
    estimate, low, high = (float(mean[name]) for name in _ENDS)
    return estimate_with_limits(estimate, low, high, 1)


def _reaches(group: _Shown, tau: float | None, policy: Policy) -> bool:
    """Tell whether a mean up to a day rests on what the shown curve tells."""
    return policy.confidential or (not policy.rounds and tau is not None and tau <= group.end)


def _risk_rows(groups: Mapping[str, _Shown], days: Sequence[float]) -> list[Line]:
    """Write the patients at risk, day by day."""
    return [
        ("Patients at risk", f"Day {day:g}", [group.risk[day] for group in groups.values()])
        for day in days
    ]


def _finish(
    rows: Sequence[Line],
    groups: Mapping[str, _Shown],
    words: Mapping[str, str],
    *,
    title: str,
    note: str,
    policy: Policy,
) -> TableResult:
    """Put rows, headings and notes together."""
    keys = [f"c{place}" for place in range(len(groups))]
    names = [words.get(name, name) for name in groups]
    sizes = [group.risk[0.0] for group in groups.values()]
    lines = [[group, label, *texts] for group, label, texts in rows]
    counts = [*sizes, *(text for group, _, texts in rows for text in texts if "risk" in group)]
    told = sum(text[:1].isdigit() for text in counts)
    log = pd.DataFrame({"status": ["shown", "hidden"], "cells": [told, len(counts) - told]})
    notes = (_NOTE, "" if policy.confidential else _COARSE_NOTE, note)
    return TableResult(
        title=title,
        frame=pd.DataFrame(lines, columns=["group", "label", *keys]).astype("string"),
        columns=tuple(
            Column(key=key, label=name, sublabel=f"n = {n}" if n[:1].isdigit() else f"n {n}")
            for key, name, n in zip(keys, names, sizes, strict=True)
        ),
        notes=(*filter(None, notes), hiding_note(policy)),
        denominators=pd.DataFrame({"column": names, "n": sizes}, dtype="string"),
        suppression=log,
        policy=policy,
    )


_TIMES = "Days to the event"
_NOTE = (
    "n, patients at the start. Shares and medians by Kaplan and Meier. CI, confidence interval; ∞, "
    "no upper limit within the data."
)
_COARSE_NOTE = (
    "Two numbers: the share is between them, since the shown curve has no step on that day. Hidden "
    "(—): after the end of the shown curve, or where it would tell of a few patients."
)
