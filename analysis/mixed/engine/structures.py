"""Residual covariance structures: the matrix, and its derivatives, from a few free numbers.

Every structure but the unstructured one is ``exp(s_i + s_j) R_ij(rho)``: one logarithmic standard
deviation in all or one per visit, and a family of correlations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.results import FloatArray

__all__ = ["STRUCTURES", "Shape", "Structure", "structure_named", "visits_apart"]

_LEAST = 0.02


@dataclass(frozen=True, kw_only=True, eq=False)
class Shape:
    """A covariance matrix and its derivatives; ``...`` stands for patients, or nothing.

    Parameters
    ----------
    matrix : array, shape (..., m, m)
        The covariance.
    first : array, shape (..., k, m, m)
        Derivative in each parameter.
    second : array, shape (..., k, k, m, m)
        Second derivatives; size 0 when the covariance is linear in its parameters.
    """

    matrix: FloatArray
    first: FloatArray
    second: FloatArray


Correlations = Callable[[FloatArray, FloatArray], Shape]


@dataclass(frozen=True, kw_only=True, eq=False)
class Structure:
    """A family of covariance matrices.

    Parameters
    ----------
    name : str
        As users write it.
    n_visits : int
        Visits; 1 for a structure over coordinates.
    heterogeneous : bool
        One standard deviation per visit instead of one in all.
    n_correlations : int
        Free numbers of the correlation.
    correlations : callable or None
        From those numbers and the distances between points; None when unstructured.
    """

    name: str
    n_visits: int
    heterogeneous: bool
    n_correlations: int
    correlations: Correlations | None

    @property
    def n_parameters(self) -> int:
        """Number of free parameters."""
        if self.correlations is None:
            return self.n_visits * (self.n_visits + 1) // 2
        return (self.n_visits if self.heterogeneous else 1) + self.n_correlations

    @property
    def needs_distances(self) -> bool:
        """Whether the correlation depends on how far apart rows are."""
        return self.correlations is _exponential

    def shape(self, theta: FloatArray, distances: FloatArray) -> Shape:
        """Evaluate the covariance.

        Parameters
        ----------
        theta : array, shape (k,)
            Unstructured: the lower triangle by rows. Else logarithmic standard deviations, then
            the numbers of the correlation.
        distances : array, shape (..., m, m)
            Number of visits, or of days, between any two points.

        Returns
        -------
        Shape
            Matrix and derivatives.
        """
        if self.correlations is None:
            return _unstructured(theta, self.n_visits)
        m = distances.shape[-1]
        n_scales = theta.size - self.n_correlations
        owner = np.arange(m) if self.heterogeneous else np.zeros(m, dtype=int)
        return _scaled(theta[:n_scales], owner, self.correlations(theta[n_scales:], distances))

    def start(self, empirical: FloatArray, distances: FloatArray) -> FloatArray:
        """Choose parameters near an empirical covariance.

        Parameters
        ----------
        empirical : array, shape (m, m)
            Positive definite.
        distances : array, shape (m, m) or (B, m, m)
            As of `shape`.

        Returns
        -------
        array, shape (k,)
            A feasible start.
        """
        m = empirical.shape[0]
        if self.correlations is None:
            return np.asarray(empirical[np.tril_indices(m)])
        variances = np.diag(empirical)
        scales = np.log(variances) if self.heterogeneous else np.log([variances.mean()])
        correlation = empirical / np.sqrt(np.outer(variances, variances))
        if self.needs_distances:
            rho = _start_exponential(distances)
        else:
            rho = _START[self.correlations](correlation)[: self.n_correlations]
        return np.concatenate([scales / 2.0, rho])


def _unstructured(theta: FloatArray, m: int) -> Shape:
    """Fill a symmetric matrix from its lower triangle."""
    rows, columns = np.tril_indices(m)
    first = np.zeros((theta.size, m, m))
    first[np.arange(theta.size), rows, columns] = 1.0
    first[np.arange(theta.size), columns, rows] = 1.0
    matrix = np.tensordot(theta, first, axes=1)
    return Shape(matrix=matrix, first=first, second=np.zeros((0, 0, m, m)))


def _scaled(
    scales: FloatArray, owner: np.ndarray[tuple[int], np.dtype[np.intp]], correlation: Shape
) -> Shape:
    """Multiply a correlation by standard deviations ``exp(scales[owner])``."""
    size, m = scales.size, owner.size
    share = np.zeros((size, m))
    share[owner, np.arange(m)] = 1.0
    how_often = share[:, :, None] + share[:, None, :]
    products = np.exp(scales[owner][:, None] + scales[owner][None, :])
    matrix = products * correlation.matrix
    turned = products * correlation.first
    first = np.concatenate([how_often * matrix[..., None, :, :], turned], axis=-3)
    k = first.shape[-3]
    second = np.zeros((*first.shape[:-3], k, k, m, m))
    second[..., :size, :size, :, :] = (
        how_often[:, None] * how_often[None, :] * matrix[..., None, None, :, :]
    )
    mixed = how_often[:, None] * turned[..., None, :, :, :]
    second[..., :size, size:, :, :] = mixed
    second[..., size:, :size, :, :] = np.swapaxes(mixed, -3, -4)
    second[..., size:, size:, :, :] = products * correlation.second
    return Shape(matrix=matrix, first=first, second=second)


def _exchangeable(rho: FloatArray, distances: FloatArray) -> Shape:
    """Let all pairs have one correlation; none without a number."""
    m, k = distances.shape[-1], rho.size
    apart = 1.0 - np.eye(m)
    return Shape(
        matrix=np.eye(m) + rho.sum() * apart,
        first=apart[None][:k],
        second=np.zeros((k, k, m, m)),
    )


def _toeplitz(rho: FloatArray, distances: FloatArray) -> Shape:
    m = distances.shape[-1]
    bands = (distances == np.arange(1, m)[:, None, None]).astype(float)
    matrix = np.eye(m) + np.tensordot(rho, bands, axes=1)
    return Shape(matrix=matrix, first=bands, second=np.zeros((m - 1, m - 1, m, m)))


def _autoregressive(rho: FloatArray, distances: FloatArray) -> Shape:
    power = np.asarray(distances)
    first = power * rho[0] ** np.maximum(power - 1, 0)
    second = power * (power - 1) * rho[0] ** np.maximum(power - 2, 0)
    return Shape(matrix=rho[0] ** power, first=first[None], second=second[None, None])


def _ante_dependence(rho: FloatArray, distances: FloatArray) -> Shape:
    """Multiply the correlations of neighbours on the way from one visit to the other."""
    m = distances.shape[-1]
    visit = np.arange(m)
    low, high = np.minimum(visit[:, None], visit), np.maximum(visit[:, None], visit)
    crossed = (low <= np.arange(m - 1)[:, None, None]) & (np.arange(m - 1)[:, None, None] < high)
    steps = np.where(crossed, rho[:, None, None], 1.0)
    first, second = np.zeros((m - 1, m, m)), np.zeros((m - 1, m - 1, m, m))
    for t in range(m - 1):
        others = np.delete(np.arange(m - 1), t)
        first[t] = crossed[t] * steps[others].prod(axis=0)
        for u in others:
            rest = np.delete(np.arange(m - 1), [t, u])
            second[t, u] = crossed[t] * crossed[u] * steps[rest].prod(axis=0)
    return Shape(matrix=steps.prod(axis=0), first=first, second=second)


def _exponential(rho: FloatArray, distances: FloatArray) -> Shape:
    """Let the correlation fall as ``exp(-rate distance)``, with the rate on the log scale."""
    reach = np.exp(rho[0]) * distances
    matrix = np.exp(-reach)
    first, second = -reach * matrix, (reach**2 - reach) * matrix
    return Shape(matrix=matrix, first=first[..., None, :, :], second=second[..., None, None, :, :])


def _start_exchangeable(correlation: FloatArray) -> FloatArray:
    m = len(correlation)
    mean = float(correlation[~np.eye(m, dtype=bool)].mean()) if m > 1 else 0.0
    return np.array([float(np.clip(mean, -0.5 / max(m - 1, 1), 0.95))])


def _start_toeplitz(correlation: FloatArray) -> FloatArray:
    """Take mean correlations by lag, drawn towards none until they are possible."""
    m = len(correlation)
    apart = visits_apart(m)
    lags = np.array([np.diag(correlation, lag).mean() for lag in range(1, m)]).clip(-0.9, 0.95)
    while np.linalg.eigvalsh(_toeplitz(lags, apart).matrix)[0] < _LEAST:
        lags *= 0.9
    return np.asarray(lags)


def _start_neighbours(correlation: FloatArray) -> FloatArray:
    """Take the correlations of neighbours: all of them, or their mean."""
    return np.asarray(np.diag(correlation, 1).clip(-0.9, 0.95))


def _start_first_lag(correlation: FloatArray) -> FloatArray:
    neighbours = _start_neighbours(correlation)
    return np.asarray(neighbours.mean(keepdims=True) if neighbours.size else neighbours)


def _start_exponential(distances: FloatArray) -> FloatArray:
    """Let the correlation be about a half at the usual distance."""
    apart = distances[distances > 0]
    usual = float(np.median(apart)) if apart.size else 1.0
    return np.array([np.log(np.log(2.0) / usual)])


_START: dict[Correlations, Callable[[FloatArray], FloatArray]] = {
    _exchangeable: _start_exchangeable,
    _toeplitz: _start_toeplitz,
    _autoregressive: _start_first_lag,
    _ante_dependence: _start_neighbours,
}

_FAMILIES: dict[str, tuple[Correlations, int | None]] = {
    "independent": (_exchangeable, 0),
    "compound symmetry": (_exchangeable, 1),
    "toeplitz": (_toeplitz, None),
    "ar1": (_autoregressive, 1),
    "ante-dependence": (_ante_dependence, None),
}
"""Correlations, and how many numbers they have; None: one per pair of neighbours."""

STRUCTURES = (
    "unstructured",
    *_FAMILIES,
    *(f"heterogeneous {name}" for name in _FAMILIES),
    "spatial exponential",
)
"""Names of the covariance structures."""


def visits_apart(n_visits: int) -> FloatArray:
    """Count the steps between any two visits.

    Parameters
    ----------
    n_visits : int
        Number of visits.

    Returns
    -------
    array of int, shape (n_visits, n_visits)
        0 on the diagonal, 1 beside it.
    """
    return np.abs(np.subtract.outer(np.arange(n_visits), np.arange(n_visits)))


def structure_named(name: str, n_visits: int) -> Structure:
    """Find a covariance structure by its name.

    Parameters
    ----------
    name : str
        One of `STRUCTURES`.
    n_visits : int
        Number of visits.

    Returns
    -------
    Structure
        The family of matrices.

    Examples
    --------
    >>> structure_named("heterogeneous toeplitz", 4).n_parameters
    7
    """
    family: Correlations | None = None
    count = 0
    if name == "spatial exponential":
        family, count = _exponential, 1
    elif name != "unstructured":
        family, few = _FAMILIES[name.removeprefix("heterogeneous ")]
        count = n_visits - 1 if few is None else min(few, n_visits - 1)
        family = family if count else _exchangeable  # a single visit has no neighbours
    return Structure(
        name=name,
        n_visits=n_visits,
        heterogeneous=name.startswith("heterogeneous "),
        n_correlations=count,
        correlations=family,
    )
