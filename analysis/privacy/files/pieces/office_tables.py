"""Tables on slides, and sheets and tables of documents in the OpenDocument formats."""

from __future__ import annotations

from collections.abc import Iterable

from analysis.privacy.files.pieces.piece import Trouble
from analysis.privacy.files.pieces.safe_xml import Element

__all__ = ["tables_of"]

_TABLES = frozenset({"tbl", "table"})
_ROWS = frozenset({"tr", "table-row"})
_CELLS = frozenset({"tc", "table-cell"})
_WIDEST = 500
_MOST_ROWS = 20_000


def tables_of(elements: Iterable[Element | Trouble]) -> list[list[list[str]]]:
    """Gather the rows of the tables in a part of an Office file.

    Parameters
    ----------
    elements : iterable of Element or Trouble
        Those of the part, in their order.

    Returns
    -------
    list of list of list of str
        The cells of each row of each table; a cell that is repeated comes as often as it says,
        and empty ones at the end of a row are left out.

    Examples
    --------
    >>> def begin(name):
    ...     return Element(name=name, attributes={}, text="", is_end=False, path=())
    >>> def end(name, text=""):
    ...     return Element(name=name, attributes={}, text=text, is_end=True, path=())
    >>> parts = [begin("tbl"), begin("tr"), begin("tc"), end("t", "visit"), end("tc"), end("tr")]
    >>> tables_of([*parts, end("tbl")])
    [[['visit']]]
    """
    tables: list[list[list[str]]] = []
    row: list[str] = []
    cell: list[str] | None = None
    repeated = 1
    for element in elements:
        if isinstance(element, Trouble):
            continue
        name, is_end = element.name, element.is_end
        if name in _TABLES and not is_end:
            tables.append([])
        elif name in _ROWS:
            if is_end and tables and any(row) and len(tables[-1]) < _MOST_ROWS:
                tables[-1].append(_trimmed(row))
            row = []
        elif name in _CELLS and not is_end:
            cell, repeated = [], _times(element.attributes.get("number-columns-repeated", "1"))
        elif name in _CELLS:
            row += [" ".join(cell or [])] * min(repeated, _WIDEST - len(row))
            cell = None
        elif cell is not None and element.text.strip():
            cell.append(element.text.strip())
    return [table for table in tables if table]


def _times(text: str) -> int:
    """Read how often a cell is repeated."""
    return int(text) if text.isdigit() and len(text) <= 6 else 1


def _trimmed(row: list[str]) -> list[str]:
    """Leave out the empty cells at the end of a row."""
    last = max(n for n, text in enumerate(row) if text)
    return row[: last + 1]
