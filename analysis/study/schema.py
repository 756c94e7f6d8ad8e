"""The canonical tables of a study: every table, column, unit, range and allowed value.

Time is `rel_day`: 0 is the day of the patient's first treatment in the data, negative before.
Reading and writing the tables is the duty of `analysis.study.folder`.
"""

from __future__ import annotations

from analysis.study.columns import Column, Table

__all__ = ["SCHEMA_VERSION", "TABLES"]

SCHEMA_VERSION = "1.0"


def _subject_id() -> Column:
    return Column(
        name="subject_id",
        kind="text",
        description="pseudonym of the patient, not derived from any record number",
        refers_to="subjects",
    )


def _rel_day(description: str, *, name: str = "rel_day", nullable: bool = False) -> Column:
    return Column(
        name=name,
        kind="integer",
        description=description,
        unit="d",
        nullable=nullable,
        low=-3650,
        high=7300,
    )


def _session_no(*, nullable: bool = False) -> Column:
    return Column(
        name="session_no",
        kind="integer",
        description="number of the treatment session of this patient, from 1",
        nullable=nullable,
        low=1,
        high=2000,
    )


SUBJECTS = Table(
    name="subjects",
    grain="one row per patient",
    key=("subject_id",),
    columns=(
        Column(
            name="subject_id",
            kind="text",
            description="pseudonym of the patient, not derived from any record number",
        ),
        Column(name="site_id", kind="category", description="home clinic", refers_to="sites"),
        Column(
            name="age_years",
            kind="integer",
            description="age at first treatment; 90 means 90 or older",
            unit="a",
            nullable=True,
            low=0,
            high=90,
        ),
        Column(
            name="sex",
            kind="category",
            description="recorded sex",
            nullable=True,
            allowed=("female", "male", "other"),
        ),
        Column(
            name="indication",
            kind="category",
            description="primary reason for treatment",
            nullable=True,
            allowed=(
                "depression",
                "bipolar depression",
                "anxiety",
                "PTSD",
                "OCD",
                "substance use",
                "chronic pain",
                "other",
            ),
        ),
        Column(
            name="prior_failures",
            kind="integer",
            description="adequate earlier treatments without enough benefit",
            required=False,
            nullable=True,
            low=0,
            high=50,
        ),
    ),
)

SESSIONS = Table(
    name="sessions",
    grain="one row per treatment session",
    key=("subject_id", "session_no"),
    columns=(
        _subject_id(),
        _session_no(),
        Column(
            name="site_id",
            kind="category",
            description="clinic of this session",
            refers_to="sites",
        ),
        Column(
            name="course_no",
            kind="integer",
            description="number of the treatment course, from 1",
            low=1,
            high=100,
        ),
        _rel_day("day of the session"),
        Column(
            name="agent",
            kind="category",
            description="drug given",
            allowed=("ketamine", "esketamine"),
        ),
        Column(
            name="route",
            kind="category",
            description="route: intravenous, intramuscular, subcutaneous, sublingual, "
            "intranasal or oral",
            allowed=("IV", "IM", "SC", "SL", "IN", "PO"),
        ),
        Column(
            name="dose_mg",
            kind="number",
            description="dose given",
            unit="mg",
            nullable=True,
            low=0,
            high=1500,
        ),
        Column(
            name="dose_mg_kg",
            kind="number",
            description="dose per kilogram of body weight",
            unit="mg/kg",
            required=False,
            nullable=True,
            low=0,
            high=15,
        ),
        Column(
            name="weight_kg",
            kind="number",
            description="body weight on the day",
            unit="kg",
            required=False,
            nullable=True,
            low=25,
            high=350,
        ),
        Column(
            name="infusion_min",
            kind="number",
            description="length of the infusion",
            unit="min",
            required=False,
            nullable=True,
            low=0,
            high=600,
        ),
        Column(
            name="phase",
            kind="category",
            description="part of the treatment plan",
            allowed=("induction", "maintenance"),
        ),
        Column(name="completed", kind="flag", description="whether the full dose was given"),
    ),
)

ASSESSMENTS = Table(
    name="assessments",
    grain="one row per completed scale",
    key=("subject_id", "instrument", "rel_day", "occurrence"),
    columns=(
        _subject_id(),
        Column(
            name="instrument",
            kind="category",
            description="name of the scale",
            refers_to="instruments",
        ),
        _rel_day("day of the assessment"),
        Column(
            name="occurrence",
            kind="integer",
            description="1 for the first completion of this scale on this day",
            low=1,
            high=50,
        ),
        Column(
            name="visit",
            kind="category",
            description="what the clinic calls the visit; never used to place a score in time",
            nullable=True,
            allowed=("screening", "baseline", "session", "follow-up", "unscheduled"),
        ),
        Column(
            name="total",
            kind="number",
            description="total score as stored by the clinic",
            unit="{score}",
            nullable=True,
        ),
        Column(
            name="n_answered",
            kind="integer",
            description="number of items answered",
            nullable=True,
            low=0,
            high=100,
        ),
        Column(
            name="rater",
            kind="category",
            description="who answered",
            nullable=True,
            allowed=("self", "clinician"),
        ),
    ),
)

FOLLOW_UP = Table(
    name="follow_up",
    grain="one row per patient",
    key=("subject_id",),
    columns=(
        _subject_id(),
        _rel_day("first day of observation", name="start_day"),
        _rel_day("day of the last contact", name="last_contact_day"),
        _rel_day(
            "day of the data cut-off: up to it an event would have been recorded, "
            "whether or not the patient still came or lived",
            name="observed_until_day",
        ),
        Column(
            name="end_reason",
            kind="category",
            description="why observation ended",
            allowed=("ongoing", "completed", "withdrew", "lost", "died"),
        ),
    ),
)

ITEMS = Table(
    name="items",
    grain="one row per answered item",
    key=("subject_id", "instrument", "rel_day", "occurrence", "item_no"),
    required=False,
    columns=(
        _subject_id(),
        Column(
            name="instrument",
            kind="category",
            description="name of the scale",
            refers_to="instruments",
        ),
        _rel_day("day of the assessment"),
        Column(
            name="occurrence",
            kind="integer",
            description="1 for the first completion of this scale on this day",
            low=1,
            high=50,
        ),
        Column(
            name="item_no",
            kind="integer",
            description="number of the item, from 1",
            low=1,
            high=100,
        ),
        Column(
            name="response",
            kind="integer",
            description="answer; missing means not answered, never 0",
            unit="{score}",
            nullable=True,
            low=0,
            high=100,
        ),
    ),
)

MONITORING = Table(
    name="monitoring",
    grain="one row per measurement in a session",
    key=("subject_id", "session_no", "rel_min", "parameter"),
    required=False,
    columns=(
        _subject_id(),
        _session_no(),
        Column(
            name="rel_min",
            kind="integer",
            description="minutes from the start of the dose; negative before",
            unit="min",
            low=-240,
            high=1440,
        ),
        Column(
            name="parameter",
            kind="category",
            description="what was measured",
            allowed=("sbp", "dbp", "hr", "spo2", "cadss", "cadss6", "moaas"),
        ),
        Column(name="value", kind="number", description="the measurement", low=0, high=400),
        Column(
            name="unit",
            kind="category",
            description="UCUM unit of the measurement",
            allowed=("mm[Hg]", "/min", "%", "{score}"),
        ),
    ),
)

ADVERSE_EVENTS = Table(
    name="adverse_events",
    grain="one row per adverse event",
    key=("subject_id", "ae_no"),
    required=False,
    columns=(
        _subject_id(),
        Column(
            name="ae_no",
            kind="integer",
            description="number of the event of this patient, from 1",
            low=1,
            high=1000,
        ),
        _session_no(nullable=True),
        _rel_day("day on which the event began", name="start_day"),
        Column(name="term", kind="category", description="coded term of the event"),
        Column(
            name="severity",
            kind="integer",
            description="CTCAE-like grade: 1 mild to 5 fatal",
            low=1,
            high=5,
        ),
        Column(name="serious", kind="flag", description="whether the event was serious"),
        Column(
            name="related",
            kind="flag",
            description="whether the clinic judged it related to treatment",
            nullable=True,
        ),
        Column(
            name="outcome",
            kind="category",
            description="state of the event at last contact",
            nullable=True,
            allowed=("recovered", "recovering", "not recovered", "fatal", "unknown"),
        ),
    ),
)

TABLES = {
    table.name: table
    for table in (
        SUBJECTS,
        SESSIONS,
        ASSESSMENTS,
        FOLLOW_UP,
        ITEMS,
        MONITORING,
        ADVERSE_EVENTS,
    )
}
"""Every table of the canonical study by its name."""
