"""The same people in a REDCap project of one of the two clinics: export, dictionary, mapping.

An export with planted faults, and the one after the clinic has mended them in its project.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.synthetic.exports.people import People, records
from analysis.synthetic.exports.planted import Planted
from analysis.synthetic.exports.sheets import Sheet

__all__ = ["REDCAP_CLINIC", "redcap_files"]

REDCAP_CLINIC = "harbour"
"""The clinic that keeps its data in REDCap."""

_ENROLMENT, _VISITS, _SCREENING = "enrolment_arm_1", "treatment_arm_1", "screening_arm_1"
_SEXES = {"1": "female", "2": "male", "3": "other"}
_REASONS = {
    "1": "depression",
    "2": "bipolar depression",
    "3": "PTSD",
    "4": "anxiety",
    "5": "substance use",
}
_ENDS = {"1": "ongoing", "2": "completed", "3": "withdrew", "4": "switched treatment", "5": "lost"}
_ROUTES = {"1": "IV", "2": "IM"}
_PHASES = {"1": "induction", "2": "maintenance"}
_LEVELS = {str(n): f"level {word}" for n, word in enumerate(("zero", "one", "two", "three"))}
_SURNAMES = ("Lopez", "Miller", "Garcia", "Brown", "Wilson")
_ITEMS = tuple(f"mood_{number}" for number in range(1, 10))


@dataclass(frozen=True, kw_only=True)
class _Field:
    """One line of the data dictionary: name, form, type, label, choices, validation, identifier."""

    name: str
    form: str
    kind: str = "text"
    label: str
    choices: str = ""
    validation: str = ""
    identifier: str = ""


def _choices(labels: Mapping[str, str]) -> str:
    """Write choices as a dictionary does."""
    return " | ".join(f"{code}, {label}" for code, label in labels.items())


_FIELDS = (
    _Field(name="record_id", form="enrolment", label="Client number"),
    _Field(name="family_name", form="enrolment", label="Family name", identifier="y"),
    _Field(name="age", form="enrolment", label="Age at first visit", validation="integer"),
    _Field(name="sex", form="enrolment", kind="radio", label="Sex", choices=_choices(_SEXES)),
    _Field(name="reason", form="enrolment", kind="dropdown", label="Reason for treatment",
           choices=_choices(_REASONS)),
    _Field(name="first_visit", form="enrolment", label="First visit", validation="date_ymd"),
    _Field(name="last_contact", form="enrolment", label="Last contact", validation="date_ymd"),
    _Field(name="data_until", form="enrolment", label="Data until", validation="date_ymd"),
    _Field(name="end_status", form="enrolment", kind="dropdown", label="File status",
           choices=_choices(_ENDS)),
    _Field(name="screened_on", form="screening", label="Day of screening", validation="date_ymd"),
    _Field(name="tx_date", form="treatment", label="Day of treatment", validation="date_ymd"),
    _Field(name="tx_route", form="treatment", kind="radio", label="Route",
           choices=_choices(_ROUTES)),
    _Field(name="tx_dose", form="treatment", label="Ketamine in mg", validation="number"),
    _Field(name="tx_weight", form="treatment", label="Weight in kg", validation="number"),
    _Field(name="tx_phase", form="treatment", kind="radio", label="Phase",
           choices=_choices(_PHASES)),
    _Field(name="tx_done", form="treatment", kind="yesno", label="Full dose given"),
    _Field(name="mood_date", form="mood", label="Day of the form", validation="date_ymd"),
    *(
        _Field(name=name, form="mood", kind="radio", choices=_choices(_LEVELS),
               label=f"Invented sentence {number} of 9 about the past days")
        for number, name in enumerate(_ITEMS, start=1)
    ),
    _Field(name="mood_total", form="mood", kind="calc", label="Mood total",
           choices=" + ".join(f"[{name}]" for name in _ITEMS)),
    _Field(name="worry_date", form="worry", label="Day of the form", validation="date_ymd"),
    _Field(name="worry_total", form="worry", label="Worry total", validation="integer"),
)  # fmt: skip
_DICTIONARY = (
    *("Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label"),
    *("Choices, Calculations, OR Slider Labels", "Field Note"),
    *("Text Validation Type OR Show Slider Number", "Text Validation Min", "Text Validation Max"),
    *("Identifier?", "Branching Logic (Show field only if...)", "Required Field?"),
    *("Custom Alignment", "Question Number (surveys only)", "Matrix Group Name"),
    *("Matrix Ranking?", "Field Annotation"),
)
_HEAD = ("redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")


def redcap_files(people: People) -> tuple[list[Sheet], str, list[Planted]]:
    """Write the project of one clinic.

    Parameters
    ----------
    people : People
        Everybody; those of the other clinic are left out.

    Returns
    -------
    sheets : list of Sheet
        Data dictionary, export with faults, export after they were mended.
    mapping : str
        The mapping as JSON text.
    planted : list of Planted
        The faults.
    """
    subjects = people.study.table("subjects")
    chosen = set(subjects.loc[subjects["site_id"].eq(REDCAP_CLINIC), "subject_id"])
    rows = list(_rows(people, chosen))
    clean = _export("redcap/export-mended.csv", rows, without=("family_name",))
    faulty = _export("redcap/export.csv", [*rows, *_screened(people, chosen)])
    planted = _plant(faulty)
    dictionary = Sheet.of(
        "redcap/dictionary.csv", _DICTIONARY, [(("", 0), _line(f)) for f in _FIELDS]
    )
    return [dictionary, faulty, clean], json.dumps(_mapping(people), indent=1) + "\n", planted


def _line(each: _Field) -> tuple[str, ...]:
    """Write a line of the data dictionary."""
    lead = (each.name, each.form, "", each.kind, each.label, each.choices, "", each.validation)
    return (*lead, "", "", each.identifier, "", "", "", "", "", "", "")


def _export(file: str, rows: list[dict[str, str]], without: tuple[str, ...] = ()) -> Sheet:
    """Put rows that fill some fields into one block-sparse table."""
    forms = dict.fromkeys(field.form for field in _FIELDS)
    header = ["record_id", *_HEAD]
    for form in forms:
        names = [f.name for f in _FIELDS[1:] if f.form == form and f.name not in without]
        header += [*names, f"{form}_complete"]
    ordered = sorted(rows, key=lambda row: row["record_id"])
    cells = [((row["record_id"], 0), [row.get(name, "") for name in header]) for row in ordered]
    return Sheet.of(file, header, cells)


def _rows(people: People, chosen: set[str]) -> Iterator[dict[str, str]]:
    """Give the rows of all forms."""
    yield from _enrolments(people, chosen)
    yield from _repeated(people, chosen, "treatment", _sessions(people))
    for scale, form, prefix in (("PHQ-9", "mood", "mood"), ("GAD-7", "worry", "worry")):
        yield from _repeated(people, chosen, form, _forms(people, scale, prefix))


def _code(labels: Mapping[str, str], value: Any) -> str:
    """Find the code of a label; empty for none."""
    return next((code for code, label in labels.items() if label == value), "")


def _enrolments(people: People, chosen: set[str]) -> Iterator[dict[str, str]]:
    """Give a row per patient."""
    ends = people.study.table("follow_up").set_index("subject_id")
    for at, row in enumerate(records(people.study.table("subjects"))):
        if row.subject_id in chosen:
            end = ends.loc[row.subject_id]
            yield {
                "record_id": row.subject_id,
                "redcap_event_name": _ENROLMENT,
                "family_name": _SURNAMES[at % len(_SURNAMES)],
                "age": "" if pd.isna(row.age_years) else str(row.age_years),
                "sex": "" if pd.isna(row.sex) else _code(_SEXES, row.sex),
                "reason": "" if pd.isna(row.indication) else _code(_REASONS, row.indication),
                "first_visit": people.date(row.subject_id, end["start_day"]).isoformat(),
                "last_contact": people.date(row.subject_id, end["last_contact_day"]).isoformat(),
                "data_until": people.last_day.isoformat(),
                "end_status": _code(_ENDS, end["end_reason"]),
                "enrolment_complete": "2",
            }


def _sessions(people: People) -> Iterator[dict[str, str]]:
    """Give the fields of every session."""
    for row in records(people.study.table("sessions")):
        yield {
            "record_id": row.subject_id,
            "tx_date": people.date(row.subject_id, row.rel_day).isoformat(),
            "tx_route": _code(_ROUTES, row.route),
            "tx_dose": f"{row.dose_mg:g}",
            "tx_weight": f"{row.weight_kg:g}",
            "tx_phase": _code(_PHASES, row.phase),
            "tx_done": "1" if row.completed else "0",
        }


def _forms(people: People, scale: str, prefix: str) -> Iterator[dict[str, str]]:
    """Give the fields of every form of a scale, with the answers where the study has them."""
    items = people.study.table("items").set_index(["subject_id", "instrument", "rel_day"])
    answers = items.sort_values("item_no").groupby(level=[0, 1, 2])["response"].agg(list)
    forms = people.study.table("assessments")
    for row in records(forms[forms["instrument"].eq(scale)]):
        given = answers.get((row.subject_id, scale, row.rel_day), [])
        yield {
            "record_id": row.subject_id,
            f"{prefix}_date": people.date(row.subject_id, row.rel_day).isoformat(),
            **{name: str(int(a)) for name, a in zip(_ITEMS, given, strict=False)},
            f"{prefix}_total": f"{row.total:g}",
        }


def _repeated(
    people: People, chosen: set[str], form: str, rows: Iterator[dict[str, str]]
) -> Iterator[dict[str, str]]:
    """Count the rows of a form that repeats, patient by patient."""
    seen = dict.fromkeys(people.start, 0)
    for row in rows:
        patient = row["record_id"]
        if patient in chosen:
            seen[patient] += 1
            yield {
                **row,
                "redcap_event_name": _VISITS,
                "redcap_repeat_instrument": form,
                "redcap_repeat_instance": str(seen[patient]),
                f"{form}_complete": "2",
            }


def _screened(people: People, chosen: set[str]) -> list[dict[str, str]]:
    """Give rows of an event that was added to the project later, for two patients."""
    return [
        {
            "record_id": patient,
            "redcap_event_name": _SCREENING,
            "screened_on": (people.start[patient] - dt.timedelta(days=14)).isoformat(),
            "screening_complete": "2",
        }
        for patient in sorted(chosen)[:2]
    ]


def _plant(export: Sheet) -> list[Planted]:
    """Plant faults that an export can have; say where they stand."""
    enrolled = [
        n for n in range(len(export.rows)) if export.get(n, "redcap_event_name") == _ENROLMENT
    ]
    labelled = next(n for n in enrolled[3:] if export.get(n, "sex"))
    export.put(labelled, "sex", _SEXES[export.get(labelled, "sex")])
    answered = [n for n in range(len(export.rows)) if export.get(n, "mood_5")][10]
    export.put(answered, "mood_5", "5")
    screened = [n for n in range(len(export.rows)) if export.get(n, "screened_on")]
    entries: tuple[tuple[str, str, list[int], str, str], ...] = (
        ("label among the codes", "sex", [labelled], "RCP-020", "the project, and a new export"),
        ("answer out of range", "mood_5", [answered], "RCP-020", "the project, and a new export"),
        ("event that the mapping does not know", "redcap_event_name", screened, "RCP-022",
         "events of the mapping"),
        ("names in an export", "family_name", [], "RCP-036", "an export without identifiers"),
    )  # fmt: skip
    return [
        Planted(
            kind=kind, file=export.file, column=column, lines=tuple(map(export.line, rows)),
            found_by=rule, mended_by=remedy,
        )
        for kind, column, rows, rule, remedy in entries
    ]  # fmt: skip


def _mapping(people: People) -> dict[str, Any]:
    """Write what the clinic has decided about its project."""
    study = people.study

    def day(name: str) -> dict[str, str]:
        return {"date": name}

    def translated(name: str, labels: Mapping[str, str]) -> dict[str, Any]:
        return {"field": name, "values": dict(labels)}

    site, one = {"constant": REDCAP_CLINIC}, {"constant": 1}
    number = {"number_by": ["instrument", "rel_day"]}
    return {
        "title": study.title,
        "sites": list(study.sites),
        "instruments": list(study.instruments),
        "data_cut_off": study.data_cut_off,
        "synthetic": True,
        "seed": study.seed,
        "day_zero": [{"instrument": "treatment", "field": "tx_date"}],
        "events": {_ENROLMENT: {"label": "Enrolment"}, _VISITS: {"label": "Treatment"}},
        "tables": {
            "subjects": [
                {
                    "instrument": "enrolment",
                    "columns": {
                        "site_id": site,
                        "age_years": {"field": "age"},
                        "sex": translated("sex", _SEXES),
                        "indication": translated("reason", _REASONS),
                    },
                }
            ],
            "sessions": [
                {
                    "instrument": "treatment",
                    "columns": {
                        "session_no": {"number_by": []},
                        "site_id": site,
                        "course_no": one,
                        "rel_day": day("tx_date"),
                        "agent": {"constant": "ketamine"},
                        "route": translated("tx_route", _ROUTES),
                        "dose_mg": {"field": "tx_dose"},
                        "weight_kg": {"field": "tx_weight"},
                        "phase": translated("tx_phase", _PHASES),
                        "completed": {"field": "tx_done"},
                    },
                }
            ],
            "assessments": [
                {
                    "instrument": form,
                    "columns": {
                        "instrument": {"constant": scale},
                        "rel_day": day(f"{form}_date"),
                        "occurrence": number,
                        "total": {"field": f"{form}_total"},
                        **columns,
                    },
                    **more,
                }
                for form, scale, columns, more in (
                    ("mood", "PHQ-9", {"rater": {"constant": "self"}}, {"items": list(_ITEMS)}),
                    ("worry", "GAD-7", {}, {}),
                )
            ],
            "follow_up": [
                {
                    "instrument": "enrolment",
                    "columns": {
                        "start_day": day("first_visit"),
                        "last_contact_day": day("last_contact"),
                        "observed_until_day": day("data_until"),
                        "end_reason": translated("end_status", _ENDS),
                    },
                }
            ],
        },
    }
