"""Finding identifiers in a whole column, by its type, its numbers and its distinct texts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Hashable, Mapping

import pandas as pd

from analysis.privacy.lexicon import read_list, word_set
from analysis.privacy.numeric_columns import numeric_kinds, plain_numbers
from analysis.privacy.patterns import identifiers_in
from analysis.privacy.shapes import kinds_of_shapes

__all__ = ["MATCH_COLUMNS", "are_large_areas", "holds_texts", "match_column"]

MATCH_COLUMNS = ("element", "kind", "count", "share", "by")
"""Columns of `match_column`."""

_AT_MOST = 20_000
_SAMPLE = 200
_FEW_ANSWERS = 5
_FEW_DAYS = 4
_BYTES = (17, "picture or other binary data")
_DATE = (3, "date")
_SERIAL = (3, "spreadsheet date")
_OF_AREAS = {1, 2}  # some states bear names of persons as well


def match_column(values: pd.Series, *, at_most: int = _AT_MOST) -> pd.DataFrame:
    """Count what may identify a person in the values of a column.

    Parameters
    ----------
    values : pandas.Series, shape (n,)
        Any column. Missing values are left out, of the share as well.
    at_most : int
        Distinct texts that are searched in full; of longer columns as many are taken, evenly
        spread, and counts are scaled up. ``attrs["examined"]`` says which share was searched.

    Returns
    -------
    pandas.DataFrame
        Columns `MATCH_COLUMNS`: element of Safe Harbor, kind, rows with such a value, their share
        of the values that are there, and what tells it: ``"value"`` when a single value does,
        ``"column"`` when only all of them together do. One row per element and kind, most
        frequent first. True counts, and no value.

    Examples
    --------
    >>> column = pd.Series(["2024-03-15", "2024-04-02", "unknown", None])
    >>> match_column(column).to_dict("records")
    [{'element': 3, 'kind': 'date', 'count': 2, 'share': 0.6666666666666666, 'by': 'value'}]
    """
    present = values.dropna()
    typed = _kind_of_type(present)
    if typed is not None:
        return _frame({typed: len(present)}, len(present))
    if not holds_texts(present):
        found = () if _is_unsearched(present) else numeric_kinds(present)
        return _frame(dict.fromkeys(found, len(present)), len(present), together=found)
    return _match_texts(present, at_most)


def _kind_of_type(present: pd.Series) -> tuple[int, str] | None:
    """Tell dates and times by their type."""
    dtype = present.dtype
    if pd.api.types.is_datetime64_any_dtype(dtype) or isinstance(dtype, pd.PeriodDtype):
        return _DATE
    return None


def holds_texts(present: pd.Series) -> bool:
    """Tell whether values may be texts or objects.

    Parameters
    ----------
    present : pandas.Series
        Any column.

    Examples
    --------
    >>> holds_texts(pd.Series(["a"])), holds_texts(pd.Series([1]))
    (True, False)
    """
    dtype = present.dtype
    categories = isinstance(dtype, pd.CategoricalDtype)
    return categories or pd.api.types.is_string_dtype(dtype) or pd.api.types.is_object_dtype(dtype)


def _is_unsearched(present: pd.Series) -> bool:
    """Tell whether values are flags, spans of time or complex, in which nothing can hide."""
    dtype = present.dtype
    return (
        not pd.api.types.is_numeric_dtype(dtype)
        or pd.api.types.is_bool_dtype(dtype)
        or pd.api.types.is_complex_dtype(dtype)
    )


def _match_texts(present: pd.Series, at_most: int) -> pd.DataFrame:
    """Search the distinct texts of a column, and its numbers when it holds nothing else."""
    cells = present.astype(object)
    if pd.api.types.infer_dtype(cells) != "string":
        cells = cells.map(_as_text)
    counts = cells.value_counts(sort=False)
    texts = pd.Series(counts.index, dtype=object)
    numbers = plain_numbers(texts)
    n = len(present)
    padded = texts.str.match(r"\s*(?:\+|0\d)")
    if len(texts) and float(numbers.notna().mean()) >= 0.95 and not padded.any():
        found = numeric_kinds(numbers.dropna())
        if found:
            return _frame(dict.fromkeys(found, n), n, together=found)
        texts = texts[numbers.isna() | (numbers.abs() >= 1e6)]
    if _are_answers(texts):
        return _frame({}, n)
    likely = _likely(texts)
    searched = likely.iloc[:: max(1, -(-len(likely) // at_most))]
    by_kind: dict[tuple[int, str], int] = {}
    for text in searched:
        rows = int(counts.loc[text])
        for key in _kinds(text):
            by_kind[key] = by_kind.get(key, 0) + rows
    scale = len(likely) / max(len(searched), 1)
    scaled = {key: min(n, round(count * scale)) for key, count in by_kind.items()}
    shaped = kinds_of_shapes(counts) | _days_among_words(numbers, counts)
    together = shaped.keys() - scaled.keys()
    scaled = {**shaped, **scaled}
    if are_large_areas(texts):
        scaled = {key: count for key, count in scaled.items() if key[0] not in _OF_AREAS}
    return _frame(scaled, n, together=together, examined=1 / scale if scale else 1.0)


def _days_among_words(numbers: pd.Series, counts: pd.Series) -> dict[tuple[int, str], int]:
    """Give days of a spreadsheet that stand between words such as "pending"."""
    days = numbers.notna().to_numpy()
    if int(days.sum()) < _FEW_DAYS or _SERIAL not in numeric_kinds(numbers[days]):
        return {}
    return {_SERIAL: int(counts[days].sum())}


def _are_answers(texts: pd.Series) -> bool:
    """Tell whether texts are answers to many items in a row: digits up to four and nothing else."""
    return len(texts) >= _FEW_ANSWERS and bool(texts.str.fullmatch(r"[0-4]{6,31}").all())


def are_large_areas(texts: pd.Series) -> bool:
    """Tell whether all texts are states or countries, of which some are cities as well.

    Parameters
    ----------
    texts : pandas.Series of str
        Without missing values.

    Examples
    --------
    >>> are_large_areas(pd.Series(["New York", "Texas"])), are_large_areas(pd.Series(["Denver"]))
    (True, False)
    """
    states = read_list("places")["states"]
    large = {name.casefold() for name in [*states, *states.values()]}
    large |= word_set("places", "countries") | word_set("places", "states_elsewhere")
    folded = texts.str.strip().str.casefold()
    cities = folded.isin(
        word_set("places", "cities") - {name.casefold() for name in states.values()}
    )
    return bool(len(texts)) and bool(folded.isin(large).all()) and not bool(cities.all())


def _as_text(value: Hashable) -> str:
    """Write one value as text; dates and bytes by what they are."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return "\0bytes"
    if isinstance(value, dt.date | pd.Period):
        return "\0date"
    return "" if isinstance(value, dt.timedelta | dt.time) else str(value)


def _kinds(text: str) -> set[tuple[int, str]]:
    """Tell what one text holds."""
    if text == "\0bytes":
        return {_BYTES}
    if text == "\0date":
        return {_DATE}
    return {(match.element, match.kind) for match in identifiers_in(text)}


def _likely(texts: pd.Series) -> pd.Series:
    """Leave out single words of a shape of which a sample holds no identifier.

    Pseudonyms are many and alike: letters and digits of one length. Two hundred of each length
    are searched; when one of them is an identifier, all are.
    """
    token = texts.str.fullmatch(r"(?=[0-9A-Za-z_-]*\d)(?=[0-9A-Za-z_-]*[A-Za-z])[0-9A-Za-z_-]+")
    token = token.fillna(False).astype(bool)
    if int(token.sum()) <= _SAMPLE:
        return texts
    lengths = texts[token].str.len()
    clean = [
        alike.index
        for _, alike in texts[token].groupby(lengths)
        if not any(_kinds(text) for text in alike.iloc[:: -(-len(alike) // _SAMPLE)])
    ]
    return texts.drop([label for index in clean for label in index])


def _frame(
    by_kind: Mapping[tuple[int, str], int],
    n: int,
    *,
    together: Collection[tuple[int, str]] = (),
    examined: float = 1.0,
) -> pd.DataFrame:
    """Put counts into a frame, most frequent first; some kinds only the whole column tells."""
    keys = sorted(by_kind, key=lambda key: (-by_kind[key], key))
    frame = pd.DataFrame(
        {
            "element": pd.array([element for element, _ in keys], dtype="int64"),
            "kind": [kind for _, kind in keys],
            "count": pd.array([by_kind[key] for key in keys], dtype="int64"),
            "share": [by_kind[key] / max(n, 1) for key in keys],
            "by": ["column" if key in together else "value" for key in keys],
        },
        columns=list(MATCH_COLUMNS),
    )
    frame.attrs["examined"] = examined
    return frame
