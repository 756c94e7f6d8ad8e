"""The attacker: what the shown counts and the sums between them tell about the hidden ones.

Linear programmes over everything that anyone can see; choosing what to hide is in `pattern`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analysis.disclosure.programme import Programme

__all__ = ["Attacker", "CountSystem", "attack_bounds", "gives_away"]

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
    """The cells in doubt of one connected part, those under attack, and what links them."""

    cells: IntArray
    targets: IntArray
    programme: Programme


def _parts(system: CountSystem, hidden: BoolArray, targets: IntArray) -> Iterator[_Part]:
    """Split the cells in doubt, hidden or rounded, into parts that share no sum.

    Parts without a target are left out; the targets of a part are positions in `targets`.
    """
    low, high = system.limits(hidden)
    in_doubt = low < high
    cells = np.flatnonzero(in_doubt)
    lines = sparse.csr_array(system.lines[:, cells].astype(float))
    rest = -(system.lines @ np.where(in_doubt, 0, system.counts)).astype(float)
    linked = abs(lines.T) @ abs(lines)
    _, label = sparse.csgraph.connected_components(linked, directed=False)
    place = np.full(len(hidden), -1)
    place[cells] = label
    for part in np.unique(place[targets][place[targets] >= 0]):
        inside = cells[label == part]
        equations = lines[:, label == part]
        used = np.diff(equations.indptr) > 0
        under_attack = np.flatnonzero(place[targets] == part)
        yield _Part(
            cells=inside,
            targets=under_attack,
            programme=Programme(
                equations[used],
                rest[used],
                low[inside],
                high[inside],
                goals=np.searchsorted(inside, targets[under_attack]),
            ),
        )


def _ceiling(system: CountSystem) -> float:
    """Return a number that no bounded count can reach, to stand for infinity."""
    return 10.0 * float(system.counts.sum()) + 10_000.0  # above 0 where all counts are 0


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
    ceiling = _ceiling(system)
    least, most = system.limits(hidden)
    least = least if low is None else np.maximum(least, low)
    most = np.minimum(most if high is None else np.minimum(most, high), ceiling)
    found_low, found_high = np.zeros(len(targets)), np.full(len(targets), np.inf)
    for part in _parts(system, hidden, targets):
        part.programme.limit(least[part.cells], most[part.cells])
        for position in part.targets:
            objective = (part.cells == targets[position]).astype(float)
            down = float(objective @ part.programme.least(objective))
            up = float(objective @ part.programme.least(-objective))
            found_low[position] = np.ceil(down - _ROUND_OFF) + 0.0
            found_high[position] = np.inf if up > ceiling / 2 else np.floor(up + _ROUND_OFF)
    return found_low, found_high


class Attacker:
    """Looks for tables that fit all that is shown and in which small counts are not small.

    As long as there is such a table for a count, nobody can say that it is small.

    Parameters
    ----------
    system : CountSystem
        Counts and sums.
    hidden : array of bool, shape (k,)
        What is not shown. Later questions may be about patterns that hide less.
    targets : array of int, shape (t,)
        Positions of small hidden counts.
    minimum : int
        Least count that may be shown.
    """

    def __init__(
        self, system: CountSystem, hidden: BoolArray, targets: IntArray, minimum: int
    ) -> None:
        self._system, self.minimum = system, minimum
        self._n_targets = len(targets)
        self._parts = tuple(_parts(system, hidden, targets))

    def witnesses(self, hidden: BoolArray, asked: BoolArray | None = None) -> FloatArray:
        """Find a table for each small count.

        Parameters
        ----------
        hidden : array of bool, shape (k,)
            What is not shown.
        asked : array of bool, shape (t,), optional
            Which of the targets; None: all.

        Returns
        -------
        numpy.ndarray, shape (t, k)
            One table per target, with missing values where none was found. Among targets that
            share sums the search stops at the first one without a table, and so does the whole
            search when only some are asked for.
        """
        wanted = np.ones(self._n_targets, dtype=bool) if asked is None else asked
        tables = np.full((self._n_targets, len(self._system.counts)), np.nan)
        low, high = self._system.limits(hidden)
        for part in self._parts:
            inside = wanted[part.targets]
            if not inside.any():
                continue
            part.programme.limit(low[part.cells], high[part.cells])
            found = _raise_all(part.programme, inside, len(part.cells), self.minimum)
            tables[part.targets] = self._system.counts
            tables[np.ix_(part.targets, part.cells)] = found
            if asked is not None and np.isnan(found[inside]).any():
                break
        return tables


def _raise_all(programme: Programme, asked: BoolArray, n_cells: int, minimum: int) -> FloatArray:
    """Find tables of one part that raise each goal to the minimum; shape (goals, cells).

    One programme raises all doubtful goals together, as far as they go; its table serves all
    that it raises, and the rest are tried again without them, in the end one by one.
    """
    found = np.full((len(asked), n_cells), np.nan)
    doubtful = asked.copy()
    alone = False
    while doubtful.any():
        tried = doubtful
        if alone:
            tried = np.arange(len(asked)) == np.flatnonzero(doubtful)[0]
        table = programme.raise_together(tried, minimum)
        raised = doubtful & (table[programme.goals] >= minimum - _ROUND_OFF)
        found[raised] = table
        if alone and not raised[tried].any():
            return found  # one that cannot be raised is enough to know
        alone = not raised.any()
        doubtful = doubtful & ~raised
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
