"""Sums that keep what rounding would lose, in the order given."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from analysis.results import FloatArray

__all__ = ["compensated_sum"]


def compensated_sum(arrays: Iterable[FloatArray]) -> FloatArray:
    """Add arrays of one shape, element by element, by Neumaier's compensated sum.

    Parameters
    ----------
    arrays : iterable of array, all of one shape
        What is added, at least one; the order decides the last bit and nothing more.

    Returns
    -------
    array
        The sum; its error does not grow with the number of arrays.

    References
    ----------
    Neumaier A (1974). Zeitschrift für Angewandte Mathematik und Mechanik 54:39-51.

    Examples
    --------
    >>> float(compensated_sum(np.array(value) for value in (1.0, 1e100, 1.0, -1e100)))
    2.0
    """
    remaining = iter(arrays)
    total = np.array(next(remaining), dtype=float)
    lost = np.zeros_like(total)
    for values in remaining:
        raised = total + values
        larger = np.abs(total) >= np.abs(values)
        lost += np.where(larger, (total - raised) + values, (values - raised) + total)
        total = raised
    return np.asarray(total + lost)
