"""Telling whether a pseudonym is worked out from other data, so that those can undo it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator

import pandas as pd

__all__ = ["contains_values", "is_derived"]

_AT_MOST = 20_000
_NUMBERS = 100_000
_ROWS = 200_000
_SHORTEST = 8
_LEAST_LENGTH = 6
_DIGESTS: tuple[Callable[[bytes], str], ...] = (
    lambda content: hashlib.md5(content, usedforsecurity=False).hexdigest(),
    lambda content: hashlib.sha1(content, usedforsecurity=False).hexdigest(),
    lambda content: hashlib.sha256(content).hexdigest(),
)


def is_derived(frame: pd.DataFrame, position: int) -> bool:
    """Tell whether a column holds digests of another column, or its values.

    Parameters
    ----------
    frame : pandas.DataFrame
        A table.
    position : int
        Place of the pseudonym among the columns.

    Returns
    -------
    bool
        True when pseudonyms are MD5, SHA-1 or SHA-256 digests in hexadecimal, whole or their
        first eight digits or more, of values of another column or of plain numbers up to
        100,000; or when they contain a value of six characters or more of another column in the
        same row. Salted and keyed digests cannot be told from random codes.

    References
    ----------
    45 CFR 164.514(c)(1): a code is not derived from information about the individual.
    """
    codes = frame.iloc[:, position].dropna().astype(str)
    others = [frame.iloc[:, other] for other in range(frame.shape[1]) if other != position]
    sample = set(codes.str.lower().unique()[:_AT_MOST])
    if not sample:
        return False
    if any(contains_values(codes, other) for other in others):
        return True
    lengths = {len(code) for code in sample}
    hexadecimal = codes.str.fullmatch(r"[0-9A-Fa-f]+").mean() >= 0.9
    if not hexadecimal or min(lengths) < _SHORTEST or len(lengths) > 1:
        return False
    length = lengths.pop()
    return any(digest in sample for digest in _digests(_plain_texts(others), length))


def contains_values(codes: pd.Series, other: pd.Series) -> bool:
    """Tell whether texts hold the other column's value of the same row.

    Parameters
    ----------
    codes, other : pandas.Series, shape (n,)
        Two columns of one table. Rows with a missing value are left out.

    Returns
    -------
    bool
        True when half of the values of six characters or more, and at least two, are held; of
        more than 200,000 rows as many are looked at, evenly spread.

    Examples
    --------
    >>> contains_values(pd.Series(["x482913", "x771204"]), pd.Series(["482913", "771204"]))
    True
    """
    if pd.api.types.is_float_dtype(other.dtype) or pd.api.types.is_bool_dtype(other.dtype):
        return False
    long = {str(value) for value in other.dropna().astype(object).unique()}
    if sum(len(value) >= _LEAST_LENGTH for value in long) < 2:
        return False
    pairs = pd.DataFrame({"code": codes.astype(object), "other": other.astype(object)}).dropna()
    pairs = pairs.iloc[:: max(1, len(pairs) // _ROWS)].drop_duplicates().head(_AT_MOST).astype(str)
    pairs = pairs[pairs["other"].str.len() >= _LEAST_LENGTH]
    if pairs["other"].nunique() < 2:
        return False
    held = [value in code for code, value in zip(pairs["code"], pairs["other"], strict=True)]
    return sum(held) >= max(2, 0.5 * len(held))


def _plain_texts(others: Iterable[pd.Series]) -> Iterator[str]:
    """Give the distinct values of the other columns as they may have been digested."""
    for other in others:
        if not pd.api.types.is_float_dtype(other.dtype):
            for value in other.dropna().astype(object).unique()[:_AT_MOST]:
                text = str(value)
                yield from {text, text.strip(), text.lower(), text.upper()}
    yield from map(str, range(_NUMBERS))


def _digests(texts: Iterable[str], length: int) -> Iterator[str]:
    """Give the digests of texts, cut to a length."""
    for text in texts:
        content = text.encode("utf-8")
        for digest in _DIGESTS:
            yield digest(content)[:length]
