"""Columns of a frame as plain arrays, complete rows only, with a count and reason for each drop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import ColumnError, DataError
from analysis.results import FloatArray

__all__ = [
    "Column",
    "Columns",
    "check_present",
    "read_columns",
    "read_group",
    "sample_column",
    "with_levels",
]

Codes = np.ndarray[Any, np.dtype[np.intp]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Column:
    """A column without missing values.

    Parameters
    ----------
    name : str
        As in the data.
    data : array, shape (n,)
        Numbers; or, for a factor, codes of its levels.
    levels : pandas.Index or None
        Levels of a factor; None for numbers.
    numbers : array, shape (n,), or None
        Values of a factor made of numbers by ``C()``, for terms that take them as numbers.
    """

    name: str
    data: np.ndarray[Any, np.dtype[Any]]
    levels: Any
    numbers: np.ndarray[Any, np.dtype[Any]] | None = None

    def __len__(self) -> int:
        return len(self.data)

    def take(self, rows: Any) -> Column:
        """Select rows by position, mask or slice."""
        numbers = None if self.numbers is None else self.numbers[rows]
        return Column(name=self.name, data=self.data[rows], levels=self.levels, numbers=numbers)

    def values(self) -> np.ndarray[Any, np.dtype[Any]]:
        """Return the numbers, also of a factor that was made of them."""
        return self.data if self.numbers is None else self.numbers

    def series(self) -> Any:
        """Show the column to formulaic: numbers, or a categorical."""
        if self.levels is None or self.numbers is not None:
            return self.values()
        return pd.Categorical.from_codes(self.data, categories=self.levels)


Columns = Mapping[str, Column]


def check_present(data: pd.DataFrame, names: Iterable[str], part: str) -> None:
    """Name the columns that are not there, or there twice, and who asked for them.

    Parameters
    ----------
    data : pandas.DataFrame
        The frame.
    names : iterable of str
        Columns asked for.
    part : str
        Who asks, such as "the formula".

    Raises
    ------
    ColumnError
        When one is missing or repeated.
    """
    wanted = list(names)
    missing = [name for name in wanted if name not in data.columns]
    if missing:
        raise ColumnError(
            f"{part[0].upper()}{part[1:]} uses {', '.join(map(repr, missing))}, which the data "
            f"do not have ({data.shape[1]} columns given). Check the spelling, or compute the "
            "column first."
        )
    repeated = [name for name in wanted if isinstance(data[name], pd.DataFrame)]
    if repeated:
        raise ColumnError(f"The data have {', '.join(map(repr, repeated))} more than once.")


def read_columns(
    data: pd.DataFrame, names: Iterable[str], *, factors: Iterable[str] = (), whole: Iterable[str]
) -> tuple[dict[str, Column], Mask | None, dict[str, int]]:
    """Take columns out of a frame and find the rows that are complete.

    Parameters
    ----------
    data : pandas.DataFrame
        The frame.
    names : iterable of str
        Columns of the model.
    factors : iterable of str
        Those that are factors whatever their type, such as columns inside ``C()``.
    whole : iterable of str
        Further columns that must not be missing, such as the patient.

    Returns
    -------
    columns : dict of str to Column
        Complete rows; levels without rows are dropped.
    complete : array of bool, shape (n,), or None
        Rows kept; None when all are.
    missing : dict of str to int
        Rows dropped because a column was missing, per column; a row may count in several.

    Raises
    ------
    ColumnError
        When a column holds dates.
    DataError
        When values are infinite, or no row is complete.
    """
    wanted = list(dict.fromkeys(names))
    gaps = {name: _missing(data[name]) for name in dict.fromkeys([*wanted, *whole])}
    missing = {name: int(gap.sum()) for name, gap in gaps.items() if gap is not None}
    complete = None
    if missing:
        complete = ~np.logical_or.reduce([gap for gap in gaps.values() if gap is not None])
    if not len(data) or (complete is not None and not complete.any()):
        raise DataError(
            f"No row is complete in the {len(gaps)} columns that the model uses "
            f"({len(data)} rows given); look for a column that is empty."
        )
    coded = set(factors)
    columns = {name: _column(data[name], complete, coded=name in coded) for name in wanted}
    return columns, complete, missing


def _missing(column: pd.Series[Any]) -> Mask | None:
    """Mark missing values; None when there are none."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        gap = column.cat.codes.to_numpy() < 0
    elif isinstance(column.dtype, np.dtype) and column.dtype.kind == "f":
        gap = np.isnan(column.to_numpy())
    elif isinstance(column.dtype, np.dtype) and column.dtype.kind in "iub":
        return None
    else:
        gap = column.isna().to_numpy()
    return gap if gap.any() else None


def _column(column: pd.Series[Any], complete: Mask | None, *, coded: bool) -> Column:
    """Give a column a plain form without unused levels."""
    name = str(column.name)
    if complete is not None:
        column = column[complete]
    if isinstance(column.dtype, pd.CategoricalDtype):
        return _used(name, column.cat.codes.to_numpy(), column.cat.categories)
    column = column.infer_objects()
    if pd.api.types.is_datetime64_any_dtype(column) or pd.api.types.is_timedelta64_dtype(column):
        raise ColumnError(f"Column {name!r} holds dates or durations; models take days as numbers.")
    if pd.api.types.is_numeric_dtype(column):
        values = _finite(column)
        if not coded:
            return Column(name=name, data=values, levels=None)
        distinct, codes = np.unique(values, return_inverse=True)
        levels = pd.Index(distinct)
        return Column(name=name, data=codes.astype(np.intp), levels=levels, numbers=values)
    codes, levels = pd.factorize(column, sort=True)
    return Column(name=name, data=codes, levels=pd.Index(levels))


def _used(name: str, codes: Any, levels: Any) -> Column:
    """Drop the levels that no row has."""
    counts = np.bincount(codes, minlength=len(levels))
    if counts.all():
        return Column(name=name, data=codes, levels=levels)
    kept = np.flatnonzero(counts)
    renumbered = np.zeros(len(levels), dtype=np.intp)
    renumbered[kept] = np.arange(kept.size)
    return Column(name=name, data=renumbered[codes], levels=levels[kept])


def _finite(column: pd.Series[Any]) -> FloatArray:
    """Refuse infinite values; give nullable dtypes their NumPy twin."""
    if pd.api.types.is_extension_array_dtype(column.dtype):
        whole = pd.api.types.is_integer_dtype(column)
        column = column.astype("int64" if whole else "float64")
    values = column.to_numpy()
    if values.dtype.kind == "f":
        infinite = int(np.isinf(values).sum())
        if infinite:
            raise DataError(
                f"Column {str(column.name)!r} has {infinite} infinite values; make them missing, "
                "or correct the step that made them."
            )
    return np.asarray(values)


def read_group(column: pd.Series[Any], complete: Mask | None) -> Column:
    """Turn a column of labels, such as patients, into codes in the order of the labels.

    Parameters
    ----------
    column : pandas.Series
        Labels without missing values where `complete`.
    complete : array of bool or None
        Rows kept; None when all are.

    Returns
    -------
    Column
        Codes and labels, whatever the type of the labels; ids such as "007" stay text.
    """
    if complete is not None:
        column = column[complete]
    name = str(column.name)
    if isinstance(column.dtype, pd.CategoricalDtype):
        return _used(name, column.cat.codes.to_numpy(), column.cat.categories)
    values = column.to_numpy()
    if values.dtype.kind in "iu" and values.size and bool((values[1:] >= values[:-1]).all()):
        starts = np.append(0, np.flatnonzero(values[1:] != values[:-1]) + 1)
        sizes = np.diff(np.append(starts, values.size))
        codes = np.repeat(np.arange(starts.size), sizes)
        return Column(name=name, data=codes, levels=pd.Index(values[starts]))
    codes, labels = pd.factorize(column, sort=True)
    return Column(name=name, data=codes, levels=pd.Index(labels))


def with_levels(column: Column, levels: Mapping[str, Sequence[Any]]) -> Column:
    """Give a factor the levels that were declared for it, in their order.

    Parameters
    ----------
    column : Column
        A column; numbers stay as they are, and inside ``C()`` they stay in increasing order.
    levels : mapping of str to sequence
        Declared levels by column.

    Returns
    -------
    Column
        Codes of the declared levels.

    Raises
    ------
    DataError
        When rows have a level that was not declared, or numbers inside ``C()`` were declared in
        another order.
    """
    if column.levels is None or column.name not in levels:
        return column
    declared = pd.Index(list(levels[column.name]))
    if declared.has_duplicates:
        raise DataError(f"levels= lists a level of {column.name!r} twice; each counts once.")
    if column.numbers is not None and not declared.is_monotonic_increasing:
        raise DataError(
            f"levels= lists {column.name!r} in another order than the increasing one, in which "
            "C() takes numbers. List them so; for an order of your own make the column text."
        )
    position = declared.get_indexer(pd.Index(column.levels))
    unknown = int((position < 0).sum())
    if unknown:
        raise DataError(
            f"Column {column.name!r} has {unknown} levels that levels= does not list; list all "
            f"levels that any site may have ({len(declared)} were given)."
        )
    return Column(
        name=column.name,
        data=position[column.data],
        levels=declared,
        numbers=column.numbers,
    )


def sample_column(name: str, levels: pd.Index[Any] | None, *, coded: bool = False) -> Column:
    """Make a column from which the coding of a formula can be read, without any row.

    Parameters
    ----------
    name : str
        The column.
    levels : pandas.Index or None
        Levels of a factor; None for numbers.
    coded : bool
        Whether the column is inside ``C()``. Levels that are numbers come from there, in
        increasing order, or from categories, in any.

    Returns
    -------
    Column
        A few rows, with every level of a factor.

    Examples
    --------
    >>> sample_column("arm", pd.Index(["im", "iv"])).levels.tolist()
    ['im', 'iv']
    """
    if levels is None:
        return Column(name=name, data=np.arange(1.0, 25.0), levels=None)
    codes = np.resize(np.arange(len(levels)), max(24, len(levels)))
    is_number = coded and pd.api.types.is_numeric_dtype(levels) and levels.is_monotonic_increasing
    numbers = levels.to_numpy(dtype=float)[codes] if is_number else None
    return Column(name=name, data=codes, levels=levels, numbers=numbers)
