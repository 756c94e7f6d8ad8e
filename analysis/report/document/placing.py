"""In which column each cell of a table stands, where cells cover several rows and columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analysis.report.document.model import Cell, Row

__all__ = ["placed"]

_Reaching = dict[int, tuple[int, int]]  # first column -> (columns, rows that are left)


def placed(rows: Sequence[Row]) -> Iterator[tuple[Row, dict[int, Cell | None]]]:
    """Say in which column each cell of each row stands.

    Parameters
    ----------
    rows : sequence of Row
        The head or the body of a table.

    Yields
    ------
    Row, dict of int to Cell or None
        The row, and first column to cell, from left to right; None where a cell of a row above
        reaches down.

    Examples
    --------
    >>> from analysis.report.document.model import Run
    >>> clinic = Cell(runs=(Run(text="clinic"),), rows=2)
    >>> rows = [Row(cells=(clinic, Cell(runs=()))), Row(cells=(Cell(runs=()),))]
    >>> [sorted(places) for _, places in placed(rows)]
    [[0, 1], [0, 1]]
    """
    reaching: _Reaching = {}
    for row in rows:
        places = _places(row, reaching)
        yield row, places
        reaching = _left(places, reaching)


def _places(row: Row, reaching: _Reaching) -> dict[int, Cell | None]:
    """Put the cells of a row into the columns that no cell from above covers."""
    places: dict[int, Cell | None] = {}
    column = 0
    for cell in row.cells:
        column = _free(column, reaching, places)
        places[column] = cell
        column += cell.columns
    _free(column, reaching, places)
    return places


def _free(column: int, reaching: _Reaching, places: dict[int, Cell | None]) -> int:
    """Go to the next column that is free, and note those passed."""
    while column in reaching:
        places[column] = None
        column += reaching[column][0]
    return column


def _left(places: dict[int, Cell | None], reaching: _Reaching) -> _Reaching:
    """Say which cells reach down into the next row."""
    left = {at: (wide, high - 1) for at, (wide, high) in reaching.items() if high > 1}
    new = {at: (c.columns, c.rows - 1) for at, c in places.items() if c is not None and c.rows > 1}
    return left | new
