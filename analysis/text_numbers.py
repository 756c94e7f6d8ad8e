"""Reading numbers that are written as text, also where pandas would end the whole process."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import DataError

__all__ = ["require_number_columns", "require_numbers", "text_numbers"]

_LONG, _LONG_EXPONENT = 12, r"[eE][+-]?[0-9]{4,}"


def text_numbers(cells: pd.Series) -> pd.Series:
    """Read numbers that are written as text; missing where a cell is something else.

    Parameters
    ----------
    cells : pandas.Series
        Texts, or numbers, which stay as they are.

    Returns
    -------
    pandas.Series
        Numbers, with the index of the cells. A long text with an exponent of more than three
        figures is no number: pandas 2.3 ends the whole process on some, such as random codes.

    Examples
    --------
    >>> text_numbers(pd.Series(["12", "1e3", "9e12345678901", "x"])).tolist()
    [12.0, 1000.0, nan, nan]
    """
    if pd.api.types.is_numeric_dtype(cells.dtype):
        return cells
    texts = cells.astype("string")
    odd = texts.str.len().ge(_LONG).fillna(value=False).to_numpy(dtype=bool)
    if odd.any():
        odd[odd] = texts[odd].str.contains(_LONG_EXPONENT, regex=True).to_numpy(dtype=bool)
        cells = cells.mask(odd)
    return pd.to_numeric(cells, errors="coerce")


def require_numbers(cells: pd.Series, name: str) -> npt.NDArray[np.float64]:
    """Give a column as numbers, or refuse what is none without repeating it.

    Parameters
    ----------
    cells : pandas.Series
        Numbers, or texts of numbers.
    name : str
        What the column is called, for the message.

    Returns
    -------
    numpy.ndarray, shape (n,)
        NaN where a cell is missing.

    Raises
    ------
    DataError
        When cells hold something else; it says how many.

    Examples
    --------
    >>> require_numbers(pd.Series([3, None]), "response").tolist()
    [3.0, nan]
    """
    values = text_numbers(cells).to_numpy(dtype=np.float64, na_value=np.nan)
    n_other = int((np.isnan(values) & cells.notna().to_numpy(dtype=bool)).sum())
    if n_other:
        raise DataError(
            f"{n_other:,} cells of {name} are no numbers. Correct them at the source, or leave "
            "them empty where nothing was recorded."
        )
    return values


def require_number_columns(frame: pd.DataFrame, names: Iterable[str]) -> None:
    """Refuse a frame whose columns of counts or estimates hold something else.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the named columns; missing cells are left to the caller.
    names : iterable of str
        Columns that hold numbers.

    Raises
    ------
    DataError
        As `require_numbers`, for the first column that holds something else.

    Examples
    --------
    >>> require_number_columns(pd.DataFrame({"n": [12, 30]}), ["n"])
    """
    for name in names:
        require_numbers(frame[name], name)
