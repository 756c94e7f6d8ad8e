"""Columns of a design that those before them determine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.results import FloatArray

__all__ = ["determined_columns"]

_PIVOT = 1e-11


def determined_columns(products: FloatArray) -> NDArray[np.intp]:
    """List the columns that earlier columns determine.

    Parameters
    ----------
    products : array, shape (p, p)
        Cross-products of columns of length 1; of columns without any length 0.

    Returns
    -------
    array of int, shape (r,)
        Their positions.

    Examples
    --------
    >>> columns = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0], [0.0, 0.0, 0.0]])
    >>> unit = columns / np.linalg.norm(columns, axis=0)
    >>> determined_columns(unit.T @ unit).tolist()
    [2]
    """
    rest, found = products.copy(), []
    for index in range(len(products)):
        pivot = rest[index, index]
        if pivot <= _PIVOT:
            found.append(index)
            continue
        rest -= np.outer(rest[:, index], rest[index]) / pivot
    return np.array(found, dtype=np.intp)
