"""Covariates at the places of missing scores, from the other rows of the patient."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.results import counted

__all__ = ["Codes", "Mask", "at_every_place"]

Codes = np.ndarray[Any, np.dtype[np.intp]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]


def at_every_place(
    column: pd.Series[Any], codes: Codes, cell: Codes, size: int, *, required: bool
) -> pd.Series[Any]:
    """Give a column a value at every place: the patient's own where it does not change.

    Parameters
    ----------
    column : pandas.Series
        One value per row of the data.
    codes, cell : array of int, shape (n,)
        Patient of every row, and its place among all patients and visits.
    size : int
        Places.
    required : bool
        Whether every place must have a value.

    Returns
    -------
    pandas.Series
        One value per place; missing where nothing tells it.

    Raises
    ------
    DataError
        When a place lacks a value that is required.
    """
    plain = column.reset_index(drop=True)
    n_visits = size // (int(codes.max()) + 1)
    first: pd.Series[Any] = plain.groupby(codes, observed=True).first()
    given = plain.notna().to_numpy()
    own = first.take(codes).reset_index(drop=True)
    is_constant = bool((plain[given].astype(object) == own[given].astype(object)).all())
    if is_constant:
        full: pd.Series[Any] = first.repeat(n_visits).reset_index(drop=True)
    else:
        full = plain.set_axis(cell).reindex(np.arange(size))
    if required and bool(full.isna().any()):
        _refuse_unknown(str(column.name), full, n_visits, is_constant=is_constant)
    return full


def _refuse_unknown(name: str, full: pd.Series[Any], n_visits: int, *, is_constant: bool) -> None:
    """Say for how many patients a covariate is not known."""
    gaps = full.isna().to_numpy().reshape(-1, n_visits)
    patients, places = int(gaps.any(axis=1).sum()), int(gaps.sum())
    advice = (
        "Complete it, or leave these patients out and say so."
        if is_constant
        else "It changes within patients: give rows for the visits without a score too."
    )
    raise DataError(
        f"Column {name!r} is not known for {counted(patients, 'patient')} at "
        f"{counted(places, 'visit')}, so that their scores cannot be imputed. {advice}"
    )
