"""The text of one part of a Word document: paragraphs, rows of tables, and what is not shown."""

from __future__ import annotations

import re
from collections.abc import Mapping

from analysis.privacy.files.pieces.safe_xml import Element
from analysis.privacy.files.pieces.word_looks import Look, look_with

__all__ = ["WordStory"]

_TEXT_ATTRIBUTES = {  # names of pictures, bookmarks and fields; those of Word begin with _
    "docPr": ("name", "descr", "title"),
    "bookmarkStart": ("name",),
    "alias": ("val",),
    "tag": ("val",),
    "listItem": ("displayText", "value"),
    "fldSimple": ("instr",),
    "hyperlink": ("tooltip", "docLocation"),
}
_NAME_PARTS = re.compile(r"(?<=\w)_(?=\w)")


class WordStory:
    """The text of a part, gathered element by element.

    Parameters
    ----------
    styles : mapping of str to Look
        Looks of the styles of the document by their ids.

    Attributes
    ----------
    lines, deleted, vanished, authors : list of str
        Paragraphs outside of tables, deleted text, text that is not seen, authors of changes.
    tables : list of list of list of str
        Rows of each table.
    """

    def __init__(self, styles: Mapping[str, Look]) -> None:
        self.styles = styles
        self.lines: list[str] = []
        self.deleted: list[str] = []
        self.vanished: list[str] = []
        self.authors: list[str] = []
        self.tables: list[list[list[str]]] = []
        self._open: list[list[list[str]]] = []
        self._text: list[str] = []
        self._gone: list[str] = []
        self._unseen: list[str] = []
        self._table = self._cell = self._paragraph = self._letters = Look()

    def seen(self, element: Element) -> None:
        """Take one element."""
        if element.is_end:
            self._end(element)
        else:
            self._begin(element)
            self._note_look(element)

    def _begin(self, element: Element) -> None:
        name, values = element.name, element.attributes
        if "author" in values:
            self.authors.append(values["author"])
        if name == "tbl":
            self._open.append([])
            self._table = Look()
        elif name == "tr" and self._open:
            self._open[-1].append([])
        elif name == "tc" and self._open and self._open[-1]:
            self._open[-1][-1].append("")
            self._cell = Look()
        elif name == "p":
            self._paragraph = Look()
        elif name == "r":
            self._letters = Look()
        elif name in ("tab", "br") and "pPr" not in element.path:
            self._text.append("\t" if name == "tab" else "\n")
        elif name in _TEXT_ATTRIBUTES:
            shown = (values.get(key, "") for key in _TEXT_ATTRIBUTES[name])
            written = [text for text in shown if text and not text.startswith("_")]
            self.lines += [_NAME_PARTS.sub(" ", text) for text in written]

    def _note_look(self, element: Element) -> None:
        """Note a style, or a property of letters, a paragraph, a cell or the page."""
        around = element.path[-1] if element.path else ""
        named = self.styles.get(element.attributes.get("val", ""), Look())
        if element.name == "tblStyle":
            self._table = named
        elif element.name == "pStyle":
            self._paragraph = self._paragraph.over(named)
        elif element.name == "rStyle":
            self._letters = self._letters.over(named)
        elif around == "rPr" and element.path[-2:-1] == ("r",):
            self._letters = look_with(self._letters, element)
        elif around == "pPr":
            self._paragraph = look_with(self._paragraph, element)
        elif around == "tcPr":
            self._cell = look_with(self._cell, element)

    @property
    def _is_unseen(self) -> bool:
        """Whether letters that come now are not seen."""
        in_cell = self._cell.over(self._table) if self._open else Look()
        return self._letters.over(self._paragraph.over(in_cell)).is_unseen

    def _end(self, element: Element) -> None:
        if element.name in ("t", "instrText"):
            (self._unseen if self._is_unseen else self._text).append(element.text)
        elif element.name == "delText":
            self._gone.append(element.text)
        elif element.name == "p":
            self._end_paragraph()
        elif element.name == "tbl" and self._open:
            self.tables.append(self._open.pop())

    def _end_paragraph(self) -> None:
        text, gone, unseen = map("".join, (self._text, self._gone, self._unseen))
        self._text, self._gone, self._unseen = [], [], []
        self.deleted += [gone] if gone else []
        self.vanished += [unseen] if unseen.strip() else []
        if not text.strip():
            return
        if self._open and self._open[-1] and self._open[-1][-1]:
            cells = self._open[-1][-1]
            cells[-1] = f"{cells[-1]} {text}".strip()
        else:
            self.lines.append(text)
