"""Telling whether a column name may itself be shown: one made of known words only."""

from __future__ import annotations

from functools import cache

from analysis.privacy.headers import exact_words, header_words, phrases
from analysis.privacy.lexicon import read_list
from analysis.study import TABLES

__all__ = ["is_known_header"]


@cache
def _known_words() -> frozenset[str]:
    """Give every word of which a column name may be made without being a text of the data."""
    lists = read_list("headers")
    listed = [*phrases(), *lists["harmless"], *lists["harmless_before"]]
    listed += [*lists["age"], *lists["birth_year"], *lists["zip3"], *lists["substance_use_columns"]]
    listed += [*lists["plain_words"], *lists["age_words"], *exact_words()]
    canonical = [header_words(name) for table in TABLES.values() for name in table.names]
    tables = [header_words(name) for name in TABLES]
    words = " ".join([*listed, *canonical, *tables]).split()
    return frozenset([*words, "id", "no", "number", "code", "key", "of", "de", "the", "data"])


def is_known_header(header: str) -> bool:
    """Tell whether a name is made of known words only, so that a finding may show it.

    Parameters
    ----------
    header : str
        Name of a column or table.

    Returns
    -------
    bool
        False for names with any other word, which could be a text of the data.

    Examples
    --------
    >>> is_known_header("date_of_birth"), is_known_header("kowalski_notes")
    (True, False)
    """
    words = header_words(header).split()
    known = _known_words()
    return bool(words) and all(
        word in known or (word.isdigit() and len(word) < 3) for word in words
    )
