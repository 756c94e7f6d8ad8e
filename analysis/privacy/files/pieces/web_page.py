"""Reading HTML: tables, text, attributes, comments and scripts; pictures are only noticed."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

from analysis.privacy.files.pieces.chart_marks import ChartMarks
from analysis.privacy.files.pieces.delimited import delimited_pieces
from analysis.privacy.files.pieces.limits import Limits
from analysis.privacy.files.pieces.piece import Piece, Trouble
from analysis.privacy.files.pieces.plain_text import decoded
from analysis.privacy.files.pieces.source import Source
from analysis.privacy.files.pieces.structured import value_pieces
from analysis.privacy.files.printed_tables import TextTable

__all__ = ["html_pieces", "page_pieces"]

_SHOWN_ATTRIBUTES = (
    "title",
    "alt",
    "aria-label",
    "href",
    "src",
    "content",
    "value",
    "placeholder",
    "label",
    "summary",
)
_BLOCKS = {
    "p", "div", "li", "tr", "br", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "section", "td",
    "th", "table",
    "caption", "option", "text", "title", "dt", "dd", "figcaption", "summary", "details", "label",
    "tspan",
}  # fmt: skip
_EMPTY = {
    "br",
    "img",
    "meta",
    "link",
    "input",
    "hr",
    "col",
    "source",
    "wbr",
    "area",
    "base",
    "embed",
}
_MOST_ROWS = 5_000
_SPAN = re.compile(r"\d{1,4}")
_LITERAL = re.compile(r"\"(?:[^\"\\\n]|\\.){40,}\"|'(?:[^'\\\n]|\\.){40,}'|`[^`]{40,}`")
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]{40,}={0,2}")


class _Table:
    """A table while it is read; cells that span rows or columns are repeated."""

    def __init__(self) -> None:
        self.head: list[list[str]] = []
        self.body: list[list[str]] = []
        self.row: list[str] = []
        self.hanging: dict[int, tuple[int, str]] = {}
        self.labels = 0
        self.labels_of_row = 0
        self.spans = (1, 1)

    def begin_row(self) -> None:
        self.row = []
        self.labels_of_row = 0
        self._hang()

    def _hang(self) -> None:
        """Put the cells from rows above in their places."""
        while len(self.row) in self.hanging:
            rows, text = self.hanging.pop(len(self.row))
            if rows > 1:
                self.hanging[len(self.row)] = (rows - 1, text)
            self.row.append(text)
            self.labels_of_row += 1

    def end_cell(self, text: str, *, is_label: bool) -> None:
        columns, rows = self.spans
        for _ in range(min(columns, 100)):
            if rows > 1:
                self.hanging[len(self.row)] = (rows - 1, text)
            self.row.append(text)
        self.labels_of_row += is_label
        self._hang()

    def end_row(self, *, in_head: bool) -> None:
        if not self.row or len(self.body) >= _MOST_ROWS:
            return
        all_labels = self.labels_of_row == len(self.row) and len(self.row) > 1 and not self.body
        (self.head if in_head or all_labels else self.body).append(self.row)
        if self.body and not (in_head or all_labels):
            self.labels = max(self.labels, min(self.labels_of_row, len(self.row)))

    def finished(self) -> TextTable:
        """Join the rows of the head from below: names of index levels stand in the last one."""
        width = max((len(row) for row in self.head), default=0)
        padded = [row + [""] * (width - len(row)) for row in self.head]
        names = [
            next((cell for cell in reversed(column) if cell), "")
            for column in zip(*padded, strict=True)
        ]
        if (
            not names
            and len(self.body) > 1
            and all(not cell.replace(".", "").isdigit() for cell in self.body[0])
        ):
            names, self.body = self.body[0], self.body[1:]
        labels = min(self.labels, len(names))
        rows = tuple(map(tuple, self.body))
        return TextTable(header=tuple(names[labels:]), index=tuple(names[:labels]), rows=rows)


class _Page(HTMLParser):
    """Gather what a page holds in one pass."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.attributes: list[str] = []
        self.comments: list[str] = []
        self.scripts: list[str] = []
        self.tables: list[TextTable] = []
        self.open_tables: list[_Table] = []
        self.cell: list[str] | None = None
        self.in_head = self.in_script = self.in_style = self.is_label = False
        self.pictures = 0
        self.marks = ChartMarks()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self._note_attributes(tag, values)
        self.in_script = self.in_script or tag == "script"
        self.in_style = self.in_style or tag == "style"
        self.marks.take(tag, values)
        if tag in _BLOCKS:
            self._text("\n")
        if tag == "table":
            self.open_tables.append(_Table())
        elif self.open_tables and tag == "thead":
            self.in_head = True
        elif self.open_tables and tag == "tr":
            self.open_tables[-1].begin_row()
        elif self.open_tables and tag in ("td", "th"):
            self.cell, self.is_label = [], tag == "th"
            self.open_tables[-1].spans = (
                _span(values.get("colspan")),
                _span(values.get("rowspan")),
            )

    def _note_attributes(self, tag: str, values: dict[str, str]) -> None:
        """Keep attributes that carry text; a picture inside the page is only counted."""
        embedded = [name for name, value in values.items() if value.startswith("data:")]
        self.pictures += bool(embedded) or tag in (
            "img",
            "canvas",
            "video",
            "audio",
            "object",
            "embed",
        )
        for name, value in values.items():
            is_shown = name in _SHOWN_ATTRIBUTES or name.startswith("data-")
            is_numbered = name in ("id", "gid") and any(map(str.isdigit, value))
            if value and (name in embedded or is_shown or is_numbered):
                self.attributes.append(value)

    def handle_endtag(self, tag: str) -> None:
        self.in_script = self.in_script and tag != "script"
        self.in_style = self.in_style and tag != "style"
        if tag in _BLOCKS:
            self._text("\n")
        if not self.open_tables:
            return
        if tag in ("td", "th") and self.cell is not None:
            text = " ".join("".join(self.cell).split())
            self.open_tables[-1].end_cell(text, is_label=self.is_label)
            self.cell = None
        elif tag == "tr":
            self.open_tables[-1].end_row(in_head=self.in_head)
        elif tag == "thead":
            self.in_head = False
        elif tag == "table":
            self.tables.append(self.open_tables.pop().finished())

    def handle_data(self, data: str) -> None:
        if self.in_script:
            self.scripts.append(data)
        elif not self.in_style:
            self._text(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def _text(self, data: str) -> None:
        """Put text into the cell or the page."""
        (self.parts if self.cell is None else self.cell).append(data)


def _span(value: str | None) -> int:
    """Read how many rows or columns a cell takes."""
    found = _SPAN.fullmatch(value or "")
    return max(1, int(found[0])) if found else 1


def page_pieces(source: Source, limits: Limits) -> Iterator[Piece | Trouble]:
    """Give the content of an HTML file as pieces.

    Parameters
    ----------
    source : Source
        The file.
    limits : Limits
        Limits of size.

    Yields
    ------
    Piece or Trouble
        As `html_pieces`.
    """
    yield from html_pieces(decoded(source.read(limits)), where="page", limits=limits)


def html_pieces(
    text: str, *, where: str, limits: Limits, source: str = ""
) -> Iterator[Piece | Trouble]:
    """Give HTML as pieces.

    Parameters
    ----------
    text : str
        A page or a fragment.
    where : str
        Place in the file.
    limits : Limits
        Limits of nesting.
    source : str
        Code that made it.

    Yields
    ------
    Piece or Trouble
        Tables, text, attributes, comments, scripts; pictures without content.
    """
    page = _Page()
    page.feed(text)
    page.close()
    for number, table in enumerate(page.tables, start=1):
        place = f"{where}, table {number}" if len(page.tables) > 1 else f"{where}, table"
        yield Piece(where=place, role="table", table=table, source=source)
    yield Piece(where=where, role="printed", text=_without_blank_lines(page.parts), source=source)
    yield Piece(where=f"{where}, attributes", role="prose", text="\n".join(page.attributes))
    yield Piece(where=f"{where}, comments", role="prose", text="\n".join(page.comments))
    for script in page.scripts:
        yield from _script_pieces(script, where=f"{where}, script", limits=limits)
    if page.pictures:
        yield Piece(where=f"{where}, picture", role="picture", source=source)
    if page.marks.kind:
        yield Trouble(where=where, kind=page.marks.kind)


def _without_blank_lines(parts: list[str]) -> str:
    """Join the text of a page; lines that only divide elements go."""
    return re.sub(r"\n\s*\n+", "\n", "".join(parts)).strip("\n")


def _script_pieces(script: str, *, where: str, limits: Limits) -> Iterator[Piece | Trouble]:
    """Give a script: as JSON where it is some, else by the arrays and objects in it."""
    try:
        value = json.loads(script)
    except (ValueError, RecursionError):
        yield from _arrays(script, where=where, limits=limits)
        yield from _literals(script, where=where, limits=limits)
        return
    yield from value_pieces(value, where=where, limits=limits)


def _arrays(script: str, *, where: str, limits: Limits) -> Iterator[Piece | Trouble]:
    """Find JSON inside a program, as chart libraries write their data."""
    decoder, position, found = json.JSONDecoder(), 0, 0
    for match in re.finditer(r"[\[{]\s*[\[{\"]", script):
        if match.start() < position or found > 200:
            continue
        try:
            value, position = decoder.raw_decode(script, match.start())
        except (ValueError, RecursionError):
            continue
        found += 1
        yield from value_pieces(value, where=where, limits=limits)


def _literals(script: str, *, where: str, limits: Limits) -> Iterator[Piece | Trouble]:
    """Read long texts inside a program: tables as lines, and those written in base64."""
    for match in _LITERAL.finditer(script):
        text = match[0][1:-1]
        if text.startswith("data:"):
            yield Piece(where=where, role="code", text=text)
            continue
        text = re.sub(r"\\[rn]", "\n", text).replace("\\t", "\t").replace('\\"', '"')
        text = _decoded_text(text) if _BASE64.fullmatch(text) else text
        if text.count("\n") >= 2:
            content = text.encode("utf-8", errors="replace")
            inner = Source(name="text", size=len(content), content=content)
            for piece in delimited_pieces(inner, limits):
                yield replace(piece, where=f"{where}, {piece.where}")


def _decoded_text(text: str) -> str:
    """Decode base64 where it is that of a text, else give nothing."""
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""
