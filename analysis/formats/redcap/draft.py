"""Proposing the mapping of a REDCap project from its data dictionary and what its export holds.

Names of fields, forms and events, and labels of choices, are used; no cell of the export is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.errors import DataError
from analysis.formats.redcap.dictionary import Dictionary, Field, read_dictionary
from analysis.formats.redcap.draft_columns import dates_of, day_of, filled_columns
from analysis.formats.redcap.draft_follow_up import follow_up_entry
from analysis.formats.redcap.draft_safety import adverse_event_entries, monitoring_entries
from analysis.formats.redcap.draft_scales import scales_of_form
from analysis.formats.redcap.split import split_redcap
from analysis.study import TABLES, Finding

__all__ = ["draft_redcap"]

_VISITS = {
    "screening": re.compile(r"\bscreen"),
    "baseline": re.compile(r"\bbase ?line\b|\b(week|month|day) 0\b"),
    "follow-up": re.compile(r"\bfollow ?-?up\b|\b(week|month|day) [1-9]"),
    "unscheduled": re.compile(r"\bunscheduled\b"),
}
_NUMBERED = ("session_no", "site_id", "course_no")  # by rule, or asked for
_ASKED: dict[str, dict[str, Any]] = {
    "session_no": {"number_by": [], "note": "By day."},
    "course_no": {
        "constant": "?",
        "note": "No field counts courses. Is it one course, 1, for all?",
    },
    "agent": {"constant": "?", "note": "Which drug is it, ketamine or esketamine? No field says."},
    "route": {
        "constant": "?",
        "note": "Which route is it, IV, IM, SC, SL, IN or PO? No field says.",
    },
    "phase": {"constant": "?", "note": "Is it induction or maintenance? No field says."},
    "completed": {"constant": "?", "note": "Were all completed? Then true. No field says."},
    "dose_mg": {"?": "?", "note": 'Which field is the dose in mg? {"field": …}.'},
}
_MISSING_PERSON = {
    "age_years": {
        "?": "?",
        "note": 'Which field holds the age? {"field": …}, or {"constant": ""}. No births.',
    },
    "sex": {"?": "?", "note": 'Which field holds the sex? {"field": …}, or {"constant": ""}.'},
    "indication": {
        "?": "?",
        "note": 'What is treated? {"constant": "depression"} when all have it, or {"field": …}.',
    },
}


@dataclass(frozen=True, kw_only=True, eq=False)
class _Project:
    """What the proposals are made from."""

    dictionary: Dictionary
    frames: Mapping[str, pd.DataFrame]

    def fields(self, form: str) -> list[Field]:
        """List the fields of a form that identify nobody and are exported."""
        own = self.dictionary.of_form(form)
        columns = self.frames[form].columns if form in self.frames else None
        return [
            field
            for field in own
            if columns is None or field.kind == "checkbox" or field.name in columns
        ]

    @cached_property
    def events(self) -> dict[str, set[str]]:
        """The events in which each form has rows."""
        return {form: set(frame["event"].dropna()) for form, frame in self.frames.items()}

    @cached_property
    def groups(self) -> list[str]:
        """The data access groups."""
        told = [frame["data_access_group"].dropna() for frame in self.frames.values()]
        return sorted({str(name) for column in told for name in column})

    def dates_beside(self, form: str) -> list[Field]:
        """List dates of other forms that have rows in the same events."""
        own = self.events.get(form, set())
        beside = [f for f in self.dictionary.forms if f != form and own & self.events.get(f, set())]
        return [field for other in beside for field in dates_of(self.fields(other))]


def draft_redcap(export: Path, dictionary: Path) -> dict[str, Any]:
    """Propose the mapping of a REDCap project.

    Parameters
    ----------
    export, dictionary : pathlib.Path
        CSV files of one project, raw.

    Returns
    -------
    dict
        For `read_redcap`, with notes; what is not sure is "?". Fields that the project marks as
        identifying are left out.

    Raises
    ------
    DataError
        When one of the files cannot be read, with the rules that they break.
    """
    fields, findings = read_dictionary(dictionary)
    if fields is None:
        raise _unreadable("dictionary", findings)
    split = split_redcap(export, dictionary)
    if not any(len(frame) for frame in split.frames.values()):
        raise _unreadable("export", split.findings)
    project = _Project(dictionary=fields, frames=split.frames)
    return _content(project)


def _unreadable(what: str, findings: Sequence[Finding]) -> DataError:
    """Say why a file cannot be used."""
    errors = [str(finding) for finding in findings if finding.severity == "error"]
    lines = "\n".join(f"  {line}" for line in errors) or "  It has no rows of an instrument."
    return DataError(
        f"No mapping can be proposed: the {what} of the project is not usable.\n{lines}"
    )


def _content(project: _Project) -> dict[str, Any]:
    """Write the JSON of the mapping."""
    forms = {form: project.fields(form) for form in project.dictionary.forms}
    dated = {form: fields for form, fields in forms.items() if dates_of(fields)}
    treatments = _best_form(dated, "sessions", 2)
    people = _best_form({f: v for f, v in forms.items() if f != treatments}, "subjects", 1)
    names = sorted({event for events in project.events.values() for event in events})
    scales = [
        entry
        for form, fields in forms.items()
        if form not in (treatments, people)
        for entry in scales_of_form(
            form, fields, day_of(form, fields, project.dates_beside(form)), has_visits=bool(names)
        )
    ]
    site = _site(project, forms.get(people, []))
    tables = {
        "subjects": [_subjects(people, forms.get(people, []), site)],
        "sessions": [_sessions(treatments, forms.get(treatments, []), site)],
        "assessments": scales,
        "follow_up": [follow_up_entry(forms)],
        **_safety(forms, {people, *(entry["instrument"] for entry in scales)}),
    }
    used = {entry["instrument"] for entries in tables.values() for entry in entries}
    return {
        "kind": "redcap",
        "note": _note(project, [form for form in forms if form not in used]),
        "title": "?",
        **({"sites": project.groups} if project.groups else {}),
        **_pseudonym(project),
        **({"events": _events(project, names, scales)} if names else {}),
        "day_zero": [_day_zero(treatments, forms)],
        "tables": tables,
    }


def _best_form(forms: Mapping[str, Sequence[Field]], table: str, least: int) -> str:
    """Find the form with the most columns of a table; empty when none has enough."""
    counts = {form: len(filled_columns(table, each, _NUMBERED)) for form, each in forms.items()}
    best = max(counts, key=lambda form: counts[form], default="")
    return best if best and counts[best] >= least else ""


def _site(project: _Project, fields: Sequence[Field]) -> dict[str, Any]:
    """Propose where the clinic stands: group, field, or one that must be named."""
    if project.groups:
        return {"key": "data_access_group", "note": "The project has data access groups."}
    found = filled_columns("subjects", fields).get("site_id")
    return found or {"constant": "?", "note": "Which clinic is it? No field says."}


def _subjects(form: str, fields: Sequence[Field], site: dict[str, Any]) -> dict[str, Any]:
    """Propose the entry of the people."""
    columns = {**filled_columns("subjects", fields), "site_id": site}
    lacking = {name: dict(asked) for name, asked in _MISSING_PERSON.items() if name not in columns}
    ordered = {n: columns[n] for n in TABLES["subjects"].names if n in columns}
    return {"instrument": form or "?", "columns": {**ordered, **lacking}}


def _sessions(form: str, fields: Sequence[Field], site: dict[str, Any]) -> dict[str, Any]:
    """Propose the entry of the treatments."""
    found = filled_columns("sessions", fields, _NUMBERED)
    at = {"constant": "?", "note": "At which clinic is treated?"} if "field" in site else site
    columns = {**_ASKED, **found, "site_id": at, "rel_day": day_of(form, fields, [])}
    ordered = {n: columns[n] for n in TABLES["sessions"].names if n in columns}
    return {"instrument": form or "?", "columns": ordered}


def _day_zero(form: str, forms: Mapping[str, Sequence[Field]]) -> dict[str, Any]:
    """Propose which date is the first treatment."""
    dates = dates_of(forms.get(form, []))
    name = dates[0].name if len(dates) == 1 else "?"
    note = "The first treatment is day 0." if form and name != "?" else "Which date is treatment?"
    return {"instrument": form or "?", "field": name, "note": note}


def _pseudonym(project: _Project) -> dict[str, Any]:
    """Ask for another pseudonym where the record id identifies a person."""
    if not project.dictionary.record.identifier:
        return {}
    note = "Which other field is the pseudonym? The record id identifies a person."
    return {"subject": {"instrument": "?", "field": "?", "note": note}}


def _events(
    project: _Project, names: Sequence[str], scales: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Propose the visit of every event in which a scale is answered."""
    scored = {e for entry in scales for e in project.events.get(entry["instrument"], set())}
    return {name: _visit(name) if name in scored else {} for name in names}


def _visit(event: str) -> dict[str, str]:
    """Name the visit of an event, or ask for it where its name does not tell."""
    words = (event.rpartition("_arm_")[0] or event).replace("_", " ")
    fitting = [visit for visit, pattern in _VISITS.items() if pattern.search(words)]
    if len(fitting) == 1:
        return {"visit": fitting[0], "note": "By the name of the event."}
    allowed = ", ".join(TABLES["assessments"].column("visit").allowed)
    return {"visit": "?", "note": f"Which visit is it? Allowed are {allowed} and nothing."}


def _safety(forms: Mapping[str, Sequence[Field]], taken: set[str]) -> dict[str, Any]:
    """Propose monitoring and adverse events, where the project has such forms."""
    free = {form: fields for form, fields in forms.items() if form not in taken}
    proposed = {
        "monitoring": monitoring_entries(free),
        "adverse_events": adverse_event_entries(free),
    }
    return {table: entries for table, entries in proposed.items() if entries}


def _note(project: _Project, unused: Sequence[str]) -> str:
    """Say what was recognised and what was left out."""
    hidden = len(project.dictionary.identifiers)
    listed = ", ".join(unused) or "none"
    return (
        "Proposed from the data dictionary of a REDCap project. Decide every ? and look at every "
        f"note. Fields marked as identifying, left out: {hidden}. Forms without entry: {listed}."
    )
