"""The covariance of a model: random effects and residual of every stratum, and its parameters.

A stratum is a set of blocks that share one covariance: all patients, a covariance group, or the
rows of patients after a rotation. Derivatives are taken in parameters in which random effects
and clinic intercept are linear; the optimiser moves in a chart of its own (`chart.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.mixed.engine.blocks import Blocks
from analysis.mixed.engine.structures import Shape, Structure
from analysis.results import FloatArray

__all__ = ["Model", "RandomBlock", "Stratum", "Variances"]


@dataclass(frozen=True, kw_only=True, eq=False)
class RandomBlock:
    """Random terms of a patient that vary together.

    Parameters
    ----------
    terms : tuple of str
        Names of the terms.
    columns : slice
        Where they stand among all random columns.
    """

    terms: tuple[str, ...]
    columns: slice

    @property
    def size(self) -> int:
        """Number of terms."""
        return len(self.terms)

    @property
    def n_parameters(self) -> int:
        """Variances and covariances."""
        return self.size * (self.size + 1) // 2


@dataclass(frozen=True, kw_only=True, eq=False)
class Stratum:
    """Blocks that share the parameters of their covariance.

    Parameters
    ----------
    blocks : Blocks
        The patients.
    structure : int
        Which residual structure of the model holds.
    distances : array, shape (m, m) or (B, m, m)
        How far apart points are.
    Z : array, shape (m, Q) or (B, m, Q)
        Random columns at the points; Q is 0 without random effects.
    """

    blocks: Blocks
    structure: int
    distances: FloatArray
    Z: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Model:
    """A Gaussian model: strata, random terms, residual structures, and perhaps clinics.

    Parameters
    ----------
    strata : tuple of Stratum
        All patients.
    random : tuple of RandomBlock
        Random terms of patients.
    structures : tuple of Structure
        Residual structures; one, or one per covariance group.
    n_rows, n_fixed, n_clinics : int
        Rows, coefficients of the mean, and clinics with an intercept of their own.
    reml : bool
        Restricted likelihood.
    """

    strata: tuple[Stratum, ...]
    random: tuple[RandomBlock, ...]
    structures: tuple[Structure, ...]
    n_rows: int
    n_fixed: int
    n_clinics: int
    reml: bool

    @property
    def n_random(self) -> int:
        """Number of random columns."""
        return sum(block.size for block in self.random)

    @property
    def n_random_parameters(self) -> int:
        """Variances and covariances of random terms."""
        return sum(block.n_parameters for block in self.random)

    @property
    def residual_slices(self) -> tuple[slice, ...]:
        """Where the parameters of each residual structure stand among all."""
        first, slices = self.n_random_parameters, []
        for structure in self.structures:
            slices.append(slice(first, first + structure.n_parameters))
            first += structure.n_parameters
        return tuple(slices)

    @property
    def n_parameters(self) -> int:
        """Parameters of the patients' covariance; the clinic variance comes after them."""
        return int(self.residual_slices[-1].stop)

    def random_basis(self) -> FloatArray:
        """Return the derivative of ``G`` in each of its parameters.

        Returns
        -------
        array, shape (n_random_parameters, Q, Q)
            Block by block, the lower triangle by rows.
        """
        basis = np.zeros((self.n_random_parameters, self.n_random, self.n_random))
        position = 0
        for block in self.random:
            for row, column in zip(*np.tril_indices(block.size), strict=True):
                a, b = block.columns.start + row, block.columns.start + column
                basis[position, a, b] = basis[position, b, a] = 1.0
                position += 1
        return basis


@dataclass(frozen=True, kw_only=True, eq=False)
class Variances:
    """Values of all covariance parameters.

    Parameters
    ----------
    G : array, shape (Q, Q)
        Covariance of the random terms; may be singular.
    residual : tuple of arrays
        Parameters of each residual structure.
    clinic : float
        Variance of the clinic intercept; 0 without one.
    """

    G: FloatArray
    residual: tuple[FloatArray, ...]
    clinic: float

    def shape_of(self, model: Model, stratum: Stratum) -> Shape:
        """Evaluate the covariance of a stratum and its derivatives in its own parameters.

        Parameters
        ----------
        model : Model
            Where the parameters stand.
        stratum : Stratum
            The points.

        Returns
        -------
        Shape
            First derivatives: of the random parameters, then of the residual ones. Second
            derivatives: of the residual ones only, since the rest is linear.
        """
        residual = model.structures[stratum.structure].shape(
            self.residual[stratum.structure], stratum.distances
        )
        if not model.n_random:
            return residual
        Z = stratum.Z
        turned = np.swapaxes(Z, -1, -2)
        linear = Z[..., None, :, :] @ model.random_basis() @ turned[..., None, :, :]
        first = residual.first
        if first.ndim < linear.ndim:
            first = np.broadcast_to(first, (*linear.shape[:-3], *first.shape))
        elif linear.ndim < first.ndim:
            linear = np.broadcast_to(linear, (*first.shape[:-3], *linear.shape))
        return Shape(
            matrix=residual.matrix + Z @ self.G @ turned,
            first=np.concatenate([linear, first], axis=-3),
            second=residual.second,
        )


def indices_of(model: Model, stratum: Stratum) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Say which parameters of the model the first derivatives of a stratum belong to.

    Parameters
    ----------
    model : Model
        Where the parameters stand.
    stratum : Stratum
        The points.

    Returns
    -------
    array of int
        Positions, in the order of ``Shape.first``.
    """
    residual = model.residual_slices[stratum.structure]
    return np.concatenate(
        [np.arange(model.n_random_parameters), np.arange(residual.start, residual.stop)]
    )
