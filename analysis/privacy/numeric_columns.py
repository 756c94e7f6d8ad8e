"""Telling what a column of bare numbers may be: dates as numbers, ZIP codes, telephone numbers.

A single number of five digits says little; a column of nothing else says a lot.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["numeric_kind", "plain_numbers"]

_MOST = 0.95
_Floats = npt.NDArray[np.float64]


def numeric_kind(values: pd.Series) -> tuple[int, str] | None:
    """Tell what the numbers of a column may be.

    Parameters
    ----------
    values : pandas.Series
        Numbers without missing ones.

    Returns
    -------
    tuple of int and str, or None
        Element of Safe Harbor and kind, when at least 95 % of the numbers fit.

    Examples
    --------
    >>> numeric_kind(pd.Series([45366, 45401, 45477]))
    (3, 'spreadsheet date')
    >>> numeric_kind(pd.Series([12, 14, 9]))
    """
    numbers = values.to_numpy(dtype=float)
    numbers = numbers[np.isfinite(numbers)]
    if len(numbers) == 0 or np.median(numbers) < 501:
        return None
    for element, kind, fits in _TESTS:
        if fits(numbers).mean() >= _MOST:
            return element, kind
    return None


def plain_numbers(texts: pd.Series) -> pd.Series:
    """Read texts that are plain decimal numbers; others become missing.

    Parameters
    ----------
    texts : pandas.Series of str
        Without missing values.

    Returns
    -------
    pandas.Series of float
        With the index of the texts. Exponents are not read: pandas 2.3 ends the whole process on
        some texts of digits with an "e" among them, as random codes are.

    Examples
    --------
    >>> plain_numbers(pd.Series(["12", "-0.5", "9e12345678901"])).tolist()
    [12.0, -0.5, nan]
    """
    bare = texts.astype(str).str.strip()
    plain = bare.str.fullmatch(r"[+-]?[0-9]{1,18}(?:\.[0-9]{0,18})?")
    return pd.to_numeric(bare.where(plain.astype(bool))).astype(float)


def _whole(numbers: _Floats) -> npt.NDArray[np.bool_]:
    """Tell which numbers have no fraction."""
    return np.equal(numbers, np.floor(numbers))


def _between(low: float, high: float) -> Callable[[_Floats], npt.NDArray[np.bool_]]:
    """Make a test of a range that both ends belong to."""
    return lambda numbers: (numbers >= low) & (numbers <= high)


def _is_day(numbers: _Floats) -> npt.NDArray[np.bool_]:
    """Tell which numbers are days written YYYYMMDD."""
    inside = _whole(numbers) & (numbers >= 18_800_101) & (numbers <= 21_001_231)
    text = pd.Series(np.where(inside, numbers, 0).astype(np.int64)).astype(str)
    days = pd.to_datetime(text, format="%Y%m%d", errors="coerce")
    return np.asarray(inside & days.notna().to_numpy(), dtype=bool)


def _is_month(numbers: _Floats) -> npt.NDArray[np.bool_]:
    """Tell which numbers are months written YYYYMM."""
    month = numbers % 100
    inside = (numbers >= 190_001) & (numbers <= 210_012)
    return np.asarray(_whole(numbers) & inside & (month >= 1) & (month <= 12), dtype=bool)


def _is_phone(numbers: _Floats) -> npt.NDArray[np.bool_]:
    """Tell which numbers are telephone numbers of North America."""
    exchange = np.floor(numbers / 10_000_000) % 10
    ten = (numbers >= 2_000_000_000) & (numbers <= 9_999_999_999)
    first = np.floor(numbers / 10_000) % 1000
    return np.asarray(_whole(numbers) & ten & (first >= 200) & (exchange >= 0), dtype=bool)


def _nine_digits(numbers: _Floats) -> npt.NDArray[np.bool_]:
    """Tell which numbers have nine digits, or eight after a zero was lost."""
    inside = (numbers >= 10_000_000) & (numbers <= 899_999_999)
    return np.asarray(_whole(numbers) & inside & (np.median(numbers) >= 1e8), dtype=bool)


def _five_digits(numbers: _Floats) -> npt.NDArray[np.bool_]:
    """Tell which numbers have the five digits of a ZIP code, or four after a zero was lost."""
    many = len(np.unique(numbers)) > 1 or len(numbers) == 1
    inside = (numbers >= 1001) & (numbers <= 99_950) & (np.median(numbers) >= 10_000) & many
    return np.asarray(_whole(numbers) & inside, dtype=bool)


_TESTS: tuple[tuple[int, str, Callable[[_Floats], npt.NDArray[np.bool_]]], ...] = (
    (3, "date as a number", _is_day),
    (3, "year and month", _is_month),
    (3, "spreadsheet date", _between(32_874, 54_789)),
    (3, "time stamp", _between(7.9e8, 2.0e9)),
    (3, "time stamp", _between(7.9e11, 2.0e12)),
    (3, "time stamp", _between(7.9e14, 2.0e15)),
    (3, "time stamp", _between(7.9e17, 2.0e18)),
    (7, "nine-digit number", _nine_digits),
    (4, "telephone number", _is_phone),
    (2, "five-digit code", _five_digits),
    (18, "long number", lambda numbers: _whole(numbers) & (numbers >= 1_000_000)),
)
"""Tests in the order in which they are tried; spreadsheet dates are those from 1990 to 2049."""
