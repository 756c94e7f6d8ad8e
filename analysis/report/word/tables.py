"""Tables in Word: a caption that counts, headings on every page, rows that do not break."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Literal

from docx.oxml.xmlchemy import BaseOxmlElement

from analysis.report.document import Cell, Row, Table, placed
from analysis.report.word.elements import element, field, paragraph, text_run
from analysis.report.word.text import Writer
from analysis.report.word.widths import Layout

__all__ = ["caption", "table_blocks"]

_TWIPS = 20  # to a point
_TOGETHER = 14  # a table of up to so many rows stays on one page
_GROUP = 7  # and a group of up to so many
_FEW = 2  # rows at either end that stay with the next
_RULE = {"w:val": "single", "w:sz": 6, "w:space": 0, "w:color": "1D2730"}
_FINE = {"w:val": "single", "w:sz": 4, "w:space": 0, "w:color": "D7DDE2"}


def caption(
    writer: Writer, label: str, title: str, *, style: str, name: str, keep_next: bool
) -> BaseOxmlElement:
    """Write a caption with a number that Word counts itself.

    Parameters
    ----------
    writer : Writer
        Of this document.
    label : str
        Such as "Table 3".
    title : str
        What it shows.
    style : str
        Id of the style.
    name : str
        Bookmark around the label.
    keep_next : bool
        Whether it stays with what follows.

    Returns
    -------
    lxml element
        A paragraph.
    """
    kind, number = label.split(" ")
    counted = field(f"SEQ {kind} \\* ARABIC", text_run(number))
    label_runs = writer.bookmarks.around(name, text_run(f"{kind} "), *counted)
    words = text_run(f". {title.removesuffix('.')}")
    return paragraph(style, *label_runs, words, keep_next=keep_next)


def table_blocks(
    writer: Writer, table: Table, layout: Layout, *, label: str, name: str, text_follows: bool
) -> list[BaseOxmlElement]:
    """Write a table with its caption and its notes.

    Parameters
    ----------
    writer : Writer
        Of this document.
    table : Table
        Any table.
    layout : Layout
        Its columns and letters.
    label : str
        Such as "Table 3".
    name : str
        Bookmark of the caption.
    text_follows : bool
        Whether text comes next, which needs some space before it; headings have their own.

    Returns
    -------
    list of lxml element
        Caption, subtitle, table and notes.
    """
    blocks = [caption(writer, label, table.title, style="Caption", name=name, keep_next=True)]
    blocks += [
        paragraph("TableSubtitle", text_run(line)) for line in table.subtitle.split("\n") if line
    ]
    blocks.append(_table(writer, table, layout))
    notes = [paragraph("TableNote", *writer.runs(note), keep_next=True) for note in table.notes]
    if notes:
        notes[-1] = paragraph("LastNote", *writer.runs(table.notes[-1]))
    elif text_follows:
        notes = [paragraph("TableEnd")]
    return [*blocks, *notes]


def _table(writer: Writer, table: Table, layout: Layout) -> BaseOxmlElement:
    """Write the table itself."""
    made = element("w:tbl", None, _properties(table, layout), _grid(layout))
    for number, (row, places) in enumerate(placed(table.head)):
        rule = number == len(table.head) - 1
        made.append(_Rows(writer, table, layout, "head", rule=rule, keep=True).row(row, places))
    for (row, places), keep in zip(placed(table.body), _kept(table), strict=True):
        made.append(_Rows(writer, table, layout, "body", keep=keep).row(row, places))
    return made


def _kept(table: Table) -> list[bool]:
    """Say which rows stay with the row after them, so that no page has a few rows only.

    A short table stays together, and so does a short group of rows with its heading.
    """
    rows = len(table.body)
    kept = [rows + len(table.head) <= _TOGETHER] * rows
    starts = [number for number, row in enumerate(table.body) if row.kind == "group"]
    for start, end in pairwise([*starts, rows]):
        kept[start] = True
        if end - start <= _GROUP:
            kept[start : end - 1] = [True] * (end - 1 - start)
    for edge in (*range(_FEW), *range(rows - 1 - _FEW, rows - 1)):
        if 0 <= edge < rows:
            kept[edge] = True
    return [*kept[:-1], bool(table.notes)] if rows else kept


def _properties(table: Table, layout: Layout) -> BaseOxmlElement:
    """Say how the table looks, and what it is for who cannot see it."""
    width = sum(_twips(points) for points in layout.widths)
    columns = ", ".join(text for text in _column_names(table) if text)
    described = f"{table.title.removesuffix('.')}. Columns: {columns}." if columns else table.title
    return element(
        "w:tblPr",
        None,
        element("w:tblStyle", {"w:val": "ReportTable"}),
        element("w:tblW", {"w:w": width, "w:type": "dxa"}),
        *([element("w:tblBorders", None, element("w:insideH", _FINE))] if layout.wraps else []),
        element("w:tblLayout", {"w:type": "fixed"}),
        element(
            "w:tblLook",
            {"w:val": "0620", "w:firstRow": 1, "w:lastRow": 0, "w:firstColumn": 0,
             "w:lastColumn": 0, "w:noHBand": 1, "w:noVBand": 1},
        ),
        element("w:tblCaption", {"w:val": table.title}),
        element("w:tblDescription", {"w:val": described}),
    )  # fmt: skip


def _column_names(table: Table) -> list[str]:
    """Take the headings of the last row of the head."""
    cells = table.head[-1].cells if table.head else ()
    return [" ".join("".join(run.text for run in cell.runs).split()) for cell in cells]


def _grid(layout: Layout) -> BaseOxmlElement:
    """State the columns."""
    widths = [element("w:gridCol", {"w:w": _twips(points)}) for points in layout.widths]
    return element("w:tblGrid", None, *widths)


def _twips(points: float) -> int:
    """Turn points into the unit of Word."""
    return round(points * _TWIPS)


class _Rows:
    """Writes rows of one part of a table."""

    def __init__(
        self,
        writer: Writer,
        table: Table,
        layout: Layout,
        part: Literal["head", "body"],
        *,
        keep: bool,
        rule: bool = False,
    ) -> None:
        self._writer = writer
        self._table = table
        self._layout = layout
        self._part = part
        self._keep = keep
        self._rule = rule

    def row(self, row: Row, places: Mapping[int, Cell | None]) -> BaseOxmlElement:
        """Write a row; it never breaks over pages, and one of the head is shown on each."""
        properties = element("w:trPr", None, element("w:cantSplit"))
        if self._part == "head":
            properties.append(element("w:tblHeader"))
        made = element("w:tr", None, properties)
        ends = [*list(places)[1:], len(self._layout.widths)]
        for (column, cell), end in zip(places.items(), ends, strict=True):
            made.append(self._cell(row, cell, column, max(end, column + 1)))
        return made

    def _cell(self, row: Row, cell: Cell | None, column: int, end: int) -> BaseOxmlElement:
        """Write a cell, or the part of one that reaches down from a row above."""
        width = sum(_twips(points) for points in self._layout.widths[column:end])
        properties = element("w:tcPr", None, element("w:tcW", {"w:w": width, "w:type": "dxa"}))
        if end - column > 1:
            properties.append(element("w:gridSpan", {"w:val": end - column}))
        if cell is None or cell.rows > 1:
            reach = {} if cell is None else {"w:val": "restart"}
            properties.append(element("w:vMerge", reach))
        if self._rule:
            properties.append(element("w:tcBorders", None, element("w:bottom", _RULE)))
        if self._part == "head":
            properties.append(element("w:vAlign", {"w:val": "bottom"}))
        return element("w:tc", None, properties, self._text(row, cell, column))

    def _text(self, row: Row, cell: Cell | None, column: int) -> BaseOxmlElement:
        """Write the text of a cell."""
        style = "TableHeading" if self._part == "head" else "TableText"
        style = "TableGroup" if row.kind == "group" else style
        runs = self._writer.runs(cell.runs if cell else (), size=self._size())
        right = row.kind == "row" and column < len(self._table.right) and self._table.right[column]
        return paragraph(style, *runs, keep_next=self._keep, right=right)

    def _size(self) -> float:
        """Points of letters that differ from those of the style."""
        return self._layout.size if self._layout.size != 9.0 else 0.0
