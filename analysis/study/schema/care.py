"""The canonical tables of care around treatment: actions, diagnoses, encounters, other drugs."""

from __future__ import annotations

from analysis.study.columns import Column, Table
from analysis.study.schema.common import instrument, rel_day, session_no, subject_id

__all__ = ["ACTIONS", "CONCOMITANT", "DIAGNOSES", "ENCOUNTERS"]


def _number(name: str, description: str) -> Column:
    """Describe a running number within a patient."""
    return Column(name=name, kind="integer", description=description, low=1, high=10_000)


ACTIONS = Table(
    name="actions",
    grain="one row per thing done about a finding",
    key=("subject_id", "action_no"),
    required=False,
    columns=(
        subject_id(),
        _number("action_no", "number of the action of this patient, from 1"),
        rel_day("day of the action"),
        session_no(nullable=True),
        Column(
            name="trigger",
            kind="category",
            description="what it was done about",
            allowed=(
                "suicidal ideation",
                "blood pressure",
                "heart rate",
                "oxygen saturation",
                "sedation",
                "dissociation",
                "adverse event",
                "other",
            ),
        ),
        Column(
            name="action",
            kind="category",
            description="what was done",
            allowed=(
                "risk assessment",
                "safety plan",
                "dose delayed",
                "dose reduced",
                "dose slowed or paused",
                "dose stopped",
                "antihypertensive",
                "antiemetic",
                "benzodiazepine",
                "oxygen",
                "emergency transfer",
                "referral",
                "other",
            ),
        ),
    ),
)

DIAGNOSES = Table(
    name="diagnoses",
    grain="one row per coded diagnosis",
    key=("subject_id", "code_system", "code", "start_day"),
    required=False,
    columns=(
        subject_id(),
        Column(
            name="code_system",
            kind="category",
            description="system of the code",
            allowed=("ICD-10-CM", "ICD-10", "ICD-11", "SNOMED CT"),
        ),
        Column(name="code", kind="category", description="code of the diagnosis"),
        rel_day("first day on which the diagnosis applies", name="start_day"),
        rel_day("last day on which it applies", name="end_day", nullable=True, required=False),
    ),
)

ENCOUNTERS = Table(
    name="encounters",
    grain="one row per visit of a patient",
    key=("subject_id", "encounter_no"),
    required=False,
    columns=(
        subject_id(),
        _number("encounter_no", "number of the visit of this patient, from 1"),
        rel_day("day of the visit"),
        Column(
            name="site_id", kind="category", description="clinic of the visit", refers_to="sites"
        ),
        Column(
            name="kind",
            kind="category",
            description="kind of visit",
            allowed=("intake", "session", "follow-up", "telehealth", "other"),
        ),
        instrument(
            "scale that should have been completed; empty when none", nullable=True, required=False
        ),
    ),
)

CONCOMITANT = Table(
    name="concomitant",
    grain="one row per other drug and period",
    key=("subject_id", "drug_no"),
    required=False,
    columns=(
        subject_id(),
        _number("drug_no", "number of the entry of this patient, from 1"),
        Column(
            name="drug_class",
            kind="category",
            description="class of the drug",
            allowed=(
                "antidepressant",
                "MAO inhibitor",
                "antipsychotic",
                "mood stabiliser",
                "lamotrigine",
                "benzodiazepine",
                "other hypnotic",
                "psychostimulant",
                "opioid",
                "naltrexone",
                "antihypertensive",
                "other",
            ),
        ),
        rel_day("first day of use; empty when before the data", name="start_day", nullable=True),
        rel_day("last day of use; empty when it goes on", name="end_day", nullable=True),
    ),
)
