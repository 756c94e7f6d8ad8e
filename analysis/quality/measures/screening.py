"""Rule: screened at an encounter and, where positive, a plan made, as CMS2 and MIPS 134 ask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.quality.measures.decision import Days, Decisions, decide
from analysis.quality.measures.follow_up import FollowedUp, followed_within
from analysis.quality.measures.record import Record
from analysis.quality.measures.rule import (
    Exclusion,
    age_reasons,
    exclusion_reasons,
    first_of_each,
    in_window,
    missing_codes,
    missing_tables,
    per_person,
)

__all__ = ["Screened"]


@dataclass(frozen=True, kw_only=True)
class Screened:
    """Of patients with an encounter, those screened negative, or positive with a plan in time.

    Parameters
    ----------
    instrument : str
        Name of the scale.
    positive_at_least : float
        Smallest total that is positive.
    look_back : int
        Scores of the day of the first encounter and of so many days before count; the last of
        them is the screen.
    plan_within : int
        Days from the encounter in which the plan must be made.
    triggers, actions : tuple of str
        Actions that are a plan, by what they were done about and what was done.
    least_age : int
        Least age, in years at the first treatment.
    exclusions : tuple of Exclusion
        Who leaves the denominator.
    """

    instrument: str = "PHQ-9"
    positive_at_least: float
    look_back: int
    plan_within: int
    triggers: tuple[str, ...]
    actions: tuple[str, ...]
    least_age: int = 12
    exclusions: tuple[Exclusion, ...] = ()

    def __post_init__(self) -> None:
        if self.look_back < 0 or self.plan_within < 0:
            raise DataError("look_back and plan_within are numbers of days from 0 on.")
        FollowedUp(  # refuses triggers and actions that the tables do not know
            at_least=self.positive_at_least,
            high=self.plan_within,
            triggers=self.triggers,
            actions=self.actions,
        )

    @property
    def numerator(self) -> str:
        """Who is in the numerator."""
        return (
            f"{self.instrument} under {self.positive_at_least:g}, or else "
            f"{' or '.join(self.actions)} within {self.plan_within} days of the encounter"
        )

    @property
    def denominator(self) -> str:
        """Who is in the denominator."""
        return f"{self.least_age} years or older with an encounter"

    @property
    def window(self) -> str:
        """In which days."""
        return (
            f"the first encounter and {self.look_back} days before, plan within "
            f"{self.plan_within} days"
        )

    @property
    def excluded(self) -> tuple[str, ...]:
        """Reasons of exclusion."""
        return tuple(each.reason for each in self.exclusions)

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups of diagnoses that are asked."""
        return tuple(each.group for each in self.exclusions if each.group)

    def needs(self, record: Record) -> tuple[str, ...]:
        """Need scores, encounters, actions and codes."""
        scores = () if record.knows(self.instrument) else (f"scores of {self.instrument}",)
        tables = missing_tables(record, "encounters", "actions")
        return (*scores, *tables, *missing_codes(record, self.groups))

    def decide(self, record: Record) -> Decisions:
        """Look at the screen of the first encounter, and for a plan where it is positive."""
        visits = record.events("encounters")
        person, day = visits["person"].to_numpy(), visits["day"].to_numpy()
        visits = visits[record.in_period(person, day)].drop_duplicates("person")
        seen, index = first_of_each(visits, len(record))
        scores = in_window(record.scores(self.instrument), index - self.look_back, index)
        screen = per_person(scores.drop_duplicates("person", keep="last"), "total", len(record))
        planned = np.zeros(len(record), dtype=bool)
        planned[visits["person"].to_numpy()] = np.isfinite(
            followed_within(visits, self._plans(record), 0, self.plan_within)
        )
        with np.errstate(invalid="ignore"):
            negative = screen < self.positive_at_least
        closes = index + self.plan_within
        return decide(
            outside=[*age_reasons(record, self.least_age), ("no encounter", ~seen)],
            days=Days(index=index, opens=index - self.look_back, closes=closes, until=record.until),
            exclusions=exclusion_reasons(self.exclusions, record, index, closes),
            observed=~np.isnan(screen),
            met=negative | planned,
            words=("negative, or positive with a plan", "positive without a plan", "not screened"),
        )

    def _plans(self, record: Record) -> pd.DataFrame:
        """List the days on which a plan was made."""
        done = record.events("actions")
        fits = done["trigger"].isin(self.triggers) & done["action"].isin(self.actions)
        return done.loc[fits, ["person", "day"]]
