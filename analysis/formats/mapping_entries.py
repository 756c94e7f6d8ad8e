"""Taking entries out of the JSON of a mapping, with a finding that names the path of each fault.

A finding never repeats what stands in the mapping, since headers and labels come from the data.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from analysis.formats.faults import fault
from analysis.formats.reading.cells import plain
from analysis.study import Finding

__all__ = ["LABELS", "Entries", "undecided"]

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_PLACE = "mapping"
LABELS = (
    *("values", "answers", "sites", "item_values", "sites_of_organizations", "questionnaires"),
)
"""Objects whose keys come from the data."""


class Entries:
    """One object of the mapping, its path, and the list to which its faults are added.

    Parameters
    ----------
    value : object
        What stands there; anything but an object is a fault.
    path : str
        Where it stands.
    findings : list of Finding
        Faults are added here.
    allowed : collection of str
        Keys that may stand in it besides "note".
    """

    def __init__(
        self, value: Any, path: str, findings: list[Finding], allowed: Collection[str]
    ) -> None:
        self.path, self.findings = path, findings
        self.value: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
        if not isinstance(value, Mapping):
            self.refuse("", "an object in braces")
        for position, key in enumerate(self.value, start=1):
            if key not in allowed and key != "note":
                self._unknown(key, position, allowed)

    def at(self, key: str) -> str:
        """Name the path of a key."""
        return ".".join(part for part in (self.path, key) if part)

    def _unknown(self, key: str, position: int, allowed: Collection[str]) -> None:
        """Say that a key does not exist, by its position."""
        near = difflib.get_close_matches(key, list(allowed), 1, 0.7)
        what = f"Key number {position} of this object does not exist."
        hint = f"Perhaps {near[0]} is meant. " if near else ""
        remedy = f"{hint}Allowed are {', '.join(allowed)} and note."
        self.findings.append(fault("FMT-011", _PLACE, what, remedy, column=self.path))

    def refuse(self, key: str, wanted: str) -> None:
        """Say what an entry must be."""
        what = "The entry is not one of those allowed."
        self.findings.append(
            fault("FMT-013", _PLACE, what, f"It must be {wanted}.", column=self.at(key))
        )

    def lack(self, key: str, wanted: str) -> None:
        """Say that a key is missing."""
        what = "The key is missing."
        self.findings.append(
            fault("FMT-012", _PLACE, what, f"It must be {wanted}.", column=self.at(key))
        )

    def has(self, key: str) -> bool:
        """Tell whether a key is there."""
        return key in self.value

    def text(self, key: str, default: str | None = "", *, among: Collection[str] = ()) -> str:
        """Take a text; with a default of None it must be there."""
        wanted = f"one of {', '.join(among)}" if among else "a text"
        if key not in self.value:
            if default is None:
                self.lack(key, wanted)
            return default or ""
        value = self.value[key]
        if not isinstance(value, str) or not value or (among and value not in among):
            self.refuse(key, wanted)
            return default or ""
        return value

    def whole(self, key: str, default: int, low: int, high: int) -> int:
        """Take a whole number between two limits."""
        value = self.value.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int):
            self.refuse(key, f"a whole number from {low} to {high}")
            return default
        if key in self.value and not low <= value <= high:
            self.refuse(key, f"a whole number from {low} to {high}")
            return default
        return value

    def flag(self, key: str, default: bool) -> bool:
        """Take true or false."""
        value = self.value.get(key, default)
        if not isinstance(value, bool):
            self.refuse(key, "true or false without quotation marks")
            return default
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Take a list of texts; one text may stand alone."""
        value = self.value.get(key, [])
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(text, str) for text in listed):
            self.refuse(key, "a list of texts")
            return ()
        return tuple(listed)

    def labels(self, key: str) -> Mapping[str, str | None] | None:
        """Take an object of labels and what they mean; None when it is not there."""
        if key not in self.value:
            return None
        value = self.value[key]
        if not isinstance(value, Mapping):
            self.refuse(key, "an object from labels to values")
            return {}
        meant: dict[str, str | None] = {}
        for label, target in value.items():
            if label == "note" and not isinstance(target, int | float):
                continue
            if isinstance(target, Mapping | Sequence) and not isinstance(target, str):
                self.refuse(key, "an object from labels to a text, a number or null")
            spelt = plain(label)
            if meant.get(spelt, _as_text(target)) != _as_text(target):
                self.refuse(key, "an object in which spellings of one label mean the same")
            meant[spelt] = _as_text(target)
        return meant

    def items(self, key: str) -> list[tuple[Any, str]]:
        """Take a list of objects, or one alone, with the path of each."""
        value = self.value.get(key, [])
        if isinstance(value, Mapping):
            return [(value, self.at(key))]
        if not isinstance(value, list):
            self.refuse(key, "a list of objects")
            return []
        return [(item, f"{self.at(key)}[{n}]") for n, item in enumerate(value)]


def _as_text(value: Any) -> str | None:
    """Write a value of the mapping as a cell of text; null is no value."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def undecided(value: Any, path: str = "") -> list[str]:
    """List the paths at which a question mark awaits a decision.

    Parameters
    ----------
    value : object
        The mapping, or a part of it.
    path : str
        Where it stands.

    Returns
    -------
    list of str
        Paths; labels are not named, since they come from the data.

    Examples
    --------
    >>> undecided({"sources": {"phq": {"dates": "?", "note": "?"}}, "x": [{"y": "?"}]})
    ['sources.phq.dates', 'x[0].y']
    """
    if value == "?":
        return [path]
    if isinstance(value, Mapping):
        found: list[str] = []
        for key, part in value.items():
            if key in {"note", "na"}:  # a question mark may be the code of a clinic for missing
                continue
            named = NAME.fullmatch(key) and not path.endswith(LABELS)
            found += undecided(part, f"{path}.{key}".strip(".") if named else path)
        return list(dict.fromkeys(found))
    if isinstance(value, list):
        return [place for n, part in enumerate(value) for place in undecided(part, f"{path}[{n}]")]
    return []
