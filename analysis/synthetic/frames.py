"""Columns of arrays as a canonical table, without passing over text more often than needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.study import TABLES
from analysis.synthetic.streams import Integers

__all__ = ["canonical", "coded"]

_DTYPES: dict[str, Any] = {
    "text": "string",
    "codes": "string",
    "category": "category",
    "integer": "Int64",
    "number": "float64",
    "flag": "boolean",
}


def coded(codes: Integers, labels: npt.ArrayLike) -> pd.Categorical:
    """Give codes their labels; a negative code is a missing value.

    Parameters
    ----------
    codes : numpy.ndarray
        Positions in `labels`.
    labels : array of str
        Names of the codes.

    Returns
    -------
    pandas.Categorical
        One entry per code; only labels that occur, in the order of their names.
    """
    names = np.asarray(labels, dtype=object)
    used = np.unique(codes[codes >= 0])
    order = used[np.argsort(names[used].astype(str), kind="stable")]
    place = np.full(len(names) + 1, -1)
    place[order] = np.arange(len(order))
    categories = pd.Index(names[order], dtype="string")
    return pd.Categorical.from_codes(place[codes], categories=categories)


def canonical(name: str, columns: Mapping[str, Any]) -> pd.DataFrame:
    """Make a canonical table whose rows already stand in the order of its key.

    Parameters
    ----------
    name : str
        Name of the table.
    columns : mapping of str to array
        Canonical columns; text columns as arrays of str, categories as `coded` or arrays of str.

    Returns
    -------
    pandas.DataFrame
        Canonical columns in canonical order with canonical types.
    """
    kinds = {column.name: column.kind for column in TABLES[name].columns}
    typed = {}
    for column, kind in kinds.items():
        if column not in columns:
            continue
        values = columns[column]
        if kind == "category" and not isinstance(values, pd.Categorical):
            values = pd.array(values, dtype="string")
        typed[column] = pd.Series(values).astype(_DTYPES[kind])
    return pd.DataFrame(typed)
