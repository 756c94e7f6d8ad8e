"""Cross-products per patient: all that a random-effects fit needs from the rows.

Also the standardised coordinates in which the fit is well conditioned. The likelihood is in
likelihood.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.errors import ModelError
from analysis.results import FloatArray

__all__ = ["Moments", "Scaling", "check_variation", "cross_products", "standardise"]

_EXACT = 1e-12
_SINGULAR = 1e-10
_NOTHING = 1e-11


@dataclass(frozen=True, kw_only=True, eq=False)
class Scaling:
    """How standardised coordinates relate to those of the formula.

    With thin QR ``X = QR``, the fit uses ``Q``, ``(y - Q beta_start) / scale`` and
    ``Z / z_scale``.

    Parameters
    ----------
    R : array, shape (p, p)
        Upper triangle of the QR decomposition of ``X``.
    start : array, shape (p,)
        Least-squares coefficients of ``y`` on ``Q``.
    scale : float
        Least-squares residual standard deviation.
    z_scale : array, shape (q,)
        Root mean square of each column of ``Z``.
    """

    R: FloatArray
    start: FloatArray
    scale: float
    z_scale: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Moments:
    """Cross-products of ``Z`` and ``T = [X, y]`` per patient and in total.

    Parameters
    ----------
    A : array, shape (N, q, q)
        ``Z_i'Z_i`` of every patient.
    B : array, shape (N, q, p + 1)
        ``Z_i'[X_i, y_i]`` of every patient.
    C : array, shape (p + 1, p + 1)
        ``[X, y]'[X, y]``.
    n_rows : int
        Rows in all.
    """

    A: FloatArray
    B: FloatArray
    C: FloatArray
    n_rows: int

    @property
    def n_fixed(self) -> int:
        """Number of columns of the fixed part."""
        return int(self.C.shape[0]) - 1


def standardise(
    X: FloatArray, y: FloatArray, Z: FloatArray
) -> tuple[FloatArray, FloatArray, Scaling]:
    """Move to orthonormal fixed columns, unit residuals and unit random columns.

    Parameters
    ----------
    X : array, shape (n, p)
        Fixed part of full column rank.
    y : array, shape (n,)
        Outcome.
    Z : array, shape (n, q)
        Random part.

    Returns
    -------
    T : array, shape (n, p + 1)
        Orthonormal fixed columns beside the scaled least-squares residual.
    Z : array, shape (n, q)
        Random part with root mean square 1 per column.
    scaling : Scaling
        The way back.

    Raises
    ------
    ModelError
        When the fixed part explains the outcome exactly.
    """
    Q, R = np.linalg.qr(X)
    start = Q.T @ y
    residual = y - Q @ start
    residual -= Q @ (Q.T @ residual)
    squares = float(residual @ residual)
    if squares <= _EXACT**2 * float(y @ y):
        raise ModelError(
            "The fixed part explains the outcome exactly, so no variance is left to estimate; "
            "is the outcome among the predictors?"
        )
    scale = float(np.sqrt(squares / (y.size - R.shape[0])))
    z_scale = np.sqrt(np.mean(Z**2, axis=0))
    T = np.column_stack([Q, residual / scale])
    return T, Z / z_scale, Scaling(R=R, start=start, scale=scale, z_scale=z_scale)


def cross_products(
    T: FloatArray, Z: FloatArray, starts: np.ndarray[Any, np.dtype[np.intp]]
) -> Moments:
    """Sum the cross-products of the rows of each patient.

    Parameters
    ----------
    T : array, shape (n, p + 1)
        Fixed columns and outcome, rows sorted by patient.
    Z : array, shape (n, q)
        Random part, rows in the same order.
    starts : array of int, shape (N,)
        First row of each patient.

    Returns
    -------
    Moments
        Sums whose size does not grow with the rows per patient.
    """
    A = [np.add.reduceat(z[:, None] * Z, starts, axis=0) for z in Z.T]
    B = [np.add.reduceat(z[:, None] * T, starts, axis=0) for z in Z.T]
    return Moments(A=np.stack(A, axis=1), B=np.stack(B, axis=1), C=T.T @ T, n_rows=T.shape[0])


def check_variation(moments: Moments, random_terms: tuple[str, ...]) -> None:
    """Refuse data in which nothing varies once patients have their own coefficients.

    Parameters
    ----------
    moments : Moments
        Cross-products in standardised coordinates.
    random_terms : tuple of str
        Names for the message.

    Raises
    ------
    ModelError
        When the residual variance could only be zero.
    """
    p = moments.n_fixed
    own = np.linalg.pinv(moments.A, _SINGULAR, hermitian=True) @ moments.B
    within = moments.C - moments.B.reshape(-1, p + 1).T @ own.reshape(-1, p + 1)
    explained = within[:p, p] @ np.linalg.pinv(within[:p, :p], _SINGULAR, hermitian=True)
    left = within[p, p] - explained @ within[:p, p]
    if left <= _NOTHING * moments.C[p, p]:
        raise ModelError(
            f"The outcome does not vary within patients beyond the random terms "
            f"({', '.join(random_terms)}), so no residual variance is left to estimate. "
            "Every patient needs more rows than random terms; or take fewer random terms."
        )
