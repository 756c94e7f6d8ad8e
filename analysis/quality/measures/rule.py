"""What every rule of a measure has, and the small steps that rules share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import DataError
from analysis.quality.measures.decision import BoolArray, Decisions, FloatArray, Reasons
from analysis.quality.measures.record import Record, numbers_of

__all__ = [
    "NOT_IN_PERIOD",
    "NOT_TREATED",
    "ROUNDING",
    "Exclusion",
    "Rule",
    "age_reasons",
    "days_in_words",
    "exclusion_reasons",
    "first_of_each",
    "in_window",
    "missing_codes",
    "missing_tables",
    "per_person",
    "require_window",
]

NOT_TREATED = "no treatment in the data"
NOT_IN_PERIOD = "not in the period"

ROUNDING = 1e-9
"""Points by which a product of a fraction and a score may be off in floating point."""


class Rule(Protocol):
    """How a measure decides about every patient."""

    @property
    def numerator(self) -> str:
        """Who is in the numerator, in words."""

    @property
    def denominator(self) -> str:
        """Who is in the denominator, in words."""

    @property
    def window(self) -> str:
        """In which days, in words."""

    @property
    def excluded(self) -> tuple[str, ...]:
        """Reasons of exclusion, in the order in which they are asked."""

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups of diagnoses whose codes are needed."""

    def needs(self, record: Record) -> tuple[str, ...]:
        """Name what the study lacks, such as "the table encounters"; empty when computable."""

    def decide(self, record: Record) -> Decisions:
        """Decide about every patient."""


@dataclass(frozen=True, kw_only=True)
class Exclusion:
    """One reason for which patients leave the denominator.

    Parameters
    ----------
    group : str
        Group of diagnoses, one of those of ``codes=``; empty for death.
    since : {"ever", "index"}
        Whether a diagnosis counts that ended before the index event, or only one that applied on
        some day from then on. Both end with the window.
    """

    group: str = ""
    since: str = "ever"

    def __post_init__(self) -> None:
        if self.since not in ("ever", "index"):
            raise DataError('since= of an exclusion must be "ever" or "index".')

    @property
    def reason(self) -> str:
        """The reason in words."""
        return self.group or "died"

    def applies(self, record: Record, index: FloatArray, closes: FloatArray) -> BoolArray:
        """Tell whom it concerns: those who died, or were diagnosed, before the window closed."""
        if not self.group:
            died = record.people["end_reason"].eq("died").to_numpy(dtype=bool)
            with np.errstate(invalid="ignore"):
                return died & (numbers_of(record.people["last_contact_day"]) <= closes)
        begin = np.full(len(record), -np.inf) if self.since == "ever" else index
        return record.diagnosed(self.group, begin, closes)


def exclusion_reasons(
    exclusions: Sequence[Exclusion], record: Record, index: FloatArray, closes: FloatArray
) -> Reasons:
    """Ask every exclusion of every patient; one without any code is not asked."""
    asked = [each for each in exclusions if not each.group or record.lists(each.group)]
    return [(each.reason, each.applies(record, index, closes)) for each in asked]


def missing_tables(record: Record, *names: str) -> tuple[str, ...]:
    """Name the tables that the study does not have."""
    return tuple(f"the table {name}" for name in names if not record.study.has(name))


def missing_codes(record: Record, groups: Sequence[str]) -> tuple[str, ...]:
    """Name what is needed to know diagnoses: the table, and the codes of each group."""
    tables = missing_tables(record, "diagnoses") if groups else ()
    absent = [group for group in groups if group not in record.codes]
    return (*tables, *(f"the codes of {group} (codes=)" for group in absent))


def age_reasons(record: Record, least: int) -> Reasons:
    """Say who is too young, or of unknown age; age is that at the first treatment."""
    age = numbers_of(record.people["age_years"])
    with np.errstate(invalid="ignore"):
        young = age < least
    return [("age not recorded", np.isnan(age)), (f"under {least} years", young)]


def first_of_each(events: pd.DataFrame, size: int) -> tuple[BoolArray, FloatArray]:
    """Give, per patient, whether there is an event, and the day of the first.

    Parameters
    ----------
    events : pandas.DataFrame
        ``person, day`` in order of both.
    size : int
        How many patients there are.

    Returns
    -------
    tuple of array of bool and of float, shape (size,)
        Whether there is one, and its day, missing where there is none.
    """
    day = per_person(events.drop_duplicates("person"), "day", size)
    return ~np.isnan(day), day


def per_person(rows: pd.DataFrame, column: str, size: int) -> FloatArray:
    """Spread a column with one row per patient over all patients; missing for the others."""
    found = np.full(size, np.nan)
    found[rows["person"].to_numpy()] = rows[column].to_numpy(dtype=float)
    return found


def in_window(events: pd.DataFrame, opens: FloatArray, closes: FloatArray) -> pd.DataFrame:
    """Keep the events of a window of each patient, both ends included."""
    person, day = events["person"].to_numpy(), events["day"].to_numpy()
    with np.errstate(invalid="ignore"):
        inside: npt.NDArray[np.bool_] = (day >= opens[person]) & (day <= closes[person])
    return events[inside]


def require_window(low: int, high: int) -> None:
    """Refuse a window that ends before it begins."""
    if high < low:
        raise DataError(
            f"A window runs from day {low} to day {high}. Let its end be its begin or later."
        )


def days_in_words(low: int, high: int, origin: str) -> str:
    """Write a window, such as "days 120 to 240 after the index score"."""
    if low == high:
        return f"the day of {origin}" if low == 0 else f"day {low} after {origin}"
    return f"days {low} to {high} after {origin}"
