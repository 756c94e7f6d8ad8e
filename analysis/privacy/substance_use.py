"""Telling whether data speak of substance use, whose records 42 CFR Part 2 protects further."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

import pandas as pd

from analysis.privacy.headers import header_words
from analysis.privacy.lexicon import read_list

__all__ = ["concerns_substance_use"]


def concerns_substance_use(
    tables: Mapping[str, pd.DataFrame], *, instruments: Collection[str] = ()
) -> bool:
    """Tell whether an indication, a diagnosis or a scale speaks of substance use.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Tables by name.
    instruments : collection of str
        Scales of the study, as its description lists them.

    Returns
    -------
    bool
        True when a distinct value of such a column, or a scale, names it.

    Examples
    --------
    >>> concerns_substance_use({"": pd.DataFrame({"indication": ["alcohol use disorder"]})})
    True
    """
    lists = read_list("headers")
    words = re.compile(r"(?<![a-z0-9.])(?:" + "|".join(lists["substance_use"]) + ")", re.IGNORECASE)
    columns = set(lists["substance_use_columns"])
    values = [*instruments]
    for frame in tables.values():
        for name, column in frame.items():
            phrase = header_words(str(name))
            if phrase in columns or columns & set(phrase.split()[-1:]):
                values += column.dropna().astype(object).map(str).unique().tolist()
    return any(words.search(value) for value in values)
