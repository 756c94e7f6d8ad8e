"""Strata: their columns, the number of each row, rows without one, and the strata of new rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import ColumnError, DataError
from analysis.survival.reading.named_columns import require_columns

__all__ = ["number_strata", "rows_with_strata", "strata_columns", "strata_of"]

Codes = npt.NDArray[np.intp]


def strata_columns(strata: str | Sequence[str] | None) -> tuple[str, ...]:
    """Read one or several names of columns; one given twice counts once.

    Parameters
    ----------
    strata : str or sequence of str, optional
        As a user gives them.

    Returns
    -------
    tuple of str
        The names; empty without strata.
    """
    if strata is None:
        return ()
    return (strata,) if isinstance(strata, str) else tuple(dict.fromkeys(strata))


def rows_with_strata(
    data: pd.DataFrame, strata: str | Sequence[str] | None
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Leave out the rows whose stratum is missing.

    Parameters
    ----------
    data : pandas.DataFrame
        All rows.
    strata : str or sequence of str, optional
        Columns whose combinations are the strata.

    Returns
    -------
    used : pandas.DataFrame
        Rows that have a stratum.
    columns : tuple of str
        The columns.

    Raises
    ------
    ColumnError
        When a column is missing.
    """
    columns = strata_columns(strata)
    for name in columns:
        require_columns(data, strata=name)
    if not columns:
        return data, columns
    return data.loc[data[list(columns)].notna().all(axis=1).to_numpy()], columns


def number_strata(data: pd.DataFrame, columns: Sequence[str]) -> tuple[Codes, pd.DataFrame]:
    """Give each stratum that occurs a number, in the order of the columns.

    Parameters
    ----------
    data : pandas.DataFrame
        Rows without a missing stratum.
    columns : sequence of str
        Columns whose combinations are the strata; without, all rows are one.

    Returns
    -------
    number : array of int, shape (n,)
        Stratum of each row.
    strata : pandas.DataFrame
        One row per stratum with its columns; without strata one row and no column.

    Examples
    --------
    >>> clinics = pd.DataFrame({"clinic": ["south", "north", "south"]})
    >>> number_strata(clinics, ["clinic"])[0].tolist()
    [1, 0, 1]
    """
    if not columns:
        return np.zeros(len(data), dtype=np.intp), pd.DataFrame(index=range(1))
    keys = data[list(columns)].reset_index(drop=True)
    codes = keys.groupby(list(columns), sort=True, observed=True).ngroup()
    number = np.asarray(codes, dtype=np.intp)
    first = np.unique(number, return_index=True)[1]
    return number, keys.iloc[first].reset_index(drop=True)


def strata_of(new_data: pd.DataFrame, strata: pd.DataFrame) -> Codes:
    """Find the stratum of new rows.

    Parameters
    ----------
    new_data : pandas.DataFrame
        Rows with the columns of the strata.
    strata : pandas.DataFrame
        The strata of a fit, from `number_strata`.

    Returns
    -------
    array of int, shape (len(new_data),)
        Row of `strata` of each row.

    Raises
    ------
    ColumnError, DataError
        When a column is absent, or a row is in a stratum that the fit has not seen.
    """
    columns = list(strata.columns)
    if not columns:
        return np.zeros(len(new_data), dtype=np.intp)
    absent = [name for name in columns if name not in new_data.columns]
    if absent:
        raise ColumnError(f"New rows need the strata {', '.join(map(repr, absent))}.")
    # As objects, so that a category, or one level of it, is found by its label.
    known = pd.MultiIndex.from_frame(strata.astype(object))
    number = known.get_indexer(pd.MultiIndex.from_frame(new_data[columns].astype(object)))
    unknown = int((number < 0).sum())
    if unknown:
        raise DataError(
            f"{unknown} of {len(new_data)} new rows are in a stratum ({', '.join(columns)}) that "
            "the fit has not seen, and so has no baseline hazard for."
        )
    return np.asarray(number, dtype=np.intp)
