"""Tables of statistics, as describe() prints them: what they show of single patients."""

from __future__ import annotations

from analysis.privacy.files.patient_signs import PATIENT_LIST, SMALL_COUNTS, Sign
from analysis.privacy.files.printed_tables import TextTable
from analysis.privacy.files.small_counts import is_small, small_counts
from analysis.privacy.files.table_columns import is_describe_label, looks_like_code

__all__ = ["is_description", "signs_in_description"]


def is_description(table: TextTable) -> bool:
    """Tell whether rows are statistics, as those of ``describe()``.

    Parameters
    ----------
    table : TextTable
        A table with names of columns.

    Returns
    -------
    bool
        True where nearly all rows, or five columns, are named as statistics are.

    Examples
    --------
    >>> rows = (("count", "120"), ("mean", "14.2"), ("std", "5.1"))
    >>> is_description(TextTable(header=("", "total"), rows=rows))
    True
    """
    labels = [row[0] for row in table.rows if row]
    known = sum(map(is_describe_label, labels))
    if known >= 2 and known >= 0.7 * len(labels):
        return True
    names = [name for name in table.columns if name]
    return sum(map(is_describe_label, names)) >= 5


def signs_in_description(table: TextTable) -> tuple[Sign, ...]:
    """Give the codes that ``top``, ``first`` and ``last`` show.

    Parameters
    ----------
    table : TextTable
        A table of statistics.

    Returns
    -------
    tuple of Sign
        Codes, else small counts; empty where there are none.

    Examples
    --------
    >>> rows = (("count", "120"), ("top", "KX-1042"))
    >>> signs_in_description(TextTable(header=("", "subject_id"), rows=rows))
    (Sign(kind="list of patients' codes", count=1),)
    """
    shown = [row for row in table.rows if row and row[0].casefold() in {"top", "first", "last"}]
    shown_codes = [cell for row in shown for cell in row[1:] if looks_like_code(cell)]
    if shown_codes:
        return (Sign(kind=PATIENT_LIST, count=len(shown_codes)),)
    counts = [
        cell for row in table.rows if row and row[0].casefold() == "count" for cell in row[1:]
    ]
    small = sum(map(is_small, counts))
    return (Sign(kind=SMALL_COUNTS, count=small),) if small else small_counts(table)
