"""Which points of clinics may leave beside the chart of them all.

The chart of the network by month and those of its clinics by quarter say together what is left of
each quarter, so both are held to one system of counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.disclosure import Members, Policy, suppress_cells
from analysis.disclosure.cells import Cell, Sum
from analysis.quality.charts.periods import period_months
from analysis.quality.charts.spc_release import (
    TOTALS_ARE_DEAR,
    Counts,
    Source,
    counts_of,
    without_hidden,
)

__all__ = ["hide_parts"]

_TOGETHER = "all groups"

OfChart = tuple[pd.DataFrame, Source]
"""The points of a chart, and what is counted."""


def hide_parts(
    parts: OfChart, whole: OfChart, policy: Policy
) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """Hide points of groups that, beside the chart of all groups together, tell a small count.

    Parameters
    ----------
    parts, whole : tuple of pandas.DataFrame and Source
        The points of the groups, all by the same period, and those of all together, which were
        shown before: inside `recording` or `held_together` their counts are known by name.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    tuple
        The points of the groups with ``y, n, value`` missing where hidden and ``y_text, n_text``
        as printed; the attacker's intervals; and how many counts are hidden.

    Raises
    ------
    DataError
        When the groups do not add up to the whole.
    """
    points, source = parts
    groups = [rows for _, rows in points.groupby("group", sort=False)]
    named = [counts_of(rows, source, policy) for rows in groups]
    everybody = counts_of(*whole, policy)
    together, sums = _together(named, everybody)
    counts = [*named, everybody]
    hidden = suppress_cells(
        {cell: n for each in counts for cell, n in (*each.cells.items(), *each.totals.items())}
        | together,
        [line for each in counts for line in each.sums] + sums,
        about=whole[1].about,  # under its own name the whole is known as it was shown
        not_shown=[*(cell for each in counts for cell in each.unseen), *together],
        keep={cell: TOTALS_ARE_DEAR for each in counts for cell in each.totals}
        | dict.fromkeys(everybody.cells, TOTALS_ARE_DEAR),
        sensitive=[cell for each in counts for cell in each.delicate],
        members=_members(source.members, whole[1].members),
        policy=policy,
    )
    shown = [without_hidden(rows, hidden, source, policy) for rows in groups]
    many = sum(n for _, n in shown)
    return pd.concat([rows for rows, _ in shown]), hidden.audit(), many


def _together(named: Sequence[Counts], whole: Counts) -> tuple[dict[Cell, int], list[Sum]]:
    """Add up what groups and the whole have in each of the longer of their periods."""
    of_groups = [cell for counts in named for cell in counts.cells]
    length = max(period_months(cell[1])[1] for cell in (*of_groups, *whole.cells))
    n_of = {cell: n for counts in named for cell, n in counts.cells.items()}
    together: dict[Cell, int] = {}
    sums: list[Sum] = []
    inside = {True: _by_window(of_groups, length), False: _by_window(list(whole.cells), length)}
    for key in dict.fromkeys([*inside[True], *inside[False]]):
        parts, others = (inside[which].get(key, []) for which in (True, False))
        together[key] = sum(n_of[cell] for cell in parts)
        sums += [(key, parts), (key, others)]
    return together, sums


def _by_window(cells: Sequence[Cell], length: int) -> dict[Cell, list[Cell]]:
    """Sort counts by the window of months in which they lie, and by their name."""
    found: dict[Cell, list[Cell]] = {}
    for cell in cells:
        window = period_months(cell[1])[0] // length
        found.setdefault((_TOGETHER, f"{length} months, {window}", cell[2]), []).append(cell)
    return found


def _members(parts: Members | None, whole: Members | None) -> Members | None:
    """Put those who are behind the counts of both together, where both list the same patients."""
    if parts is None or whole is None or not np.array_equal(parts.units, whole.units):
        return parts
    sets: Mapping[Cell, npt.NDArray[np.bool_]] = {**parts.sets, **whole.sets}
    return Members(pd.Series(parts.units, dtype=object), sets)
