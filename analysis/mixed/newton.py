"""Maximise the likelihood over variances, to the optimum, also when it lies on the boundary.

Works in a chart: ``G = exp(s) L L'`` and residual variance ``exp(s)``, ``L`` lower trapezoidal of
fixed rank after pivoting. The likelihood and its derivatives come from likelihood.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import linalg

from analysis.errors import ConvergenceError, ModelError
from analysis.mixed.likelihood import Derivatives, Profile, derivatives, duplication, profile
from analysis.mixed.moments import Moments
from analysis.results import FloatArray

__all__ = ["DECREMENT", "Optimum", "maximise"]

DECREMENT = 1e-12
"""Converged: the Newton decrement of the deviance, g'H^-1 g, is at most this."""

_ITERATIONS = 100
_SCORING = 3
_SMALL_PIVOT = 1e-3
_LONGEST = 2.0
_SADDLE = 1e-8
_ESCAPE = 0.5
_SIGN = -1e-6
_IDENTIFIED = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class Optimum:
    """The maximum of the likelihood and what inference needs there.

    Parameters
    ----------
    at : Profile
        Likelihood and coefficients at the optimum.
    slope : Derivatives
        Derivatives there.
    theta_cov : array, shape (k, k)
        Covariance of the variance parameters from the observed information in the free
        directions; singular when `rank` is below q.
    rank : int
        Rank of ``G``; below q the optimum is on the boundary.
    n_free : int
        Free variance parameters.
    decrement : float
        Newton decrement of the deviance over the free parameters.
    """

    at: Profile
    slope: Derivatives
    theta_cov: FloatArray
    rank: int
    n_free: int
    decrement: float


@dataclass(frozen=True, kw_only=True, eq=False)
class _Point:
    """A point of the chart: relative factor, pivot order, log residual variance, likelihood."""

    L: FloatArray
    order: tuple[int, ...]
    s: float
    at: Profile


@dataclass(frozen=True, kw_only=True, eq=False)
class _Local:
    """The deviance around a point in the coordinates of the chart."""

    gradient: FloatArray
    hessian: FloatArray
    scoring: FloatArray
    jacobian: FloatArray
    slope: Derivatives


def maximise(moments: Moments, *, reml: bool, random_terms: tuple[str, ...]) -> Optimum:
    """Find the variances that maximise the likelihood.

    Newton steps where the deviance is convex and downhill steps elsewhere, each halved until the
    deviance falls. A nearly singular ``G`` is compared with the optimum of lower rank, which is
    taken when it is no worse and the deviance rises in every direction that leaves it.

    Parameters
    ----------
    moments : Moments
        Cross-products in standardised coordinates.
    reml : bool
        Restricted likelihood.
    random_terms : tuple of str
        Names for messages.

    Returns
    -------
    Optimum
        Converged by the Newton decrement.

    Raises
    ------
    ModelError
        When the rows cannot tell the variances apart.
    ConvergenceError
        When the optimum is not reached.
    """
    q = len(random_terms)
    start = _point(moments, np.eye(q), tuple(range(q)), s=0.0, reml=reml)
    _check_identified(moments, start, random_terms)
    point = _newton(moments, start, random_terms)
    while point.L.shape[1] and _smallest_variance(point) < _SMALL_PIVOT:
        lower = _newton(moments, _lower_rank(moments, point), random_terms)
        if not _is_optimal_boundary(moments, lower, point):
            break
        point = lower
    return _optimum(moments, point)


def _point(
    moments: Moments, L: FloatArray, order: tuple[int, ...], *, s: float, reml: bool
) -> _Point:
    """Evaluate the likelihood at a point of the chart."""
    G = np.exp(s) * (L @ L.T)
    at = profile(moments, G=G, sigma2=float(np.exp(s)), reml=reml)
    return _Point(L=L, order=order, s=s, at=at)


def _free(point: _Point) -> Iterator[tuple[int, int]]:
    """List the free entries of the factor: lower trapezoidal in pivot order."""
    rank = point.L.shape[1]
    for position, row in enumerate(point.order):
        for column in range(min(position + 1, rank)):
            yield row, column


def _local(moments: Moments, point: _Point) -> _Local:
    """Express the derivatives in the coordinates of the chart."""
    slope = derivatives(moments, point.at)
    q = point.L.shape[0]
    entries = list(_free(point))
    lower = np.tril_indices(q)
    tangents = np.zeros((len(entries) + 1, q, q))
    for index, (row, column) in enumerate(entries):
        tangents[index, row, :] += point.L[:, column]
        tangents[index, :, row] += point.L[:, column]
    tangents[-1] = point.L @ point.L.T
    moved = np.exp(point.s) * tangents[:, lower[0], lower[1]]
    residual = np.zeros((len(entries) + 1, 1))
    residual[-1, 0] = np.exp(point.s)
    jacobian = np.hstack([moved, residual]).T
    gradient = jacobian.T @ slope.gradient
    curvature = _curvature(point, slope, gradient, entries)
    return _Local(
        gradient=gradient,
        hessian=jacobian.T @ slope.observed @ jacobian + curvature,
        scoring=jacobian.T @ slope.expected @ jacobian,
        jacobian=jacobian,
        slope=slope,
    )


def _curvature(
    point: _Point, slope: Derivatives, gradient: FloatArray, entries: list[tuple[int, int]]
) -> FloatArray:
    """Second derivatives of the chart, weighted by the gradient."""
    weights = 2.0 * np.exp(point.s) * _gradient_matrix(slope, point.L.shape[0])
    rows = np.array([row for row, _ in entries], dtype=int)
    columns = np.array([column for _, column in entries], dtype=int)
    m = len(entries)
    curvature = np.empty((m + 1, m + 1))
    curvature[:m, :m] = weights[np.ix_(rows, rows)] * (columns[:, None] == columns[None, :])
    curvature[m, :] = curvature[:, m] = gradient
    return curvature


def _gradient_matrix(slope: Derivatives, q: int) -> FloatArray:
    """Arrange the gradient in ``G`` so that its trace with a change gives the slope."""
    spread = duplication(q)
    halves = slope.gradient[:-1] / spread.sum(axis=0)
    return np.asarray((spread @ halves).reshape(q, q), dtype=float)


def _newton(moments: Moments, start: _Point, random_terms: tuple[str, ...]) -> _Point:
    """Iterate at fixed rank until the Newton decrement is negligible."""
    point = start
    for iteration in range(_ITERATIONS):
        point = _repivoted(point)
        local = _local(moments, point)
        step, is_newton = _step(local, scoring=iteration < _SCORING)
        decrement = -float(local.gradient @ step)
        point = _search(moments, point, step, decrement)
        if is_newton and decrement <= DECREMENT:
            return point  # with that last step, which squares what was left
    raise ConvergenceError(
        f"The variances of {', '.join(random_terms)} did not reach an optimum in {_ITERATIONS} "
        "iterations. Take fewer random terms, or centre and rescale the columns behind them."
    )


def _step(local: _Local, *, scoring: bool) -> tuple[FloatArray, bool]:
    """Take the Newton step where the deviance is convex.

    Elsewhere a scoring step at first. Later the Newton step with the sign of negative curvature
    turned: a scoring step would follow the chart's own flatness where a factor is nearly zero. At
    a saddle, such as a factor of exactly zero, along the negative curvature.
    """
    try:
        return -linalg.cho_solve(linalg.cho_factor(local.hessian), local.gradient), True
    except linalg.LinAlgError:
        values, vectors = np.linalg.eigh(local.scoring if scoring else local.hessian)
    sizes = np.maximum(np.abs(values), 1e-8 * np.abs(values).max())
    step = -vectors @ ((vectors.T @ local.gradient) / sizes)
    if -float(local.gradient @ step) > _SADDLE:
        return step, False
    return _ESCAPE * np.linalg.eigh(local.hessian)[1][:, 0], False


def _search(moments: Moments, point: _Point, step: FloatArray, decrement: float) -> _Point:
    """Shorten the step until the deviance falls, up to rounding."""
    rounding = 1e-13 * max(1.0, abs(point.at.deviance)) * 10.0
    longest = max(_LONGEST, float(np.abs(point.L).max(initial=0.0)))
    length = min(1.0, longest / max(float(np.abs(step).max()), 1e-300))
    for _ in range(40):
        trial = _moved(moments, point, length * step)
        if trial.at.deviance <= point.at.deviance - 1e-4 * length * decrement + rounding:
            return trial
        length /= 2.0
    raise ConvergenceError(
        "No step lowers the deviance any further although its slope is not zero; the data are "
        "too badly scaled. Centre and rescale the numeric columns."
    )


def _moved(moments: Moments, point: _Point, step: FloatArray) -> _Point:
    """Go a step in the coordinates of the chart."""
    L = point.L.copy()
    for (row, column), change in zip(_free(point), step[:-1], strict=True):
        L[row, column] += change
    return _point(moments, L, point.order, s=point.s + float(step[-1]), reml=point.at.reml)


def _smallest_variance(point: _Point) -> float:
    """Return the smallest eigenvalue of ``G`` in its rank, relative to the residual variance."""
    return float(np.linalg.svd(point.L, compute_uv=False)[-1] ** 2)


def _repivoted(point: _Point) -> _Point:
    """Rotate the factor so that its largest rows come first, where the chart is smooth."""
    L, order = _trapezoid(point.L)
    return _Point(L=L, order=order, s=point.s, at=point.at)


def _trapezoid(F: FloatArray) -> tuple[FloatArray, tuple[int, ...]]:
    """Rotate a factor of ``G`` to lower trapezoidal form in pivot order.

    Parameters
    ----------
    F : array, shape (q, r)
        Any factor with ``G = F F'``.

    Returns
    -------
    L : array, shape (q, r)
        Rotated factor, same product.
    order : tuple of int
        Rows by pivot.
    """
    R, pivots = linalg.qr(F.T, mode="r", pivoting=True)
    rank = F.shape[1]
    L = np.zeros_like(F)
    L[pivots] = np.triu(R[:rank]).T
    return L, tuple(int(row) for row in pivots)


def _lower_rank(moments: Moments, point: _Point) -> _Point:
    """Drop the smallest principal direction of ``G``."""
    rank = point.L.shape[1] - 1
    if rank == 0:
        empty = np.zeros((point.L.shape[0], 0))
        return _point(moments, empty, point.order, s=point.s, reml=point.at.reml)
    left, values, _ = np.linalg.svd(point.L, full_matrices=False)
    L, order = _trapezoid(left[:, :rank] * values[:rank])
    return _point(moments, L, order, s=point.s, reml=point.at.reml)


def _is_optimal_boundary(moments: Moments, lower: _Point, upper: _Point) -> bool:
    """Check that the boundary is no worse and that leaving it raises the deviance."""
    q, rank = lower.L.shape
    slope = derivatives(moments, lower.at)
    basis = np.linalg.svd(lower.L, full_matrices=True)[0][:, rank:] if rank else np.eye(q)
    outward = lower.at.sigma2 * (basis.T @ _gradient_matrix(slope, q) @ basis)
    is_minimum = float(np.linalg.eigvalsh(outward)[0]) >= _SIGN
    return is_minimum and lower.at.deviance <= upper.at.deviance + 1e-8


def _check_identified(moments: Moments, start: _Point, random_terms: tuple[str, ...]) -> None:
    """Refuse designs whose information about the variances is singular."""
    scoring = _local(moments, start).scoring
    spread = np.sqrt(np.maximum(np.diag(scoring), 1e-300))
    if np.linalg.eigvalsh(scoring / np.outer(spread, spread))[0] < _IDENTIFIED:
        raise ModelError(
            f"The rows cannot tell the variances of {', '.join(random_terms)} and the residual "
            "apart: too few patients have more rows than there are random terms, or two random "
            "terms carry the same information. Take fewer random terms, or fit rows of one "
            "visit with ordinary regression."
        )


def _optimum(moments: Moments, point: _Point) -> Optimum:
    """Collect what inference needs at the optimum."""
    local = _local(moments, point)
    factor: Any = linalg.cho_factor(local.hessian)
    cov = 2.0 * local.jacobian @ linalg.cho_solve(factor, local.jacobian.T)
    return Optimum(
        at=point.at,
        slope=local.slope,
        theta_cov=(cov + cov.T) / 2.0,
        rank=point.L.shape[1],
        n_free=local.gradient.size,
        decrement=float(local.gradient @ linalg.cho_solve(factor, local.gradient)),
    )
