"""Rule: something is done within days of a positive screen or of a positive answer to an item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.instruments import item_positive
from analysis.quality.measures.decision import Days, Decisions, FloatArray, decide
from analysis.quality.measures.record import Record
from analysis.quality.measures.rule import (
    Exclusion,
    age_reasons,
    days_in_words,
    exclusion_reasons,
    missing_codes,
    missing_tables,
    per_person,
    require_window,
)
from analysis.study import TABLES

__all__ = ["FollowedUp", "followed_within"]


@dataclass(frozen=True, kw_only=True)
class FollowedUp:
    """Of patients with a positive screen or answer, those for whom something was done in time.

    Parameters
    ----------
    instrument : str
        Name of the scale.
    item_no : int, optional
        Number of the item that is asked; None: the total. An item that was not answered is
        neither positive nor negative.
    at_least : float
        Smallest total or answer that is positive.
    which : {"first", "every"}
        The first positive result of a patient, or every one: then all must be followed up.
    low, high : int
        First and last day of the follow-up, from the positive result.
    encounter_kinds : tuple of str
        Kinds of encounters that are follow-up.
    triggers, actions : tuple of str
        Actions that are follow-up, by what they were done about and what was done.
    least_age : int
        Least age, in years at the first treatment; 0: no age is asked for.
    exclusions : tuple of Exclusion
        Who leaves the denominator.
    """

    instrument: str = "PHQ-9"
    item_no: int | None = None
    at_least: float
    which: Literal["first", "every"] = "first"
    low: int = 0
    high: int
    encounter_kinds: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    least_age: int = 0
    exclusions: tuple[Exclusion, ...] = ()

    def __post_init__(self) -> None:
        require_window(self.low, self.high)
        if self.low < 0 or self.which not in ("first", "every"):
            raise DataError('Follow-up begins on day 0 or later; which is "first" or "every".')
        _require_allowed("encounters", "kind", self.encounter_kinds)
        _require_allowed("actions", "trigger", self.triggers)
        _require_allowed("actions", "action", self.actions)
        if not self.encounter_kinds and not (self.triggers and self.actions):
            raise DataError(
                "State what follow-up is: encounter_kinds, or triggers and actions, or all three."
            )

    @property
    def positive(self) -> str:
        """What is positive."""
        item = "" if self.item_no is None else f" item {self.item_no}"
        return f"{self.instrument}{item} at least {self.at_least:g}"

    @property
    def numerator(self) -> str:
        """Who is in the numerator."""
        done = [" or ".join(self.actions)] if self.actions else []
        seen = [f"{' or '.join(self.encounter_kinds)} visit"] if self.encounter_kinds else []
        every = " after every positive result" if self.which == "every" else ""
        return f"{' or '.join([*done, *seen])} within the window{every}"

    @property
    def denominator(self) -> str:
        """Who is in the denominator."""
        age = f"{self.least_age} years or older, " if self.least_age else ""
        return f"{age}{self.positive}"

    @property
    def window(self) -> str:
        """In which days."""
        which = "each" if self.which == "every" else "the first"
        return days_in_words(self.low, self.high, f"{which} positive result")

    @property
    def excluded(self) -> tuple[str, ...]:
        """Reasons of exclusion."""
        return tuple(each.reason for each in self.exclusions)

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups of diagnoses that are asked."""
        return tuple(each.group for each in self.exclusions if each.group)

    def needs(self, record: Record) -> tuple[str, ...]:
        """Need scores or items, what follow-up is made of, and codes."""
        tables = missing_tables(
            record,
            *(["actions"] if self.actions else []),
            *(["encounters"] if self.encounter_kinds else []),
        )
        return (*self._needs_results(record), *tables, *missing_codes(record, self.groups))

    def _needs_results(self, record: Record) -> tuple[str, ...]:
        """Need totals, or answers to the item."""
        if self.item_no is None:
            return () if record.knows(self.instrument) else (f"scores of {self.instrument}",)
        if not record.study.has("items"):
            return ("the table items",)
        known = record.study.tables["items"]["instrument"].eq(self.instrument).any()
        return () if known else (f"answers to the items of {self.instrument}",)

    def decide(self, record: Record) -> Decisions:
        """Find positive results, and for each the first thing done in time."""
        results = self._positives(record)
        lag = followed_within(results, self._done(record), self.low, self.high)
        until = record.until[results["person"].to_numpy()]
        results = results.assign(lag=lag, due=results["day"].add(self.high).le(until))
        index, last, judged = self._of_patients(results, len(record))
        closes = last + self.high
        wait = per_person(judged, "lag", len(record))
        age = age_reasons(record, self.least_age) if self.least_age else []
        return decide(
            outside=[*age, (f"no {self.positive}", np.isnan(index))],
            days=Days(index=index, opens=index + self.low, closes=closes, until=record.until),
            exclusions=exclusion_reasons(self.exclusions, record, index, closes),
            observed=np.ones(len(record), dtype=bool),
            met=np.isfinite(wait),
            words=(self.numerator, f"not {self.numerator}", ""),
            lag=wait,
        )

    def _of_patients(
        self, results: pd.DataFrame, size: int
    ) -> tuple[FloatArray, FloatArray, pd.DataFrame]:
        """Give the first positive day, the day whose window must have closed, and the lag.

        Of every result those are judged whose own window has closed, so that a recent one takes
        nobody out; the longest lag is that of the patient.
        """
        first = results.drop_duplicates("person")
        index = per_person(first, "day", size)
        if self.which == "first":
            return index, index, first
        due = results[results["due"]]
        longest = due.groupby("person")["lag"].max().reset_index()
        last = per_person(due.drop_duplicates("person", keep="last"), "day", size)
        return index, np.where(np.isnan(last), index, last), longest

    def _positives(self, record: Record) -> pd.DataFrame:
        """List the positive results within the period, ``person, day``."""
        if self.item_no is None:
            scores = record.scores(self.instrument)
            rows = scores.loc[scores["total"].ge(self.at_least), ["person", "day"]]
        else:
            rows = self._positive_items(record, self.item_no)
        inside = record.in_period(rows["person"].to_numpy(), rows["day"].to_numpy())
        return rows[inside].reset_index(drop=True)

    def _positive_items(self, record: Record, item_no: int) -> pd.DataFrame:
        """List the days with a positive answer to the item."""
        items = record.study.tables["items"]
        own = items[items["instrument"].eq(self.instrument) & items["item_no"].eq(item_no)]
        answers = item_positive(own, self.instrument, item_no, at_least=self.at_least)
        positive = answers[answers["positive"].fillna(value=False).astype(bool)]
        rows = pd.DataFrame(
            {
                "person": record.numbered(positive["subject_id"]),
                "day": positive["rel_day"].to_numpy(dtype=float, na_value=np.nan),
            }
        )
        known = rows[rows["person"].ge(0)].drop_duplicates()
        return known.sort_values(["person", "day"], kind="stable")

    def _done(self, record: Record) -> pd.DataFrame:
        """List the days on which something was done, ``person, day``."""
        parts = []
        if self.encounter_kinds:
            visits = record.events("encounters")
            parts.append(visits.loc[visits["kind"].isin(self.encounter_kinds), ["person", "day"]])
        if self.actions:
            done = record.events("actions")
            fits = done["trigger"].isin(self.triggers) & done["action"].isin(self.actions)
            parts.append(done.loc[fits, ["person", "day"]])
        return pd.concat(parts, ignore_index=True)


def followed_within(results: pd.DataFrame, done: pd.DataFrame, low: int, high: int) -> FloatArray:
    """Find how many days after each result the first thing was done.

    Parameters
    ----------
    results, done : pandas.DataFrame
        ``person, day`` (float).
    low, high : int
        First and last day that count.

    Returns
    -------
    numpy.ndarray of float, shape (len(results),)
        Days; infinite where nothing was done in time.

    Examples
    --------
    >>> result = pd.DataFrame({"person": [0, 1], "day": [5.0, 5.0]})
    >>> acts = pd.DataFrame({"person": [0, 1], "day": [7.0, 4.0]})
    >>> followed_within(result, acts, 0, 2).tolist()
    [2.0, inf]
    """
    asked = results[["person", "day"]].assign(row=np.arange(len(results)))
    asked = asked.assign(opens=asked["day"] + low).sort_values("opens", kind="stable")
    acts = done[["person", "day"]].rename(columns={"day": "acted"})
    found = pd.merge_asof(
        asked.astype({"opens": "float64"}),
        acts.astype({"acted": "float64"}).sort_values("acted", kind="stable"),
        left_on="opens",
        right_on="acted",
        by="person",
        direction="forward",
        tolerance=high - low,
    )
    lag = np.full(len(results), np.inf)
    waited = (found["acted"] - found["day"]).to_numpy(dtype=float)
    lag[found["row"].to_numpy()] = np.where(np.isnan(waited), np.inf, waited)
    return lag


def _require_allowed(table: str, column: str, names: tuple[str, ...]) -> None:
    """Refuse kinds, triggers and actions that the canonical tables do not know."""
    allowed = next(c for c in TABLES[table].columns if c.name == column).allowed
    if not set(names) <= set(allowed):
        raise DataError(f"A follow-up names another {column}; allowed are {', '.join(allowed)}.")
