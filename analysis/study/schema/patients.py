"""The canonical tables with one row per patient: subjects, follow_up, calendar."""

from __future__ import annotations

from analysis.study.columns import Column, Table
from analysis.study.schema.common import INDICATIONS, rel_day, subject_id

__all__ = ["CALENDAR", "FOLLOW_UP", "SUBJECTS"]

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
            allowed=INDICATIONS,
        ),
        Column(
            name="secondary_indications",
            kind="codes",
            description="further reasons for treatment, separated by semicolons; empty when none",
            required=False,
            nullable=True,
            allowed=INDICATIONS,
        ),
        Column(
            name="race_ethnicity",
            kind="category",
            description="self-reported race or ethnicity, in the clinic's own groups",
            required=False,
            nullable=True,
        ),
        Column(
            name="language",
            kind="category",
            description="preferred language of care",
            required=False,
            nullable=True,
        ),
        Column(
            name="payer",
            kind="category",
            description="who pays for the treatment",
            required=False,
            nullable=True,
            allowed=(
                "commercial",
                "Medicare",
                "Medicaid",
                "military or veterans",
                "self-pay",
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
        Column(
            name="cohort",
            kind="category",
            description="trial arm, programme or cohort",
            required=False,
            nullable=True,
        ),
        Column(
            name="treated_before_data",
            kind="flag",
            description="whether ketamine treatment began before the first session in the data, "
            "so that no score in them is from before treatment",
            required=False,
            nullable=True,
        ),
    ),
)

FOLLOW_UP = Table(
    name="follow_up",
    grain="one row per patient",
    key=("subject_id",),
    columns=(
        subject_id(),
        rel_day("first day of observation", name="start_day"),
        rel_day("day of the last contact", name="last_contact_day"),
        rel_day(
            "day of the data cut-off: up to it an event would have been recorded, "
            "whether or not the patient still came or lived",
            name="observed_until_day",
        ),
        Column(
            name="end_reason",
            kind="category",
            description="why observation ended",
            allowed=("ongoing", "completed", "withdrew", "switched treatment", "lost", "died"),
        ),
    ),
)

CALENDAR = Table(
    name="calendar",
    grain="one row per patient; only in the local zone",
    key=("subject_id",),
    required=False,
    columns=(
        subject_id(),
        Column(
            name="start_date",
            kind="date",
            description="date of day 0, as year-month-day; its presence makes the data a limited "
            "data set",
        ),
    ),
)
