"""Periods of a chart: their names, what they count from, and how long they have to be."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt

__all__ = [
    "PERIODS",
    "TIME",
    "chosen_period",
    "longest_period",
    "period_months",
    "period_names",
    "shared_period",
    "time_in_words",
]

PERIODS: dict[str, int] = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
"""Name of a period to its months."""

TIME = "time"
"""Key of ``frame.attrs`` that says in words what periods count from."""

_FEWEST_PERIODS = 12  # with fewer, limits are trial limits and runs can hardly be judged

IntArray = npt.NDArray[np.int64]


def period_names(numbers: Sequence[int], length: int, *, dated: bool) -> list[str]:
    """Name periods.

    Parameters
    ----------
    numbers : sequence of int
        Numbers of periods: months from `months_of` divided by the length.
    length : int
        Months of a period: 1, 3, 6 or 12.
    dated : bool
        Whether months are those of the calendar.

    Returns
    -------
    list of str
        Such as "2024-05", "2024 Q2", "2024 H1", "2024"; without a calendar "month 5".

    Examples
    --------
    >>> period_names([2024 * 4 + 1], 3, dated=True), period_names([4], 1, dated=False)
    (['2024 Q2'], ['month 5'])
    """
    if not dated:
        unit = {months: name for name, months in PERIODS.items()}[length]
        return [f"{unit} {number + 1}" for number in numbers]
    per_year = 12 // length
    years = [divmod(number, per_year) for number in numbers]
    if length == 1:
        return [f"{year:04d}-{part + 1:02d}" for year, part in years]
    letter = {3: " Q", 6: " H", 12: ""}[length]
    return [f"{year:04d}{letter}{part + 1 if letter else ''}" for year, part in years]


def chosen_period(months: IntArray, counts: npt.NDArray[np.float64], least: int) -> str:
    """Choose the shortest period in which the median of each count is large enough.

    Parameters
    ----------
    months : numpy.ndarray of int, shape (rows,)
        Month of each row.
    counts : numpy.ndarray, shape (rows,) or (rows, k)
        What each row adds to the counts of its period: the denominator, and those that must not
        be small either for a point to be shown.
    least : int
        Least median; periods between the first and the last without a row count as 0.

    Returns
    -------
    str
        "month", "quarter", "half-year" or "year"; the last also where no period is long enough.

    Examples
    --------
    >>> chosen_period(np.arange(24), np.full(24, 5.0), least=11)
    'quarter'
    """
    columns = counts.reshape(len(months), -1).T
    for name, length in PERIODS.items():
        number = months // length
        at = number - number.min()
        medians = [np.median(np.bincount(at, weights=column)) for column in columns]
        if min(medians) >= least:
            return name
    return "year"


def period_months(name: str) -> tuple[int, int]:
    """Read the name of a period.

    Parameters
    ----------
    name : str
        As `period_names` writes it.

    Returns
    -------
    tuple of int
        The number of the first month, as `months_of` counts, and how many months there are.

    Examples
    --------
    >>> period_months("quarter 2"), period_months("2024 H2") == (2024 * 12 + 6, 6)
    ((3, 3), True)
    """
    unit, _, number = name.partition(" ")
    if unit in PERIODS:
        return (int(number) - 1) * PERIODS[unit], PERIODS[unit]
    letter = name[4:].rstrip("0123456789")
    length = {"-": 1, " Q": 3, " H": 6, "": 12}[letter]
    part = int(name[4 + len(letter) :] or 1)
    return int(name[:4]) * 12 + (part - 1) * length, length


def time_in_words(lengths: Collection[str], *, dated: bool) -> str:
    """Say what periods count from, as the label of an axis.

    Parameters
    ----------
    lengths : collection of str
        Names of the periods in use.
    dated : bool
        Whether months are those of the calendar.

    Returns
    -------
    str
        Such as "Months since the first patient in the data started treatment".

    Examples
    --------
    >>> time_in_words(["quarter"], dated=True), time_in_words(["year", "month"], dated=False)
    ('Calendar quarters', 'Periods since the first patient in the data started treatment')
    """
    unit = f"{next(iter(lengths))}s" if len(set(lengths)) == 1 else "periods"
    if dated:
        return f"Calendar {unit}"
    return f"{unit.capitalize()} since the first patient in the data started treatment"


def shared_period(own: Collection[str]) -> str:
    """Choose one period for several groups: the shortest that suits half of them or more.

    Parameters
    ----------
    own : collection of str
        What `chosen_period` says of each group.

    Returns
    -------
    str
        "month", "quarter", "half-year" or "year".

    Examples
    --------
    >>> shared_period(["month", "year", "quarter", "year"])
    'quarter'
    """
    in_order = sorted(own, key=PERIODS.__getitem__)
    return in_order[(len(in_order) - 1) // 2]


def longest_period(months: IntArray) -> str:
    """Choose the longest period of which there are twelve or more, for use inside the clinic.

    Parameters
    ----------
    months : numpy.ndarray of int, shape (rows,)
        Month of each row.

    Returns
    -------
    str
        The longest with twelve periods, or "month".

    Examples
    --------
    >>> longest_period(np.arange(24)), longest_period(np.arange(40))
    ('month', 'quarter')
    """
    enough = [
        name for name, length in PERIODS.items() if np.ptp(months // length) + 1 >= _FEWEST_PERIODS
    ]
    return enough[-1] if enough else "month"
