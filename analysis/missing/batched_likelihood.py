"""Slope of the likelihood of many data sets at once, for unstructured covariances between visits.

With ``W`` the inverse covariance of the visits of a pattern, n its patients and ``E_h`` the
derivative of the covariance in its parameter h, the deviance has the derivative
``tr(E_h (n W - W (R + H) W))`` summed over patterns: R is the sum of ``r r'`` over patients, and H
that of ``X (X'V^-1 X)^-1 X'`` under REML and zero under ML (Searle, Casella and McCulloch 1992,
section 6.6). Both are contractions of the sums of features between visits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.missing.batched_sums import BatchedSums, Part
from analysis.results import FloatArray

__all__ = ["Slopes", "column_products", "matrices_of", "slopes_at"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Slopes:
    """Where the likelihood of B data sets goes up, and the coefficients there.

    Parameters
    ----------
    gradient : array, shape (B, q)
        Derivative of the deviance in the lower triangles of the covariances, group by group.
    beta : array, shape (B, p)
        Generalised least-squares coefficients in standardised coordinates.
    """

    gradient: FloatArray
    beta: FloatArray


def matrices_of(theta: FloatArray, n_visits: int) -> FloatArray:
    """Fill symmetric matrices from their lower triangles.

    Parameters
    ----------
    theta : array, shape (B, G m (m + 1) / 2)
        Lower triangles by rows, group by group.
    n_visits : int
        Size m of a matrix.

    Returns
    -------
    array, shape (B, G, m, m)
        Covariances.

    Examples
    --------
    >>> matrices_of(np.array([[4.0, 1.0, 9.0]]), 2).tolist()
    [[[[4.0, 1.0], [1.0, 9.0]]]]
    """
    rows, columns = np.tril_indices(n_visits)
    triangles = theta.reshape(len(theta), theta.shape[1] // rows.size, rows.size)
    matrices = np.empty((*triangles.shape[:2], n_visits, n_visits))
    matrices[..., rows, columns] = triangles
    matrices[..., columns, rows] = triangles
    return matrices


def slopes_at(sums: BatchedSums, theta: FloatArray, *, reml: bool) -> Slopes:
    """Differentiate the deviance of every data set at its own covariances.

    Parameters
    ----------
    sums : BatchedSums
        B data sets.
    theta : array, shape (B, q)
        Lower triangles of positive definite covariances, group by group.
    reml : bool
        Restricted likelihood.

    Returns
    -------
    Slopes
        Of every data set.
    """
    covariances = matrices_of(theta, sums.n_visits)
    inverses = [_inverse(part, covariances) for part in sums.parts]
    products = np.sum(
        [_contracted(part, W) for part, W in zip(sums.parts, inverses, strict=True)], axis=0
    )
    vcov = np.linalg.inv(products[:, :-1, :-1])
    beta = (vcov @ products[:, :-1, -1:])[:, :, 0]
    residual = np.concatenate([-beta, np.ones((len(beta), 1))], axis=1)
    inner = residual[:, :, None] * residual[:, None, :]
    if reml:
        inner[:, :-1, :-1] += vcov
    slope = np.zeros_like(covariances)
    for part, W in zip(sums.parts, inverses, strict=True):
        own = part.counts[:, None, None] * W - W @ _spread(part, inner) @ W
        slope[:, part.structure, part.visits[:, None], part.visits] += own
    return Slopes(gradient=_triangles(slope), beta=beta)


def column_products(sums: BatchedSums) -> FloatArray:
    """Multiply the columns of the mean, as if scores were independent with unit variance.

    Parameters
    ----------
    sums : BatchedSums
        B data sets.

    Returns
    -------
    array, shape (B, p, p)
        ``X'X`` of every data set; singular where the mean is not determined.
    """
    n_sets = len(sums.n_rows)
    parts = [
        _contracted(part, np.tile(np.eye(part.visits.size), (n_sets, 1, 1))) for part in sums.parts
    ]
    return np.asarray(np.sum(parts, axis=0)[:, :-1, :-1])


def _inverse(part: Part, covariances: FloatArray) -> FloatArray:
    """Invert the covariance of the visits of a pattern, shape (B, v, v)."""
    return np.asarray(
        np.linalg.inv(covariances[:, part.structure, part.visits[:, None], part.visits]),
        dtype=np.float64,
    )


def _contracted(part: Part, W: FloatArray) -> FloatArray:
    """Sum ``T'W T`` over patients, with ``T = [X, y]``: shape (B, P, P)."""
    n_sets, size = len(W), len(part.columns)
    weighted = (part.products * W[:, :, None, :, None]).reshape(n_sets * size, size)
    return np.asarray(part.columns.T @ (weighted @ part.columns).reshape(n_sets, size, -1))


def _spread(part: Part, inner: FloatArray) -> FloatArray:
    """Sum ``T M T'`` over patients: (B, P, P) to (B, v, v)."""
    n_sets, size = len(inner), len(part.columns)
    half = (part.columns @ inner).reshape(n_sets * size, -1)
    turned = (half @ part.columns.T).reshape(part.products.shape)
    return np.asarray(np.einsum("bjulw,bjulw->bjl", part.products, turned))


def _triangles(slope: FloatArray) -> FloatArray:
    """Read lower triangles; entries off the diagonal stand for two places."""
    rows, columns = np.tril_indices(slope.shape[-1])
    twice = np.where(rows == columns, 1.0, 2.0)
    return np.asarray((slope[..., rows, columns] * twice).reshape(len(slope), -1))
