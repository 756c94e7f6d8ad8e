"""What results are asked for: times, and rows of a frame repeated for each time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.results import FloatArray

__all__ = ["asked_times", "repeated_rows"]


def asked_times(times: Iterable[float] | float) -> FloatArray:
    """Read the asked times, in the order given.

    Parameters
    ----------
    times : float or iterable of float
        Times in the units of the data.

    Returns
    -------
    array, shape (t,)
        The times.

    Raises
    ------
    DataError
        When there is none, or one is no number, negative, missing or infinite.

    Examples
    --------
    >>> asked_times(28).tolist(), asked_times([0, 28]).tolist()
    ([28.0], [0.0, 28.0])
    """
    given: Any = times
    try:
        listed = given if np.ndim(given) == 0 else list(given)
        asked = np.atleast_1d(np.asarray(listed, dtype=float))
    except (TypeError, ValueError):
        asked = np.empty(0)
    if asked.size == 0 or not (np.isfinite(asked).all() and (asked >= 0.0).all()):
        raise DataError("Give at least one time; times are finite numbers from 0 on.")
    return asked


def repeated_rows(new_data: pd.DataFrame, columns: Sequence[str], n_times: int) -> pd.DataFrame:
    """Repeat each row for every asked time.

    Parameters
    ----------
    new_data : pandas.DataFrame
        The rows.
    columns : sequence of str
        Columns to show; one named twice is shown once.
    n_times : int
        Number of times.

    Returns
    -------
    pandas.DataFrame
        ``row``, its position in `new_data`, and the columns.
    """
    repeated = np.repeat(np.arange(len(new_data)), n_times)
    frame = new_data[list(dict.fromkeys(columns))].iloc[repeated].reset_index(drop=True)
    frame.insert(0, "row", repeated)
    return frame
