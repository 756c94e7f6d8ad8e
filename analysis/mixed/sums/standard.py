"""Standardised coordinates of a fit: orthonormal columns of the mean, and unit residuals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.errors import ModelError
from analysis.formulas.rank import determined_columns
from analysis.results import FloatArray

__all__ = ["ALIASED", "Standard", "standardise"]

ALIASED = ("error", "drop")

Codes = NDArray[np.intp]

_EMPTY = 1e-6
_EXACT = 1e-13
_ROUNDING = 1e-7


@dataclass(frozen=True, kw_only=True, eq=False)
class Standard:
    """Standardised coordinates of the mean and the outcome, and the way back.

    Parameters
    ----------
    columns : array, shape (m, d, p + 1)
        How orthonormal columns and the scaled least-squares residual follow from the features.
    back : array, shape (p, k)
        Inverse of ``R`` with ``X = QR``; rows of columns that were dropped are zero.
    start : array, shape (p,)
        Least-squares coefficients of the formula's columns; zero where dropped.
    scale : float
        Least-squares residual standard deviation.
    log_det : float
        Log determinant of ``X'X``, without the columns dropped.
    unknown : array, shape (p, p - k)
        Directions of the coefficients about which the rows say nothing.
    dropped : array of int, shape (p - k,)
        Columns that earlier ones determine, left out on request.
    """

    columns: FloatArray
    back: FloatArray
    start: FloatArray
    scale: float
    log_det: float
    unknown: FloatArray
    dropped: Codes

    @property
    def n_fixed(self) -> int:
        """Number of coefficients that are estimated."""
        return len(self.back.T)


def standardise(
    columns: FloatArray,
    products: Callable[[FloatArray], FloatArray],
    terms: tuple[str, ...],
    n_rows: int,
    aliased: str = "error",
) -> Standard:
    """Move to orthonormal columns of the mean and unit residuals.

    Parameters
    ----------
    columns : array, shape (m, d, p + 1)
        As of `FeatureMap.columns`.
    products : callable
        From columns to ``[X, y]'[X, y]``.
    terms : tuple of str
        Names of the columns of the mean.
    n_rows : int
        Rows.
    aliased : str
        ``"error"`` or ``"drop"``: what to do about columns that earlier ones determine.

    Returns
    -------
    Standard
        The coordinates.

    Raises
    ------
    ModelError
        When columns are aliased, rows are too few, or the mean explains the outcome exactly.
    """
    p = len(terms)
    if aliased == "error":
        _check_rows(n_rows, p)
    total = products(columns)
    lengths = np.sqrt(np.maximum(np.diag(total), 0.0))  # rounding can take an empty one below 0
    sizes = np.sqrt(np.square(columns).sum(axis=1).max(axis=0))
    usual = sizes * lengths[p] / sizes[p]  # features are standardised; zero comes with rounding
    safe = np.where(lengths > _EMPTY * usual, lengths, np.maximum(usual, 1e-300))
    unit = total / np.outer(safe, safe)
    dropped = determined_columns(unit[:p, :p])
    if dropped.size and aliased == "error":
        _refuse_aliased([terms[index] for index in dropped])
    kept = np.delete(np.arange(p), dropped)
    _check_rows(n_rows, kept.size)
    root = np.linalg.cholesky(unit[np.ix_(kept, kept)])
    half = np.linalg.inv(root)
    back = np.zeros((p, kept.size))
    back[kept] = (half / safe[kept]).T
    start = back @ (back.T @ total[:p, p])
    turned = np.empty((*columns.shape[:2], kept.size + 1))
    turned[:, :, :-1] = columns[:, :, :p] @ back
    turned[:, :, -1] = columns[:, :, p] - columns[:, :, :p] @ start
    squares = float(products(turned)[-1, -1])
    about_mean = float(columns[0, -1, p] * lengths[p] / sizes[p]) ** 2
    if squares <= _EXACT * about_mean:  # sums cannot tell less from rounding
        raise ModelError(
            "The fixed part explains the outcome exactly, so no variance is left to estimate; "
            "is the outcome among the predictors?"
        )
    scale = float(np.sqrt(squares / (n_rows - kept.size)))
    turned[:, :, -1] /= scale
    return Standard(
        columns=turned,
        back=back,
        start=start,
        scale=scale,
        log_det=2.0 * float(np.log(np.diag(root)).sum() + np.log(safe[kept]).sum()),
        unknown=_unknown_directions(unit[:p, :p], safe[:p], kept, dropped),
        dropped=dropped,
    )


def _check_rows(n_rows: int, n_fixed: int) -> None:
    """Refuse a mean with as many coefficients as rows."""
    if n_rows <= n_fixed:
        raise ModelError(
            f"The mean has {n_fixed} coefficients but only {n_rows} complete rows; take a smaller "
            "formula."
        )


def _refuse_aliased(terms: Sequence[str]) -> None:
    """Name the columns, and what can be done about them."""
    raise ModelError(
        f"The terms {', '.join(map(repr, terms))} are determined by the terms before them "
        "in the rows used (an empty cell, or the same information twice). Remove them from "
        "the formula or merge the levels; aliased='drop' leaves just these columns out, and then "
        "means that need them are not estimated."
    )


def _unknown_directions(
    unit: FloatArray, lengths: FloatArray, kept: Codes, dropped: Codes
) -> FloatArray:
    """Find how coefficients can change without a change of the mean in any row, (p, p - k)."""
    directions = np.zeros((len(unit), dropped.size))
    if dropped.size:
        solved = np.linalg.solve(unit[np.ix_(kept, kept)], unit[np.ix_(kept, dropped)])
        directions[kept] = np.where(np.abs(solved) > _ROUNDING, solved, 0.0)
        directions[dropped, np.arange(dropped.size)] = -1.0
    return np.asarray(directions / lengths[:, None])
