"""Telling sentences from short answers: free text can hold any identifier."""

from __future__ import annotations

import pandas as pd

from analysis.privacy.values import holds_texts

__all__ = ["free_text_share", "stray_sentences"]

_AT_MOST = 20_000
_LONG = 40
_WORDS = 5
_FEW_WORDS = 3
_STRAY_WORDS = 7
_SHORT = 3
_FEW_STRAY = 0.25


def free_text_share(values: pd.Series) -> float:
    """Give the share of distinct texts that are sentences: five words or more, or 40 characters.

    Of more than 20,000 distinct texts as many are looked at, evenly spread.

    Parameters
    ----------
    values : pandas.Series
        Any column.

    Returns
    -------
    float
        0 for columns that are no text, and for empty ones.

    Examples
    --------
    >>> free_text_share(pd.Series(["Slept well after the second session", "mild"]))
    0.5
    """
    texts = _distinct_texts(values)
    return float(_are_sentences(texts).mean()) if len(texts) else 0.0


def stray_sentences(values: pd.Series) -> int:
    """Count sentences of seven words or more that stand alone among short answers that repeat.

    Parameters
    ----------
    values : pandas.Series
        Any column.

    Returns
    -------
    int
        Rows with such a sentence; 0 when a quarter of the rows or more have one, when other texts
        are no short answers, or when sentences repeat as the labels of a scale do.

    Examples
    --------
    >>> stray_sentences(pd.Series([*["sleep", "mood"] * 5, "since we lost the bakery in a flood"]))
    1
    """
    counts = values.dropna().astype(object).value_counts()
    words = pd.Series(counts.index, dtype=object).map(str).str.count(r"\S+").to_numpy()
    long = words >= _STRAY_WORDS
    alone = bool((counts.to_numpy()[long] == 1).all())
    short = words[~long]
    answers = len(short) > 0 and bool((short <= _SHORT).mean() >= 0.8)
    repeat = bool((counts.to_numpy()[~long] > 1).any())
    few = long.sum() < _FEW_STRAY * counts.sum()
    return int(long.sum()) if alone and answers and repeat and few else 0


def _distinct_texts(values: pd.Series) -> pd.Series:
    """Give the distinct texts of a column, at most 20,000 of them, evenly spread."""
    present = values.dropna()
    if not holds_texts(present):
        return pd.Series(dtype=object)
    cells = present.astype(object)
    if pd.api.types.infer_dtype(cells) != "string":
        cells = cells[cells.map(lambda value: isinstance(value, str)).astype(bool)]
    texts = pd.Series(cells.unique(), dtype=object).astype(str)
    return texts.iloc[:: max(1, len(texts) // _AT_MOST)]


def _are_sentences(texts: pd.Series) -> pd.Series:
    """Tell which texts have five words or more, or forty signs with a blank, and are no figures."""
    spaced = texts.str.count(r"\S\s+\S") >= _WORDS - 1
    long = (texts.str.len() > _LONG) & texts.str.contains(r"\s")
    figures = texts.str.count(r"[^\W\d_]{2,}") < _FEW_WORDS
    return (spaced | long) & ~(figures & texts.str.contains(r"\d"))
