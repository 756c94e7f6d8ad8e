"""Elements of FHIR R4 resources that are written: dates, codes, quantities, extensions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from analysis.formats.fhir.codes import UCUM
from analysis.formats.fhir.frames import EXTRAS
from analysis.formats.fhir.json_access import EXTENSION

__all__ = [
    "concept_of",
    "date_of",
    "dose_name",
    "extension_of",
    "extensions_of",
    "patient",
    "plain_number",
    "quantity_of",
    "time_of",
]

Row = Mapping[str, Any]

_DAY_ZERO = datetime(2000, 1, 1, 12)  # noqa: DTZ001 - the zone is written as Z
_VALUES = {bool: "valueBoolean", int: "valueInteger", float: "valueDecimal", str: "valueString"}


def date_of(rel_day: int) -> str:
    """Write a day as a date."""
    return (_DAY_ZERO + timedelta(days=int(rel_day))).date().isoformat()


def time_of(rel_day: int, minutes: float = 0) -> str:
    """Write a time, as minutes from noon of a day."""
    return (_DAY_ZERO + timedelta(days=int(rel_day), minutes=float(minutes))).isoformat() + "Z"


def concept_of(system: str, code: str, text: str = "") -> dict[str, Any]:
    """Write a code as a concept."""
    return {"coding": [{"system": system, "code": code}], **({"text": text} if text else {})}


def quantity_of(value: Any, unit: str) -> dict[str, Any]:
    """Write a number with its UCUM unit."""
    return {"value": plain_number(value), "unit": unit, "system": UCUM, "code": unit}


def plain_number(value: Any) -> Any:
    """Write a whole number without a decimal point."""
    number = float(value)
    return int(number) if number == int(number) else number


def extension_of(name: str, value: Any) -> dict[str, Any]:
    """Write a canonical column as an extension of this project."""
    kind = next(kind for kind in _VALUES if isinstance(value, kind))
    return {"url": f"{EXTENSION}{name}", _VALUES[kind]: value}


def extensions_of(row: Row, table: str, *, without: Sequence[str] = ()) -> dict[str, Any]:
    """Write the columns for which R4 has no place."""
    names = [name for name in EXTRAS[table] if name in row and name not in without]
    found = [extension_of(name, _native(row[name])) for name in names]
    return {"extension": found} if found else {}


def _native(value: Any) -> Any:
    """Turn a number or flag of NumPy into one that JSON knows."""
    return value.item() if hasattr(value, "item") else value


def patient(row: Row) -> dict[str, str]:
    """Refer to the patient of a row."""
    return {"reference": f"Patient/{row['subject_id']}"}


def dose_name(row: Row) -> str:
    """Name the session of a row."""
    return f"{row['subject_id']}-s{row['session_no']}"
