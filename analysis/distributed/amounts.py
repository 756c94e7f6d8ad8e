"""What is counted: one row per patient, whole numbers, true or false."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import DataError
from analysis.survival.reading.named_columns import require_columns
from analysis.text_numbers import require_numbers

__all__ = ["read_amount", "read_flag", "require_one_row"]


def read_flag(rows: pd.DataFrame, name: str) -> npt.NDArray[np.int64]:
    """Read a column of true and false.

    Parameters
    ----------
    rows : pandas.DataFrame
        n rows.
    name : str
        The column.

    Returns
    -------
    array of int, shape (n,)
        1 and 0.

    Raises
    ------
    DataError
        When a row is neither, or missing.
    """
    values = np.asarray(pd.to_numeric(rows[name], errors="coerce"), dtype=float)
    bad = int((~np.isin(values, [0.0, 1.0])).sum())
    if bad:
        raise DataError(
            f"Column {name!r} has {bad} rows that are neither true nor false (1 or 0); decide for "
            "each, or leave the rows out and say so."
        )
    return values.astype(np.int64)


def read_amount(rows: pd.DataFrame, name: str) -> npt.NDArray[np.int64]:
    """Read a column of whole numbers of 0 or more.

    Parameters
    ----------
    rows : pandas.DataFrame
        n rows.
    name : str
        The column.

    Returns
    -------
    array of int, shape (n,)
        The numbers.

    Raises
    ------
    DataError
        When a number is missing, negative or not whole, or a cell is none.
    """
    values = require_numbers(rows[name], name)
    bad = int((~(np.isfinite(values) & (values >= 0.0)) | (values != np.round(values))).sum())
    if bad:
        raise DataError(
            f"Column {name!r} has {bad} rows without a whole number of 0 or more; correct them, or "
            "leave the rows out and say so."
        )
    return values.astype(np.int64)


def require_one_row(rows: pd.DataFrame, subject: str, within: Sequence[str] = ()) -> None:
    """Refuse patients with two rows, who would count twice.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of a part, each patient whole.
    subject : str
        Column of the patient; empty: every row is a patient.
    within : sequence of str
        Columns of levels at each of which a patient may have a row.

    Raises
    ------
    ColumnError
        When the column is not there.
    DataError
        When a patient has several rows, or none is named.
    """
    if not subject:
        return
    require_columns(rows, subject=subject)
    repeated, missing = (
        int(rows.duplicated([subject, *within]).sum()),
        int(rows[subject].isna().sum()),
    )
    if repeated or missing:
        raise DataError(
            f"Column {subject!r} (subject=) has {repeated} rows of patients who have one already, "
            f"and {missing} rows without a patient. Give one row per patient."
        )
