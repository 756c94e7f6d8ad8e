"""Rules about days and events: contact, start of observation, ends, deaths, seriousness."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from analysis.checks.demand import Demand, of_patient
from analysis.study import Study

__all__ = ["EVENT_RULES"]

_SEEN = {"sessions": "rel_day", "assessments": "rel_day", "encounters": "rel_day"}
_DATED = {**_SEEN, "adverse_events": "start_day", "actions": "rel_day"}
_PERIODS = ("adverse_events", "diagnoses", "concomitant")


def _after_contact(table: str, column: str) -> Callable[[Study], pd.Series]:
    def broken(study: Study) -> pd.Series:
        day = study.tables[table][column]
        observed = day.le(of_patient(study, table, "observed_until_day"))  # TIM-002 says the rest
        return day.gt(of_patient(study, table, "last_contact_day")) & observed

    return broken


def _before_start(table: str, column: str) -> Callable[[Study], pd.Series]:
    def broken(study: Study) -> pd.Series:
        return study.tables[table][column].lt(of_patient(study, table, "start_day"))

    return broken


def _ends_before(table: str) -> Callable[[Study], pd.Series]:
    def broken(study: Study) -> pd.Series:
        return study.tables[table]["end_day"].lt(study.tables[table]["start_day"])

    return broken


def _after_death(table: str, column: str) -> Callable[[Study], pd.Series]:
    def broken(study: Study) -> pd.Series:
        events = study.tables["adverse_events"]
        fatal = events[events["outcome"].eq("fatal")]
        death = fatal.groupby("subject_id")["end_day"].min()
        rows = study.tables[table]
        return rows[column].gt(rows["subject_id"].map(death).astype("Int64"))

    return broken


def _fatal_grade(study: Study) -> pd.Series:
    events = study.tables["adverse_events"]
    known = events["outcome"].notna() & events["severity"].notna()
    return known & events["outcome"].eq("fatal").ne(events["severity"].eq(5))


def _fatal_but_alive(study: Study) -> pd.Series:
    reason = of_patient(study, "adverse_events", "end_reason")
    fatal = study.tables["adverse_events"]["outcome"].eq("fatal")
    return fatal & reason.notna() & reason.ne("died")


def _serious_and_mild(study: Study) -> pd.Series:
    events = study.tables["adverse_events"]
    return events["serious"] & events["severity"].eq(1).fillna(False)


EVENT_RULES = (
    *(
        Demand(
            code="TIM-005",
            severity="error",
            table=table,
            column=column,
            what="The patient was seen after last_contact_day.",
            remedy="Correct the day, or move last_contact_day.",
            broken=_after_contact(table, column),
        )
        for table, column in _SEEN.items()
    ),
    *(
        Demand(
            code="TIM-006",
            severity="error",
            table=table,
            column=column,
            what="The day is before the patient's start_day.",
            remedy="Correct the day, or move start_day.",
            broken=_before_start(table, column),
        )
        for table, column in _DATED.items()
    ),
    *(
        Demand(
            code="TIM-007",
            severity="error",
            table=table,
            column="end_day",
            what="end_day is before start_day.",
            remedy="Correct the days; leave end_day empty when it goes on.",
            broken=_ends_before(table),
            needs=((table, "end_day"),),
        )
        for table in _PERIODS
    ),
    *(
        Demand(
            code="TIM-008",
            severity="error",
            table=table,
            column=column,
            what="The day is after the last day of a fatal adverse event.",
            remedy="Correct the day, or the outcome and end_day of the adverse event.",
            broken=_after_death(table, column),
            needs=(("adverse_events", "end_day"),),
        )
        for table, column in _DATED.items()
    ),
    Demand(
        code="AEV-001",
        severity="error",
        table="adverse_events",
        column="severity",
        what="Grade 5 and a fatal outcome belong together, and only one of them is there.",
        remedy="Correct the severity or the outcome.",
        broken=_fatal_grade,
    ),
    Demand(
        code="AEV-002",
        severity="error",
        table="adverse_events",
        column="outcome",
        what="An event was fatal, and the patient's end_reason is not died.",
        remedy="Correct the outcome, or end_reason in follow_up.",
        broken=_fatal_but_alive,
    ),
    Demand(
        code="AEV-003",
        severity="warning",
        table="adverse_events",
        column="serious",
        what="A serious event is of grade 1, mild.",
        remedy="Compare with the record: serious means danger, hospital or lasting harm.",
        broken=_serious_and_mild,
    ),
)
"""Rules about days and events, in the order in which they run."""
