"""The monthly files of the small clinic: people, treatments, and two questionnaires.

The sentences in the headers are invented; no wording of a scale is used.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.synthetic.exports.people import People, records
from analysis.synthetic.exports.sheets import Key, Sheet

__all__ = ["MOOD_ITEMS", "as_written", "clinic_files"]

MOOD_ITEMS = tuple(
    f"Invented sentence {number} of 9 about the past days" for number in range(1, 10)
)
"""Headers of the nine answers."""

_OFFICES = {"north": ("North Street",), "harbour": ("Harbour Walk", "Harbor Walk")}
_SEXES = {"female": ("F",), "male": ("M",), "other": ("X",)}
_REASONS = {
    "depression": ("Major depression", "TRD"),
    "bipolar depression": ("Bipolar depression",),
    "PTSD": ("PTSD",),
    "anxiety": ("Anxiety",),
    "substance use": ("Substance use",),
}
_ROUTES = {"IV": ("IV", "Infusion", "i.v."), "IM": ("IM", "Injection")}
_STATUS = {
    "ongoing": "Active",
    "completed": "Completed",
    "withdrew": "Withdrew",
    "switched treatment": "Other treatment",
    "lost": "No contact",
}
_COMMENTS = (
    "Rang to move the visit, prefers mornings.",
    "Sister Maria Lopez drives her home after each session.",
    "Asked for a letter to the employer.",
    "Dr. Robert Miller referred him and wants to hear how it went.",
)


def clinic_files(people: People, folder: str) -> list[Sheet]:
    """Write what the clinic knows as the four files that it exports every month.

    Parameters
    ----------
    people : People
        Up to the last day of the month.
    folder : str
        Path of the month below the folder of the example.

    Returns
    -------
    list of Sheet
        Clean: only ways of writing that a mapping can describe.
    """
    return [
        Sheet.of(f"{folder}/clients.csv", _CLIENTS, _clients(people)),
        Sheet.of(f"{folder}/gad7.csv", _WORRY, _by_date(people, _worry(people))),
        Sheet.of(f"{folder}/mood.csv", _MOOD, _by_date(people, _mood(people))),
        Sheet.of(f"{folder}/treatments.csv", _TREATMENTS, _by_date(people, _treatments(people))),
    ]


_CLIENTS = (
    *("Client No", "Office", "Date of birth", "Sex", "Reason for treatment", "Last contact"),
    *("File status", "Comments"),
)
_TREATMENTS = (
    *("Client No", "Office", "Treatment date", "Drug", "Route", "Dose (mg)", "Weight (kg)"),
    *("Phase", "Completed"),
)
_MOOD = ("Client No", "Completed on", *MOOD_ITEMS, "Mood total")
_WORRY = ("Client No", "Date", "GAD-7 total")

Rows = Iterator[tuple[Key, Sequence[str]]]


def _by_date(people: People, rows: Rows) -> list[tuple[Key, Sequence[str]]]:
    """Sort rows by date and patient, as a register does."""
    return sorted(rows, key=lambda row: (people.date(*row[0]), row[0][0]))


def _written(labels: Mapping[str, tuple[str, ...]], value: Any, at: int) -> str:
    """Write a value with one of its labels: the first mostly, each other one now and then."""
    if pd.isna(value):
        return ""
    known = labels[str(value)]
    return known[(at // 3) % len(known)] if at % 3 == 0 else known[0]


def as_written(date: dt.date | None) -> str:
    """Write a date as the clinic does, day/month/year; nothing for none.

    Parameters
    ----------
    date : datetime.date or None
        Any date.

    Returns
    -------
    str
        Ten characters, or none.
    """
    return "" if date is None else f"{date:%d/%m/%Y}"


def _bare(patient: str) -> str:
    """Write an id as a spreadsheet program leaves it: without leading zeros."""
    return str(int(patient))


def _clients(people: People) -> Rows:
    """Give a row per patient."""
    ends = people.study.table("follow_up").set_index("subject_id")["end_reason"]
    for at, row in enumerate(records(people.study.table("subjects"))):
        patient = row.subject_id
        comment = _COMMENTS[at // 7 % len(_COMMENTS)] if at % 7 == 4 else ""
        yield (
            (patient, 0),
            (
                patient,
                _written(_OFFICES, row.site_id, at),
                as_written(people.born.get(patient)),
                _written(_SEXES, row.sex, at),
                _written(_REASONS, row.indication, at),
                as_written(people.contact[patient]),
                _STATUS[ends[patient]],
                comment,
            ),
        )


def _treatments(people: People) -> Rows:
    """Give a row per session."""
    for at, row in enumerate(records(people.study.table("sessions"))):
        yield (
            (row.subject_id, row.rel_day),
            (
                _bare(row.subject_id),
                _written(_OFFICES, row.site_id, at),
                as_written(people.date(row.subject_id, row.rel_day)),
                str(row.agent).capitalize(),
                _written(_ROUTES, row.route, at),
                f"{row.dose_mg:g}",
                f"{row.weight_kg:g}",
                str(row.phase).capitalize(),
                "Yes" if row.completed else "No",
            ),
        )


def _mood(people: People) -> Rows:
    """Give a row per PHQ-9."""
    items = people.study.table("items").set_index(["subject_id", "rel_day"])
    answers = items.sort_values("item_no").groupby(level=[0, 1])["response"].agg(list)
    for row in _forms(people, "PHQ-9"):
        key = (row.subject_id, row.rel_day)
        cells = [str(int(answer)) for answer in answers[key]]
        yield (
            key,
            (_bare(row.subject_id), as_written(people.date(*key)), *cells, f"{row.total:g}"),
        )


def _worry(people: People) -> Rows:
    """Give a row per total of GAD-7."""
    for row in _forms(people, "GAD-7"):
        key = (row.subject_id, row.rel_day)
        yield key, (_bare(row.subject_id), as_written(people.date(*key)), f"{row.total:g}")


def _forms(people: People, scale: str) -> Iterator[Any]:
    """Give the assessments of a scale."""
    forms = people.study.table("assessments")
    return records(forms[forms["instrument"].eq(scale)])
