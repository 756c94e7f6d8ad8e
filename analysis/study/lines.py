"""Finding the line of a CSV file on which a row begins, as an editor counts lines.

Rows are counted without blank lines and with a cell of several lines as one; the lines of the
file are not, so a finding about rows is led back to the file here. Nothing here reads a value.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from analysis.study.findings import Finding

__all__ = ["lines_of_records", "record_lines", "with_file_lines"]


def lines_of_records(file: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    r"""Give every record of a CSV file that is not blank, with the line on which it begins.

    Parameters
    ----------
    file : iterable of str
        Lines of a CSV file that was opened with ``newline=""``.

    Yields
    ------
    line : int
        Line of the file, from 1.
    cells : list of str
        The cells, the header's first.

    Examples
    --------
    >>> [line for line, _ in lines_of_records(["a,b\n", "\n", '1,"x\n', 'y"\n', "2,z\n"])]
    [1, 3, 5]
    """
    reader = csv.reader(file)
    line = 1
    for cells in reader:
        if cells:
            yield line, cells
        line = reader.line_num + 1


def with_file_lines(findings: Sequence[Finding], folder: Path | str) -> list[Finding]:
    """Replace the row numbers of findings by lines of the CSV file of their table.

    Parameters
    ----------
    findings : sequence of Finding
        Their `rows` count the header as 1 and leave blank lines out, as `first_lines` does.
    folder : path
        The study folder; findings about Parquet tables, and about files that changed since they
        were read, keep their row numbers.

    Returns
    -------
    list of Finding
        The same findings in the same order.
    """
    wanted: dict[str, int] = {}
    for finding in findings:
        wanted[finding.table] = max((wanted.get(finding.table, 0), *finding.rows))
    found = {
        table: _lines_of(Path(folder) / f"{table}.csv", last)
        for table, last in wanted.items()
        if last
    }
    lines = {table: begins for table, begins in found.items() if len(begins) == wanted[table]}
    return [
        replace(finding, rows=tuple(int(lines[finding.table][row - 1]) for row in finding.rows))
        if finding.table in lines
        else finding
        for finding in findings
    ]


def _lines_of(path: Path, last: int) -> npt.NDArray[np.int64]:
    """Say where the first records begin; nothing of a file that is not there or changed since."""
    try:
        return record_lines(path, last)
    except (OSError, UnicodeDecodeError, csv.Error):
        return np.zeros(0, dtype=np.int64)


def record_lines(path: Path, last: int | None = None) -> npt.NDArray[np.int64]:
    """Say on which line of a CSV file each of its first records begins.

    Parameters
    ----------
    path : pathlib.Path
        A CSV file in UTF-8.
    last : int, optional
        How many records, the header included; the file is read no further. None: all.

    Returns
    -------
    numpy.ndarray of int
        Lines from 1, the header's first; fewer than `last` when the file has fewer records.
    """
    with path.open(encoding="utf-8-sig", newline="") as handle:
        begins = (line for line, _ in islice(lines_of_records(handle), last))
        return np.fromiter(begins, dtype=np.int64)
