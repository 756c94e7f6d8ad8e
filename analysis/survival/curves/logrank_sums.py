"""Observed and expected numbers of events of groups, for tests of the logrank family.

Pure functions on arrays; frames and the test are in logrank.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.results import FloatArray
from analysis.survival.reading.events import EventTimes

__all__ = ["LogrankSums", "logrank_sums"]

IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, eq=False)
class LogrankSums:
    """Weighted numbers of events, added over event times and strata.

    Parameters
    ----------
    observed, expected : array, shape (k,)
        Events of each group as seen, and as expected with one hazard for all.
    covariance : array, shape (k, k)
        Hypergeometric covariance of observed - expected.
    """

    observed: FloatArray
    expected: FloatArray
    covariance: FloatArray


def logrank_sums(rows: EventTimes, strata: IntArray, *, rho: float, gamma: float) -> LogrankSums:
    """Add up the events of each group, and those expected, over event times and strata.

    Parameters
    ----------
    rows : EventTimes
        Times, entries, events and groups; case weights are not used.
    strata : array of int, shape (n,)
        Number of each row's stratum, from 0 on.
    rho, gamma : float
        Weights S(t-)^rho (1 - S(t-))^gamma of the pooled curve of the stratum.

    Returns
    -------
    LogrankSums
        The sums.

    Notes
    -----
    Each pair of stratum and exit time is a slot. Patients are at risk in consecutive slots of
    their own stratum, so that one running sum over all slots counts them.

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis.survival.reading.events import read_event_times
    >>> data = pd.DataFrame({"time": [1, 2, 2, 3], "event": 1, "arm": ["a", "b", "a", "b"]})
    >>> rows = read_event_times(data, time="time", event="event", by="arm")
    >>> sums = logrank_sums(rows, np.zeros(4, dtype=np.intp), rho=0.0, gamma=0.0)
    >>> sums.observed.tolist(), sums.expected.round(3).tolist()
    ([2.0, 2.0], [1.167, 2.833])
    """
    k = len(rows.levels)
    slot, first, stratum = _slots(rows, strata)
    size = stratum.size
    events = np.bincount(slot[rows.event], minlength=size)
    seen = np.flatnonzero(events)
    at_risk = np.empty((k, seen.size))
    died = np.empty((k, seen.size))
    for code in range(k):
        mine = rows.codes == code
        come = np.bincount(first[mine], minlength=size)
        come[1:] -= np.bincount(slot[mine], minlength=size)[:-1]
        at_risk[code] = np.cumsum(come)[seen]
        died[code] = np.bincount(slot[mine & rows.event], minlength=size)[seen]
    deaths, total = events[seen].astype(float), at_risk.sum(axis=0)
    weight = _weights(deaths, total, stratum[seen], rho=rho, gamma=gamma)
    spread = weight**2 * deaths * (total - deaths) / (total**2 * np.maximum(total - 1.0, 1.0))
    between = (at_risk * spread) @ at_risk.T  # exactly 0 of groups never at risk together
    np.fill_diagonal(between, 0.0)
    return LogrankSums(
        observed=died @ weight,
        expected=at_risk @ (weight * deaths / total),
        covariance=np.diag(between.sum(axis=1)) - between,
    )


def _slots(rows: EventTimes, strata: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Give each pair of stratum and exit time a number, in order.

    Returns the slot in which each patient leaves, the first in which the patient is at risk, and
    the stratum of each slot.
    """
    times, exit_at = np.unique(rows.time, return_inverse=True)
    first_at = np.searchsorted(times, rows.entry, side="right")
    if not strata.any():
        return exit_at, first_at, np.zeros(times.size, dtype=np.intp)
    pairs, slot = np.unique(strata * times.size + exit_at, return_inverse=True)
    first = np.searchsorted(pairs, strata * times.size + first_at)
    return slot, first, pairs // times.size


def _weights(
    deaths: FloatArray, total: FloatArray, stratum: IntArray, *, rho: float, gamma: float
) -> FloatArray:
    """Compute S(t-)^rho (1 - S(t-))^gamma from the pooled curve of each stratum."""
    if rho == 0.0 and gamma == 0.0:
        return np.ones(deaths.size)
    left = 1.0 - deaths / total
    gone = (left <= 0.0).astype(float)
    steps = np.log(np.where(left > 0.0, left, 1.0))
    opens = np.diff(stratum, prepend=-1) > 0
    survival = np.exp(_sum_before(steps, opens)) * (_sum_before(gone, opens) == 0.0)
    return np.asarray(survival**rho * (1.0 - survival) ** gamma)


def _sum_before(values: FloatArray, opens: npt.NDArray[np.bool_]) -> FloatArray:
    """Sum the values before each one, from where its stratum opens."""
    before = np.cumsum(values) - values
    return np.asarray(before - before[opens][np.cumsum(opens) - 1])
