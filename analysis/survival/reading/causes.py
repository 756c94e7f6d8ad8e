"""Read which of several causes ended each patient's time, beside the times themselves."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import DataError
from analysis.results import counted
from analysis.survival.reading.events import EventTimes, read_event_times
from analysis.survival.reading.named_columns import require_columns

__all__ = ["CompetingTimes", "read_competing_times"]


@dataclass(frozen=True, kw_only=True, eq=False)
class CompetingTimes:
    """Right-censored times that end by one of several causes.

    Parameters
    ----------
    times : EventTimes
        Times, entries, groups and weights; its events are those of any cause.
    cause : array of int, shape (n,)
        0 for a censoring, else 1 + position of the cause in `causes`.
    causes : pandas.Index
        Causes in order.
    """

    times: EventTimes
    cause: npt.NDArray[np.intp]
    causes: pd.Index


def read_competing_times(
    data: pd.DataFrame,
    *,
    time: str,
    event: str,
    entry: str | None = None,
    by: str | None = None,
    weights: str | None = None,
    causes: Sequence[Hashable] | None = None,
    censored: Hashable = 0,
) -> CompetingTimes:
    """Read times that end by one of several causes from a frame.

    Rows whose group is missing are left out and counted; any other missing value is an error.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per patient.
    time, event : str
        Columns of the time (at least 0) and of how it ended.
    entry, by, weights : str, optional
        Columns of delayed entry, group and positive weights.
    causes : sequence, optional
        The causes there can be, in order; by default those in the data.
    censored : hashable
        The value that says censored.

    Returns
    -------
    CompetingTimes
        Times and causes.

    Raises
    ------
    ColumnError
        When a column is missing or of the wrong type.
    DataError
        When a value is missing or out of order, an event is none of `causes`, or all are
        censored.
    """
    require_columns(data, time=time, event=event, entry=entry, by=by, weights=weights)
    grouped = data if by is None else data.loc[data[by].notna()]
    cause, names = _read_causes(grouped[event], causes, censored)
    rows = grouped[list(dict.fromkeys(filter(None, (time, entry, by, weights))))]
    flag = _unused_name(rows)
    times = read_event_times(
        rows.assign(**{flag: cause > 0}),
        time=time,
        event=flag,
        entry=entry,
        by=by,
        weights=weights,
    )
    n_dropped = len(data) - len(grouped)
    return CompetingTimes(times=replace(times, n_dropped=n_dropped), cause=cause, causes=names)


def _read_causes(
    column: pd.Series[Any], causes: Sequence[Hashable] | None, censored: Hashable
) -> tuple[npt.NDArray[np.intp], pd.Index]:
    """Give each cause a number, 0 for censored, in the order declared or sorted."""
    _check_events(column, causes, censored)
    if pd.api.types.is_numeric_dtype(column):
        column = column.astype("int64")
    uncensored = column.loc[(column != censored).to_numpy(dtype=bool)]
    names = pd.Index(_found(uncensored) if causes is None else list(causes))
    if uncensored.empty or names.empty:
        raise DataError(
            f"All {counted(len(column), 'row')} of {column.name!r} (event=) are censored, so "
            "there is nothing to estimate. Check the selection and the value that says censored."
        )
    if censored in names or not names.is_unique:
        raise DataError("causes= must be distinct, and none of them the value that says censored.")
    cause = names.get_indexer(pd.Index(column.astype(object))) + 1
    other = (cause == 0) & (column != censored).to_numpy(dtype=bool)
    if other.any():
        raise DataError(
            f"Column {column.name!r} (event=) has {counted(int(other.sum()), 'row')} with "
            f"{counted(column.loc[other].nunique(), 'value')} that causes= does not name. Add them "
            "to causes=, or correct the rows."
        )
    return cause.astype(np.intp), names


def _found(column: pd.Series[Any]) -> list[Any]:
    """List the values of a column, sorted, categories in their order."""
    return list(pd.factorize(column, sort=True)[1])


def _check_events(
    column: pd.Series[Any], causes: Sequence[Hashable] | None, censored: Hashable
) -> None:
    """Refuse missing events, numbers that are no codes, and labels without a word for censored."""
    missing = int(column.isna().sum())
    if missing:
        raise DataError(
            f"Column {column.name!r} (event=) is missing in {counted(missing, 'row')}. Decide "
            "for each whether it is censored, or leave the rows out and say so."
        )
    if pd.api.types.is_numeric_dtype(column):
        codes = column.to_numpy(dtype=float)
        bad = int((~np.isfinite(codes) | (codes < 0.0) | (codes != np.trunc(codes))).sum())
        if bad:
            raise DataError(
                f"Column {column.name!r} (event=) has no code in {counted(bad, 'row')}. "
                "Allowed are 0 (censored) and 1, 2, … for the causes."
            )
    elif causes is None and not (column == censored).any():
        raise DataError(
            f"No row of {column.name!r} (event=) has the value that says censored. Name it by "
            "censored=; if really no patient is censored, name all causes by causes=."
        )


def _unused_name(data: pd.DataFrame) -> str:
    """Find a column name that the data do not have."""
    name = "event of any cause"
    while name in data.columns:
        name += "*"
    return name
