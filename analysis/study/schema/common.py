"""Columns that several canonical tables share."""

from __future__ import annotations

from analysis.study.columns import Column

__all__ = ["INDICATIONS", "instrument", "occurrence", "rel_day", "session_no", "subject_id"]

INDICATIONS = (
    "depression",
    "bipolar depression",
    "anxiety",
    "PTSD",
    "OCD",
    "substance use",
    "chronic pain",
    "other",
)
"""Reasons for treatment."""


def subject_id() -> Column:
    """Describe the pseudonym of a patient, in tables other than subjects."""
    return Column(
        name="subject_id",
        kind="text",
        description="pseudonym of the patient, not derived from any record number",
        refers_to="subjects",
    )


def rel_day(
    description: str, *, name: str = "rel_day", nullable: bool = False, required: bool = True
) -> Column:
    """Describe a day counted from the first treatment in the data."""
    return Column(
        name=name,
        kind="integer",
        description=description,
        unit="d",
        required=required,
        nullable=nullable,
        low=-3650,
        high=7300,
    )


def session_no(*, nullable: bool = False, required: bool = True) -> Column:
    """Describe the number of a treatment session."""
    return Column(
        name="session_no",
        kind="integer",
        description="number of the treatment session of this patient, from 1",
        required=required,
        nullable=nullable,
        low=1,
        high=2000,
    )


def instrument(
    description: str = "name of the scale", *, required: bool = True, nullable: bool = False
) -> Column:
    """Describe the name of a scale."""
    return Column(
        name="instrument",
        kind="category",
        description=description,
        refers_to="instruments",
        required=required,
        nullable=nullable,
    )


def occurrence() -> Column:
    """Describe the number of a completion of a scale within a day."""
    return Column(
        name="occurrence",
        kind="integer",
        description="1 for the first completion of this scale on this day",
        low=1,
        high=50,
    )
