"""A clinic of literal patients, for hand-worked tables of measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.disclosure import INTERNAL
from analysis.quality import Measure, quality_measures
from analysis.study import Study
from tests.builders import typed

Rows = Sequence[tuple[Any, ...]]

CODES = {
    "depression": {"ICD-10-CM": ["F33"]},
    "bipolar disorder": {"ICD-10-CM": ["F31"]},
    "personality disorder, emotionally labile": {"ICD-10-CM": ["F60.3"]},
    "schizophrenia or psychotic disorder": {"ICD-10-CM": ["F20"]},
    "pervasive developmental disorder": {"ICD-10-CM": ["F84"]},
    "hospice or palliative care": {"ICD-10-CM": ["Z51.5"]},
}
"""Codes that the tests use; they are no value set of any measure."""


def _text(head: str, rows: Rows) -> str:
    cells = [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
    return "\n".join([head, *cells])


def _numbered(rows: Rows) -> Rows:
    """Put the running number within a patient after the id."""
    return [
        (row[0], 1 + sum(other[0] == row[0] for other in rows[:place]), *row[1:])
        for place, row in enumerate(rows)
    ]


def clinic(
    people: Mapping[str, Mapping[str, Any]],
    *,
    scores: Rows = (),
    sessions: Rows | None = None,
    diagnoses: Rows = (),
    encounters: Rows = (),
    actions: Rows = (),
    items: Rows = (),
    calendar: Rows = (),
    instrument: str = "PHQ-9",
) -> Study:
    """Make a study of literal rows; every table begins with the id and the day.

    `people` gives of each patient any of age, sex, until, last, ended, site. `sessions` are (id,
    day, phase, completed); None: one of day 0 each.
    """
    usual = {"age": 40, "indication": "depression", "until": 900, "ended": "ongoing"}
    about = {name: {**usual, **p} for name, p in people.items()}
    given = [(name, 0, "induction", "true") for name in about] if sessions is None else sessions
    rows = {
        "subjects": _text(
            "subject_id,site_id,age_years,sex,indication,payer",
            [
                (n, p.get("site", "A"), p["age"], p.get("sex"), p["indication"], p.get("payer"))
                for n, p in about.items()
            ],
        ),
        "follow_up": _text(
            "subject_id,start_day,last_contact_day,observed_until_day,end_reason",
            [(n, -40, p.get("last", p["until"]), p["until"], p["ended"]) for n, p in about.items()],
        ),
        "sessions": _text(
            "subject_id,session_no,site_id,course_no,rel_day,agent,route,dose_mg,phase,completed",
            [(n, k, "A", 1, day, "ketamine", "IV", 35, *rest)
             for n, k, day, *rest in _numbered(given)],
        ),
        "assessments": _text(
            "subject_id,instrument,rel_day,occurrence,visit,total,n_answered,rater",
            [(n, instrument, day, 1, None, total, None, None) for n, day, total in scores]
            or [(next(iter(about)), instrument, -99, 1, None, None, None, None)],
        ),
    }  # fmt: skip
    if diagnoses:
        rows["diagnoses"] = _text(
            "subject_id,start_day,code,end_day,code_system",
            [(n, day, code, *(more or [None]), "ICD-10-CM") for n, day, code, *more in diagnoses],
        )
    if encounters:
        rows["encounters"] = _text(
            "subject_id,encounter_no,rel_day,kind,site_id",
            [(*row, "A") for row in _numbered(encounters)],
        )
    if actions:
        rows["actions"] = _text(
            "subject_id,action_no,rel_day,trigger,action,session_no",
            [(*row, None) for row in _numbered(actions)],
        )
    if items:
        rows["items"] = _text(
            "subject_id,instrument,rel_day,occurrence,item_no,response",
            [(n, instrument, day, 1, 9, answer) for n, day, answer in items],
        )
    if calendar:
        rows["calendar"] = _text("subject_id,start_date", calendar)
    tables = {name: typed(name, text) for name, text in rows.items()}
    return Study(title="Clinic", sites=("A", "B"), instruments=(instrument,), tables=tables)


def decided(study: Study, measure: str | Measure, **options: Any) -> dict[str, tuple[str, str]]:
    """Status and reason of every patient."""
    made = quality_measures(study, [measure], codes=CODES, policy=INTERNAL, **options).members()
    pairs = zip(made["status"], made["reason"], strict=True)
    return dict(zip(made["subject_id"], pairs, strict=True))


def statuses(study: Study, measure: str | Measure, **options: Any) -> dict[str, str]:
    """Status of every patient."""
    return {name: status for name, (status, _) in decided(study, measure, **options).items()}
