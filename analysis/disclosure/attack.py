"""The attacker: what the shown counts and the sums between them tell about the hidden ones.

Linear programmes over everything that anyone can see; choosing what to hide is in `pattern`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import linprog

__all__ = [
    "CountSystem",
    "attack_bounds",
    "find_witnesses",
    "gives_away",
]

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_ROUND_OFF = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class CountSystem:
    """Counts and the sums between them.

    Parameters
    ----------
    counts : array of int, shape (k,)
        True counts.
    lines : array of int, shape (m, k)
        One row per sum: 1 for each part, -1 for the total, so that ``lines @ counts`` is zero.
    not_shown : array of bool, shape (k,)
        Counts that are never printed although they follow from others, such as a complement.
    cost : array of float, shape (k,)
        What hiding a count costs the reader; the cheapest are hidden first.
    shown_low, shown_high : array of float, shape (k,), optional
        Between which counts a reader must guess where a count is shown rounded; None: the counts
        as they are.
    zero_is_small : array of bool, shape (k,), optional
        Counts of which 0 must stay in doubt as well; None: of none.
    """

    counts: IntArray
    lines: IntArray
    not_shown: BoolArray
    cost: FloatArray
    shown_low: FloatArray | None = None
    shown_high: FloatArray | None = None
    zero_is_small: BoolArray | None = None

    def small(self, minimum: int) -> BoolArray:
        """Say which counts are from 1, or from 0 where that is small, to the minimum less one."""
        from_zero = False if self.zero_is_small is None else self.zero_is_small
        return ((self.counts > 0) | from_zero) & (self.counts < minimum)

    def limits(self, hidden: BoolArray) -> tuple[FloatArray, FloatArray]:
        """Say between which values each count lies for who sees what is not hidden."""
        low = self.counts if self.shown_low is None else self.shown_low
        high = self.counts if self.shown_high is None else self.shown_high
        return np.where(hidden, 0.0, low), np.where(hidden, np.inf, high)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Part:
    """The cells in doubt of one connected part, and the equations left between them."""

    cells: IntArray
    equations: FloatArray
    remainders: FloatArray
    low: FloatArray
    high: FloatArray


def _parts(system: CountSystem, hidden: BoolArray) -> Iterator[_Part]:
    """Split the cells in doubt, hidden or rounded, into parts that share no sum."""
    low, high = system.limits(hidden)
    in_doubt = low < high
    cells = np.flatnonzero(in_doubt)
    lines = system.lines[:, cells]
    used = lines.any(axis=1)
    lines = lines[used]
    rest = -(system.lines[used] @ np.where(in_doubt, 0, system.counts))
    linked = sparse.csr_array(np.abs(lines.T) @ np.abs(lines))
    n_parts, label = sparse.csgraph.connected_components(linked, directed=False)
    for part in range(n_parts):
        inside = label == part
        rows = lines[:, inside].any(axis=1)
        yield _Part(
            cells=cells[inside],
            equations=lines[np.ix_(rows, inside)].astype(float),
            remainders=rest[rows].astype(float),
            low=low[cells[inside]],
            high=high[cells[inside]],
        )


def _extreme(part: _Part, objective: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Find the possible counts that make an objective least."""
    if not len(part.equations):
        return np.where(objective < 0, high, low)
    found = linprog(
        objective,
        A_eq=part.equations,
        b_eq=part.remainders,
        bounds=list(zip(low.tolist(), high.tolist(), strict=True)),
        method="highs",
    )
    return np.asarray(found.x, dtype=float)


def _ceiling(system: CountSystem, minimum: int) -> float:
    """Return a number that no bounded count can reach, to stand for infinity."""
    return 10.0 * float(system.counts.sum()) + 100.0 * minimum


def attack_bounds(
    system: CountSystem,
    hidden: BoolArray,
    targets: IntArray,
    *,
    low: FloatArray | None = None,
    high: FloatArray | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Compute the least and greatest value that an attacker must grant each hidden count.

    The attacker knows every shown count, every sum, that counts are not negative, and `low` and
    `high`. That counts are whole numbers is used at the end only: the bounds are rounded inwards.

    Parameters
    ----------
    system : CountSystem
        Counts and sums.
    hidden : array of bool, shape (k,)
        What is not shown.
    targets : array of int, shape (t,)
        Positions of the hidden counts under attack.
    low, high : array of float, shape (k,), optional
        What the attacker knows about each count besides; 0 and infinity when left out.

    Returns
    -------
    tuple of array of float, shape (t,)
        Least and greatest values; infinity where nothing bounds a count.
    """
    ceiling = _ceiling(system, 100)  # above 0 where all counts are 0
    least, most = system.limits(hidden)
    least = least if low is None else np.maximum(least, low)
    most = np.minimum(most if high is None else np.minimum(most, high), ceiling)
    found_low, found_high = np.zeros(len(targets)), np.full(len(targets), np.inf)
    for part in _parts(system, hidden):
        inside = np.flatnonzero(np.isin(targets, part.cells))
        for position in inside:
            objective = (part.cells == targets[position]).astype(float)
            limits = least[part.cells], most[part.cells]
            down = float(objective @ _extreme(part, objective, *limits))
            up = float(objective @ _extreme(part, -objective, *limits))
            found_low[position] = np.ceil(down - _ROUND_OFF) + 0.0
            found_high[position] = np.inf if up > ceiling / 2 else np.floor(up + _ROUND_OFF)
    return found_low, found_high


def find_witnesses(
    system: CountSystem, hidden: BoolArray, targets: IntArray, minimum: int
) -> FloatArray:
    """Find, for each small count, a table that fits all that is shown and where it is not small.

    As long as such a table exists, the attacker cannot say that the count is small.

    Parameters
    ----------
    system : CountSystem
        Counts and sums.
    hidden : array of bool, shape (k,)
        What is not shown.
    targets : array of int, shape (t,)
        Positions of small hidden counts.
    minimum : int
        Least count that may be shown.

    Returns
    -------
    numpy.ndarray, shape (t, k)
        One table per target, with missing values where none was found. Among targets that share
        sums the search stops at the first one without a table.
    """
    tables = np.full((len(targets), len(system.counts)), np.nan)
    for part in _parts(system, hidden):
        inside = np.flatnonzero(np.isin(targets, part.cells))
        if len(inside):
            places = np.searchsorted(part.cells, targets[inside])
            found = _raise_all(part, places, minimum)
            tables[inside] = system.counts
            tables[np.ix_(inside, part.cells)] = found
    return tables


def _raise_all(part: _Part, places: IntArray, minimum: int) -> FloatArray:
    """Find tables of one part that raise each place to the minimum; shape (places, cells).

    One programme raises all doubtful places together, as far as they go; its table serves all
    that it raises, and the rest are tried again without them, in the end one by one.
    """
    found = np.full((len(places), len(part.cells)), np.nan)
    doubtful = np.arange(len(places))
    alone = False
    while len(doubtful):
        tried = places[doubtful[:1]] if alone else places[doubtful]
        table = _raised_together(part, tried, minimum)
        raised = table[places[doubtful]] >= minimum - _ROUND_OFF
        found[doubtful[raised]] = table
        if alone and not raised[0]:
            return found  # one that cannot be raised is enough to know
        alone = not raised.any()
        doubtful = doubtful[~raised]
    return found


def gives_away(system: CountSystem, line: IntArray, hidden: BoolArray, minimum: int) -> bool:
    """Say whether one sum alone pins down a small count that is in it.

    Parameters
    ----------
    system : CountSystem
        Counts and sums.
    line : array of int, shape (k,)
        One row of ``system.lines``.
    hidden : array of bool, shape (k,)
        What is not shown.
    minimum : int
        Least count that may be shown.

    Returns
    -------
    bool
        True where a small count stands alone, or the hidden parts of a shown total are small
        together; where counts are rounded, so far as rounding leaves no doubt.
    """
    cells = np.flatnonzero(line)
    targets = (hidden & system.small(minimum))[cells]
    if not targets.any():
        return False
    low, high = (limit[cells] for limit in system.limits(hidden))
    is_part = line[cells] > 0
    rest = high[~is_part].sum() - low[is_part].sum() + low
    greatest = np.where(is_part, rest, high[is_part].sum())
    return bool((greatest[targets] < minimum).any())


def _raised_together(part: _Part, places: IntArray, minimum: int) -> FloatArray:
    """Raise the places of a part towards the minimum at once; return the table, shape (cells,)."""
    n, k = len(part.cells), len(places)
    if not len(part.equations):
        return np.asarray(np.clip(float(minimum), part.low, part.high))
    # one more variable per place: its value, but no more than the minimum
    found = linprog(
        np.concatenate([np.zeros(n), -np.ones(k)]),
        A_ub=np.hstack([-np.eye(n)[places], np.eye(k)]),
        b_ub=np.zeros(k),
        A_eq=np.hstack([part.equations, np.zeros((len(part.equations), k))]),
        b_eq=part.remainders,
        bounds=[*zip(part.low, part.high, strict=True), *([(0, minimum)] * k)],
        method="highs",
    )
    return np.asarray(found.x, dtype=float)[:n]
