"""Texts that a spreadsheet program would run as formulas, made harmless in lists that people open.

Files that are read again by a program keep every text as it is: an apostrophe more would be
another id.
"""

from __future__ import annotations

import pandas as pd

__all__ = ["harmless"]

_FORMULA = r"^(?=[=+\-@\t\r\n])"  # how a spreadsheet program knows a formula in a cell


def harmless(frame: pd.DataFrame) -> pd.DataFrame:
    """Put an apostrophe before every text that a spreadsheet program would run as a formula.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns of numbers stay as they are: a number may be negative.

    Returns
    -------
    pandas.DataFrame
        The other columns as text; missing stays missing.

    Examples
    --------
    >>> harmless(pd.DataFrame({"id": ["=1+1", "7"], "day": [-1, 0]})).to_numpy().tolist()
    [["'=1+1", -1], ['7', 0]]
    """
    texts = [name for name, column in frame.items() if not pd.api.types.is_numeric_dtype(column)]
    return frame.assign(
        **{
            name: frame[name].astype("string").str.replace(_FORMULA, "'", regex=True)
            for name in map(str, texts)
        }
    )
