"""Visit windows: which score stands for which planned visit, by day and never by visit name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from analysis.errors import DataError

FEWEST = 11
"""Patients in a group or at a visit below which a mean or a curve is neither stable nor shown."""

__all__ = ["BASELINE", "FEWEST", "SCHEDULE", "Window", "place_in_windows", "window_named"]


@dataclass(frozen=True, kw_only=True)
class Window:
    """The days around a planned visit, both ends included.

    Parameters
    ----------
    label : str
        Name of the visit in tables and figures.
    target : int
        Planned day; the score nearest to it is taken, the earlier one of two as near.
    low, high : int
        First and last day of the window.
    """

    label: str
    target: int
    low: int
    high: int

    @property
    def week(self) -> float:
        """Planned day in weeks."""
        return self.target / 7.0


BASELINE = Window(label="baseline", target=0, low=-30, high=0)
"""The last score in the 30 days up to the first treatment; a score of day 0 is before the dose."""

SCHEDULE = (
    Window(label="week 1", target=7, low=4, high=10),
    Window(label="week 2", target=14, low=11, high=20),
    Window(label="week 4", target=28, low=21, high=41),
    Window(label="week 8", target=56, low=42, high=69),
    Window(label="week 12", target=84, low=70, high=97),
    Window(label="week 16", target=112, low=98, high=125),
)
"""Planned visits after the first treatment; the windows touch and do not overlap."""


def window_named(label: str, schedule: Sequence[Window] = SCHEDULE) -> Window:
    """Return the window of a planned visit by its label.

    Parameters
    ----------
    label : str
        Such as ``"week 4"``.
    schedule : sequence of Window
        The planned visits.

    Returns
    -------
    Window
        The window.

    Raises
    ------
    DataError
        When no visit of the schedule has this label.

    Examples
    --------
    >>> window_named("week 4").high
    41
    """
    for window in schedule:
        if window.label == label:
            return window
    known = ", ".join(window.label for window in schedule)
    raise DataError(f"The schedule has no such visit. Planned visits are: {known}.")


def _overlap(schedule: Sequence[Window]) -> bool:
    """Tell whether any two windows share a day."""
    ordered = sorted(schedule, key=lambda window: window.low)
    return any(after.low <= before.high for before, after in pairwise(ordered))


def place_in_windows(scores: pd.DataFrame, schedule: Sequence[Window] = SCHEDULE) -> pd.DataFrame:
    """Take, per patient and planned visit, the score nearest to the planned day.

    Parameters
    ----------
    scores : pandas.DataFrame
        Columns ``subject_id, rel_day, total``; rows without a total are not scores and are left
        out.
    schedule : sequence of Window
        Planned visits that do not overlap.

    Returns
    -------
    pandas.DataFrame
        The columns of `scores` and ``visit`` (ordered category), ``week`` (planned, weeks); one
        row per patient and visit that has a score. Of two scores as near the earlier is taken.

    Raises
    ------
    DataError
        When windows overlap.

    Examples
    --------
    >>> scores = pd.DataFrame(
    ...     {"subject_id": ["a", "a"], "rel_day": [22, 30], "total": [9.0, 7.0]})
    >>> place_in_windows(scores)[["visit", "total"]].to_numpy().tolist()
    [['week 4', 7.0]]
    """
    if _overlap(schedule):
        raise DataError(
            "Windows of the schedule overlap, so that a score would stand for two visits. "
            "Let each window begin after the end of the one before."
        )
    edges = pd.IntervalIndex.from_tuples([(w.low, w.high) for w in schedule], closed="both")
    days = scores.loc[scores["total"].notna()]
    position = edges.get_indexer(pd.Index(days["rel_day"].astype("float64")))
    placed = days.assign(_window=position)[position >= 0]
    targets = pd.Series([window.target for window in schedule])
    distance = (placed["rel_day"] - targets.loc[placed["_window"]].to_numpy()).abs()
    nearest = (
        placed.assign(_distance=distance)
        .sort_values(["subject_id", "_window", "_distance", "rel_day"], kind="stable")
        .drop_duplicates(["subject_id", "_window"])
    )
    labels = [window.label for window in schedule]
    names = pd.Series(labels).loc[nearest["_window"]].to_numpy()
    visit = pd.Categorical(names, labels, ordered=True)
    week = targets.loc[nearest["_window"]].to_numpy() / 7.0
    return (
        nearest.assign(visit=visit, week=week)
        .drop(columns=["_window", "_distance"])
        .reset_index(drop=True)
    )
