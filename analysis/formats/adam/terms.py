"""CDISC's terms for what a canonical study says in plain words."""

from __future__ import annotations

import pandas as pd

__all__ = ["TERMS", "UNITS", "in_plain_words", "in_terms"]

TERMS: dict[str, dict[str, str]] = {
    "SEX": {"female": "F", "male": "M", "other": "OTHER"},
    "EXTRT": {"ketamine": "KETAMINE", "esketamine": "ESKETAMINE"},
    "EXROUTE": {
        "IV": "INTRAVENOUS",
        "IM": "INTRAMUSCULAR",
        "SC": "SUBCUTANEOUS",
        "SL": "SUBLINGUAL",
        "IN": "NASAL",
        "PO": "ORAL",
    },
    "AEOUT": {
        "recovered": "RECOVERED/RESOLVED",
        "recovering": "RECOVERING/RESOLVING",
        "not recovered": "NOT RECOVERED/NOT RESOLVED",
        "fatal": "FATAL",
        "unknown": "UNKNOWN",
    },
}
"""Terms by variable, from CDISC's controlled terminology; it has no term for another sex."""

UNITS = {"AGEU": "YEARS", "EXDOSU": "mg"}
"""The only units there are."""


def in_terms(variable: str, words: pd.Series) -> pd.Series:
    """Say words as CDISC does; a variable without terms keeps its words.

    Examples
    --------
    >>> in_terms("EXROUTE", pd.Series(["IV", "IM"])).tolist()
    ['INTRAVENOUS', 'INTRAMUSCULAR']
    """
    text = words.astype("string")
    return text.map(TERMS[variable]).astype("string") if variable in TERMS else text


def in_plain_words(variable: str, terms: pd.Series) -> pd.Series:
    """Say CDISC's terms in plain words; a term that is not known stays, for the checks to see.

    Examples
    --------
    >>> in_plain_words("SEX", pd.Series(["F", "M"])).tolist()
    ['female', 'male']
    """
    text = terms.astype("string")
    words = {term: word for word, term in TERMS.get(variable, {}).items()}
    return text.map(words).astype("string").fillna(text) if words else text
