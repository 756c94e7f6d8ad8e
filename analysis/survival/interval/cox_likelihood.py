"""Log-likelihood of proportional hazards on interval-censored rows, with its derivatives.

The baseline is a step function on innermost intervals. In the logs of its cumulative hazard and in
the coefficients the log-likelihood is concave. Strata have baselines of their own, laid one behind
the other. Pure arrays; the search for the maximum is in cox_fit.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.results import FloatArray
from analysis.survival.interval.estimate import IntervalEstimate

__all__ = ["Baseline", "Curvature", "RegressionIntervals", "curvature", "lay_out", "log_likelihood"]

Positions = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, eq=False)
class RegressionIntervals:
    """Rows as runs of innermost intervals, and their covariates.

    Parameters
    ----------
    X : array, shape (n, p)
        Covariates, centred and scaled.
    first, last : array of int, shape (n,)
        Boundaries of innermost intervals where each row begins and ends. Boundary j is before
        interval j; each stratum with m intervals has m + 1 boundaries.
    begin : array of int, shape (s + 1,)
        First boundary of each stratum, and the number of all boundaries.
    """

    X: FloatArray
    first: Positions
    last: Positions
    begin: Positions


@dataclass(frozen=True, kw_only=True, eq=False)
class Baseline:
    """Cumulative hazards between jumps.

    Parameters
    ----------
    place : array of int, shape (k,)
        Intervals with a jump, rising; the first and the last of each stratum are among them.
    level : array, shape (k + 1,)
        Logs of the cumulative hazard between jumps. Levels before the first jump of a stratum
        stand for minus infinity, after the last for infinity; their value is not looked at.
    ends : array of int, shape (s + 1,)
        Those levels; the end of one stratum is the beginning of the next.
    """

    place: Positions
    level: FloatArray
    ends: Positions

    def levels_of(self, boundary: Positions) -> Positions:
        """Find the level at each boundary."""
        return np.searchsorted(self.place, boundary)

    def free(self) -> Positions:
        """List the levels that are parameters."""
        return np.setdiff1d(np.arange(self.level.size), self.ends)


@dataclass(frozen=True, kw_only=True, eq=False)
class Curvature:
    """Derivatives by the free levels (f) and the coefficients (p), in this order.

    Parameters
    ----------
    log_likelihood : float
        The value.
    gradient : array, shape (f + p,)
        First derivatives.
    information : array, shape (f + p, f + p)
        Minus the second derivatives.
    boundary : array, shape (b,)
        First derivatives by the level at each boundary alone.
    """

    log_likelihood: float
    gradient: FloatArray
    information: FloatArray
    boundary: FloatArray


def lay_out(
    X: FloatArray, stratum: Positions, estimates: Sequence[IntervalEstimate]
) -> tuple[RegressionIntervals, Baseline]:
    """Lay strata one behind the other, and begin with their curves without covariates.

    Parameters
    ----------
    X : array, shape (n, p)
        Covariates, centred and scaled.
    stratum : array of int, shape (n,)
        Stratum of each row.
    estimates : sequence of IntervalEstimate
        The curve of each stratum.

    Returns
    -------
    RegressionIntervals
        Rows.
    Baseline
        Where to begin.
    """
    sizes = [part.innermost.lower.size + 1 for part in estimates]
    begin = np.append(0, np.cumsum(sizes))
    first, last = np.empty(len(X), dtype=np.intp), np.empty(len(X), dtype=np.intp)
    places, levels, jumps = [], [], []
    for number, part in enumerate(estimates):
        mine = stratum == number
        first[mine] = part.innermost.first + begin[number]
        last[mine] = part.innermost.last + begin[number]
        places.append(part.fit.place + begin[number])
        levels.append(np.append(0.0, np.log(-np.log(part.steps.after[:-1]))))
        jumps.append(part.fit.place.size)
    return (
        RegressionIntervals(X=X, first=first, last=last, begin=begin),
        Baseline(
            place=np.concatenate(places),
            level=np.append(np.concatenate(levels), 0.0),
            ends=np.append(0, np.cumsum(jumps)),
        ),
    )


def log_likelihood(rows: RegressionIntervals, baseline: Baseline, beta: FloatArray) -> float:
    """Compute the log-likelihood; minus infinity where a row has no probability.

    Parameters
    ----------
    rows : RegressionIntervals
        n rows.
    baseline : Baseline
        Jumps and levels.
    beta : array, shape (p,)
        Log hazard ratios of the columns of X.

    Returns
    -------
    float
        Sum of the logs of the probabilities of the rows.
    """
    hazard = _hazards(rows, baseline, beta)
    with np.errstate(divide="ignore", invalid="ignore"):  # a step too far: no probability
        inside = np.log(-np.expm1(-(hazard.after - hazard.before)))
    value = float((inside - hazard.before).sum())
    return value if np.isfinite(value) else -np.inf


@dataclass(frozen=True, kw_only=True, eq=False)
class _Hazards:
    """Cumulative hazards of each row at the ends of its interval, and the levels they rest on."""

    before: FloatArray
    after: FloatArray
    first: Positions
    last: Positions


def _hazards(rows: RegressionIntervals, baseline: Baseline, beta: FloatArray) -> _Hazards:
    """Multiply the baseline by the hazard ratios of the rows."""
    first, last = baseline.levels_of(rows.first), baseline.levels_of(rows.last)
    low, high = baseline.level.copy(), baseline.level.copy()
    low[baseline.ends], high[baseline.ends] = -np.inf, np.inf
    predictor = rows.X @ beta
    with np.errstate(over="ignore"):
        before, after = np.exp(low[first] + predictor), np.exp(high[last] + predictor)
    return _Hazards(before=before, after=after, first=first, last=last)


def curvature(rows: RegressionIntervals, baseline: Baseline, beta: FloatArray) -> Curvature:
    """Compute the log-likelihood with first and second derivatives.

    Parameters
    ----------
    rows : RegressionIntervals
        n rows.
    baseline : Baseline
        Jumps and levels.
    beta : array, shape (p,)
        Log hazard ratios of the columns of X.

    Returns
    -------
    Curvature
        Value and derivatives.
    """
    hazard = _hazards(rows, baseline, beta)
    A, B = hazard.before, hazard.after
    gap = B - A
    odds = np.exp(-gap) / -np.expm1(-gap)  # of an event after the interval against one in it
    ended = np.isinf(B)
    by_A, by_B = -A * (1.0 + odds), np.where(ended, 0.0, B) * odds
    spread = odds * (1.0 + odds)
    finite = np.where(ended, 0.0, B)
    AA, BB, AB = by_A - A**2 * spread, by_B - finite**2 * spread, A * finite * spread
    free, size = baseline.free(), baseline.level.size
    corner = _level_information(hazard, AA, BB, AB, size)[np.ix_(free, free)]
    side = _mixed_information(rows.X, hazard, AA + AB, BB + AB, size)[free]
    own = -(rows.X.T * (AA + 2.0 * AB + BB)) @ rows.X
    slope = np.bincount(hazard.first, by_A, size) + np.bincount(hazard.last, by_B, size)
    n_boundaries = int(rows.begin[-1])
    return Curvature(
        log_likelihood=float((np.log(-np.expm1(-gap)) - A).sum()),
        gradient=np.append(slope[free], rows.X.T @ (by_A + by_B)),
        information=np.block([[corner, side], [side.T, own]]),
        boundary=np.asarray(
            np.bincount(rows.first, by_A, n_boundaries) + np.bincount(rows.last, by_B, n_boundaries)
        ),
    )


def _level_information(
    hazard: _Hazards, AA: FloatArray, BB: FloatArray, AB: FloatArray, size: int
) -> FloatArray:
    """Sum minus the second derivatives by pairs of levels."""
    pairs = np.bincount(hazard.first * size + hazard.last, AB, size * size).reshape(size, size)
    diagonal = np.bincount(hazard.first, AA, size) + np.bincount(hazard.last, BB, size)
    return np.asarray(-(np.diag(diagonal) + pairs + pairs.T))


def _mixed_information(
    X: FloatArray, hazard: _Hazards, at_first: FloatArray, at_last: FloatArray, size: int
) -> FloatArray:
    """Sum minus the second derivatives by a level and a coefficient."""
    columns = [
        np.bincount(hazard.first, at_first * x, size) + np.bincount(hazard.last, at_last * x, size)
        for x in X.T
    ]
    return -np.array(columns).reshape(X.shape[1], size).T
