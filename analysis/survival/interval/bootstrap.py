"""Limits of a curve from intervals by drawing patients again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from analysis.results import FloatArray
from analysis.survival.interval.estimate import IntervalSteps, estimate_intervals, values_at
from analysis.survival.reading.interval_times import IntervalTimes

__all__ = ["Cells", "bootstrap_limits", "distinct_intervals"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Cells:
    """The distinct intervals of a group.

    Parameters
    ----------
    times : IntervalTimes
        Distinct intervals, k rows.
    number : array, shape (k,)
        Sum of the weights of each.
    counted : bool
        Whether weights are whole, so that the numbers are of patients.
    """

    times: IntervalTimes
    number: FloatArray
    counted: bool


def distinct_intervals(times: IntervalTimes, weight: FloatArray) -> Cells:
    """Add up the rows with the same interval.

    Parameters
    ----------
    times : IntervalTimes
        n rows.
    weight : array, shape (n,)
        Positive weights.

    Returns
    -------
    Cells
        Distinct intervals in order of their ends, so that the order of rows does not matter.

    Examples
    --------
    >>> times = IntervalTimes(lower=np.zeros(3), upper=np.array([7.0, 7.0, 14.0]))
    >>> distinct_intervals(times, np.ones(3)).number.tolist()
    [2.0, 1.0]
    """
    lowers, at_lower = np.unique(times.lower, return_inverse=True)
    uppers, at_upper = np.unique(times.upper, return_inverse=True)
    pairs, at_pair = np.unique(at_lower * uppers.size + at_upper, return_inverse=True)
    return Cells(
        times=IntervalTimes(lower=lowers[pairs // uppers.size], upper=uppers[pairs % uppers.size]),
        number=np.bincount(at_pair, weights=weight).astype(np.float64),
        counted=np.array_equal(weight, np.round(weight)),
    )


def bootstrap_limits(
    cells: Cells, asked: FloatArray, n_draws: int, seed: tuple[int, ...], conf_level: float
) -> tuple[FloatArray, FloatArray]:
    """Estimate the curve of drawn patients many times.

    Parameters
    ----------
    cells : Cells
        The patients of one group.
    asked : array, shape (t,)
        Times.
    n_draws : int
        Samples.
    seed : tuple of int
        Where the random numbers begin.
    conf_level : float
        Two-sided coverage.

    Returns
    -------
    low, high : array, shape (t,)
        Percentiles of the lower and of the upper bounds of the curves.
    """
    lows, highs = np.empty((n_draws, asked.size)), np.empty((n_draws, asked.size))
    for draw, curve in enumerate(_drawn_curves(cells, n_draws, seed)):
        values = values_at(curve, asked)
        lows[draw], highs[draw] = values["estimate_low"], values["estimate_high"]
    tail = (1.0 - conf_level) / 2.0
    return np.quantile(lows, tail, axis=0), np.quantile(highs, 1.0 - tail, axis=0)


@lru_cache(maxsize=4)  # one curve is asked for a page, a table and a chart, at other times each
def _drawn_curves(cells: Cells, n_draws: int, seed: tuple[int, ...]) -> tuple[IntervalSteps, ...]:
    """Estimate the curve of each draw of as many patients."""
    rng = np.random.default_rng(seed)
    n = int(cells.number.sum())
    draws = rng.multinomial(n, cells.number / cells.number.sum(), size=n_draws)
    curves = []
    for number in draws:
        drawn = number > 0
        times = IntervalTimes(lower=cells.times.lower[drawn], upper=cells.times.upper[drawn])
        curves.append(estimate_intervals(times, number[drawn].astype(float)).steps)
    return tuple(curves)
