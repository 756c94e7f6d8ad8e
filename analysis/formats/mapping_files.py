"""Reading and writing the JSON file of a mapping, of whatever kind of export."""

from __future__ import annotations

import json
from collections.abc import Mapping as MappingType
from pathlib import Path
from typing import Any

from analysis import storage
from analysis.errors import DataError
from analysis.formats.export_mapping import EXPORT_KINDS, ExportMapping
from analysis.formats.mapping import Mapping

__all__ = ["read_mapping", "write_mapping"]

_SECTIONS = {"day_zero": "redcap", "concepts": "omop"}


def read_mapping(path: Path | str) -> Mapping | ExportMapping:
    """Read a mapping file.

    Parameters
    ----------
    path : path
        JSON in UTF-8.

    Returns
    -------
    Mapping or ExportMapping
        The second when its ``kind`` is redcap, fhir or omop, or when it says no kind and has the
        section ``day_zero`` (REDCap) or ``concepts`` (OMOP); else the first, with a finding for
        every fault, which names its JSON path.

    Raises
    ------
    DataError
        When the file cannot be opened or is no JSON.
    """
    content = _loaded(Path(path))
    if isinstance(content, DataError):
        raise content  # not where the JSON broke: that error carries the whole text
    kind = _kind(content) if isinstance(content, MappingType) else ""
    if kind:
        return ExportMapping(kind=kind, content=content)
    return Mapping.of(content)


def _kind(content: MappingType[str, Any]) -> str:
    """Tell of which kind a mapping is; empty for that of a clinic's own files."""
    said = content.get("kind")
    if said in EXPORT_KINDS:
        return str(said)
    told = [kind for section, kind in _SECTIONS.items() if section in content]
    return told[0] if said is None and len(told) == 1 else ""


def _loaded(path: Path) -> Any:
    """Load the JSON of a mapping, or give the error that says why not."""
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=_each_key_once)
    except OSError:
        return DataError(
            "[FMT-010] The mapping cannot be opened. Look for its name and folder, and whether "
            "another program holds it."
        )
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        place = f" at line {line}" if line else ""
        return DataError(
            f"[FMT-010] The mapping is not valid JSON in UTF-8, or has a key twice{place}. "
            "Look for a missing comma, quotation mark or brace just before."
        )


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object with a key that stands twice: the first would be lost quietly."""
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError
    return dict(pairs)


def write_mapping(mapping: Mapping | ExportMapping, path: Path | str) -> Path:
    """Write a mapping file, whole or not at all.

    Parameters
    ----------
    mapping : Mapping or ExportMapping
        The mapping.
    path : path
        The JSON file; its headers and labels come from the data, so keep it in the clinic.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ReportError
        When the file cannot be written.
    """
    return storage.write_text(Path(path), mapping.text())
