"""Read interval-censored rows with groups and weights from a frame.

Nothing here drops a row without counting it; estimation is elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import DataError
from analysis.results import FloatArray
from analysis.survival.reading.events import read_event_times
from analysis.survival.reading.interval_times import IntervalTimes, read_intervals
from analysis.survival.reading.named_columns import require_columns

__all__ = ["IntervalRows", "read_interval_rows"]

_FLAG = " always "  # a name with blanks at its ends, which no column of a study has


@dataclass(frozen=True, kw_only=True, eq=False)
class IntervalRows:
    """Interval-censored times in groups, one row per patient.

    Parameters
    ----------
    times : IntervalTimes
        Intervals (lower, upper] with floating-point ties merged, n rows.
    weight : array, shape (n,)
        Case weights; 1 without weights.
    codes : array of int, shape (n,)
        Position of each row's group in `levels`.
    levels : pandas.Index
        Groups in order; one unnamed level without groups.
    n_dropped : int
        Rows left out because their group was missing.
    """

    times: IntervalTimes
    weight: FloatArray
    codes: npt.NDArray[np.intp]
    levels: pd.Index
    n_dropped: int


def read_interval_rows(
    data: pd.DataFrame,
    *,
    lower: str,
    upper: str,
    by: str | None = None,
    weights: str | None = None,
) -> IntervalRows:
    """Read interval-censored times from a frame.

    Rows whose group is missing are left out and counted; a missing upper end is right-censored;
    any other missing value is an error.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per patient.
    lower, upper : str
        Columns of the last time without and the first time with the event.
    by, weights : str, optional
        Columns of the group and of positive weights.

    Returns
    -------
    IntervalRows
        Arrays with floating-point ties merged.

    Raises
    ------
    ColumnError
        When a column is missing or of the wrong type.
    DataError
        When an end is negative, missing or out of order, a declared group has no row, or no row
        is left; and as `read_intervals`.
    """
    require_columns(data, lower=lower, upper=upper, by=by, weights=weights)
    kept = data if by is None else data.loc[data[by].notna()]
    if kept.empty:
        raise DataError("No row is left for a curve; check the rows and the groups given.")
    times = read_intervals(kept, lower=lower, upper=upper)
    needed = list(dict.fromkeys([lower, *filter(None, (by, weights))]))
    others = read_event_times(
        kept[needed].assign(**{_FLAG: True}), time=lower, event=_FLAG, by=by, weights=weights
    )
    return IntervalRows(
        times=times,
        weight=others.weight,
        codes=others.codes,
        levels=others.levels,
        n_dropped=len(data) - len(kept),
    )
