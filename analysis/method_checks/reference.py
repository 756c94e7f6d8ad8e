"""The numbers of other software that come with the toolkit, and the rows they are of."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pandas as pd

from analysis.errors import DataError

__all__ = ["reference_folder", "reference_numbers", "reference_rows"]

_ROWS = ("charts", "clinics", "episodes", "relapse", "scores")


def reference_folder() -> Path:
    """Find the folder ``data/reference``, in a checkout or in the wheel.

    Returns
    -------
    pathlib.Path
        Folder with ``numbers.csv``, the rows and a README that says where they are from.

    Raises
    ------
    DataError
        When it was not installed.

    Examples
    --------
    >>> (reference_folder() / "README.md").is_file()
    True
    """
    package = Path(str(resources.files("analysis")))
    for folder in (package.parent / "data" / "reference", package / "bundled" / "reference"):
        if (folder / "numbers.csv").is_file():
            return folder
    raise DataError(
        "The numbers of other software (data/reference) are not installed. Install the package "
        "again, whole."
    )


def reference_numbers() -> pd.DataFrame:
    """Read the numbers that other software gave for the rows of `reference_rows`.

    Returns
    -------
    pandas.DataFrame of str
        ``topic, quantity, value`` (with the digits that were written down), ``software, call,
        source``; a topic and a quantity name a row.

    Raises
    ------
    DataError
        When they were not installed.

    Examples
    --------
    >>> numbers = reference_numbers()
    >>> numbers.loc[numbers["quantity"].eq("logrank: test statistic"), "value"].item()
    '12.338668858388'
    """
    path = reference_folder() / "numbers.csv"
    return pd.read_csv(path, dtype="string", encoding="utf-8")


def reference_rows(name: str) -> pd.DataFrame:
    """Read the rows of which other software gave its numbers.

    Parameters
    ----------
    name : {"charts", "clinics", "episodes", "relapse", "scores"}
        Simulated scores, times to relapse or episodes; clinics; charts over time.

    Returns
    -------
    pandas.DataFrame
        Rows as in the file; no real patient is among them.

    Raises
    ------
    DataError
        When there are no such rows, or they were not installed.

    Examples
    --------
    >>> reference_rows("scores")["patient"].nunique()
    180
    """
    if name not in _ROWS:
        raise DataError(f"There are no such rows of reference. Known are: {', '.join(_ROWS)}.")
    return pd.read_csv(reference_folder() / f"{name}.csv", encoding="utf-8")
