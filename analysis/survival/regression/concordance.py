"""How often the patient of higher predicted risk has the event first: Harrell's concordance.

Pairs are counted by splitting ranks bit by bit, so that no pair is ever formed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.results import FloatArray
from analysis.survival.reading.events import EventTimes

__all__ = ["concordance"]

Positions = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Sequence:
    """Rows in an order in which those to compare with stand next to each other.

    Parameters
    ----------
    rows : array of int, shape (m,)
        Rows in that order.
    start, stop : array of int, shape (q,)
        For each query the places to compare with, from start to before stop.
    """

    rows: Positions
    start: Positions
    stop: Positions


def concordance(
    risk: FloatArray,
    times: EventTimes,
    stratum: Positions,
    cluster: Positions | None,
) -> tuple[float, float]:
    """Estimate the concordance of predicted risks with times.

    Parameters
    ----------
    risk : array, shape (n,)
        Predicted risks, or linear predictors.
    times : EventTimes
        Times, events, entries and weights.
    stratum : array of int, shape (n,)
        Pairs are formed within strata only.
    cluster : array of int, shape (n,), or None
        Codes of rows that belong together, for the standard error.

    Returns
    -------
    estimate : float
        Share of concordant pairs, pairs of equal risk counting half; NaN without any pair.
    std_error : float
        Infinitesimal-jackknife standard error, as R's concordance.

    Notes
    -----
    A pair is a patient with an event and one still at risk just after it; who is censored at the
    same time is still at risk, and two events at the same time are no pair.

    References
    ----------
    Harrell FE, Lee KL, Mark DB (1996). Statistics in Medicine 15:361-387.
    Therneau TM, Watson DA (2015). Mayo Clinic Technical Report 85.

    Examples
    --------
    >>> from analysis.survival.reading.events import EventTimes
    >>> times = EventTimes(time=np.array([1.0, 2.0, 3.0]), event=np.array([True, True, False]),
    ...     entry=np.full(3, -np.inf), weight=np.ones(3), codes=np.zeros(3, int), levels=None,
    ...     n_dropped=0)
    >>> concordance(np.array([2.0, 0.0, 1.0]), times, np.zeros(3, int), None)[0].__round__(3)
    0.667
    """
    _, rank = np.unique(risk, return_inverse=True)
    event_rows = np.flatnonzero(times.event)
    later = _after_events(times, stratum, event_rows)
    below, equal, pairs = _compare(rank, times.weight, later, rank[event_rows])
    if not np.isneginf(times.entry).all():
        entering = _entering_after(times, stratum, event_rows)
        lost = _compare(rank, times.weight, entering, rank[event_rows])
        below, equal, pairs = below - lost[0], equal - lost[1], pairs - lost[2]
    earlier = _before_rows(times, stratum, event_rows)
    under, tied, met = _compare(rank, times.weight, earlier, rank)
    weight = times.weight[event_rows]
    total = float(weight @ pairs)
    if total <= 0.0:
        return float("nan"), float("nan")
    estimate = float(weight @ (below + equal / 2.0)) / total
    influence = (met - under - tied / 2.0) - estimate * met
    influence[event_rows] += below + equal / 2.0 - estimate * pairs
    influence = influence * times.weight / total
    sums = influence if cluster is None else np.bincount(cluster, weights=influence)
    return estimate, float(np.sqrt((sums**2).sum()))


def _after_events(times: EventTimes, stratum: Positions, event_rows: Positions) -> _Sequence:
    """For each event, find those who leave after it: later, or censored at the same time."""
    moment, width = _moments(times.time)
    key = (stratum * width + moment) * 2 + ~times.event
    rows = np.argsort(key, kind="stable")
    start = np.searchsorted(key[rows], key[event_rows], side="right")
    stop = np.searchsorted(stratum[rows], stratum[event_rows], side="right")
    return _Sequence(rows=rows, start=start, stop=stop)


def _entering_after(times: EventTimes, stratum: Positions, event_rows: Positions) -> _Sequence:
    """For each event, find those who enter at or after it, who also leave after it."""
    rows = np.lexsort((times.entry, stratum))
    moments = np.unique(times.entry)
    width = moments.size + 1
    key = stratum * width + np.searchsorted(moments, times.entry)
    asked = stratum * width + np.searchsorted(moments, times.time)
    start = np.searchsorted(key[rows], asked[event_rows], side="left")
    stop = np.searchsorted(stratum[rows], stratum[event_rows], side="right")
    return _Sequence(rows=rows, start=start, stop=stop)


def _before_rows(times: EventTimes, stratum: Positions, event_rows: Positions) -> _Sequence:
    """For each row, find the events that it was at risk at and outlasted."""
    moment, width = _moments(times.time)
    key = stratum * width + moment
    rows = event_rows[np.argsort(key[event_rows], kind="stable")]
    last = key + ~times.event  # the censored outlast events at the same time
    stop = np.searchsorted(key[rows], last, side="left")
    first = np.searchsorted(np.unique(times.time), times.entry, side="right")
    start = np.searchsorted(key[rows], stratum * width + first, side="left")
    return _Sequence(rows=rows, start=np.minimum(start, stop), stop=stop)


def _moments(time: FloatArray) -> tuple[Positions, int]:
    """Give the distinct times numbers, with one to spare between strata."""
    moments, number = np.unique(time, return_inverse=True)
    return number, moments.size + 1


def _compare(
    rank: Positions, weight: FloatArray, sequence: _Sequence, asked: Positions
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Sum weights of lower, of equal and of any rank within a range of places per query.

    Each bit of the ranks, from the highest, splits the sequence in a stable way into those with 0
    and those with 1; a range stays a range in either part.
    """
    values, mass = rank[sequence.rows], weight[sequence.rows]
    start, stop = sequence.start, sequence.stop
    total = _range_sums(mass, start, stop)
    below = np.zeros(asked.size)
    for bit in range(int(rank.max()).bit_length() - 1, -1, -1):
        one = (values >> bit) & 1 == 1
        zeros = np.append(0, np.cumsum(~one))
        goes_up = (asked >> bit) & 1 == 1
        below += np.where(goes_up, _range_sums(mass * ~one, start, stop), 0.0)
        ends = []
        for end in (start, stop):
            before = zeros[end]
            ends.append(np.where(goes_up, zeros[-1] + end - before, before))
        start, stop = ends
        split = np.concatenate([np.flatnonzero(~one), np.flatnonzero(one)])
        values, mass = values[split], mass[split]
    return below, _range_sums(mass, start, stop), total


def _range_sums(values: FloatArray, start: Positions, stop: Positions) -> FloatArray:
    """Sum values from start to before stop."""
    sums = np.append(0.0, np.cumsum(values))
    return np.asarray(sums[stop] - sums[start])
