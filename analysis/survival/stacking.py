"""Tables of groups under each other, and times repeated for every cause or state."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import ColumnError
from analysis.results import FloatArray

__all__ = ["beside_group", "repeat_times", "stack_groups"]


def stack_groups(
    tables: list[pd.DataFrame], levels: pd.Index, *, whole_numbers: bool = False
) -> pd.DataFrame:
    """Stack one table per group beside the group column.

    Parameters
    ----------
    tables : list of pandas.DataFrame
        One per level.
    levels : pandas.Index
        Groups; without a name there is no group column.
    whole_numbers : bool
        Show the columns ``n_…`` as whole numbers, which they are unless they sum weights.

    Returns
    -------
    pandas.DataFrame
        All rows, the group first.

    Examples
    --------
    >>> one = pd.DataFrame({"time": [1.0]})
    >>> stack_groups([one, one], pd.Index(["im", "iv"], name="arm"))["arm"].tolist()
    ['im', 'iv']
    """
    frame = pd.concat(tables, ignore_index=True)
    if whole_numbers:
        counts = [name for name in frame.columns if name.startswith("n_")]
        frame[counts] = frame[counts].round().astype(np.int64)
    if levels.name is None:
        return frame
    return beside_group(frame, levels.repeat([len(part) for part in tables]), levels.name)


def repeat_times(
    name: str, labels: pd.Index, times: FloatArray, **columns: npt.NDArray[Any]
) -> pd.DataFrame:
    """Repeat times, and what is known at them, for every cause or state.

    Parameters
    ----------
    name : str
        Column of the labels.
    labels : pandas.Index
        Causes or states, c of them.
    times : array, shape (t,)
        Times.
    **columns : array, shape (t,) or (t, c)
        The same for all labels, or one column for each.

    Returns
    -------
    pandas.DataFrame
        The labels, ``time`` and the columns; all times of the first label first.

    Examples
    --------
    >>> repeat_times("state", pd.Index(["well", "ill"]), np.array([7.0]), n=np.array([[5, 2]]))
      state  time  n
    0  well   7.0  5
    1   ill   7.0  2
    """
    frame = pd.DataFrame({name: labels.repeat(times.size), "time": np.tile(times, len(labels))})
    for column, values in columns.items():
        frame[column] = values.T.ravel() if values.ndim == 2 else np.tile(values, len(labels))
    return frame


def beside_group(frame: pd.DataFrame, values: Any, name: Hashable) -> pd.DataFrame:
    """Put the column of the groups before the others.

    Parameters
    ----------
    frame : pandas.DataFrame
        A table of results.
    values : array_like, shape (n,)
        Group of each row.
    name : str
        Name of the column.

    Returns
    -------
    pandas.DataFrame
        The frame with the column.

    Raises
    ------
    ColumnError
        When the table has a column of that name.

    Examples
    --------
    >>> list(beside_group(pd.DataFrame({"n": [2]}), ["im"], "arm").columns)
    ['arm', 'n']
    """
    if name in frame.columns:
        raise ColumnError(
            f"The column of the groups is called {name!r}, as a column of the result is. Rename "
            "it, for example to 'group'."
        )
    groups = frame.assign(**{str(name): values})
    return groups[[name, *frame.columns]]
