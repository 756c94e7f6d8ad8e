"""Calendar periods: where each patient's days fall, and the shortest period with enough patients.

Without the table ``calendar`` there are no dates. As long as all patients have one data cut-off,
their days can still be set side by side, counted back from it: then periods are numbered.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import DataError
from analysis.study import Study

__all__ = ["PERIODS", "chosen_period", "months_of", "period_names"]

PERIODS: dict[str, int] = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
"""Name of a period to its months."""

_DAYS_PER_MONTH = 365.25 / 12.0

IntArray = npt.NDArray[np.int64]


def months_of(study: Study, subject_id: pd.Series, rel_day: pd.Series) -> tuple[IntArray, bool]:
    """Count the months in which days of patients fall.

    Parameters
    ----------
    study : Study
        A checked study.
    subject_id, rel_day : pandas.Series
        Patients, and days since each one's first treatment.

    Returns
    -------
    tuple
        Months, -1 where they are not known; and whether they are calendar months since the year 0
        (table ``calendar``), or months since the first treatment of anybody in the data.

    Raises
    ------
    DataError
        When there is neither a calendar nor a data cut-off for any patient.
    """
    days = rel_day.to_numpy(dtype=float, na_value=np.nan)
    if study.has("calendar"):
        starts = study.tables["calendar"].set_index("subject_id")["start_date"]
        first = pd.DatetimeIndex(pd.to_datetime(starts.reindex(subject_id)))
        dates = pd.DatetimeIndex(first + pd.to_timedelta(days, unit="D"))
        months = dates.year.to_numpy(dtype=float) * 12 + dates.month.to_numpy(dtype=float) - 1
        return _whole(months), True
    until = study.tables["follow_up"].set_index("subject_id")["observed_until_day"].astype(float)
    if until.notna().sum() == 0:
        raise DataError(
            "A chart over time needs the table calendar (start_date), or observed_until_day in "
            "follow_up, from which days are counted back. Add one of them."
        )
    start = until.max() - until.reindex(subject_id).to_numpy()
    return _whole(np.floor((start + days) / _DAYS_PER_MONTH)), False


def _whole(months: npt.NDArray[np.float64]) -> IntArray:
    """Turn months into whole numbers, -1 where they are missing or before the first."""
    return np.where(np.isnan(months) | (months < 0), -1, np.nan_to_num(months)).astype(np.int64)


def period_names(numbers: Sequence[int], length: int, *, dated: bool) -> list[str]:
    """Name periods.

    Parameters
    ----------
    numbers : sequence of int
        Numbers of periods: months from `months_of` divided by the length.
    length : int
        Months of a period: 1, 3, 6 or 12.
    dated : bool
        Whether months are those of the calendar.

    Returns
    -------
    list of str
        Such as "2024-05", "2024 Q2", "2024 H1", "2024"; without a calendar "month 5".

    Examples
    --------
    >>> period_names([2024 * 4 + 1], 3, dated=True), period_names([4], 1, dated=False)
    (['2024 Q2'], ['month 5'])
    """
    if not dated:
        unit = {months: name for name, months in PERIODS.items()}[length]
        return [f"{unit} {number + 1}" for number in numbers]
    per_year = 12 // length
    years = [divmod(number, per_year) for number in numbers]
    if length == 1:
        return [f"{year:04d}-{part + 1:02d}" for year, part in years]
    letter = {3: " Q", 6: " H", 12: ""}[length]
    return [f"{year:04d}{letter}{part + 1 if letter else ''}" for year, part in years]


def chosen_period(months: IntArray, counts: npt.NDArray[np.float64], least: int) -> str:
    """Choose the shortest period in which the median of each count is large enough.

    Parameters
    ----------
    months : numpy.ndarray of int, shape (rows,)
        Month of each row.
    counts : numpy.ndarray, shape (rows,) or (rows, k)
        What each row adds to the counts of its period: the denominator, and those that must not
        be small either for a point to be shown.
    least : int
        Least median; periods between the first and the last without a row count as 0.

    Returns
    -------
    str
        "month", "quarter", "half-year" or "year"; the last also where no period is long enough.

    Examples
    --------
    >>> chosen_period(np.arange(24), np.full(24, 5.0), least=11)
    'quarter'
    """
    columns = counts.reshape(len(months), -1).T
    for name, length in PERIODS.items():
        number = months // length
        at = number - number.min(initial=0)
        medians = [np.median(np.bincount(at, weights=column)) for column in columns if len(at)]
        if medians and min(medians) >= least:
            return name
    return "year"
