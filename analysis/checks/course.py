"""Rules about the course of treatment: order of sessions, days within observation, doses."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.checks.broken import broken_rows
from analysis.study import Finding, Study

__all__ = ["dose_per_weight", "first_session", "observation", "session_order", "within_observation"]

_DATED = {
    "sessions": "rel_day",
    "assessments": "rel_day",
    "adverse_events": "start_day",
    "encounters": "rel_day",
    "actions": "rel_day",
    "diagnoses": "start_day",
    "concomitant": "start_day",
}
_DOSE_TOLERANCE = 0.10 + 1e-9  # whole millilitres, and a little for the arithmetic at the limit
_BY_WEIGHT = ("IV", "IM", "SC")


def observation(study: Study) -> Iterator[Finding]:
    """TIM-001: observation of a patient ends before it begins, or before the last contact.

    Parameters
    ----------
    study : Study
        The data to check.

    Yields
    ------
    Finding
        At most one.
    """
    days = study.tables["follow_up"]
    inside = days["start_day"].le(days["last_contact_day"])
    seen = days["last_contact_day"].le(days["observed_until_day"])
    yield from broken_rows(
        ~(inside & seen).fillna(value=True),
        rule="TIM-001",
        place=("follow_up", ""),
        what="start_day, last_contact_day and observed_until_day must stand in this order.",
        remedy="Correct the days; observed_until_day is the day of the data cut-off, also for "
        "patients who left earlier.",
    )


def within_observation(study: Study) -> Iterator[Finding]:
    """TIM-002: something happened after the last day on which it could have been seen.

    Parameters
    ----------
    study : Study
        The data to check.

    Yields
    ------
    Finding
        One per table.
    """
    last = study.tables["follow_up"].drop_duplicates("subject_id")
    last_day = last.set_index("subject_id")["observed_until_day"]
    for table, column in _DATED.items():
        if study.has(table, column):
            rows = study.tables[table]
            yield from broken_rows(
                rows[column].gt(rows["subject_id"].map(last_day).astype("Int64")),
                rule="TIM-002",
                place=(table, column),
                what="The day is after the patient's observed_until_day.",
                remedy="Correct the day, or move observed_until_day.",
            )


def session_order(study: Study) -> Iterator[Finding]:
    """TIM-003: a session with a higher number took place earlier.

    Parameters
    ----------
    study : Study
        The data to check.

    Yields
    ------
    Finding
        At most one.
    """
    sessions = study.tables["sessions"]
    ordered = sessions.sort_values(["subject_id", "session_no"], kind="stable")
    step = ordered["rel_day"].astype("Float64").diff()
    same = ordered["subject_id"].eq(ordered["subject_id"].shift())
    yield from broken_rows(
        (same & step.lt(0)).reindex(sessions.index),
        rule="TIM-003",
        place=("sessions", "session_no"),
        what="Session numbers do not follow the order of rel_day.",
        remedy="Number the sessions of each patient by day, from 1.",
    )


def first_session(study: Study) -> Iterator[Finding]:
    """TIM-004: the first session of a patient is not on day 0.

    Parameters
    ----------
    study : Study
        The data to check.

    Yields
    ------
    Finding
        At most one.
    """
    sessions = study.tables["sessions"]
    first = ~sessions.sort_values("rel_day", kind="stable").duplicated("subject_id")
    known = sessions["subject_id"].notna()
    yield from broken_rows(
        first.reindex(sessions.index) & known & sessions["rel_day"].ne(0),
        rule="TIM-004",
        place=("sessions", "rel_day"),
        what="The patient's first session in the data must be on day 0.",
        remedy="Count rel_day of every table from the date of the first session.",
    )


def dose_per_weight(study: Study) -> Iterator[Finding]:
    """DOS-001: the dose differs from dose per kilogram times weight by more than a tenth.

    Parameters
    ----------
    study : Study
        The data to check.

    Yields
    ------
    Finding
        At most one, a warning.
    """
    if not (study.has("sessions", "dose_mg_kg") and study.has("sessions", "weight_kg")):
        return
    sessions = study.tables["sessions"]
    expected = sessions["dose_mg_kg"] * sessions["weight_kg"]
    difference = (sessions["dose_mg"] - expected).abs()
    weighed = sessions["agent"].eq("ketamine") & sessions["route"].isin(_BY_WEIGHT)
    far = pd.Series(np.greater(difference, _DOSE_TOLERANCE * expected), index=sessions.index)
    yield from broken_rows(
        weighed & far,
        rule="DOS-001",
        place=("sessions", "dose_mg"),
        what="The dose is not within 10 % of dose_mg_kg × weight_kg.",
        remedy="Compare the three numbers with the record; a weight in pounds is a usual cause.",
        severity="warning",
    )
