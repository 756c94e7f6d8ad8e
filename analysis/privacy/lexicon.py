"""Reading the word lists of the room: names, places, months, labels and what only looks alike."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any

__all__ = ["alternatives", "read_list", "small_zip3", "word_set"]


@cache
def read_list(name: str) -> Any:
    """Read one data file of the room.

    Parameters
    ----------
    name : str
        Name of the file without its ending.

    Returns
    -------
    object
        What the JSON file holds; shared, so it must not be changed.
    """
    file = resources.files("analysis.privacy") / "data" / f"{name}.json"
    return json.loads(file.read_text(encoding="utf-8"))


@cache
def word_set(name: str, entry: str) -> frozenset[str]:
    """Give the words of one entry of a data file in lower case.

    Parameters
    ----------
    name : str
        Name of the file without its ending.
    entry : str
        An entry that holds a list of words, or of lines of words.

    Returns
    -------
    frozenset of str
        The words, case-folded.
    """
    entries = read_list(name)[entry]
    lines = name == "names"  # the long lists are kept as lines of words, for readable differences
    words = " ".join(entries).split() if lines else entries
    return frozenset(word.casefold() for word in words)


@cache
def small_zip3(census_year: int | None = None) -> frozenset[str]:
    """Give the three-digit ZIP areas with 20,000 people or fewer.

    Parameters
    ----------
    census_year : int, optional
        Census that counted them, 2000 or 2020; the newest when left out.

    Returns
    -------
    frozenset of str
        Three digits each.

    References
    ----------
    45 CFR 164.514(b)(2)(i)(B), which asks for the current census.

    Examples
    --------
    >>> len(small_zip3()), len(small_zip3(2000)), "036" in small_zip3()
    (18, 17, True)
    """
    censuses = {entry["census_year"]: entry["areas"] for entry in read_list("zip3")["censuses"]}
    return frozenset(censuses[max(censuses) if census_year is None else census_year])


def alternatives(words: Iterable[str], *, spaces: bool = False) -> str:
    """Write words as alternatives of a regular expression, the longest first.

    Parameters
    ----------
    words : iterable of str
        Plain words.
    spaces : bool
        Whether a space in a word stands for any run of spaces, hyphens or low lines, or for none.

    Returns
    -------
    str
        A group without a capture.
    """
    ordered = sorted({re.escape(word) for word in words}, key=lambda word: (-len(word), word))
    if spaces:
        ordered = [word.replace(r"\ ", r"[\s_-]?") for word in ordered]
    return "(?:" + "|".join(ordered) + ")"
