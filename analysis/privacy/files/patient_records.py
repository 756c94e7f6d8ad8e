"""Objects in running text that are the record of one patient."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from analysis.privacy.files.table_columns import column_role, looks_like_code

__all__ = ["n_records_of_persons"]

_PAIR = re.compile(
    r"(?P<quote>['\"]?)(?P<key>[A-Za-z_][\w .-]{0,40}?)(?P=quote)\s*(?::|=>|->|=(?![=>]))\s*"
    r"(?P<value>'[^'\n]{0,200}'|\"[^\"\n]{0,200}\"|Timestamp\('[^']*'\)|np\.\w+\([^)]*\)"
    r"|datetime\.\w+\([^)]*\)|\[[^\[\]\n]{0,200}\]|[-+]?\d[\d.]*|None|nan|NaN|null|True|False|true|false"
    r"|<NA>)(?=\s*[,})\]\n]|$)"
)
_LINE = re.compile(
    r"\s*(?:- )?(?P<key>[\"']?[A-Za-z_][\w .-]{0,40}?[\"']?)(?:\s*(?:=>|->|[:=])\s*|\t+)"
    r"(?P<value>[\w.+-]{1,20}"
    r"|[\"'][^\"']{0,100}[\"'])\s*,?"
)
_RECORD = re.compile(r"[{(]([^{}()]*(?:\([^()]*\)[^{}()]*)*)[})]")


def n_records_of_persons(text: str) -> int:
    """Count the objects of a text that are records of one patient each.

    Parameters
    ----------
    text : str
        Printed objects, log lines, JSON.

    Returns
    -------
    int
        Objects in braces or brackets, or written line by line.

    Examples
    --------
    >>> n_records_of_persons("{'subject_id': 'KX-1042', 'age': 43}")
    1
    >>> n_records_of_persons("{'n_estimators': 100, 'max_depth': 5}")
    0
    """
    return sum(1 for fields in _records(text) if _is_personal(fields))


def _records(text: str) -> Iterator[dict[str, str]]:
    """Give the fields of each object written in braces or brackets, or line by line."""
    for group in _RECORD.finditer(text):
        fields = {m["key"].strip(): m["value"] for m in _PAIR.finditer(group[1])}
        if fields:
            yield fields
    lines = [m for line in text.splitlines() if (m := _LINE.fullmatch(line))]
    if len(lines) >= 2:
        yield {m["key"].strip("'\" "): m["value"].strip() for m in lines}


def _is_personal(fields: dict[str, str]) -> bool:
    """Tell whether the fields of an object are those of one patient."""
    roles = {key: column_role(key) for key in fields}
    if "aggregate" in roles.values():
        return False
    for key, role in roles.items():
        value = fields[key].strip("'\"")
        if role == "id" and re.search(r"\d", value) and not _names_a_column(value):
            return len(fields) >= 2
        if role == "weak id" and _is_of_a_patient(value, fields, roles):
            return True
    values = [fields[key] for key, role in roles.items() if role == "person"]
    scalars = [value for value in values if not _names_a_column(value.strip("'\""))]
    numbers = [value for value in scalars if re.match(r"[-+]?\d", value)]
    return len(scalars) >= 3 and len(numbers) >= 2


def _is_of_a_patient(value: str, fields: Mapping[str, str], roles: Mapping[str, str]) -> bool:
    """Tell whether a number or code named ``id`` stands beside what is measured of a person."""
    is_code = re.fullmatch(r"\d{3,12}", value) is not None or looks_like_code(value)
    measured = [fields[key] for key, role in roles.items() if role == "person"]
    return is_code and any(re.match(r"[-+]?\d", one) for one in measured)


def _names_a_column(value: str) -> bool:
    """Tell whether a value is the name of a column or a type, as in an argument."""
    return (
        re.fullmatch(r"[a-z]+_[a-z_]+|u?int\d+|float\d+|object|string|category", value) is not None
    )
