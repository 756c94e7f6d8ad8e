"""Rule: a score in each four months of the calendar in which a patient was seen, as DMS-E asks."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

from analysis.errors import DataError
from analysis.quality.measures.codes import DEPRESSION
from analysis.quality.measures.decision import Days, Decisions, decide
from analysis.quality.measures.outcome import MOOD_EXCLUSIONS
from analysis.quality.measures.record import Record
from analysis.quality.measures.rule import (
    Exclusion,
    age_reasons,
    exclusion_reasons,
    first_of_each,
    in_window,
    missing_codes,
    missing_tables,
)

__all__ = ["ScoredWhenSeen"]


@dataclass(frozen=True, kw_only=True)
class ScoredWhenSeen:
    """Of patients with an encounter for a diagnosis in some months, those with a score in them.

    Parameters
    ----------
    instrument : str
        Name of the scale.
    first_month, last_month : int
        The months of the calendar, both included.
    year : int, optional
        The measurement year. None: that of the period that is asked for.
    diagnosis : str
        Group of diagnoses that must apply on the day of the encounter; empty when none is asked.
    least_age : int
        Least age, in years at the first treatment.
    exclusions : tuple of Exclusion
        Who leaves the denominator.
    """

    instrument: str = "PHQ-9"
    first_month: int
    last_month: int
    year: int | None = None
    diagnosis: str = DEPRESSION
    least_age: int = 12
    exclusions: tuple[Exclusion, ...] = MOOD_EXCLUSIONS

    def __post_init__(self) -> None:
        if not 1 <= self.first_month <= self.last_month <= 12:
            raise DataError("Months run from 1 to 12, the last not before the first.")

    @property
    def numerator(self) -> str:
        """Who is in the numerator."""
        return f"a {self.instrument} score in the same months"

    @property
    def denominator(self) -> str:
        """Who is in the denominator."""
        having = f" with a diagnosis of {self.diagnosis}" if self.diagnosis else ""
        return f"{self.least_age} years or older with an encounter in the months{having}"

    @property
    def window(self) -> str:
        """In which months."""
        names = calendar.month_name
        year = f" {self.year}" if self.year else " of the year of the period"
        return f"{names[self.first_month]} to {names[self.last_month]}{year}"

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
        """Need scores, encounters, dates, codes, and a year."""
        scores = () if record.knows(self.instrument) else (f"scores of {self.instrument}",)
        tables = missing_tables(record, "encounters", "calendar")
        year = () if self._year(record) else ("a period= within one calendar year",)
        return (*scores, *tables, *year, *missing_codes(record, self.groups))

    def decide(self, record: Record) -> Decisions:
        """Find the first encounter of the months, then a score in them."""
        year = self._year(record) or dt.MINYEAR
        first = dt.date(year, self.first_month, 1)
        days = calendar.monthrange(year, self.last_month)[1]
        opens = record.days_of(first)
        closes = record.days_of(dt.date(year, self.last_month, days))
        visits = in_window(record.events("encounters")[["person", "day"]], opens, closes)
        who, when = visits["person"].to_numpy(), visits["day"].to_numpy()
        keep = record.in_period(who, when)
        if self.diagnosis:
            keep &= record.diagnosed_then(self.diagnosis, who, when)
        visits = visits[keep]
        seen, index = first_of_each(visits, len(record))
        scored, _ = first_of_each(
            in_window(record.scores(self.instrument), opens, closes), len(record)
        )
        return decide(
            outside=[*age_reasons(record, self.least_age), ("no such encounter", ~seen)],
            days=Days(index=index, opens=opens, closes=closes, until=record.until),
            exclusions=exclusion_reasons(self.exclusions, record, index, closes),
            observed=scored,
            met=scored,
            words=(self.numerator, f"no {self.numerator[2:]}", f"no {self.numerator[2:]}"),
        )

    def _year(self, record: Record) -> int | None:
        """Return the measurement year, if it is known."""
        if self.year is not None or record.period is None:
            return self.year
        first, last = record.period
        return first.year if first.year == last.year else None
