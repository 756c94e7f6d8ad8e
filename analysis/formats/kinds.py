"""What kind of export a folder holds: own files of a clinic, REDCap, FHIR or OMOP."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from analysis.errors import DataError
from analysis.formats.export_mapping import EXPORT_KINDS
from analysis.formats.omop.fields import CDM_TABLES
from analysis.formats.redcap.project_files import is_dictionary

__all__ = ["KINDS", "export_paths", "kind_of"]

KINDS = ("clinic", *EXPORT_KINDS)
"""Kinds of exports that a mapping can describe."""

_REQUIRED = {name for name, table in CDM_TABLES.items() if table.required}


def export_paths(paths: Path | str | Sequence[Path | str]) -> list[Path]:
    """List the files of an export.

    Parameters
    ----------
    paths : path or sequence of path
        Folders, whose files are taken, and files.

    Returns
    -------
    list of pathlib.Path
        In the order given, those of a folder by name.

    Raises
    ------
    DataError
        When a path does not exist.
    """
    given = [Path(paths)] if isinstance(paths, str | os.PathLike) else [Path(p) for p in paths]
    if not all(path.exists() for path in given):
        raise DataError("A folder or file of the export does not exist. Look for its name.")
    listed = [sorted(path.iterdir()) if path.is_dir() else [path] for path in given]
    return [path for group in listed for path in group if path.is_file()]


def kind_of(files: Sequence[Path]) -> tuple[str, str]:
    """Recognise the kind of an export.

    Parameters
    ----------
    files : sequence of pathlib.Path
        Its files.

    Returns
    -------
    kind, reason : str
        One of `KINDS`, and what it was recognised by.

    Examples
    --------
    >>> kind_of([Path("Patient.ndjson")])
    ('fhir', 'files that end with .ndjson')
    >>> kind_of([Path("visits.xlsx")])
    ('clinic', 'nothing of another kind')
    """
    if any(path.suffix.lower() == ".ndjson" for path in files):
        return "fhir", "files that end with .ndjson"
    tables = {path.stem.lower() for path in files if path.suffix.lower() in (".csv", ".parquet")}
    if tables >= _REQUIRED:
        return "omop", f"files named {' and '.join(sorted(_REQUIRED))}"
    if any(is_dictionary(path) for path in files):
        return "redcap", "a file with the header of a data dictionary"
    return "clinic", "nothing of another kind"
