"""The signs that the name of a column gives, unless the values show that it means other things."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pandas as pd

from analysis.privacy.header_kinds import names_a_code, needs_codes
from analysis.privacy.headers import header_role, header_words, meaning_of_header, worded_meaning
from analysis.privacy.lexicon import word_set
from analysis.privacy.name_shapes import is_speaking
from analysis.privacy.names import is_known_name
from analysis.privacy.numeric_columns import plain_numbers
from analysis.privacy.scan_result import Sign, there
from analysis.privacy.values import are_large_areas

__all__ = ["holds_numbers", "signs_of_header"]

_NEARLY_ALL = 0.9
_HALF = 0.5
_FEW_CODES = 5
_LAST = {"month": 12, "quarter": 4, "week": 53, "monat": 12, "woche": 53, "quartal": 4}
_NAMES, _PLACES, _DATES = 1, 2, 3
_OF_WORDS = {_NAMES, _PLACES, 12, 18}
_MANY, _OFTEN = 10, 3
_FIRST_YEAR, _FIRST_SERIAL = 1900, 16_000
_WITHOUT_FRACTION = {4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 18}


def signs_of_header(values: pd.Series, header: str) -> Iterator[Sign]:
    """Give what the name of the column says, when the column holds anything.

    Parameters
    ----------
    values : pandas.Series
        A column.
    header : str
        Its name.
    """
    meaning = meaning_of_header(header) or _meaning_of_words(values, header)
    if meaning is None or meaning[0] == 0 or header_role(header) or there(values) == 0:
        return
    distinct = _distinct_texts(values)
    if pd.api.types.is_bool_dtype(values.dtype) or _are_flags(distinct):
        return  # "phone: yes" says that there is a telephone, not which
    if not _means_something_else(meaning[0], header, distinct, there(values)):
        yield Sign(element=meaning[0], why="header", kind=meaning[1], count=there(values))


def _distinct_texts(values: pd.Series) -> pd.Series:
    """Give the distinct values as texts without blanks around them."""
    return pd.Series(values.dropna().unique(), dtype=object).map(str).str.strip().drop_duplicates()


def _means_something_else(element: int, header: str, distinct: pd.Series, n: int) -> bool:
    """Tell whether the distinct values show that they are not what the name says."""
    if _are_categories(element, distinct, n):
        return True
    if element == _PLACES:
        return are_large_areas(distinct) or _are_no_coordinates(distinct, header)
    if element == _NAMES:
        return bool(distinct.str.casefold().isin(word_set("look_alikes", "roles")).all())
    if needs_codes(header):
        worded = distinct.str.contains(r"[^\W\d_]{3}") & ~distinct.str.contains(r"\d{4}")
        return bool(worded.all())  # makes and models
    numbers = plain_numbers(distinct)
    fractions = bool((numbers % 1 != 0).any())
    if element == _DATES:
        return bool(numbers.notna().all()) and _are_no_days(numbers, header, fractions=fractions)
    return bool(numbers.notna().all()) and fractions and element in _WITHOUT_FRACTION


def _are_categories(element: int, distinct: pd.Series, n: int) -> bool:
    """Tell whether values are a few words that repeat: answers, no numbers, days or names.

    Numbers and codes have digits or differ. Days have names; persons and places too, so that there
    every word must be one of which categories are made.
    """
    plain = distinct.str.fullmatch(r"(?:[^\W\d_]|[\s'’/(),&+*-])*")
    if len(distinct) > _MANY or n < _OFTEN * len(distinct) or not plain.all():
        return False
    words = {word for text in distinct.str.casefold() for word in re.findall(r"[^\W\d_]+", text)}
    if element == _DATES:
        return not words & (word_set("look_alikes", "day_words") | word_set("dates", "months"))
    if element == _NAMES and any(is_known_name(word, also_words=True) for word in words):
        return False
    capitals = distinct[distinct.str.fullmatch(r"[A-Z]{2,}")].str.casefold()
    codes = not capitals.isin(_words_of_categories()).all()
    return words <= _words_of_categories() if element in _OF_WORDS else not codes


@cache
def _words_of_categories() -> frozenset[str]:
    """Give the words of which answers and categories are made."""
    lists = ("category_words", "clinical_words", "ordinary_words", "abbreviations", "roles")
    phrases = {phrase for name in lists for phrase in word_set("look_alikes", name)}
    return frozenset(word for phrase in phrases for word in phrase.split())


def _are_no_coordinates(distinct: pd.Series, header: str) -> bool:
    """Tell whether "lat" and the like stand for whole numbers, such as latencies."""
    if not set(header_words(header).split()) & {"lat", "lon", "long", "lng"}:
        return False
    numbers = plain_numbers(distinct)
    return bool(numbers.notna().all() and (numbers % 1 == 0).all())


def _are_no_days(numbers: pd.Series, header: str, *, fractions: bool) -> bool:
    """Tell whether numbers count time since something: too small for dates, too large for parts."""
    words = header_words(header).split()
    last = _LAST.get(words[-1], 366) if words else 366
    highest = float(numbers.abs().max())
    if fractions and float(numbers.min()) < _FIRST_YEAR:
        return highest < _FIRST_SERIAL
    return highest < _FIRST_YEAR and (fractions or highest > last)


def _meaning_of_words(values: pd.Series, header: str) -> tuple[int, str] | None:
    """Give what a name says of values that are words, or of codes that differ much."""
    distinct = _distinct_texts(values)
    worded = worded_meaning(header)
    if worded is not None and distinct.map(is_speaking).mean() >= _HALF:
        return worded
    many = len(distinct) >= _FEW_CODES and len(distinct) >= _HALF * there(values)
    return (18, "other unique code") if many and names_a_code(header) else None


def _are_flags(distinct: pd.Series) -> bool:
    """Tell whether values are only yes and no, or not known."""
    known = set(distinct.str.casefold()) - word_set("look_alikes", "not_known")
    return known <= word_set("look_alikes", "flags")


def holds_numbers(values: pd.Series) -> bool:
    """Tell whether a column holds numbers, be it as numbers or as texts.

    Examples
    --------
    >>> holds_numbers(pd.Series(["1", "2.5"])), holds_numbers(pd.Series(["a"]))
    (True, False)
    """
    if pd.api.types.is_numeric_dtype(values.dtype):
        return True
    texts = values.dropna().astype(object).map(str)
    return bool(plain_numbers(texts).notna().mean() >= _NEARLY_ALL)
