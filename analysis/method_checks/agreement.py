"""How far two numbers agree: relative difference, and the digits that are the same."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import DataError
from analysis.results import FloatArray

__all__ = ["MOST_DIGITS", "agreement", "digits_given"]

Counts = npt.NDArray[np.int64]

MOST_DIGITS = 7
"""Further digits depend on the machine's linear algebra; more than these are not counted."""


def digits_given(value: str) -> int:
    """Count the significant digits of a number as it was written down.

    Parameters
    ----------
    value : str
        A number in decimal or exponential notation.

    Returns
    -------
    int
        Significant digits; zeros at the end of a whole number count.

    Examples
    --------
    >>> [digits_given(text) for text in ("0.00649", "300.5", "1.2e-05", "142")]
    [3, 4, 2, 3]
    """
    mantissa = re.split("[eE]", value)[0]
    return max(1, len(re.sub(r"\D", "", mantissa).lstrip("0")))


def agreement(here: Mapping[str, float], given: pd.DataFrame) -> pd.DataFrame:
    """Set numbers of this toolkit beside those of other software.

    Parameters
    ----------
    here : mapping of str to float
        Quantity to the number that this toolkit gives.
    given : pandas.DataFrame
        ``quantity, value, software, call``; values as text with the digits that were written down.

    Returns
    -------
    pandas.DataFrame
        ``quantity, here, other, relative_difference, digits, digits_given, software, call``.
        ``digits`` of both agree when rounded: at most those given, and at most seven.

    Raises
    ------
    DataError
        When a quantity is computed by one of both only.

    Notes
    -----
    Numbers agree to d digits when they differ by at most half a unit of the d-th significant digit
    of the other software's number.

    Examples
    --------
    >>> given = pd.DataFrame({"quantity": ["mean"], "value": ["3.14159"], "software": "R",
    ...                       "call": "mean(x)"})
    >>> agreement({"mean": 3.14162}, given)[["digits", "digits_given"]].values.tolist()
    [[5, 6]]
    """
    if set(here) != set(given["quantity"]) or len(here) != len(given):
        raise DataError(
            "Numbers of this toolkit and of other software are of different quantities; both must "
            "name the same, each once."
        )
    ours: FloatArray = np.array([here[name] for name in given["quantity"]], dtype=np.float64)
    theirs: FloatArray = np.array(given["value"].astype(float), dtype=np.float64)
    stated = given["value"].map(digits_given).to_numpy(dtype=np.int64)
    most = np.minimum(stated, MOST_DIGITS)
    size = np.maximum(np.abs(theirs), np.finfo(np.float64).tiny)
    return pd.DataFrame(
        {
            "quantity": given["quantity"].to_numpy(),
            "here": ours,
            "other": theirs,
            "relative_difference": np.abs(ours - theirs) / size,
            "digits": _same_digits(ours, theirs, most),
            "digits_given": stated,
            "software": given["software"].to_numpy(),
            "call": given["call"].to_numpy(),
        }
    )


def _same_digits(ours: FloatArray, theirs: FloatArray, most: Counts) -> Counts:
    """Count the digits to which numbers agree, from none to the most there can be."""
    apart = np.abs(ours - theirs)
    size = np.maximum(np.abs(theirs), np.finfo(np.float64).tiny)
    first = np.floor(np.log10(size)) + 1.0
    # a half unit itself agrees; 1e-6 of it is the rounding of the decimal number to a binary one
    halves = np.maximum(2.0 * apart / (1.0 + 1e-6), np.finfo(np.float64).tiny)
    same = np.floor(first - np.log10(halves))
    return np.clip(same, 0, most).astype(np.int64)
