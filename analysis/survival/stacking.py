"""Tables of groups under each other, and times repeated for every cause or state."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.results import FloatArray

__all__ = ["repeat_times", "stack_groups"]


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
    if levels.name is not None:
        frame.insert(0, levels.name, levels.repeat([len(part) for part in tables]))
    return frame


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
