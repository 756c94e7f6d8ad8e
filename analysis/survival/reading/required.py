"""Refuse a call that names columns which the data do not have."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.errors import ColumnError

__all__ = ["require_columns"]


def require_columns(data: pd.DataFrame, named: Mapping[str, str | None]) -> None:
    """Name the first column that is not there, and the argument that asked for it.

    Parameters
    ----------
    data : pandas.DataFrame
        The rows.
    named : mapping of str to str or None
        Column of each argument; None for one not given.

    Raises
    ------
    ColumnError
        When a column is missing.

    Examples
    --------
    >>> require_columns(pd.DataFrame({"day": [1.0]}), {"time": "day", "by": None})
    """
    for argument, column in named.items():
        if column is not None and column not in data.columns:
            raise ColumnError(
                f"{argument}= names {column!r}, which the data do not have ({data.shape[1]} "
                "columns given). Check the spelling."
            )
