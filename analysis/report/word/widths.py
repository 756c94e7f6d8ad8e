"""How wide the columns of a table must be, and whether a page lies on its side for it.

Word sets no widths by itself in a way that all programs follow, so they are worked out here from
the widths of the letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.report.document import Cell, Table, placed, plain

__all__ = ["LANDSCAPE", "PORTRAIT", "Layout", "layout_of", "text_width"]

PORTRAIT = 470.0
"""Points between the margins of an upright A4 page."""
LANDSCAPE = 717.0
"""Points between the margins of an A4 page on its side."""

_SIZES = (9.0, 8.0, 7.0)  # points of the text, the largest that fits
_PADDING = 9.5  # left and right of the text of a cell, with a little to spare
_LONGEST_WORD = 18.0  # times the size: longer words may be broken
_EASY = 90.0  # a column of sentences is easy to read from this width on

# thousandths of the size, after the metrics of Carlito, which are those of Calibri
_NARROW = dict.fromkeys("ijl.,:;'|!()[]{}ftI/\u00b7", 290) | {" ": 226, "\u00a0": 226, "-": 306}
_WIDE = dict.fromkeys("mMwWQ@%\u2014\u2265\u2264", 800) | dict.fromkeys("ABCDGHKNOPRUVXYZ&", 600)
_LETTER = 510


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Estimate how wide a line of text is.

    Parameters
    ----------
    text : str
        One line.
    size : float
        Points of the letters.
    bold : bool
        Bold letters are a little wider.

    Returns
    -------
    float
        Points.

    Examples
    --------
    >>> round(text_width("48.5", 10.0), 1)
    18.2
    """
    total = sum(_NARROW.get(letter) or _WIDE.get(letter) or _LETTER for letter in text)
    return total / 1000 * size * (1.04 if bold else 1.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Layout:
    """How a table stands on its page.

    Parameters
    ----------
    widths : tuple of float
        Points of each column.
    size : float
        Points of the text.
    landscape : bool
        Whether its page lies on its side.
    wraps : bool
        Whether some text needs several lines, so that a line between rows helps.
    """

    widths: tuple[float, ...]
    size: float
    landscape: bool
    wraps: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class _Needs:
    """What a column needs.

    Parameters
    ----------
    least : float
        Points so that no word is broken.
    easy : float
        Points so that it can be read well.
    whole : float
        Points so that no line is broken.
    """

    least: float
    easy: float
    whole: float


def layout_of(table: Table) -> Layout:
    """Choose letters, page and columns for a table.

    Parameters
    ----------
    table : Table
        Any table.

    Returns
    -------
    Layout
        Upright where the columns are easy to read there, if need be in letters one point smaller;
        else on its side, in small letters only where words would be broken.
    """
    for size in _SIZES[:2]:
        needs = _needs(table, size)
        if sum(column.easy for column in needs) <= PORTRAIT:
            return _layout(needs, PORTRAIT, size=size)
    for size in _SIZES:
        needs = _needs(table, size)
        if sum(column.least for column in needs) <= LANDSCAPE:
            break
    return _layout(needs, LANDSCAPE, size=size)


def _layout(needs: Sequence[_Needs], room: float, *, size: float) -> Layout:
    """Fit columns into the room of a page."""
    widths = _shared(needs, room)
    wraps = any(column.whole > width + 1 for column, width in zip(needs, widths, strict=True))
    return Layout(widths=widths, size=size, landscape=room > PORTRAIT, wraps=wraps)


def _needs(table: Table, size: float) -> list[_Needs]:
    """Measure every column; cells over several columns fit in where those are."""
    cells: list[list[Cell]] = [[] for _ in table.right]
    for _, places in [*placed(table.head), *placed(table.body)]:
        for column, cell in places.items():
            if cell is not None and cell.columns == 1 and column < len(cells):
                cells[column].append(cell)
    return [_column(column, size) for column in cells]


def _column(cells: Sequence[Cell], size: float) -> _Needs:
    """Measure one column."""
    lines = [
        (line, cell.heading) for cell in cells for line in plain(cell.runs).split("\n") if line
    ]
    words = [(word, bold) for line, bold in lines for word in line.replace("-", "- ").split(" ")]
    widest = max((text_width(word, size, bold=bold) for word, bold in words), default=0.0)
    whole = max((text_width(line, size, bold=bold) for line, bold in lines), default=0.0)
    least = min(widest, _LONGEST_WORD * size)
    easy = max(least, min(whole, _EASY * size / _SIZES[0]))
    return _Needs(least=least + _PADDING, easy=easy + _PADDING, whole=whole + _PADDING)


def _shared(needs: Sequence[_Needs], room: float) -> tuple[float, ...]:
    """Give every column what it needs, and share out what is left by how much it could use."""
    lower = [column.easy for column in needs]
    if sum(lower) > room:
        lower = [column.least for column in needs]
    if sum(lower) > room:
        return tuple(width * room / sum(lower) for width in lower)
    wanted = [max(column.whole - low, 0.0) for column, low in zip(needs, lower, strict=True)]
    share = min(1.0, (room - sum(lower)) / sum(wanted)) if sum(wanted) else 0.0
    return tuple(low + share * more for low, more in zip(lower, wanted, strict=True))
