"""Visit windows: which score stands for which planned visit, by day and never by visit name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import DataError

FEWEST = 11
"""Patients in a group or at a visit below which a mean or a curve is neither stable nor shown."""

__all__ = [
    "BASELINE",
    "END_OF_INDUCTION",
    "FEWEST",
    "SCHEDULE",
    "WEEKLY",
    "Anchor",
    "SameDay",
    "Schedule",
    "Window",
    "as_schedule",
    "place_in_windows",
    "window_named",
]

Anchor = Literal["start of the course", "last induction session"]
"""What day 0 of a schedule is."""

SameDay = Literal["before the dose", "after the dose", "either"]
"""Which scores of the day of a session count."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """The days around a planned visit, both ends included.

    Parameters
    ----------
    label : str
        Name of the visit in tables and figures.
    target : int
        Planned day.
    low, high : int
        First and last day of the window.

    Raises
    ------
    DataError
        When the window ends before it begins.
    """

    label: str
    target: int
    low: int
    high: int

    def __post_init__(self) -> None:
        if self.high < self.low:
            raise DataError(
                f"A window runs from day {self.low} to day {self.high}. Let `high` be `low` or "
                "later."
            )

    @property
    def week(self) -> float:
        """Planned day in weeks."""
        return self.target / 7.0


@dataclass(frozen=True, kw_only=True, repr=False)
class Schedule:
    """Planned visits, and the rules by which a score comes to stand for one.

    Parameters
    ----------
    name : str
        Name of the schedule, printed with its rules.
    windows : tuple of Window
        Planned visits that share no day.
    anchor : {"start of the course", "last induction session"}
        What day 0 is, in each course of treatment.
    rule : {"nearest", "last"}
        Which of several scores of a window is taken: the one nearest to the planned day, or the
        last.
    ties : {"earlier", "later"}
        Which of two scores as near is taken.
    same_day : {"before the dose", "after the dose", "either"}
        Which scores of the day of a session count. A score counts as before the dose unless its
        ``hours_post`` is above 0. Scores of other days always count.
    of_one_day : {"first", "last"}
        Which of several scores of one day that count is taken, by ``occurrence``.

    Raises
    ------
    DataError
        When windows overlap, share a label or there are none, or a rule has another name.

    Examples
    --------
    >>> day_30 = Window(label="day 30", target=30, low=25, high=35)
    >>> Schedule(name="month", windows=(day_30,))
    Schedule "month", 1 visit
      day 30: planned on day 30, days 25 to 35
      Day 0 is the start of the course.
      Of several scores of a window the nearest to the planned day is taken; of two the earlier.
      Of the day of a session, scores before the dose count: hours_post is not above 0.
      Of several such scores of one day the first is taken.
    """

    name: str
    windows: tuple[Window, ...]
    anchor: Anchor = "start of the course"
    rule: Literal["nearest", "last"] = "nearest"
    ties: Literal["earlier", "later"] = "earlier"
    same_day: SameDay = "before the dose"
    of_one_day: Literal["first", "last"] = "first"

    def __post_init__(self) -> None:
        _require_choice("anchor", self.anchor, get_args(Anchor))
        _require_choice("rule", self.rule, ("nearest", "last"))
        _require_choice("ties", self.ties, ("earlier", "later"))
        _require_choice("same_day", self.same_day, get_args(SameDay))
        _require_choice("of_one_day", self.of_one_day, ("first", "last"))
        if not self.windows or len(set(self.labels)) < len(self.windows):
            raise DataError("A schedule needs planned visits, each with a label of its own.")
        if _overlap(self.windows):
            raise DataError(
                "Windows of the schedule overlap, so that a score would stand for two visits. "
                "Let each window begin after the end of the one before."
            )

    def __iter__(self) -> Iterator[Window]:
        """Go through the planned visits."""
        return iter(self.windows)

    def __len__(self) -> int:
        """Count the planned visits."""
        return len(self.windows)

    @property
    def labels(self) -> list[str]:
        """Names of the planned visits."""
        return [window.label for window in self.windows]

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules in sentences."""
        nearest = f"the nearest to the planned day is taken; of two the {self.ties}."
        of_window = nearest if self.rule == "nearest" else "the last is taken."
        of_session = {
            "before the dose": "scores before the dose count: hours_post is not above 0.",
            "after the dose": "scores after the dose count: hours_post is above 0.",
            "either": "scores before and after the dose count.",
        }[self.same_day]
        return (
            f"Day 0 is the {self.anchor}.",
            f"Of several scores of a window {of_window}",
            f"Of the day of a session, {of_session}",
            f"Of several such scores of one day the {self.of_one_day} is taken.",
        )

    def __repr__(self) -> str:
        """Show visits and rules."""
        visits = [
            f"{w.label}: planned on day {w.target}, days {w.low} to {w.high}" for w in self.windows
        ]
        count = f"{len(self)} visit" + "s" * (len(self) != 1)
        return "\n  ".join([f'Schedule "{self.name}", {count}', *visits, *self.rules])


def _require_choice(name: str, value: object, allowed: Sequence[str]) -> None:
    """Refuse a rule of another name."""
    if value not in allowed:
        raise DataError(f"{name} of a schedule must be one of: {', '.join(allowed)}.")


def _overlap(windows: Sequence[Window]) -> bool:
    """Tell whether any two windows share a day."""
    ordered = sorted(windows, key=lambda window: window.low)
    return any(after.low <= before.high for before, after in pairwise(ordered))


BASELINE = Window(label="baseline", target=0, low=-30, high=0)
"""The 30 days up to the first treatment; a score of day 0 counts when it is before the dose."""

SCHEDULE = Schedule(
    name="follow-up by weeks",
    windows=(
        Window(label="week 1", target=7, low=4, high=10),
        Window(label="week 2", target=14, low=11, high=20),
        Window(label="week 4", target=28, low=21, high=41),
        Window(label="week 8", target=56, low=42, high=69),
        Window(label="week 12", target=84, low=70, high=97),
        Window(label="week 16", target=112, low=98, high=125),
    ),
)
"""Planned visits after the start of a course; the windows touch and do not overlap."""

WEEKLY = Schedule(
    name="every week",
    windows=tuple(
        Window(label=f"week {week}", target=7 * week, low=7 * week - 3, high=7 * week + 3)
        for week in range(1, 17)
    ),
)
"""Sixteen weekly visits, as definitions over consecutive weeks need them."""

END_OF_INDUCTION = Schedule(
    name="end of induction",
    windows=(
        Window(label="end of induction", target=1, low=1, high=13),
        Window(label="after induction", target=14, low=14, high=31),
    ),
    anchor="last induction session",
)
"""The first score after the last induction session, and that of days 14 to 31 after it, which is
the window of McInnes et al. 2022, Journal of Affective Disorders, doi 10.1016/j.jad.2021.12.097.
Day 14 belongs to the second, so that the two share no day."""


def as_schedule(schedule: Schedule | Sequence[Window]) -> Schedule:
    """Return a schedule; bare windows get the default rules.

    Parameters
    ----------
    schedule : Schedule or sequence of Window
        Planned visits.

    Returns
    -------
    Schedule
        The same, or one named "stated windows".

    Examples
    --------
    >>> as_schedule(SCHEDULE.windows).ties
    'earlier'
    """
    if isinstance(schedule, Schedule):
        return schedule
    return Schedule(name="stated windows", windows=tuple(schedule))


def window_named(label: str, schedule: Schedule | Sequence[Window] = SCHEDULE) -> Window:
    """Return the window of a planned visit by its label.

    Parameters
    ----------
    label : str
        Such as ``"week 4"``.
    schedule : Schedule or sequence of Window
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


def place_in_windows(
    scores: pd.DataFrame,
    schedule: Schedule | Sequence[Window] = SCHEDULE,
    *,
    day: str = "rel_day",
    keys: Sequence[str] = ("subject_id",),
) -> pd.DataFrame:
    """Take, per patient and planned visit, the score that stands for the visit.

    Parameters
    ----------
    scores : pandas.DataFrame
        The `keys`, `day` and ``total``, one row per patient and day; rows without a total or a day
        are not scores and are left out.
    schedule : Schedule or sequence of Window
        Planned visits and the rule that chooses among several scores. Its rules about one day are
        those of `valid_scores`.
    day : str
        Column of the days since day 0 of the schedule.
    keys : sequence of str
        Columns that name a patient, or a course of a patient.

    Returns
    -------
    pandas.DataFrame
        The columns of `scores` and ``visit`` (ordered category), ``week`` (planned, weeks); one
        row per patient and visit that has a score, in this order.

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
    plan = as_schedule(schedule)
    edges = pd.IntervalIndex.from_tuples([(w.low, w.high) for w in plan], closed="both")
    days = scores.loc[scores["total"].notna()]
    position = edges.get_indexer(pd.Index(days[day].astype("float64")))
    placed = days.assign(_window=position)[position >= 0]
    targets = np.array([window.target for window in plan], dtype="float64")
    wanted = targets[placed["_window"].to_numpy()]
    order = [*keys, "_window", "_distance", "_tie"]
    chosen = (
        placed.assign(**_preference(placed[day].to_numpy("float64"), wanted, plan))
        .sort_values(order, kind="stable")
        .drop_duplicates([*keys, "_window"])
    )
    names = np.array(plan.labels, dtype=object)[chosen["_window"].to_numpy()]
    visit = pd.Categorical(names, plan.labels, ordered=True)
    return (
        chosen.assign(visit=visit, week=targets[chosen["_window"].to_numpy()] / 7.0)
        .drop(columns=["_window", "_distance", "_tie"])
        .reset_index(drop=True)
    )


def _preference(
    days: npt.NDArray[np.float64],
    wanted: npt.NDArray[np.float64],
    plan: Schedule,
) -> dict[str, npt.NDArray[np.float64]]:
    """Rank the scores of a window: the smallest distance first, then the smallest tie."""
    if plan.rule == "last":
        return {"_distance": -days, "_tie": days}
    return {
        "_distance": np.abs(days - wanted),
        "_tie": days if plan.ties == "earlier" else -days,
    }
