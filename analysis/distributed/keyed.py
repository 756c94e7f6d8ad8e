"""Sums of values per distinct key, such as per group and day, and their union over parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.summation import compensated_sum

__all__ = ["KeyedSums", "add_keyed", "sum_by"]

Numbers = npt.NDArray[Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class KeyedSums:
    """Sums per distinct key.

    Parameters
    ----------
    keys : mapping of str to array, shape (m,)
        Distinct combinations, sorted by the first key, then the second …; NaN counts as a value.
    totals : array, shape (m, c)
        Sums; whole numbers where whole numbers were summed.
    """

    keys: Mapping[str, Numbers]
    totals: Numbers


def sum_by(keys: Mapping[str, Numbers], values: Numbers) -> KeyedSums:
    """Sum values per distinct key.

    Parameters
    ----------
    keys : mapping of str to array, shape (n,)
        Columns of the key; without any, all rows have the same.
    values : array, shape (n, c)
        Whole numbers (sums below 2**53 are exact), or others.

    Returns
    -------
    KeyedSums
        Of whole numbers, the same whatever the order of the rows.

    Examples
    --------
    >>> found = sum_by({"day": np.array([7.0, 1.0, 7.0])}, np.array([[1], [1], [1]]))
    >>> found.keys["day"].tolist(), found.totals.tolist()
    ([1.0, 7.0], [[1], [2]])
    """
    group, first = _numbered(keys, len(values))
    size = first.size
    columns = [np.bincount(group, weights=column, minlength=size) for column in values.T]
    summed = np.column_stack(columns) if columns else np.zeros((size, 0))
    return KeyedSums(
        keys={name: key[first] for name, key in keys.items()},
        totals=summed.astype(values.dtype, copy=False),
    )


def add_keyed(parts: Sequence[KeyedSums]) -> KeyedSums:
    """Add sums of disjoint rows, key by key.

    Parameters
    ----------
    parts : sequence of KeyedSums
        At least one, with the same keys and columns.

    Returns
    -------
    KeyedSums
        Over the union of keys; compensated where they are not whole numbers.

    Examples
    --------
    >>> one = sum_by({"day": np.array([1, 7])}, np.array([[1], [1]]))
    >>> other = sum_by({"day": np.array([7, 9])}, np.array([[1], [1]]))
    >>> add_keyed([one, other]).totals.ravel().tolist()
    [1, 2, 1]
    """
    names = list(parts[0].keys)
    keys = {name: np.concatenate([part.keys[name] for part in parts]) for name in names}
    group, first = _numbered(keys, sum(len(part.totals) for part in parts))
    ends = np.cumsum([len(part.totals) for part in parts])
    places = np.split(group, ends[:-1])
    dtype = parts[0].totals.dtype

    def spread() -> Iterator[Numbers]:
        for part, place in zip(parts, places, strict=True):
            wide = np.zeros((first.size, part.totals.shape[1]), dtype=dtype)
            wide[place] = part.totals
            yield wide

    with np.errstate(invalid="ignore"):  # a sum that overflowed stays one that cannot be used
        total = sum(spread()) if dtype.kind in "iu" else compensated_sum(spread())
    return KeyedSums(
        keys={name: key[first] for name, key in keys.items()}, totals=np.asarray(total)
    )


def _numbered(
    keys: Mapping[str, Numbers], n: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Give distinct keys numbers in order; return the number of each row, and a row of each."""
    if not keys:
        return np.zeros(n, dtype=np.intp), np.zeros(min(n, 1), dtype=np.intp)
    frame = pd.DataFrame(dict(keys))
    group = frame.groupby(list(keys), sort=True, dropna=False).ngroup().to_numpy()
    first = np.empty(int(group.max()) + 1 if group.size else 0, dtype=np.intp)
    first[group] = np.arange(group.size)
    return group.astype(np.intp), first
