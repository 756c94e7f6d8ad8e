"""Reading HTML: tables, text, attributes, comments and scripts; pictures are only noticed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

from analysis.privacy.files.pieces.chart_marks import ChartMarks
from analysis.privacy.files.pieces.embedded import without_percent_signs
from analysis.privacy.files.pieces.fresh_lines import FreshLines
from analysis.privacy.files.pieces.limits import Limits
from analysis.privacy.files.pieces.page_script import script_pieces
from analysis.privacy.files.pieces.page_style import PageStyle
from analysis.privacy.files.pieces.page_table import PageTable
from analysis.privacy.files.pieces.piece import Piece, Trouble
from analysis.privacy.files.pieces.plain_text import decoded
from analysis.privacy.files.pieces.source import Source
from analysis.privacy.files.pieces.unseen import holds_codes
from analysis.privacy.files.printed_tables import TextTable
from analysis.privacy.files.walk import name_may_identify

__all__ = ["html_pieces", "page_pieces"]

_SHOWN_ATTRIBUTES = frozenset(
    {
        "title", "alt", "aria-label", "href", "src", "content", "value", "placeholder", "label",
        "summary",
    }
)  # fmt: skip
_PICTURES = frozenset({"img", "image", "canvas", "video", "audio", "object", "embed"})
_PARTS = frozenset({"table", "thead", "tr", "td", "th"})
_NO_ATTRIBUTES: dict[str, str] = {}
_BLOCKS = frozenset(
    {
        "p", "div", "li", "tr", "br", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "section", "td",
        "th", "table", "caption", "option", "text", "title", "dt", "dd", "figcaption", "summary",
        "details", "label", "tspan",
    }
)  # fmt: skip
_EMPTY = frozenset(
    {
        "br", "img", "meta", "link", "input", "hr", "col", "source", "wbr", "area", "base",
        "embed", "path", "circle", "rect", "line", "use",
    }
)  # fmt: skip
_NAMED = frozenset({"input", "option", "param", "button", "data", "select", "textarea"})
_DOCUMENT = re.compile(r"(?i)\.(?:csv|tsv|xlsx?|docx?|pdf|json|zip|parquet|sav|rds|jpe?g)$")
_CSS_TEXT = re.compile(r"content\s*:\s*(['\"])(.{4,}?)\1")
_STYLER_CELL = re.compile(r"(T_[0-9a-f]{5})_(?:level|row)\d+_(?:row|col)\d+")
_LINES_AT_ONCE = 500
_SHARE_OF_ROWS, _SHARE_OF_LINES = 8, 4  # of the text that is searched whole: pages cost most


class _Page(HTMLParser):
    """Gather what a page holds in one pass."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.attributes: list[str] = []
        self.comments: list[str] = []
        self.scripts: list[str] = []
        self.unseen: list[str] = []
        self.tables: list[TextTable] = []
        self.open_tables: list[PageTable] = []
        self.cell: list[str] | None = None
        self.in_head = self.in_script = self.in_style = self.is_label = False
        self.inner: list[str] = []
        self.pictures = self.named_files = 0
        self.marks = ChartMarks()
        self.style = PageStyle(text)

    def updatepos(self, i: int, j: int) -> int:  # noqa: ARG002 - lines are not counted here
        """Go on without counting lines, which nobody asks for."""
        return j

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs} if attrs else _NO_ATTRIBUTES
        if attrs or tag in _PICTURES:
            self._note_attributes(tag, values)
            self.marks.take(tag, values)
        if self.style.is_styled and tag not in _EMPTY:
            self.style.begin(tag, values)
        if self.open_tables and tag in _PARTS:
            self._begin_part(tag, values)
            return
        self.in_script = self.in_script or tag == "script"
        self.in_style = self.in_style or tag == "style"
        if tag in _BLOCKS:
            self._text("\n")
        if tag == "table":
            self.open_tables.append(PageTable())

    def _begin_part(self, tag: str, values: dict[str, str]) -> None:
        """Begin a part of a table, or a table inside a cell."""
        if tag in ("td", "th"):
            self.cell, self.is_label = [], tag == "th"
            self.open_tables[-1].begin_cell(values.get("colspan"), values.get("rowspan"))
        elif tag == "tr":
            self.open_tables[-1].begin_row()
        elif tag == "thead":
            self.in_head = True
        else:
            self._text("\n")
            self.open_tables.append(PageTable())

    def _note_attributes(self, tag: str, values: dict[str, str]) -> None:
        """Keep attributes that carry text or a file; a picture elsewhere is only counted."""
        embedded = [name for name, value in values.items() if "data:" in value]
        self.pictures += tag in _PICTURES and not embedded
        for name, value in values.items():
            is_shown = name in _SHOWN_ATTRIBUTES or name.startswith("data-")
            is_numbered = name in ("id", "gid") and any(map(str.isdigit, value))
            if value and (name in embedded or is_shown or is_numbered or name.startswith("on")):
                self.attributes.append(value)
            if name.startswith("data-") and value.isdigit():
                self.attributes.append(f"{name.removeprefix('data-')}: {value}")
        if tag in _NAMED and values.get("name") and values.get("value"):
            self.attributes.append(f"{values['name']}: {values['value']}")
        self._note_files(values)

    def _note_files(self, values: dict[str, str]) -> None:
        """Keep pages inside attributes, and count names of files that may identify a person."""
        if "srcdoc" in values:
            self.inner.append(values["srcdoc"])
        name = values.get("download", "")
        linked = values.get("href", "").rsplit("/", 1)[-1]
        if _DOCUMENT.search(linked) and not linked.startswith("data:"):
            name = name or linked
        self.named_files += bool(name) and name_may_identify(without_percent_signs(name))

    def handle_endtag(self, tag: str) -> None:
        if self.style.is_styled:
            self.style.end(tag)
        if self.open_tables and tag in _PARTS:
            self._end_part(tag)
            return
        self.in_script = self.in_script and tag != "script"
        self.in_style = self.in_style and tag != "style"
        if tag in _BLOCKS:
            self._text("\n")

    def _end_part(self, tag: str) -> None:
        """End a part of a table."""
        if tag in ("td", "th"):
            if self.cell is not None:
                text = " ".join("".join(self.cell).split())
                self.open_tables[-1].end_cell(text, is_label=self.is_label)
                self.cell = None
        elif tag == "tr":
            self.open_tables[-1].end_row(in_head=self.in_head)
        elif tag == "thead":
            self.in_head = False
        else:
            self.tables.append(self.open_tables.pop().finished())
            self._text("\n")

    def handle_data(self, data: str) -> None:
        if self.in_script:
            self.scripts.append(data)
        elif self.in_style:
            self.style.take_sheet(data)
            self.attributes += [found[2] for found in _CSS_TEXT.finditer(data)]
            if "data:" in data:
                self.attributes.append(data)
        else:
            self._text(data)
            if self.style.is_unseen and not data.isspace():
                self.unseen.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def _text(self, data: str) -> None:
        """Put text into the cell or the page."""
        (self.parts if self.cell is None else self.cell).append(data)


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
    page = _Page(text)
    page.feed(text)
    page.close()
    rows = FreshLines(limits.text_bytes // _SHARE_OF_ROWS)
    lines = FreshLines(limits.text_bytes // _SHARE_OF_LINES)
    yield from _table_pieces(page.tables, rows, where, source)
    yield from _text_pieces(page.parts, lines, where, source)
    if rows.is_partial or lines.is_partial:
        yield Trouble(where=where, kind="partly read")
    attributes = "\n".join(_without_styler_names(page.attributes))
    yield Piece(where=f"{where}, attributes", role="prose", text=attributes, source=source)
    yield Piece(where=f"{where}, comments", role="prose", text="\n".join(page.comments))
    for script in page.scripts:
        yield from script_pieces(script, where=f"{where}, script", limits=limits)
    if page.pictures:
        yield Piece(where=f"{where}, picture", role="picture", source=source)
    for inner in page.inner:
        yield from html_pieces(inner, where=f"{where}, inner page", limits=limits, source=source)
    if page.named_files:
        yield Trouble(where=f"{where}, links", kind="file name")
    if page.unseen:
        yield Trouble(where=f"{where}, unseen text", kind="hidden")
    if holds_codes(page.unseen):
        yield Trouble(where=f"{where}, unseen text", kind="hidden codes")
    if page.marks.kind:
        yield Trouble(where=where, kind=page.marks.kind)


def _without_styler_names(attributes: list[str]) -> list[str]:
    """Leave out the random names of tables by pandas' Styler, one in ten of which is a number."""
    styled = {match[1] for value in attributes if (match := _STYLER_CELL.fullmatch(value))}
    return [value for value in attributes if value not in styled]


def _table_pieces(
    tables: list[TextTable], fresh: FreshLines, where: str, source: str
) -> Iterator[Piece]:
    """Give the tables of a page; of many rows those that are searched."""
    for number, table in enumerate(tables, start=1):
        place = f"{where}, table {number}" if len(tables) > 1 else f"{where}, table"
        for start in range(0, max(len(table.rows), 1), _LINES_AT_ONCE):
            block = table.rows[start : start + _LINES_AT_ONCE]
            kept = fresh.of([" ".join(row) for row in block])
            if kept or not block:
                part = replace(table, rows=tuple(block[position] for position in kept))
                yield Piece(where=place, role="table", table=part, source=source)


def _text_pieces(parts: list[str], fresh: FreshLines, where: str, source: str) -> Iterator[Piece]:
    """Give the text of a page in runs of lines; those that only divide elements go."""
    lines = re.sub(r"\n\s*\n+", "\n", "".join(parts)).strip("\n").split("\n")
    for start in range(0, len(lines), _LINES_AT_ONCE):
        block = lines[start : start + _LINES_AT_ONCE]
        text = "\n".join(block[position] for position in fresh.of(block))
        if text:
            yield Piece(where=where, role="printed", text=text, source=source)
