"""The data dictionary of a REDCap project: its forms, their fields, and who is identified by them.

Reading it finds what is not as REDCap writes it; comparing it with an export is the duty of
`analysis.formats.redcap.export`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from analysis.formats.noticed import noticed
from analysis.formats.redcap.choices import TRUE_FALSE, YES_NO, plain, read_choices
from analysis.study import Finding
from analysis.study.files import read_file

__all__ = ["COLUMNS", "Dictionary", "Field", "read_dictionary"]

COLUMNS = {
    "field_name": "Variable / Field Name",
    "form_name": "Form Name",
    "section_header": "Section Header",
    "field_type": "Field Type",
    "field_label": "Field Label",
    "select_choices_or_calculations": "Choices, Calculations, OR Slider Labels",
    "field_note": "Field Note",
    "text_validation_type_or_show_slider_number": "Text Validation Type OR Show Slider Number",
    "text_validation_min": "Text Validation Min",
    "text_validation_max": "Text Validation Max",
    "identifier": "Identifier?",
    "branching_logic": "Branching Logic (Show field only if...)",
    "required_field": "Required Field?",
    "custom_alignment": "Custom Alignment",
    "question_number": "Question Number (surveys only)",
    "matrix_group_name": "Matrix Group Name",
    "matrix_ranking": "Matrix Ranking?",
    "field_annotation": "Field Annotation",
}
"""The 18 columns, by the short names that the interface for programs uses."""

_NEEDED = ("field_name", "form_name", "field_type")
_TYPES = (
    *("text", "notes", "radio", "dropdown", "checkbox", "yesno", "truefalse", "calc", "slider"),
    *("file", "descriptive", "sql", "signature"),
)
_WITH_CHOICES = ("radio", "dropdown", "checkbox")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a form.

    Parameters
    ----------
    name, form : str
        Names as REDCap has them.
    kind : str
        Type of the field, such as ``radio`` or ``text``.
    label : str
        Question or caption without markup.
    choices : mapping of str to str
        Label by code; empty where the field has no choices.
    validation : str
        What a text must be, such as ``integer`` or ``date_ymd``; empty when anything.
    identifier : bool
        Whether the project says that the field identifies a person.
    """

    name: str
    form: str
    kind: str
    label: str
    choices: Mapping[str, str]
    validation: str
    identifier: bool

    @property
    def exported(self) -> bool:
        """Whether the field has cells; captions and uploaded files have none."""
        return self.kind not in ("descriptive", "file", "signature")


@dataclass(frozen=True, kw_only=True, eq=False)
class Dictionary:
    """All fields of a project in their order; the first is the record id."""

    fields: tuple[Field, ...]

    @property
    def record(self) -> Field:
        """The field that holds the record id."""
        return self.fields[0]

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """The fields by their names."""
        return {field.name: field for field in self.fields}

    @property
    def forms(self) -> tuple[str, ...]:
        """The names of the forms, in order."""
        return tuple(dict.fromkeys(field.form for field in self.fields))

    def of_form(self, form: str) -> tuple[Field, ...]:
        """Return the fields of a form that have cells and identify nobody, record id aside."""
        return tuple(
            field
            for field in self.fields[1:]
            if field.form == form and field.exported and not field.identifier
        )

    @property
    def identifiers(self) -> tuple[Field, ...]:
        """The fields that the project says identify a person."""
        return tuple(field for field in self.fields if field.identifier)


def read_dictionary(path: Path | str) -> tuple[Dictionary | None, list[Finding]]:
    """Read a data dictionary.

    Parameters
    ----------
    path : path
        CSV file with the 18 columns that REDCap downloads, under their long or short names.

    Returns
    -------
    dictionary : Dictionary or None
        None when any finding is an error.
    findings : list of Finding
        Missing columns, impossible names, unknown types, broken choices.
    """
    frame, findings = read_file(Path(path), table="dictionary")
    if frame is None:
        return None, findings
    short = {long: name for name, long in COLUMNS.items()}
    frame = frame.rename(columns=short)
    lacking = [name for name in _NEEDED if name not in frame]
    findings += [_lacking(name) for name in lacking]
    if lacking or frame.columns.duplicated().any():
        return None, findings or [_lacking(_NEEDED[0])]
    cells = frame.reindex(columns=list(COLUMNS)).astype("string").fillna("")
    findings += [*_name_faults(cells), *_type_faults(cells)]
    fields, broken = _fields(cells)
    findings += broken
    failed = not fields or any(finding.severity == "error" for finding in findings)
    return None if failed else Dictionary(fields=fields), findings


def _lacking(name: str) -> Finding:
    """Say that a column of the dictionary is missing."""
    remedy = f"Download the dictionary again; the column is named {COLUMNS[name]!r} or {name!r}."
    return noticed("RCP-001", ("dictionary", name), "The column is missing.", remedy)


def _name_faults(cells: pd.DataFrame) -> list[Finding]:
    """Find names that REDCap does not allow, and fields that are there twice."""
    found = []
    for column in ("field_name", "form_name"):
        wrong = ~cells[column].str.strip().str.fullmatch(_NAME)
        if wrong.any():
            what = "Names must be small letters, digits and underscores, beginning with a letter."
            remedy = "Download the dictionary again instead of editing it."
            place = ("dictionary", column)
            found.append(noticed("RCP-002", place, what, remedy, count=int(wrong.sum())))
    twice = cells["field_name"].str.strip().duplicated()
    if cells.empty or twice.any():
        what = "Fields are there twice." if twice.any() else "The dictionary has no field."
        remedy = "Download the dictionary again instead of editing it."
        place = ("dictionary", "field_name")
        found.append(noticed("RCP-002", place, what, remedy, count=int(twice.sum())))
    return found


def _type_faults(cells: pd.DataFrame) -> list[Finding]:
    """Find types that REDCap does not have."""
    unknown = ~cells["field_type"].str.strip().isin(_TYPES)
    if not unknown.any():
        return []
    what = "A type of field is not known."
    remedy = f"Known types are: {', '.join(_TYPES)}."
    place = ("dictionary", "field_type")
    return [noticed("RCP-003", place, what, remedy, count=int(unknown.sum()))]


def _fields(cells: pd.DataFrame) -> tuple[tuple[Field, ...], list[Finding]]:
    """Make the fields, with a finding for each whose choices are broken."""
    fields, found = [], []
    for row in cells.to_dict("records"):
        field, n_broken = _field({str(name): str(cell).strip() for name, cell in row.items()})
        fields.append(field)
        if n_broken and _NAME.fullmatch(field.name) and _NAME.fullmatch(field.form):
            what = "Choices have no code, no comma after it, or a code that is there twice."
            remedy = "Correct them in the project and download the dictionary again."
            place = (field.form, field.name)
            found.append(noticed("RCP-004", place, what, remedy, count=n_broken))
    return tuple(fields), found


def _field(row: Mapping[str, str]) -> tuple[Field, int]:
    """Make one field, and count its broken choices."""
    kind, choices, n_broken = row["field_type"], dict[str, str](), 0
    if kind in _WITH_CHOICES:
        choices, n_broken = read_choices(row["select_choices_or_calculations"])
        n_broken += not choices
    elif kind in ("yesno", "truefalse"):
        choices = YES_NO if kind == "yesno" else TRUE_FALSE
    return (
        Field(
            name=row["field_name"],
            form=row["form_name"],
            kind=kind,
            label=plain(row["field_label"]),
            choices=choices,
            validation=row["text_validation_type_or_show_slider_number"] if kind == "text" else "",
            identifier=row["identifier"].lower() in ("y", "yes", "1", "true"),
        ),
        n_broken,
    )
