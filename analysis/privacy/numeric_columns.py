"""Telling what a column of bare numbers may be: dates as numbers, ZIP codes, telephone numbers.

A single number of five digits says little; a column of nothing else says a lot.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.privacy.number_shapes import (
    are_answers,
    are_concepts,
    fractions_of_coordinates,
    is_compact_day,
    is_day_of_year,
    luhn_fits,
)

__all__ = ["numeric_kinds", "plain_numbers"]

_MOST = 0.95
_Floats = npt.NDArray[np.float64]
_Fits = Callable[[_Floats], npt.NDArray[np.bool_]]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Test:
    """What numbers of one kind look like.

    Parameters
    ----------
    element : int
        Element of Safe Harbor.
    kind : str
        What the numbers may be.
    fits : callable
        Tells for each number whether it fits.
    least : int
        Distinct numbers that the column must have, so that chance does not do it.
    span : float
        Largest distance between the 2nd and the 98th percentile.
    beside : bool
        Whether further tests are tried after this one fits.
    """

    element: int
    kind: str
    fits: _Fits
    least: int = 1
    span: float = np.inf
    beside: bool = False


def numeric_kinds(values: pd.Series) -> tuple[tuple[int, str], ...]:
    """Tell what the numbers of a column may be.

    Parameters
    ----------
    values : pandas.Series
        Numbers without missing ones.

    Returns
    -------
    tuple of (int, str)
        Elements of Safe Harbor and kinds of which at least 95 % of the numbers are. Most columns
        have one; numbers of five digits can be days as well as ZIP codes.

    Examples
    --------
    >>> numeric_kinds(pd.Series([45366, 45401, 45477]))
    ((3, 'spreadsheet date'),)
    >>> numeric_kinds(pd.Series([12, 14, 9]))
    ()
    """
    numbers = values.to_numpy(dtype=float)
    numbers = numbers[np.isfinite(numbers)]
    if len(numbers) == 0:
        return ()
    if np.median(numbers) < 501:
        return ((2, "coordinates"),) if fractions_of_coordinates(numbers) else ()
    if are_concepts(numbers) or are_answers(numbers):
        return ()
    found: list[tuple[int, str]] = []
    distinct = len(np.unique(numbers))
    span = float(np.subtract(*np.percentile(numbers, [98, 2])))
    for test in _TESTS:
        if distinct < test.least or span > test.span or test.fits(numbers).mean() < _MOST:
            continue
        found.append((test.element, test.kind))
        if not test.beside:
            break
    return tuple(found)


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


def _is_week(numbers: _Floats) -> npt.NDArray[np.bool_]:
    """Tell which numbers are weeks written YYYYWW."""
    week = numbers % 100
    inside = (numbers >= 190_001) & (numbers <= 210_053)
    return np.asarray(_whole(numbers) & inside & (week >= 1) & (week <= 53), dtype=bool)


def _is_decimal_year(numbers: _Floats) -> npt.NDArray[np.bool_]:
    """Tell which numbers are years with a fraction."""
    inside = (numbers >= 1990) & (numbers < 2050)
    return np.asarray(inside & (_whole(numbers).mean() < 0.2), dtype=bool)


def _is_clock_day(numbers: _Floats) -> npt.NDArray[np.bool_]:
    """Tell which numbers are days and hours written YYYYMMDDHHMM, with or without seconds."""
    size = np.where(numbers >= 1e13, 1e6, 1e4)
    return _is_day(np.floor(numbers / size))


def _is_network(numbers: _Floats) -> npt.NDArray[np.bool_]:
    """Tell which numbers are machine addresses of 32 bits and no telephone numbers."""
    inside = (numbers > 2.1e9) & (numbers < 2**32)
    phones = _is_phone(numbers) & (np.floor(numbers / 1_000_000) % 10 >= 2)
    return np.asarray(_whole(numbers) & inside & (phones.mean() < _MOST), dtype=bool)


def _moments(scale: float) -> _Fits:
    """Make a test of seconds since 1970 or 1960; some lie before the numbers of telephones."""
    return lambda numbers: (
        (numbers >= 7.9e8 * scale)
        & (numbers <= 2.05e9 * scale)
        & (float(np.min(numbers)) < 2.0e9 * scale)
    )


_DAYS_OF_TEN_YEARS = 4000
_TESTS: tuple[_Test, ...] = (
    _Test(
        element=11,
        kind="national provider identifier",
        fits=lambda n: luhn_fits(n, low=1e9, high=3e9, added=24),
        least=3,
    ),
    _Test(
        element=13,
        kind="equipment identity number",
        fits=lambda n: luhn_fits(n, low=1e14, high=1e15),
        least=3,
    ),
    _Test(
        element=10, kind="card number", fits=lambda n: luhn_fits(n, low=2.2e15, high=7e15), least=3
    ),
    _Test(
        element=10,
        kind="bank routing number",
        fits=lambda n: luhn_fits(n, low=1e7, high=4e8, weights=(1, 7, 3)),
        least=4,
        beside=True,
    ),
    _Test(element=3, kind="date as a number", fits=_is_day),
    _Test(element=3, kind="date as a number", fits=_is_clock_day),
    _Test(element=3, kind="year and month", fits=_is_month),
    _Test(element=3, kind="week", fits=_is_week, least=3),
    _Test(element=3, kind="decimal year", fits=_is_decimal_year, least=3),
    _Test(element=3, kind="day of the year", fits=is_day_of_year, least=4, beside=True),
    _Test(element=3, kind="date as a number", fits=is_compact_day, least=4, beside=True),
    _Test(
        element=3,
        kind="Julian day number",
        fits=_between(2_440_000, 2_470_000),
        least=3,
        span=3 * _DAYS_OF_TEN_YEARS,
    ),
    _Test(element=3, kind="spreadsheet date", fits=_between(32_874, 54_789)),
    _Test(
        element=3,
        kind="number of a day",
        fits=lambda n: (
            _between(16_436, 22_000)(n) | _between(20_089, 26_000)(n) | _between(55_000, 62_502)(n)
        ),
        least=6,
        span=_DAYS_OF_TEN_YEARS,
        beside=True,
    ),
    *(_Test(element=3, kind="time stamp", fits=_moments(s)) for s in (1.0, 1e3, 1e6, 1e9)),
    _Test(element=3, kind="time stamp", fits=_between(1.30e10, 1.44e10), least=3, span=4e8),
    _Test(element=7, kind="nine-digit number", fits=_nine_digits),
    _Test(element=15, kind="IP address as a number", fits=_is_network, least=3),
    _Test(element=4, kind="telephone number", fits=_is_phone),
    _Test(element=2, kind="five-digit code", fits=_five_digits),
    _Test(element=18, kind="long number", fits=lambda n: _whole(n) & (n >= 1_000_000)),
)
"""Tests in the order in which they are tried; spreadsheet dates are those from 1990 to 2049.

Days are counted from 1960 (SAS, Stata), 1970 (Unix) or 17 November 1858 (modified Julian date).
"""
