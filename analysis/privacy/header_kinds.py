"""Telling of what sort of thing a column name speaks: codes, quantities, programs, nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable

from analysis.privacy.headers import content_words, header_words, meaning_of_header
from analysis.privacy.lexicon import read_list

__all__ = [
    "are_of_results",
    "explains_a_table",
    "is_of_instruments",
    "is_of_versions",
    "names_a_code",
    "names_a_moment",
    "names_a_quantity",
    "names_no_person",
    "names_public_codes",
    "needs_codes",
    "says_nothing",
]


def names_a_code(header: str) -> bool:
    """Tell whether a name ends as those of identifying codes do, as in "emr_key".

    Examples
    --------
    >>> names_a_code("emr_key"), names_a_code("session_no")
    (True, False)
    """
    lists, words = read_list("headers"), content_words(header)
    ends = len(words) > 1 and words[-1] in lists["id_endings"]
    ends = ends or (bool(words) and words[-1] in lists["code_names"])
    return ends and not set(words[:-1]) & set(lists["id_harmless"])


def names_no_person(header: str) -> bool:
    """Tell whether a name speaks of measurements, of parts of a study, or of public codes.

    Examples
    --------
    >>> [names_no_person(name) for name in ("dose_mg", "icd10", "item", "v7", "patient_code")]
    [True, True, True, False, False]
    """
    if meaning_of_header(header) is not None or names_a_code(header):
        return False
    return bool(_measuring_words(header))


def _measuring_words(header: str) -> set[str]:
    """Give the words of a name that speak of measurements, parts of a study or public codes."""
    lists, words = read_list("headers"), content_words(header)
    speaking = set(lists["measures"]) | set(lists["id_harmless"])
    found = speaking & {word for word in words if len(words) + len(word) > 2}
    if len(words) > 1 and words[-1] in lists["harmless_after"]:
        found.add(words[-1])
    return found


def names_a_quantity(header: str) -> bool:
    """Tell whether a name speaks of something measured, counted or coded publicly, not of a moment.

    Under "visit", "start" or "t" a number can be a day; under "dose_mg" or "cost" it is none.

    Examples
    --------
    >>> [names_a_quantity(name) for name in ("cost_usd", "visit", "t_abs", "infusion start")]
    [True, False, False, False]
    """
    lists = read_list("headers")
    quantities = set(lists["measures"]) | set(lists["harmless_after"]) | set(lists["code_systems"])
    found = _measuring_words(header) & quantities - set(lists["moments"])
    return bool(found) and names_no_person(header)


def names_public_codes(header: str) -> bool:
    """Tell whether a name speaks of a public system of codes, of answers or of running numbers.

    Examples
    --------
    >>> [names_public_codes(name) for name in ("icd10", "snomed_code", "visit", "dose_mg")]
    [True, True, False, False]
    """
    codes = set(read_list("headers")["code_systems"])
    return bool(_measuring_words(header) & codes) and names_no_person(header)


def names_a_moment(header: str) -> bool:
    """Tell whether a name speaks of visits, days and the like, and of nothing else.

    Examples
    --------
    >>> [names_a_moment(name) for name in ("visit", "session", "drug", "test")]
    [True, True, False, False]
    """
    moments = {"visit", "visits", "session", "sessions", "day", "days", "week", "phase", "infusion"}
    found = _measuring_words(header)
    return bool(found) and found <= moments and names_no_person(header)


def needs_codes(header: str) -> bool:
    """Tell whether a name speaks of single things only when the values are codes.

    Examples
    --------
    >>> needs_codes("monitor"), needs_codes("monitor_serial")
    (True, False)
    """
    phrase = " ".join(content_words(header))
    coded = (entry for entry in read_list("headers")["exact"] if "coded" in entry)
    return any(phrase in entry["words"] for entry in coded)


def is_of_versions(header: str) -> bool:
    """Tell whether a name speaks of programs, whose versions look like days and addresses.

    Examples
    --------
    >>> is_of_versions("app_version"), is_of_versions("release_date")
    (True, False)
    """
    words = set(header_words(header).split()) & set(read_list("headers")["version_words"])
    return bool(words) and meaning_of_header(header) is None


def is_of_instruments(header: str) -> bool:
    """Tell whether a name speaks of scales or methods, many of which bear names of authors.

    Examples
    --------
    >>> is_of_instruments("Scale"), is_of_instruments("rater")
    (True, False)
    """
    return bool(set(header_words(header).split()) & set(read_list("headers")["instrument_words"]))


def explains_a_table(header: str) -> bool:
    """Tell whether a name speaks of what a dictionary, a list of rules or a result explains.

    Examples
    --------
    >>> explains_a_table("remedy"), explains_a_table("history")
    (True, False)
    """
    return bool(set(header_words(header).split()) & set(read_list("headers")["explaining"]))


def are_of_results(headers: Iterable[str]) -> bool:
    """Tell whether a table is one of results or definitions: two such columns or more.

    Its sentences explain measures and groups. A table of patients has none of these columns.

    Examples
    --------
    >>> are_of_results(["measure", "estimate", "conf_low", "note"]), are_of_results(["day", "note"])
    (True, False)
    """
    listed = set(read_list("headers")["of_results"])
    return sum(header_words(header) in listed for header in headers) >= 2


def says_nothing(header: str) -> bool:
    """Tell whether a name is a letter, a number or a word such as "column" with a number.

    Examples
    --------
    >>> [says_nothing(name) for name in ("col_4", "x", "Unnamed: 7", "V12", "hr")]
    [True, True, True, True, False]
    """
    silent = r"(?:[a-z]|col|column|var|variable|field|feld|unnamed|spalte) ?\d*"
    return re.fullmatch(silent, header_words(header)) is not None
