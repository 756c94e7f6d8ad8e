"""Which fields of a REDCap form could fill which canonical columns, by name, label and type."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from analysis.formats.drafting.columns import header_fits, meanings
from analysis.formats.redcap.cells import is_dated
from analysis.formats.redcap.dictionary import Field
from analysis.study import TABLES
from analysis.study.columns import Column

__all__ = ["dates_of", "day_of", "filled_columns", "is_number", "spelt", "with_values"]

_NUMBERS = ("integer", "number")
_BIRTH = re.compile(r"birth|\bdob\b")
_UNITS = {"dose_mg": r"\bmg\b", "weight_kg": r"\bkgs?\b|kilo", "infusion_min": r"\bmin"}
_PER_KG = re.compile(r"mg\s*(?:/|per)\s*kg")


def spelt(field: Field) -> str:
    """Spell name and label of a field as headers are compared.

    Parameters
    ----------
    field : Field
        A field of the dictionary.

    Returns
    -------
    str
        Small letters, underscores as spaces.
    """
    return f"{field.name} {field.label}".replace("_", " ").casefold()


def is_number(field: Field) -> bool:
    """Tell whether a field holds numbers.

    Parameters
    ----------
    field : Field
        A field of the dictionary.

    Returns
    -------
    bool
        True for calculated fields, sliders, and texts that must be numbers.
    """
    return field.kind in ("calc", "slider") or field.validation.startswith(_NUMBERS)


def dates_of(fields: Iterable[Field]) -> list[Field]:
    """List the fields that hold dates other than a birth."""
    return [field for field in fields if is_dated(field) and not _BIRTH.search(spelt(field))]


def day_of(form: str, fields: Sequence[Field], elsewhere: Sequence[Field]) -> dict[str, Any]:
    """Propose which date is the day of a form.

    Parameters
    ----------
    form : str
        Name of the form.
    fields : sequence of Field
        Its fields.
    elsewhere : sequence of Field
        Dates of other forms of the same events.

    Returns
    -------
    dict
        A source of the mapping; "?" where the form has no date, or several.
    """
    own = dates_of(fields)
    if len(own) == 1:
        return {"date": own[0].name, "note": "The only date of the form."}
    if own:
        listed = ", ".join(field.name for field in own)
        return {"date": "?", "note": f"Which of its dates is the day of the form? {listed}."}
    listed = ", ".join(f"{field.name} of {field.form}" for field in elsewhere if field.form != form)
    note = "Which date of another form of the same event is its day? It has none."
    return {"date": "?", "instrument": "?", "note": f"{note} {listed}.".replace(" .", "")}


def filled_columns(
    table: str, fields: Sequence[Field], taken: Iterable[str] = ()
) -> dict[str, dict[str, Any]]:
    """Propose sources of the columns of a canonical table from the fields of one form.

    Parameters
    ----------
    table : str
        ``subjects`` or ``sessions``.
    fields : sequence of Field
        Fields of one form.
    taken : iterable of str
        Canonical columns, or fields, that are spoken for.

    Returns
    -------
    dict of str to dict
        By canonical column; dates and columns that no field could fill are left out.
    """
    used, found = set(taken), dict[str, dict[str, Any]]()
    for column in TABLES[table].columns:
        free = [field for field in fields if field.name not in used]
        fitting = [field for field in free if _fits(field, table, column)]
        if fitting and column.name not in used:
            used.add(fitting[0].name)
            found[column.name] = _proposed(fitting[0], column)
    return found


def _fits(field: Field, table: str, column: Column) -> bool:
    """Tell whether a field could fill a column by its type and by what it is called."""
    has_choices = bool(field.choices) and field.kind != "checkbox"
    typed = {
        "integer": is_number(field),
        "number": is_number(field),
        "category": has_choices and field.kind not in ("yesno", "truefalse"),
        "flag": has_choices,
    }.get(column.kind, False)
    words = spelt(field)
    if column.name == "dose_mg":  # "Ketamine in mg" names no dose
        return typed and (header_fits(words, table, "dose_mg") or " mg" in words)
    return typed and header_fits(words, table, column.name)


def _proposed(field: Field, column: Column) -> dict[str, Any]:
    """Propose one source with its reason; a unit that is not said stays a question."""
    unit = _UNITS.get(column.name)
    words = spelt(field)
    if unit and (not re.search(unit, words) or _PER_KG.search(words)):
        note = f"{field.name} does not say its unit. Is it {column.unit}? Then write its name."
        return {"field": "?", "note": note}
    return with_values(field, column)


def with_values(field: Field, column: Column) -> dict[str, Any]:
    """Propose a field with what its choices mean.

    Parameters
    ----------
    field : Field
        A field with or without choices.
    column : Column
        The canonical column.

    Returns
    -------
    dict
        A source of the mapping; "?" for a choice whose label is not a usual one.
    """
    made: dict[str, Any] = {"field": field.name}
    if column.kind == "flag" and field.kind in ("yesno", "truefalse"):
        return {**made, "note": "By its name or label."}
    if not field.choices:
        return {**made, "note": "By its name or label."}
    if not column.allowed and column.kind != "flag":
        return {**made, "values": dict(field.choices), "note": "Labels as the project has them."}
    known = meanings(field.choices.values(), column)
    values = {code: _text(known[label]) for code, label in field.choices.items()}
    opened = [label for label in field.choices.values() if known[label] == "?"]
    asked = f" What do these labels mean? {', '.join(opened)}." if opened else ""
    allowed = f" Allowed are {', '.join(column.allowed)} and nothing." if opened else ""
    return {**made, "values": values, "note": f"By its labels.{asked}{allowed}"}


def _text(meaning: Any) -> str:
    """Write a meaning as the mapping has it."""
    return str(meaning).lower() if isinstance(meaning, bool) else str(meaning)
