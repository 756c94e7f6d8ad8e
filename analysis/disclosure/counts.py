"""Suppress small counts in a table of categories by columns.

What to do with means, proportions and curves is in the neighbouring modules.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from analysis.disclosure.attack import attack_bounds
from analysis.disclosure.cells import (
    EARLIER,
    Cell,
    HiddenCells,
    Sum,
    count_statuses,
    count_system,
    suppress_cells,
)
from analysis.disclosure.members import Members
from analysis.disclosure.policy import RELEASE, Policy
from analysis.disclosure.release import Statement
from analysis.errors import ColumnError, DataError
from analysis.results import frame_to_html, frame_to_text

__all__ = ["TOTAL", "SuppressedCounts", "attack_counts", "suppress_counts"]

TOTAL = "Total"
"""Name of the added row and column of totals."""

_TOTALS_ARE_DEAR = 1e9


@dataclass(frozen=True, kw_only=True, eq=False)
class SuppressedCounts:
    """A table of counts after suppression; it does not hold the hidden counts.

    Parameters
    ----------
    shown : pandas.DataFrame of str
        What is printed; with a ``Total`` row or column where totals are published.
    status : pandas.DataFrame of str
        "shown", "primary" or "complementary" per cell; for the analyst, not for release.
    bounds : pandas.DataFrame
        What the attacker can say about each small count.
    policy : Policy
        The least count that may be shown.
    """

    shown: pd.DataFrame
    status: pd.DataFrame = field(repr=False)
    bounds: pd.DataFrame = field(repr=False)
    policy: Policy

    @property
    def confidential(self) -> bool:
        """Whether the table holds true counts and must stay inside the clinic."""
        return self.policy.confidential

    def log(self) -> pd.DataFrame:
        """Count the cells by status.

        Returns
        -------
        pandas.DataFrame
            Columns ``status, cells``; one row per status.
        """
        return count_statuses(self.status.to_numpy().ravel().tolist())

    def audit(self) -> pd.DataFrame:
        """Return the attacker's interval of every small count.

        Returns
        -------
        pandas.DataFrame
            Columns ``row, column, low, high, low_with_marks, high_with_marks, protected``; one
            row per small count, never its true value.
        """
        return self.bounds.copy()

    def disclosure(self) -> Statement:
        """Say what leaves, for `release`: the shown texts with their audit."""
        hidden = int((self.status.to_numpy() != "shown").sum())
        return Statement(frame=self.shown, policy=self.policy, hidden=hidden, audit=self.audit())

    def summary(self) -> str:
        """Write the shown table and how much of it is hidden."""
        note = "confidential: true counts\n" if self.confidential else ""
        return f"{note}{frame_to_text(_flat(self.shown))}\n{frame_to_text(self.log())}"

    def __repr__(self) -> str:
        """Show the summary, the same on every machine."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Show the table with everything escaped."""
        return frame_to_html(_flat(self.shown), caption="Confidential" if self.confidential else "")


def _flat(shown: pd.DataFrame) -> pd.DataFrame:
    """Turn row names into columns, so that they are printed."""
    index = shown.index.to_frame(index=False)
    names: list[Any] = list(shown.index.names)
    index.columns = pd.Index(["" if name is None else str(name) for name in names])
    return pd.concat([index, shown.reset_index(drop=True)], axis=1)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Layout:
    """The names of cells by row and column, and the sums between them."""

    rows: list[Cell]
    columns: list[Cell]
    cells: dict[Cell, int]
    sums: list[Sum]
    keep: dict[Cell, float]


def _blocks(counts: pd.DataFrame) -> list[list[Cell]]:
    """Group row names by variable: the first level of the index, if it has two."""
    if counts.index.nlevels == 1:
        return [list(counts.index)]
    variables = counts.index.get_level_values(0)
    return [list(counts.index[variables == name]) for name in dict.fromkeys(variables)]


def _check_counts(counts: pd.DataFrame) -> pd.DataFrame:
    """Refuse what is not a table of whole counts with one name per row and column."""
    numeric = all(pd.api.types.is_numeric_dtype(dtype) for dtype in counts.dtypes)
    if not numeric or counts.isna().to_numpy().any():
        raise ColumnError("suppress_counts needs columns of counts without missing ones.")
    if counts.empty or not (counts.index.is_unique and counts.columns.is_unique):
        raise DataError("suppress_counts needs at least one count, and each name only once.")
    return counts


def _lay_out(counts: pd.DataFrame, row_totals: bool, column_totals: bool) -> _Layout:
    """Name every cell and every sum; variables (blocks) share the totals of their columns."""
    blocks = _blocks(_check_counts(counts))
    total_row: Cell = TOTAL if counts.index.nlevels == 1 else (TOTAL, "")
    table = counts.copy()
    if column_totals:
        sums_of_blocks = [counts.loc[block].sum() for block in blocks]
        if any((sums != sums_of_blocks[0]).any() for sums in sums_of_blocks):
            raise DataError(
                "The variables do not have the same column totals. Add a row for missing values "
                "to each variable."
            )
        table.loc[total_row, :] = sums_of_blocks[0]
    if row_totals:
        table[TOTAL] = table.sum(axis=1)
    rows, columns = list(table.index), list(table.columns)
    values = table.to_numpy()
    cells = {(r, c): values[i, j] for i, r in enumerate(rows) for j, c in enumerate(columns)}
    sums: list[Sum] = []
    if column_totals:
        sums += [((total_row, c), [(r, c) for r in block]) for block in blocks for c in columns]
    if row_totals:
        sums += [((r, TOTAL), [(r, c) for c in counts.columns]) for r in rows]
    totals = {(total_row, c) for c in columns if column_totals} | {
        (r, TOTAL) for r in rows if row_totals
    }
    keep = dict.fromkeys(totals, _TOTALS_ARE_DEAR)
    return _Layout(rows=rows, columns=columns, cells=cells, sums=sums, keep=keep)


def suppress_counts(
    counts: pd.DataFrame,
    *,
    row_totals: bool = False,
    column_totals: bool = False,
    about: str = "",
    not_shown: Collection[Cell] = (),
    sensitive: Collection[Cell] | None = None,
    members: Members | None = None,
    policy: Policy = RELEASE,
) -> SuppressedCounts:
    """Hide the small counts of a table, and what would give them away.

    Counts from 1 to 10 are primary; complementary counts are hidden until an attacker who knows
    the shown counts, the totals and that counts are not negative must grant every primary count a
    value of 11 or more. Totals are hidden last.

    Parameters
    ----------
    counts : pandas.DataFrame, shape (categories, columns)
        Whole counts of patients. With a two-level index the first level names the variable:
        each variable's categories add up to the same column totals.
    row_totals, column_totals : bool
        Whether the sums over columns, or over categories, are published. They appear in the
        result under ``Total``.
    about : str
        What is counted, the same in every release, see `suppress_cells`.
    not_shown : collection of row names
        Categories that are not printed although they follow from the others, such as "observed"
        beside "missing".
    sensitive : collection of row names, optional
        Categories of which neither 0 nor all of a column may be shown. None: those whose names
        the policy calls sensitive.
    members : Members, optional
        Who is behind each count, by (row name, column name), see `suppress_cells`.
    policy : Policy
        The least count that may be shown, and how counts are rounded.

    Returns
    -------
    SuppressedCounts
        Shown text, status, log and audit.

    Raises
    ------
    ColumnError
        When a column does not hold counts.
    DataError
        When counts are negative or not whole, or names occur twice.

    Notes
    -----
    The mark ``<11`` itself says 1 to 10. Where marks and totals together would leave fewer than
    five possible values, the counts concerned are all shown as ``—``.

    Examples
    --------
    >>> table = pd.DataFrame({"n": [4, 25, 60]}, index=["IM", "nasal", "IV"])
    >>> suppress_counts(table, column_totals=True).shown["n"].tolist()
    ['<11', '—', '60', '89']
    """
    layout = _lay_out(counts, row_totals, column_totals)
    free = {(row, column) for row in not_shown for column in layout.columns}
    hidden = suppress_cells(
        layout.cells,
        layout.sums,
        about=about,
        not_shown=free,
        keep=layout.keep,
        sensitive=_sensitive_cells(counts, layout, _sensitive_rows(counts, sensitive, policy)),
        members=members,
        policy=policy,
    )
    keep = [row for row in layout.rows if row not in set(not_shown)]
    return SuppressedCounts(
        shown=_frame(layout, hidden.text, counts).loc[keep],
        status=_frame(layout, hidden.status, counts).loc[keep],
        bounds=_named_bounds(hidden),
        policy=policy,
    )


def _sensitive_rows(
    counts: pd.DataFrame, named: Collection[Cell] | None, policy: Policy
) -> list[Cell]:
    """List the sensitive categories: those that the caller names, or that names tell."""
    if named is not None:
        return list(named)
    rows = list(counts.index)
    return [r for r in rows if policy.is_sensitive(*(r if isinstance(r, tuple) else (r,)))]


def _sensitive_cells(counts: pd.DataFrame, layout: _Layout, rows: Collection[Cell]) -> set[Cell]:
    """List the cells of sensitive categories, and the others where one of these has all."""
    found = {(row, column) for row in rows for column in layout.columns}
    for block in _blocks(counts):
        for column in layout.columns:
            values = {row: layout.cells[(row, column)] for row in block}
            if any(0 < values[row] == sum(values.values()) for row in block if row in set(rows)):
                found |= {(row, column) for row in block}
    return found


def _frame(layout: _Layout, cells: Any, counts: pd.DataFrame) -> pd.DataFrame:
    """Arrange named texts as a table."""
    rows = [[cells[(r, c)] for c in layout.columns] for r in layout.rows]
    index: pd.Index[Any]
    if counts.index.nlevels > 1:
        index = pd.MultiIndex.from_tuples(layout.rows, names=counts.index.names)
    else:
        index = pd.Index(layout.rows, name=counts.index.name)
    return pd.DataFrame(rows, index=index, columns=pd.Index(layout.columns), dtype="string")


def _named_bounds(hidden: HiddenCells) -> pd.DataFrame:
    """Split the name of a cell into row and column."""
    bounds = hidden.audit()
    cells = [(cell, "") if cell == EARLIER else cell for cell in bounds.pop("cell")]
    bounds.insert(0, "row", pd.Series([row for row, _ in cells], dtype=object))
    bounds.insert(1, "column", pd.Series([column for _, column in cells], dtype=object))
    return bounds


def attack_counts(
    counts: pd.DataFrame,
    hidden: pd.DataFrame,
    *,
    row_totals: bool = False,
    column_totals: bool = False,
    sensitive: Collection[Cell] | None = None,
    policy: Policy = RELEASE,
) -> pd.DataFrame:
    """Attack a table whose hidden cells somebody else has chosen.

    Parameters
    ----------
    counts : pandas.DataFrame
        True counts.
    hidden : pandas.DataFrame of bool
        Same shape; True where a count is not shown. Totals are taken as shown.
    row_totals, column_totals : bool
        Which totals are published.
    sensitive : collection of row names, optional
        As in `suppress_counts`.
    policy : Policy
        The least count that may be shown, and how shown counts and totals are rounded.

    Returns
    -------
    pandas.DataFrame
        Columns ``row, column, low, high, protected``; one row per hidden small count.

    Examples
    --------
    >>> table = pd.DataFrame({"n": [4, 25, 60]})
    >>> naive = table < 11
    >>> attack_counts(table, naive, column_totals=True).iloc[:, 2:].to_numpy().tolist()
    [[4.0, 4.0, False]]
    """
    layout = _lay_out(counts, row_totals, column_totals)
    delicate = _sensitive_cells(counts, layout, _sensitive_rows(counts, sensitive, policy))
    system = count_system(layout.cells, layout.sums, sensitive=delicate, policy=policy)
    inside = hidden.to_numpy(dtype=bool)
    position = {name: i for i, name in enumerate(layout.cells)}
    chosen = np.zeros(len(position), dtype=bool)
    for i, row in enumerate(counts.index):
        for j, column in enumerate(counts.columns):
            chosen[position[(row, column)]] = inside[i, j]
    targets = np.flatnonzero(chosen & system.small(policy.minimum_count))
    low, high = attack_bounds(system, chosen, targets)
    names = [list(position)[target] for target in targets.tolist()]
    return pd.DataFrame(
        {
            "row": pd.Series([name[0] for name in names], dtype=object),
            "column": pd.Series([name[1] for name in names], dtype=object),
            "low": low,
            "high": high,
            "protected": high >= policy.minimum_count,
        }
    )
