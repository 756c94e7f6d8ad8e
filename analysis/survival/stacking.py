"""Tables of groups under each other, beside the column of the groups."""

from __future__ import annotations

import pandas as pd

__all__ = ["stack_groups"]


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
    if levels.name is not None:
        frame.insert(0, levels.name, levels.repeat([len(part) for part in tables]))
    return frame
