"""Reading an HTML table: its titles, headings, rows, groups and notes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from analysis.report.document.model import Cell, Row, Run, Table, plain
from analysis.report.document.placing import placed
from analysis.report.document.text import runs_of, tidy
from analysis.report.document.tree import Element

__all__ = ["read_table"]

_CELLS = ("td", "th")
_RIGHT = {"gt_right", "number"}
_SET = {"gt_left", "gt_center", *_RIGHT}
_NUMBER = re.compile(r"[<≤≥>−-]?\s?[\d.,]+\s?%?(?:\s?[(\[].*[)\]])?")
_NOTHING = {"", "—", "–", "NaN", "nan"}
_FIRST_SENTENCE = re.compile(r"(.{10,160}?[.?!])\s+(?=\S)(.+)", re.DOTALL)
_LONG = 90  # a caption longer than this is split after its first sentence


def read_table(element: Element, *, title: str) -> Table:
    """Read a table.

    Parameters
    ----------
    element : Element
        A ``<table>``.
    title : str
        Its title where it states none itself.

    Returns
    -------
    Table
        All text of the element. A row of the head with one data cell is the title, the next such
        row the subtitle; rows of the foot are notes.
    """
    rows = [row for row in element.all("tr") if row.around("table") is element and _cells(row)]
    head = [row for row in rows if _is_head(row)]
    foot = [row for row in rows if row.around("tfoot") is not None]
    titles = [row for row in head if _is_title(row)]
    columns = max((_width(row) for row in rows), default=0)
    stated = [*_caption(element), *(plain(_all(row)) for row in titles)]
    table = Table(
        title=stated[0] if stated else title,
        subtitle="\n".join(stated[1:]),
        head=tuple(_row(row, columns) for row in head if row not in titles),
        body=tuple(_row(row, columns) for row in rows if row not in head and row not in foot),
        right=(),
        notes=tuple(note for row in foot if (note := _all(row))),
    )
    return replace(table, right=_right(rows, table, columns))


def _cells(row: Element) -> list[Element]:
    """List the cells of a row."""
    return [child for child in row.elements() if child.name in _CELLS]


def _is_head(row: Element) -> bool:
    """Tell whether a row belongs to the head: by its place, or by headings of columns in it."""
    if row.around("tbody") is None and row.around("tfoot") is None:
        return row.around("thead") is not None or all(cell.name == "th" for cell in _cells(row))
    return False


def _is_title(row: Element) -> bool:
    """Tell whether a row of the head is a title: one cell that is no heading of a column."""
    cells = _cells(row)
    return len(cells) == 1 and cells[0].name == "td"


def _caption(element: Element) -> list[str]:
    """Take the caption; a long one is a title and what follows it."""
    captions = [child for child in element.elements() if child.name == "caption"]
    text = " ".join(plain(_all(caption)) for caption in captions)
    parts = _FIRST_SENTENCE.fullmatch(text) if len(text) > _LONG else None
    return list(parts.groups()) if parts else [text] if text else []


def _all(element: Element) -> tuple[Run, ...]:
    """Take the text of an element, without the bold of a title."""
    runs = (run for child in element.children for run in runs_of(child))
    return tidy(replace(run, bold=False) for run in runs)


def _span(cell: Element, name: str) -> int:
    """Read how many rows or columns a cell covers."""
    value = cell.get(name, "1")
    return max(int(value), 1) if value.isdecimal() else 1


def _width(row: Element) -> int:
    """Count the columns that the cells of a row cover."""
    return sum(_span(cell, "colspan") for cell in _cells(row))


def _row(row: Element, columns: int) -> Row:
    """Read a row; one cell over all columns is the heading of a group."""
    found = _cells(row)
    is_group = len(found) == 1 and _span(found[0], "colspan") == columns > 1
    look = Run(text="", bold=is_group or _is_head(row))
    cells = tuple(
        Cell(
            runs=tidy(run for child in cell.children for run in runs_of(child, look)),
            columns=_span(cell, "colspan"),
            rows=_span(cell, "rowspan"),
            heading=cell.name == "th",
        )
        for cell in found
    )
    return Row(cells=cells, kind="group" if is_group else "row")


def _right(rows: Sequence[Element], table: Table, columns: int) -> tuple[bool, ...]:
    """Say which columns are set to the right: as their cells say, else those of numbers."""
    for row in rows:
        cells = _cells(row)
        looks = [cell.classes for cell in cells]
        if len(cells) == columns > 1 and any(look & _SET for look in looks):
            return tuple(bool(look & _RIGHT) for look in looks)
    rows_placed = [*placed(table.head), *placed(table.body)]
    reached = (at + cell.columns for _, row in rows_placed for at, cell in row.items() if cell)
    return tuple(_is_numeric(table, at) for at in range(max(reached, default=columns)))


def _is_numeric(table: Table, column: int) -> bool:
    """Tell whether every cell of a column shows a number or nothing."""
    cells = [places.get(column) for row, places in placed(table.body) if row.kind == "row"]
    texts = [plain(cell.runs) for cell in cells if cell is not None and not cell.heading]
    shown = [text for text in texts if text not in _NOTHING]
    return bool(shown) and all(_NUMBER.fullmatch(text) for text in shown)
