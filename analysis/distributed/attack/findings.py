"""What an attacker knows about columns, what he finds, and what is left to him."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from analysis.results import FloatArray

__all__ = [
    "ALONE",
    "AT_END",
    "DETERMINED",
    "FEW",
    "FEW_AT_END",
    "LISTED",
    "PART",
    "SAME",
    "SATURATED",
    "TOO_FEW",
    "TWO",
    "GramAttack",
    "GramColumns",
    "Left",
]

IntArray = np.ndarray[Any, np.dtype[np.int64]]

ALONE = "a combination of columns that one patient has alone"
AT_END = "a column at the end of its range for all but one patient"
LISTED = "only one set of rows has these sums"
TWO = "the sums of two patients"
PART = "the sums of a small part of the patients"
FEW = "a combination of columns that few patients have"
FEW_AT_END = "a column at the end of its range for all but a few patients"
DETERMINED = "a score that is the same for all or follows from the other columns"
SAME = "a number that is the same for all"
TOO_FEW = "fewer patients than the minimum"
SATURATED = "no more patients than independent columns"


@dataclass(frozen=True, kw_only=True, eq=False)
class GramColumns:
    """What an attacker knows about the columns.

    Parameters
    ----------
    constant : int
        Column that is 1 for every patient.
    low, high : array, shape (d,)
        Range of each column; infinite where unknown.
    outcome : tuple of int
        Columns that must not follow from the others.
    numbers : tuple of int
        Columns of patients' numbers, which must not be the same for all.
    parts : tuple of array of int, shape (d, s)
        Sets of combinations of columns that are 0 outside a part of the patients; the first
        marks the part with 1.
    """

    constant: int
    low: FloatArray
    high: FloatArray
    outcome: tuple[int, ...] = ()
    numbers: tuple[int, ...] = ()
    parts: tuple[IntArray, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class GramAttack:
    """What follows from sums of products. It holds patients' rows: no part of any result.

    Parameters
    ----------
    rows : array, shape (k, d)
        Rows of patients, certain; missing where a column does not follow.
    ways : tuple of str
        How each was found.
    groups : mapping of str to int
        Ways to a group of fewer than the minimum whose sums are told, and how many are in the
        smallest at most; none when every patient was found.
    possible : float
        About how many rows fit what is left, as a power of ten.
    untried : str
        Why the search was not made or not ended; empty when it was.
    """

    rows: FloatArray
    ways: tuple[str, ...]
    groups: dict[str, int]
    possible: float
    untried: str = ""


@dataclass(kw_only=True, eq=False)
class Left:
    """What is left after some patients were found.

    Parameters
    ----------
    gram : array, shape (d, d)
        Sums of products.
    whole : array of int, shape (k, k)
        Those of the scaled whole-number columns.
    n : int
        Patients.
    rows, ways, groups, possible, untried
        As in `GramAttack`.
    """

    gram: FloatArray
    whole: IntArray
    n: int
    rows: list[FloatArray] = field(default_factory=list)
    ways: list[str] = field(default_factory=list)
    groups: dict[str, int] = field(default_factory=dict)
    possible: float = np.inf
    untried: str = ""

    def take(self, row: FloatArray, whole: IntArray, way: str) -> None:
        """Take a patient out."""
        self.gram = self.gram - np.outer(row, row)
        self.whole = self.whole - np.outer(whole, whole)
        self.n -= 1
        self.rows.append(row)
        self.ways.append(way)

    def note(self, way: str, patients: int) -> None:
        """Note a small group; the smallest of its kind is kept."""
        self.groups[way] = min(patients, self.groups.get(way, patients))
