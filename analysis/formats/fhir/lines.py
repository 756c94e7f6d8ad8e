"""Streaming the resources of a bulk export line by line: one in memory at a time.

A line that is no resource becomes a finding with its number, and its content is never repeated.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

__all__ = ["LONGEST_LINE", "TYPES", "Line", "export_files", "file_label", "read_lines"]

LONGEST_LINE = 16 * 2**20
"""Bytes of the longest line that is looked at."""

TYPES = (
    *("Patient", "QuestionnaireResponse", "Observation", "MedicationAdministration", "Medication"),
    *("AdverseEvent", "EpisodeOfCare"),
)
"""Resources that are read; others are left out and counted."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a file.

    Parameters
    ----------
    number : int
        From 1.
    resource : dict, optional
        The resource; None when the line is none.
    """

    number: int
    resource: dict[str, Any] | None


def export_files(folder: Path) -> list[Path]:
    """List the files of an export in the order of their names."""
    return sorted(
        path for path in folder.iterdir() if path.suffix.lower() == ".ndjson" and path.is_file()
    )


def file_label(path: Path, number: int) -> str:
    """Name a file by its place and by the resource in its name; the name itself may hold anything.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    number : int
        Its place among the files in the order of their names, from 1.

    Returns
    -------
    str
        A name for findings.

    Examples
    --------
    >>> file_label(Path("jane.Patient.000.ndjson"), 2)
    'file 2 (Patient)'
    """
    named = [kind for kind in re.split(r"[^A-Za-z]+", path.name) if kind in TYPES]
    return f"file {number} ({named[0]})" if named else f"file {number}"


def read_lines(path: Path) -> Iterator[Line]:
    """Give the lines of a file that are not blank.

    Parameters
    ----------
    path : pathlib.Path
        A file of a bulk export.

    Yields
    ------
    Line
        With its resource, or without one when it is broken or too long.

    Raises
    ------
    OSError
        When the file cannot be read.
    """
    with path.open("rb") as handle:
        number = 0
        while piece := handle.readline(LONGEST_LINE):
            number += 1
            whole = piece.endswith(b"\n") or len(piece) < LONGEST_LINE
            while not whole:  # skip the rest of a line that is too long, in pieces
                rest = handle.readline(LONGEST_LINE)
                whole = not rest or rest.endswith(b"\n")
                piece = b"{"
            text = piece.removeprefix(b"\xef\xbb\xbf").strip() if number == 1 else piece.strip()
            if text:
                yield Line(number=number, resource=_resource(text))


def _resource(text: bytes) -> dict[str, Any] | None:
    """Read one resource; None when it is none."""
    try:
        found = json.loads(text.decode("utf-8"), parse_constant=_refused)
        if b"\\ud" in text.lower():  # half of a character, which no file could hold again
            json.dumps(found, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not isinstance(found.get("resourceType"), str):
        return None
    return found


def _refused(constant: str) -> NoReturn:
    """Refuse numbers that JSON does not have."""
    raise ValueError(constant)
