"""Reading column names: what a name says about the column, and whether it may itself be shown."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from analysis.privacy.lexicon import read_list

__all__ = [
    "content_words",
    "exact_words",
    "header_role",
    "header_words",
    "meaning_of_header",
    "phrases",
    "worded_meaning",
]


_SPANS = {"day", "month", "quarter", "week"}
_AGE_UNITS = {
    "age_months": {"month", "months", "monate", "mois", "meses"},
    "age_weeks": {"week", "weeks", "wochen", "semaines", "semanas"},
    "age_days": {"day", "days", "tage", "jours", "dias"},
}


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


def content_words(header: str) -> list[str]:
    """Give the words of a name without articles and the like.

    Parameters
    ----------
    header : str
        Name of a column.

    Examples
    --------
    >>> content_words("date_of_birth")
    ['date', 'birth']
    """
    small = read_list("headers")["small_words"]
    return [word for word in header_words(header).split() if word not in small]


@cache
def phrases() -> dict[str, tuple[int, str]]:
    """Give every phrase of the lexicon with its element and kind."""
    return {
        " ".join(content_words(words)): (entry["element"], entry["kind"])
        for entry in read_list("headers")["headers"]
        for words in entry["words"]
    }


@cache
def exact_words() -> dict[str, tuple[int, str, bool]]:
    """Give the words that speak only alone, and whether the values must be words."""
    return {
        words: (entry["element"], entry["kind"], entry["worded"])
        for entry in read_list("headers")["exact"]
        for words in entry["words"]
    }


@cache
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
        phrases alike in length the last one, since names of columns end in what they are. A
        name that ends in a word such as "type" or "count" speaks of something else, unless a
        phrase of two words or more takes in that word.

    Examples
    --------
    >>> meaning_of_header("patient_last_name"), meaning_of_header("Geburtsdatum")
    ((1, 'name'), (3, 'date'))
    >>> meaning_of_header("instrument_name"), meaning_of_header("rel_day")
    (None, None)
    >>> meaning_of_header("license_no"), meaning_of_header("license_type")
    ((11, 'licence number'), None)
    """
    lists = read_list("headers")
    words = _without_sides(content_words(header))
    if " ".join(words) in lists["harmless"] or _ends_harmless(words):
        return None
    size, stop, found = _longest_phrase(words)
    speaks_last = size > 1 and stop == len(words)
    if words and words[-1] in lists["harmless_after"] and len(words) > 1 and not speaks_last:
        return None
    if found is not None:
        return found
    return _meaning_of_body(words) or _meaning_of_whole(words) or _meaning_of_script(header)


def _longest_phrase(words: list[str]) -> tuple[int, int, tuple[int, str] | None]:
    """Give the length, the end and the meaning of the longest phrase of the lexicon."""
    size, end, found = 0, 0, None
    for start in range(len(words)):
        for stop in range(start + 1, min(len(words), start + 4) + 1):
            meaning = phrases().get(" ".join(words[start:stop]))
            if meaning and (stop - start, stop) >= (size, end):
                size, end, found = stop - start, stop, meaning
    return size, end, found


def _meaning_of_body(words: list[str]) -> tuple[int, str] | None:
    """Tell what a name says that joins a part or habit of the body with a stored feature of it."""
    lists = read_list("headers")
    both = set(words) & set(lists["bodies"]) and set(words) & set(lists["features"])
    return (16, "biometric identifier") if both else None


def _meaning_of_whole(words: list[str]) -> tuple[int, str] | None:
    """Tell what a name says by its whole, by its ending, or by the words that it joins."""
    if not words:
        return None
    alone = exact_words().get(" ".join(words), exact_words().get(" ".join(_without_owner(words))))
    if alone is not None:
        return None if alone[2] else alone[:2]
    if len(words) > 1 and words[-1] in {"on", "at"} and words[-2].endswith("ed"):
        return 3, "date"
    for entry in read_list("headers")["endings"]:
        if words[-1].endswith(tuple(entry["words"])) and not words[-1].endswith(
            tuple(entry["but"])
        ):
            return entry["element"], entry["kind"]
    return _meaning_of_joined(words[-1]) if len(words) == 1 else None


def _without_sides(words: list[str]) -> list[str]:
    """Leave out the sides of the body at the end of a name, as in "hearing aid l/r"."""
    sides = {"l", "r", "left", "right", "links", "rechts", "od", "os", "gauche", "droite"}
    return words[:-2] if len(words) > 2 and set(words[-2:]) <= sides else words


def _without_owner(words: list[str]) -> list[str]:
    """Leave out a first word that only says whose the column is."""
    owners = {"patient", "pt", "pat", "client", "subject", "home", "participant", "study"}
    return words[1:] if len(words) > 1 and words[0] in owners else words


def _meaning_of_joined(word: str) -> tuple[int, str] | None:
    """Tell what a name of two or three joined words says, as in "dateofbirth"."""
    for first in range(3, len(word) - 1):
        for second in (len(word), *range(first + 2, len(word) - 2)):
            parts = [word[:first], word[first:second], word[second:]]
            phrase = " ".join(content_words(" ".join(filter(None, parts))))
            if " " in phrase and phrase in phrases():
                return phrases()[phrase]
    return None


def _meaning_of_script(header: str) -> tuple[int, str] | None:
    """Tell what a name in another script says."""
    if header.isascii():
        return None
    folded = header.casefold()
    for entry in read_list("headers")["scripts"]:
        if any(word in folded for word in entry["words"]):
            return entry["element"], entry["kind"]
    return None


def _ends_harmless(words: list[str]) -> bool:
    """Tell whether another word makes it harmless, as in "drug name" or "quarter of study"."""
    lists = read_list("headers")
    if len(words) < 2:
        return False
    described = words[-1] in {"name", "description", "text", "month"}
    if words[0] == "name" and len(words) == 2:
        described, words = True, words[::-1]
    return (
        (described and words[-2] in lists["harmless_before"])
        or (words[-1] in _SPANS and words[-2] in lists["relative_to"])
        or (words[0] in _SPANS and words[-1] in lists["relative_to"])
    )


def worded_meaning(header: str) -> tuple[int, str] | None:
    """Tell what a name says when its values are words: "site" holds places, or only codes.

    Parameters
    ----------
    header : str
        Name of a column.

    Returns
    -------
    tuple of int and str, or None
        Element of Safe Harbor and kind.

    Examples
    --------
    >>> worded_meaning("site"), worded_meaning("session")
    ((2, 'place'), None)
    """
    words = content_words(header)
    found = exact_words().get(" ".join(words), exact_words().get(" ".join(_without_owner(words))))
    return found[:2] if found is not None and found[2] else None


def header_role(header: str) -> str:
    """Tell whether a column holds ages, years of birth or three-digit ZIP areas.

    Parameters
    ----------
    header : str
        Name of a column.

    Returns
    -------
    str
        ``"age"`` in years, ``"age_months"``, ``"age_weeks"``, ``"age_days"``, ``"birth_year"``,
        ``"zip3"`` or an empty text.

    Examples
    --------
    >>> header_role("age_years"), header_role("Geburtsjahr"), header_role("dosage")
    ('age', 'birth_year', '')
    """
    lists, words = read_list("headers"), content_words(header)
    phrase = header_words(header)
    for role in ("age", "birth_year", "zip3"):
        if phrase in lists[role]:
            return role
    if set(words) & {"birth", "born"} and set(words) & {"year", "yr", "jahr"}:
        return "birth_year"
    if not set(words) & set(lists["age_words"]) or set(words) & set(lists["not_of_age"]):
        return ""
    return next((role for role, unit in _AGE_UNITS.items() if set(words) & unit), "age")
