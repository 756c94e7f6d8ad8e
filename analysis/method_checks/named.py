"""Names of quantities, the same for a result of this toolkit and for one of other software."""

from __future__ import annotations

import pandas as pd

from analysis.errors import DataError

__all__ = ["IN_WORDS", "quantities"]

IN_WORDS = {
    "estimate": "estimate",
    "std_error": "standard error",
    "df": "degrees of freedom",
    "df2": "degrees of freedom",
    "statistic": "test statistic",
    "p_value": "p value",
    "conf_low": "lower limit",
    "conf_high": "upper limit",
    "n_risk": "number at risk",
}
"""Columns of results, and how a quantity says them."""


def quantities(row: pd.DataFrame, name: str, *columns: str) -> dict[str, float]:
    """Name the numbers of one row of a result.

    Parameters
    ----------
    row : pandas.DataFrame
        The one row that is left of a frame with the columns of results.
    name : str
        What the row is of.
    *columns : str
        Columns to take, of `IN_WORDS`.

    Returns
    -------
    dict of str to float
        ``"name: column in words"`` to the number.

    Raises
    ------
    DataError
        When there is not exactly one row.

    Examples
    --------
    >>> row = pd.DataFrame({"estimate": [-2.5], "df": [40]})
    >>> quantities(row, "iv - im", "estimate", "df")
    {'iv - im: estimate': -2.5, 'iv - im: degrees of freedom': 40.0}
    """
    if len(row) != 1:
        raise DataError(f"A quantity is of one row of a result, not of {len(row)}.")
    return {f"{name}: {IN_WORDS[column]}": float(row[column].iloc[0]) for column in columns}
