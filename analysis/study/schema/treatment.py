"""The canonical tables of treatment: sessions, monitoring during them, adverse events."""

from __future__ import annotations

from analysis.study.columns import Column, Table
from analysis.study.schema.common import rel_day, session_no, subject_id

__all__ = ["ADVERSE_EVENTS", "MONITORING", "SESSIONS", "UNITS"]

UNITS = {
    "sbp": "mm[Hg]",
    "dbp": "mm[Hg]",
    "hr": "/min",
    "spo2": "%",
    "rr": "/min",
    "cadss": "{score}",
    "cadss6": "{score}",
    "moaas": "{score}",
}
"""UCUM unit of each monitored parameter."""

SESSIONS = Table(
    name="sessions",
    grain="one row per treatment session",
    key=("subject_id", "session_no"),
    columns=(
        subject_id(),
        session_no(),
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
        rel_day("day of the session"),
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
        Column(
            name="ae_assessed",
            kind="flag",
            description="whether adverse events were asked about; without it no rate has a "
            "denominator",
            required=False,
            nullable=True,
        ),
        Column(
            name="stop_reason",
            kind="category",
            description="why the full dose was not given",
            required=False,
            nullable=True,
            allowed=(
                "adverse event",
                "blood pressure",
                "dissociation",
                "patient's wish",
                "technical",
                "other",
            ),
        ),
        Column(
            name="discharge_ready_min",
            kind="number",
            description="minutes from the start of the dose until the patient was ready to leave",
            unit="min",
            required=False,
            nullable=True,
            low=0,
            high=1440,
        ),
        Column(
            name="discharged_min",
            kind="number",
            description="minutes from the start of the dose until the patient left",
            unit="min",
            required=False,
            nullable=True,
            low=0,
            high=1440,
        ),
    ),
)

MONITORING = Table(
    name="monitoring",
    grain="one row per measurement in a session",
    key=("subject_id", "session_no", "rel_min", "parameter"),
    required=False,
    columns=(
        subject_id(),
        session_no(),
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
            allowed=tuple(UNITS),
        ),
        Column(name="value", kind="number", description="the measurement", low=0, high=400),
        Column(
            name="unit",
            kind="category",
            description="UCUM unit of the measurement",
            allowed=tuple(dict.fromkeys(UNITS.values())),
        ),
    ),
)

ADVERSE_EVENTS = Table(
    name="adverse_events",
    grain="one row per adverse event",
    key=("subject_id", "ae_no"),
    required=False,
    columns=(
        subject_id(),
        Column(
            name="ae_no",
            kind="integer",
            description="number of the event of this patient, from 1",
            low=1,
            high=1000,
        ),
        session_no(nullable=True),
        rel_day("day on which the event began", name="start_day"),
        rel_day("day on which the event ended", name="end_day", nullable=True, required=False),
        Column(name="term", kind="category", description="coded term of the event"),
        Column(
            name="severity",
            kind="integer",
            description="CTCAE-like grade: 1 mild to 5 fatal; empty when nobody graded it",
            nullable=True,
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
