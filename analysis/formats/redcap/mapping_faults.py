"""What is wrong with the JSON of the mapping of a REDCap project, by the place in the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analysis.formats.noticed import noticed
from analysis.study import TABLES, Finding

__all__ = ["MAPPED_TABLES", "SOURCES", "tables_faults", "top_faults", "wrong"]

MAPPED_TABLES = tuple(name for name in TABLES if name != "calendar")
"""The canonical tables that a project can fill: dates do not pass the door."""

SOURCES = ("field", "constant", "date", "key", "event", "boxes", "number_by")
"""Keys of which a source has one: where its cells come from."""

_KEYS = ("record", "event", "arm", "instance", "data_access_group")
_ENTRY = ("instrument", "columns", "items", "item_values", "events", "only_with", "note")


def wrong(place: str, what: str, remedy: str) -> Finding:
    """Say what is wrong at a place of the mapping."""
    return noticed("RCP-030", ("mapping", place), what, remedy)


def _is_texts(value: Any) -> bool:
    """Tell whether a value is a list of texts."""
    return isinstance(value, Sequence) and all(isinstance(each, str) for each in value)


def _is_names(value: Any) -> bool:
    """Tell whether a value is an object of texts."""
    return isinstance(value, Mapping) and all(
        isinstance(key, str) and isinstance(each, str) for key, each in value.items()
    )


def _is_place(value: Any) -> bool:
    """Tell whether a value names an instrument and a field."""
    return _is_names(value) and {"instrument", "field"} == set(value) - {"note"}


def top_faults(content: Mapping[str, Any]) -> Iterator[Finding]:
    """Say what is wrong with the parts other than the tables."""
    events = content.get("events", {})
    good_events = isinstance(events, Mapping) and all(
        _is_names(event) and set(event) <= {"label", "visit", "note"} for event in events.values()
    )
    place = '{"instrument": …, "field": …}'
    zero = content.get("day_zero", [])
    rules = {
        "events": (good_events, '{"unique_name": {"label": …, "visit": …}}'),
        "missing_codes": (_is_names(content.get("missing_codes", {})), '{"code": "reason"}'),
        "subject": (content.get("subject") is None or _is_place(content["subject"]), place),
        "day_zero": (isinstance(zero, list) and all(map(_is_place, zero)), f"[{place}, …]"),
        "note": (True, ""),
    }
    for name, (good, allowed) in rules.items():
        if not good:
            yield wrong(name, "It is not as it must be.", f"Write it as {allowed}.")


def tables_faults(tables: Any) -> Iterator[Finding]:
    """Say what is wrong with the tables."""
    allowed = f"Tables are: {', '.join(MAPPED_TABLES)}; each is a list of instruments."
    if not isinstance(tables, Mapping) or not all(isinstance(t, list) for t in tables.values()):
        yield wrong("tables", "It must be an object with one list for each table.", allowed)
        return
    if set(tables) - set(MAPPED_TABLES):
        yield wrong("tables", "It names a table that cannot be filled.", allowed)
        return
    for name, entries in tables.items():
        for number, entry in enumerate(entries):
            yield from _entry_faults(f"tables.{name}[{number}]", name, entry)


def _entry_faults(place: str, table: str, entry: Any) -> Iterator[Finding]:
    """Say what is wrong with one instrument of a table."""
    columns = entry.get("columns") if isinstance(entry, Mapping) else None
    if not isinstance(columns, Mapping) or not isinstance(entry.get("instrument"), str):
        remedy = 'Write {"instrument": …, "columns": {…}}.'
        yield wrong(place, "It must have an instrument and columns.", remedy)
        return
    if set(entry) - set(_ENTRY):
        remedy = f"Known keys are: {', '.join(_ENTRY)}."
        yield wrong(place, "It has a key that is not known.", remedy)
    if not all(_is_texts(entry.get(key, [])) for key in ("items", "events", "only_with")):
        what = "The keys items, events and only_with must be lists of texts."
        yield wrong(place, what, 'Write ["a", "b"].')
    elif set(entry.get("only_with", [])) - set(columns):
        what = "The key only_with names a column that the entry does not fill."
        yield wrong(place, what, "Name columns of the entry.")
    if not _is_names(entry.get("item_values", {})):
        what = "The key item_values must be an object of texts."
        yield wrong(place, what, 'Write {"code": "answer"}.')
    if entry.get("items") and table != "assessments":
        what = "Only assessments have items."
        yield wrong(place, what, "Map the answers with the scale under assessments.")
    known = set(TABLES[table].names) - {"subject_id"}
    if set(columns) - known:
        remedy = f"Columns are: {', '.join(name for name in TABLES[table].names if name in known)}."
        yield wrong(f"{place}.columns", "It names a column that cannot be filled.", remedy)
    for name, source in columns.items():
        if name in known and not _is_source(source, TABLES[table].names):
            remedy = f"Give it one of: {', '.join(SOURCES)}."
            yield wrong(f"{place}.columns.{name}", "It does not say where cells are.", remedy)


def _is_source(source: Any, columns: Sequence[str]) -> bool:
    """Tell whether an object says where the cells of a column come from."""
    if not isinstance(source, Mapping):
        return False
    kinds = [kind for kind in SOURCES if kind in source]
    extra = set(source) - set(kinds) - {"values", "note"}
    if kinds == ["date"] and isinstance(source.get("instrument", ""), str):
        extra -= {"instrument"}
    if len(kinds) != 1 or extra or not _is_names(source.get("values", {})):
        return False
    kind, name = kinds[0], source[kinds[0]]
    if kind == "number_by":
        return _is_texts(name) and set(name) <= set(columns)
    if kind == "constant":
        return isinstance(name, str | int | float)
    if kind == "key":
        return name in _KEYS
    return isinstance(name, str) and (kind != "event" or name == "visit")
