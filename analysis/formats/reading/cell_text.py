"""Typed cells of workbooks and Parquet files as text, the same for every kind of file."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

__all__ = ["cell_text"]


def cell_text(value: Any) -> str | None:
    """Write the value of a typed cell as text, the same way for every kind of file.

    Parameters
    ----------
    value : object
        Text, number, flag, date, time, or None.

    Returns
    -------
    str or None
        Whole numbers without a decimal point, dates year first, None for an empty cell.

    Examples
    --------
    >>> cell_text(7.0), cell_text(dt.datetime(2024, 3, 5)), cell_text(True), cell_text(" ")
    ('7', '2024-03-05', 'true', None)
    """
    if value is None or isinstance(value, str):
        return value if value and value.strip() else None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return None if np.isnan(value) else str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, dt.datetime):
        whole = value.time().replace(microsecond=0) == dt.time()
        return value.strftime("%Y-%m-%d" if whole else "%Y-%m-%d %H:%M:%S")
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)
