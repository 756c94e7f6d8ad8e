"""Counts of two measures of which one holds the patients of the other, and a few more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from analysis.quality.measures.counting import COUNTS, Counted, kinds_of_counts
from analysis.quality.measures.decision import BoolArray, FloatArray
from analysis.quality.measures.strata import Strata
from analysis.quality.measures.systems import Cell, Sum

__all__ = ["Nested", "nested_kinds", "rests_of"]

Nested = tuple[tuple[str, str], tuple[str, str]]
"""Kind and measure of a count, and of one that holds its patients and a few more."""

_NOT_BY_CHANCE = 3
_AT_ONCE = 65_536


def nested_kinds(measures: Sequence[Counted], minimum: int) -> list[Nested]:
    """Find counts of which one holds the patients of the other and a few more.

    Windows and rules of measures are printed, so a reader knows that one lies in the other: of two
    denominators that differ by one patient the two windows tell about this one.

    Parameters
    ----------
    measures : sequence of Counted
        The measures with their decisions.
    minimum : int
        Fewer than so many are a few. Counts of fewer than three times as many may lie in others by
        chance, which no reader can know.

    Returns
    -------
    list of pairs of (str, str)
        Kind and measure of the smaller count, and of the larger.
    """
    sets = {
        (kind, each.measure.name): inside
        for each in measures
        if each.decisions is not None
        for kind, inside in kinds_of_counts(each.decisions).items()
        if kind in COUNTS and inside.sum() >= _NOT_BY_CHANCE * minimum
    }
    if not sets:
        return []
    shared = _shared(np.array(list(sets.values())))
    size = shared.diagonal()
    more = size[None, :] - size[:, None]
    few = (shared == size[:, None]) & (more > 0) & (more < minimum)
    names = list(sets)
    pairs = [(names[i], names[j]) for i, j in zip(*np.nonzero(few), strict=True)]
    return [(fewer, more) for fewer, more in pairs if fewer[1] != more[1]]  # else it is a sum


def _shared(inside: BoolArray) -> FloatArray:
    """Count the patients whom each pair of sets shares, some at a time so that sums are exact."""
    shared = np.zeros((len(inside), len(inside)))
    for start in range(0, inside.shape[1], _AT_ONCE):
        part = inside[:, start : start + _AT_ONCE].astype(np.float32)
        shared += part @ part.T
    return shared


def rests_of(
    pairs: Sequence[Nested], sets: Mapping[Cell, BoolArray], split: Strata
) -> tuple[dict[Cell, int], list[Sum]]:
    """Count the few by which one count exceeds the other in every stratum of a split.

    Parameters
    ----------
    pairs : sequence of Nested
        What `nested_kinds` found among all patients.
    sets : mapping of cell to array of bool, shape (p,)
        Who is behind the counts that are told.
    split : Strata
        The strata.

    Returns
    -------
    tuple of dict and list
        The few as counts of their own, and the sums that they make.
    """
    rests: dict[Cell, int] = {}
    links: list[Sum] = []
    for fewer, more in pairs:
        for label in split.labels:
            part, whole = (*fewer, split.by, label), (*more, split.by, label)
            if part in sets and whole in sets:
                rest = (f"{more[0]} more than {' of '.join(fewer)}", *whole[1:])
                rests[rest] = int(sets[whole].sum() - sets[part].sum())
                links.append((whole, [part, rest]))
    return rests, links
