"""One sheet for one table: title, headings that stay in sight, rows, and notes below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Literal

from openpyxl.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from analysis.report.document import Cell, Row, Table, placed, plain
from analysis.report.workbook.values import value_of

__all__ = [
    "INK",
    "LINE",
    "SOFT",
    "fill_sheet",
    "lines_of",
    "print_set_up",
    "put_link",
    "put_text",
]

INK, SOFT, _ACCENT = "FF1D2730", "FF53616D", "FF0B5C8A"
_FONT = "Calibri"
_RULE = Side(style="thin", color=INK)
_SIZE, _SMALL = 11.0, 9.0  # points
_NARROWEST, _WIDEST = 8.0, 48.0  # of a column, in letters
_ONE_LINE = 1.08  # letters are narrower than digits; over several lines words leave gaps
_USUAL_WIDTH = 13.0
_TEXT_WIDTH = 100.0  # letters of a line of title or note before it needs a second line
_SPACE = 4.0  # points more for a row of headings
LINE = 16.0
"""Points of a line of text."""


def put_text(
    cell: SheetCell, text: str, *, bold: bool = False, size: float = _SIZE, color: str = INK
) -> None:
    """Write text that a spreadsheet never takes for a formula.

    Parameters
    ----------
    cell : openpyxl.cell.Cell
        Where.
    text : str
        What; also when it begins with ``=``, ``+``, ``-`` or ``@``.
    bold : bool
        Bold letters.
    size : float
        Points.
    color : str
        ARGB.
    """
    cell.value = text
    cell.data_type = "s"
    cell.number_format = "@"
    # shown in the cell as text, and still text after somebody has edited the cell
    cell.quotePrefix = text.startswith(("=", "+", "-", "@", "\t", "\r"))
    cell.font = Font(name=_FONT, bold=bold, size=size, color=color)


def put_link(cell: SheetCell, text: str, sheet: str) -> None:
    """Write a link to the first cell of a sheet of this workbook.

    Parameters
    ----------
    cell : openpyxl.cell.Cell
        Where.
    text : str
        What is shown.
    sheet : str
        Name of the sheet.
    """
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{sheet}'!A1")
    put_text(cell, text)
    cell.font = Font(name=_FONT, size=11, color=_ACCENT, underline="single")


def fill_sheet(
    sheet: Worksheet, table: Table, *, heading: str, contents: str, notes: Sequence[str]
) -> None:
    """Write a table on its sheet.

    Parameters
    ----------
    sheet : openpyxl.worksheet.worksheet.Worksheet
        Empty.
    table : Table
        The table.
    heading : str
        First line, such as "Table 3. Patients at baseline".
    contents : str
        Name of the sheet of contents.
    notes : sequence of str
        Lines below the notes of the table.
    """
    columns = len(table.right)
    put_text(sheet.cell(1, 1), heading, bold=True, size=14)
    lines = [line for line in table.subtitle.split("\n") if line]
    for number, line in enumerate(lines, start=2):
        put_text(sheet.cell(number, 1), line, color=SOFT)
    put_link(sheet.cell(len(lines) + 2, 1), "Back to the contents", contents)
    first = len(lines) + 4
    _set_widths(sheet, table)
    head = _part(sheet, table, "head", first)
    last = _part(sheet, table, "body", head)
    _rule(sheet, first, columns, top=True)
    _rule(sheet, last - 1, columns)
    below = [*(plain(note) for note in table.notes), *notes]
    for number, note in enumerate(below, start=last + 1):
        put_text(sheet.cell(number, 1), note, size=_SMALL, color=SOFT)
    wide = sum(sheet.column_dimensions[get_column_letter(n + 1)].width for n in range(columns))
    for texts, start in ((lines, 2), (below, last + 1)):
        _wrap(sheet, texts, start, columns=max(columns, 1), wide=wide)
    sheet.freeze_panes = sheet.cell(head, 2 if columns > 2 else 1).coordinate
    print_set_up(sheet, repeat=(first, head - 1), landscape=wide > _TEXT_WIDTH)


def _part(sheet: Worksheet, table: Table, part: Literal["head", "body"], first: int) -> int:
    """Write the rows of the head or of the body; give the number of the row after them."""
    number = first
    for row, places in placed(table.head if part == "head" else table.body):
        _row(sheet, row, places, number, table, part)
        number += 1
    if part == "head":
        _rule(sheet, number - 1, len(table.right))
    return number


def _row(
    sheet: Worksheet,
    row: Row,
    places: Mapping[int, Cell | None],
    number: int,
    table: Table,
    part: Literal["head", "body"],
) -> None:
    """Write one row; cells that cover several are merged."""
    cells = {column: cell for column, cell in places.items() if cell is not None}
    lines = max((_lines(sheet, column, cell) for column, cell in cells.items()), default=1)
    is_head = part == "head"
    for column, cell in cells.items():
        place = sheet.cell(number, column + 1)
        _fill(place, plain(cell.runs), bold=is_head or row.kind == "group", is_head=is_head)
        right = row.kind == "row" and column < len(table.right) and table.right[column]
        place.alignment = Alignment(
            horizontal="right" if right else "left",
            indent=0 if right or not column else 1,  # apart from a number to its left
            vertical="bottom" if is_head else "center" if lines == 1 else "top",
            wrap_text=row.kind == "row",
        )
        _merge(sheet, cell, number, column + 1)
    sheet.row_dimensions[number].height = LINE * lines + (_SPACE if is_head else 0.0)


def _lines(sheet: Worksheet, column: int, cell: Cell) -> int:
    """Count the lines that a cell needs; one that covers several has room."""
    if cell.columns > 1 or cell.rows > 1:
        return 1
    width = sheet.column_dimensions[get_column_letter(column + 1)].width
    return lines_of(plain(cell.runs), width)


def _fill(place: SheetCell, text: str, *, bold: bool, is_head: bool) -> None:
    """Write text, or the number that it is."""
    put_text(place, text, bold=bold)
    value = value_of(text)
    if not isinstance(value.content, str) and not is_head:
        place.value = value.content
        place.number_format = value.number_format


def _merge(sheet: Worksheet, cell: Cell, row: int, column: int) -> None:
    """Merge the cells that one covers."""
    if cell.columns > 1 or cell.rows > 1:
        sheet.merge_cells(
            start_row=row,
            start_column=column,
            end_row=row + cell.rows - 1,
            end_column=column + cell.columns - 1,
        )


def _rule(sheet: Worksheet, row: int, columns: int, *, top: bool = False) -> None:
    """Draw a line over or under a row."""
    for column in range(1, columns + 1):
        cell = sheet.cell(row, column)
        old = cell.border
        cell.border = Border(top=_RULE if top else old.top, bottom=old.bottom if top else _RULE)


def _set_widths(sheet: Worksheet, table: Table) -> None:
    """Make columns as wide as their longest line, within reason."""
    longest = [0] * len(table.right)
    for column, cell in _single(table):
        lines = plain(cell.runs).split("\n")
        longest[column] = max(longest[column], *(len(line) for line in lines))
    for column, letters in enumerate(longest, start=1):
        width = min(max(letters * 1.05 + 2.5, _NARROWEST), _WIDEST)
        sheet.column_dimensions[get_column_letter(column)].width = round(width, 1)


def _single(table: Table) -> Iterator[tuple[int, Cell]]:
    """Give the cells that fill one column."""
    for _, places in [*placed(table.head), *placed(table.body)]:
        for column, cell in places.items():
            if cell is not None and cell.columns == 1 and column < len(table.right):
                yield column, cell


def _wrap(sheet: Worksheet, texts: Sequence[str], start: int, *, columns: int, wide: float) -> None:
    """Let long lines above and below run over the width of the table, at least of a page."""
    span = columns
    while wide < _TEXT_WIDTH:  # further columns have the usual width
        span, wide = span + 1, wide + _USUAL_WIDTH
    for number, text in enumerate(texts, start=start):
        sheet.merge_cells(start_row=number, start_column=1, end_row=number, end_column=span)
        cell = sheet.cell(number, 1)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        size = float(cell.font.size)
        height = lines_of(text, wide, size=size) * LINE * size / _SIZE
        sheet.row_dimensions[number].height = round(height, 1)


def lines_of(text: str, width: float, *, size: float = _SIZE) -> int:
    """Count the lines of a text in a cell.

    Parameters
    ----------
    text : str
        May hold line breaks.
    width : float
        Of the cell, in digits of the usual size.
    size : float
        Points of the letters.

    Returns
    -------
    int
        At least 1. Not every program works out the heights of rows by itself.

    Examples
    --------
    >>> lines_of("Ketamine IV", 20.0), lines_of("Ketamine IV and IM, and esketamine IN", 20.0)
    (1, 2)
    """
    room = max(width * _SIZE / size, 1.0)
    lines = text.split("\n")
    return sum(1 if len(line) <= room * _ONE_LINE else ceil(len(line) / room) for line in lines)


def print_set_up(
    sheet: Worksheet, *, repeat: tuple[int, int] | None = None, landscape: bool = False
) -> None:
    """Make a sheet print on A4, as wide as one page.

    Parameters
    ----------
    sheet : openpyxl.worksheet.worksheet.Worksheet
        Any sheet.
    repeat : (int, int), optional
        First and last row that are printed on every page.
    landscape : bool
        Whether pages lie on their side.
    """
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    if repeat is not None and repeat[0] <= repeat[1]:
        sheet.print_title_rows = f"{repeat[0]}:{repeat[1]}"
    sheet.sheet_view.showGridLines = False
