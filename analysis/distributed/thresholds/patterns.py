"""Which visits are left out so that no pattern of visits is rare: a rule on counts of patients.

Patients are counted by their pattern of visits and their cell, the combination of levels of all
factors. From the patterns with the most visits down, rare ones are cut to a pattern of some of
their visits: the kept one that costs the fewest visits, or else the same without its last visit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Needed", "coarsened_patterns", "pattern_bits"]

IntArray = np.ndarray[Any, np.dtype[np.int64]]
BoolArray = np.ndarray[Any, np.dtype[np.bool_]]
Move = dict[tuple[int, int], int]


@dataclass(frozen=True, kw_only=True)
class Needed:
    """How many patients a pattern needs.

    Parameters
    ----------
    minimum : int
        Least number of patients that is not small.
    fixed, per_visit : int
        Independent columns of the sums: of patients, and of each visit. A pattern needs `minimum`
        patients more than it has columns: with fewer patients than columns, whole-number sums
        tell every patient.
    cell_fixed, cell_per_visit : int
        The same for the columns that are products with a factor, of which the sums tell the part
        of each cell.
    """

    minimum: int
    fixed: int
    per_visit: int
    cell_fixed: int = 0
    cell_per_visit: int = 0

    def of_pattern(self, n_visits: int) -> int:
        """Return the least number of patients of a pattern."""
        return self.minimum + self.fixed + self.per_visit * n_visits

    def of_cell(self, n_visits: int) -> int:
        """Return the least number of patients of a cell of a pattern."""
        return self.minimum + self.cell_fixed + self.cell_per_visit * n_visits


def pattern_bits(present: BoolArray) -> IntArray:
    """Write patterns of visits as whole numbers.

    Parameters
    ----------
    present : array of bool, shape (N, m)
        Visits of each patient; m is under 63.

    Returns
    -------
    array of int, shape (N,)
        The first visit is 1, the second 2, the third 4.
    """
    return np.asarray(present @ (np.int64(1) << np.arange(present.shape[1], dtype=np.int64)))


def coarsened_patterns(
    bits: IntArray,
    cell: IntArray,
    group: IntArray,
    needed: Needed,
    refused: frozenset[tuple[int, int]] = frozenset(),
) -> IntArray:
    """Leave out visits until every pattern that remains has enough patients in every cell.

    Parameters
    ----------
    bits : array of int, shape (N,)
        Pattern of each patient, as of `pattern_bits`.
    cell : array of int, shape (N,)
        Combination of levels of each patient, from 0.
    group : array of int, shape (C,)
        Covariance group of each cell.
    needed : Needed
        How many are enough.
    refused : frozenset of (int, int)
        Patterns and groups that must not remain although they have enough patients.

    Returns
    -------
    array of int, shape (N,)
        What remains of each pattern; 0 for patients who are left out. Patients with the same
        pattern and cell are treated alike, whatever their order.
    """
    units, unit = np.unique(np.column_stack([bits, cell]), axis=0, return_inverse=True)
    sizes = np.bincount(unit.ravel(), minlength=len(units))
    table = _Table(group, needed, refused)
    for (pattern, own), size in zip(units.tolist(), sizes.tolist(), strict=True):
        table.add(pattern, own, size)
    moves = table.settle()
    ends = [_end(moves, pattern, own) for pattern, own in units.tolist()]
    return np.array(ends, dtype=np.int64)[unit.ravel()]


def _end(moves: Move, pattern: int, cell: int) -> int:
    """Follow the moves of a pattern and cell."""
    while (pattern, cell) in moves:
        pattern = moves[pattern, cell]
    return pattern


class _Table:
    """Patients per pattern and cell, as patterns are cut."""

    def __init__(
        self, group: IntArray, needed: Needed, refused: frozenset[tuple[int, int]]
    ) -> None:
        self.group, self.needed, self.refused = group, needed, refused
        self.counts: dict[int, IntArray] = {}

    def add(self, pattern: int, cell: int, size: int) -> None:
        """Add patients to a pattern; none of them has no visits."""
        if pattern:
            empty = np.zeros(len(self.group), dtype=np.int64)
            self.counts.setdefault(pattern, empty)[cell] += size

    def settle(self) -> Move:
        """Cut rare patterns, those with the most visits first."""
        moves: Move = {}
        most = max((pattern.bit_count() for pattern in self.counts), default=0)
        for n_visits in range(most, 0, -1):
            level = sorted(p for p in self.counts if p.bit_count() == n_visits)
            for pattern in level:
                for cell in np.flatnonzero(self.failing(pattern)).tolist():
                    target = self._target(pattern, cell)
                    moves[pattern, cell] = target
                    self.add(target, cell, int(self.counts[pattern][cell]))
                    self.counts[pattern][cell] = 0
        return moves

    def failing(self, pattern: int) -> BoolArray:
        """Mark the cells of a pattern that must not remain, shape (C,)."""
        counts, n_visits = self.counts[pattern], pattern.bit_count()
        fails = (counts > 0) & (counts < self.needed.of_cell(n_visits))
        for group in np.unique(self.group):
            own = self.group == group
            total = int(counts[own & ~fails].sum())
            if total < self.needed.of_pattern(n_visits) or (pattern, int(group)) in self.refused:
                fails |= own & (counts > 0)
        return np.asarray(fails)

    def _target(self, pattern: int, cell: int) -> int:
        """Choose the pattern to which a cell of a rare one is cut."""
        kept = list(self._kept_parts(pattern, cell))
        if kept:
            return max(kept)[-1]
        return pattern ^ (1 << (pattern.bit_length() - 1))

    def _kept_parts(self, pattern: int, cell: int) -> Iterator[tuple[int, int, int]]:
        """Yield patterns of some of the visits that would have enough patients, with their rank."""
        moving = self.failing(pattern) & (self.group == self.group[cell])
        for other, counts in self.counts.items():
            if other == pattern or other & ~pattern:
                continue
            joined = counts + np.where(moving, self.counts[pattern], 0)
            if self._would_keep(other, joined, cell):
                yield other.bit_count(), int(counts[cell]), other

    def _would_keep(self, pattern: int, counts: IntArray, cell: int) -> bool:
        """Say whether a pattern with these patients would keep a cell."""
        n_visits = pattern.bit_count()
        own = self.group == self.group[cell]
        enough = counts >= self.needed.of_cell(n_visits)
        total = int(counts[own & enough].sum())
        is_refused = (pattern, int(self.group[cell])) in self.refused
        return bool(enough[cell] and total >= self.needed.of_pattern(n_visits) and not is_refused)
