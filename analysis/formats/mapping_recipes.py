"""Reading how columns are made from the JSON of a mapping."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from analysis.formats.mapping_entries import Entries
from analysis.formats.mapping_parts import Condition, Recipe
from analysis.formats.reading.dates import DateForm
from analysis.study import Finding

__all__ = ["ORDERS", "conditions", "date_form", "recipe"]

ORDERS = ("dmy", "mdy", "ymd", "serial")
UNITS = {
    "kg": {"kg": 1.0, "lb": 0.45359237, "lbs": 0.45359237, "g": 0.001, "oz": 0.028349523125},
    "mg": {"mg": 1.0, "g": 1000.0, "mcg": 0.001, "ug": 0.001, "µg": 0.001, "μg": 0.001},
    "mg/kg": {"mg/kg": 1.0, "mcg/kg": 0.001, "ug/kg": 0.001, "µg/kg": 0.001, "μg/kg": 0.001},
    "min": {"min": 1.0, "mins": 1.0, "minutes": 1.0, "h": 60.0, "hr": 60.0, "hours": 60.0}
    | {"s": 1 / 60, "sec": 1 / 60, "minute": 1.0, "hour": 60.0, "hrs": 60.0},
    "h": {"h": 1.0, "hr": 1.0, "hours": 1.0, "min": 1 / 60, "minutes": 1 / 60, "d": 24.0},
}
"""Factors from the units of files to those of canonical columns."""

_KINDS = {
    "column": "column",
    "constant": "constant",
    "numbered": "numbered",
    "session_on": "session on",
    "minutes_between": "minutes",
    "by_session_no": "by session",
}
_KEYS = (
    *_KINDS,
    *("values", "unknown", "read_as", "dates", "two_digit_years_from", "serial_dates"),
    *("unit", "unit_column", "weight", "na", "pressure"),
)
_NUMBERED = ("session", "course", "occurrence", "row")
_READINGS = ("date", "day", "birth date")
_SESSION = re.compile(r"[0-9]{1,4}")
_CODE = re.compile(r"%[dmyYbBHIMSpjTfzZ]")


def date_form(entries: Entries, default: DateForm) -> DateForm:
    """Read how dates are written from the keys of a source or a column.

    Parameters
    ----------
    entries : Entries
        Where the keys ``dates, two_digit_years_from, serial_dates`` stand.
    default : DateForm
        What is not said there.

    Returns
    -------
    DateForm
        Order, century and whether numbers are dates.
    """
    order = entries.text("dates", default.order or "")
    if order and order not in ORDERS and not _CODE.search(order):
        entries.refuse("dates", f"one of {', '.join(ORDERS)}, or a format such as %d.%m.%Y")
        order = ""
    century = default.first_two_digit_year
    if entries.has("two_digit_years_from"):
        century = entries.whole("two_digit_years_from", 1930, 1900, 2000)
    serial = entries.flag("serial_dates", default.serial)
    return DateForm(order=order, first_two_digit_year=century, serial=serial)


def recipe(value: Any, path: str, findings: list[Finding]) -> Recipe:
    """Read how one column is made.

    Parameters
    ----------
    value : object
        A header alone, or an object.
    path : str
        Where it stands.
    findings : list of Finding
        Faults are added here.

    Returns
    -------
    Recipe
        What is said; for a fault something that can be examined further.
    """
    if isinstance(value, str):
        return Recipe(path=path, kind="column", column=value)
    entries = Entries(value, path, findings, _KEYS)
    kinds = [key for key in _KINDS if entries.has(key)]
    if len(kinds) != 1:
        entries.refuse("", f"a header, or an object with exactly one of {', '.join(_KINDS)}")
        return Recipe(path=path, kind="constant")
    kind = kinds[0]
    column, other = _columns(entries, kind)
    weight = entries.value.get("weight")
    said = any(entries.has(k) for k in ("dates", "two_digit_years_from", "serial_dates"))
    return Recipe(
        path=path,
        kind=_KINDS[kind],
        column=column,
        other=other,
        constant=_constant(entries) if kind == "constant" else None,
        labels=entries.labels("values"),
        unknown=entries.text("unknown", "error", among=("error", "missing")),
        reading=entries.text("read_as", "", among=_READINGS) if entries.has("read_as") else "",
        dates=date_form(entries, DateForm()) if said else None,
        pressure=_pressure(entries),
        unit=_unit(entries),
        unit_column=entries.text("unit_column"),
        weight=None if weight is None else recipe(weight, entries.at("weight"), findings),
        missing=entries.texts("na"),
        steps=_steps(entries) if kind == "by_session_no" else {},
        numbered=entries.text("numbered", None, among=_NUMBERED) if kind == "numbered" else "",
    )


def _columns(entries: Entries, kind: str) -> tuple[str, str]:
    """Take the header, or the two headers, that a recipe names."""
    if kind == "minutes_between":
        both = entries.texts(kind)
        if len(both) == 2:
            return both[0], both[1]
        entries.refuse(kind, "a list of two headers: the start of the dose, and the time")
        return "", ""
    return (entries.text(kind, None), "") if kind in {"column", "session_on"} else ("", "")


def _constant(entries: Entries) -> str | None:
    """Take a constant as the text of a cell."""
    value = entries.value["constant"]
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is not None and not isinstance(value, str | int | float):
        entries.refuse("constant", "a text, a number, true, false or null")
        return None
    return None if value is None else str(value)


def _pressure(entries: Entries) -> str:
    """Take which number of a blood pressure written as one text is meant."""
    if not entries.has("pressure"):
        return ""
    return entries.text("pressure", "", among=("systolic", "diastolic"))


def _unit(entries: Entries) -> str:
    """Take the unit of a column."""
    known = tuple(dict.fromkeys(unit for units in UNITS.values() for unit in units))
    return entries.text("unit", "", among=("in text", *known)) if entries.has("unit") else ""


def _steps(entries: Entries) -> Mapping[int, str]:
    """Take an object from first session numbers to values."""
    value = entries.value["by_session_no"]
    sound = isinstance(value, Mapping) and bool(value)
    sound = sound and all(
        _SESSION.fullmatch(key) and isinstance(text, str)
        for key, text in value.items()
        if key != "note"
    )
    if not sound or "1" not in value:
        entries.refuse("by_session_no", "an object from session numbers, the first 1, to values")
        return {}
    return {int(key): text for key, text in value.items() if key != "note"}


def conditions(entries: Entries, key: str = "where") -> tuple[Condition, ...]:
    """Read which rows are meant.

    Parameters
    ----------
    entries : Entries
        Where the key stands.
    key : str
        The key.

    Returns
    -------
    tuple of Condition
        All must hold.
    """
    found = []
    for value, path in entries.items(key):
        part = Entries(value, path, entries.findings, ("column", "is", "is_not", "filled"))
        if not any(part.has(name) for name in ("is", "is_not", "filled")):
            part.lack("is", "one of is, is_not, filled")
        found.append(
            Condition(
                column=part.text("column", None),
                among=part.texts("is"),
                outside=part.texts("is_not"),
                filled=part.flag("filled", True) if part.has("filled") else None,
                path=path,
            )
        )
    return tuple(found)
