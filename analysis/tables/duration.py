"""Table of how long a state lasts that visits see: shares over time, and when half have lost it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np
import pandas as pd

from analysis.disclosure import (
    HIDDEN,
    RELEASE,
    Policy,
    interval_levels,
    interval_median,
    require_interval_steps,
    suppress_interval_curve,
)
from analysis.errors import DataError
from analysis.survival.asked import asked_times
from analysis.tables.result import Column, TableResult, hiding_note

__all__ = ["IntervalCurveResult", "duration_shares", "duration_table"]

_DRAWS = 400


class IntervalCurveResult(Protocol):
    """What a curve between visits must offer to be put into a table."""

    @property
    def levels(self) -> pd.Index:
        """The groups; its name is their column, None without groups."""

    def curve(self) -> pd.DataFrame:
        """Return ``lower, upper, mass, n_risk, n_event, estimate``."""

    def risk_table(self, times: Iterable[float]) -> pd.DataFrame:
        """Return ``time, n_risk``."""

    def confidence(
        self, times: Iterable[float], n_draws: int, *, conf_level: float
    ) -> pd.DataFrame:
        """Return ``time, estimate, conf_low, conf_high``."""


def duration_table(
    curve: IntervalCurveResult,
    *,
    times: Sequence[float],
    what: str = "Free of the event",
    half: str = "Half have had the event",
    title: str = "How long it lasts",
    policy: Policy = RELEASE,
) -> TableResult:
    """Show what a curve between visits says at some days, and between which days the median is.

    Parameters
    ----------
    curve : IntervalCurveResult
        What `curve_between_visits` or `turnbull` returns, without groups.
    times : sequence of float
        Days after the origin.
    what : str
        What the shares are of, such as "Still in response".
    half : str
        Label of the row of the median, such as "Half have lost the response".
    title : str
        Title of the table.
    policy : Policy
        The least count that may be shown: shares are those of the shown curve, see
        `suppress_interval_curve`.

    Returns
    -------
    TableResult
        One row per day and one for the median: the share, or the range in which visits say it
        lies; its limits; how many were seen later without the event. After the end of the shown
        curve there is none.

    Raises
    ------
    DataError
        When the curve has groups.
    DisclosureError
        When no step of the curve may be shown.
    ModelError
        When the curve is weighted, so that patients cannot be drawn again.

    Notes
    -----
    Limits are percentiles of curves of patients drawn again (400 times), widened to the steps in
    which the shares are shown and to the range of the shown share, so that they tell no more than
    these.

    Examples
    --------
    >>> from analysis.survival import turnbull
    >>> seen = pd.DataFrame({"lower": [0] * 20 + [14] * 20, "upper": [14] * 20 + [28] * 20})
    >>> table = duration_table(turnbull(seen), times=[14])
    >>> table.inline("After 14 days", "estimate")
    '50%'
    >>> table.inline("Half have had the event", "estimate")
    'between day 0 and day 14'
    """
    if curve.levels.name is not None:
        raise DataError("The curve has groups; a table of durations takes one without by=.")
    days = asked_times(times).tolist()
    cut, risk = _released(curve, days, policy)
    require_interval_steps(cut, policy)
    shares = interval_levels(cut, days)
    limits = _limits(curve, shares, policy)
    body = pd.DataFrame({
        "label": [f"After {day:g} days" for day in days],
        "n_risk": risk.set_index("time")["n_risk"].reindex(days).tolist(),
        "estimate": [_share(low, high) for low, high in _ranges(shares)],
        "interval": [_interval(low, high) for low, high in limits],
    })  # fmt: skip
    body.loc[len(body)] = [half, "", _between(*interval_median(cut)), ""]
    return TableResult(
        title=title,
        frame=body.assign(group="").astype("string"),
        columns=(
            Column(key="n_risk", label="Seen later, still without the event"),
            Column(key="estimate", label=what),
            Column(key="interval", label="95% CI"),
        ),
        notes=(*_notes(curve), hiding_note(policy)),
        denominators=body[["label", "n_risk"]].astype("string"),
        policy=policy,
        stub="Time",
    )


def _ranges(shares: pd.DataFrame) -> list[tuple[float, float]]:
    """List between which shares the curve lies at each day."""
    return list(zip(shares["estimate_low"], shares["estimate_high"], strict=True))


def _share(low: float, high: float) -> str:
    """Write a share in percent, or the range in which it lies."""
    if pd.isna(low):
        return HIDDEN
    ends = f"{100 * low:.0f}", f"{100 * high:.0f}"
    return f"{ends[0]}%" if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}%"


def duration_shares(
    curve: IntervalCurveResult,
    times: Sequence[float],
    *,
    conf_level: float = 0.95,
    policy: Policy = RELEASE,
) -> pd.DataFrame:
    """Return the shares of `duration_table` as numbers.

    Parameters
    ----------
    curve : IntervalCurveResult
        As for `duration_table`.
    times : sequence of float
        Days after the origin.
    conf_level : float
        Two-sided coverage of the limits.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    pandas.DataFrame
        ``time, estimate, estimate_low, estimate_high, conf_low, conf_high``: the share without the
        event, the range in which visits say it lies, and its limits; missing after the end of the
        shown curve.
    """
    days = asked_times(times).tolist()
    cut, _ = _released(curve, days, policy)
    shares = interval_levels(cut, days)
    low, high = zip(*_limits(curve, shares, policy, conf_level), strict=True)
    columns = ["time", "estimate", "estimate_low", "estimate_high"]
    return shares[columns].assign(conf_low=list(low), conf_high=list(high))


def _released(
    curve: IntervalCurveResult, days: Sequence[float], policy: Policy
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take what may be shown of a curve, and the numbers at some days under it."""
    return suppress_interval_curve(
        curve.curve(),
        curve.risk_table(days),
        followed=getattr(curve, "followed", None),
        about=getattr(curve, "origin", None) or "",
        policy=policy,
    )


def _limits(
    curve: IntervalCurveResult, shares: pd.DataFrame, policy: Policy, conf_level: float = 0.95
) -> list[tuple[float, float]]:
    """Compute limits in the steps of the shown share, never narrower than it."""
    if policy.rounds or shares["estimate"].isna().all():
        return [(np.nan, np.nan)] * len(shares)
    found = curve.confidence(shares["time"], n_draws=_DRAWS, conf_level=conf_level)
    n = max(int(curve.risk_table([0.0])["n_risk"].iloc[0]), 1)
    step = 1.0 / n if policy.confidential else max(1.0 / n, 0.01)
    low = np.floor(found["conf_low"] / step) * step
    high = np.ceil(found["conf_high"] / step) * step
    ends = np.minimum(low, shares["estimate_low"]), np.maximum(high, shares["estimate_high"])
    return list(zip(*ends, strict=True))


def _interval(low: float, high: float) -> str:
    """Write limits in percent; hidden where there is no share."""
    return HIDDEN if pd.isna(low + high) else f"{100 * low:.0f}% to {100 * min(high, 1.0):.0f}%"


def _between(low: float, high: float) -> str:
    """Write between which days the median is."""
    if pd.isna(low):
        return "not reached in the shown curve"
    return f"on day {high:g}" if low == high else f"between day {low:g} and day {high:g}"


def _notes(curve: IntervalCurveResult) -> tuple[str, ...]:
    """Say what the shares are, and what is known of how the event was seen."""
    told = (
        (
            "Two numbers: between two visits the share lies between them. CI, confidence interval: "
            "of patients drawn again; rough where visits are on many different days."
        ),
        getattr(curve, "note", ""),
    )
    return tuple(filter(None, told))
