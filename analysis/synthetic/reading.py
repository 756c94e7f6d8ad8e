"""Building frozen dataclasses from JSON, with a clear refusal of what does not fit."""

from __future__ import annotations

from dataclasses import is_dataclass
from typing import Any, Literal, get_args, get_origin, get_type_hints

from analysis.errors import DataError

__all__ = ["from_content"]


def from_content(content: Any, kind: Any, place: str) -> Any:
    """Build a value of a declared type from the content of JSON, or say what is wrong with it.

    Parameters
    ----------
    content : object
        What `json.loads` gives.
    kind : type
        A frozen dataclass, a tuple of one kind, a literal, or int, float, str, bool.
    place : str
        Name of the field, for messages.

    Returns
    -------
    object
        A value of the kind.

    Raises
    ------
    DataError
        When a field is missing, unknown or of another type; the message carries no value.
    """
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        _check_fields(content, set(hints), place)
        return kind(**{name: from_content(content[name], hints[name], name) for name in hints})
    if get_origin(kind) is tuple:
        if not isinstance(content, list):
            raise DataError(f"{place} must be a list. Compare it with a scenario of to_json.")
        kinds = get_args(kind)
        each = kinds[:1] * len(content) if kinds[-1] is Ellipsis else kinds
        if len(each) != len(content):
            raise DataError(f"{place} must have {len(each)} entries.")
        return tuple(from_content(item, k, place) for item, k in zip(content, each, strict=True))
    plain = str if get_origin(kind) is Literal else kind
    right = isinstance(content, int | float if plain is float else plain)
    if not right or (isinstance(content, bool) and plain is not bool):
        raise DataError(f"{place} must be of type {plain.__name__}. Compare with to_json.")
    return float(content) if plain is float else content


def _check_fields(content: Any, names: set[str], place: str) -> None:
    """Refuse an object with missing or unknown fields."""
    found = set(content) if isinstance(content, dict) else set()
    if found != names:
        raise DataError(
            f"A part of the scenario ({place}) lacks {len(names - found)} fields and has "
            f"{len(found - names)} unknown ones. Its fields are: {', '.join(sorted(names))}."
        )
