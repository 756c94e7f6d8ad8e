"""The times at which a curve is read off."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from analysis.errors import DataError
from analysis.results import FloatArray

__all__ = ["read_asked_times"]


def read_asked_times(times: Iterable[float]) -> FloatArray:
    """Read the asked times, in the order given.

    Parameters
    ----------
    times : iterable of float
        Times in the units of the data.

    Returns
    -------
    array, shape (k,)
        The times.

    Raises
    ------
    DataError
        When there is none, or one is negative or not finite.

    Examples
    --------
    >>> read_asked_times([28, 14]).tolist()
    [28.0, 14.0]
    """
    asked = np.asarray(list(times), dtype=float)
    if asked.size == 0 or not (np.isfinite(asked).all() and (asked >= 0.0).all()):
        raise DataError("Give at least one time; times are finite numbers from 0 on.")
    return asked
