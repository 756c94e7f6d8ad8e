"""Which files of a folder are the data dictionary and the export of a REDCap project."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from analysis.errors import DataError
from analysis.formats.redcap.dictionary import COLUMNS

__all__ = ["is_dictionary", "project_files"]

_NAMES = ("field_name", "form_name", "field_type")


def _header(path: Path) -> list[str]:
    """Read the first row of a CSV file; empty when it is none."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            return [cell.strip() for cell in next(csv.reader(handle), [])]
    except (OSError, UnicodeError, csv.Error):
        return []


def is_dictionary(path: Path) -> bool:
    """Tell whether a file has the header of a REDCap data dictionary.

    Parameters
    ----------
    path : pathlib.Path
        Any file.

    Returns
    -------
    bool
        True for the long or short names of field, form and type.

    Examples
    --------
    >>> is_dictionary(Path("no such file.csv"))
    False
    """
    if path.suffix.lower() != ".csv":
        return False
    header = set(_header(path))
    return header >= set(_NAMES) or header >= {COLUMNS[name] for name in _NAMES}


def project_files(
    files: Sequence[Path], patterns: Mapping[str, str] | None = None
) -> tuple[Path, Path]:
    """Find the export and the data dictionary of a project.

    Parameters
    ----------
    files : sequence of pathlib.Path
        Files of one folder.
    patterns : mapping of str to str, optional
        ``export`` and ``dictionary``: names of files, with ``*`` for any letters, where the
        headers do not tell.

    Returns
    -------
    export, dictionary : pathlib.Path
        The files.

    Raises
    ------
    DataError
        When there is none, or more than one, of either.
    """
    given = patterns or {}
    tables = [path for path in files if path.suffix.lower() == ".csv"]
    dictionaries = [path for path in tables if is_dictionary(path)]
    if "dictionary" in given:
        dictionaries = [path for path in tables if path.match(given["dictionary"])]
    exports = [path for path in tables if not is_dictionary(path) and path not in dictionaries]
    if "export" in given:
        exports = [path for path in exports if path.match(given["export"])]
    return _only(exports, "export"), _only(dictionaries, "dictionary")


def _only(found: Sequence[Path], what: str) -> Path:
    """Return the only file, or say how many there are."""
    if len(found) == 1:
        return found[0]
    raise DataError(
        f"The folder has {len(found)} CSV files that could be the {what} of the REDCap project; "
        f'one is needed. Leave one there, or name it in the mapping: "files": {{"{what}": "*.csv"}}'
        " with a name or pattern that fits one file only."
    )
