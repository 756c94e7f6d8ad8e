"""Which columns a frame must have, how groups are named, and which rows belong to one curve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import ColumnError, DataError

__all__ = [
    "NOT_RECORDED",
    "group_curves",
    "group_texts",
    "keys_of",
    "number_curves",
    "require_columns",
]

NOT_RECORDED = "not recorded"
"""Name of the group of those whose group is missing."""


def require_columns(frame: pd.DataFrame, columns: Sequence[str]) -> None:
    """Refuse a frame without the columns that a call needs."""
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise ColumnError(
            f"The frame lacks {len(missing)} of the columns that the call needs: "
            f"{', '.join(missing)}. Give a frame with them, or name other columns."
        )


def keys_of(by: str | Sequence[str] | None) -> list[str]:
    """List the columns that tell curves apart."""
    return [] if by is None else [by] if isinstance(by, str) else list(by)


def group_texts(column: pd.Series) -> pd.Series:
    """Write groups as text.

    Parameters
    ----------
    column : pandas.Series
        A group per row.

    Returns
    -------
    pandas.Series of str
        The same names; a missing group is "not recorded".

    Raises
    ------
    DataError
        When a group has that name beside missing ones.

    Examples
    --------
    >>> group_texts(pd.Series(["IV", None])).tolist()
    ['IV', 'not recorded']
    """
    names = column.astype("string")
    if names.isna().any() and names.eq(NOT_RECORDED).any():
        raise DataError(
            f'{column.name} has missing groups and one named "{NOT_RECORDED}", which could not be '
            "told apart. Rename the group, or leave its cells empty."
        )
    return names.fillna(NOT_RECORDED)


def number_curves(frame: pd.DataFrame, keys: Sequence[str]) -> pd.Series:
    """Give the rows of each curve one number, in order of the keys."""
    if not keys:
        return pd.Series(0, index=frame.index)
    return frame.groupby(list(keys), observed=True, dropna=False).ngroup()


def group_curves(
    frame: pd.DataFrame, keys: Sequence[str]
) -> Iterator[tuple[tuple[str, ...], npt.NDArray[np.intp]]]:
    """Give the texts that name each curve, and the positions of its rows."""
    numbers = number_curves(frame, keys).to_numpy()
    for number in np.unique(numbers):
        rows = np.flatnonzero(numbers == number)
        first = frame.iloc[rows[:1]]
        yield tuple(first[name].astype("string").fillna("").iloc[0] for name in keys), rows
