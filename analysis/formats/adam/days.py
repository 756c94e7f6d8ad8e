"""Days of a study and days of ADaM: the first has a day 0, the second has none."""

from __future__ import annotations

import pandas as pd

__all__ = ["analysis_day", "relative_day"]


def analysis_day(rel_day: pd.Series) -> pd.Series:
    """Turn days from the first treatment into ADaM's study days.

    Parameters
    ----------
    rel_day : pandas.Series
        Days from the first treatment, shape (n_rows,); 0 is its day. Missing stays missing.

    Returns
    -------
    pandas.Series
        1 is the day of the first treatment, -1 the day before.

    References
    ----------
    CDISC, Analysis Data Model Implementation Guide, variable ADY.

    Examples
    --------
    >>> analysis_day(pd.Series([-1, 0, 7])).tolist()
    [-1, 1, 8]
    """
    return rel_day + rel_day.ge(0).fillna(value=False).astype("int64")


def relative_day(day: pd.Series) -> pd.Series:
    """Turn ADaM's study days into days from the first treatment.

    Parameters
    ----------
    day : pandas.Series
        Study days, shape (n_rows,), none of them 0. Missing stays missing.

    Returns
    -------
    pandas.Series
        0 is the day of the first treatment, -1 the day before.

    Examples
    --------
    >>> relative_day(pd.Series([-1, 1, 8])).tolist()
    [-1, 0, 7]
    """
    return day - day.gt(0).fillna(value=False).astype("int64")
