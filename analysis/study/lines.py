"""Finding the line of a CSV file on which a row begins, as an editor counts lines.

Rows are counted without blank lines and with a cell of several lines as one; the lines of the
file are not, so a finding about rows is led back to the file here. Nothing here reads a value.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from analysis.study.findings import Finding

__all__ = ["lines_of_records", "with_file_lines"]


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
        The study folder; findings about Parquet tables keep their row numbers.

    Returns
    -------
    list of Finding
        The same findings in the same order.
    """
    wanted: dict[str, set[int]] = {}
    for finding in findings:
        wanted.setdefault(finding.table, set()).update(finding.rows)
    lines = {
        table: _begin(path, rows)
        for table, rows in wanted.items()
        if rows and (path := Path(folder) / f"{table}.csv").is_file()
    }
    return [
        replace(finding, rows=tuple(lines[finding.table].get(row, row) for row in finding.rows))
        if finding.table in lines
        else finding
        for finding in findings
    ]


def _begin(path: Path, rows: Collection[int]) -> dict[int, int]:
    """Say on which line the wanted rows begin; the file is read up to the last of them only."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        numbered = enumerate(islice(lines_of_records(handle), max(rows)), start=1)
        return {row: line for row, (line, _) in numbered if row in rows}
