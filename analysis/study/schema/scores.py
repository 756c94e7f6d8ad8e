"""The canonical tables of scores: assessments and their items."""

from __future__ import annotations

from analysis.study.columns import Column, Table
from analysis.study.schema.common import instrument, occurrence, rel_day, session_no, subject_id

__all__ = ["ASSESSMENTS", "ITEMS"]

ASSESSMENTS = Table(
    name="assessments",
    grain="one row per completed scale",
    key=("subject_id", "instrument", "rel_day", "occurrence"),
    columns=(
        subject_id(),
        instrument(),
        rel_day("day of the assessment"),
        occurrence(),
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
        session_no(nullable=True, required=False),
        Column(
            name="hours_post",
            kind="number",
            description="hours from the start of the dose of that session; negative before",
            unit="h",
            required=False,
            nullable=True,
            low=-24,
            high=72,
        ),
    ),
)

ITEMS = Table(
    name="items",
    grain="one row per answered item",
    key=("subject_id", "instrument", "rel_day", "occurrence", "item_no"),
    required=False,
    columns=(
        subject_id(),
        instrument(),
        rel_day("day of the assessment"),
        occurrence(),
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
        Column(
            name="missing_reason",
            kind="category",
            description="why there is no answer",
            required=False,
            nullable=True,
            allowed=("skipped", "refused", "not applicable", "broken off", "not recorded"),
        ),
    ),
)
