"""Lay out rows so that sums over those at risk at each event time are cumulative sums.

Pure functions on arrays; what is summed is decided in partial_likelihood.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.results import FloatArray

__all__ = ["RiskSets", "lay_out"]

Positions = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, eq=False)
class RiskSets:
    """Rows in order of stratum and time, and the event times at which each is at risk.

    Rows that are at risk at no event time are not among the n rows here.

    Parameters
    ----------
    order : array of int, shape (n,)
        Position of each row in the arrays given.
    weight : array, shape (n,)
        Case weights.
    first, last : array of int, shape (n,)
        A row is at risk at event times k with first <= k < last; `last` never falls.
    time : array, shape (k,)
        Event times, rising within strata; each stratum has its own.
    starts : array of int, shape (s + 1,)
        Where the event times of each stratum start; the last is k.
    stratum : array of int, shape (s,)
        Code of each stratum that has an event.
    event_row, event_at : array of int, shape (d,)
        Row and event time of each event, in order of the event times.
    fraction : array, shape (d,)
        Efron's share of tied events that is taken off: 0, 1/m, .. (m - 1)/m; 0 for Breslow's.
    share : array, shape (d,)
        Mean weight of the events at the same event time.
    is_delayed : bool
        Whether a row enters after the first event time of its stratum.
    """

    order: Positions
    weight: FloatArray
    first: Positions
    last: Positions
    time: FloatArray
    starts: Positions
    stratum: Positions
    event_row: Positions
    event_at: Positions
    fraction: FloatArray
    share: FloatArray
    is_delayed: bool

    def row_starts(self) -> Positions:
        """Return the first row of each stratum, shape (s,)."""
        return np.searchsorted(self.last, self.starts[:-1], side="right")

    def row_strata(self) -> Positions:
        """Return the position of each row's stratum, shape (n,)."""
        return np.searchsorted(self.starts, self.last - 1, side="right") - 1

    def sum_at_risk(self, values: FloatArray) -> FloatArray:
        """Sum a value over those at risk at each event time.

        Parameters
        ----------
        values : array, shape (n,)
            One value per row.

        Returns
        -------
        array, shape (k,)
            Sums; they run backwards in time, so that without delayed entry nothing is subtracted.
        """
        sums = self._from(self.last - 1, values)
        return sums - self._from(self.first, values, after=True) if self.is_delayed else sums

    def sum_events(self, values: FloatArray) -> FloatArray:
        """Sum a value over the events of each event time: shape (d,) to shape (k,)."""
        sums = np.bincount(self.event_at, weights=values, minlength=self.time.size)
        return sums.astype(np.float64, copy=False)

    def sum_while_at_risk(self, steps: FloatArray) -> FloatArray:
        """Sum a value of each event time over the times at which a row is at risk.

        Parameters
        ----------
        steps : array, shape (k,)
            One value per event time.

        Returns
        -------
        array, shape (n,)
            Sums from `first` to before `last`.
        """
        sums = np.append(0.0, np.cumsum(steps))
        if self.is_delayed or self.stratum.size > 1:
            return np.asarray(sums[self.last] - sums[self.first])
        return np.asarray(sums[self.last])

    def _from(self, at: Positions, values: FloatArray, *, after: bool = False) -> FloatArray:
        """Sum, within strata, the values of rows whose position is at or after each event time."""
        size = self.time.size
        sums = np.append(np.bincount(at, weights=values, minlength=size), 0.0)
        sums = np.cumsum(sums[::-1])[::-1]
        mine = sums[1:] if after else sums[:-1]
        if self.stratum.size == 1:
            return np.asarray(mine)
        return np.asarray(mine - np.repeat(sums[self.starts[1:]], np.diff(self.starts)))


def lay_out(
    time: FloatArray,
    event: npt.NDArray[np.bool_],
    *,
    entry: FloatArray,
    weight: FloatArray,
    stratum: Positions,
    ties: str,
) -> RiskSets:
    """Lay out rows by stratum and time.

    Parameters
    ----------
    time, entry : array, shape (n,)
        A row is at risk at t when entry < t <= time; entry is minus infinity from the origin on.
    event : array of bool, shape (n,)
        Whether the row ends with an event; at least one does.
    weight : array, shape (n,)
        Positive case weights.
    stratum : array of int, shape (n,)
        Codes of the strata.
    ties : str
        ``"efron"`` or ``"breslow"``.

    Returns
    -------
    RiskSets
        The layout.
    """
    times, order = np.unique(time[event]), np.lexsort((time, stratum))
    event = event[order]
    exit_key, entry_key = _keys(time[order], entry[order], stratum[order], times)
    keys = np.unique(exit_key[event])
    last = np.searchsorted(keys, exit_key, side="right")
    first = np.searchsorted(keys, entry_key, side="right")
    kept = last > first
    order, event, first, last = order[kept], event[kept], first[kept], last[kept]
    event_row = np.flatnonzero(event)
    event_at = last[event_row] - 1
    strata = stratum[order][event_row][np.append(True, event_at[1:] > event_at[:-1])]
    starts = np.flatnonzero(np.append(True, strata[1:] > strata[:-1]))
    offsets = np.append(starts, keys.size)
    fraction, share = _tied(event_at, weight[order][event_row], ties)
    return RiskSets(
        order=order,
        weight=weight[order],
        first=first,
        last=last,
        time=time[order][event_row][np.append(True, event_at[1:] > event_at[:-1])],
        starts=offsets,
        stratum=strata[starts],
        event_row=event_row,
        event_at=event_at,
        fraction=fraction,
        share=share,
        is_delayed=bool((first > offsets[np.searchsorted(offsets, last - 1, "right") - 1]).any()),
    )


def _keys(
    time: FloatArray, entry: FloatArray, stratum: Positions, times: FloatArray
) -> tuple[Positions, Positions]:
    """Give exits and entries numbers in which those of a stratum follow each other in time."""
    width = times.size + 1
    offset = stratum * width
    exit_key = offset + np.searchsorted(times, time, side="right")
    if np.isneginf(entry).all():
        return exit_key, offset
    return exit_key, offset + np.searchsorted(times, entry, side="right")


def _tied(event_at: Positions, weight: FloatArray, ties: str) -> tuple[FloatArray, FloatArray]:
    """Give each event its Efron fraction and the mean weight of the events tied with it."""
    count = np.bincount(event_at)
    share = (np.bincount(event_at, weights=weight) / count)[event_at]
    if ties == "breslow":
        return np.zeros(event_at.size), share
    start = np.cumsum(count) - count
    return (np.arange(event_at.size) - start[event_at]) / count[event_at], share
