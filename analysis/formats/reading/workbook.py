"""Reading one sheet of an Excel workbook: what its cells show, with merged cells filled."""

from __future__ import annotations

import lzma
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np
import openpyxl
from openpyxl.utils import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from analysis.formats.faults import fault
from analysis.formats.mapping_parts import Source
from analysis.formats.reading.cell_text import cell_text
from analysis.formats.reading.cells import Cells, plain
from analysis.formats.reading.headers import joined_header
from analysis.formats.reading.sheet import Grid
from analysis.study import Finding

__all__ = ["first_rows", "read_workbook", "sheet_names", "unsafe"]

Choose = Callable[[tuple[str, ...]], Collection[int]]
Rows = list[list[str | None]]

_LARGEST = 2_000_000_000  # bytes of a workbook when it is unpacked
_RATIO = 400  # packed smaller than this, a file was made to fill the memory
_ENTRIES = 5_000
_WHOLE = 80_000_000  # bytes of sheets in which merged cells and formulas are looked for
_LAST_ROW = 1_048_576
_ROOM = 5_000_000  # cells that a sheet may span, however few of them it holds
_CELL_BYTES = 8  # a cell that a sheet holds takes more
_FORMULA = re.compile(rb"<f[ >/]")
_AREA = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+[0-9]+:[A-Z]+[0-9]+)"')
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    InvalidFileException,
    ParseError,
    LookupError,
    ValueError,
    ArithmeticError,
    OSError,
    EOFError,
    TypeError,
    AttributeError,
    RuntimeError,  # also encrypted parts, and ways of packing that Python does not know
)


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


def _opened(path: Path, *, data_only: bool) -> Any:
    """Open a workbook without its warnings, which may repeat a cell.

    Its cells are read in passing: held as a whole, one merged area could fill the memory.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(path, read_only=True, data_only=data_only)


def _shown(sheet: Any, room: int, last: int | None = None) -> Rows:
    """Read the rows of a sheet as text, without warnings, which may repeat a cell.

    What a sheet says of its size is not believed: some programs write too small ones, and a stray
    cell far away would fill the memory with empty ones. A sheet that spans more cells than `room`
    raises.
    """
    sheet.reset_dimensions()
    rows: Rows = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for row in sheet.iter_rows(max_row=last, values_only=True):
            room -= len(row)
            if room < 0 or len(rows) == _LAST_ROW:
                raise ValueError
            rows.append([cell_text(value) for value in row])
    return rows


def _room(path: Path) -> int:
    """Say how many cells the sheets of a workbook may span, by their bytes."""
    return _ROOM + _unpacked_sheets(path) // _CELL_BYTES


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
    book = _opened(path, data_only=True)
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
    book = _opened(path, data_only=True)
    sheet = book[title]
    rows = _shown(sheet, _room(path))
    part = sheet._worksheet_path  # openpyxl tells it nowhere else
    book.close()
    findings = []
    if _unpacked_sheets(path) <= _WHOLE:
        findings = _merged(path, part, rows, source) + _uncalculated(path, title, rows, source)
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


def _merged(path: Path, part: str, rows: Rows, source: Source) -> list[Finding]:
    """Fill merged cells with the value that they show, and say how many areas there were."""
    below, width = 0, max(map(len, rows), default=0)
    room = len(rows) * width
    for left, top, right, bottom in _areas(path, part):
        area = rows[top - 1 : bottom]
        span = min(right, width) - left + 1  # nothing stands further on
        room -= len(area) * max(span, 0)
        if room < 0:  # areas do not overlap in a workbook that a program wrote
            raise ValueError
        value = area[0][left - 1] if area and len(area[0]) >= left else None
        below += bool(area) and bottom >= source.header_row + source.header_rows
        for row in area:
            row.extend([None] * (left - 1 + span - len(row)))
            row[left - 1 : left - 1 + span] = [value] * span
    if not below:
        return []
    what = "Merged cells among the rows were filled with the value that they show."
    remedy = "Look whether each of their rows truly has that value."
    return [fault("FMT-031", source.name, what, remedy, severity="warning", count=below)]


def _areas(path: Path, part: str) -> list[tuple[int, int, int, int]]:
    """List the merged areas of a sheet: left, top, right and bottom, from 1."""
    with zipfile.ZipFile(path) as archive:
        said = _AREA.findall(archive.read(part))
    areas = [range_boundaries(area.decode("ascii")) for area in said]
    return [area for area in areas if area[0] <= area[2] and 1 <= area[1] <= area[3]]


def _uncalculated(path: Path, title: str, rows: Rows, source: Source) -> list[Finding]:
    """Say that formulas have no stored result, so that their cells look empty."""
    with zipfile.ZipFile(path) as archive:
        sheets = [p for p in archive.namelist() if "/worksheets/" in p and p.endswith(".xml")]
        if not any(_FORMULA.search(archive.read(name)) for name in sheets):
            return []
    book = _opened(path, data_only=False)
    count = sum(
        isinstance(cell, str) and cell.startswith("=") and shown is None
        for written, row in zip(_shown(book[title], _room(path)), rows, strict=False)
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
        Cells as text; none when they cannot be read.
    """
    try:
        book = _opened(path, data_only=True)
        rows = _shown(book[title], _room(path), n_rows)
        book.close()
    except _BROKEN:
        return []
    return rows
