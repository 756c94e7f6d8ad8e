"""Periods of a chart: their names, and the shortest with enough patients."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["PERIODS", "chosen_period", "period_names"]

PERIODS: dict[str, int] = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
"""Name of a period to its months."""

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
        at = number - number.min(initial=0)
        medians = [np.median(np.bincount(at, weights=column)) for column in columns if len(at)]
        if medians and min(medians) >= least:
            return name
    return "year"
