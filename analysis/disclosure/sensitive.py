"""What a whole group must not be known to have, or not to have: the one list of sensitive words.

A policy carries the list; whatever is named here is protected in every table and figure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

__all__ = ["SENSITIVE", "speaks_of"]

_ITEMS = {  # the item on suicidal thoughts of each scale that has one
    "phq-9": 9,
    "phq9": 9,
    "madrs": 10,
    "ham-d17": 3,
    "hamd17": 3,
    "hamd": 3,
    "bdi-ii": 9,
    "bdi": 9,
    "ids-sr30": 18,
    "qids-sr16": 12,
    "qids": 12,
}
_SUICIDALITY = (
    "suicid",
    "self-harm",
    "selfharm",
    "parasuicid",
    "c-ssrs",
    "cssrs",
    "item 9",
    "item9",
    *(f"{scale} {how}" for scale, k in _ITEMS.items() for how in (f"item {k}", f"item{k}", f"{k}")),
)
_SUBSTANCES = (
    "substance",
    "alcohol",
    "drinking",
    "opioid",
    "cocaine",
    "stimulant",
    "cannabis",
    "addict",
    "abstin",
    "craving",
    "urine-screen",
    "use-days",
    "use within",
    "audit-c",
)
_ABUSE = ("abuse", "misuse", "diversion", "drug-seeking", "non-medical")
_REPRODUCTION = ("pregnan", "breastfeed", "breast-feed", "lactat", "abortion")
_OTHER = ("hiv", "psychosis", "psychotic", "overdose", "incarcerat", "homeless", "sexual abuse")

SENSITIVE = (*_SUICIDALITY, *_SUBSTANCES, *_ABUSE, *_REPRODUCTION, *_OTHER)
"""Beginnings of words in names; upper case, underscores and spaces do not matter."""


def speaks_of(words: Sequence[str], *names: Any) -> bool:
    """Say whether one of some names has a word that begins with one of the given.

    Parameters
    ----------
    words : sequence of str
        Beginnings of words, or several words; an empty sequence is in no name.
    *names : object
        Names of items, measures, variables or levels; others than texts are read as texts.

    Returns
    -------
    bool
        True when a name does.

    Examples
    --------
    >>> speaks_of(SENSITIVE, "alcohol_use_disorder"), speaks_of(SENSITIVE, "analcohol")
    (True, False)
    >>> speaks_of(SENSITIVE, "phq9_item_9"), speaks_of(SENSITIVE, "phq9_item_1")
    (True, False)
    """
    if not words:
        return False
    pattern = _pattern(tuple(words))
    return any(pattern.search(_plain(str(name))) for name in names)


def _plain(name: str) -> str:
    """Write a name in small letters, with one space where it has signs between words."""
    return re.sub(r"[\W_]+", " ", name.casefold()).strip()


@lru_cache(maxsize=32)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Compile the beginnings of words; after a number no other digit may follow."""
    parts = sorted({_plain(word) for word in words} - {""})
    ends = [re.escape(part) + (r"(?!\d)" if part[-1].isdigit() else "") for part in parts]
    return re.compile(r"\b(?:" + "|".join(ends) + ")")
