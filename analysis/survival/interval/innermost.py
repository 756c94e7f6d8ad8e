"""The innermost intervals: the only places where the likelihood can put probability.

Each row covers a run of neighbouring innermost intervals, so that sums over what a row covers
are differences of cumulative sums.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.results import FloatArray
from analysis.survival.reading.interval_times import IntervalTimes

__all__ = ["Innermost", "find_innermost", "merge_rows"]

Positions = npt.NDArray[np.intp]

# Order of ends at one time: an exact time begins, intervals end (they hold their upper end),
# intervals begin (they do not hold their lower end).
_EXACT, _UPPER, _LOWER, _KINDS = 0, 1, 2, 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Innermost:
    """The innermost intervals and what each row covers.

    Parameters
    ----------
    lower, upper : array, shape (m,)
        Ends in order of time; half-open, or equal for an exact time.
    first, last : array of int, shape (n,)
        Row i covers the innermost intervals ``first[i] <= j < last[i]``.
    """

    lower: FloatArray
    upper: FloatArray
    first: Positions
    last: Positions


def find_innermost(times: IntervalTimes) -> Innermost:
    """Find the innermost intervals: a lower end that is directly followed by an upper end.

    Parameters
    ----------
    times : IntervalTimes
        Half-open intervals, n rows.

    Returns
    -------
    Innermost
        The intervals, and the run that each row covers.

    Notes
    -----
    (1, 3] and (3, 5] have nothing in common; an exact time 3 lies in (1, 3] and not in (3, 5].

    References
    ----------
    Peto R (1973). Applied Statistics 22:86-91.
    Turnbull BW (1976). JRSS B 38:290-295.

    Examples
    --------
    >>> found = find_innermost(
    ...     IntervalTimes(lower=np.array([0.0, 2.0, 4.0]), upper=np.array([3.0, 5.0, np.inf])))
    >>> found.lower.tolist(), found.upper.tolist()
    ([2.0, 4.0], [3.0, 5.0])
    """
    n = times.lower.size
    values, rank = np.unique(np.concatenate([times.lower, times.upper]), return_inverse=True)
    exact = times.lower == times.upper
    begins = rank[:n] * _KINDS + np.where(exact, _EXACT, _LOWER)
    ends = rank[n:] * _KINDS + _UPPER
    begin, end = np.unique(begins), np.unique(ends)
    next_end = end[np.searchsorted(end, begin)]
    next_begin = np.append(begin[1:], end[-1] + 1)
    innermost = next_end < next_begin
    low, high = begin[innermost], next_end[innermost]
    return Innermost(
        lower=values[low // _KINDS],
        upper=values[high // _KINDS],
        first=np.searchsorted(low, begins, side="left"),
        last=np.searchsorted(high, ends, side="right"),
    )


def merge_rows(
    first: Positions, last: Positions, weight: FloatArray
) -> tuple[Positions, Positions, FloatArray]:
    """Add up the weights of rows that cover the same run.

    Parameters
    ----------
    first, last : array of int, shape (n,)
        Runs of innermost intervals.
    weight : array, shape (n,)
        Weights.

    Returns
    -------
    first, last, weight : arrays, shape (k,)
        Distinct runs in order, and their summed weights.

    Examples
    --------
    >>> runs = merge_rows(np.array([0, 1, 0]), np.array([2, 2, 2]), np.ones(3))
    >>> [part.tolist() for part in runs]
    [[0, 1], [2, 2], [2.0, 1.0]]
    """
    size = int(last.max()) + 1
    runs, position = np.unique(first * size + last, return_inverse=True)
    merged = np.bincount(position, weights=weight).astype(np.float64)
    return runs // size, runs % size, merged
