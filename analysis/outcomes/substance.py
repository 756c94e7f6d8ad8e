"""Days of use as a share of days abstinent; abstinence itself is a definition by name."""

from __future__ import annotations

import pandas as pd

from analysis.errors import DataError
from analysis.text_numbers import require_numbers

__all__ = ["percent_days_abstinent"]


def percent_days_abstinent(use_days: pd.Series, *, period_days: int = 30) -> pd.Series:
    """Turn days of use in a period into the percentage of days without use.

    Parameters
    ----------
    use_days : pandas.Series of float
        Days of use in the period before the score.
    period_days : int
        Length of the period that the scale asks about, days.

    Returns
    -------
    pandas.Series of float
        0 to 100; missing where the days are.

    Raises
    ------
    DataError
        When a cell is no number, or there are fewer days than none or more than the period has.

    Examples
    --------
    >>> percent_days_abstinent(pd.Series([0.0, 12.0])).tolist()
    [100.0, 60.0]
    """
    if period_days < 1:
        raise DataError("The period must have at least 1 day.")
    require_numbers(use_days, "the days of use")
    impossible = int((use_days.lt(0) | use_days.gt(period_days)).sum())
    if impossible:
        raise DataError(
            f"{impossible:,} rows have days of use outside 0 to {period_days}. State the length "
            "of the period, or correct the days at the source."
        )
    return 100.0 * (period_days - use_days) / period_days
