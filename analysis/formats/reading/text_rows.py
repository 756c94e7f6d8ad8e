"""The rows of a text file with delimiters: fast by columns, row by row where that cannot be."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv as arrow_csv

from analysis.formats.reading.cells import Cells

__all__ = ["Layout", "TextRows", "rows_by_columns", "rows_one_by_one"]

Flags = npt.NDArray[np.bool_]

_CHUNK = 50_000
_MOST_UNEVEN = 50_000  # more are not held as texts beside the columns


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where the rows of a text file stand, and which columns are read.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    encoding, delimiter : str
        How it is written.
    header : tuple of str
        Its headers.
    chosen : tuple of int
        Columns that are read, by position.
    n_lines : int
        Lines above the first row.
    """

    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    chosen: tuple[int, ...]
    n_lines: int

    @property
    def named(self) -> int:
        """How many cells a row needs: up to the last column with a header."""
        return max(n for n, name in enumerate(self.header, start=1) if name.strip() or n == 1)


@dataclass(frozen=True, kw_only=True, eq=False)
class TextRows:
    """The rows of a text file.

    Parameters
    ----------
    columns : dict of int to Cells
        By position.
    lines : numpy.ndarray of int, shape (n_rows,)
        Line of each row.
    over, short : numpy.ndarray of bool, shape (n_rows,)
        Rows that hold something beyond the last header, or have too few cells.
    opened : bool
        Whether a quotation mark stays open.
    """

    columns: dict[int, Cells]
    lines: npt.NDArray[np.int64]
    over: Flags
    short: Flags
    opened: bool = False


def rows_by_columns(layout: Layout, *, quoted: bool) -> TextRows | None:
    """Read the file by columns; the few uneven rows are read one by one and put in their places.

    Parameters
    ----------
    layout : Layout
        Where the rows stand.
    quoted : bool
        Whether there are quotation marks, so that a cell may have several lines. Then a row is
        no line, and `TextRows.lines` counts rows.

    Returns
    -------
    TextRows or None
        None when the file cannot be read so.
    """
    uneven: list[tuple[int, str]] = []

    def set_aside(row: Any) -> str:
        uneven.append((row.number, row.text))
        return "skip" if len(uneven) <= _MOST_UNEVEN else "error"

    try:
        table = _arrow_table(layout, quoted, set_aside)
        rows = list(csv.reader((text for _, text in uneven), delimiter=layout.delimiter))
    except (pa.ArrowException, UnicodeError, ValueError, csv.Error):
        return None
    if not layout.chosen or len(rows) != len(uneven):  # a text of several lines among them
        return None
    even = TextRows(
        columns={n: Cells.of_arrow(table.column(f"f{n}")) for n in layout.chosen},
        lines=_other_numbers(layout.n_lines, table.num_rows, [number for number, _ in uneven]),
        over=np.zeros(table.num_rows, dtype=bool),
        short=np.zeros(table.num_rows, dtype=bool),
    )
    if not rows:
        return even
    return _in_order([even, _chunk(layout, rows, [number for number, _ in uneven])])


def _arrow_table(layout: Layout, quoted: bool, set_aside: Any) -> pa.Table:
    """Read the chosen columns as strings; uneven rows are set aside."""
    names = [f"f{n}" for n in range(len(layout.header))]
    return arrow_csv.read_csv(
        layout.path,
        read_options=arrow_csv.ReadOptions(
            encoding="utf8" if layout.encoding == "utf-8" else layout.encoding,
            column_names=names,
            skip_rows=layout.n_lines,
            use_threads=False,  # else uneven rows have no number
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=layout.delimiter,
            newlines_in_values=quoted,
            ignore_empty_lines=False,
            invalid_row_handler=set_aside,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            include_columns=[names[n] for n in layout.chosen],
            strings_can_be_null=True,
            null_values=[""],
            quoted_strings_can_be_null=True,
        ),
    )


def _other_numbers(n_lines: int, n_rows: int, taken: Sequence[int]) -> npt.NDArray[np.int64]:
    """Give each row the next number that is not taken."""
    numbers = np.arange(n_lines + 1, n_lines + 1 + n_rows + len(taken), dtype=np.int64)
    return np.setdiff1d(numbers, np.asarray(taken, dtype=np.int64), assume_unique=True)


def _chunk(layout: Layout, rows: Sequence[Sequence[str]], lines: Sequence[int]) -> TextRows:
    """Collect the chosen columns of rows that are lists of cells."""
    width = len(layout.header)
    over = [len(row) > width and any(map(str.strip, row[width:])) for row in rows]
    return TextRows(
        columns={
            n: Cells.of([row[n] or None if len(row) > n else None for row in rows])
            for n in layout.chosen
        },
        lines=np.asarray(lines, dtype=np.int64),
        over=np.array(over, dtype=bool),
        short=np.array([0 < len(row) < layout.named for row in rows], dtype=bool),
    )


def _in_order(parts: Sequence[TextRows], *, opened: bool = False) -> TextRows:
    """Put parts together, rows in the order of their lines."""
    lines = np.concatenate([part.lines for part in parts])
    order = np.argsort(lines, kind="stable")
    return TextRows(
        columns={
            n: Cells.joined([part.columns[n] for part in parts]).take(order)
            for n in parts[0].columns
        },
        lines=lines[order],
        over=np.concatenate([part.over for part in parts])[order],
        short=np.concatenate([part.short for part in parts])[order],
        opened=opened,
    )


def rows_one_by_one(layout: Layout) -> TextRows:
    """Read the file row by row, in chunks, so that few rows are held as lists of cells.

    Parameters
    ----------
    layout : Layout
        Where the rows stand.

    Returns
    -------
    TextRows
        Rows up to a quotation mark that stays open.
    """
    parts, opened = [_chunk(layout, [], [])], False
    codec = "utf-8-sig" if layout.encoding == "utf-8" else layout.encoding
    with layout.path.open(encoding=codec, errors="replace", newline="") as handle:
        for _ in range(layout.n_lines):
            next(handle, "")
        text = (line.replace("\x00", "") for line in handle)
        reader: Any = csv.reader(text, delimiter=layout.delimiter, strict=True)
        while not opened:
            rows, lines, opened = _next_records(reader, layout.n_lines)
            if not rows:
                break
            parts.append(_chunk(layout, rows, lines))
    return _in_order(parts, opened=opened)


def _next_records(reader: Any, n_lines: int) -> tuple[list[list[str]], list[int], bool]:
    """Take the next records, their lines, and whether a quotation mark stays open."""
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        rows.extend(_limited(reader, n_lines, lines))
    except csv.Error:  # also a quotation mark inside a cell, which leads to no sure cells
        return rows, lines[: len(rows)], True
    return rows, lines, False


def _limited(reader: Any, n_lines: int, lines: list[int]) -> Iterator[list[str]]:
    """Give some records, and note the line on which each begins."""
    line = n_lines + reader.line_num + 1
    for row in reader:
        lines.append(line)
        yield row
        if len(lines) == _CHUNK:
            return
        line = n_lines + reader.line_num + 1
