"""Shapes of numbers that only a whole column shows: check digits, days of the year, coordinates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.privacy.check_digits import verhoeff_valid

__all__ = [
    "are_answers",
    "are_concepts",
    "fractions_of_coordinates",
    "is_compact_day",
    "is_day_of_year",
    "luhn_fits",
]

_Floats = npt.NDArray[np.float64]
_Flags = npt.NDArray[np.bool_]
_SAMPLE = 2000
_DIGITS = 19


def luhn_fits(
    numbers: _Floats,
    *,
    low: float,
    high: float,
    added: int = 0,
    weights: Sequence[int] = (),
) -> _Flags:
    """Tell which numbers lie in a range and end with a check digit.

    Parameters
    ----------
    numbers : numpy.ndarray, shape (n,)
        Numbers without missing ones.
    low, high : float
        The range, its end excluded.
    added : int
        What a prefix that is not written adds to the sum, 24 for the 80840 of a provider.
    weights : sequence of int
        Weights of the digits from the right, again and again; those of Luhn when left out.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
        False for numbers with a fraction.

    Examples
    --------
    >>> luhn_fits(np.array([1234567893.0, 1234567890.0]), low=1e9, high=3e9, added=24).tolist()
    [True, False]
    """
    inside = (numbers >= low) & (numbers < high) & (numbers == np.floor(numbers))
    whole = np.where(inside, numbers, 0).astype(np.int64)
    total = np.full(len(whole), added)
    for place in range(_DIGITS):
        digit = whole // 10**place % 10 if place < _DIGITS - 1 else whole * 0
        if weights:
            total = total + digit * weights[place % len(weights)]
        else:
            doubled = digit * (1 + place % 2)
            total = total + doubled // 10 + doubled % 10
    return np.asarray(inside & (total % 10 == 0), dtype=bool)


def are_concepts(numbers: _Floats) -> bool:
    """Tell whether numbers are identifiers of SNOMED CT: a partition and a check digit of Verhoeff.

    Parameters
    ----------
    numbers : numpy.ndarray, shape (n,)
        Numbers without missing ones; at most 2,000 distinct ones are looked at.

    Returns
    -------
    bool
        True when three distinct ones or more, and all of them, fit.

    Examples
    --------
    >>> are_concepts(np.array([35489007.0, 370143000.0, 191613003.0]))
    True
    """
    distinct = np.unique(numbers)
    some = distinct[:: max(1, len(distinct) // _SAMPLE)]
    if len(some) < 3 or some.min() < 100_000 or (some % 1 != 0).any() or some.max() > 2**53:
        return False
    texts = [str(int(number)) for number in some]
    parts = {"00", "01", "02", "10", "11", "12"}
    return all(text[-3:-1] in parts and verhoeff_valid(text) for text in texts)


def are_answers(numbers: _Floats) -> bool:
    """Tell whether numbers are answers to many items in a row: no digit above four.

    Examples
    --------
    >>> are_answers(np.array([321103210.0, 333322213.0, 210101100.0, 222213210.0, 302011230.0]))
    True
    """
    distinct = np.unique(numbers)[:_SAMPLE]
    if len(distinct) < 5 or np.median(distinct) < 1e6 or (distinct % 1 != 0).any():
        return False
    return max("".join(str(int(number)) for number in distinct)) <= "4"


def is_day_of_year(numbers: _Floats) -> _Flags:
    """Tell which numbers are a year and a day of it, YYYYDDD or YYDDD.

    Examples
    --------
    >>> is_day_of_year(np.array([2021045.0, 2022360.0, 2022400.0])).tolist()
    [True, True, False]
    """
    day = numbers % 1000
    four, two = np.floor(numbers / 1000), (numbers >= 10_000) & (numbers < 40_000)
    year = ((four >= 1900) & (four <= 2100)) | two
    return np.asarray((numbers == np.floor(numbers)) & year & (day >= 1) & (day <= 366), dtype=bool)


def is_compact_day(numbers: _Floats) -> _Flags:
    """Tell which numbers are days written YYMMDD, DDMMYY, MMDDYY, DDMMYYYY or MMDDYYYY.

    A zero in front may be lost. All numbers must be of one order.

    Examples
    --------
    >>> is_compact_day(np.array([210315.0, 220704.0])).tolist()
    [True, True]
    """
    low, middle, high = numbers % 100, np.floor(numbers / 100) % 100, np.floor(numbers / 1e4)
    whole = numbers == np.floor(numbers)
    six = (numbers >= 1e5).mean() >= 0.3
    short = whole & (numbers < 1e6) & (numbers >= 10_100) & six
    year = numbers % 10_000
    long = whole & (numbers >= 1_011_900) & (numbers < 3.2e7) & (year >= 1900) & (year <= 2099)
    middle_long, high_long = np.floor(numbers / 1e4) % 100, np.floor(numbers / 1e6)
    orders = [
        short & _month_and_day(middle, low),
        short & _month_and_day(middle, high),
        short & _month_and_day(high, middle),
        long & _month_and_day(middle_long, high_long),
        long & _month_and_day(high_long, middle_long),
    ]
    return max(orders, key=lambda fits: float(fits.mean()))


def _month_and_day(month: _Floats, day: _Floats) -> _Flags:
    """Tell where two numbers are a month and a day of it."""
    return np.asarray((month >= 1) & (month <= 12) & (day >= 1) & (day <= 31), dtype=bool)


def fractions_of_coordinates(numbers: _Floats) -> bool:
    """Tell whether numbers may be latitudes or longitudes of one region.

    Parameters
    ----------
    numbers : numpy.ndarray, shape (n,)
        Numbers without missing ones.

    Returns
    -------
    bool
        True for at least five numbers with four to seven decimals, written not computed, which
        lie close together where people live: within six degrees, 20 to 72 from the equator or
        60 to 180 from Greenwich. Estimates have more decimals, measurements fewer.

    Examples
    --------
    >>> fractions_of_coordinates(np.array([39.7392, 39.7817, 39.6403, 39.8028, 39.71121]))
    True
    >>> fractions_of_coordinates(np.array([31.25, 28.75, 27.0, 35.5, 30.1]))
    False
    """
    if len(numbers) < 5 or np.median(np.abs(numbers)) < 20:
        return False
    low, high = np.percentile(numbers, [2, 98])
    if high - low > 6 or high == low or max(abs(low), abs(high)) > 180:
        return False
    some = pd.Series(np.unique(numbers)[:: max(1, len(numbers) // _SAMPLE)]).map(repr)
    decimals = some.str.extract(r"\.(\d+)\)?$")[0].str.len().fillna(0)
    return bool(decimals.median() >= 4 and decimals.max() <= 7)
