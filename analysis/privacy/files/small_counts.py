"""Counts from 1 to 10 in tables."""

from __future__ import annotations

import re

from analysis.privacy.files.patient_signs import SMALL_COUNTS, Sign
from analysis.privacy.files.printed_tables import TextTable
from analysis.privacy.files.table_cells import present_cells
from analysis.privacy.headers import header_words

__all__ = ["is_small", "small_cells", "small_counts"]

_SMALL = re.compile(r"(?:[1-9]|10)(?:\.0+)?")
_COUNTS = {
    "n", "count", "counts", "freq", "frequency", "patients", "n patients", "subjects",
    "n subjects", "size",
    "number of patients", "no of patients", "n risk", "at risk", "n events", "nobs", "n obs",
    "removed", "entrance", "censored",
    "observed", "participants", "responders", "events",
}  # fmt: skip


def is_small(cell: str) -> bool:
    """Tell whether a cell is a count from 1 to 10.

    Parameters
    ----------
    cell : str
        A cell.

    Returns
    -------
    bool
        False for 0, and where it is missing.

    Examples
    --------
    >>> is_small("7"), is_small("0"), is_small("11")
    (True, False, False)
    """
    return _SMALL.fullmatch(cell) is not None


def small_counts(table: TextTable) -> tuple[Sign, ...]:
    """Count cells from 1 to 10 in columns of counts.

    Parameters
    ----------
    table : TextTable
        A table with names of columns.

    Returns
    -------
    tuple of Sign
        Empty where no count is small; missing cells count for nothing.

    Examples
    --------
    >>> small_counts(TextTable(header=("arm", "n"), rows=(("iv", "7"), ("im", "120"))))
    (Sign(kind='counts under 11', count=1),)
    """
    small = 0
    for position, name in enumerate(table.columns):
        if header_words(name) in _COUNTS:
            cells = present_cells(table.column(position))
            small += sum(map(is_small, cells))
    return (Sign(kind=SMALL_COUNTS, count=small),) if small else ()


def small_cells(table: TextTable) -> int:
    """Count cells from 1 to 10 of a table whose cells are all whole numbers, as cross tables are.

    Parameters
    ----------
    table : TextTable
        A table of counts.

    Returns
    -------
    int
        0 when any cell is no whole number.

    Examples
    --------
    >>> small_cells(TextTable(header=("f", "m"), rows=(("120", "4"), ("95", "88"))))
    1
    """
    width = len(table.header) or 1
    cells = [cell for row in table.rows for cell in row[-width:]]
    whole = all(re.fullmatch(r"\d+(?:\.0+)?", cell) for cell in present_cells(cells))
    return sum(map(is_small, cells)) if whole else 0
