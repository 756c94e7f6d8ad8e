"""Reading tables out of plain text: frames as pandas prints them, delimited lines, ruled tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["TextTable", "headed_table", "tables_in"]

_GAP = re.compile(r"\s{2,}|\t+")
_RULE = re.compile(r"[\s|+:=_\u2500-\u257f-]+")
_BARS = re.compile(r"[|│┃║┆╎]")
_TRAILER = re.compile(
    r"^(?:Name: (?P<name>.+?), )?(?:Length: \d+, )?(?P<rest>dtype: \S+.*)$|^Freq:"
    r" .*|^\[\d+ rows x \d+ columns\]$"
)
_DELIMITERS = (",", ";", "\t", "|", "&")
_LONGEST_LINE = 20_000


@dataclass(frozen=True, kw_only=True, eq=False)
class TextTable:
    """A table of texts.

    Parameters
    ----------
    header : tuple of str
        Names of the columns; empty where nothing is known about them.
    rows : tuple of tuple of str
        Cells; rows may be shorter or longer than the header.
    index : tuple of str
        Names of the leading columns that label rows; an empty name where a label has none.
    series : str or None
        For a printed Series: its name, empty when it has none.
    line : int
        Line of the text, or row of the sheet, on which it begins, from 1.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    index: tuple[str, ...] = ()
    series: str | None = None
    line: int = 1

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of all columns, those that label rows first."""
        return (*self.index, *self.header)

    def column(self, position: int) -> list[str]:
        """Give the cells of one column of `columns`; short rows lack cells on the left.

        Parameters
        ----------
        position : int
            Position in `columns`.

        Returns
        -------
        list of str
            One text per row that reaches so far.
        """
        from_right = len(self.columns) - position
        return [row[-from_right] for row in self.rows if len(row) >= from_right]


def tables_in(text: str) -> Iterator[TextTable]:
    r"""Find the tables in a text.

    Parameters
    ----------
    text : str
        What a program printed.

    Yields
    ------
    TextTable
        Each block of lines that has columns.

    Examples
    --------
    >>> text = "  subject_id  age\n0       p001   43\n1       p002   51\n"
    >>> table = next(tables_in(text))
    >>> table.columns, len(table.rows)
    (('', 'subject_id', 'age'), 2)
    """
    for first, lines in _blocks(text):
        table = _ruled(lines) or _delimited(lines) or _aligned(lines)
        if table is not None:
            header, index, rows, series = table
            yield TextTable(header=header, index=index, rows=rows, series=series, line=first)


_Table = tuple[tuple[str, ...], tuple[str, ...], tuple[tuple[str, ...], ...], "str | None"]


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """Split a text into runs of lines that are not blank."""
    block: list[str] = []
    first = 1
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            if not block:
                first = number
            block.append(line[:_LONGEST_LINE].rstrip().removesuffix("\\\\").rstrip())
            if _TRAILER.match(line.strip()):
                yield first, block
                block = []
        elif block:
            yield first, block
            block = []
    if block:
        yield first, block


def _ruled(lines: Sequence[str]) -> _Table | None:
    """Read a table with bars between its cells, as Markdown and many tools write them."""
    barred = [line for line in lines if _BARS.search(line) and not _RULE.fullmatch(line)]
    spoken = [line for line in lines if not _RULE.fullmatch(line)]
    if len(barred) < 2 or len(barred) < 0.6 * len(spoken):
        return None
    cells = [tuple(cell.strip() for cell in _BARS.split(_unframed(line))) for line in barred]
    width = Counter(map(len, cells)).most_common(1)[0][0]
    if width < 2:
        return None
    rows = [row for row in cells if len(row) == width]
    return _headed(rows)


def _unframed(line: str) -> str:
    """Take the outer bars off a line."""
    return re.sub(r"^\s*[|│┃║┆╎]|[|│┃║┆╎]\s*$", "", line)


def _delimited(lines: Sequence[str]) -> _Table | None:
    """Read lines with the same number of delimiters."""
    for delimiter in _DELIMITERS:
        counts = Counter(line.count(delimiter) for line in lines)
        n, alike = counts.most_common(1)[0]
        tight = sum(delimiter + " " not in line for line in lines) >= 0.8 * len(lines)
        if n >= 1 and len(lines) >= 2 and alike >= 0.8 * len(lines) and (tight or n >= 2):
            rows = [
                tuple(cell.strip().strip("\"'") for cell in line.split(delimiter))
                for line in lines
                if line.count(delimiter) == n
            ]
            if tight or not _is_prose(rows):
                return _headed(rows)
    return None


def _is_prose(rows: Sequence[tuple[str, ...]]) -> bool:
    """Tell whether cells are parts of sentences."""
    cells = [cell for row in rows for cell in row]
    return sum(len(cell.split()) > 3 for cell in cells) > 0.3 * len(cells)


def _headed(rows: Sequence[tuple[str, ...]]) -> _Table:
    """Take the first row as names of columns when it has no numbers and is unlike the others."""
    first = rows[0]
    named = not any(re.fullmatch(r"[-+]?\d[\d.,]*%?", cell) for cell in first) and any(first)
    header = first if named else ()
    return header, (), tuple(rows[1:] if named else rows), None


def headed_table(rows: Sequence[Sequence[str]], *, line: int = 1) -> TextTable:
    """Make a table of rows whose first one may name the columns.

    Parameters
    ----------
    rows : sequence of sequence of str
        At least one row; blank rows and rows of one cell before the widest are titles and are
        left out.
    line : int
        Where the first row stands.

    Returns
    -------
    TextTable
        The table.

    Examples
    --------
    >>> headed_table([["PHQ-9 scores", ""], ["subject_id", "total"], ["p0017", "12"]]).header
    ('subject_id', 'total')
    """
    kept = [tuple(cell.strip() for cell in row) for row in rows]
    filled = [sum(map(bool, row)) for row in kept]
    enough = max(2, 0.5 * max(filled, default=0))
    start = next((n for n, cells in enumerate(filled) if cells >= enough), 0)
    header, index, body, _ = _headed(kept[start:] or [("",)])
    present = tuple(row for row in body if any(row))
    return TextTable(header=header, index=index, rows=present, line=line + start)


def _aligned(lines: Sequence[str]) -> _Table | None:
    """Read a frame or Series as pandas prints it, and other tables with wide gaps."""
    body = [line.removesuffix("\\").rstrip() for line in lines if not _RULE.fullmatch(line)]
    trailer = _TRAILER.match(body[-1].strip()) if body else None
    if trailer:
        body = body[:-1]
    if trailer and trailer["rest"]:
        return _series(body, (trailer["name"] or "").strip())
    rows = _cells(body)
    if len(rows) < 2 or max(map(len, rows)) < 2:
        return None
    indented = body[0][:1].isspace()
    header = rows[0]
    rest = rows[1:]
    index: tuple[str, ...] = ()
    if indented and rest and _names_rows(body, header):
        index, rest = _names_of_index(body[1]), rest[1:]
    elif indented:
        index = ("",) * max(1, _common_width(rest) - len(header))
    elif not _is_header(header, rest):
        return (), (), tuple(rows), None
    return header, index, tuple(rest), None


def _cells(lines: Sequence[str]) -> list[tuple[str, ...]]:
    """Split lines at wide gaps; at every space when only that gives the same cells on each line."""
    wide = [tuple(_GAP.split(line.strip())) for line in lines]
    narrow = [tuple(line.split()) for line in lines]
    if not _are_even(narrow):
        return wide
    surplus = len(narrow[1]) - len(narrow[0])
    return narrow if not _are_even(wide) or surplus < len(wide[1]) - len(wide[0]) else wide


def _are_even(rows: Sequence[tuple[str, ...]]) -> bool:
    """Tell whether all rows but the first have as many cells, and it as many or fewer by labels."""
    widths = {len(row) for row in rows[1:]}
    return len(widths) == 1 and 0 <= max(widths) - len(rows[0]) <= 2 if rows and widths else False


def _names_rows(body: Sequence[str], header: Sequence[str]) -> bool:
    """Tell whether the second line only names the columns that label the rows."""
    if len(body) < 3 or body[1][:1].isspace():
        return False
    names = _GAP.split(body[1].strip())
    following = _GAP.split(body[2].strip())
    numbers = any(re.fullmatch(r"[-+]?[\d.,]+", name) for name in names)
    return (
        not numbers
        and len(names) < len(following)
        and len(names) <= len(following) - 1
        and (len(following) >= len(header) and len(names) + len(header) >= len(following))
    )


def _names_of_index(line: str) -> tuple[str, ...]:
    """Split the line that names the columns which label rows; single gaps may stand between."""
    parts = _GAP.split(line.strip())
    return tuple(word for part in parts for word in ([part] if len(parts) > 1 else part.split(" ")))


def _common_width(rows: Sequence[tuple[str, ...]]) -> int:
    """Give the most frequent number of cells."""
    return Counter(map(len, rows)).most_common(1)[0][0] if rows else 0


def _is_header(first: Sequence[str], rest: Sequence[tuple[str, ...]]) -> bool:
    """Tell whether a line that begins at the margin names columns."""
    numbers = any(re.fullmatch(r"[-+]?\d[\d.,]*%?", cell) for cell in first)
    return not numbers and len(first) >= 2 and abs(_common_width(rest) - len(first)) <= 1


def _series(body: Sequence[str], name: str) -> _Table | None:
    """Read a printed Series: labels and one value each."""
    rows = [tuple(_GAP.split(line.strip())) for line in body if line.strip() != "..."]
    if not rows:
        return None
    index: tuple[str, ...] = ("",)
    if len(rows) > 1 and len(rows[0]) < len(rows[1]):
        index, rows = _names_of_index(body[0]), rows[1:]
    elif len(rows) > 1 and _is_label_line(body[0], rows):
        index, rows = rows[0], rows[1:]
    return (name,), index, tuple(rows), name


def _is_label_line(line: str, rows: Sequence[tuple[str, ...]]) -> bool:
    """Tell whether the first line of a Series names its labels although it has as many cells."""
    values = [row[-1] for row in rows[1:]]
    numeric = all(re.fullmatch(r"[-+]?[\d.]+|NaN", value) for value in values)
    return numeric and not re.search(r"\d|NaN", line) and len(rows[0]) == len(rows[1]) > 2
