"""The canonical tables of a study: every table, column, unit, range and allowed value.

Time is `rel_day`: 0 is the day of the patient's first treatment in the data, negative before. Only
the table ``calendar`` holds a date, and it never leaves the local zone. Reading and writing the
tables is the duty of `analysis.study.folder`.
"""

from __future__ import annotations

from analysis.study.schema.care import ACTIONS, CONCOMITANT, DIAGNOSES, ENCOUNTERS
from analysis.study.schema.patients import CALENDAR, FOLLOW_UP, SUBJECTS
from analysis.study.schema.scores import ASSESSMENTS, ITEMS
from analysis.study.schema.treatment import ADVERSE_EVENTS, MONITORING, SESSIONS, UNITS

__all__ = ["READABLE_VERSIONS", "SCHEMA_VERSION", "TABLES", "UNITS"]

SCHEMA_VERSION = "1.1"

READABLE_VERSIONS = ("1.0", "1.1")
"""Versions of study.json that can be read: 1.1 only adds optional columns and tables."""

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
        ACTIONS,
        DIAGNOSES,
        ENCOUNTERS,
        CONCOMITANT,
        CALENDAR,
    )
}
"""Every table of the canonical study by its name."""
