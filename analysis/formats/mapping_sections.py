"""Reading the sections of a mapping: sources, client ids, day 0, tables, scales, follow-up."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from typing import Any

from analysis.formats.faults import fault
from analysis.formats.mapping_entries import NAME, Entries
from analysis.formats.mapping_parts import (
    ClientId,
    FollowUp,
    Links,
    Origin,
    Part,
    Questionnaire,
    Recipe,
    Source,
)
from analysis.formats.mapping_recipes import conditions, date_form, recipe
from analysis.formats.reading.dates import DateForm
from analysis.formats.reading.source import is_file_pattern
from analysis.instruments import instrument_names, load_instrument
from analysis.study import TABLES, Finding
from analysis.study.columns import Table

__all__ = ["client_id", "follow_up", "origin", "parts", "questionnaires", "sources"]

Sources = Mapping[str, Source]

_SOURCE_KEYS = (
    *("file", "kind", "client_id", "site", "delimiter", "decimal", "thousands", "encoding"),
    *("sheet", "header_row", "header_rows", "na", "dates", "two_digit_years_from"),
    *("serial_dates", "short_rows", "alike_rows"),
)
_FORM_KEYS = (
    *("source", "instrument", "day", "items", "answers", "total", "visit", "rater"),
    *("occurrence", "session_no", "hours_post", "where", "keep_items", "total_from"),
)
_DATED = ("source", "column", "dates", "two_digit_years_from", "serial_dates")
_TABLES = {name: table for name, table in TABLES.items() if name != "calendar"}


def sources(top: Entries) -> dict[str, Source]:
    """Read the descriptions of files."""
    if not top.has("sources"):
        return {}
    section = Entries(top.value["sources"], "sources", top.findings, _keys(top.value["sources"]))
    found = {}
    for position, (name, value) in enumerate(section.value.items()):
        if name == "note":
            continue
        if not NAME.fullmatch(name):
            what = "The name of a source is not one of those allowed."
            remedy = "Use small letters, digits and low lines, a letter first."
            place = f"sources[{position}]"
            top.findings.append(fault("FMT-013", "mapping", what, remedy, column=place))
            continue
        found[name] = _source(name, value, top.findings)
    return found


def _keys(value: Any) -> tuple[str, ...]:
    """List the keys of an object whose keys are free."""
    return tuple(value) if isinstance(value, Mapping) else ()


def _source(name: str, value: Any, findings: list[Finding]) -> Source:
    """Read the description of one source."""
    path = f"sources.{name}"
    part = Entries(value, path, findings, _SOURCE_KEYS)
    file = part.text("file", None)
    if file and not is_file_pattern(file):
        part.refuse("file", "a name or pattern below the folder, without .. and addresses")
    sheet = part.value.get("sheet")
    if sheet is not None and (isinstance(sheet, bool) or not isinstance(sheet, str | int)):
        part.refuse("sheet", "the name of a sheet, or its number from 1")
        sheet = None
    site = part.value.get("site")
    return Source(
        name=name,
        file=file,
        kind=part.text("kind", None, among=("csv", "excel", "parquet")) or "csv",
        client_id=part.text("client_id", None),
        site=None if site is None else recipe(site, f"{path}.site", findings),
        delimiter=part.text("delimiter", ",", among=(",", ";", "\t", "|")),
        decimal=part.text("decimal", ".", among=(".", ",")),
        thousands=_thousands(part),
        encoding=_encoding(part),
        sheet=sheet,
        header_row=part.whole("header_row", 1, 1, 1000),
        header_rows=part.whole("header_rows", 1, 1, 5),
        missing=part.texts("na"),
        dates=date_form(part, DateForm()),
        short_rows=part.text("short_rows", "refuse", among=("refuse", "fill")),
        alike_rows=part.text("alike_rows", "keep", among=("keep", "drop")),
        path=path,
    )


def _thousands(part: Entries) -> str:
    """Read the mark between groups of digits."""
    mark = part.text("thousands", "", among=(",", ".", " ", "'")) if part.has("thousands") else ""
    if mark and mark == part.value.get("decimal", "."):
        part.refuse("thousands", "another mark than the decimal mark")
        return ""
    return mark


def _encoding(part: Entries) -> str:
    """Read the encoding by any of its names."""
    said = part.text("encoding", "utf-8")
    try:
        name = codecs.lookup(said).name
        "".encode(name)  # some codecs of Python change bytes, not letters
    except (LookupError, UnicodeError, TypeError):
        part.refuse("encoding", "an encoding such as utf-8, cp1252 or utf-16")
        return "utf-8"
    return "utf-8" if name == "utf-8-sig" else name


def _known(entries: Entries, key: str, described: Sources) -> str:
    """Take the name of a source that the mapping describes."""
    name = entries.text(key, None)
    if name and name not in described:
        what = "The mapping describes no source of this name."
        remedy = f"Described are {', '.join(described) or 'none'}."
        entries.findings.append(fault("FMT-015", "mapping", what, remedy, column=entries.at(key)))
    return name


def client_id(top: Entries, described: Sources) -> ClientId:
    """Read how client ids are made alike."""
    keys = ("case", "width", "remove", "links")
    part = Entries(top.value.get("client_id", {}), "client_id", top.findings, keys)
    return ClientId(
        case=part.text("case", "keep", among=("keep", "upper", "lower")),
        width=part.whole("width", 0, 0, 30),
        remove=part.texts("remove"),
        links=_links(part, described) if part.has("links") else None,
    )


def _links(outer: Entries, described: Sources) -> Links:
    """Read which table joins the ids of several clinics."""
    path = outer.at("links")
    keys = ("source", "local", "patient", "site", "unlinked")
    part = Entries(outer.value["links"], path, outer.findings, keys)
    site = part.value.get("site")
    return Links(
        source=_known(part, "source", described),
        local=part.text("local", None),
        patient=part.text("patient", None),
        site=None if site is None else recipe(site, f"{path}.site", outer.findings),
        unlinked=part.text("unlinked", "refuse", among=("refuse", "keep", "drop")),
        path=path,
    )


def origin(top: Entries, described: Sources) -> Origin | None:
    """Read which dates are first treatments."""
    if not top.has("origin"):
        top.lack("origin", "an object with source and column: the first date is day 0")
        return None
    part = Entries(top.value["origin"], "origin", top.findings, (*_DATED, "where", "noted"))
    listed = part.items("noted") if part.has("noted") else ()
    return Origin(
        source=_known(part, "source", described),
        recipe=_date_column(part),
        where=conditions(part),
        noted=tuple(_noted(value, path, described, top.findings) for value, path in listed),
    )


def _date_column(part: Entries) -> Recipe:
    """Read the column of dates that an object names beside its source."""
    made = {key: value for key, value in part.value.items() if key in _DATED and key != "source"}
    return recipe({"column": "", **made}, part.path, part.findings)


def _noted(
    value: Any, path: str, described: Sources, findings: list[Finding]
) -> tuple[str, Recipe]:
    """Read where else first treatments are noted."""
    part = Entries(value, path, findings, _DATED)
    return _known(part, "source", described), _date_column(part)


def parts(top: Entries, described: Sources) -> tuple[Part, ...]:
    """Read what fills the canonical tables."""
    if not top.has("tables"):
        return ()
    section = Entries(top.value["tables"], "tables", top.findings, tuple(_TABLES))
    return tuple(
        _part(value, path, _TABLES[name], described, top.findings)
        for name in section.value
        if name in _TABLES
        for value, path in section.items(name)
    )


def _part(value: Any, path: str, table: Table, described: Sources, findings: list[Finding]) -> Part:
    """Read one part of a table."""
    entries = Entries(value, path, findings, ("source", "columns", "where", "require"))
    allowed = tuple(name for name in table.names if name != "subject_id")
    made = entries.value.get("columns")
    if made is None:
        entries.lack("columns", f"an object with columns among {', '.join(allowed)}")
    place = entries.at("columns")
    columns = Entries(made or {}, place, findings, allowed)
    require = entries.texts("require")
    if not set(require) <= set(table.names):
        entries.refuse("require", f"a list of columns among {', '.join(allowed)}")
        require = ()
    recipes = {
        name: recipe(columns.value[name], f"{place}.{name}", findings)
        for name in table.names
        if name in columns.value and name in allowed
    }
    _lacking(columns, table, recipes)
    return Part(
        source=_known(entries, "source", described),
        table=table.name,
        columns=recipes,
        where=conditions(entries),
        require=require,
        path=path,
    )


def _lacking(columns: Entries, table: Table, recipes: Mapping[str, Any]) -> None:
    """Name the columns without which the table cannot be; others may stay empty."""
    for column in table.columns:
        made = column.name in recipes or column.name == "subject_id"
        if column.required and not column.nullable and not made:
            columns.lack(column.name, f"a header or an object: {column.description}")


def questionnaires(top: Entries, described: Sources) -> tuple[Questionnaire, ...]:
    """Read the scales with a column per item."""
    return tuple(
        _questionnaire(value, path, described, top.findings)
        for value, path in top.items("questionnaires")
    )


def _questionnaire(
    value: Any, path: str, described: Sources, findings: list[Finding]
) -> Questionnaire:
    """Read one scale."""
    part = Entries(value, path, findings, _FORM_KEYS)
    name = part.text("instrument", None, among=instrument_names())
    items = part.texts("items")
    n_items = load_instrument(name).item_count if name else len(items)
    if not items or len(items) != n_items or len(set(items)) < len(items):
        part.refuse("items", f"a list of {n_items or 'all'} different headers, in order")
    columns = {
        column: recipe(part.value[key], f"{path}.{key}", findings)
        for column, key in (
            *(("rel_day", "day"), ("visit", "visit"), ("rater", "rater")),
            *(("occurrence", "occurrence"), ("session_no", "session_no")),
            *(("hours_post", "hours_post"),),
        )
        if part.has(key)
    }
    if "rel_day" not in columns:
        part.lack("day", "the header of the date of the form")
    total = part.value.get("total")
    return Questionnaire(
        part=Part(
            source=_known(part, "source", described),
            table="assessments",
            columns=columns,
            where=conditions(part),
            path=path,
        ),
        instrument=name,
        items=items,
        answers=part.labels("answers"),
        total=None if total is None else recipe(total, f"{path}.total", findings),
        total_from=part.text("total_from", "file", among=("file", "answers")),
        keep_items=part.flag("keep_items", True),
    )


def follow_up(top: Entries, described: Sources) -> FollowUp | None:
    """Read how the table follow_up is derived."""
    if not top.has("follow_up"):
        return None
    keys = ("source", "last_contact", "end_reason")
    part = Entries(top.value["follow_up"], "follow_up", top.findings, keys)
    made = {
        key: recipe(part.value[key], f"follow_up.{key}", top.findings)
        for key in ("last_contact", "end_reason")
        if part.has(key)
    }
    if "end_reason" not in made:
        part.lack("end_reason", "a column, or a constant such as ongoing")
    from_file = [recipe_ for recipe_ in made.values() if recipe_.kind == "column"]
    if from_file and not part.has("source"):
        part.lack("source", "the source of these columns")
    return FollowUp(
        source=_known(part, "source", described) if part.has("source") else "",
        last_contact=made.get("last_contact"),
        end_reason=made.get("end_reason"),
    )
