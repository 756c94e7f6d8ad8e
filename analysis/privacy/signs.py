"""The signs that a column identifies persons: number of values, origin, sentences."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from analysis.privacy.codes import codes_of_patients
from analysis.privacy.derived import is_derived
from analysis.privacy.free_text import free_text_share, stray_sentences
from analysis.privacy.header_kinds import explains_a_table, names_a_quantity, names_no_person
from analysis.privacy.header_signs import holds_numbers
from analysis.privacy.headers import meaning_of_header
from analysis.privacy.scan_result import Sign, there

__all__ = ["signs_of_cardinality", "signs_of_free_text", "signs_of_pseudonym"]

_FEW_DISTINCT = 20
_FEW_SENTENCES = 5
_NEARLY_ALL = 0.9
_FREE_TEXT_SHARE = 0.2
_HALF = 0.5


def signs_of_cardinality(
    values: pd.Series, header: str, patients: pd.Series | None
) -> Iterator[Sign]:
    """Give columns of codes with about one value for each patient, or for each row."""
    named = "labels" if names_no_person(header) else ""
    if names_a_quantity(header):
        named = "figures"
    kind = codes_of_patients(values, patients, named=named)
    if kind:
        yield Sign(element=18, why="cardinality", kind=kind, count=there(values))


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
    elif named and distinct >= _FEW_DISTINCT and not holds_numbers(values):
        yield Sign(element=0, why="header", kind="free text", count=there(values))
    elif share and (stray := stray_sentences(values)):
        yield Sign(element=0, why="values", kind="sentence among short answers", count=stray)


def _are_told(values: pd.Series, header: str, share: float) -> bool:
    """Tell whether few texts are sentences that differ from row to row, and explain no table."""
    n = there(values)
    differ = n >= _FEW_SENTENCES and values.nunique() >= _NEARLY_ALL * n
    return differ and share >= _HALF and not explains_a_table(header)
