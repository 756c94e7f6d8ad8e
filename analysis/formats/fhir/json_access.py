"""Looking into JSON that may have any shape: what is not there or is something else is nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

__all__ = ["EXTENSION", "codings", "extras", "inside", "moment", "number_of", "objects", "text_of"]

EXTENSION = "urn:ketamine-outcomes:"
"""Beginning of the addresses under which canonical columns without a place in FHIR are kept."""

_LARGEST = 2**53
_DAY = re.compile(r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]")


def inside(thing: Any, *path: str) -> Any:
    """Follow keys into objects.

    Parameters
    ----------
    thing : object
        JSON.
    *path : str
        Keys, the outermost first.

    Returns
    -------
    object
        What is there; None when a key is missing or there is no object to look into.

    Examples
    --------
    >>> inside({"dosage": {"dose": {"value": 35}}}, "dosage", "dose", "value")
    35
    >>> inside({"dosage": [1]}, "dosage", "dose") is None
    True
    """
    for key in path:
        if not isinstance(thing, Mapping):
            return None
        thing = thing.get(key)
    return thing


def objects(thing: Any, *path: str) -> Iterator[Mapping[str, Any]]:
    """Give the objects of a list, or nothing where there is no list."""
    found = inside(thing, *path)
    if isinstance(found, list):
        yield from (each for each in found if isinstance(each, Mapping))


def text_of(thing: Any, *path: str) -> str:
    """Return a text without spaces at its ends; empty where there is none."""
    found = inside(thing, *path)
    return found.strip() if isinstance(found, str) else ""


def number_of(thing: Any, *path: str) -> float | None:
    """Return a finite number that is exact; None where there is none."""
    found = inside(thing, *path)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    return float(found) if abs(found) <= _LARGEST and math.isfinite(found) else None


def codings(concept: Any) -> list[tuple[str, str]]:
    """List system and code of every coding of a concept."""
    pairs = (
        (text_of(each, "system"), text_of(each, "code")) for each in objects(concept, "coding")
    )
    return [(system, code) for system, code in pairs if code]


def moment(text: str) -> tuple[int, float] | None:
    """Read a date, with or without a time.

    Parameters
    ----------
    text : str
        As FHIR writes it; a date of which the day is not known is none.

    Returns
    -------
    tuple of (int, float), optional
        Number of the day as it was written, whatever the time zone, and seconds since 1970, NaN
        where there is no time.

    Examples
    --------
    >>> moment("2024-03-01T23:30:00-05:00")[0] - moment("2024-03-01")[0]
    0
    >>> moment("2024-03") is None
    True
    """
    if not _DAY.match(text):
        return None
    try:
        day = date.fromisoformat(text[:10]).toordinal()
        if len(text) == 10:
            return day, math.nan
        when = datetime.fromisoformat(text)
        aware = when if when.tzinfo else when.replace(tzinfo=UTC)
        return day, aware.timestamp()
    except (ValueError, OverflowError):
        return None


def extras(resource: Any) -> dict[str, Any]:
    """Return the canonical columns that a resource carries as extensions of this project."""
    found = dict[str, Any]()
    for each in objects(resource, "extension"):
        url = text_of(each, "url")
        if url.startswith(EXTENSION):
            values = [value for key, value in each.items() if str(key).startswith("value")]
            plain = [value for value in values if isinstance(value, str | int | float)]
            if plain:
                found[url.removeprefix(EXTENSION)] = plain[0]
    return found
