"""Tables of groups under each other, beside the column of the groups."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd

from analysis.errors import ColumnError

__all__ = ["beside_group", "stack_groups"]


def stack_groups(tables: list[pd.DataFrame], levels: pd.Index) -> pd.DataFrame:
    """Stack one table per group beside the group column.

    Parameters
    ----------
    tables : list of pandas.DataFrame
        One per level.
    levels : pandas.Index
        Groups; without a name there is no group column.

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
    if levels.name is None:
        return frame
    return beside_group(frame, levels.repeat([len(part) for part in tables]), levels.name)


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
