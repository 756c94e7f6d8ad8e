"""Proposing a mapping for files that nobody has described yet, each proposal with its reason.

What is not sure is left as "?", so that the reader refuses the mapping until somebody who knows
the clinic has decided.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.errors import DataError
from analysis.formats.drafting.columns import fitting_columns, proposal, role_columns
from analysis.formats.drafting.ids import client_columns, id_rule
from analysis.formats.drafting.looks import Look, Profile, look_at
from analysis.formats.drafting.scales import named_scale, questionnaires_of, scale_labels
from analysis.formats.mapping import MAPPING_VERSION, Mapping
from analysis.formats.reading.cells import plain
from analysis.study import TABLES

__all__ = ["draft_clinic"]

Looks = MappingType[str, Look]

_ENDINGS = {".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".parquet"}
_FIRST = re.compile(r"first.*\b(tx|treatment|infusion|session|dose)|start of treatment")
_ASKED: dict[str, Any] = {
    "course_no": {"constant": "?", "note": 'A number, or {"numbered": "course"} with a pause.'},
    "session_no": {"numbered": "session", "note": "No column numbers the sessions: by day."},
    "phase": {"constant": "?", "note": 'Or {"by_session_no": {"1": "induction", …}}.'},
    "completed": {"constant": "?", "note": "No column says it: true if all were completed."},
    "occurrence": {"numbered": "occurrence", "note": "By day, in the order of the file."},
}


def draft_clinic(files: Sequence[Path]) -> Mapping:
    """Propose a mapping for the own files of a clinic.

    Parameters
    ----------
    files : sequence of path
        Files of one folder: CSV, Excel or Parquet; others are left out.

    Returns
    -------
    Mapping
        Every proposal has its reason in a "note". `Mapping.open_questions` lists what awaits a
        decision; the reader refuses the mapping until there is none. It holds headers and labels
        of the files: keep it in the clinic.

    Raises
    ------
    DataError
        When there is no file that can be looked at.

    Notes
    -----
    Columns are proposed by patterns of their headers, the order of items by numbers in the
    headers ("question 3 of 9"), scales by names, numbers of items and ranges of answers, client
    ids by the values that files share, orders of day and month only by dates that have one
    meaning.
    """
    root, kept = _usable(files)
    looks: dict[str, Look] = {}
    for path in kept:
        for look in look_at(path, root):
            looks[_source_name(look, looks)] = look
    if not looks:
        raise DataError(
            "No file there can be looked at. Allowed are .csv, .txt, .tsv, .xlsx and .parquet "
            "files with a row of headers and at least one more row."
        )
    return Mapping.of(_content(looks))


def _usable(files: Sequence[Path]) -> tuple[Path, list[Path]]:
    """List the files that can be looked at, and the folder that holds them all."""
    kept = [path for path in files if path.suffix.lower() in _ENDINGS and path.name[0] not in "~."]
    folders = {path.parent.resolve() for path in kept}
    if len(folders) > 1:
        raise DataError("The files lie in different folders. Put all files of an export into one.")
    return (kept[0].parent if kept else Path()), kept


def _source_name(look: Look, taken: Looks) -> str:
    """Name a source by what it holds, never by its file, whose name may be that of a person."""
    scale = named_scale(look.stem)
    name = re.sub(r"[^a-z0-9]+", "_", scale.lower()).strip("_") if scale else "file"
    if not scale:
        treatments, people = (len(role_columns(look, t, set())) for t in ("sessions", "subjects"))
        name = "treatments" if treatments >= 3 else "patients" if people >= 2 else "file"
    if name not in taken and name != "file":
        return name
    return next(f"{name}_{n}" for n in range(1, len(taken) + 2) if f"{name}_{n}" not in taken)


def _content(looks: Looks) -> dict[str, Any]:
    """Write the JSON of the mapping."""
    ids = client_columns(looks)
    columns = [p for n, look in looks.items() for p in look.columns if p.header == ids[n][0]]
    treatments = _best_source(looks, "sessions", ids, needed="rel_day")
    people = _best_source(looks, "subjects", ids)
    tables, forms = _tables(looks, ids, treatments, people)
    return {
        "mapping_version": MAPPING_VERSION,
        "note": "Proposed by looking at the files. Decide every ? and look at every note.",
        "study": {"title": "?", "note": "Name of the data set on every report."},
        "cut_off": "?",
        "sites": _sites(looks, ids),
        "client_id": id_rule(columns),
        "origin": _origin(looks, treatments, ids),
        "sources": {name: _source(look, *ids[name]) for name, look in looks.items()},
        "tables": tables,
        "questionnaires": forms,
        "follow_up": _follow_up(looks, ids),
    }


def _source(look: Look, client: str, reason: str) -> dict[str, Any]:
    """Describe one source, with the order of its dates."""
    orders = {p.order for p in look.columns if p.is_date and p.order}
    note = [look.described.get("note", ""), f"Client id: {reason}"]
    dates: dict[str, Any] = {}
    if orders:
        sure = orders & {"dmy", "mdy"}
        decided = len(sure) == 1 and orders <= {*sure, "both"}
        dates = {"dates": next(iter(sure)) if decided else "?"}
        note.append("Dates fit this order only." if decided else "Day or month first? Both fit.")
    return {**look.described, "client_id": client, **dates, "note": " ".join(note).strip()}


def _taken(look: Look, client: str) -> set[str]:
    """List the headers that are spoken for: the client id and the items of questionnaires."""
    items = [header for form in questionnaires_of("", look, "") for header in form["items"]]
    return {client, *items}


def _best_source(
    looks: Looks, table: str, ids: MappingType[str, tuple[str, str]], needed: str = ""
) -> str:
    """Find the source with the most columns of a table; empty when none has two."""
    counts = {}
    for name, look in looks.items():
        found = role_columns(look, table, _taken(look, ids[name][0]))
        counts[name] = len(found) if not needed or needed in found else 0
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] >= 2 else ""


def _origin(looks: Looks, source: str, ids: MappingType[str, tuple[str, str]]) -> dict[str, Any]:
    """Propose which dates are first treatments."""
    if not source:
        note = "No file looks like a list of treatments: which dates are treatments?"
        return {"source": "?", "column": "?", "note": note}
    look = looks[source]
    found = role_columns(look, "sessions", _taken(look, ids[source][0]))
    noted = _noted_firsts(looks, source)
    return {
        "source": source,
        "column": found["rel_day"].header,
        **({"noted": noted} if noted else {}),
        "note": "The first is day 0.",
    }


def _noted_firsts(looks: Looks, treatments: str) -> list[dict[str, Any]]:
    """List dates of other sources that note a first treatment, to be compared with day 0."""
    return [
        {"source": name, "column": profile.header, "note": "By its header; only compared."}
        for name, look in looks.items()
        for profile in look.columns
        if name != treatments and profile.is_date and _FIRST.search(profile.spelt)
    ]


def _tables(
    looks: Looks, ids: MappingType[str, tuple[str, str]], treatments: str, people: str
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Propose the tables and the questionnaires."""
    tables: dict[str, Any] = {}
    for table, source in (("subjects", people), ("sessions", treatments)):
        if source:
            look = looks[source]
            found = role_columns(look, table, _taken(look, ids[source][0]))
            columns = _columns(found, table)
            if "dose_mg" in columns:
                _say_other_doses(columns["dose_mg"], look, _taken(look, ids[source][0]))
            tables[table] = {"source": source, "columns": columns}
    forms, scores = [], []
    for name, look in looks.items():
        if name == treatments and not questionnaires_of("", look, ""):
            continue
        days = [p for p in look.columns if p.is_date and "birth" not in p.spelt]
        day = days[0].header if len(days) == 1 else "?"
        found_forms = questionnaires_of(name, look, day)
        forms += found_forms
        if not found_forms and name != people:
            scores += _scores(name, look, ids[name][0])
    return {**tables, **({"assessments": scores} if scores else {})}, forms


def _columns(found: MappingType[str, Profile], table: str) -> dict[str, Any]:
    """Propose every column of a table; what a study needs and nobody offers is asked for."""
    columns: dict[str, Any] = {}
    for column in TABLES[table].columns:
        if column.name in found:
            columns[column.name] = proposal(found[column.name], column.name, table)
        elif column.name in _ASKED:
            columns[column.name] = _ASKED[column.name]
        elif column.required and not column.nullable and column.name != "subject_id":
            note = f"No column looks like it: {column.description}."
            columns[column.name] = {"constant": "?", "note": note}
    if columns.get("dose_mg", {}).get("unit") == "in text" and "weight_kg" in columns:
        columns["dose_mg"]["weight"] = columns["weight_kg"]  # for doses per kilogram
    return columns


def _say_other_doses(recipe: dict[str, Any], look: Look, taken: set[str]) -> None:
    """Note which other doses a file holds: one that was ordered is not one that was given."""
    fitting = fitting_columns(look, "sessions", "dose_mg", taken)
    others = [p.header for p in fitting if p.header != recipe.get("column")]
    if others:
        note = f"Is it the dose that was given? Also a dose: {', '.join(others)}."
        recipe["note"] = f"{recipe['note']} {note}"


def _scores(name: str, look: Look, client: str) -> list[dict[str, Any]]:
    """Propose totals without items: a column of scales with one of totals, or one per scale."""
    found = role_columns(look, "assessments", {client})
    days = [profile for profile in look.columns if profile.is_date]
    day = {"column": days[0].header if len(days) == 1 else "?", "note": "The only date."}
    shared = {"rel_day": day, "occurrence": _ASKED["occurrence"]}
    if "instrument" in found and "total" in found:
        labels = scale_labels(found["instrument"])
        scale = {"column": found["instrument"].header, "values": labels, "note": "By its labels."}
        total = {"column": found["total"].header, "note": "By its header."}
        return [{"source": name, "columns": {"instrument": scale, **shared, "total": total}}]
    named = [(named_scale(p.header), p) for p in look.columns if p.is_number and p.header != client]
    if not any(scale for scale, _ in named) and "total" in found:
        named = [(named_scale(look.stem) or "?", found["total"])]
    return [
        {
            "source": name,
            "columns": {
                "instrument": {"constant": scale},
                **shared,
                "total": {"column": profile.header, "note": "Its header or file names the scale."},
            },
            "require": ["total"],
        }
        for scale, profile in named
        if scale
    ]


def _sites(looks: Looks, ids: MappingType[str, tuple[str, str]]) -> dict[str, Any]:
    """List the names of clinics in all files; a name that is a short code stays."""
    names: dict[str, Any] = {}
    for name, look in looks.items():
        for table in ("subjects", "sessions"):
            found = role_columns(look, table, {ids[name][0]}).get("site_id")
            for entry in found.cells.entries[:60] if found else ():
                spelt = {plain(known) for known in names}
                if plain(entry) not in spelt:
                    names[entry] = entry if re.fullmatch(r"[A-Za-z0-9-]{1,12}", entry) else "?"
    return names or {"?": "?"}


def _follow_up(looks: Looks, ids: MappingType[str, tuple[str, str]]) -> dict[str, Any]:
    """Propose how follow-up is derived."""
    for name, look in looks.items():
        found = role_columns(look, "follow_up", _taken(look, ids[name][0]))
        if "last_contact" in found or "end_reason" in found:
            made: dict[str, Any] = {"source": name}
            if "last_contact" in found:
                made["last_contact"] = found["last_contact"].header
            made["end_reason"] = {"constant": "?", "note": "Or a column."}
            if "end_reason" in found:
                made["end_reason"] = proposal(found["end_reason"], "end_reason", "follow_up")
            return {**made, "note": "By the headers."}
    note = "No file says it; the last day of any row is the last contact."
    return {"end_reason": {"constant": "?", "note": note}}
