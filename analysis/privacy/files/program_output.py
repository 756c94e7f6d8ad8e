"""Identifiers in what programs print: times of a run, versions and methods are none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from analysis.privacy.detector import Match
from analysis.privacy.files.citations import (
    is_citation,
    is_published_address,
    names_published_cohort,
)
from analysis.privacy.files.walk import name_may_identify
from analysis.privacy.lexicon import read_list
from analysis.privacy.patterns import identifiers_in

__all__ = ["USER_PATH", "identifiers_in_output", "user_paths_in"]

USER_PATH = "user name in a path"

_LISTS = read_list("program_output")
_PARTS = {
    "<INVENTOR>": "(?:" + "|".join(_LISTS["inventors"]) + ")",
    "<METHOD>": "(?:" + "|".join(_LISTS["methods"]) + ")s?",
    "<DOCUMENTED>": "|".join(_LISTS["documented"]),
    "<DAY>": _LISTS["day"],
    "<CLOCK>": _LISTS["clock"],
}


def _filled(pattern: str) -> str:
    """Put the lists into a pattern."""
    for name, part in _PARTS.items():
        pattern = pattern.replace(name, part)
    return f"(?:{pattern})"


_NO_IDENTIFIER = re.compile("|".join(map(_filled, _LISTS["printed"])), re.MULTILINE)
_HIDDEN = "\x01"
_WHOLE_ONLY = {
    "five-digit code",
    "long number",
    "time stamp",
    "licence plate",
    "national provider identifier",
}
_TWO_NUMBERS = re.compile(r"([-+]?\d+\.\d+)[\s/,;]+([-+]?\d+\.\d+)")
_PUBLIC_HOST = re.compile(r"(?:[\w-]+\.)+(?:org|gov|edu|int)")
_DECIMAL_MONTH = re.compile(r"\d{1,2}\.\d{4}|\d{4}\.\d{2}")
_NAME_OF_A_FILE = re.compile(  # a list of files with their digests
    r"(?i)[\w-]\.(?:html?|csv|tsv|parquet|json|ndjson|png|svg|pdf|xlsx|docx|md|txt|ipynb|py|zip|gz|whl)"
    r"(?![\w.])"
)
_USER_PATH = re.compile(
    r"(?i)(?:[A-Z]:)?(?:\\\\?|/)(?:Users|Benutzer|Utilisateurs|Usuarios|Documents"
    r" and Settings)(?:\\\\?|/)(?P<a>[^\\/\s:*?\"<>|'`,;)\]]+(?: [A-Z][^\\/\s:*?\"<>"
    r"|'`,;)\]]+)?(?=[\\/])|[^\\/\s:*?\"<>|'`,;)\]]+)"
    r"|(?<![\w.])/(?:home|export/home|data/home|mnt/home|nfs/home)/(?P<b>[^/\s:*?\"<>|'`,;)\]]+)"
    r"|\\\\\\?\\?[\w.-]+\\(?:users|home|homes|profiles)\$?\\(?P<c>[^\\\s:*?\"<>"
    r"|'`]+)|/var/folders/(?P<d>\w\w/\w{20,})"
)
_NOBODY = re.compile(
    r"(?i)(?:public|default|all users|shared|user|users|username|user_name|yourname"
    r"|your_name|you|me|jovyan|runner|runneradmin|vscode|ubuntu|ec2-user|"
    r"root|admin|administrator|docker|conda|rstudio|app|local|work|workspace|analyst"
    r"|name|build|circleci|travis|codespace|"
    r"node|jenkins|student|containeruser|dev|builder|[<{$%\[(.~*].*|\.+|x+)"
)


def identifiers_in_output(text: str) -> tuple[Match, ...]:
    """Find what may identify a person in text that a program printed.

    Parameters
    ----------
    text : str
        An output, a log, a page.

    Returns
    -------
    tuple of Match
        As `identifiers_in`, without what programs print by themselves: the time of a run,
        versions, digests, addresses of documentation, methods named after their inventors, and
        numbers that only stand beside each other.

    Examples
    --------
    >>> identifiers_in_output("Wilson interval; report generated 2024-11-26")
    ()
    >>> [match.kind for match in identifiers_in_output("Seen on 2024-03-15")]
    ['date']
    """
    plain = _NO_IDENTIFIER.sub(lambda match: _HIDDEN * len(match[0]), text)
    return tuple(
        match
        for match in identifiers_in(plain)
        if _counts(match, plain) and not _is_published(match, text)
    )


def _counts(match: Match, text: str) -> bool:
    """Tell whether a match in printed text is worth a finding."""
    if match.kind in _WHOLE_ONLY or (
        match.kind == "telephone number" and text[match.start : match.end].isdigit()
    ):
        return False
    if match.kind == "digest":
        return _NAME_OF_A_FILE.search(_line_around(match, text)) is None
    shown = text[match.start : match.end].strip()
    test = _TESTS.get(match.kind)
    return test is None or test(shown)


def _is_published(match: Match, text: str) -> bool:
    """Tell authors, their hospitals and addresses of publications."""
    if match.kind == "web address":
        return is_published_address(_whole_address(match, text))
    is_named = match.element == 1 or match.kind == "clinic"
    return is_named and (
        names_published_cohort(text, match.start) or is_citation(_line_around(match, text))
    )


def _line_around(match: Match, text: str) -> str:
    """Give the line of a match."""
    end = text.find("\n", match.end)
    return text[text.rfind("\n", 0, match.start) + 1 : end if end >= 0 else len(text)]


def _whole_address(match: Match, text: str) -> str:
    """Give the whole word around a match."""
    rest = re.match(r"[^\s\"'<>)\]]*", text[match.end : match.end + 300])
    return text[match.start : match.end] + (rest[0] if rest else "")


def _is_a_place(shown: str) -> bool:
    """Tell coordinates of North America and Europe from two estimates beside each other."""
    pair = _TWO_NUMBERS.fullmatch(shown)
    if pair is None:
        return True  # with degrees or a label
    if "," not in shown and ";" not in shown:
        return False
    latitude, longitude = float(pair[1]), float(pair[2])
    return 18 <= latitude <= 72 and (-170 <= longitude <= -50 or -11 <= longitude <= 40)


_TESTS: dict[str, Callable[[str], bool]] = {
    "name of a picture file": lambda shown: name_may_identify(re.split(r"[\\/]", shown)[-1]),
    "web address": lambda shown: shown.startswith("www") or not _PUBLIC_HOST.fullmatch(shown),
    "quarter": lambda shown: not re.search(r"\s{2}|\n|^q", shown),  # quartiles of a table
    "coordinates": _is_a_place,
    "year and month": lambda shown: not _DECIMAL_MONTH.fullmatch(shown),
}


def user_paths_in(text: str) -> Iterator[Match]:
    r"""Find paths that hold the name of a user of the computer.

    Parameters
    ----------
    text : str
        Any text.

    Yields
    ------
    Match
        Where the name stands; names that everybody has, such as ``Public``, are left out.

    Examples
    --------
    >>> [match.kind for match in user_paths_in(r"C:\Users\jdoe\data.csv")]
    ['user name in a path']
    >>> list(user_paths_in("/home/jovyan/work"))
    []
    """
    for match in _USER_PATH.finditer(text):
        group = next(name for name, value in match.groupdict().items() if value)
        if not _NOBODY.fullmatch(match[group]):
            start, end = match.span(group)
            yield Match(element=18, kind=USER_PATH, start=start, end=end)
