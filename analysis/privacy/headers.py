"""Reading column names: what a name says about the column, and whether it may itself be shown."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from analysis.privacy.lexicon import read_list
from analysis.study import TABLES

__all__ = ["header_role", "header_words", "is_known_header", "meaning_of_header"]


def header_words(header: str) -> str:
    """Write a column name as plain words: small letters, no accents, single spaces.

    Parameters
    ----------
    header : str
        Name of a column.

    Returns
    -------
    str
        The words, from snake_case, camelCase, dots and hyphens alike.

    Examples
    --------
    >>> header_words("PatientName"), header_words("fecha_de-Nacimiento"), header_words("Straße")
    ('patient name', 'fecha de nacimiento', 'strasse')
    """
    spaced = re.sub(r"(?<=[a-zß-ÿ0-9])(?=[A-ZÀ-Þ])|(?<=[A-Z])(?=[A-Z][a-z])", " ", header)
    plain = unicodedata.normalize("NFKD", spaced.casefold())
    return " ".join(re.findall(r"[a-z]+\d*|\d+", plain.encode("ascii", "ignore").decode()))


@cache
def _phrases() -> dict[str, tuple[int, str]]:
    """Give every phrase of the lexicon with its element and kind."""
    return {
        " ".join(words.split()): (entry["element"], entry["kind"])
        for entry in read_list("headers")["headers"]
        for words in entry["words"]
    }


def meaning_of_header(header: str) -> tuple[int, str] | None:
    """Tell which element of Safe Harbor a column name speaks of.

    Parameters
    ----------
    header : str
        Name of a column.

    Returns
    -------
    tuple of int and str, or None
        Element (0 for free text) and kind; the longest phrase of the lexicon counts, and of
        phrases alike in length the last one, since names of columns end in what they are.

    Examples
    --------
    >>> meaning_of_header("patient_last_name"), meaning_of_header("Geburtsdatum")
    ((1, 'name'), (3, 'date'))
    >>> meaning_of_header("instrument_name"), meaning_of_header("rel_day")
    (None, None)
    """
    lists = read_list("headers")
    words = [
        word
        for word in header_words(header).split()
        if word not in {"de", "of", "the", "la", "del"}
    ]
    if " ".join(words) in lists["harmless"] or _ends_harmless(words):
        return None
    best: tuple[int, int] | None = None
    found = None
    for start in range(len(words)):
        for stop in range(start + 1, min(len(words), start + 4) + 1):
            meaning = _phrases().get(" ".join(words[start:stop]))
            if meaning and (best is None or (stop - start, stop) >= best):
                best, found = (stop - start, stop), meaning
    return found


def _ends_harmless(words: list[str]) -> bool:
    """Tell whether the word before the last makes it harmless, as in "drug name"."""
    return (
        len(words) > 1
        and words[-1] in {"name", "description", "text", "month"}
        and (words[-2] in read_list("headers")["harmless_before"])
    )


def header_role(header: str) -> str:
    """Tell whether a column holds ages, years of birth or three-digit ZIP areas.

    Parameters
    ----------
    header : str
        Name of a column.

    Returns
    -------
    str
        ``"age"``, ``"birth_year"``, ``"zip3"`` or an empty text.

    Examples
    --------
    >>> header_role("age_years"), header_role("Geburtsjahr"), header_role("dose_mg")
    ('age', 'birth_year', '')
    """
    words = header_words(header)
    for role in ("age", "birth_year", "zip3"):
        if words in read_list("headers")[role]:
            return role
    return ""


@cache
def _known_words() -> frozenset[str]:
    """Give every word of which a column name may be made without being a text of the data."""
    lists = read_list("headers")
    listed = [*_phrases(), *lists["harmless"], *lists["harmless_before"]]
    listed += [*lists["age"], *lists["birth_year"], *lists["zip3"], *lists["substance_use_columns"]]
    listed += lists["plain_words"]
    canonical = [header_words(name) for table in TABLES.values() for name in table.names]
    tables = [header_words(name) for name in TABLES]
    words = " ".join([*listed, *canonical, *tables]).split()
    return frozenset([*words, "id", "no", "number", "code", "key", "of", "de", "the", "data"])


def is_known_header(header: str) -> bool:
    """Tell whether a name is made of known words only, so that a finding may show it.

    Parameters
    ----------
    header : str
        Name of a column or table.

    Returns
    -------
    bool
        False for names with any other word, which could be a text of the data.

    Examples
    --------
    >>> is_known_header("date_of_birth"), is_known_header("kowalski_notes")
    (True, False)
    """
    words = header_words(header).split()
    known = _known_words()
    return bool(words) and all(
        word in known or (word.isdigit() and len(word) < 3) for word in words
    )
