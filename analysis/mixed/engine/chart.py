"""Coordinates in which the optimiser moves: factors of the random covariance, and the rest as is.

``G`` is ``L L'`` block by block, ``L`` lower trapezoidal of fixed rank after pivoting, and the
clinic variance is a square, so that the boundary of the parameter space is a smooth place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import linalg

from analysis.mixed.engine.covariance import Model, Variances
from analysis.mixed.engine.likelihood import Derivatives
from analysis.results import FloatArray

__all__ = ["Coordinates", "Local", "duplication", "local_of", "pivoted", "random_gradient"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Coordinates:
    """A point of the chart.

    Parameters
    ----------
    factors : tuple of arrays
        Factor of each random block, shape (q, rank).
    orders : tuple of tuples of int
        Rows of each factor by pivot.
    residual : tuple of arrays
        Parameters of each residual structure.
    clinic : float or None
        Standard deviation of the clinic intercept; None when there is none, or it is held at 0.
    """

    factors: tuple[FloatArray, ...]
    orders: tuple[tuple[int, ...], ...]
    residual: tuple[FloatArray, ...]
    clinic: float | None

    def variances(self) -> Variances:
        """Leave the chart."""
        blocks = [factor @ factor.T for factor in self.factors]
        return Variances(
            G=linalg.block_diag(*blocks) if blocks else np.zeros((0, 0)),
            residual=self.residual,
            clinic=0.0 if self.clinic is None else self.clinic**2,
        )

    def free(self) -> Iterator[tuple[int, int, int]]:
        """List the free entries of the factors: block, row, column."""
        for index, (factor, order) in enumerate(zip(self.factors, self.orders, strict=True)):
            for position, row in enumerate(order):
                for column in range(min(position + 1, factor.shape[1])):
                    yield index, row, column

    def moved(self, step: FloatArray) -> Coordinates:
        """Go a step."""
        factors = [factor.copy() for factor in self.factors]
        position = 0
        for position, (index, row, column) in enumerate(self.free(), start=1):
            factors[index][row, column] += step[position - 1]
        residual = []
        for theta in self.residual:
            residual.append(theta + step[position : position + theta.size])
            position += theta.size
        clinic = None if self.clinic is None else self.clinic + float(step[-1])
        return replace(self, factors=tuple(factors), residual=tuple(residual), clinic=clinic)


@dataclass(frozen=True, kw_only=True, eq=False)
class Local:
    """The deviance around a point in the coordinates of the chart.

    Parameters
    ----------
    gradient : array, shape (f,)
        Slope in the free coordinates.
    hessian, scoring : array, shape (f, f)
        Second derivatives, and a positive semi-definite stand-in from their expectation.
    jacobian : array, shape (k, f)
        Derivative of the parameters of the covariance in the free coordinates.
    slope : Derivatives
        Derivatives in those parameters.
    """

    gradient: FloatArray
    hessian: FloatArray
    scoring: FloatArray
    jacobian: FloatArray
    slope: Derivatives


def local_of(model: Model, at: Coordinates, slope: Derivatives) -> Local:
    """Express derivatives in the coordinates of the chart.

    Parameters
    ----------
    model : Model
        Where the parameters stand.
    at : Coordinates
        The point.
    slope : Derivatives
        Derivatives there.

    Returns
    -------
    Local
        Gradient, second derivatives, and the way back.
    """
    entries = list(at.free())
    has_clinic = at.clinic is not None
    m, n_residual = len(entries), sum(theta.size for theta in at.residual)
    first = model.n_random_parameters
    jacobian = np.zeros((slope.gradient.size, m + n_residual + has_clinic))
    curvature = np.zeros((jacobian.shape[1],) * 2)
    if m:
        jacobian[:first, :m] = _tangents(model, at, entries)
        curvature[:m, :m] = _bending(model, slope, entries)
    rest = slice(m, m + n_residual)
    own = slice(first, first + n_residual)
    jacobian[own, rest] = np.eye(n_residual)
    curvature[rest, rest] = slope.curvature[own, own]
    if at.clinic is not None:
        jacobian[-1, -1] = 2.0 * at.clinic
        curvature[-1, -1] = 2.0 * slope.gradient[-1]
    return Local(
        gradient=jacobian.T @ slope.gradient,
        hessian=jacobian.T @ slope.observed @ jacobian + curvature,
        scoring=jacobian.T @ slope.expected @ jacobian,
        jacobian=jacobian,
        slope=slope,
    )


def _tangents(model: Model, at: Coordinates, entries: list[tuple[int, int, int]]) -> FloatArray:
    """Differentiate the lower triangles of the random blocks in the entries of their factors."""
    tangents = np.zeros((model.n_random_parameters, len(entries)))
    starts = np.cumsum([0, *(block.n_parameters for block in model.random)])
    for position, (index, row, column) in enumerate(entries):
        size = model.random[index].size
        change = np.zeros((size, size))
        change[row, :] += at.factors[index][:, column]
        change[:, row] += at.factors[index][:, column]
        tangents[starts[index] : starts[index + 1], position] = change[np.tril_indices(size)]
    return tangents


def _bending(model: Model, slope: Derivatives, entries: list[tuple[int, int, int]]) -> FloatArray:
    """Second derivatives of the chart of the factors, weighted by the gradient."""
    slopes = 2.0 * linalg.block_diag(*random_gradient(model, slope))
    offsets = [block.columns.start for block in model.random]
    rows = np.array([offsets[index] + row for index, row, _ in entries])
    same = np.array([(index, column) for index, _, column in entries])
    is_same = (same[:, None, :] == same[None, :, :]).all(axis=2)
    return np.asarray(slopes[np.ix_(rows, rows)] * is_same)


def random_gradient(model: Model, slope: Derivatives) -> list[FloatArray]:
    """Arrange the gradient of each random block so that its trace with a change is the slope.

    Parameters
    ----------
    model : Model
        Random blocks.
    slope : Derivatives
        Derivatives.

    Returns
    -------
    list of arrays, shape (q, q)
        One per block.
    """
    matrices, first = [], 0
    for block in model.random:
        part = slope.gradient[first : first + block.n_parameters]
        spread = duplication(block.size)
        halves = part / spread.sum(axis=0)
        matrices.append(np.asarray((spread @ halves).reshape(block.size, block.size)))
        first += block.n_parameters
    return matrices


def duplication(q: int) -> FloatArray:
    """Matrix that spreads the lower triangle of a symmetric matrix over all its entries.

    Parameters
    ----------
    q : int
        Size of the matrix.

    Returns
    -------
    array, shape (q * q, q * (q + 1) / 2)
        ``duplication(q) @ G[numpy.tril_indices(q)] == G.ravel()``.

    Examples
    --------
    >>> duplication(2).astype(int).tolist()
    [[1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 1]]
    """
    rows, columns = np.tril_indices(q)
    spread = np.zeros((q, q, rows.size))
    spread[rows, columns, np.arange(rows.size)] = 1.0
    spread[columns, rows, np.arange(rows.size)] = 1.0
    return spread.reshape(q * q, rows.size)


def pivoted(factor: FloatArray) -> tuple[FloatArray, tuple[int, ...]]:
    """Rotate a factor so that its largest rows come first, where the chart is smooth.

    Parameters
    ----------
    factor : array, shape (q, r)
        Any factor with ``G = F F'``.

    Returns
    -------
    factor : array, shape (q, r)
        Lower trapezoidal in pivot order, same product.
    order : tuple of int
        Rows by pivot.
    """
    q, rank = factor.shape
    if rank == 0:
        return factor, tuple(range(q))
    R, pivots = linalg.qr(factor.T, mode="r", pivoting=True)
    rotated = np.zeros_like(factor)
    rotated[pivots] = np.triu(R[:rank]).T
    return rotated, tuple(int(row) for row in pivots)
