"""Runs and crossings of points about a centre, and how often chance alone makes them unusual.

All functions look at many charts at once, one per row, which the simulation of false signals needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import comb

import numpy as np
import numpy.typing as npt
from scipy import stats

from analysis.errors import DataError

__all__ = [
    "FEWEST_USEFUL",
    "Runs",
    "count_runs",
    "expected_number_of_runs",
    "fewest_crossings",
    "longest_expected_run",
    "run_rules_false_signal_rate",
]

FEWEST_USEFUL = 10
"""Useful points from which the rules of runs are applied (Anhøj and Olesen 2014)."""

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Runs:
    """The runs of charts.

    Parameters
    ----------
    useful : numpy.ndarray of bool, shape (charts, points)
        Points beside the centre, not on it.
    length : numpy.ndarray of int, shape (charts, points)
        How many useful points the run of each useful point has; 0 for the others.
    n_useful, longest, crossings : numpy.ndarray of int, shape (charts,)
        Useful points, points of the longest run, and how often the line crosses the centre.
    """

    useful: BoolArray
    length: IntArray
    n_useful: IntArray
    longest: IntArray
    crossings: IntArray


def count_runs(side: npt.NDArray[np.int8], *, centre_breaks: bool = False) -> Runs:
    """Count the runs of points on one side of the centre.

    Parameters
    ----------
    side : numpy.ndarray of int8, shape (charts, points)
        1 above the centre, -1 below it, 0 on it.
    centre_breaks : bool
        Whether a point on the centre ends a run. If not, it is left out: it neither ends a run nor
        makes it longer.

    Returns
    -------
    Runs
        Lengths and numbers.

    Examples
    --------
    >>> runs = count_runs(np.array([[1, 1, 0, 1, -1]], dtype=np.int8))
    >>> runs.length.tolist(), runs.crossings.tolist()
    ([[3, 3, 0, 3, 1]], [1])
    """
    charts, points = side.shape
    useful = side != 0
    before = _side_before(side) if not centre_breaks else np.pad(side[:, :-1], ((0, 0), (1, 0)))
    begins = useful & (side != before)
    crossings = (begins & (before != 0)).sum(axis=1)
    number = np.cumsum(begins, axis=1) + np.arange(charts)[:, None] * (points + 1)
    sizes = np.bincount(number[useful], minlength=charts * (points + 1) + 1)
    length = np.where(useful, sizes[number], 0)
    return Runs(
        useful=useful,
        length=length,
        n_useful=useful.sum(axis=1),
        longest=length.max(axis=1, initial=0),
        crossings=crossings,
    )


def _side_before(side: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """Give for each point the side of the last useful point before it; 0 where there is none."""
    places = np.where(side != 0, np.arange(side.shape[1]), 0)
    last = np.maximum.accumulate(places, axis=1)
    filled = np.take_along_axis(side, last, axis=1)
    return np.pad(filled[:, :-1], ((0, 0), (1, 0)))


def longest_expected_run(n_useful: int) -> int:
    """Return the longest run that is not yet unusual.

    Parameters
    ----------
    n_useful : int
        Points beside the centre.

    Returns
    -------
    int
        round(log2(n)) + 3.

    References
    ----------
    Anhøj, J., Olesen, A. V. (2014). Run charts revisited. PLoS ONE 9(11), e113825.

    Examples
    --------
    >>> longest_expected_run(24)
    8
    """
    return round(float(np.log2(n_useful))) + 3


def fewest_crossings(n_useful: int) -> int:
    """Return the least number of crossings that is not yet unusual.

    Parameters
    ----------
    n_useful : int
        Points beside the centre.

    Returns
    -------
    int
        The 5 % quantile of the binomial distribution of n - 1 tosses of a coin.

    References
    ----------
    Chen, Z. (2010). A note on the runs test. Model Assisted Statistics and Applications 5, 73-77.

    Examples
    --------
    >>> fewest_crossings(24)
    8
    """
    return int(stats.binom.ppf(0.05, n_useful - 1, 0.5))


@lru_cache(maxsize=512)
def run_rules_false_signal_rate(n_useful: int) -> float:
    """Compute how often a stable process shows an unusually long run or too few crossings.

    Parameters
    ----------
    n_useful : int
        Points beside the centre.

    Returns
    -------
    float
        Exact probability for independent points that lie above or below with probability 1/2.

    Raises
    ------
    DataError
        For fewer than ten points, with which the rules are not applied.

    Notes
    -----
    A dynamic programme over the length of the present run and the crossings so far. About a median
    of the same points the halves are equal by construction, which makes the rate a little lower.

    References
    ----------
    Anhøj, J., Wentzel-Larsen, T. (2020). Smooth operator: modifying the Anhøj rules to improve
    runs analysis in statistical process control. PLoS ONE 15(6), e0233920.

    Examples
    --------
    >>> round(run_rules_false_signal_rate(24), 3)
    0.066
    """
    if n_useful < FEWEST_USEFUL:
        raise DataError(
            f"The rules of runs need {FEWEST_USEFUL} points beside the centre. Collect more points."
        )
    longest, fewest = longest_expected_run(n_useful), fewest_crossings(n_useful)
    chance = np.zeros((longest, n_useful))  # by length of the present run less 1, and crossings
    chance[0, 0] = 1.0
    for _ in range(n_useful - 1):
        after = np.zeros_like(chance)
        after[1:] = 0.5 * chance[:-1]
        after[0, 1:] = 0.5 * chance.sum(axis=0)[:-1]
        chance = after
    return float(1.0 - chance[:, fewest:].sum())


@lru_cache(maxsize=512)
def expected_number_of_runs(n_useful: int, level: float = 0.05) -> tuple[int, int]:
    """Return the least and the greatest number of runs that are not yet unusual.

    Parameters
    ----------
    n_useful : int
        Points beside the median, half of them on each side.
    level : float
        Probability of fewer or more in a stable process, half of it at each end.

    Returns
    -------
    tuple of int
        Least and greatest number.

    References
    ----------
    Swed, F. S., Eisenhart, C. (1943). Tables for testing randomness of grouping in a sequence of
    alternatives. Annals of Mathematical Statistics 14, 66-87.

    Examples
    --------
    >>> expected_number_of_runs(20)
    (7, 15)
    """
    below = n_useful // 2
    above = n_useful - below
    chance = np.array([_chance_of_runs(runs, above, below) for runs in range(n_useful + 1)])
    up_to, from_on = np.cumsum(chance), np.cumsum(chance[::-1])[::-1]
    least = int(np.argmax(up_to > level / 2))
    return least, int(n_useful - np.argmax((from_on > level / 2)[::-1]))


def _chance_of_runs(runs: int, above: int, below: int) -> float:
    """Compute the probability of a number of runs among two kinds of points in random order."""
    if runs < 2:
        return 0.0
    half, odd = divmod(runs, 2)
    if odd:
        ways = comb(above - 1, half) * comb(below - 1, half - 1)
        ways += comb(above - 1, half - 1) * comb(below - 1, half)
    else:
        ways = 2 * comb(above - 1, half - 1) * comb(below - 1, half - 1)
    return ways / comb(above + below, below)
