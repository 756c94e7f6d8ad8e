"""Making the findings of a reader, and the list of its rules."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from analysis.study import Finding
from analysis.study.row_mask import RowMask

__all__ = ["FORMAT_RULES", "fault", "row_fault"]

FORMAT_RULES: tuple[tuple[str, str], ...] = (
    ("FMT-001", "No source fills a table that every study needs."),
    ("FMT-010", "The mapping cannot be opened or is not JSON."),
    ("FMT-011", "The mapping has a key that does not exist."),
    ("FMT-012", "The mapping lacks a key."),
    ("FMT-013", "An entry of the mapping is not one of those allowed."),
    ("FMT-014", "A question mark in the mapping awaits a decision."),
    ("FMT-015", "The mapping refers to a source that it does not describe."),
    ("FMT-020", "No file, or more than can be, belongs to a source."),
    ("FMT-021", "A file cannot be opened, or is not of the kind that the mapping says."),
    ("FMT-022", "A text file is not in the encoding that the mapping says."),
    ("FMT-023", "A text file holds NUL bytes, so it is damaged."),
    ("FMT-024", "The columns are separated by another mark than the mapping says."),
    ("FMT-025", "Rows have more or fewer cells than the header."),
    ("FMT-026", "A file ends in the middle of a row."),
    ("FMT-027", "A file has no rows."),
    ("FMT-028", "A header stands more than once, so it does not say which column is meant."),
    ("FMT-029", "A column that the mapping names is not in the file."),
    ("FMT-030", "It is not clear which sheet of a workbook is meant."),
    ("FMT-031", "Merged cells were filled with the value that they show."),
    ("FMT-032", "Cells hold formulas without a stored result."),
    ("FMT-033", "Blank rows, or headers repeated among the rows, were left out."),
    ("FMT-034", "Rows are alike in every column that is used."),
    ("FMT-035", "Columns without a header hold something; they are left out."),
    ("FMT-036", "Files of one source have different headers."),
    ("FMT-040", "Rows without a client id were left out."),
    ("FMT-041", "Client ids were damaged by a spreadsheet program."),
    ("FMT-042", "The table that links the ids of clinics is not clear, or lacks ids."),
    ("FMT-043", "Patients without a first treatment were left out."),
    ("FMT-044", "Client ids have spaces around them, which were taken off."),
    ("FMT-045", "A first treatment that is noted elsewhere is another day than day 0."),
    ("FMT-050", "Cells cannot be read as dates or times."),
    ("FMT-051", "The order of day and month is not said, or is another than the mapping says."),
    ("FMT-052", "Years have two digits, and the mapping does not say of which century."),
    ("FMT-053", "Dates of two forms stand in one column; day and month may be exchanged in some."),
    ("FMT-054", "Dates stand as numbers, as Excel counts days."),
    ("FMT-060", "Labels are not in the list of values of the mapping."),
    ("FMT-061", "Cells cannot be read as numbers."),
    ("FMT-062", "Cells have a unit that cannot be converted, or none."),
    ("FMT-063", "A dose per kilogram cannot be converted without a weight."),
    ("FMT-064", "Answers do not exist in the scale."),
    ("FMT-065", "Stored totals differ from those of the items, or stand beside too few answers."),
    ("FMT-066", "Rows belong to no session, or to more than one."),
    ("FMT-067", "Rows were left out."),
    ("FMT-068", "A patient has the same scale, or a session, more than once on a day."),
    ("FMT-069", "Ages above 90 were set to 90, which means 90 or older."),
)
"""Code and rule of everything that a reader of files can notice, in the order of the codes."""


def fault(
    rule: str,
    place: str,
    what: str,
    remedy: str,
    *,
    column: str = "",
    severity: Literal["error", "warning"] = "error",
    count: int | None = None,
) -> Finding:
    """Make a finding about the mapping or about a source.

    Parameters
    ----------
    rule : str
        Code of the rule.
    place, column : str
        Name of the source, and of the column or the path in the mapping; never a header.
    what, remedy : str
        What is wrong and what to do.
    severity : {"error", "warning"}
        Whether the files can be made into a study all the same.
    count : int, optional
        How often.

    Returns
    -------
    Finding
        It holds no value of the data.
    """
    return Finding(
        rule=rule,
        severity=severity,
        table=place,
        column=column,
        what=what,
        remedy=remedy,
        count=count,
    )


def row_fault(
    rule: str,
    place: str,
    what: str,
    remedy: str,
    *,
    lines: npt.NDArray[np.int64],
    broken: npt.NDArray[np.bool_],
    column: str = "",
    severity: Literal["error", "warning"] = "error",
) -> list[Finding]:
    """Make a finding about rows of a source; none when no row is concerned.

    Parameters
    ----------
    rule, place, what, remedy, column, severity
        As for `fault`.
    lines : numpy.ndarray of int, shape (n,)
        Line of the file on which each row stands.
    broken : numpy.ndarray of bool, shape (n,)
        Which rows are concerned.

    Returns
    -------
    list of Finding
        At most one, with the lines of the first five rows.
    """
    if not broken.any():
        return []
    places = lines[broken]
    return [
        Finding(
            rule=rule,
            severity=severity,
            table=place,
            column=column,
            what=what,
            remedy=remedy,
            count=len(places),
            rows=tuple(int(line) for line in places[:5]),
            mask=RowMask.of_lines([int(line) for line in places if line > 1]),
        )
    ]
