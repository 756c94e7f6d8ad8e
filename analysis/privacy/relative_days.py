"""Turning dates into days since the first treatment of each patient."""

from __future__ import annotations

import pandas as pd

from analysis.errors import ColumnError, DataError

__all__ = ["as_days", "days_since", "first_days"]


def as_days(values: pd.Series, *, date_format: str | None, column: str) -> pd.Series:
    """Read a column of dates as days of the calendar, without time and zone.

    Parameters
    ----------
    values : pandas.Series
        Dates by type, or texts.
    date_format : str, optional
        How texts are written, such as ``"%d.%m.%Y"``; ISO 8601 when left out.
    column : str
        How errors name the column.

    Returns
    -------
    pandas.Series of datetime64
        Midnights; missing values stay missing. Of moments with a zone the local day counts.

    Raises
    ------
    DataError
        When a text is no such date; numbers are refused, since their first day is not known.
    """
    if pd.api.types.is_numeric_dtype(values.dtype):
        raise ColumnError(
            f"The column {column} holds numbers, not dates. Allowed are dates, or texts in "
            "ISO 8601 or date_format; convert numbers with pandas.to_datetime and the right origin."
        )
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        local: pd.Series = values.dt.tz_localize(None).dt.normalize()
        return local
    if pd.api.types.is_datetime64_dtype(values.dtype):
        midnights: pd.Series = values.dt.normalize()
        return midnights
    texts = values.astype("object").where(values.notna()).map(str, na_action="ignore")
    texts = texts.astype("string")
    texts = texts.str.strip().str.slice(0, 10) if date_format is None else texts.str.strip()
    days = pd.to_datetime(texts, format=date_format or "%Y-%m-%d", errors="coerce")
    wrong = int((days.isna() & texts.notna()).sum())
    if wrong:
        allowed = "ISO 8601 (YYYY-MM-DD)" if date_format is None else "date_format"
        raise DataError(
            f"{wrong} cells of the column {column} are no dates in {allowed}. Correct them, or "
            "name the way they are written in date_format."
        )
    return days.dt.normalize()


def first_days(ids: pd.Series, days: pd.Series) -> pd.Series:
    """Give the first day of each patient.

    Parameters
    ----------
    ids, days : pandas.Series, shape (n,)
        Patients and days of treatment; rows with a missing one are left out.

    Returns
    -------
    pandas.Series
        First day by id.
    """
    return days.groupby(ids.to_numpy()).min().dropna()


def days_since(ids: pd.Series, days: pd.Series, origin: pd.Series) -> pd.Series:
    """Count days since the first treatment of each patient.

    Parameters
    ----------
    ids, days : pandas.Series, shape (n,)
        Patients and days.
    origin : pandas.Series
        First day of treatment by id.

    Returns
    -------
    pandas.Series of Int32
        0 on the first day, negative before; missing where the day is missing.

    Raises
    ------
    DataError
        When a patient with a date has no first day of treatment.
    """
    start = ids.map(origin)
    homeless = int(ids[days.notna() & start.isna()].nunique())
    if homeless:
        raise DataError(
            f"{homeless} patients have dates but no first day of treatment, so no relative days. "
            "Add their first treatment to origin, or leave these patients out."
        )
    return (days - start).dt.days.astype("Int32")
