"""The signs that a column identifies persons: values, name, number, origin, sentences."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.privacy.codes import codes_of_patients
from analysis.privacy.derived import is_derived
from analysis.privacy.headers import (
    explains_a_table,
    header_role,
    meaning_of_header,
    names_a_code,
    names_a_quantity,
    names_no_person,
    says_nothing,
    worded_meaning,
)
from analysis.privacy.free_text import free_text_share, stray_sentences
from analysis.privacy.lexicon import read_list, small_zip3
from analysis.privacy.name_shapes import is_speaking
from analysis.privacy.numeric_columns import plain_numbers
from analysis.privacy.scan_result import Sign
from analysis.privacy.shapes import SHAPES
from analysis.privacy.values import MATCH_COLUMNS, match_column

__all__ = [
    "signs_of_cardinality",
    "signs_of_free_text",
    "signs_of_header",
    "signs_of_pseudonym",
    "signs_of_role",
    "signs_of_silent_ages",
    "signs_of_values",
    "there",
]

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
_AS_ANY_DAY = {
    "Julian day number",
    "date as a number",
    "day of the year",
    "decimal year",
    "number of a day",
    "spreadsheet date",
}
_FEW_DISTINCT = 20
_FEW_AGES = 10
_FEW_SENTENCES = 5
_NEARLY_ALL = 0.9
_FREE_TEXT_SHARE = 0.2
_HALF = 0.5


def there(values: pd.Series) -> int:
    """Count values that are not missing."""
    return int(values.notna().sum())


def signs_of_values(
    values: pd.Series, header: str, *, is_pseudonym: bool, is_canonical: bool
) -> Iterator[Sign]:
    """Give what the values hold, without what any column of codes or figures looks like.

    Parameters
    ----------
    values : pandas.Series
        A column.
    header : str
        Its name.
    is_pseudonym : bool
        Whether it is the declared pseudonym, whose codes may look like anything.
    is_canonical : bool
        Whether it is a column that every study has.
    """
    found = match_column(values)
    columns = (found[name].tolist() for name in MATCH_COLUMNS)
    for element, kind, count, share, by in zip(*columns, strict=True):
        if is_pseudonym:
            by_chance = _is_any_code(kind, by) or (kind in _BY_CHANCE and share < _HALF)
        else:
            by_chance = _is_measured(kind, by, header, is_canonical=is_canonical)
        of_versions = kind == "IP address" and "version" in header.casefold()
        sparse_digits = kind == "five-digit code" and share < _HALF
        if not (by_chance or of_versions or sparse_digits):
            yield Sign(element=element, why="values", kind=kind, count=count)


def _is_any_code(kind: str, by: str) -> bool:
    """Tell whether any column of codes may look so: by its shape, or by digits and letters."""
    return kind in _AS_ANY_CODE or (by == "column" and kind in _SHAPED_AS_ANY_CODE)


def _is_measured(kind: str, by: str, header: str, *, is_canonical: bool) -> bool:
    """Tell whether a column of that name holds figures or public codes that only look so.

    What a single value says by itself, a telephone number or a mail address, stays: somebody may
    have typed it into any column.
    """
    if not (is_canonical or names_no_person(header)):
        return False
    if kind in _AS_ANY_DAY:
        return is_canonical or names_a_quantity(header)
    figures = kind in _AS_ANY_FIGURE or kind == "words that may be names"
    return figures or _is_any_code(kind, by)


def signs_of_role(values: pd.Series, header: str) -> Iterator[Sign]:
    """Give ages over 90, years of birth that tell them, and small ZIP areas."""
    role = header_role(header)
    if role == "":
        return
    texts = values.dropna().astype(object).map(str)
    if role in {"age", "age_months"}:
        texts = texts.str.extract(r"^\s*(\d{1,4}(?:\.\d*)?)(?!\s*\+)", expand=False).dropna()
    numbers = plain_numbers(texts) / (12 if role == "age_months" else 1)
    this_year = pd.Timestamp.now().year
    if role in {"age", "age_months"}:  # 90 stands for 90 or older
        hits, kind, element = int((numbers > 90).sum()), "age over 89", 3
    elif role == "birth_year":
        hits, kind, element = int((numbers <= this_year - 90).sum()), "year of birth", 3
    else:
        digits = values.dropna().astype(str).str.extract(r"^(\d{1,3})(?:\.0)?(?:xx|XX|\*\*)?$")[0]
        hits, kind, element = (
            int(digits.str.zfill(3).isin(small_zip3()).sum()),
            "small ZIP3 area",
            2,
        )
    if hits:
        yield Sign(element=element, why="values", kind=kind, count=hits)


def signs_of_header(values: pd.Series, header: str) -> Iterator[Sign]:
    """Give what the name of the column says, when the column holds anything."""
    meaning = meaning_of_header(header) or _meaning_of_words(values, header)
    if meaning is None or meaning[0] == 0 or header_role(header) or there(values) == 0:
        return
    if pd.api.types.is_bool_dtype(values.dtype) or _is_flag(values):
        return  # "phone: yes" says that there is a telephone, not which
    yield Sign(element=meaning[0], why="header", kind=meaning[1], count=there(values))


def _meaning_of_words(values: pd.Series, header: str) -> tuple[int, str] | None:
    """Give what a name says of values that are words, or of codes that differ much."""
    distinct = values.dropna().astype(object).map(str).drop_duplicates()
    worded = worded_meaning(header)
    if worded is not None and distinct.map(is_speaking).mean() >= _HALF:
        return worded
    many = len(distinct) >= 5 and len(distinct) >= _HALF * there(values)
    return (18, "other unique code") if many and names_a_code(header) else None


def _is_flag(values: pd.Series) -> bool:
    """Tell whether a column holds only yes and no."""
    flags = {
        "0",
        "1",
        "yes",
        "no",
        "true",
        "false",
        "y",
        "n",
        "0.0",
        "1.0",
        "ja",
        "nein",
        "oui",
        "non",
        "sí",
        "si",
    }
    distinct = values.dropna().unique()
    return len(distinct) <= 2 and {str(value).casefold() for value in distinct} <= flags


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


def signs_of_cardinality(
    values: pd.Series, header: str, patients: pd.Series | None
) -> Iterator[Sign]:
    """Give columns of codes with about one value for each patient, or for each row."""
    kind = codes_of_patients(values, patients, measured=names_no_person(header))
    if kind:
        yield Sign(element=18, why="cardinality", kind=kind, count=there(values))


def _holds_numbers(values: pd.Series) -> bool:
    """Tell whether a column holds numbers, be it as numbers or as texts."""
    if pd.api.types.is_numeric_dtype(values.dtype):
        return True
    return bool(
        plain_numbers(values.dropna().astype(object).map(str)).notna().mean() >= _NEARLY_ALL
    )


def signs_of_pseudonym(frame: pd.DataFrame, position: int) -> Iterator[Sign]:
    """Give a pseudonym that is worked out from another column."""
    if is_derived(frame, position):
        count = there(frame.iloc[:, position])
        yield Sign(element=18, why="derived", kind="pseudonym made from other data", count=count)


def signs_of_free_text(values: pd.Series, header: str) -> Iterator[Sign]:
    """Give columns of sentences: by their values, by name when texts differ much, or one stray."""
    share = free_text_share(values)
    meaning = meaning_of_header(header)
    named = meaning is not None and meaning[0] == 0
    distinct = values.nunique() if share or named else 0
    many = distinct >= _FEW_DISTINCT or _are_told(values, header, share)
    if share >= _FREE_TEXT_SHARE and (many or named):
        yield Sign(element=0, why="values", kind="free text", count=there(values))
    elif named and distinct >= _FEW_DISTINCT and not _holds_numbers(values):
        yield Sign(element=0, why="header", kind="free text", count=there(values))
    elif share and (stray := stray_sentences(values)):
        yield Sign(element=0, why="values", kind="sentence among short answers", count=stray)


def _are_told(values: pd.Series, header: str, share: float) -> bool:
    """Tell whether few texts are sentences that differ from row to row, and explain no table."""
    n = there(values)
    differ = n >= _FEW_SENTENCES and values.nunique() >= _NEARLY_ALL * n
    return differ and share >= _HALF and not explains_a_table(header)
