"""Read times, events, delayed entries, groups and weights from a frame, and refuse what is wrong.

Estimation is elsewhere; nothing here drops a row without counting it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import ColumnError, DataError
from analysis.results import FloatArray
from analysis.survival.reading.named_columns import require_columns

__all__ = [
    "EventTimes",
    "check_entry",
    "merge_ties",
    "read_event_times",
    "read_flags",
    "read_numbers",
    "read_weights",
    "settle",
]

_TIE = float(np.sqrt(np.finfo(float).eps))


@dataclass(frozen=True, kw_only=True, eq=False)
class EventTimes:
    """Right-censored times with delayed entry, one row per patient.

    Parameters
    ----------
    time : array, shape (n,)
        Time of event or censoring.
    entry : array, shape (n,)
        Time from which an event would have been seen; minus infinity from the origin on.
    event : array of bool, shape (n,)
        Whether the event was seen.
    weight : array, shape (n,)
        Case weights; 1 without weights.
    codes : array of int, shape (n,)
        Position of each row's group in `levels`.
    levels : pandas.Index
        Groups in order; one unnamed level without groups.
    n_dropped : int
        Rows left out because their group was missing.
    """

    time: FloatArray
    entry: FloatArray
    event: npt.NDArray[np.bool_]
    weight: FloatArray
    codes: npt.NDArray[np.intp]
    levels: pd.Index
    n_dropped: int


def read_event_times(
    data: pd.DataFrame,
    *,
    time: str,
    event: str,
    entry: str | None = None,
    by: str | None = None,
    weights: str | None = None,
) -> EventTimes:
    """Read right-censored times from a frame.

    Rows whose group is missing are left out and counted; any other missing value is an error,
    because a missing time is neither an event nor a censoring.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per patient.
    time, event : str
        Columns of the time (at least 0) and of the event (1 or True seen, 0 or False censored).
    entry, by, weights : str, optional
        Columns of the delayed entry (below the time), of the group, and of positive weights.

    Returns
    -------
    EventTimes
        Arrays with floating-point ties merged.

    Raises
    ------
    ColumnError
        When a column is missing or of the wrong type.
    DataError
        When a value is missing, negative, or out of order, or a declared group has no row.
    """
    require_columns(data, time=time, event=event, entry=entry, by=by, weights=weights)
    kept = data if by is None else data.loc[data[by].notna()]
    if kept.empty:
        raise DataError("No row is left for a survival curve; check the rows and the groups given.")
    codes, levels = _groups(kept, by)
    times = read_numbers(kept, time, "time", lowest=0.0)
    entries = np.full(len(kept), -np.inf)
    if entry is not None:
        entries = read_numbers(kept, entry, "entry", lowest=0.0)
    times, entries = merge_ties(times, entries)
    if entry is not None:
        check_entry(entries, times, entry, time)
    return EventTimes(
        time=times,
        entry=np.where(entries <= 0.0, -np.inf, entries),
        event=read_flags(kept, event),
        weight=np.ones(len(kept)) if weights is None else read_weights(kept, weights),
        codes=codes,
        levels=levels,
        n_dropped=len(data) - len(kept),
    )


def merge_ties(time: FloatArray, entry: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give times that differ by rounding only the same value.

    Parameters
    ----------
    time, entry : array, shape (n,)
        Exit and entry times; entries may be minus infinity.

    Returns
    -------
    time, entry : array, shape (n,)
        Times mapped to the first of each run of near-equal values.

    Notes
    -----
    The rule of R's ``aeqSurv``: neighbours closer than 1.5e-8, absolutely or relative to the
    mean of the distinct times, are one time.

    Examples
    --------
    >>> merge_ties(np.array([0.3, 3 * 0.1]), np.array([0.0, 0.0]))[0].tolist()
    [0.3, 0.3]
    """
    finite = np.isfinite(entry)
    distinct, position = np.unique(np.concatenate([time, entry[finite]]), return_inverse=True)
    starts = np.append(True, np.diff(distinct) > _tolerance(distinct))
    merged = distinct[starts][(np.cumsum(starts) - 1)[position]]
    entries = entry.copy()
    entries[finite] = merged[time.size :]
    return merged[: time.size], entries


def settle(asked: FloatArray, known: FloatArray) -> FloatArray:
    """Give asked times that differ from a known one by rounding only the known value.

    Parameters
    ----------
    asked : array, shape (k,)
        Times that a user wrote.
    known : array, shape (n,)
        Distinct times of the data, rising; may be empty.

    Returns
    -------
    array, shape (k,)
        The asked times, or the known ones that they mean by the rule of `merge_ties`.

    Examples
    --------
    >>> settle(np.array([0.3, 0.5]), np.array([3 * 0.1, 0.6])).tolist() == [3 * 0.1, 0.5]
    True
    """
    if known.size == 0:
        return asked
    margin = _tolerance(known)
    place = np.minimum(np.searchsorted(known, asked - margin), known.size - 1)
    return np.where(np.abs(known[place] - asked) <= margin, known[place], asked)


def _tolerance(distinct: FloatArray) -> float:
    """Compute the distance within which two times are one."""
    return _TIE * max(1.0, float(np.mean(np.abs(distinct))))


def read_weights(data: pd.DataFrame, column: str) -> FloatArray:
    """Read positive weights.

    Parameters
    ----------
    data : pandas.DataFrame
        The rows.
    column : str
        Column of the weights.

    Returns
    -------
    array, shape (n,)
        The weights.

    Raises
    ------
    ColumnError
        When the column is missing or not numeric.
    DataError
        When a weight is missing, infinite, negative or 0.
    """
    require_columns(data, weights=column)
    values = read_numbers(data, column, "weights", lowest=0.0)
    zero = int((values == 0.0).sum())
    if zero:
        raise DataError(
            f"Column {column!r} (weights=) has {zero} rows of weight 0; leave those rows out."
        )
    return values


def _groups(data: pd.DataFrame, by: str | None) -> tuple[npt.NDArray[np.intp], pd.Index]:
    """Give each group a number, in order; a declared category without a row is an error."""
    if by is None:
        return np.zeros(len(data), dtype=np.intp), pd.Index([""])
    column = data[by]
    if isinstance(column.dtype, pd.CategoricalDtype):
        empty = len(column.cat.categories) - int(column.nunique())
        if empty:
            raise DataError(
                f"{empty} of the {len(column.cat.categories)} categories of {by!r} have no row; "
                "remove them (cat.remove_unused_categories) or check the selection."
            )
    codes, levels = pd.factorize(column, sort=True)
    return codes.astype(np.intp), pd.Index(levels)


def read_numbers(data: pd.DataFrame, column: str, role: str, *, lowest: float) -> FloatArray:
    """Read a complete, finite numeric column.

    Parameters
    ----------
    data : pandas.DataFrame
        The rows.
    column, role : str
        The column, and the argument that names it.
    lowest : float
        The least number allowed.

    Returns
    -------
    array, shape (n,)
        The numbers.

    Raises
    ------
    ColumnError
        When the column is not numeric.
    DataError
        When a number is missing, infinite, or below `lowest`.
    """
    if not pd.api.types.is_numeric_dtype(data[column]):
        raise ColumnError(f"Column {column!r} ({role}=) is not numeric; give days as numbers.")
    values = data[column].to_numpy(dtype=float, na_value=np.nan)
    bad = int((~np.isfinite(values)).sum())
    if bad:
        raise DataError(
            f"Column {column!r} ({role}=) has {bad} rows that are missing or infinite. Decide "
            "for each whether it is censored, and when; or leave the rows out and say so."
        )
    low = int((values < lowest).sum())
    if low:
        raise DataError(
            f"Column {column!r} ({role}=) has {low} rows below {lowest:g}; time counts from the "
            "origin on."
        )
    return values


def read_flags(data: pd.DataFrame, column: str) -> npt.NDArray[np.bool_]:
    """Read an event column of 0 and 1, or of booleans.

    Parameters
    ----------
    data : pandas.DataFrame
        The rows.
    column : str
        Column of the event.

    Returns
    -------
    array of bool, shape (n,)
        Whether the event was seen.

    Raises
    ------
    ColumnError
        When the column is neither numeric nor boolean.
    DataError
        When a value is missing, or neither 0 nor 1.
    """
    values: pd.Series[Any] = data[column]
    if not pd.api.types.is_numeric_dtype(values):
        raise ColumnError(
            f"Column {column!r} (event=) is not numeric or boolean; allowed are 1 or True (event "
            "seen) and 0 or False (censored)."
        )
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    bad = int((~np.isin(numbers, [0.0, 1.0])).sum())
    if bad:
        raise DataError(
            f"Column {column!r} (event=) has {bad} rows that are neither 0 nor 1. Allowed are 1 "
            "(event seen) and 0 (censored); several causes are no matter for this curve."
        )
    return np.asarray(numbers == 1.0)


def check_entry(entries: FloatArray, times: FloatArray, entry: str, time: str) -> None:
    """Refuse patients who were never under observation.

    Parameters
    ----------
    entries, times : array, shape (n,)
        Entries and exits.
    entry, time : str
        Their columns.

    Raises
    ------
    DataError
        When an entry is not before the exit.
    """
    late = int((entries >= times).sum())
    if late:
        raise DataError(
            f"{late} rows have {entry!r} (entry=) at or after {time!r} (time=), so they were "
            "never at risk. Leave them out and say so, or correct the entry."
        )
