"""What a cut-off does to the rows of an export: one rule for every kind of export.

A row dated after the cut-off is left out. Of a row that began before, what happened later is not
yet known. A patient whose first treatment lies after the cut-off is not yet in the study.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import DataError
from analysis.formats.faults import fault
from analysis.study import Finding
from analysis.text_numbers import text_numbers

__all__ = [
    "AFTER",
    "NOT_YET",
    "as_known_then",
    "cut_off_date",
    "day_limits",
    "day_of_rows",
    "is_after",
    "not_yet_treated",
    "session_keys",
]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

AFTER = "after the cut-off"
"""Why a row is left out that is dated later."""

NOT_YET = "patient without a first treatment up to the cut-off"
"""Why all rows of a patient are left out who was not treated yet."""

_DAY_OF = {
    "adverse_events": "start_day",
    "diagnoses": "start_day",
    "concomitant": "start_day",
    "follow_up": "start_day",
}
_LATER_WITH = {"end_day": ("outcome",), "last_contact_day": ("end_reason",)}


def cut_off_date(said: dt.date | str | None) -> dt.date | None:
    """Read the cut-off that is asked for.

    Parameters
    ----------
    said : datetime.date, str or None
        A day, as year-month-day where it is text. None: none is asked for.

    Returns
    -------
    datetime.date or None
        The last day that counts.

    Raises
    ------
    DataError
        When the text is no date.

    Examples
    --------
    >>> cut_off_date("2025-06-30")
    datetime.date(2025, 6, 30)
    """
    if isinstance(said, dt.datetime):
        return said.date()
    if said is None or isinstance(said, dt.date):
        return said
    try:
        return dt.date.fromisoformat(said)
    except ValueError:
        raise DataError("The cut-off must be a date as year-month-day.") from None


def day_of_rows(frame: pd.DataFrame, table: str) -> Floats:
    """Take the day that places each row of a table in time.

    Parameters
    ----------
    frame : pandas.DataFrame
        Canonical columns of shape (n_rows,); values may still be text.
    table : str
        A canonical table.

    Returns
    -------
    numpy.ndarray, shape (n_rows,)
        Days from the first treatment; NaN where none is known, and for tables without a day.

    Examples
    --------
    >>> day_of_rows(pd.DataFrame({"start_day": ["3", ""]}), "adverse_events")
    array([ 3., nan])
    """
    name = _DAY_OF.get(table, "rel_day")
    return _numbers(frame[name]) if name in frame.columns else np.full(len(frame), np.nan)


def is_after(day: npt.ArrayLike, limit: npt.ArrayLike) -> Flags:
    """Tell which days lie after the cut-off; the day of the cut-off itself still counts.

    Parameters
    ----------
    day, limit : array of float, shape (n_rows,)
        Days of the rows, and the day of the cut-off as each row's patient counts. A row without a
        day is kept: whether it is needed, others decide.

    Returns
    -------
    numpy.ndarray of bool, shape (n_rows,)
        True for rows to leave out.

    Examples
    --------
    >>> is_after([30, 31, float("nan")], [30, 30, 30])
    array([False,  True, False])
    """
    return np.asarray(np.asarray(day, dtype=np.float64) > np.asarray(limit, dtype=np.float64))


def day_limits(last: dt.date | None, zero: pd.Series) -> pd.Series:
    """Count the cut-off as a day of each patient.

    Parameters
    ----------
    last : datetime.date or None
        The last day that counts.
    zero : pandas.Series of datetime64, shape (n,)
        Dates of the days 0.

    Returns
    -------
    pandas.Series of float
        Infinite without a cut-off, NaN without a day 0, below 0 for patients who are not yet in
        the study.

    Examples
    --------
    >>> zero = pd.Series(pd.to_datetime(["2025-06-01", "2025-07-01", None]))
    >>> day_limits(dt.date(2025, 6, 30), zero).tolist()
    [29.0, -1.0, nan]
    """
    if last is None:
        return pd.Series(np.inf, zero.index).where(zero.notna())
    return (pd.Timestamp(last) - pd.to_datetime(zero)).dt.days.astype(float)


def session_keys(patient: npt.ArrayLike, frame: pd.DataFrame) -> pd.MultiIndex:
    """Name the session of each row, so that rows without a day go with their session.

    Parameters
    ----------
    patient : array, shape (n_rows,)
        Patient of each row.
    frame : pandas.DataFrame
        Rows with ``session_no``.

    Returns
    -------
    pandas.MultiIndex
        Patient and number of the session.
    """
    numbers = _numbers(frame["session_no"])
    return pd.MultiIndex.from_arrays([np.asarray(patient), numbers], names=["patient", "no"])


def as_known_then(frame: pd.DataFrame, table: str, limit: npt.ArrayLike) -> pd.DataFrame:
    """Forget what the rows of a table say about the time after the cut-off.

    Parameters
    ----------
    frame : pandas.DataFrame
        Canonical columns; rows that are not after the cut-off themselves.
    table : str
        A canonical table.
    limit : array of float, shape (n_rows,)
        Day of the cut-off as each row's patient counts; infinite or NaN where there is none.

    Returns
    -------
    pandas.DataFrame
        What ended later has no end yet, and an adverse event no outcome. A patient whose last
        contact lies later was still there: last contact on the day of the cut-off, "ongoing".
        Nobody is observed longer than to the cut-off.

    Notes
    -----
    An outcome that stands beside no end cannot be told apart by day, and is kept.

    Examples
    --------
    >>> event = pd.DataFrame({"start_day": [2], "end_day": [40], "outcome": ["recovered"]})
    >>> as_known_then(event, "adverse_events", [30])["end_day"].tolist()
    [nan]
    """
    limits = np.asarray(limit, dtype=np.float64)
    changed = frame.copy()
    for name, said in _LATER_WITH.items():
        if name not in frame.columns:
            continue
        late = is_after(_numbers(frame[name]), limits)
        then = limits if table == "follow_up" else np.full(len(frame), np.nan)
        changed[name] = _with(frame[name], late, then)
        for other in said:
            if other in frame.columns and late.any():
                reason = "ongoing" if table == "follow_up" else None
                changed[other] = frame[other].astype(object).mask(late, reason)
    if table == "follow_up" and "observed_until_day" in frame.columns:
        until = frame["observed_until_day"]
        changed["observed_until_day"] = _with(until, is_after(_numbers(until), limits), limits)
    return changed


def _with(cells: pd.Series, late: Flags, then: Floats) -> pd.Series:
    """Write other days into some cells; cells that are no number stay as they are."""
    if not late.any():
        return cells
    if pd.api.types.is_numeric_dtype(cells.dtype):
        return pd.Series(np.where(late, then, _numbers(cells)), cells.index)
    return cells.astype(object).where(~late, pd.Series(then, cells.index, dtype=object))


def _numbers(cells: pd.Series) -> Floats:
    """Read numbers; NaN where a cell is no number."""
    return text_numbers(cells).to_numpy(dtype=np.float64, na_value=np.nan)


def not_yet_treated(count: int) -> list[Finding]:
    """Warn of patients who are not in the study because they were treated later only.

    Parameters
    ----------
    count : int
        How many.

    Returns
    -------
    list of Finding
        Empty when there is none.
    """
    if not count:
        return []
    what = "The first treatment of patients is after the cut-off; all their rows were left out."
    remedy = "They are not yet in the study. Nothing needs to be done if the cut-off is right."
    return [
        fault("FMT-043", "mapping", what, remedy, column="cut_off", severity="warning", count=count)
    ]
