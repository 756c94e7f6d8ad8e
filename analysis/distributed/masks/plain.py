"""Plain values of JSON as files for people to read, and the names that they carry."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

from analysis import storage
from analysis.errors import DataError

__all__ = ["read_plain", "require_label", "write_plain"]

_LONGEST_LABEL = 64


def require_label(text: str, of: str) -> None:
    """Refuse a name that could be written in two ways, or that cannot be seen.

    Parameters
    ----------
    text : str
        Name of a site or of a round.
    of : str
        What is named, with its article.

    Raises
    ------
    DataError
        When the name is not of 1 to 64 visible characters in their composed form, with spaces
        only between them.
    """
    visible = text.isprintable() and text == text.strip()
    composed = unicodedata.is_normalized("NFC", text)  # else one name has two digests
    if not (visible and composed and 1 <= len(text) <= _LONGEST_LABEL):
        raise DataError(
            f"The name of {of} may have 1 to {_LONGEST_LABEL} visible characters, spaces only "
            "between them, and composed accents (NFC). Type the name anew, such as clinic-3."
        )


def write_plain(target: Path, kind: str, values: dict[str, Any]) -> Path:
    """Write values as a JSON file for people to read, replaced whole or not at all.

    Parameters
    ----------
    target : pathlib.Path
        The file.
    kind : str
        What it is, with the version of its form.
    values : dict
        Its content.

    Returns
    -------
    pathlib.Path
        The target.
    """
    text = json.dumps({"kind": kind, **values}, indent=2)
    return storage.write_text(target, f"{text}\n")


def read_plain(path: Path, kind: str, what: str) -> dict[str, Any]:
    """Read what `write_plain` wrote.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    kind : str
        As it was written.
    what : str
        What the file is, with its article, for messages.

    Returns
    -------
    dict
        The content.

    Raises
    ------
    DataError
        When the file is not there, no JSON, or of another kind or version.
    """
    try:
        values = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        values = None
    if not isinstance(values, dict) or values.pop("kind", None) != kind:
        raise DataError(
            f"{path.name} cannot be read as {what} of the form {kind!r}. Ask the one who made it "
            "to send it again, and use the same version of this toolkit everywhere."
        )
    return values
