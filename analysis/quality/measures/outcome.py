"""Rule: from an elevated score to the most recent one of a later window, as MIPS and HEDIS do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.quality.measures.codes import DEPRESSION
from analysis.quality.measures.decision import BoolArray, Days, Decisions, FloatArray, decide
from analysis.quality.measures.record import Record
from analysis.quality.measures.rule import (
    ROUNDING,
    Exclusion,
    age_reasons,
    days_in_words,
    exclusion_reasons,
    first_of_each,
    in_window,
    missing_codes,
    missing_tables,
    per_person,
    require_window,
)

__all__ = ["MOOD_EXCLUSIONS", "ScoreOutcome"]

MOOD_EXCLUSIONS = (
    Exclusion(),
    Exclusion(group="hospice or palliative care", since="index"),
    Exclusion(group="bipolar disorder"),
    Exclusion(group="personality disorder, emotionally labile"),
    Exclusion(group="schizophrenia or psychotic disorder"),
    Exclusion(group="pervasive developmental disorder"),
)
"""Exclusions of MIPS 370. Bipolar disorder takes out a real share of patients who get ketamine."""

IndexAt = Literal["encounter", "session", "score"]
Outcome = Literal["score", "remission", "response"]


@dataclass(frozen=True, kw_only=True)
class ScoreOutcome:
    """Of patients with an elevated score, those who were scored, in remission or responded later.

    Parameters
    ----------
    instrument : str
        Name of a scale on which lower is better.
    outcome : {"score", "remission", "response"}
        What the most recent score of the window is asked: whether there is one; whether it is at
        most `at_most`; whether it fell by at least `fraction` of the index score. No score in the
        window is not met and stays in the denominator.
    low, high : int
        First and last day of the window, from the index event.
    index_over : float
        The index score is over this.
    index_at : {"encounter", "session", "score"}
        What the index event is: the first encounter, treatment session or score itself that has
        an elevated score and at which the diagnosis applies.
    look_back : int
        Of an encounter or session the last score of its day and of so many days before counts.
    at_most, fraction : float
        As in `outcome`.
    diagnosis : str
        Group of diagnoses that must apply at the index event; empty when none is asked for.
    least_age : int
        Least age, in years at the first treatment.
    exclusions : tuple of Exclusion
        Who leaves the denominator.
    """

    instrument: str = "PHQ-9"
    outcome: Outcome = "remission"
    low: int
    high: int
    index_over: float = 9.0
    index_at: IndexAt = "encounter"
    look_back: int = 7
    at_most: float = 4.0
    fraction: float = 0.5
    diagnosis: str = DEPRESSION
    least_age: int = 12
    exclusions: tuple[Exclusion, ...] = MOOD_EXCLUSIONS

    def __post_init__(self) -> None:
        require_window(self.low, self.high)
        if self.low < 1 or self.look_back < 0 or not 0.0 < self.fraction <= 1.0:
            raise DataError(
                "The window begins on day 1 after the index or later, look_back is 0 or more, and "
                "fraction is over 0 and at most 1."
            )
        if self.outcome not in get_args(Outcome) or self.index_at not in get_args(IndexAt):
            raise DataError(
                f"outcome is one of {', '.join(get_args(Outcome))}, index_at one of "
                f"{', '.join(get_args(IndexAt))}."
            )

    @property
    def numerator(self) -> str:
        """Who is in the numerator."""
        if self.outcome == "score":
            return f"a {self.instrument} score in the window"
        last = f"the most recent {self.instrument} of the window"
        if self.outcome == "remission":
            return f"{last} at most {self.at_most:g}"
        return f"{last} at least {100 * self.fraction:g} % under the index score"

    @property
    def denominator(self) -> str:
        """Who is in the denominator."""
        having = f" with a diagnosis of {self.diagnosis}" if self.diagnosis else ""
        at = {"encounter": " at an encounter", "session": " at a session", "score": ""}
        return (
            f"{self.least_age} years or older, {self.instrument} over {self.index_over:g}"
            f"{at[self.index_at]}{having}"
        )

    @property
    def window(self) -> str:
        """In which days."""
        return days_in_words(self.low, self.high, "the index")

    @property
    def excluded(self) -> tuple[str, ...]:
        """Reasons of exclusion."""
        return tuple(each.reason for each in self.exclusions)

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups of diagnoses that are asked."""
        asked = [self.diagnosis, *(each.group for each in self.exclusions)]
        return tuple(group for group in asked if group)

    def needs(self, record: Record) -> tuple[str, ...]:
        """Need scores, encounters where these are the index, and codes."""
        scores = () if record.knows(self.instrument) else (f"scores of {self.instrument}",)
        tables = missing_tables(record, "encounters") if self.index_at == "encounter" else ()
        return (*scores, *tables, *missing_codes(record, self.groups))

    def decide(self, record: Record) -> Decisions:
        """Find the index event, then the most recent score of the window."""
        candidates = self._candidates(record)
        has_index, index = first_of_each(candidates, len(record))
        first = per_person(candidates.drop_duplicates("person"), "total", len(record))
        opens, closes = index + self.low, index + self.high
        scores = in_window(record.scores(self.instrument), opens, closes)
        last = per_person(scores.drop_duplicates("person", keep="last"), "total", len(record))
        return decide(
            outside=[*age_reasons(record, self.least_age), ("no index event", ~has_index)],
            days=Days(index=index, opens=opens, closes=closes, until=record.until),
            exclusions=exclusion_reasons(self.exclusions, record, index, closes),
            observed=~np.isnan(last),
            met=self._is_met(first, last),
            words=self._words,
        )

    @property
    def _words(self) -> tuple[str, str, str]:
        """Say what decided in the denominator."""
        none = "no score in the window"
        return self.numerator, none if self.outcome == "score" else f"not {self.numerator}", none

    def _is_met(self, first: FloatArray, last: FloatArray) -> BoolArray:
        """Ask the most recent score; a missing one is not met."""
        with np.errstate(invalid="ignore"):
            return {
                "score": ~np.isnan(last),
                "remission": last <= self.at_most,
                "response": first - last >= self.fraction * first - ROUNDING,
            }[self.outcome]

    def _candidates(self, record: Record) -> pd.DataFrame:
        """List every day with an elevated score and the diagnosis, within the period."""
        scores = record.scores(self.instrument)
        rows = scores if self.index_at == "score" else self._at_visits(record, scores)
        rows = rows[rows["total"].gt(self.index_over)]
        person, day = rows["person"].to_numpy(), rows["day"].to_numpy()
        keep = record.in_period(person, day)
        if self.diagnosis:
            keep &= record.diagnosed_then(self.diagnosis, person, day)
        return rows[keep]

    def _at_visits(self, record: Record, scores: pd.DataFrame) -> pd.DataFrame:
        """Give each encounter or session the last score of its day and the days before."""
        table = "encounters" if self.index_at == "encounter" else "sessions"
        visits = record.events(table)[["person", "day"]].drop_duplicates()
        rows = pd.merge_asof(
            visits.sort_values("day", kind="stable"),
            scores.sort_values("day", kind="stable"),
            on="day",
            by="person",
            tolerance=self.look_back,
        )
        return rows.sort_values(["person", "day"], kind="stable")
