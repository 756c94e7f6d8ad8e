"""Faults of single values, keys, links, days and adverse events."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.instruments import instrument_names
from analysis.study import Study
from analysis.synthetic.faults_change import (
    Change,
    Rows,
    StudyFault,
    of_patient,
    with_cells,
    with_repeat,
    with_table,
)

__all__ = ["RECORD_FAULTS"]


def _every(table: str, column: str = "subject_id") -> Rows:
    """Choose among the rows that have a value in a column."""

    def rows(study: Study) -> pd.Series:
        return study.tables[table][column].notna()

    return rows


def _cells(table: str, **cells: Any) -> Change:
    """Write fixed cells into the chosen row."""

    def change(study: Study, row: Any) -> Study:
        return with_cells(study, table, row, **cells)

    return change


def _patient(study: Study, table: str, row: Any) -> Any:
    return study.tables[table].loc[row, "subject_id"]


def _follow_up(study: Study, table: str, row: Any, column: str) -> int:
    return int(of_patient(study, table, column).loc[row])


def _repeated(study: Study, row: Any) -> Study:
    return with_repeat(study, "encounters", row)


def _not_followed_up(study: Study, row: Any) -> Study:
    kept = study.tables["follow_up"].drop(index=row).reset_index(drop=True)
    return with_table(study, "follow_up", kept)


def _incomplete_calendar(study: Study, row: Any) -> Study:
    ids = study.tables["subjects"]["subject_id"].drop(index=row).reset_index(drop=True)
    day = pd.Series(pd.Timestamp("2024-01-08"), index=ids.index)
    return with_table(study, "calendar", pd.DataFrame({"subject_id": ids, "start_date": day}))


def _said_twice(study: Study, row: Any) -> Study:
    primary = study.tables["subjects"].loc[row, "indication"]
    return with_cells(study, "subjects", row, secondary_indications=primary)


def _left_over_item(study: Study, row: Any) -> Study:
    return with_repeat(study, "items", row, occurrence=50)


def _unknown_scale(study: Study, _: Any) -> Study:
    return replace(study, instruments=(*study.instruments, "unknown scale"))


def _unused_scale(study: Study, _: Any) -> Study:
    unused = next(name for name in instrument_names() if name not in study.instruments)
    return replace(study, instruments=(*study.instruments, unused))


def _late_contact(study: Study, row: Any) -> Study:
    last = int(study.tables["follow_up"].loc[row, "observed_until_day"])
    return with_cells(study, "follow_up", row, last_contact_day=last + 1)


def _alive(table: str) -> Rows:
    def rows(study: Study) -> pd.Series:
        return of_patient(study, table, "end_reason").astype("string").ne("died")

    return rows


def _lost_visits(study: Study) -> pd.Series:
    last = of_patient(study, "encounters", "last_contact_day")
    observed = of_patient(study, "encounters", "observed_until_day")
    return _alive("encounters")(study) & last.lt(observed)


def _after_observation(study: Study, row: Any) -> Study:
    day = _follow_up(study, "adverse_events", row, "observed_until_day") + 1
    return with_cells(study, "adverse_events", row, start_day=day, end_day=None)


def _after_contact(study: Study, row: Any) -> Study:
    day = _follow_up(study, "encounters", row, "last_contact_day") + 1
    return with_cells(study, "encounters", row, rel_day=day)


def _before_start(study: Study, row: Any) -> Study:
    day = _follow_up(study, "encounters", row, "start_day") - 1
    return with_cells(study, "encounters", row, rel_day=day)


def _may_die_early(study: Study) -> pd.Series:
    actions, events = study.tables["actions"], study.tables["adverse_events"]
    observed = of_patient(study, "actions", "observed_until_day")
    latest = actions.groupby("subject_id")["rel_day"].transform("max")
    event = actions["subject_id"].map(events.groupby("subject_id")["start_day"].max())
    earlier = of_patient(study, "actions", "last_contact_day").lt(observed)
    return _alive("actions")(study) & earlier & latest.lt(observed) & event.lt(observed)


def _after_death(study: Study, row: Any) -> Study:
    patient = _patient(study, "actions", row)
    day = _follow_up(study, "actions", row, "observed_until_day")
    events = study.tables["adverse_events"]
    event = events.index[events["subject_id"].eq(patient)][0]
    dead = with_cells(
        study, "adverse_events", event, severity=5, outcome="fatal", serious=True, end_day=day - 1
    )
    person = study.tables["follow_up"]["subject_id"].eq(patient)
    ended = with_cells(dead, "follow_up", person, end_reason="died")
    return with_cells(ended, "actions", row, rel_day=day)


def _not_fatal(study: Study) -> pd.Series:
    outcome = study.tables["adverse_events"]["outcome"]
    return outcome.notna() & outcome.astype("string").ne("fatal")


RECORD_FAULTS = (
    StudyFault(
        code="NUL-001",
        label="the phase of a session is left empty",
        table="sessions",
        column="phase",
        source="sessions",
        rows=_every("sessions"),
        change=_cells("sessions", phase=None),
    ),
    StudyFault(
        code="CAT-001",
        label="a route is written in small letters",
        table="sessions",
        column="route",
        source="sessions",
        rows=_every("sessions"),
        change=_cells("sessions", route="iv"),
    ),
    StudyFault(
        code="RNG-001",
        label="an age is above the top code",
        table="subjects",
        column="age_years",
        source="subjects",
        rows=_every("subjects"),
        change=_cells("subjects", age_years=91),
    ),
    StudyFault(
        code="REF-001",
        label="a diagnosis has an unknown patient",
        table="diagnoses",
        column="subject_id",
        source="diagnoses",
        rows=_every("diagnoses"),
        change=_cells("diagnoses", subject_id="nobody"),
    ),
    StudyFault(
        code="REF-002",
        label="a visit has an unknown clinic",
        table="encounters",
        column="site_id",
        source="encounters",
        rows=_every("encounters"),
        change=_cells("encounters", site_id="nowhere"),
    ),
    StudyFault(
        code="REF-003",
        label="a visit expects an undeclared scale",
        table="encounters",
        column="instrument",
        source="encounters",
        rows=_every("encounters", "instrument"),
        change=_cells("encounters", instrument="undeclared scale"),
    ),
    StudyFault(
        code="REF-004",
        label="an action names a session that does not exist",
        table="actions",
        column="session_no",
        source="actions",
        rows=_every("actions"),
        change=_cells("actions", session_no=2000),
    ),
    StudyFault(
        code="REF-005",
        label="an item is added without its assessment",
        table="items",
        column="",
        source="items",
        rows=_every("items"),
        change=_left_over_item,
    ),
    StudyFault(
        code="KEY-001",
        label="a visit is there twice",
        table="encounters",
        column="",
        source="encounters",
        rows=_every("encounters"),
        change=_repeated,
    ),
    StudyFault(
        code="KEY-002",
        label="the follow-up of a patient is missing",
        table="subjects",
        column="subject_id",
        source="follow_up",
        rows=_every("follow_up"),
        change=_not_followed_up,
    ),
    StudyFault(
        code="KEY-003",
        label="a patient is missing in the calendar",
        table="subjects",
        column="subject_id",
        source="subjects",
        rows=_every("subjects"),
        change=_incomplete_calendar,
    ),
    StudyFault(
        code="SUB-001",
        label="the primary indication is also a secondary one",
        table="subjects",
        column="secondary_indications",
        source="subjects",
        rows=_every("subjects", "indication"),
        change=_said_twice,
    ),
    StudyFault(
        code="INS-001",
        label="an unknown scale is declared",
        table="study.json",
        column="instruments",
        source="subjects",
        rows=_every("subjects"),
        change=_unknown_scale,
        count=None,
    ),
    StudyFault(
        code="INS-002",
        label="a scale is declared and never used",
        table="study.json",
        column="instruments",
        source="subjects",
        rows=_every("subjects"),
        change=_unused_scale,
        count=None,
    ),
    StudyFault(
        code="TIM-001",
        label="the last contact is after the cut-off",
        table="follow_up",
        column="",
        source="follow_up",
        rows=_every("follow_up"),
        change=_late_contact,
    ),
    StudyFault(
        code="TIM-002",
        label="an adverse event begins after the cut-off",
        table="adverse_events",
        column="start_day",
        source="adverse_events",
        rows=_alive("adverse_events"),
        change=_after_observation,
    ),
    StudyFault(
        code="TIM-005",
        label="a visit is after the last contact",
        table="encounters",
        column="rel_day",
        source="encounters",
        rows=_lost_visits,
        change=_after_contact,
    ),
    StudyFault(
        code="TIM-006",
        label="a visit is before the start of observation",
        table="encounters",
        column="rel_day",
        source="encounters",
        rows=_every("encounters"),
        change=_before_start,
    ),
    StudyFault(
        code="TIM-007",
        label="another drug ends before it begins",
        table="concomitant",
        column="end_day",
        source="concomitant",
        rows=_every("concomitant"),
        change=_cells("concomitant", start_day=0, end_day=-1),
    ),
    StudyFault(
        code="TIM-008",
        label="an action is after the death of the patient",
        table="actions",
        column="rel_day",
        source="actions",
        rows=_may_die_early,
        change=_after_death,
    ),
    StudyFault(
        code="AEV-001",
        label="an event of grade 5 is not fatal",
        table="adverse_events",
        column="severity",
        source="adverse_events",
        rows=_not_fatal,
        change=_cells("adverse_events", severity=5),
    ),
    StudyFault(
        code="AEV-002",
        label="an event is fatal and the patient has not died",
        table="adverse_events",
        column="outcome",
        source="adverse_events",
        rows=_alive("adverse_events"),
        change=_cells("adverse_events", severity=5, outcome="fatal", end_day=None),
    ),
    StudyFault(
        code="AEV-003",
        label="a mild event is serious",
        table="adverse_events",
        column="serious",
        source="adverse_events",
        rows=_not_fatal,
        change=_cells("adverse_events", severity=1, serious=True),
    ),
)
"""One fault for each of these rules."""
