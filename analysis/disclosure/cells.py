"""Hide small counts among named counts and the sums between them, with proof.

Everything that shows counts goes through here: tables, proportions, flows and risk tables only
say which counts there are and how they add up.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from analysis.disclosure.attack import CountSystem, attack_bounds
from analysis.disclosure.pattern import BoolArray, find_pattern, mark_bounds, markable_cells
from analysis.disclosure.policy import HIDDEN, RELEASE, Policy
from analysis.errors import DataError

__all__ = ["STATUSES", "Cell", "HiddenCells", "Sum", "count_system", "suppress_cells"]

STATUSES = ("shown", "primary", "complementary")
"""A count is shown, hidden because it is small, or hidden to protect a small one."""

Cell = Any
"""The name of a count: any hashable value."""

Sum = tuple[Cell, Sequence[Cell]]
"""The name of a total and the names of its parts."""


@dataclass(frozen=True, kw_only=True, eq=False)
class HiddenCells:
    """Named counts after suppression: their text, their status and the attacker's view.

    Parameters
    ----------
    text : dict
        Name of each count to what is printed.
    status : dict
        Name of each count to "shown", "primary" or "complementary".
    bounds : pandas.DataFrame
        One row per small count: ``cell, low, high, low_with_marks, high_with_marks, protected``.
    policy : Policy
        The least count that may be shown.
    """

    text: Mapping[Cell, str]
    status: Mapping[Cell, str]
    bounds: pd.DataFrame = field(repr=False)
    policy: Policy

    def is_hidden(self, cell: Cell) -> bool:
        """Whether a count is not shown."""
        return self.status[cell] != "shown"

    def log(self) -> pd.DataFrame:
        """Count the counts by status.

        Returns
        -------
        pandas.DataFrame
            Columns ``status, cells``; one row per status.
        """
        return count_statuses(list(self.status.values()))

    def audit(self) -> pd.DataFrame:
        """Return the attacker's interval of every small count.

        Returns
        -------
        pandas.DataFrame
            Columns ``cell, low, high, low_with_marks, high_with_marks, protected``: the least and
            greatest value that the shown counts and the sums leave possible, without and with what
            the marks ``<11`` and ``—`` say.
        """
        return self.bounds.copy()


def count_statuses(statuses: Sequence[str]) -> pd.DataFrame:
    """Count how often each status occurs; columns ``status, cells``."""
    cells = [statuses.count(status) for status in STATUSES]
    return pd.DataFrame({"status": list(STATUSES), "cells": cells})


def count_system(
    cells: Mapping[Cell, int],
    sums: Sequence[Sum],
    *,
    not_shown: Collection[Cell] = (),
    keep: Mapping[Cell, float] | None = None,
) -> CountSystem:
    """Put named counts and sums into arrays, and check that they add up.

    Parameters
    ----------
    cells : mapping of name to int
        True counts.
    sums : sequence of (total, parts)
        Names of each total and of its parts.
    not_shown : collection of names
        Counts that follow from others and are never printed.
    keep : mapping of name to float, optional
        How much more than its size it costs the reader to lose a count.

    Returns
    -------
    CountSystem
        The arrays, cells in the order of `cells`.

    Raises
    ------
    DataError
        When a count is negative or not whole, or parts do not add up to their total.
    """
    names = {name: position for position, name in enumerate(cells)}
    values = np.array([float(count) for count in cells.values()])
    if not (np.isfinite(values) & (values >= 0) & (values == np.round(values))).all():
        raise DataError("Counts must be whole numbers of 0 or more, without missing ones.")
    lines = np.zeros((len(sums), len(names)), dtype=np.int64)
    for row, (total, parts) in enumerate(sums):
        lines[row, [names[part] for part in parts]] = 1
        lines[row, names[total]] = -1
    off = int((lines @ values != 0).sum())
    if off:
        raise DataError(
            f"{off} of {len(sums)} totals differ from the sum of their parts. Add a category for "
            "whoever is left over, so that what could be subtracted is known."
        )
    extra = np.array([(keep or {}).get(name, 0.0) for name in names])
    return CountSystem(
        counts=values.astype(np.int64),
        lines=lines,
        not_shown=np.array([name in not_shown for name in names], dtype=bool),
        cost=values + extra,
    )


def suppress_cells(
    cells: Mapping[Cell, int],
    sums: Sequence[Sum] = (),
    *,
    not_shown: Collection[Cell] = (),
    keep: Mapping[Cell, float] | None = None,
    policy: Policy = RELEASE,
) -> HiddenCells:
    """Hide small counts, and others, so that no small count can be narrowed to a small interval.

    Parameters
    ----------
    cells : mapping of name to int
        True counts.
    sums : sequence of (total, parts)
        Names of each total and of its parts; every sum that a reader can know.
    not_shown : collection of names
        Counts that follow from others and are never printed, such as a complement.
    keep : mapping of name to float, optional
        How much more than its size it costs the reader to lose a count.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    HiddenCells
        Text and status per count, and the attacker's intervals.

    Raises
    ------
    DataError
        When counts are not whole or do not add up.

    Examples
    --------
    >>> hidden = suppress_cells({"a": 4, "b": 30, "c": 60, "all": 94}, [("all", ["a", "b", "c"])])
    >>> hidden.text
    {'a': '<11', 'b': '—', 'c': '60', 'all': '94'}
    """
    system = count_system(cells, sums, not_shown=not_shown, keep=keep)
    minimum = policy.minimum_count
    if policy.confidential:
        hidden = marked = np.zeros(len(cells), dtype=bool)
    else:
        hidden = find_pattern(system, minimum)
        marked = markable_cells(system, hidden, minimum)
    small = hidden & (system.counts > 0) & (system.counts < minimum)
    status = np.where(small, "primary", np.where(hidden, "complementary", "shown"))
    shown = np.where(marked, policy.small_text, HIDDEN)
    text = [
        str(m) if h else f"{n:,d}" for m, h, n in zip(shown, hidden, system.counts, strict=True)
    ]
    return HiddenCells(
        text=dict(zip(cells, text, strict=True)),
        status=dict(zip(cells, status.tolist(), strict=True)),
        bounds=_audit(system, list(cells), hidden, marked, policy),
        policy=policy,
    )


def _audit(
    system: CountSystem,
    names: Sequence[Cell],
    hidden: BoolArray,
    marked: BoolArray,
    policy: Policy,
) -> pd.DataFrame:
    """Attack every small hidden count, without and with what the marks tell."""
    minimum = policy.minimum_count
    targets = np.flatnonzero(hidden & (system.counts > 0) & (system.counts < minimum))
    low, high = attack_bounds(system, hidden, targets)
    told_low, told_high = mark_bounds(system, hidden, marked, minimum)
    mark_low, mark_high = attack_bounds(system, hidden, targets, low=told_low, high=told_high)
    return pd.DataFrame(
        {
            "cell": [names[target] for target in targets.tolist()],
            "low": low,
            "high": high,
            "low_with_marks": mark_low,
            "high_with_marks": mark_high,
            "protected": high >= minimum,
        }
    )
