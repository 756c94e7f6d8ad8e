"""The columns of a REDCap export, raw or with labels, held against the data dictionary.

An export with labels can name several columns alike; they are told apart by their order, and
refused where the order does not tell. A header is never repeated: it may hold anything.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from analysis.formats.noticed import noticed
from analysis.formats.redcap.choices import checkbox_column, plain
from analysis.formats.redcap.dictionary import Dictionary, Field
from analysis.study import Finding
from analysis.study.files import read_file

__all__ = ["STRUCTURE", "field_columns", "read_export"]

STRUCTURE = {
    "redcap_event_name": "Event Name",
    "redcap_repeat_instrument": "Repeat Instrument",
    "redcap_repeat_instance": "Repeat Instance",
    "redcap_data_access_group": "Data Access Group",
    "redcap_survey_identifier": "Survey Identifier",
}
"""Columns that say which part of a record a row is, by their raw names."""

_COMPLETE_LABEL = "Complete?"
_TIMESTAMP_LABEL = "Survey Timestamp"


def field_columns(field: Field, missing_codes: Sequence[str] = ()) -> dict[str, str]:
    """Name the columns of a field.

    Parameters
    ----------
    field : Field
        A field that has cells.
    missing_codes : sequence of str
        Codes of the project for missing data: a checkbox field has a column for each.

    Returns
    -------
    dict of str to str
        Header of an export with labels, by the raw name of the column.
    """
    if field.kind != "checkbox":
        return {field.name: field.label}
    choices = {**dict.fromkeys(missing_codes, ""), **field.choices}
    return {
        checkbox_column(field.name, code): f"{field.label} (choice={label})"
        for code, label in choices.items()
    }


def read_export(
    path: Path | str, dictionary: Dictionary, missing_codes: Sequence[str] = ()
) -> tuple[pd.DataFrame | None, list[Finding]]:
    """Read an export with its columns under their raw names.

    Parameters
    ----------
    path : path
        CSV file, raw or with labels.
    dictionary : Dictionary
        The data dictionary of the same project.
    missing_codes : sequence of str
        Codes of the project for missing data.

    Returns
    -------
    frame : pandas.DataFrame or None
        Text; None when the file cannot be read or is not of this project.
    findings : list of Finding
        Columns that the dictionary does not have, and fields that the export does not have.
    """
    frame, findings = read_file(Path(path), table="export", same_names=True)
    if frame is None:
        return None, findings
    header = [str(name) for name in frame.columns]
    expected = list(_expected(dictionary, missing_codes))
    if dictionary.record.name in header:
        names, ambiguous = _by_name(header, expected), 0
    else:
        names, ambiguous = _by_label(header, expected)
    findings += [
        *_unknown(names),
        *_doubled(names, ambiguous),
        *_absent(names, dictionary, missing_codes),
    ]
    if dictionary.record.name not in names or any(f.severity == "error" for f in findings):
        return None, findings or [_no_record(dictionary)]
    keep = [position for position, name in enumerate(names) if name is not None]
    kept = frame.iloc[:, keep].set_axis([names[position] for position in keep], axis="columns")
    return kept.apply(_stripped), findings


def _stripped(cells: pd.Series) -> pd.Series:
    """Text without spaces at the ends; blank is missing."""
    text = cells.astype("string").str.strip()
    return text.mask(text.eq("").fillna(value=False))


def _expected(dictionary: Dictionary, missing_codes: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Give the raw name and the label of every column that an export can have, in order."""
    for position, form in enumerate(dictionary.forms):
        fields = [field for field in dictionary.fields if field.form == form]
        for number, field in enumerate(fields):
            if field.kind != "descriptive":
                yield from field_columns(field, missing_codes).items()
            if position == number == 0:
                yield from STRUCTURE.items()
            if number == 0:
                yield f"{form}_timestamp", _TIMESTAMP_LABEL
        yield f"{form}_complete", _COMPLETE_LABEL


def _by_name(header: Sequence[str], expected: Sequence[tuple[str, str]]) -> list[str | None]:
    """Find the columns of a raw export; a checkbox code is lowered in some versions only."""
    known = {raw.lower(): raw for raw, _ in expected}
    return [known.get(name.lower()) for name in header]


def _by_label(
    header: Sequence[str], expected: Sequence[tuple[str, str]]
) -> tuple[list[str | None], int]:
    """Find the columns of an export with labels, and count those that could be several fields.

    "Complete?" belongs to the form of the column before it; another label that is there several
    times must be there as often as the dictionary has it.
    """
    of_label, form_of = defaultdict[str, list[str]](list), _forms(expected)
    for raw, label in expected:
        of_label[plain(label)].append(raw)
    counts, seen = Counter(map(plain, header)), Counter[str]()
    names: list[str | None] = []
    ambiguous, form = 0, ""
    for number, label in enumerate(map(plain, header)):
        raws = of_label.get(label, [])
        if label == _TIMESTAMP_LABEL:  # it stands before its form, and nobody needs it
            names.append(f"timestamp {number}")
            continue
        if label == _COMPLETE_LABEL:
            names.append(f"{form}_complete" if form else None)
            continue
        known = len(raws) == counts[label] or len(raws) == 1
        ambiguous += bool(raws) and not known
        names.append(raws[min(seen[label], len(raws) - 1)] if raws and known else None)
        seen[label] += 1
        form = form_of.get(names[-1] or "", form)
    return names, ambiguous


def _forms(expected: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Say to which form each column belongs."""
    forms, waiting = dict[str, str](), list[str]()
    for raw, label in expected:
        if label == _COMPLETE_LABEL:
            forms |= dict.fromkeys(waiting, raw.removesuffix("_complete"))
            waiting = []
        elif raw not in STRUCTURE:
            waiting.append(raw)
    return forms


def _unknown(names: Sequence[str | None]) -> list[Finding]:
    """Warn of columns that the dictionary does not have, by their positions."""
    positions = [n for n, name in enumerate(names, start=1) if name is None]
    if not positions:
        return []
    shown = ", ".join(map(str, positions[:10])) + (" and more" if len(positions) > 10 else "")
    what = f"Columns that the dictionary does not have were left out, at position {shown}."
    remedy = "Download the dictionary and the export on the same day."
    place = ("export", "")
    return [noticed("RCP-010", place, what, remedy, count=len(positions), severity="warning")]


def _doubled(names: Sequence[str | None], ambiguous: int) -> list[Finding]:
    """Refuse columns that are there twice, or of which the label does not say which they are."""
    twice = sum(count - 1 for name, count in Counter(names).items() if name is not None)
    if not twice + ambiguous:
        return []
    what = "Headers are there twice, or are the label of several fields."
    remedy = "Export the raw data, whose headers are the names of the fields."
    return [noticed("RCP-011", ("export", ""), what, remedy, count=twice + ambiguous)]


def _absent(
    names: Sequence[str | None], dictionary: Dictionary, missing_codes: Sequence[str]
) -> Iterator[Finding]:
    """Say which fields of the dictionary the export does not have, or of whole forms."""
    present = set(names)
    if dictionary.record.name not in present:
        yield _no_record(dictionary)
        return
    for form in dictionary.forms:
        lacking = {
            field.name: sum(c not in present for c in field_columns(field))
            for field in dictionary.of_form(form)
        }
        lacking = {name: count for name, count in lacking.items() if count}
        if lacking and not any(
            column in present
            for field in dictionary.of_form(form)
            for column in field_columns(field, missing_codes)
        ):
            yield _not_there((form, ""), len(lacking))
        else:
            yield from (_not_there((form, name), count) for name, count in lacking.items())


def _not_there(place: tuple[str, str], count: int) -> Finding:
    """Say that the export lacks the columns of a field or form."""
    what = "The dictionary has it and the export does not."
    remedy = "Export it too if it is needed; download both on the same day."
    return noticed("RCP-012", place, what, remedy, count=count, severity="warning")


def _no_record(dictionary: Dictionary) -> Finding:
    """Say that the export has no record id of this project."""
    what = "The record id, which is the first field of the dictionary, is not in the export."
    remedy = "Use the dictionary of the same project, and export the record id."
    return noticed("RCP-013", (dictionary.record.form, dictionary.record.name), what, remedy)
