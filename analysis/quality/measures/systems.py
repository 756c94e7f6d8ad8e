"""The counts of measures as named cells: what adds up to what, what is delicate, who is in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from analysis.disclosure import Policy
from analysis.quality.measures.counting import COUNTS, Counted, excluded_as, kinds_of_counts
from analysis.quality.measures.decision import BoolArray, Decisions
from analysis.quality.measures.strata import Strata

__all__ = ["UNSEEN", "Cell", "CountsOfSplit", "Sum", "counts_of_split"]

Cell = tuple[str, str, str, str]
"""Kind of count, name of the measure, column of the split, stratum."""

Sum = tuple[Cell, list[Cell]]
"""A total and its parts."""

_MISSING, _WITHOUT = "missing", "without"

UNSEEN = (_MISSING, _WITHOUT)
"""Counts that follow from others and are never printed: of the denominator those without what they
are judged by, and the others that are not in the numerator."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CountsOfSplit:
    """The counts of all measures in the strata of one split.

    Parameters
    ----------
    cells : dict of cell to int
        True counts.
    sums : list of (total, parts)
        How they add up.
    sets : dict of cell to array of bool, shape (p,)
        Who is behind each.
    delicate : set of cells
        Of which neither none nor all may be told.
    unseen : set of cells
        Of which nothing is printed: what follows from others, and sensitive reasons of exclusion.
    """

    cells: dict[Cell, int] = field(default_factory=dict)
    sums: list[Sum] = field(default_factory=list)
    sets: dict[Cell, BoolArray] = field(default_factory=dict)
    delicate: set[Cell] = field(default_factory=set)
    unseen: set[Cell] = field(default_factory=set)


def counts_of_split(
    frames: Sequence[pd.DataFrame], measures: Sequence[Counted], split: Strata, policy: Policy
) -> CountsOfSplit:
    """Name the counts of all measures in the strata of one split.

    Parameters
    ----------
    frames : sequence of pandas.DataFrame
        What `count_measure` returned, one per measure.
    measures : sequence of Counted
        The measures; those that are not computable have no counts.
    split : Strata
        All patients, of whom every count is told, or the strata of a column, of which only
        numerator and denominator are.
    policy : Policy
        Says which names are sensitive.

    Returns
    -------
    CountsOfSplit
        Patient-level.
    """
    made = CountsOfSplit()
    for frame, counted in zip(frames, measures, strict=True):
        rows = frame[frame["by"].eq(split.by) & frame["population"].notna()]
        if counted.decisions is not None and len(rows):
            own, sums, delicate = _system(rows, counted, counted.decisions, policy)
            made.cells.update(own)
            made.sums.extend(sums)
            made.sets.update(_sets(own, counted.decisions, split))
            made.delicate.update(delicate)
            made.unseen.update(cell for cell in own if _is_unseen(cell[0], policy))
    return made


def _is_unseen(kind: str, policy: Policy) -> bool:
    """Tell whether a kind of count is never printed."""
    is_reason = kind.startswith(excluded_as(""))
    return kind in UNSEEN or (is_reason and policy.is_sensitive(kind))


def _delicate_kinds(counted: Counted, decisions: Decisions, policy: Policy) -> set[str]:
    """Name the kinds of counts of which neither none nor all may be told."""
    if policy.is_sensitive(counted.measure.title):
        return {*COUNTS, *UNSEEN, *(excluded_as(each) for each in decisions.exclusions)}
    found = {excluded_as(each) for each in decisions.exclusions if policy.is_sensitive(each)}
    # if nobody was excluded, the population and the denominator are the same patients: to take them
    # for one count, as the ledger does with those that are not delicate, would tell just that
    return {"population", "excluded", *found} if found else set()


def _parts(decisions: Decisions, *, is_stratum: bool) -> dict[str, list[str]]:
    """Say which kinds of counts add up to which, by the rule of the measure alone."""
    if is_stratum:
        return {"denominator": ["numerator", _WITHOUT]}
    parts = {"population": ["not_yet_due", "denominator"]}
    if decisions.exclusions:
        parts["population"].insert(1, "excluded")
    if len(decisions.exclusions) > 1:
        parts["excluded"] = [excluded_as(each) for each in decisions.exclusions]
    if decisions.judged == "some":
        parts |= {"denominator": ["observed", _MISSING], "observed": ["numerator", _WITHOUT]}
    else:
        parts["denominator"] = ["numerator", _WITHOUT]
    return parts


def _system(
    rows: pd.DataFrame, counted: Counted, decisions: Decisions, policy: Policy
) -> tuple[dict[Cell, int], list[Sum], set[Cell]]:
    """Name every count of a measure that is told, say how they add up, and which are delicate.

    The parts of a delicate count of nobody are left out: to show that they are 0 would tell that
    their hidden total is 0.
    """
    cells: dict[Cell, int] = {}
    sums: list[Sum] = []
    delicate: set[Cell] = set()
    kinds = _delicate_kinds(counted, decisions, policy)
    for row in rows.to_dict("records"):
        name = (row["measure"], row["by"], row["stratum"])
        of_row = kinds | ({"denominator"} if policy.is_sensitive(row["stratum"]) else set())
        parts = _parts(decisions, is_stratum=bool(row["by"]))
        counts = _with_rests(row, told=parts)
        first = next(iter(parts))
        own = {(first, *name): counts[first]}
        for whole, of in parts.items():
            if (whole, *name) in own and (counts[whole] > 0 or whole not in of_row):
                own |= {(part, *name): counts[part] for part in of}
                sums.append(((whole, *name), [(part, *name) for part in of]))
        cells |= own
        delicate |= {cell for cell in own if cell[0] in of_row}
    return cells, sums, delicate


def _with_rests(row: Mapping[Any, Any], told: Mapping[str, list[str]]) -> dict[str, int]:
    """Add those of the denominator without a score, and the others without the numerator."""
    counts = {str(kind): int(n) for kind, n in row.items() if isinstance(n, int | np.integer)}
    rest = counts["denominator"] - counts["observed"] if "observed" in told else 0
    without = counts["denominator"] - rest - counts["numerator"]
    return counts | {_MISSING: rest, _WITHOUT: without}


def _sets(cells: Mapping[Cell, int], decisions: Decisions, split: Strata) -> dict[Cell, BoolArray]:
    """Say who is behind each count of a measure."""
    kinds = kinds_of_counts(decisions)
    parts = _parts(decisions, is_stratum=bool(split.by))
    kinds[_MISSING] = kinds["denominator"] & ~kinds["observed"] & ("observed" in parts)
    kinds[_WITHOUT] = kinds["denominator"] & ~kinds["numerator"] & ~kinds[_MISSING]
    inside = {label: split.group == place for place, label in enumerate(split.labels)}
    return {cell: kinds[cell[0]] & inside[cell[3]] for cell in cells}
