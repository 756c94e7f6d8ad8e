"""Sums of products as whole numbers, and what a sum and a sum of squares tell about a column."""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.results import FloatArray

__all__ = ["most_away_from_end", "scaled_gram", "whole_scales"]

IntArray = np.ndarray[Any, np.dtype[np.int64]]

_SCALES = (1.0, 10.0, 100.0)
_ROUND_OFF = 1e-5
_RELATIVE = 8e-14


def whole_scales(gram: FloatArray) -> FloatArray:
    """Find out which columns hold whole numbers, or numbers of one or two decimals.

    Parameters
    ----------
    gram : array, shape (d, d)
        Sums of products of the columns.

    Returns
    -------
    array, shape (d,)
        1, 10 or 100 where this times the column is whole, as far as the sums of products with the
        columns before tell; 0 for other columns.
    """
    scales = np.zeros(len(gram))
    for column in range(len(gram)):
        for scale in _SCALES:
            scales[column] = scale
            products = scale * scales[: column + 1] * gram[column, : column + 1]
            if _are_whole(products):
                break
        else:
            scales[column] = 0.0
    return scales


def _are_whole(values: FloatArray) -> bool:
    """Say whether numbers are whole but for rounding."""
    away = np.abs(values - np.rint(values))
    return bool((away <= _ROUND_OFF + _RELATIVE * np.abs(values)).all())


def scaled_gram(gram: FloatArray, scales: FloatArray) -> IntArray:
    """Return the sums of products of whole-number columns as whole numbers.

    Parameters
    ----------
    gram : array, shape (d, d)
        Sums of products.
    scales : array, shape (d,)
        What makes each column whole; none is 0.

    Returns
    -------
    array of int, shape (d, d)
        Sums of products of the scaled columns.
    """
    return np.asarray(np.rint(gram * np.outer(scales, scales)), dtype=np.int64)


def most_away_from_end(total: int, squares: int, enough: int) -> int:
    """Bound how many of some whole numbers from 0 upwards are not 0.

    With K of them at least 1, their squares add up to most when K - 1 of them are 1.

    Parameters
    ----------
    total, squares : int
        Sum of the numbers, and of their squares.
    enough : int
        The bound is of no interest from here on.

    Returns
    -------
    int
        Most numbers above 0, or `enough` when it may be as many.

    Examples
    --------
    >>> most_away_from_end(4, 16, 11), most_away_from_end(4, 4, 11), most_away_from_end(60, 700, 11)
    (1, 4, 11)
    """
    for most in range(min(enough, total), 0, -1):
        if (total - most + 1) ** 2 + most - 1 >= squares:
            return most
    return 0
