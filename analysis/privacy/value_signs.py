"""The signs that the values of a column identify persons, without what only looks so by chance."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.privacy.ages import OLDEST_AGE
from analysis.privacy.header_kinds import (
    is_of_instruments,
    is_of_versions,
    names_a_moment,
    names_a_quantity,
    names_no_person,
    names_public_codes,
    says_nothing,
)
from analysis.privacy.headers import header_role
from analysis.privacy.lexicon import read_list, small_zip3, word_set
from analysis.privacy.numeric_columns import plain_numbers
from analysis.privacy.scan_result import Sign
from analysis.privacy.shapes import SHAPES
from analysis.privacy.values import MATCH_COLUMNS, holds_texts, match_column

__all__ = ["signs_of_role", "signs_of_silent_ages", "signs_of_values"]

_BY_CHANCE = {
    "date",
    "date of a Japanese era",
    "digest",
    "UUID",
    "national identity number",
    "national provider identifier",
    "telephone number",
    "time stamp",
    "year and month",
}
_BY_CHANCE |= {str(entry["kind"]) for entry in read_list("labels")["labels"]}
_SHAPED_AS_PERSONS = {
    "last digits of a card",
    "e-mail address",
    "letters and a day",
    "letters and digits of a name and a birthday",
    "name in another script",
    "social security number",
    "web address",
    "words that may be names",
}
_SHAPED_AS_ANY_CODE = {shape.kind for shape in SHAPES} - _SHAPED_AS_PERSONS
_AS_ANY_CODE = {
    "five-digit code",
    "licence plate",
    "long number",
    "nine-digit number",
    "postcode",
}
_AS_ANY_FIGURE = {"IP address as a number", "bank routing number", "coordinates"}
_AS_ANY_LABEL = {
    "geohash",
    "initials",
    "letters and a year",
    "licence plate",
    "phonetic code of a name",
    "postcode",
    "user name",
    "words in the place of a code",
}
_AS_ANY_DAY = {
    "Julian day number",
    "date as a number",
    "day of the year",
    "decimal year",
    "number of a day",
    "spreadsheet date",
}
_OF_MANY = {"UUID", "digest", "token", "web address"}
_UNITS_OF_AGE = {"age": 1.0, "age_months": 12.0, "age_weeks": 365.25 / 7, "age_days": 365.25}
_FEW_AGES = 10
_FEW_ROWS = 8
_NEARLY_ALL = 0.9
_HALF = 0.5


def signs_of_values(
    values: pd.Series,
    header: str,
    patients: pd.Series | None = None,
    *,
    is_pseudonym: bool,
    is_canonical: bool,
) -> Iterator[Sign]:
    """Give what the values hold, without what any column of codes or figures looks like.

    Parameters
    ----------
    values : pandas.Series
        A column.
    header : str
        Its name.
    patients : pandas.Series, optional
        The declared pseudonym of the rows.
    is_pseudonym : bool
        Whether it is the declared pseudonym, whose codes may look like anything.
    is_canonical : bool
        Whether it is a column that every study has.
    """
    found = match_column(_without_authors(values, header))
    columns = (found[name].tolist() for name in MATCH_COLUMNS)
    for element, kind, count, share, by in zip(*columns, strict=True):
        if is_pseudonym:
            by_chance = _is_any_code(kind, by) or (kind in _BY_CHANCE and share < _HALF)
        else:
            by_chance = _is_measured(kind, by, header, values, is_canonical=is_canonical)
            by_chance |= _is_dotted(kind, header, values)
        sparse_digits = kind == "five-digit code" and share < _HALF
        shared = kind in _OF_MANY and share >= _NEARLY_ALL and _is_shared(values, patients)
        if not (by_chance or sparse_digits or shared):
            yield Sign(element=element, why="values", kind=kind, count=count)


def _is_any_code(kind: str, by: str) -> bool:
    """Tell whether any column of codes may look so: by its shape, or by digits and letters."""
    return kind in _AS_ANY_CODE or (by == "column" and kind in _SHAPED_AS_ANY_CODE)


def _is_measured(kind: str, by: str, header: str, values: pd.Series, *, is_canonical: bool) -> bool:
    """Tell whether a column of that name holds figures, public codes or labels that only look so.

    What a single value says by itself, a telephone number or a mail address, stays: somebody may
    have typed it into any column. Labels of visits and the like are short; where the whole column
    looks like longer codes, it holds other things than its name says.
    """
    if not (is_canonical or names_no_person(header)):
        return False
    if kind in _AS_ANY_DAY:
        return is_canonical or names_a_quantity(header)
    if kind == "words that may be names":
        return is_canonical or not names_a_moment(header)
    as_any = kind in _AS_ANY_FIGURE or _is_any_code(kind, by)
    if is_canonical or names_public_codes(header):
        return as_any
    if names_a_quantity(header) and as_any and _are_figures(values):
        return True
    return kind in _AS_ANY_LABEL and (by == "column" or kind == "licence plate")


def _are_figures(values: pd.Series) -> bool:
    """Tell whether nearly all values are digits and marks, with a unit of three letters at most."""
    if pd.api.types.is_numeric_dtype(values.dtype):
        return True
    texts = pd.Series(values.dropna().unique(), dtype=object).map(str)
    return bool(texts.str.fullmatch(r"[\W\d]*[A-Za-z%µ°]{0,3}\W*").mean() >= _NEARLY_ALL)


def _is_dotted(kind: str, header: str, values: pd.Series) -> bool:
    """Tell whether dotted numbers are versions of programs, or steps of a dose.

    Numbers of a version are below 100, unless they follow the name of a program; steps of a dose
    are whole fives. Addresses of machines and days hardly ever are.
    """
    patterns = []
    if kind == "IP address" and names_a_quantity(header):
        patterns.append(r"\d*[05](?:\.\d*[05])+")
    if kind in {"IP address", "date", "year and month"} and is_of_versions(header):
        patterns += [r"v?\d{1,2}(?:\.\d{1,3})+\w*", r"[A-Za-z][\w.+-]*[ =]+v?\d[\w.]*"]
    if not patterns:
        return False
    texts = pd.Series(values.dropna().unique(), dtype=object).map(str).str.strip()
    figures = texts[texts.str.contains(r"\d")]
    return bool(figures.str.fullmatch("|".join(patterns)).all())


def _is_shared(values: pd.Series, patients: pd.Series | None) -> bool:
    """Tell whether one or two values stand in many rows of many patients: those of a file."""
    rows = values.value_counts()
    if len(rows) > 2 or int(rows.min()) < 3 or int(rows.sum()) < _FEW_ROWS:
        return False
    return patients is None or patients.nunique() > 2 * len(rows)


def _without_authors(values: pd.Series, header: str) -> pd.Series:
    """Leave out names of authors that scales and methods bear, under a name that speaks of such."""
    if not is_of_instruments(header) or not holds_texts(values):
        return values
    distinct = pd.Series(values.dropna().unique(), dtype=object)
    folded = distinct.map(str).str.strip().str.casefold().str.replace("–", "-")
    authors = distinct[folded.isin(word_set("look_alikes", "authors"))]
    return values[~values.isin(authors)] if len(authors) else values


def signs_of_role(values: pd.Series, header: str) -> Iterator[Sign]:
    """Give ages over 90, years of birth that tell them, and small ZIP areas."""
    role = header_role(header)
    texts = values.dropna().astype(object).map(str) if role else pd.Series(dtype=object)
    if role in _UNITS_OF_AGE:
        texts = texts.str.extract(r"^\s*(\d{1,5}(?:\.\d*)?)(?!\s*\+)", expand=False).dropna()
        old = plain_numbers(texts) / _UNITS_OF_AGE[role] > OLDEST_AGE + 1  # 90 is 90 or older
        hits, kind, element = int(old.sum()), "age over 89", 3
    elif role == "birth_year":
        old = plain_numbers(texts) <= pd.Timestamp.now().year - OLDEST_AGE - 1
        hits, kind, element = int(old.sum()), "year of birth", 3
    else:
        digits = texts.str.extract(r"^(\d{1,3})(?:\.0)?(?:xx|XX|\*\*)?$")[0]
        small = digits.str.zfill(3).isin(small_zip3())
        hits, kind, element = int(small.sum()), "small ZIP3 area", 2
    if hits:
        yield Sign(element=element, why="values", kind=kind, count=hits)


def signs_of_silent_ages(values: pd.Series, header: str) -> Iterator[Sign]:
    """Give ages over 89 under a name that says nothing: years of the young and of the very old."""
    if not says_nothing(header) or not pd.api.types.is_numeric_dtype(values.dtype):
        return
    years = values.dropna().to_numpy(dtype=float)
    if len(np.unique(years)) < _FEW_AGES or (years % 1 != 0).any():
        return
    young, old = (years.min() >= 16) & (years.min() <= 35), (years > 90) & (years <= 105)
    if young and 90 < years.max() <= 105 and old.mean() <= 0.15:
        yield Sign(element=3, why="values", kind="age over 89", count=int(old.sum()))
