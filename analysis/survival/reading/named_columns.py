"""Columns that arguments name: each must be in the frame, once."""

from __future__ import annotations

from collections.abc import Hashable

import pandas as pd

from analysis.errors import ColumnError

__all__ = ["require_columns"]


def require_columns(data: pd.DataFrame, **named: Hashable) -> None:
    """Refuse arguments that do not name one column of the frame.

    Parameters
    ----------
    data : pandas.DataFrame
        The rows.
    **named : str or None
        Name of a column by the argument that names it; None names none.

    Raises
    ------
    ColumnError
        When a column is not there, is there twice, or an argument is no name.

    Examples
    --------
    >>> require_columns(pd.DataFrame({"day": [1]}), time="day", by=None)
    """
    for argument, column in named.items():
        if column is None:
            continue
        if isinstance(column, list | set | dict | pd.Series | pd.DataFrame):
            raise ColumnError(f"{argument}= is the name of one column.")
        if column not in data.columns:
            raise ColumnError(
                f"{argument}= names {column!r}, which the data do not have ({data.shape[1]} "
                "columns given). Check the spelling."
            )
        if isinstance(data[column], pd.DataFrame):
            raise ColumnError(
                f"{argument}= names {column!r}, which the data have more than once. Rename or "
                "drop one of the columns."
            )
