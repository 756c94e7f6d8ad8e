"""The mapping of a REDCap project: which instruments and fields fill which canonical tables.

A JSON object that an analyst writes by hand. What is wrong with it is said by the place in the
file, such as ``tables.assessments[0].columns.rel_day``; whether its fields exist is found out by
`analysis.formats.redcap.fields`. Keys named ``note`` are for the reader of the file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from analysis.formats.decisions import decisions
from analysis.formats.redcap.mapping_faults import SOURCES, tables_faults, top_faults, wrong
from analysis.study import Finding
from analysis.study.about import about_arguments
from analysis.study.schema import SCHEMA_VERSION

__all__ = ["Entry", "RedcapMapping", "Source", "read_mapping"]


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where the cells of one canonical column come from.

    Parameters
    ----------
    kind : str
        ``field`` (its cells), ``date`` (a field, as days from day 0), ``boxes`` (a checkbox field,
        as the checked ones), ``constant``, ``key`` (record, event, arm, instance or data access
        group), ``event`` (the visit that the mapping says of the event) or ``number_by`` (running
        number within other columns).
    name : str
        Field, key or constant.
    instrument : str
        Of a date: the instrument that holds it in the same record, event and instance; empty for
        that of the entry.
    translation : mapping of str to str, optional
        Canonical value by code.
    within : tuple of str
        Columns within which rows are numbered.
    """

    kind: str
    name: str = ""
    instrument: str = ""
    translation: Mapping[str, str] | None = None
    within: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Entry:
    """How the rows of one instrument become rows of a canonical table.

    Parameters
    ----------
    instrument : str
        Name of the instrument.
    columns : mapping of str to Source
        By canonical column.
    items : tuple of str
        Fields of the answers, in the order of the scale; only for assessments.
    item_values : mapping of str to str, optional
        Canonical answer by code, where the codes are not the answers.
    events : tuple of str
        Events to use; empty means all.
    only_with : tuple of str
        Columns that must hold something, or else there is no row.
    """

    instrument: str
    columns: Mapping[str, Source]
    items: tuple[str, ...] = ()
    item_values: Mapping[str, str] | None = None
    events: tuple[str, ...] = ()
    only_with: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RedcapMapping:
    """What an analyst has decided about a project.

    Parameters
    ----------
    about : mapping
        Arguments of `analysis.study.Study` other than tables.
    tables : mapping of str to tuple of Entry
        By canonical table.
    events : mapping of str to str, optional
        Label by unique event name; None when the project has no events.
    visits : mapping of str to str
        Canonical visit by unique event name.
    missing_codes : mapping of str to str
        Canonical reason by code for missing data; empty when there is no reason.
    subject : tuple of (str, str), optional
        Instrument and field of the pseudonym; None when it is the record id.
    day_zero : tuple of (str, str)
        Instruments and fields of dates, of which the first that a patient has is day 0; of each
        the earliest counts.
    """

    about: Mapping[str, Any]
    tables: Mapping[str, tuple[Entry, ...]]
    events: Mapping[str, str] | None = None
    visits: Mapping[str, str] = field(default_factory=dict)
    missing_codes: Mapping[str, str] = field(default_factory=dict)
    subject: tuple[str, str] | None = None
    day_zero: tuple[tuple[str, str], ...] = ()


def read_mapping(
    mapping: Path | str | Mapping[str, Any],
) -> tuple[RedcapMapping | None, list[Finding]]:
    """Read a mapping, or say everything that is wrong with it.

    Parameters
    ----------
    mapping : path or mapping
        JSON file, or its content.

    Returns
    -------
    mapping : RedcapMapping or None
        None when any finding is an error.
    findings : list of Finding
        By the place in the file.
    """
    content = mapping if isinstance(mapping, Mapping) else _loaded(Path(mapping))
    if not isinstance(content, Mapping):
        remedy = "Correct the file; it holds title, sites, instruments and tables."
        return None, [wrong("", "It must be a file with one JSON object in UTF-8.", remedy)]
    content, open_ = decisions(content)
    if open_:
        return None, open_
    content = _with_scales(content)
    about, found = about_arguments({"schema_version": SCHEMA_VERSION, **content})
    findings = [replace(each, table="mapping") for each in found]
    findings += [*top_faults(content), *tables_faults(content.get("tables"))]
    if about is None or findings:
        return None, findings
    return RedcapMapping(about=about, **_parts(content)), []


def _loaded(path: Path) -> Any:
    """Load a JSON file; None when it is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return None


def _parts(content: Mapping[str, Any]) -> dict[str, Any]:
    """Make the parts of a mapping whose shape is known to be right."""
    events, subject = content.get("events"), content.get("subject")
    visits = {name: event["visit"] for name, event in (events or {}).items() if "visit" in event}
    return {
        "tables": {
            name: tuple(_entry(entry) for entry in entries)
            for name, entries in content["tables"].items()
        },
        "events": None
        if events is None
        else {name: event.get("label", name) for name, event in events.items()},
        "visits": visits,
        "missing_codes": dict(content.get("missing_codes", {})),
        "subject": None if subject is None else (subject["instrument"], subject["field"]),
        "day_zero": tuple((z["instrument"], z["field"]) for z in content.get("day_zero", [])),
    }


def _entry(entry: Mapping[str, Any]) -> Entry:
    """Make one instrument of a table."""
    return Entry(
        instrument=entry["instrument"],
        columns={name: _source(source) for name, source in entry["columns"].items()},
        items=tuple(entry.get("items", ())),
        item_values=entry.get("item_values"),
        events=tuple(entry.get("events", ())),
        only_with=tuple(entry.get("only_with", ())),
    )


def _source(source: Mapping[str, Any]) -> Source:
    """Make the source of a column."""
    kind = next(kind for kind in SOURCES if kind in source)
    if kind == "number_by":
        return Source(kind=kind, within=tuple(source[kind]))
    return Source(
        kind=kind,
        name=str(source[kind]),
        instrument=source.get("instrument", ""),
        translation=source.get("values"),
    )


def _with_scales(content: Mapping[str, Any]) -> dict[str, Any]:
    """Name scales and clinics by the constants of the tables, where they are not listed."""
    tables = content.get("tables")
    entries = [
        (table, entry.get("columns"))
        for table, listed in (tables.items() if isinstance(tables, Mapping) else ())
        for entry in (listed if isinstance(listed, list) else ())
        if isinstance(entry, Mapping)
    ]
    found = {"instruments": _constants(entries, "assessments", "instrument")}
    found["sites"] = [
        *_constants(entries, "subjects", "site_id"),
        *_constants(entries, "sessions", "site_id"),
    ]
    return {**{key: sorted(set(names)) for key, names in found.items() if names}, **content}


def _constants(entries: Sequence[tuple[str, Any]], table: str, column: str) -> list[str]:
    """List what a column of a table can become by constants and translations."""
    sources = [
        columns.get(column)
        for name, columns in entries
        if name == table and isinstance(columns, Mapping)
    ]
    told: list[Any] = []
    for source in sources:
        if isinstance(source, Mapping):
            values = source.get("values")
            told += [source.get("constant")]
            told += list(values.values()) if isinstance(values, Mapping) else []
    return [name for name in told if isinstance(name, str) and name]
