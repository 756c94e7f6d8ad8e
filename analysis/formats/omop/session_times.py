"""Dates and times of a study that has none: noon of 1 January 2000 is the first session."""

from __future__ import annotations

import pandas as pd

from analysis.study import Study

__all__ = ["ZERO", "date_of", "moment_of", "ordered_sessions"]

ZERO = pd.Timestamp("2000-01-01 12:00:00")
"""The moment of the first session of every subject."""


def date_of(days: pd.Series) -> pd.Series:
    """Write days as dates."""
    return moment_of(days, pd.Series(0.0, days.index)).str[:10]


def moment_of(days: pd.Series, hours: pd.Series) -> pd.Series:
    """Write days and hours after noon as dates and times; empty where one is missing."""
    seconds = days.astype(float) * 86400 + (hours.astype(float) * 3600).round()
    moments = ZERO + pd.to_timedelta(seconds.astype("Int64"), unit="s")
    return moments.dt.strftime("%Y-%m-%d %H:%M:%S")


def ordered_sessions(study: Study) -> pd.DataFrame:
    """Return the sessions in their order."""
    ordered = study.tables["sessions"].sort_values(["subject_id", "session_no"], ignore_index=True)
    return ordered.assign(visit_id=range(1, len(ordered) + 1))
