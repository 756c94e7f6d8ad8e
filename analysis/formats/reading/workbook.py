"""Reading one sheet of an Excel workbook: what its cells show, with merged cells filled."""

from __future__ import annotations

import datetime as dt
import re
import warnings
import zipfile
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np
import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from analysis.formats.faults import fault
from analysis.formats.mapping_parts import Source
from analysis.formats.reading.cells import Cells, plain
from analysis.formats.reading.headers import joined_header
from analysis.formats.reading.sheet import Grid
from analysis.study import Finding

__all__ = ["cell_text", "first_rows", "read_workbook", "sheet_names", "unsafe"]

Choose = Callable[[tuple[str, ...]], Collection[int]]
Rows = list[list[str | None]]

_LARGEST = 2_000_000_000  # bytes of a workbook when it is unpacked
_RATIO = 400  # packed smaller than this, a file was made to fill the memory
_ENTRIES = 5_000
_WHOLE = 80_000_000  # bytes of sheets that are held in memory with their merged cells
_FORMULA = re.compile(rb"<f[ >/]")
_BROKEN = (
    zipfile.BadZipFile,
    InvalidFileException,
    ParseError,
    KeyError,
    ValueError,
    OSError,
    EOFError,
    TypeError,
    IndexError,
    AttributeError,
)


def cell_text(value: Any) -> str | None:
    """Write the value of a typed cell as text, the same way for every kind of file.

    Parameters
    ----------
    value : object
        Text, number, flag, date, time, or None.

    Returns
    -------
    str or None
        Whole numbers without a decimal point, dates year first, None for an empty cell.

    Examples
    --------
    >>> cell_text(7.0), cell_text(dt.datetime(2024, 3, 5)), cell_text(True), cell_text(" ")
    ('7', '2024-03-05', 'true', None)
    """
    if value is None or isinstance(value, str):
        return value if value and value.strip() else None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return None if np.isnan(value) else str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, dt.datetime):
        whole = value.time().replace(microsecond=0) == dt.time()
        return value.strftime("%Y-%m-%d" if whole else "%Y-%m-%d %H:%M:%S")
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def unsafe(path: Path) -> bool:
    """Tell whether unpacking a workbook could fill the memory.

    Parameters
    ----------
    path : pathlib.Path
        The workbook.

    Returns
    -------
    bool
        True for more than 2 GB, more than 5,000 parts, or parts packed more than 400 to 1.
    """
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    size, packed = sum(p.file_size for p in parts), sum(p.compress_size for p in parts)
    dense = size > 10_000_000 and size > _RATIO * max(packed, 1)
    return size > _LARGEST or len(parts) > _ENTRIES or dense


def _opened(path: Path, **options: bool) -> Any:
    """Open a workbook without its warnings, which may repeat a cell."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(path, **options)


def _shown(sheet: Any, last: int | None = None) -> Rows:
    """Read the rows of a sheet as text, without warnings, which may repeat a cell."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = sheet.iter_rows(max_row=last, values_only=True)
        return [[cell_text(value) for value in row] for row in rows]


def sheet_names(path: Path) -> list[str]:
    """List the visible sheets of a workbook.

    Parameters
    ----------
    path : pathlib.Path
        The workbook.

    Returns
    -------
    list of str
        In their order; none when it cannot be read.
    """
    try:
        return [] if unsafe(path) else _titles(path)
    except _BROKEN:
        return []


def _titles(path: Path) -> list[str]:
    """List the visible sheets; a broken file raises."""
    book = _opened(path, read_only=True)
    names = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    book.close()
    return names


def read_workbook(path: Path, source: Source, choose: Choose) -> Grid | list[Finding]:
    """Read one sheet of a workbook.

    Parameters
    ----------
    path : pathlib.Path
        A workbook in the format of Excel 2007 and later.
    source : Source
        Which sheet, and where its headers stand.
    choose : callable
        Says by the headers which columns are used, by position.

    Returns
    -------
    Grid or list of Finding
        Its columns, or why there are none.
    """
    try:
        return _read(path, source, choose)
    except _BROKEN:
        what = "The file is not a whole Excel workbook (.xlsx)."
        remedy = "Open it in Excel and save it again; old .xls files and locked ones too."
        return [fault("FMT-021", source.name, what, remedy)]


def _read(path: Path, source: Source, choose: Choose) -> Grid | list[Finding]:
    """Read one sheet; a broken file raises."""
    if unsafe(path) or not openpyxl.DEFUSEDXML:
        what = "The workbook unpacks to far more than its size: it is refused."
        return [fault("FMT-021", source.name, what, "Save the sheet as “CSV UTF-8”.")]
    title = _chosen_sheet(_titles(path), source.sheet)
    if title is None:
        what = "The workbook has several sheets, or none of that name."
        remedy = "Give the name of the sheet, or its number from 1."
        return [fault("FMT-030", source.name, what, remedy, column=f"{source.path}.sheet")]
    small = _unpacked_sheets(path) <= _WHOLE
    book = _opened(path, read_only=not small, data_only=True)
    sheet = book[title]
    if not small:
        sheet.reset_dimensions()  # some programs write too small ones
    rows = _shown(sheet)
    findings = _merged(sheet, rows, source) if small else []
    book.close()
    findings += _uncalculated(path, title, rows, source) if small else []
    return _grid(rows, source, choose, findings)


def _chosen_sheet(names: list[str], asked: str | int | None) -> str | None:
    """Find the sheet by name or number; the only one when nothing is asked."""
    if asked is None:
        return names[0] if len(names) == 1 else None
    if isinstance(asked, int):
        return names[asked - 1] if 1 <= asked <= len(names) else None
    return next((name for name in names if plain(name) == plain(asked)), None)


def _unpacked_sheets(path: Path) -> int:
    """Add up the bytes of all sheets when they are unpacked."""
    with zipfile.ZipFile(path) as archive:
        return sum(p.file_size for p in archive.infolist() if "/worksheets/" in p.filename)


def _merged(sheet: Any, rows: Rows, source: Source) -> list[Finding]:
    """Fill merged cells with the value that they show, and say how many areas there were."""
    areas = [area for area in sheet.merged_cells.ranges if area.min_row <= len(rows)]
    below = 0
    for area in areas:
        value = rows[area.min_row - 1][area.min_col - 1]
        below += area.max_row >= source.header_row + source.header_rows
        for row in rows[area.min_row - 1 : area.max_row]:
            row[area.min_col - 1 : area.max_col] = [value] * (area.max_col - area.min_col + 1)
    if not below:
        return []
    what = "Merged cells among the rows were filled with the value that they show."
    remedy = "Look whether each of their rows truly has that value."
    return [fault("FMT-031", source.name, what, remedy, severity="warning", count=below)]


def _uncalculated(path: Path, title: str, rows: Rows, source: Source) -> list[Finding]:
    """Say that formulas have no stored result, so that their cells look empty."""
    with zipfile.ZipFile(path) as archive:
        sheets = [p for p in archive.namelist() if "/worksheets/" in p and p.endswith(".xml")]
        if not any(_FORMULA.search(archive.read(name)) for name in sheets):
            return []
    book = _opened(path, read_only=True, data_only=False)
    count = sum(
        isinstance(cell, str) and cell.startswith("=") and shown is None
        for written, row in zip(_shown(book[title]), rows, strict=False)
        for cell, shown in zip(written, row, strict=False)
    )
    book.close()
    if not count:
        return []
    what = "Cells hold formulas whose results were never stored, so they look empty."
    remedy = "Open the workbook in Excel, let it calculate, and save it."
    return [fault("FMT-032", source.name, what, remedy, count=count)]


def _grid(
    rows: Rows, source: Source, choose: Choose, findings: list[Finding]
) -> Grid | list[Finding]:
    """Separate headers from rows, and take the columns that are used."""
    first = source.header_row - 1 + source.header_rows
    header = joined_header(_texts(rows[source.header_row - 1 : first]))
    if not any(text.strip() for text in header):
        what = "The sheet has no row of headers where the mapping says."
        remedy = "Correct header_row in the mapping; rows count from 1."
        column = f"{source.path}.header_row"
        return [*findings, fault("FMT-029", source.name, what, remedy, column=column)]
    body = rows[first:]
    columns = {
        n: Cells.of([row[n] if n < len(row) else None for row in body]) for n in choose(header)
    }
    lines = np.arange(len(body), dtype=np.int64) + first + 1
    return Grid(header=header, columns=columns, lines=lines, findings=tuple(findings))


def _texts(rows: Iterable[list[str | None]]) -> list[list[str]]:
    """Write empty header cells as empty text."""
    return [[cell or "" for cell in row] for row in rows]


def first_rows(path: Path, title: str, n_rows: int) -> Rows:
    """Read the first rows of a sheet.

    Parameters
    ----------
    path : pathlib.Path
        A workbook.
    title : str
        Name of the sheet.
    n_rows : int
        How many rows.

    Returns
    -------
    list of list of (str or None)
        Cells as text.
    """
    book = _opened(path, read_only=True, data_only=True)
    rows = _shown(book[title], n_rows)
    book.close()
    return rows
