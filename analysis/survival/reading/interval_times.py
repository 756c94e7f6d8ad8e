"""Read times that are known to lie in an interval: exact, left-, right- or interval-censored.

Rows are half-open intervals (lower, upper]; equal ends are an exact time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import ColumnError, DataError
from analysis.results import FloatArray
from analysis.survival.reading.events import EventTimes, merge_ties
from analysis.survival.reading.named_columns import require_columns

__all__ = ["IntervalTimes", "intervals_of_events", "read_intervals"]


@dataclass(frozen=True, kw_only=True, eq=False)
class IntervalTimes:
    """Intervals that hold the times of the events.

    Parameters
    ----------
    lower, upper : array, shape (n,)
        The event is after `lower` and at or before `upper`; equal ends are an exact time, an
        infinite upper end is right-censored, a lower end of 0 left-censored.
    """

    lower: FloatArray
    upper: FloatArray

    def take(self, rows: npt.NDArray[np.bool_]) -> IntervalTimes:
        """Select rows by a mask."""
        return IntervalTimes(lower=self.lower[rows], upper=self.upper[rows])

    def counts(self) -> dict[str, int]:
        """Count rows, and those that are exact, seen at a visit (from 0 on as well), and open."""
        kinds = self.kinds()
        seen = kinds.pop("n_left") + kinds["n_interval"]
        return {"n_obs": self.lower.size, **kinds, "n_interval": seen}

    def kinds(self) -> dict[str, int]:
        """Count exact, left-, interval- and right-censored rows."""
        exact = self.lower == self.upper
        right = np.isinf(self.upper)
        left = ~exact & ~right & (self.lower == 0.0)
        return {
            "n_exact": int(exact.sum()),
            "n_left": int(left.sum()),
            "n_interval": int((~exact & ~right & ~left).sum()),
            "n_right": int(right.sum()),
        }


def intervals_of_events(times: EventTimes) -> IntervalTimes:
    """Turn right-censored times into intervals.

    Parameters
    ----------
    times : EventTimes
        Times and events; entries are not looked at.

    Returns
    -------
    IntervalTimes
        Exact times, and intervals from the censoring on.
    """
    return IntervalTimes(lower=times.time, upper=np.where(times.event, times.time, np.inf))


def read_intervals(data: pd.DataFrame, *, lower: str, upper: str) -> IntervalTimes:
    """Read intervals from a frame.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per patient.
    lower, upper : str
        Columns of the ends, at least 0; an infinite or missing upper end is right-censored.

    Returns
    -------
    IntervalTimes
        The intervals; ends that differ by rounding only are one time.

    Raises
    ------
    ColumnError
        When a column is missing or not numeric.
    DataError
        When a lower end is missing, infinite or negative, or above the upper, or
        ``data.attrs["delayed_entry"]`` says that patients entered after the origin.
    """
    _refuse_delayed_entry(data)
    low, high = _ends(data, lower, "lower"), _ends(data, upper, "upper")
    high = np.where(np.isnan(high), np.inf, high)
    bad = int((~np.isfinite(low) | (low < 0.0)).sum())
    if bad:
        raise DataError(
            f"Column {lower!r} (lower=) has {bad} rows that are missing, infinite or below 0. The "
            "lower end is the last time without the event; 0 when there was none."
        )
    low, high = merge_ties(low, high)
    crossed = int((low > high).sum())
    if crossed:
        raise DataError(
            f"{crossed} rows have {lower!r} (lower=) above {upper!r} (upper=). Intervals are "
            "(lower, upper]; equal ends are an exact time."
        )
    return IntervalTimes(lower=low, upper=high)


def _refuse_delayed_entry(data: pd.DataFrame) -> None:
    """Refuse event tables whose patients entered late: events before were not seen at all."""
    if data.attrs.get("delayed_entry"):
        raise DataError(
            "In this event table patients came into sight after the origin, which intervals cannot "
            "account for yet. Start the clock when they were seen (timing='seen'), take a "
            "landmark, or use kaplan_meier() or cox() with entry='entry'."
        )


def _ends(data: pd.DataFrame, column: str, role: str) -> FloatArray:
    """Read a numeric column; missing values stay NaN."""
    require_columns(data, **{role: column})
    if not pd.api.types.is_numeric_dtype(data[column]):
        raise ColumnError(f"Column {column!r} ({role}=) is not numeric; give days as numbers.")
    return data[column].to_numpy(dtype=float, na_value=np.nan)
