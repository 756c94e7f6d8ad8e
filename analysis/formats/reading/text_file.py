"""Reading a text file with delimiters: fast by columns, and row by row where rows are uneven."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

from analysis.formats.faults import fault, row_fault
from analysis.formats.mapping_parts import Source
from analysis.formats.reading.cells import Cells
from analysis.formats.reading.headers import joined_header
from analysis.formats.reading.sheet import Grid
from analysis.formats.reading.text_facts import (
    DELIMITERS,
    TextFacts,
    delimiter_counts,
    first_records,
    text_facts,
)
from analysis.study import Finding

__all__ = ["read_text"]

Choose = Callable[[tuple[str, ...]], Collection[int]]

_EXAMINED = "latin-1"  # every byte has a letter there: the rest of a broken file is still looked at
_EXPORT = "Export the file again, and look whether the export ended without an error."


def read_text(path: Path, source: Source, choose: Choose) -> Grid | list[Finding]:
    """Read a text file with delimiters.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    source : Source
        How it is written.
    choose : callable
        Says by the headers which columns are used, by position.

    Returns
    -------
    Grid or list of Finding
        Its columns, or why there are none.
    """
    facts = text_facts(path, source.encoding)
    findings = _text_findings(facts, source)
    if facts.empty:
        what = "The file is empty."
        return [*findings, fault("FMT-027", source.name, what, "Export it again.")]
    encoding = facts.encoding if facts.decodable else _EXAMINED
    n_first = source.header_row + source.header_rows - 1
    records, n_lines = first_records(path, encoding, source.delimiter, n_first)
    header = joined_header(records[source.header_row - 1 :])
    chosen = sorted(choose(header))
    # with another delimiter no header is found, although commas in it may split it
    wrong = [] if chosen and len(header) > 1 else _wrong_delimiter(path, encoding, source, header)
    if wrong or not header:
        return [*findings, *(wrong or [_no_header(source)])]
    grid = _by_columns(path, encoding, source, header, chosen, n_lines, facts)
    if grid is None:
        grid = _by_rows(path, encoding, source, header, chosen, n_lines, facts)
    return Grid(
        header=grid.header,
        columns=grid.columns,
        lines=grid.lines,
        findings=(*findings, *grid.findings),
        left_out=grid.left_out,
    )


def _text_findings(facts: TextFacts, source: Source) -> list[Finding]:
    """Say what a look through the bytes showed."""
    found = []
    if not facts.decodable:
        hint = "It is UTF-8: say so." if facts.is_utf8 else "Files of Excel are often cp1252."
        if facts.n_nul and not facts.marked:
            hint = 'It may be "utf-16-le".'
        what = f"The file is not in the encoding {facts.encoding} that the mapping says."
        found.append(fault("FMT-022", source.name, what, hint, column=f"{source.path}.encoding"))
    elif facts.is_utf8 and not facts.encoding.startswith("utf"):
        what = "The file is UTF-8, and the mapping says another encoding."
        remedy = 'Set it to "utf-8", or letters with accents turn into two other letters.'
        found.append(fault("FMT-022", source.name, what, remedy, column=f"{source.path}.encoding"))
    if facts.n_nul:
        what = "The file holds NUL bytes: it is damaged, or UTF-16 without its mark."
        found.append(fault("FMT-023", source.name, what, _EXPORT, count=facts.n_nul))
    return found


def _wrong_delimiter(
    path: Path, encoding: str, source: Source, header: tuple[str, ...]
) -> list[Finding]:
    """Notice that another mark separates the columns."""
    counts = delimiter_counts(path, encoding)
    best = max(counts, key=lambda mark: counts[mark])
    if counts[best] <= max(len(header), 1) or best == source.delimiter:
        return []
    what = f"The columns are separated by {DELIMITERS[best]}, and the mapping says otherwise."
    remedy = "Correct the delimiter in the mapping."
    return [fault("FMT-024", source.name, what, remedy, column=f"{source.path}.delimiter")]


def _no_header(source: Source) -> Finding:
    """Say that the row of headers is not there."""
    what = "The file has no row of headers where the mapping says."
    remedy = "Correct header_row in the mapping; rows count from 1."
    return fault("FMT-029", source.name, what, remedy, column=f"{source.path}.header_row")


def _by_columns(
    path: Path,
    encoding: str,
    source: Source,
    header: tuple[str, ...],
    chosen: Sequence[int],
    n_lines: int,
    facts: TextFacts,
) -> Grid | None:
    """Read the file by columns; None when rows are uneven or a quotation mark is left open."""
    if facts.n_quotes % 2 or facts.n_nul:
        return None
    names = [f"f{n}" for n in range(len(header))]
    try:
        table = arrow_csv.read_csv(
            path,
            read_options=arrow_csv.ReadOptions(
                encoding="utf8" if encoding == "utf-8" else encoding,
                column_names=names,
                skip_rows=n_lines,
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=source.delimiter,
                newlines_in_values=facts.n_quotes > 0,
                ignore_empty_lines=False,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                include_columns=[names[n] for n in chosen],
                strings_can_be_null=True,
                null_values=[""],
                quoted_strings_can_be_null=True,
            ),
        )
    except (pa.ArrowException, UnicodeError, ValueError):
        return None
    if not chosen or table.num_rows == 0:
        return None
    columns = {n: Cells.of_arrow(table.column(names[n])) for n in chosen}
    # with a cell of several lines a row is no line; then only rows can be counted
    lines = np.arange(table.num_rows, dtype=np.int64) + n_lines + 1
    return Grid(header=header, columns=columns, lines=lines)


def _by_rows(
    path: Path,
    encoding: str,
    source: Source,
    header: tuple[str, ...],
    chosen: Sequence[int],
    n_lines: int,
    facts: TextFacts,
) -> Grid:
    """Read the file row by row, and say which rows are uneven."""
    rows, lines, opened = _records(path, encoding, source.delimiter, n_lines)
    width = len(header)
    cells = [[cell.replace("\x00", "") for cell in row] for row in rows]
    over = [any(cell.strip() for cell in row[width:]) for row in cells]
    named = max(n for n, name in enumerate(header, start=1) if name.strip() or n == 1)
    short = [0 < len(row) < named for row in cells]
    findings = _uneven(source, lines, over, short, opened, facts)
    padded = pd.DataFrame(
        [[*row[:width], *[None] * (width - len(row))] for row in cells],
        columns=list(range(width)),
        dtype=object,
    )
    columns = {n: Cells.of(padded[n]).cleaned() for n in chosen}
    return Grid(header=header, columns=columns, lines=lines, findings=tuple(findings))


def _records(
    path: Path, encoding: str, delimiter: str, n_lines: int
) -> tuple[list[list[str]], npt.NDArray[np.int64], bool]:
    """Read every record below the headers, its line, and whether a quotation mark stays open."""
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    rows, lines, opened = [], [], False
    with path.open(encoding=codec, errors="replace", newline="") as handle:
        for _ in range(n_lines):
            next(handle, "")
        reader: Any = csv.reader(
            (line.replace("\x00", "") for line in handle), delimiter=delimiter, strict=True
        )
        line = n_lines + 1
        try:
            for row in reader:
                rows.append(row)
                lines.append(line)
                line = n_lines + reader.line_num + 1
        except csv.Error:  # also a quotation mark inside a cell, which leads to no sure cells
            opened = True
    return rows, np.array(lines, dtype=np.int64), opened


def _uneven(
    source: Source,
    lines: npt.NDArray[np.int64],
    over: Sequence[bool],
    short: Sequence[bool],
    opened: bool,
    facts: TextFacts,
) -> list[Finding]:
    """Say which rows have more or fewer cells than the header, and whether the file breaks off."""
    too_short, found = np.array(short, dtype=bool), []
    if opened:
        what = "A quotation mark is left open, or stands inside a cell, so that rows run together."
        remedy = "Export the file again with every text in quotation marks."
        found.append(fault("FMT-026", source.name, what, remedy))
    elif len(lines) and too_short[-1] and not facts.finished:
        what = "The file ends in the middle of a row."
        found.append(fault("FMT-026", source.name, what, _EXPORT))
        too_short = too_short & (np.arange(len(lines)) < len(lines) - 1)
    what = "Some rows have more cells than there are headers."
    remedy = "Export the file again with every text in quotation marks."
    found += row_fault(
        "FMT-025", source.name, what, remedy, lines=lines, broken=np.array(over, dtype=bool)
    )
    if source.short_rows == "refuse":
        what = "Some rows have fewer cells than there are headers."
        remedy = 'If cells at the end may be left out, say "short_rows": "fill" in the mapping.'
        found += row_fault("FMT-025", source.name, what, remedy, lines=lines, broken=too_short)
    return found
