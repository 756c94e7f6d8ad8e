"""Whether the fields that a mapping names exist, and may be used.

A field that the project marks as identifying a person is never used, and a field that the mapping
needs must be in the export. Here the warnings about needed fields become errors, and the errors
about fields that nobody needs become warnings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from analysis.formats.noticed import noticed
from analysis.formats.redcap.cells import is_dated
from analysis.formats.redcap.dictionary import Dictionary
from analysis.formats.redcap.mapping import Entry, RedcapMapping
from analysis.formats.redcap.split import RedcapInstruments
from analysis.study import Finding

__all__ = ["field_faults", "needed_fields", "weighed"]


def needed_fields(mapping: RedcapMapping) -> set[tuple[str, str]]:
    """List instrument and field of everything that a mapping uses.

    Parameters
    ----------
    mapping : RedcapMapping
        The mapping.

    Returns
    -------
    set of (str, str)
        Each pair once.
    """
    pairs = {pair for _, _, pair in _uses(mapping)}
    return pairs | set(mapping.day_zero) | ({mapping.subject} if mapping.subject else set())


def _uses(mapping: RedcapMapping) -> Iterator[tuple[str, str, tuple[str, str]]]:
    """Give place in the mapping, kind of source, and instrument and field of each use."""
    for table, entries in mapping.tables.items():
        for number, entry in enumerate(entries):
            yield from _uses_of(f"tables.{table}[{number}]", entry)


def _uses_of(place: str, entry: Entry) -> Iterator[tuple[str, str, tuple[str, str]]]:
    """Give the uses of one entry."""
    for name, source in entry.columns.items():
        if source.kind in ("field", "date", "boxes"):
            yield (
                f"{place}.columns.{name}",
                source.kind,
                (source.instrument or entry.instrument, source.name),
            )
    for name in entry.items:
        yield f"{place}.items", "field", (entry.instrument, name)


def field_faults(mapping: RedcapMapping, split: RedcapInstruments) -> list[Finding]:
    """Say which fields of a mapping do not exist or may not be used.

    Parameters
    ----------
    mapping : RedcapMapping
        The mapping.
    split : RedcapInstruments
        The export.

    Returns
    -------
    list of Finding
        One per place in the mapping.
    """
    if split.dictionary is None:
        return []
    fixed = [("day_zero", "date", pair) for pair in mapping.day_zero]
    fixed += [("subject", "field", mapping.subject)] if mapping.subject else []
    uses = [*_uses(mapping), *fixed]
    faults = [_fault(place, kind, pair, split.dictionary) for place, kind, pair in uses]
    faults += _record_fault(mapping, split.dictionary)
    return [fault for fault in faults if fault is not None]


def _fault(place: str, kind: str, pair: tuple[str, str], dictionary: Dictionary) -> Finding | None:
    """Say what is wrong with one use of a field."""
    found = dictionary.by_name.get(pair[1])
    if found is None or found.form != pair[0] or not found.exported:
        what = "The dictionary has no such field in this instrument, or it has no cells."
        return noticed("RCP-031", ("mapping", place), what, "Spell both as the dictionary does.")
    if found.identifier:
        what = "The project marks this field as identifying a person."
        return noticed("RCP-032", ("mapping", place), what, "Leave it out of the mapping.")
    needs = {"date": is_dated(found), "boxes": found.kind == "checkbox"}
    plain = not is_dated(found) and found.kind != "checkbox"
    if not needs.get(kind, plain):
        what = "The source does not fit the type of the field."
        remedy = "Use date for dates, boxes for checkboxes and field for all others."
        return noticed("RCP-033", ("mapping", place), what, remedy)
    return None


def _record_fault(mapping: RedcapMapping, dictionary: Dictionary) -> list[Finding | None]:
    """Refuse the record id as pseudonym where the project says that it identifies a person."""
    if mapping.subject or not dictionary.record.identifier:
        return []
    what = "The record id, which the project marks as identifying a person, would be the pseudonym."
    remedy = "Name another field of each record as pseudonym under 'subject'."
    return [noticed("RCP-032", ("mapping", "subject"), what, remedy)]


def weighed(split: RedcapInstruments, mapping: RedcapMapping) -> list[Finding]:
    """Make findings about needed fields errors, and those about other fields warnings.

    Parameters
    ----------
    split : RedcapInstruments
        The export.
    mapping : RedcapMapping
        The mapping.

    Returns
    -------
    list of Finding
        The findings of the export.
    """
    needed = needed_fields(mapping)
    forms = {form for form, _ in needed}
    return [_weighed(finding, needed, forms) for finding in split.findings]


def _weighed(finding: Finding, needed: set[tuple[str, str]], forms: set[str]) -> Finding:
    """Weigh one finding by whether its field or instrument is needed."""
    if finding.rule not in ("RCP-012", "RCP-020", "RCP-024", "RCP-025"):
        return finding
    place = (finding.table, finding.column)
    is_needed = place in needed or (not finding.column and finding.table in forms)
    return replace(finding, severity="error" if is_needed else "warning")
