"""Months: where each patient's days fall, with a calendar or counted back from the data cut-off.

Without the table ``calendar`` there are no dates. As long as all patients have one data cut-off,
their days can still be set side by side, counted back from it: then months are numbered.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import DataError
from analysis.study import Study

__all__ = ["month_name", "month_number", "months_of"]

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
        past = pd.to_timedelta(pd.Series(np.floor(days)).astype("Int64"), unit="D")
        dates = pd.DatetimeIndex(first + past)
        months = dates.year.to_numpy(dtype=float) * 12 + dates.month.to_numpy(dtype=float) - 1
        return _whole(months), True
    until = study.tables["follow_up"].set_index("subject_id")["observed_until_day"].astype(float)
    if until.notna().sum() == 0:
        raise DataError(
            "A chart or a choice of months needs the table calendar (start_date), or "
            "observed_until_day in follow_up, from which days are counted back. Add one of them."
        )
    longest = until.max() if study.days_observed is None else study.days_observed
    start = longest - until.reindex(subject_id).to_numpy()
    return _whole(np.floor((start + days) / _DAYS_PER_MONTH)), False


def _whole(months: npt.NDArray[np.float64]) -> IntArray:
    """Turn months into whole numbers, -1 where they are missing or before the first."""
    return np.where(np.isnan(months) | (months < 0), -1, np.nan_to_num(months)).astype(np.int64)


def month_name(number: int, *, dated: bool) -> str:
    """Name a month of `months_of`.

    Parameters
    ----------
    number : int
        The month.
    dated : bool
        Whether it is one of the calendar.

    Returns
    -------
    str
        Such as "2024-05", or "month 5".

    Examples
    --------
    >>> month_name(2024 * 12 + 4, dated=True), month_name(4, dated=False)
    ('2024-05', 'month 5')
    """
    year, part = divmod(number, 12)
    return f"{year:04d}-{part + 1:02d}" if dated else f"month {number + 1}"


def month_number(name: str, *, dated: bool) -> int:
    """Read the name of a month.

    Parameters
    ----------
    name : str
        As `month_name` writes it; without a calendar the number alone will do.
    dated : bool
        Whether months are those of the calendar.

    Returns
    -------
    int
        The month, as `months_of` counts.

    Raises
    ------
    DataError
        When it is no such name.

    Examples
    --------
    >>> month_number("2024-05", dated=True) == 2024 * 12 + 4, month_number("5", dated=False)
    (True, 4)
    """
    pattern = r"(\d{4})-(0[1-9]|1[0-2])" if dated else r"(?:month )?([1-9]\d{0,3})"
    found = re.fullmatch(pattern, name.strip())
    if found is None:
        said = (
            "A month is written like 2024-05."
            if dated
            else "The study has no calendar: a month is counted from the first treatment of "
            "anybody in the data and written like 'month 5'."
        )
        raise DataError(f"This is no month of the study. {said}")
    if dated:
        return int(found[1]) * 12 + int(found[2]) - 1
    return int(found[1]) - 1
