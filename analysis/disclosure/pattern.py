"""Choose what else to hide so that no small count can be worked out, and how to mark it.

A heuristic proposes, the attacker of `attack` disposes: nothing is accepted that has not been
attacked.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analysis.disclosure.attack import (
    Attacker,
    CountSystem,
    attack_bounds,
    gives_away,
)

__all__ = ["find_pattern", "mark_bounds", "markable_cells"]

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


def find_pattern(
    system: CountSystem,
    minimum: int,
    *,
    told: BoolArray | None = None,
    withheld: BoolArray | None = None,
) -> BoolArray:
    """Choose the counts to hide so that every small one stays in doubt.

    Small counts are hidden first. Then, along every sum, the cheapest further count; then the
    attacker looks, and whatever he can still pin down gets the next cheapest neighbour. In the
    end counts that turned out to protect nothing are shown again.

    Parameters
    ----------
    system : CountSystem
        Counts and sums.
    minimum : int
        Least count that may be shown.
    told : array of bool, shape (k,), optional
        Counts that readers know already, so that they cannot be hidden any more.
    withheld : array of bool, shape (k,), optional
        Counts that stay hidden whatever they are.

    Returns
    -------
    numpy.ndarray of bool, shape (k,)
        What is hidden: no small count has a greatest possible value under `minimum`, except where
        what readers know already says so.

    Notes
    -----
    The search ends: each round hides at least one more count, and once every shown count in
    reach is zero the true counts can be multiplied by any number, so nothing bounds them. What
    readers know already may give a small count away whatever is hidden now; then everything in its
    reach stays hidden, and the others are protected as ever.
    """
    known = np.zeros(len(system.counts), dtype=bool) if told is None else told
    needed = (system.small(minimum) | system.not_shown) & ~known
    needed = needed if withheld is None else needed | (withheld & ~known)
    hidden = _close_lines(system, needed, known, minimum)
    targets = np.flatnonzero(system.small(minimum) & hidden)
    while True:
        attacker = Attacker(system, hidden, targets, minimum)
        tables = attacker.witnesses(hidden)
        lost = targets[np.isnan(tables).any(axis=1)]
        if not len(lost):
            return _show_again(system, hidden, hidden & ~needed, tables, targets, attacker)
        before = hidden.copy()
        for cell in lost:
            hidden[_cheapest_neighbour(system, hidden, known, int(cell))] = True
        hidden = _close_lines(system, hidden, known, minimum)
        if (hidden == before).all():  # readers know too much already to protect these
            targets = np.setdiff1d(targets, lost)
            needed = needed | _in_reach(system, hidden, lost)


def _in_reach(system: CountSystem, hidden: BoolArray, cells: IntArray) -> BoolArray:
    """Find the hidden counts that sums link to some counts; what hides them keeps them vague."""
    reached = np.zeros(len(hidden), dtype=bool)
    reached[cells] = True
    while True:
        near = (system.lines[:, reached] != 0).any(axis=1)
        before = reached.copy()
        reached |= (system.lines[near] != 0).any(axis=0) & hidden
        if (reached == before).all():
            return reached


def _may_protect(system: CountSystem) -> BoolArray:
    """Say which counts may be hidden to protect others: 0 only where it is small itself."""
    zero = system.zero_is_small
    return system.counts > 0 if zero is None else (system.counts > 0) | zero


def _close_lines(
    system: CountSystem, hidden: BoolArray, told: BoolArray, minimum: int
) -> BoolArray:
    """Hide the cheapest further count along every sum that alone gives a small count away."""
    hidden = hidden.copy()
    weak = True
    while weak:
        weak = False
        for line in system.lines:
            candidates = np.flatnonzero((line != 0) & ~hidden & ~told & _may_protect(system))
            if len(candidates) and gives_away(system, line, hidden, minimum):
                hidden[candidates[np.argmin(system.cost[candidates])]] = True
                weak = True
    return hidden


def _cheapest_neighbour(system: CountSystem, hidden: BoolArray, told: BoolArray, cell: int) -> int:
    """Find the cheapest shown count in a sum with a cell, or with the cells linked to it.

    Where the nearest ones are dear to the reader, one further away is looked for first.
    """
    reached = np.zeros(len(hidden), dtype=bool)
    reached[cell] = True
    best = cell  # if everything in reach is hidden, nothing bounds the cell
    while True:
        near = system.lines[(system.lines[:, reached] != 0).any(axis=1)].any(axis=0)
        candidates = np.flatnonzero(near & ~hidden & ~told & _may_protect(system))
        if len(candidates):
            cheapest = int(candidates[np.argmin(system.cost[candidates])])
            if best == cell or system.cost[cheapest] < system.cost[best]:
                best = cheapest
        is_dear = system.cost[best] > system.counts[best]
        if (best != cell and not is_dear) or not (near & hidden & ~reached).any():
            return best
        reached |= near & hidden


def _show_again(
    system: CountSystem,
    hidden: BoolArray,
    extra: BoolArray,
    tables: FloatArray,
    targets: IntArray,
    attacker: Attacker,
) -> BoolArray:
    """Show again, dearest first, each count without which every small count stays in doubt.

    A small count stays in doubt while its table of the attacker has what is shown where one
    more count is shown, so only the others need a new table.
    """
    cells = np.flatnonzero(extra)
    for cell in cells[np.argsort(-system.cost[cells], kind="stable")]:
        trial = hidden.copy()
        trial[cell] = False
        touching = system.lines[system.lines[:, cell] != 0]
        if any(gives_away(system, line, trial, attacker.minimum) for line in touching):
            continue
        least, most = (limit[cell] for limit in system.limits(trial))
        stale = (tables[:, cell] < least - 1e-6) | (tables[:, cell] > most + 1e-6)
        near = stale & (touching[:, targets] != 0).any(axis=0)  # they fail first, if any does
        renewed = tables.copy()
        for some in (near, stale & ~near):
            if not np.isnan(renewed).any():
                renewed[some] = attacker.witnesses(trial, some)[some]
        if not np.isnan(renewed).any():
            hidden, tables = trial, renewed
    return hidden


def mark_bounds(
    system: CountSystem, hidden: BoolArray, marked: BoolArray, minimum: int
) -> tuple[FloatArray, FloatArray]:
    """Say what the marks tell: ``<11`` means 1 to 10, and ``—`` beside it means 11 or more.

    Where 0 is hidden as well, ``<11`` means 0 to 10.

    Parameters
    ----------
    system : CountSystem
        Counts and sums.
    hidden : array of bool, shape (k,)
        What is not shown.
    marked : array of bool, shape (k,)
        Small counts that carry the mark ``<11``.
    minimum : int
        Least count that may be shown.

    Returns
    -------
    tuple of array of float, shape (k,)
        Least and greatest value of each count as the marks tell it.
    """
    large = hidden & ~system.not_shown & (system.counts >= minimum)
    first = 1.0 if system.zero_is_small is None else np.where(system.zero_is_small, 0.0, 1.0)
    low = np.where(marked, first, np.where(large, float(minimum), 0.0))
    return low, np.where(marked, minimum - 1.0, np.inf)


def markable_cells(
    system: CountSystem, hidden: BoolArray, minimum: int, *, marked: BoolArray | None = None
) -> BoolArray:
    """Choose the small counts that can carry the mark ``<11`` without saying too much.

    Two counts marked ``<11`` that add up to 20 are both 10. A small count whose mark would leave
    fewer than half of the small values possible is shown as ``—`` instead, as are the hidden
    counts that it shares a sum with.

    Parameters
    ----------
    system : CountSystem
        Counts and sums.
    hidden : array of bool, shape (k,)
        What is not shown.
    minimum : int
        Least count that may be shown.
    marked : array of bool, shape (k,), optional
        Counts that have been marked before, which cannot be taken back.

    Returns
    -------
    numpy.ndarray of bool, shape (k,)
        Small counts to mark.
    """
    before = np.zeros(len(hidden), dtype=bool) if marked is None else marked
    marked = before | (system.small(minimum) & hidden & ~system.not_shown)
    while (marked & ~before).any():
        targets = np.flatnonzero(marked)
        low, high = mark_bounds(system, hidden, marked, minimum)
        least, most = attack_bounds(system, hidden, targets, low=low, high=high)
        narrow = targets[most - least + 1 < minimum // 2]
        if not len(narrow):
            break
        touching = (system.lines[:, narrow] != 0).any(axis=1)
        fewer = marked & ~(system.lines[touching] != 0).any(axis=0)
        fewer[narrow] = False
        if (fewer | before).sum() == marked.sum():
            break  # what is narrow was told before
        marked = fewer | before
    return marked
