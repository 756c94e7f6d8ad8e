"""Scores of interval-censored rows against one common curve, and their covariance.

A score is the derivative of a row's log-probability when the whole curve moves along a path, such
as a common factor on the hazard. Pure arrays; the test is in interval_test.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve

from analysis.errors import ModelError
from analysis.results import FloatArray
from analysis.survival.interval.estimate import estimate_intervals
from analysis.survival.reading.interval_times import IntervalTimes

__all__ = ["PATHS", "RowScores", "permutation_covariance", "score_covariance", "score_rows"]

Codes = npt.NDArray[np.intp]

_RIDGE = 1e-12  # relative; jumps that no row tells apart leave the information singular
_MOST_STEPS = 4000  # an information matrix of 4,000 by 4,000 fills 128 MB


@dataclass(frozen=True, kw_only=True, eq=False)
class Path:
    """How the curve moves when the log hazard ratio (or another effect) leaves 0.

    Parameters
    ----------
    change, bend : array, shape (k + 1,)
        First and second derivative of the curve at its k + 1 levels 1, …, 0.
    pull : callable
        From a vector v (k + 1,): the sum over j of v_j times the derivative of ``change[j]`` by
        each level.
    """

    change: FloatArray
    bend: FloatArray
    pull: Callable[[FloatArray], FloatArray]


def _logrank_path(curve: FloatArray) -> Path:
    """Move the logits of the hazards of the steps together: Sun's scores.

    On right-censored data these are the scores of the logrank test.
    """
    hazard = 1.0 - curve[1:] / curve[:-1]
    total = np.append(0.0, np.cumsum(hazard))
    spread = np.append(0.0, np.cumsum(hazard * (1.0 - hazard)))
    inverse = np.append(1.0 / curve[:-1], 0.0)

    def pull(value: FloatArray) -> FloatArray:
        later = np.cumsum((curve * value)[::-1])[::-1]
        as_end = np.append(0.0, later[1:] * inverse[:-1])
        as_begin = np.append(later[1:] * curve[1:] * inverse[:-1] ** 2, 0.0)
        return np.asarray(as_end - as_begin - total * value)

    return Path(change=-curve * total, bend=curve * (total**2 - spread), pull=pull)


def _wilcoxon_path(curve: FloatArray) -> Path:
    """Move the logit of the curve: scores of the Wilcoxon type."""
    slope = 2.0 * curve - 1.0
    change = curve * (curve - 1.0)
    return Path(change=change, bend=change * slope, pull=lambda value: slope * value)


PATHS: Mapping[str, Callable[[FloatArray], Path]] = {
    "logrank": _logrank_path,
    "wilcoxon": _wilcoxon_path,
}
"""Weightings by name: even over time, and with more weight on early differences."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RowScores:
    """Scores of rows under one common curve.

    Parameters
    ----------
    score : array, shape (n,)
        Positive for rows with an earlier event than expected; they sum to 0.
    first, last : array of int, shape (n,)
        Levels of the curve before and after each row's interval.
    curve : array, shape (k + 1,)
        Levels of the common curve, from 1 to 0.
    path : Path
        The direction of the scores.
    """

    score: FloatArray
    first: Codes
    last: Codes
    curve: FloatArray
    path: Path


def score_rows(times: IntervalTimes, scores: str) -> RowScores:
    """Score rows against the curve of all of them.

    Parameters
    ----------
    times : IntervalTimes
        n rows.
    scores : str
        One of `PATHS`.

    Returns
    -------
    RowScores
        Scores and what their covariance needs.

    References
    ----------
    Sun J (1996). Statistics in Medicine 15:1387-1395.
    Finkelstein DM (1986). Biometrics 42:845-854.
    Fay MP (1999). Biometrics 55:1151-1156.

    Examples
    --------
    >>> events = IntervalTimes(lower=np.array([5.0, 7.0, 7.0]), upper=np.array([5.0, 7.0, np.inf]))
    >>> score_rows(events, "logrank").score.round(3).tolist()
    [0.667, 0.167, -0.833]
    """
    estimate = estimate_intervals(times, np.ones(times.lower.size))
    first = np.searchsorted(estimate.fit.place, estimate.innermost.first)
    last = np.searchsorted(estimate.fit.place, estimate.innermost.last)
    curve = np.append(estimate.steps.before, 0.0)
    path = PATHS[scores](curve)
    return RowScores(
        score=(path.change[first] - path.change[last]) / (curve[first] - curve[last]),
        first=first,
        last=last,
        curve=curve,
        path=path,
    )


def score_covariance(rows: RowScores, codes: Codes, n_groups: int) -> FloatArray:
    """Compute the covariance of the sums of scores per group from the information.

    Parameters
    ----------
    rows : RowScores
        n rows.
    codes : array of int, shape (n,)
        Group of each row.
    n_groups : int
        Number of groups, g.

    Returns
    -------
    array, shape (g, g)
        Observed information about the effects of the groups, less what is lost because the
        common curve is estimated.

    Raises
    ------
    ModelError
        When the curve has more than 4,000 steps.

    Notes
    -----
    The probability of what is seen at given visits depends on the curve alone, whatever the
    visits, so that this covariance is right when visits differ between groups.
    """
    n_levels = rows.curve.size
    if n_levels - 2 > _MOST_STEPS:
        raise ModelError(
            f"The common curve has {n_levels - 1:,} steps; allowed are {_MOST_STEPS:,}. Round the "
            "times, for example to whole days, or take method='asymptotic permutation'."
        )
    chance = rows.curve[rows.first] - rows.curve[rows.last]
    bend = (rows.path.bend[rows.first] - rows.path.bend[rows.last]) / chance
    own = np.bincount(codes, rows.score**2 - bend, n_groups)
    cross = _cross_information(rows, codes, n_groups, chance)[:, 1:-1]
    information = _curve_information(rows, chance)
    if information.size == 0:
        return np.diag(own)
    scale = 1.0 / np.sqrt(np.diag(information))
    scaled = information * np.outer(scale, scale) + _RIDGE * np.eye(scale.size)
    solved = cho_solve(cho_factor(scaled), (cross * scale).T)
    return np.asarray(np.diag(own) - (cross * scale) @ solved)


def _cross_information(
    rows: RowScores, codes: Codes, n_groups: int, chance: FloatArray
) -> FloatArray:
    """Sum minus the derivatives of the scores by each level, per group."""
    cross = np.empty((n_groups, rows.curve.size))
    for group in range(n_groups):
        mine = (codes == group) / chance
        pulled = rows.path.pull(_at_ends(rows, mine))
        cross[group] = _at_ends(rows, mine * rows.score) - pulled
    return cross


def _at_ends(rows: RowScores, value: FloatArray) -> FloatArray:
    """Add values at the level before each row's interval and take them off after it."""
    size = rows.curve.size
    return np.asarray(np.bincount(rows.first, value, size) - np.bincount(rows.last, value, size))


def _curve_information(rows: RowScores, chance: FloatArray) -> FloatArray:
    """Compute the observed information about the inner levels of the curve."""
    size = rows.curve.size
    pairs = np.bincount(rows.first * size + rows.last, chance**-2.0, size * size)
    pairs = pairs.reshape(size, size)
    information = np.diag(pairs.sum(axis=0) + pairs.sum(axis=1)) - pairs - pairs.T
    return np.asarray(information[1:-1, 1:-1])


def permutation_covariance(score: FloatArray, codes: Codes, n_groups: int) -> FloatArray:
    """Compute the covariance of the sums of scores when groups are drawn at random.

    Parameters
    ----------
    score : array, shape (n,)
        Scores.
    codes : array of int, shape (n,)
        Group of each row.
    n_groups : int
        Number of groups, g.

    Returns
    -------
    array, shape (g, g)
        Exact moments over all ways to give the rows to groups of these sizes.

    Examples
    --------
    >>> permutation_covariance(np.array([1.0, 0.0, -1.0]), np.array([0, 0, 1]), 2).round(3).tolist()
    [[0.667, -0.667], [-0.667, 0.667]]
    """
    number = np.bincount(codes, minlength=n_groups).astype(float)
    spread = score.var(ddof=1) if score.size > 1 else 0.0
    return np.asarray(spread * (np.diag(number) - np.outer(number, number) / score.size))
