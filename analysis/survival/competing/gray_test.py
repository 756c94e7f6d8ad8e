"""Gray's test that groups have the same cumulative incidence of a cause."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import DataError
from analysis.results import FloatArray
from analysis.survival.group_test import GroupTest, quadratic_test
from analysis.survival.reading.causes import CompetingTimes, read_competing_times
from analysis.survival.reading.strata import number_strata, rows_with_strata
from analysis.survival.stacking import beside_group

__all__ = ["gray_test"]

IntArray = npt.NDArray[np.intp]


def gray_test(
    data: pd.DataFrame,
    time: str = "time",
    event: str = "event",
    by: str = "arm",
    *,
    strata: str | None = None,
    rho: float = 0.0,
    causes: Sequence[Hashable] | None = None,
    censored: Hashable = 0,
) -> GroupTest:
    """Test that groups have the same cumulative incidence, for each competing cause (Gray).

    Answers whether groups differ in how many had the event by when, which is what cumulative
    incidence curves show; a logrank test compares hazards among those still free of all events.
    Rows with a missing group or stratum are left out and counted in a note.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per patient.
    time, event : str
        Columns of the time (at least 0) and of how it ended, as in `cumulative_incidence`.
    by : str
        Column of the groups.
    strata : str, optional
        Column of strata, within which groups are compared.
    rho : float
        Power of one minus the pooled incidence that weighs the differences; 0 weighs all alike.
    causes : sequence, optional
        The causes there can be, in order; by default those in the data.
    censored : hashable
        The value of `event` that says censored.

    Returns
    -------
    GroupTest
        ``tidy`` with ``event, statistic, df, p_value``; ``glance`` with the group column, ``event,
        n, observed, expected`` (weighted by `rho`).

    Raises
    ------
    ColumnError, DataError
        As `cumulative_incidence`; and when there are fewer than two groups.

    Notes
    -----
    Groups that have nobody at risk of a cause add no degree of freedom; R's cuminc counts them.

    References
    ----------
    Gray RJ (1988). Ann Stat 16:1141-1154.

    Examples
    --------
    >>> data = pd.DataFrame({
    ...     "time": [4, 4, 8, 8, 12, 12, 16, 16], "event": [1, 0, 1, 2, 1, 2, 0, 1],
    ...     "arm": ["im", "iv"] * 4})
    >>> gray_test(data, by="arm").tidy().round(3)
       event  statistic  df  p_value
    0      1      1.896   1    0.168
    1      2      3.068   1    0.080
    """
    kept, columns = rows_with_strata(data, strata)
    rows = read_competing_times(
        kept, time=time, event=event, by=by, causes=causes, censored=censored
    )
    stratum, _ = number_strata(kept.loc[kept[by].notna()], columns)
    n_groups = len(rows.times.levels)
    if n_groups < 2:
        raise DataError(f"Column {by!r} (by=) has one group; a test compares at least two.")
    tests, groups = [], []
    for position, cause in enumerate(rows.causes):
        sums = _summed_strata(rows, position + 1, stratum, rho)
        statistic, df, p_value = quadratic_test(sums.score, sums.covariance)
        tests.append({"event": cause, "statistic": statistic, "df": df, "p_value": p_value})
        groups.append(_group_rows(rows, by, cause, sums))
    n_dropped = len(data) - rows.cause.size
    return GroupTest(
        name=_name(by, strata, rho),
        groups=pd.concat(groups, ignore_index=True),
        result=pd.DataFrame(tests),
        notes=(f"Rows left out for a missing group or stratum: {n_dropped}.",) if n_dropped else (),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Sums:
    """Observed minus expected events of each group, and their covariance."""

    observed: FloatArray
    score: FloatArray
    covariance: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class _Steps:
    """Numbers and curves of every group (columns) at every time with an event (rows)."""

    at_risk: FloatArray
    own: FloatArray
    other: FloatArray
    free_before: FloatArray
    free: FloatArray
    incidence_before: FloatArray


def _summed_strata(rows: CompetingTimes, own: int, stratum: IntArray, rho: float) -> _Sums:
    """Add scores and covariances over the strata."""
    n_groups = len(rows.times.levels)
    parts = []
    for number in range(int(stratum.max()) + 1):
        mine = stratum == number
        steps = _group_steps(
            rows.times.time[mine], rows.cause[mine], rows.times.codes[mine], own, n_groups
        )
        parts.append(_test_sums(steps, rho))
    return _Sums(
        observed=np.sum([part.observed for part in parts], axis=0),
        score=np.sum([part.score for part in parts], axis=0),
        covariance=np.sum([part.covariance for part in parts], axis=0),
    )


def _group_steps(
    time: FloatArray, cause: IntArray, codes: IntArray, own: int, n_groups: int
) -> _Steps:
    """Estimate the curves of all groups at the times of any event."""
    times, at = np.unique(time, return_inverse=True)
    cells = at * n_groups + codes
    shape = (times.size, n_groups)

    def count(flag: npt.NDArray[np.bool_]) -> FloatArray:
        counts = np.bincount(cells[flag], minlength=times.size * n_groups)
        return counts.reshape(shape).astype(np.float64)

    every, events, owns = count(cause >= 0), count(cause > 0), count(cause == own)
    at_risk = every.sum(axis=0) - np.cumsum(every, axis=0) + every
    known = np.where(at_risk > 0.0, at_risk, 1.0)
    free = np.cumprod(1.0 - events / known, axis=0)
    before = np.vstack([np.ones(n_groups), free[:-1]])
    steps = before * owns / known
    incidence_before = np.cumsum(steps, axis=0) - steps
    seen = events.sum(axis=1) > 0.0
    return _Steps(
        at_risk=at_risk[seen],
        own=owns[seen],
        other=(events - owns)[seen],
        free_before=before[seen],
        free=free[seen],
        incidence_before=incidence_before[seen],
    )


def _test_sums(steps: _Steps, rho: float) -> _Sums:
    """Compute Gray's scores and their covariance in one stratum.

    `mass` is the number at risk divided by the chance of being event-free, so that the pooled
    hazard of the cause is that of its subdistribution.
    """
    n_groups = steps.own.shape[1]
    if not steps.own.any():
        return _Sums(
            observed=np.zeros(n_groups),
            score=np.zeros(n_groups),
            covariance=np.zeros((n_groups, n_groups)),
        )
    mass = _ratio(steps.at_risk, steps.free_before)
    total, owns = mass.sum(axis=1), steps.own.sum(axis=1)
    pooled = np.cumsum(owns / total)
    left = 1.0 - np.append(0.0, pooled)[:-1]
    weight = left**rho
    exposed = mass * (1.0 - steps.incidence_before)
    expected = exposed * (owns / exposed.sum(axis=1))[:, None]
    pool = _Pool(
        mass=mass,
        share=mass / total[:, None],
        rate=_ratio(owns, total),
        pace=_ratio(owns, total * left),
        left=1.0 - pooled,
        weight=weight,
    )
    return _Sums(
        observed=weight @ steps.own,
        score=weight @ (steps.own - expected),
        covariance=np.sum([_from_group(steps, pool, k) for k in range(n_groups)], axis=0),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Pool:
    """What the groups have together at each time: masses, hazards, pooled incidence, weight."""

    mass: FloatArray
    share: FloatArray
    rate: FloatArray
    pace: FloatArray
    left: FloatArray
    weight: FloatArray


def _from_group(steps: _Steps, pool: _Pool, k: int) -> FloatArray:
    """Covariance of the scores that comes from the events of group k.

    `direct` is what an event of the cause in group k adds to the scores at once, `later` what
    a change of the curve of group k does to the scores still to come.
    """
    at_risk, before, free = steps.at_risk[:, k], steps.free_before[:, k], steps.free[:, k]
    direct = -pool.share * pool.mass[:, k, None]
    direct[:, k] += pool.mass[:, k]
    direct *= pool.weight[:, None]
    done = np.cumsum(direct * pool.pace[:, None], axis=0)
    later = done[-1] - done
    effect = _ratio(pool.left, free)
    owns, others = steps.own.sum(axis=1), steps.other[:, k]
    own_spread = _tied(owns, pool.mass.sum(axis=1) * before) * pool.rate * _ratio(before, at_risk)
    own_change = direct + (1.0 - effect)[:, None] * later
    other_spread = _tied(others, at_risk) * others * _ratio(before, at_risk) ** 2
    other_change = effect[:, None] * later
    return np.asarray(
        own_change.T @ (own_change * own_spread[:, None])
        + other_change.T @ (other_change * other_spread[:, None])
    )


def _tied(events: FloatArray, at_risk: FloatArray) -> FloatArray:
    """Shrink a variance for events at the same time, as drawing without replacement does."""
    return np.where(events > 1.0, 1.0 - _ratio(events - 1.0, at_risk - 1.0), 1.0)


def _ratio(top: FloatArray, bottom: FloatArray) -> FloatArray:
    """Divide, with 0 where the divisor is not positive."""
    return np.divide(top, bottom, out=np.zeros_like(bottom), where=bottom > 0.0)


def _group_rows(rows: CompetingTimes, by: str, cause: Hashable, sums: _Sums) -> pd.DataFrame:
    """List size, observed and expected events of each group."""
    n_groups = len(rows.times.levels)
    groups = pd.DataFrame(
        {
            "event": [cause] * n_groups,
            "n": np.bincount(rows.times.codes, minlength=n_groups),
            "observed": sums.observed,
            "expected": sums.observed - sums.score,
        }
    )
    return beside_group(groups, rows.times.levels, by)


def _name(by: str, strata: str | None, rho: float) -> str:
    """Name the test and its choices."""
    within = "" if strata is None else f", within {strata}"
    power = "" if rho == 0.0 else f", rho {rho:g}"
    return f"Gray's test of equal cumulative incidence by {by}{within}{power}"
