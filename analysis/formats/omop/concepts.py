"""What the concepts of an export mean: said by the analyst, looked up in the analyst's vocabulary.

No concept is guessed. An entry is a concept_id, or "VOCABULARY/code" as in "LOINC/44261-6", which
is looked up in the CONCEPT table of Athena that the analyst has put beside the tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.formats.noticed import noticed
from analysis.formats.omop.loading import loaded_file, table_file
from analysis.instruments import instrument_names
from analysis.study import TABLES, UNITS, Finding

__all__ = ["MEANINGS", "WEIGHT", "Concepts", "read_concepts"]

WEIGHT = "weight"
"""Parameter of a body weight, which belongs to a session and not to its monitoring."""

_SEXES = {8532: "female", 8507: "male"}
"""Standard concepts of the Gender domain (athena.ohdsi.org)."""

MEANINGS: dict[str, frozenset[str]] = {
    "agents": frozenset(TABLES["sessions"].column("agent").allowed),
    "routes": frozenset(TABLES["sessions"].column("route").allowed),
    "sexes": frozenset(TABLES["subjects"].column("sex").allowed),
    "totals": frozenset(instrument_names()),
    "items": frozenset(instrument_names()),
    "vitals": frozenset([*UNITS, WEIGHT]),
    "units": frozenset([*UNITS.values(), "kg", "g", "[lb_av]"]),
}
"""Sections of ``concepts`` in the mapping, and the canonical names that each may have."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Concepts:
    """Canonical names by concept_id.

    Parameters
    ----------
    agents, routes, sexes, totals, vitals, units : mapping of int to str
        One meaning per concept.
    items : mapping of int to tuple of (str, int)
        Scale and number of the item.
    """

    agents: Mapping[int, str]
    routes: Mapping[int, str]
    sexes: Mapping[int, str]
    totals: Mapping[int, str]
    vitals: Mapping[int, str]
    units: Mapping[int, str]
    items: Mapping[int, tuple[str, int]]


def read_concepts(content: Any, folder: Path) -> tuple[Concepts | None, list[Finding]]:
    """Read the section ``concepts`` of a mapping.

    Parameters
    ----------
    content : object
        As in ``{"agents": {"ketamine": [785649]}, "totals": {"PHQ-9": ["LOINC/44261-6"]}, "items":
        {"PHQ-9": {"1": ["LOINC/44250-9"]}}}``.
    folder : path
        May hold ``CONCEPT.csv``.

    Returns
    -------
    concepts : Concepts or None
        None when any finding is an error.
    findings : list of Finding
        By section.

    Examples
    --------
    >>> concepts, findings = read_concepts({"agents": {"ketamine": [785649]}}, Path("."))
    >>> concepts.agents
    {785649: 'ketamine'}
    """
    if not isinstance(content, Mapping) or not set(content) <= set(MEANINGS):
        allowed = f"It must be an object with any of: {', '.join(MEANINGS)}."
        return None, [_wrong("", allowed)]
    found = [finding for key in content for finding in _section_findings(key, content[key])]
    if found:
        return None, found
    vocabulary = _vocabulary(content, folder)
    read: dict[str, dict[int, Any]] = {section: {} for section in MEANINGS}
    for section, meaning, entry in _entries(content):
        concept = vocabulary.get(entry) if isinstance(entry, str) else entry
        if concept is None:
            found.append(_not_found(section))
        elif read[section].setdefault(concept, meaning) != meaning:
            found.append(_wrong(section, "Each concept may have one meaning."))
    if set(read["totals"]) & set(read["items"]):
        found.append(_wrong("items", "A concept may be a total or an item, not both."))
    read["sexes"] = {**_SEXES, **read["sexes"]}
    return (None, found) if found else (Concepts(**read), [])


def _wrong(section: str, allowed: str) -> Finding:
    """Say what a section must be."""
    place = f"concepts.{section}" if section else "concepts"
    return noticed("OMP-001", ("mapping", place), "The entry is not as it must be.", allowed)


def _not_found(section: str) -> Finding:
    """Say that a code cannot be looked up."""
    what = "A code is not in the CONCEPT table beside the tables, or there is none."
    remedy = "Put CONCEPT.csv of athena.ohdsi.org there, or write the concept_id."
    return noticed("OMP-010", ("mapping", f"concepts.{section}"), what, remedy)


def _section_findings(section: str, content: Any) -> list[Finding]:
    """Say what is wrong with a section; nothing when it is as it must be."""
    allowed = MEANINGS[section]
    named = isinstance(content, Mapping) and set(content) <= allowed
    lists = list(content.values()) if named else []
    if section == "items":
        named = named and all(isinstance(each, Mapping) for each in lists)
        numbered = [pair for each in lists for pair in each.items()] if named else []
        named = named and all(str(number).isdecimal() for number, _ in numbered)
        lists = [entries for _, entries in numbered]
    if named and all(_is_entries(entries) for entries in lists):
        return []
    shown = ", ".join(sorted(allowed))
    remedy = f"It must give lists of concept_ids or VOCABULARY/code for any of: {shown}."
    return [_wrong(section, remedy)]


def _is_entries(entries: Any) -> bool:
    """Tell whether something is a list of concept_ids and codes."""
    return isinstance(entries, list) and all(
        (isinstance(entry, int) and not isinstance(entry, bool) and entry > 0)
        or (isinstance(entry, str) and "/" in entry)
        for entry in entries
    )


def _entries(content: Mapping[str, Any]) -> Iterator[tuple[str, Any, int | str]]:
    """Give every entry with its section and meaning."""
    for section, named in content.items():
        for name, entries in named.items():
            if section != "items":
                yield from ((section, name, entry) for entry in entries)
                continue
            for number, each in entries.items():
                yield from ((section, (name, int(number)), entry) for entry in each)


def _vocabulary(content: Mapping[str, Any], folder: Path) -> dict[str, int]:
    """Look up the codes that are asked for, and no others."""
    asked = {entry for _, _, entry in _entries(content) if isinstance(entry, str)}
    path = table_file(folder, "concept") if asked else None
    raw = None if path is None else loaded_file(path)
    if raw is None or not {"concept_id", "vocabulary_id", "concept_code"} <= set(raw):
        return {}
    raw = raw[raw["vocabulary_id"].isin({entry.partition("/")[0] for entry in asked})]
    names = raw["vocabulary_id"].astype(str) + "/" + raw["concept_code"].astype(str)
    wanted = names.isin(asked) & raw["concept_id"].astype("string").str.fullmatch("[0-9]{1,18}")
    return dict(zip(names[wanted], raw["concept_id"][wanted].astype("int64").tolist(), strict=True))
