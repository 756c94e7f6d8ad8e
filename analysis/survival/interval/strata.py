"""Number the strata of a frame, and leave out rows without one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import ColumnError

__all__ = ["read_strata"]


def read_strata(
    data: pd.DataFrame, strata: str | Sequence[str] | None
) -> tuple[pd.DataFrame, npt.NDArray[np.intp], pd.DataFrame]:
    """Return the rows that have a stratum, its number, and the strata.

    Parameters
    ----------
    data : pandas.DataFrame
        All rows.
    strata : str or sequence of str, optional
        Columns whose combinations are the strata; without, all rows are one.

    Returns
    -------
    used : pandas.DataFrame
        Rows without a missing stratum.
    number : array of int, shape (n,)
        Stratum of each of them.
    names : pandas.DataFrame
        One row per stratum with its columns; without strata one row and no column.

    Raises
    ------
    ColumnError
        When a column is missing.

    Examples
    --------
    >>> clinics = pd.DataFrame({"clinic": ["north", "south", None, "north"]})
    >>> read_strata(clinics, "clinic")[1].tolist()
    [0, 1, 0]
    """
    columns = [strata] if isinstance(strata, str) else list(strata or ())
    for name in columns:
        if name not in data.columns:
            raise ColumnError(
                f"strata= names {name!r}, which the data do not have ({data.shape[1]} columns "
                "given). Check the spelling."
            )
    if not columns:
        return data, np.zeros(len(data), dtype=np.intp), pd.DataFrame(index=[0])
    used = data.loc[data[columns].notna().all(axis=1).to_numpy()]
    keys = used[columns].reset_index(drop=True)
    codes = keys.groupby(columns, sort=True, observed=True).ngroup()
    number = np.asarray(codes, dtype=np.intp)
    _, at = np.unique(number, return_index=True)
    return used, number, keys.iloc[at].reset_index(drop=True)
