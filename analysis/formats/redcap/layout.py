"""How a canonical study is laid out as a REDCap project: its forms, fields and mapping.

`analysis.formats.redcap.writing` writes it. One event holds what is once per patient, the other
what repeats; each scale is a form with its answers, and monitoring has one field per parameter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from analysis.formats.redcap.choices import plain
from analysis.formats.redcap.dictionary import Field
from analysis.study import TABLES, UNITS, Column, Study
from analysis.study.about import about_entries

__all__ = ["ONCE", "REPEATED", "Form", "forms_of", "mapping_of"]

ONCE, REPEATED = "enrolment_arm_1", "treatment_arm_1"
"""Events of a project that is written: what is once per patient, and what repeats."""

NO_REASON = "missing-0"
_ALLOWED = enumerate(TABLES["items"].column("missing_reason").allowed, start=1)
MISSING_CODES = {NO_REASON: "", **{f"missing-{n}": reason for n, reason in _ALLOWED}}
"""Codes for missing data of a project that is written, with the reason of each.

Words and not numbers such as -99, which hold for all fields and would swallow days before day 0.
"""

_VALIDATIONS = {"integer": "integer", "number": "number", "date": "date_ymd"}
_MOST_CHOICES = 200


@dataclass(frozen=True, kw_only=True)
class Form:
    """One form of a project that is written.

    Parameters
    ----------
    name, table : str
        Name of the form, and the canonical table that fills it.
    fields : mapping of str to Field
        By canonical column; answers as ``item 1`` and on, values of monitoring by parameter.
    event : str
        `ONCE` or `REPEATED`.
    scale : str
        Scale of an assessment; empty for other forms.
    """

    name: str
    table: str
    fields: dict[str, Field] = field(hash=False)
    event: str
    scale: str = ""


def forms_of(study: Study) -> list[Form]:
    """Lay out the forms of a study.

    Parameters
    ----------
    study : Study
        The study.

    Returns
    -------
    list of Form
        In the order of the canonical tables; the calendar has none.
    """
    forms = []
    for name, table in TABLES.items():
        if name in ("calendar", "items") or not study.has(name):
            continue
        if name == "assessments":
            forms += _scales(study)
        elif name == "monitoring":
            forms.append(_monitoring(study))
        else:
            columns = [c for c in table.columns if study.has(name, c.name)]
            event = ONCE if table.key == ("subject_id",) else REPEATED
            fields = _fields(name, columns, study.tables[name])
            forms.append(Form(name=name, table=name, fields=fields, event=event))
    return forms


def _fields(form: str, columns: Sequence[Column], frame: pd.DataFrame) -> dict[str, Field]:
    """Make one field per column, the pseudonym aside."""
    return {
        column.name: _field(form, column, frame[column.name])
        for column in columns
        if column.name != "subject_id"
    }


def _field(form: str, column: Column, cells: pd.Series) -> Field:
    """Make the field of a column."""
    choices, kind = _choices(column, cells), "text"
    if choices:
        kind = "checkbox" if column.kind == "codes" else "dropdown"
    if column.kind == "flag":
        kind = "yesno"
    return _plain_field(
        form, column.name, label=column.description, kind=kind, choices=choices,
        validation=_VALIDATIONS.get(column.kind, ""),
    )  # fmt: skip


def _plain_field(
    form: str,
    name: str,
    *,
    label: str,
    kind: str = "text",
    choices: dict[str, str] | None = None,
    validation: str = "",
) -> Field:
    """Make a field that identifies nobody, named after its form and column."""
    return Field(
        name=f"{form}_{name}",
        form=form,
        kind=kind,
        label=label,
        choices=choices or {},
        validation=validation,
        identifier=False,
    )


def _choices(column: Column, cells: pd.Series) -> dict[str, str]:
    """Give the categories of a column codes from 1 up; none where a list cannot hold them."""
    if column.kind not in ("category", "codes"):
        return {}
    entries = cells.dropna().astype("string")
    if column.kind == "codes":
        entries = entries.str.split(";").explode()
    seen = sorted(set(entries) - set(column.allowed))
    labels = [*column.allowed, *seen]
    fits = all("|" not in label and plain(label) == label for label in labels)
    if not fits or len(labels) > _MOST_CHOICES:
        return {}
    return {str(code): label for code, label in enumerate(labels, start=1)}


def _scales(study: Study) -> list[Form]:
    """Make one form per scale, with a field per answer."""
    rows = study.tables["assessments"]
    items = study.tables.get("items")
    columns = [
        column
        for column in TABLES["assessments"].columns
        if column.name in rows and column.name != "instrument"
    ]
    forms, taken = [], set[str]()
    for scale in sorted(rows["instrument"].dropna().astype(str).unique()):
        name = _form_name(scale, taken)
        fields = _fields(name, columns, rows)
        own = [] if items is None else list(items.loc[items["instrument"].eq(scale), "item_no"])
        for number in range(1, max(map(int, own), default=0) + 1):
            label = f"item {number}"
            fields[label] = _plain_field(name, f"item_{number}", label=label, validation="integer")
        form = Form(name=name, table="assessments", fields=fields, event=REPEATED, scale=scale)
        forms.append(form)
    return forms


def _form_name(scale: str, taken: set[str]) -> str:
    """Name the form of a scale, different from those that are taken."""
    base = "scale_" + re.sub(r"[^a-z0-9]+", "", scale.lower())[:20]
    name, number = base, 2
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    taken.add(name)
    return name


def _monitoring(study: Study) -> Form:
    """Make the form of monitoring, with one field per parameter."""
    columns = [TABLES["monitoring"].column(name) for name in ("session_no", "rel_min")]
    fields = _fields("monitoring", columns, study.tables["monitoring"])
    for parameter in sorted(set(study.tables["monitoring"]["parameter"].dropna().astype(str))):
        label = f"{parameter} in {UNITS[parameter]}"
        fields[parameter] = _plain_field(
            "monitoring", parameter, label=label, validation="number"
        )  # fmt: skip
    return Form(name="monitoring", table="monitoring", fields=fields, event=REPEATED)


def mapping_of(study: Study, forms: Sequence[Form]) -> dict[str, Any]:
    """Make the mapping that leads a project back to its study.

    Parameters
    ----------
    study : Study
        The study.
    forms : sequence of Form
        As `forms_of` lays them out.

    Returns
    -------
    dict
        For `read_redcap`.
    """
    tables: dict[str, list[dict[str, Any]]] = {}
    for form in forms:
        tables.setdefault(form.table, []).extend(_entries(form))
    return {
        "kind": "redcap",
        **about_entries(study),
        "events": {ONCE: {"label": "Enrolment"}, REPEATED: {"label": "Treatment"}},
        "missing_codes": MISSING_CODES,
        "tables": tables,
    }


def _entries(form: Form) -> list[dict[str, Any]]:
    """Make the entries of one form: one, or one per parameter of monitoring."""
    items = [each.name for name, each in form.fields.items() if name.startswith("item ")]
    if form.table != "monitoring":
        columns = {
            name: _source(each)
            for name, each in form.fields.items()
            if not name.startswith("item ")
        }
        if form.scale:
            columns = {"instrument": {"constant": form.scale}, **columns}
        extra = {"items": items} if items else {}
        return [{"instrument": form.name, "columns": columns, **extra}]
    common = {name: _source(form.fields[name]) for name in ("session_no", "rel_min")}
    return [
        {
            "instrument": form.name,
            "columns": {
                **common,
                "parameter": {"constant": name},
                "value": _source(each),
                "unit": {"constant": UNITS[name]},
            },
            "only_with": ["value"],
        }
        for name, each in form.fields.items()
        if name not in common
    ]


def _source(each: Field) -> dict[str, Any]:
    """Say where the cells of a field are."""
    kind = "boxes" if each.kind == "checkbox" else "field"
    values = {"values": dict(each.choices)} if each.choices else {}
    return {kind: each.name, **values}
