"""Reading Word documents: text, tables, comments, notes, deleted and hidden text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from zipfile import ZipFile

from analysis.privacy.files.pieces.limits import Limits
from analysis.privacy.files.pieces.office import other_parts, property_pieces, read_part
from analysis.privacy.files.pieces.piece import Piece, Trouble
from analysis.privacy.files.pieces.safe_xml import Element
from analysis.privacy.files.pieces.source import Source
from analysis.privacy.files.printed_tables import headed_table

__all__ = ["document_pieces"]

_READ = re.compile(r"^word/(?:document|comments\w*|header\d*|footer\d*|footnotes|endnotes)\.xml$")
_PLACES = (
    ("document", "body"), ("comments", "comments"), ("header", "headers"), ("footer", "footers"),
    ("footnotes", "footnotes"), ("endnotes", "endnotes"),
)  # fmt: skip


def document_pieces(archive: ZipFile, limits: Limits) -> Iterator[Piece | Trouble | Source]:
    """Give the content of a Word document as pieces.

    Parameters
    ----------
    archive : zipfile.ZipFile
        An open ``.docx`` or ``.docm`` file whose limits were checked.
    limits : Limits
        Limits of size and depth.

    Yields
    ------
    Piece, Trouble or Source
        Texts, tables, and files inside the file.
    """
    if "word/document.xml" not in archive.namelist():
        yield Trouble(where="file", kind="damaged")
    for name in archive.namelist():
        if _READ.match(name):
            yield from _story_pieces(archive, name, limits)
    yield from property_pieces(archive, limits)
    yield from other_parts(archive, limits, _READ)


def _place(name: str) -> str:
    """Name a part in words that are ours."""
    stem = name.removeprefix("word/")
    return next(place for start, place in _PLACES if stem.startswith(start))


def _story_pieces(archive: ZipFile, name: str, limits: Limits) -> Iterator[Piece | Trouble]:
    """Give the text of one part."""
    where, story = _place(name), _Story()
    for element in read_part(archive, name, limits):
        if isinstance(element, Trouble):
            yield Trouble(where=where, kind=element.kind)
        else:
            story.seen(element)
    hidden = "comment" if where == "comments" else ""
    for number, table in enumerate(story.tables, start=1):
        if table:
            yield Piece(where=f"{where}, table {number}", role="table", table=headed_table(table))
    for start in range(0, len(story.lines), 500):
        text = "\n".join(story.lines[start : start + 500])
        yield Piece(where=where, role="printed", text=text, hidden=hidden)
    if story.deleted:
        yield Piece(
            where=f"{where}, deleted text",
            role="printed",
            text="\n".join(story.deleted),
            hidden="tracked change",
        )
    if story.vanished:
        yield Piece(
            where=f"{where}, hidden text",
            role="printed",
            text="\n".join(story.vanished),
            hidden="hidden text",
        )
    for author in dict.fromkeys(story.authors):
        yield Piece(where=f"{where}: author", role="label", text=author)


class _Story:
    """The text of a part: paragraphs, rows of tables, and what is not shown."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.deleted: list[str] = []
        self.vanished: list[str] = []
        self.authors: list[str] = []
        self.tables: list[list[list[str]]] = []
        self.open: list[list[list[str]]] = []
        self.text: list[str] = []
        self.gone: list[str] = []
        self.is_hidden = False

    def seen(self, element: Element) -> None:
        """Take one element."""
        if element.is_end:
            self._end(element)
        else:
            self._begin(element)

    def _begin(self, element: Element) -> None:
        name, values = element.name, element.attributes
        if "author" in values:
            self.authors.append(values["author"])
        if name == "tbl":
            self.open.append([])
        elif name == "tr" and self.open:
            self.open[-1].append([])
        elif name == "tc" and self.open and self.open[-1]:
            self.open[-1][-1].append("")
        elif name == "r":
            self.is_hidden = False
        elif name == "vanish" and values.get("val", "1") not in ("0", "false"):
            self.is_hidden = True
        elif name in ("tab", "br"):
            self.text.append("\t" if name == "tab" else "\n")
        elif name == "docPr" and values.get("descr"):
            self.lines.append(values["descr"])

    def _end(self, element: Element) -> None:
        if element.name in ("t", "instrText"):
            (self.vanished if self.is_hidden else self.text).append(element.text)
        elif element.name == "delText":
            self.gone.append(element.text)
        elif element.name == "p":
            self._end_paragraph()
        elif element.name == "tbl" and self.open:
            self.tables.append(self.open.pop())

    def _end_paragraph(self) -> None:
        text, gone = "".join(self.text), "".join(self.gone)
        self.text, self.gone = [], []
        if gone:
            self.deleted.append(gone)
        if not text.strip():
            return
        if self.open and self.open[-1] and self.open[-1][-1]:
            cells = self.open[-1][-1]
            cells[-1] = f"{cells[-1]} {text}".strip()
        else:
            self.lines.append(text)
