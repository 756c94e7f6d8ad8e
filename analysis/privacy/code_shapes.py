"""Shapes of columns of codes made from names and birthdays, and of numbers after a prefix."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from analysis.privacy.lexicon import read_list, word_set
from analysis.privacy.number_shapes import is_compact_day
from analysis.privacy.shape import Shape, coded_shape, letters_vary, mostly

__all__ = ["LINKED_SHAPES", "PREFIXED_SHAPES"]


def _are_phonetic(texts: Sequence[str]) -> bool:
    """Accept Soundex codes of many letters; codes of diagnoses begin with few."""
    return len({text[0] for text in texts}) >= max(4, 0.35 * len(texts))


def _without_vowels(texts: Sequence[str]) -> bool:
    """Accept capitals without vowels that are no abbreviations of the clinic."""
    known = sum(text.casefold() in word_set("look_alikes", "abbreviations") for text in texts)
    long = sum(len(text) for text in texts) >= 3.5 * len(texts)
    return long and known <= 0.2 * len(texts) and len({text[0] for text in texts}) >= 5


def _hold_a_day(texts: Sequence[str]) -> bool:
    """Accept six or eight digits after letters that are a day in one order."""
    digits = [re.findall(r"\d{8}|\d{6}", text) for text in texts]
    numbers = np.array([float(found[0]) if found else 0.0 for found in digits])
    return float(is_compact_day(numbers).mean()) >= 0.95


def _prefixed() -> tuple[Shape, ...]:
    """Make a shape of each list of prefixes: what letters before a number say."""
    shapes = []
    for entry in read_list("prefixes")["prefixes"]:
        words = "|".join(sorted(entry["words"], key=len, reverse=True))
        pattern = rf"(?i:{words})[-_ .#:/]{{0,2}}(?=(?:\W?\w)*?(?:\W?\d\W?){{3}})[A-Z0-9][\w/.-]*"
        shapes.append(coded_shape(entry["element"], entry["kind"], pattern))
    return tuple(shapes)


PREFIXED_SHAPES: tuple[Shape, ...] = _prefixed()
"""Shapes of elements 8 to 13 and 18 by their first letters."""

LINKED_SHAPES: tuple[Shape, ...] = (
    coded_shape(
        18,
        "phonetic code of a name",
        r"(?=.{4}$)[A-Z][1-6]{0,3}0*",
        _are_phonetic,
        least=5,
        share=0.95,
    ),
    coded_shape(
        18,
        "phonetic code of a name",
        r"[A-Z0][BCDFGHJKLMNPQRSTVWXYZ0]{1,5}",
        _without_vowels,
        least=6,
        share=0.95,
    ),
    coded_shape(
        18,
        "letters and a day",
        r"(?:[A-Za-z]{2,6}[-_]?\d{6}|[A-Za-z]{2,6}[-_]?\d{8})\d?[A-Za-z]?",
        _hold_a_day,
    ),
    coded_shape(
        18, "letters and a day", r"\d{6}[-_]?[A-Za-z]{1,4}|\d{8}[-_]?[A-Za-z]{1,4}", _hold_a_day
    ),
    coded_shape(
        18,
        "letters and a year",
        r"[A-Za-z]{2,4}[-_]?(?:19[2-9]\d|20[012]\d)",
        letters_vary,
        least=5,
    ),
    coded_shape(
        18,
        "letters and digits of a name and a birthday",
        r"[A-Z]{4,6}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])",
        letters_vary,
        least=5,
    ),
    coded_shape(
        18,
        "words in the place of a code",
        r"[a-z]{3,}(?:[-_.][a-z]{3,}){2,3}",
        mostly(lambda t: "-" in t),
        least=8,
        share=0.95,
    ),
    coded_shape(
        18, "sortable unique code", r"[0-7][0-9A-HJKMNP-TV-Z]{25}|[0-7][0-9a-hjkmnp-tv-z]{25}"
    ),
)
"""Shapes of element 18."""
