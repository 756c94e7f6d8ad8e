"""The crosswalk: which random pseudonym stands for which patient; kept apart from the data.

Pseudonyms come from the random source of the operating system and are never worked out from
anything. The file only grows, so the same patient has the same pseudonym next month.
"""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Iterable
from pathlib import Path

from analysis import storage
from analysis.errors import DataError, DisclosureError
from analysis.study import in_local_zone

__all__ = ["PSEUDONYM", "pseudonyms_for", "read_crosswalk", "require_apart"]

PSEUDONYM = "subject_id"
"""The column of pseudonyms in de-identified tables."""

_HEADER = ["pseudonym", "id"]
_ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"  # without vowels no words, without digits no numbers
_LENGTH = 12


def require_apart(crosswalk: Path | str) -> Path:
    """Return the path of a crosswalk, or refuse a place from which it may leave with the data.

    Parameters
    ----------
    crosswalk : path
        A CSV file that need not exist.

    Returns
    -------
    pathlib.Path
        The same path, links followed.

    Raises
    ------
    DisclosureError
        When the file lies in the project, in the working folder or in a git work tree, and no
        folder around it is named ``local``.
    """
    path = Path(crosswalk).resolve()
    if in_local_zone(path.parent):
        return path
    project = Path(__file__).resolve().parents[2]
    inside = any(path.is_relative_to(folder) for folder in (project, Path.cwd().resolve()))
    if inside or any((folder / ".git").exists() for folder in path.parents):
        raise DisclosureError(
            "The crosswalk names patients and must not lie in the project, the working folder or "
            "a git work tree. Choose a folder outside them, or one named local."
        )
    return path


def read_crosswalk(path: Path) -> dict[str, str]:
    """Read a crosswalk.

    Parameters
    ----------
    path : pathlib.Path
        The file; one that is not there holds nobody.

    Returns
    -------
    dict of str to str
        Pseudonyms by id, in the order of the file.

    Raises
    ------
    DataError
        When the file is no crosswalk, or an id or pseudonym is there twice.
    """
    if not path.exists():
        return {}
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            rows = list(csv.reader(handle, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error):
        raise _no_crosswalk() from None
    if not rows or rows[0] != _HEADER or any(len(row) != 2 for row in rows):
        raise _no_crosswalk()
    by_id = {row[1]: row[0] for row in rows[1:]}
    if len(by_id) < len(rows) - 1 or len(set(by_id.values())) < len(rows) - 1:
        raise DataError(
            "A patient or a pseudonym is in the crosswalk twice. Go back to a copy of the file "
            "from before it was edited."
        )
    return by_id


def _no_crosswalk() -> DataError:
    """Say that a file is no crosswalk."""
    return DataError(
        "The crosswalk cannot be read: allowed is a CSV file in UTF-8 with the columns pseudonym "
        "and id, as it was written. Name the right file, or a new one."
    )


def pseudonyms_for(ids: Iterable[str], crosswalk: Path) -> dict[str, str]:
    """Give the pseudonyms of patients, making and writing those that are new.

    Parameters
    ----------
    ids : iterable of str
        Ids of patients.
    crosswalk : pathlib.Path
        The file. It is locked meanwhile and replaced whole or not at all.

    Returns
    -------
    dict of str to str
        The pseudonym of every id asked for.

    Raises
    ------
    DataError
        When the file is no crosswalk.
    ReportError
        When it cannot be locked or written; the earlier file is left as it was.
    """
    asked = list(dict.fromkeys(ids))
    with storage.locked(crosswalk):
        known = read_crosswalk(crosswalk)
        new = _new_pseudonyms([one for one in asked if one not in known], set(known.values()))
        if new:
            known |= new
            storage.write_text(crosswalk, _as_csv(known))
            crosswalk.chmod(0o600)
    return {one: known[one] for one in asked}


def _new_pseudonyms(ids: Iterable[str], taken: set[str]) -> dict[str, str]:
    """Draw a pseudonym for each id that no other patient has."""
    drawn = {}
    for one in ids:
        code = _draw()
        while code in taken:
            code = _draw()
        taken.add(code)
        drawn[one] = code
    return drawn


def _draw() -> str:
    """Draw twelve random consonants: about 52 bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def _as_csv(by_id: dict[str, str]) -> str:
    """Write a crosswalk as CSV with every text in quotation marks."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(_HEADER)
    writer.writerows((code, one) for one, code in by_id.items())
    return buffer.getvalue()
