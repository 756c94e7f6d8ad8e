"""From the parts of a report to the bytes of an Excel workbook."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import openpyxl
from openpyxl.styles import Alignment, Border, Side
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import tostring

from analysis.report.archive import repacked
from analysis.report.document import Document, Figure, Heading, Table
from analysis.report.workbook.sheets import (
    INK,
    LINE,
    SOFT,
    fill_sheet,
    lines_of,
    print_set_up,
    put_link,
    put_text,
)

__all__ = ["workbook_bytes"]

_CONTENTS = "Contents"
_CHAPTER = 2  # level of the heading of a chapter
_HEADINGS = ("Sheet", "What it shows", "Kind", "Chapter")
_WIDTHS = (12, 80, 22, 72)
_PROGRAM = "ketamine-outcomes"


@dataclass(frozen=True, kw_only=True, eq=False)
class _Entry:
    """A line of the contents.

    Parameters
    ----------
    label, title, kind, chapter : str
        "Table 3" is the name of its sheet too.
    table : Table or None
        What the sheet holds; None for a figure whose numbers the page does not give.
    alt : str
        Text alternative of a figure.
    """

    label: str
    title: str
    kind: str
    chapter: str
    table: Table | None
    alt: str = ""


def workbook_bytes(report: Document, *, made: datetime) -> bytes:
    """Write all tables of a report, and the numbers of its figures, as one workbook.

    Parameters
    ----------
    report : Document
        What `analysis.report.document.read_document` read.
    made : datetime.datetime
        When the report was made, in UTC.

    Returns
    -------
    bytes
        An ``.xlsx`` file: a sheet of contents, then one sheet for each table and each figure with
        numbers, by the names under which the Word document has them. A plain number is a number,
        shown with the decimals of the report; everything else is text, never a formula. The same
        report made at the same time gives the same bytes.

    Examples
    --------
    >>> import io, openpyxl
    >>> from datetime import UTC
    >>> from analysis.report.document import read_document
    >>> table = "<table><tr><th>Patients</th></tr><tr><td>40</td></tr></table>"
    >>> report = read_document(f"<h1>Report</h1><main><h2>Safety</h2>{table}</main>")
    >>> content = workbook_bytes(report, made=datetime(2026, 1, 31, tzinfo=UTC))
    >>> openpyxl.load_workbook(io.BytesIO(content)).sheetnames
    ['Contents', 'Table 1']
    """
    book = openpyxl.Workbook()
    entries = list(_entries(report))
    front = book.worksheets[0]
    front.title = _CONTENTS
    _fill_contents(front, report, entries, made)
    for entry in entries:
        if entry.table is not None:
            _add_sheet(book, report, entry, entry.table)
    for sheet in book.worksheets:
        _foot(sheet, report.banner)
    return _saved(book, report, made)


def _entries(report: Document) -> Iterator[_Entry]:
    """List tables and figures with their chapters."""
    chapter = ""
    for label, block in report.labelled():
        if isinstance(block, Heading) and block.level == _CHAPTER:
            chapter = block.text
        if isinstance(block, Table):
            yield _Entry(label=label, title=block.title, kind="table", chapter=chapter, table=block)
        if isinstance(block, Figure):
            kind = "numbers of a figure" if block.numbers is not None else "figure without numbers"
            yield _Entry(
                label=label,
                title=block.title,
                kind=kind,
                chapter=chapter,
                table=block.numbers,
                alt=block.alt,
            )


def _fill_contents(
    sheet: Worksheet, report: Document, entries: Sequence[_Entry], made: datetime
) -> None:
    """Write the first sheet."""
    put_text(sheet.cell(1, 1), report.title, bold=True, size=16)
    put_text(sheet.cell(2, 1), report.subtitle, color=SOFT)
    put_text(sheet.cell(3, 1), report.banner, bold=True)
    stamp = f"Made {made.strftime('%Y-%m-%d %H:%M')} UTC. What a table means stands in the report."
    put_text(sheet.cell(4, 1), stamp, color=SOFT)
    line = Border(bottom=Side(style="thin", color=INK))
    for column, (heading, width) in enumerate(zip(_HEADINGS, _WIDTHS, strict=True), start=1):
        cell = sheet.cell(6, column)
        put_text(cell, heading, bold=True)
        cell.border = line
        sheet.column_dimensions[cell.column_letter].width = width
    for number, entry in enumerate(entries, start=7):
        _fill_line(sheet, number, entry)
    sheet.freeze_panes = "A7"
    print_set_up(sheet, repeat=(6, 6), landscape=True)


def _fill_line(sheet: Worksheet, number: int, entry: _Entry) -> None:
    """Write one line of the contents."""
    if entry.table is None:
        put_text(sheet.cell(number, 1), entry.label)
    else:
        put_link(sheet.cell(number, 1), entry.label, entry.label)
    texts = (entry.title, entry.kind, entry.chapter)
    lines = max(lines_of(text, width) for text, width in zip(texts, _WIDTHS[1:], strict=True))
    for column, text in enumerate(texts, start=2):
        put_text(sheet.cell(number, column), text)
    for column in range(1, len(_HEADINGS) + 1):
        vertical = "center" if lines == 1 else "top"
        sheet.cell(number, column).alignment = Alignment(wrap_text=True, vertical=vertical)
    sheet.row_dimensions[number].height = LINE * lines


def _add_sheet(book: Workbook, report: Document, entry: _Entry, table: Table) -> None:
    """Add the sheet of one table."""
    numbers = "The numbers of " if entry.kind == "numbers of a figure" else ""
    notes = [entry.alt, report.banner]
    fill_sheet(
        book.create_sheet(entry.label),
        table,
        heading=f"{numbers}{entry.label}. {entry.title.removesuffix('.')}",
        contents=_CONTENTS,
        notes=[note for note in notes if note],
    )


def _foot(sheet: Worksheet, banner: str) -> None:
    """Write below each printed page who may see it, and which page it is."""
    # an ampersand begins a code here
    sheet.oddFooter.left.text = banner.replace("&", "&&")[:200]
    sheet.oddFooter.right.text = "&A, page &P of &N"


def _saved(book: Workbook, report: Document, made: datetime) -> bytes:
    """Save a workbook without any time but that of the report."""
    stamp = made.replace(tzinfo=None)
    stated = book.properties
    stated.title, stated.subject = report.title[:255], report.subtitle[:255]
    stated.creator = stated.lastModifiedBy = _PROGRAM
    stated.language = report.language
    target = io.BytesIO()
    book.save(target)
    stated.created = stated.modified = stamp  # saving has put the present time there
    return repacked(target.getvalue(), {"docProps/core.xml": tostring(stated.to_tree())})
