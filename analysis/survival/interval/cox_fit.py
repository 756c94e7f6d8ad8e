"""Maximise the likelihood of proportional hazards over coefficients and baseline together.

A constrained Newton method as in masses.py: jumps enter where the likelihood would gain, increments
of the log cumulative hazard stay non-negative, jumps whose increment ends at 0 leave.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve, solve_triangular
from scipy.optimize import nnls

from analysis.errors import ConvergenceError, ModelError
from analysis.results import FloatArray
from analysis.survival.interval.cox_likelihood import (
    Baseline,
    Curvature,
    RegressionIntervals,
    curvature,
    log_likelihood,
)

__all__ = ["IntervalCoxFit", "maximise_hazards"]

Positions = npt.NDArray[np.intp]

AIM, ENOUGH = 1e-12, 1e-8
"""Newton decrement that is aimed at, and that is accepted when rounding allows no less."""

_ITERATIONS = 200
_MOST_JUMPS = 2500  # a Newton step solves for all of them together
_RIDGE = 1e-12  # relative
_GAIN = 1e-9  # smallest derivative for which a jump enters
_EQUAL = 1e-12  # increments below are 0
_LARGE, _FLAT = 25.0, 50.0  # log hazard ratio per standard deviation, and its standard error
_ASCENT, _SMALLEST_STEP, _ROUNDING = 1e-4, 1e-12, 1e-13


@dataclass(frozen=True, kw_only=True, eq=False)
class IntervalCoxFit:
    """The maximum of the likelihood.

    Parameters
    ----------
    beta : array, shape (p,)
        Log hazard ratios of the columns of X as given to the fit.
    vcov : array, shape (p, p)
        Their covariance: the inverse of the information with the baseline profiled out.
    baseline : Baseline
        Jumps and levels.
    log_likelihood : float
        At the maximum.
    newton_decrement : float
        Twice the log-likelihood that a further step would gain, roughly.
    iterations : int
        Newton steps.
    """

    beta: FloatArray
    vcov: FloatArray
    baseline: Baseline
    log_likelihood: float
    newton_decrement: float
    iterations: int


def maximise_hazards(
    rows: RegressionIntervals, baseline: Baseline, terms: tuple[str, ...]
) -> IntervalCoxFit:
    """Find the maximum.

    Parameters
    ----------
    rows : RegressionIntervals
        Rows, with covariates centred and scaled.
    baseline : Baseline
        Where to begin, see `lay_out`.
    terms : tuple of str
        Names of the columns, for messages.

    Returns
    -------
    IntervalCoxFit
        The maximum; always the same for the same rows.

    Raises
    ------
    ModelError
        When the baseline has more than 2,500 jumps.
    ConvergenceError
        When a coefficient has no finite maximum, or the maximum is not reached.

    References
    ----------
    Zeng D, Mao L, Lin DY (2016). Biometrika 103:253-271.
    Wang Y (2007). JRSS B 69:185-198.
    """
    beta, before, iterations = np.zeros(rows.X.shape[1]), np.inf, 0
    while iterations < _ITERATIONS:
        baseline = _with_candidates(rows, baseline, beta)
        _check_size(baseline)
        here = curvature(rows, baseline, beta)
        step = _newton_step(baseline, here, beta.size)
        decrement = float(here.gradient @ step)
        if decrement <= AIM or (decrement <= ENOUGH and decrement > before / 2.0):
            break
        before = decrement
        baseline, beta = _search(rows, baseline, beta, here.log_likelihood, step, decrement)
        if np.abs(beta).max() > _LARGE:
            raise _no_maximum(terms[int(np.abs(beta).argmax())])
        iterations += 1
    if not decrement <= ENOUGH:
        raise ConvergenceError(
            f"The regression of intervals stopped with a Newton decrement of {decrement:.2g} "
            f"(allowed are {ENOUGH:g}). Round the times, or leave out covariates with few events."
        )
    baseline = _without_idle(baseline)
    final = curvature(rows, baseline, beta)
    return IntervalCoxFit(
        beta=beta,
        vcov=_covariance(final.information, baseline.free().size, terms),
        baseline=baseline,
        log_likelihood=final.log_likelihood,
        newton_decrement=max(decrement, 0.0),
        iterations=iterations,
    )


def _check_size(baseline: Baseline) -> None:
    """Refuse baselines that are too fine."""
    if baseline.place.size > _MOST_JUMPS:
        raise ModelError(
            f"The baseline has {baseline.place.size:,} jumps; allowed are {_MOST_JUMPS:,}. Round "
            "the times, for example to whole days; for exact times only, take cox."
        )


def _no_maximum(term: str) -> ConvergenceError:
    """Name a coefficient that runs away, or of which the likelihood says nothing."""
    return ConvergenceError(
        f"The coefficient of {term!r} has no finite maximum: the events of its rows can all be the "
        "earliest or the latest, or nothing orders them. Merge levels, or leave it out."
    )


def _with_candidates(rows: RegressionIntervals, baseline: Baseline, beta: FloatArray) -> Baseline:
    """Split each level where raising its later part would gain most."""
    slope = np.cumsum(curvature(rows, baseline, beta).boundary)
    inner = np.setdiff1d(np.arange(int(rows.begin[-1]) - 1), baseline.place)
    if inner.size == 0:
        return baseline
    level = baseline.levels_of(inner)
    gain = slope[baseline.place[level]] - slope[inner]
    order = np.lexsort((-gain, level))
    best = order[np.append(True, np.diff(level[order]) > 0)]
    best = best[gain[best] > _GAIN]
    entering = inner[best]
    place = np.concatenate([baseline.place, entering])
    sorting = np.argsort(place)
    # A level that is split is there twice; the jump that enters lies between the two.
    level_at = np.concatenate([baseline.level[:-1], baseline.level[level[best]]])[sorting]
    split = np.searchsorted(entering, baseline.place[baseline.ends[:-1]])
    return Baseline(
        place=place[sorting],
        level=np.append(level_at, 0.0),
        ends=baseline.ends + np.append(split, entering.size),
    )


def _without_idle(baseline: Baseline) -> Baseline:
    """Leave out jumps between equal levels."""
    increments = np.diff(baseline.level)
    at_ends = np.isin(np.arange(baseline.place.size), baseline.ends)
    at_ends |= np.isin(np.arange(1, baseline.place.size + 1), baseline.ends)
    kept = at_ends | (increments > _EQUAL)
    gone = np.append(0, np.cumsum(~kept))
    return Baseline(
        place=baseline.place[kept],
        level=np.append(baseline.level[:-1][kept], 0.0),
        ends=baseline.ends - gone[baseline.ends],
    )


def _increments(baseline: Baseline) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]:
    """Write the free levels as sums of increments within strata.

    Returns
    -------
    sums : array, shape (f, f)
        Levels = sums @ increments.
    increments : array, shape (f,)
        The present ones; the first of each stratum is its first level.
    is_first : array of bool, shape (f,)
        Those that may have any sign.
    """
    free = baseline.free()
    stratum = np.searchsorted(baseline.ends, free, side="right")
    is_first = np.append(True, np.diff(stratum) > 0)[: free.size]
    sums = np.tril((stratum[:, None] == stratum).astype(float))
    level = baseline.level[free]
    increments = np.where(is_first, level, level - np.append(0.0, level[:-1])[: free.size])
    return sums, increments, is_first


def _newton_step(baseline: Baseline, here: Curvature, n_terms: int) -> FloatArray:
    """Maximise the quadratic approximation with non-negative increments; return the step.

    Increments with a sign and free parameters are solved for in turn: the free ones are eliminated,
    the rest is a non-negative least-squares problem.
    """
    sums, increments, is_first = _increments(baseline)
    turn = np.eye(increments.size + n_terms)
    turn[: increments.size, : increments.size] = sums
    information = turn.T @ here.information @ turn
    gradient = turn.T @ here.gradient
    scale = 1.0 / np.sqrt(np.maximum(np.diag(information), np.finfo(float).tiny))
    information = information * np.outer(scale, scale) + _RIDGE * np.eye(scale.size)
    gradient = gradient * scale
    signed = np.append(~is_first, np.zeros(n_terms, dtype=bool))
    start = (np.append(increments, np.zeros(n_terms)) / scale)[signed]
    step = _bounded_step(information, gradient, signed, start)
    return np.asarray(turn @ (step * scale))


def _bounded_step(
    information: FloatArray, gradient: FloatArray, signed: npt.NDArray[np.bool_], start: FloatArray
) -> FloatArray:
    """Solve for a step after which the signed parameters, now at `start`, are non-negative."""
    step = cho_solve(cho_factor(information), gradient)
    if not signed.any() or (start + step[signed] >= 0.0).all():
        return np.asarray(step)
    loose = ~signed
    factor = cho_factor(information[np.ix_(loose, loose)])
    across = information[np.ix_(loose, signed)]
    reduced = information[np.ix_(signed, signed)] - across.T @ cho_solve(factor, across)
    slope = gradient[signed] - across.T @ cho_solve(factor, gradient[loose])
    root = np.linalg.cholesky(reduced + _RIDGE * np.eye(start.size))
    aim = root.T @ start + solve_triangular(root, slope, lower=True)
    step[signed] = nnls(root.T, aim)[0] - start
    step[loose] = cho_solve(factor, gradient[loose] - across @ step[signed])
    return np.asarray(step)


def _search(
    rows: RegressionIntervals,
    baseline: Baseline,
    beta: FloatArray,
    begin: float,
    step: FloatArray,
    slope: float,
) -> tuple[Baseline, FloatArray]:
    """Halve the step until the likelihood rises enough; stay when no step is left."""
    free, size = baseline.free(), 1.0
    while size > _SMALLEST_STEP:
        level = baseline.level.copy()
        level[free] += size * step[: free.size]
        moved, coefficients = replace(baseline, level=level), beta + size * step[free.size :]
        gain = log_likelihood(rows, moved, coefficients) - begin
        if gain >= _ASCENT * size * slope - _ROUNDING * abs(begin):
            return _without_idle(moved), coefficients
        size /= 2.0
    return baseline, beta


def _covariance(information: FloatArray, n_levels: int, terms: tuple[str, ...]) -> FloatArray:
    """Invert the information about the coefficients with the levels profiled out."""
    corner, side = information[:n_levels, :n_levels], information[:n_levels, n_levels:]
    scale = 1.0 / np.sqrt(np.diag(corner))
    scaled = corner * np.outer(scale, scale) + _RIDGE * np.eye(n_levels)
    side = side * scale[:, None]
    own = information[n_levels:, n_levels:]
    efficient = own - side.T @ cho_solve(cho_factor(scaled), side) if n_levels else own
    values, vectors = np.linalg.eigh(efficient)
    if values[0] < 1.0 / _FLAT**2:
        raise _no_maximum(terms[int(np.abs(vectors[:, 0]).argmax())])
    return np.asarray(vectors / values @ vectors.T)
