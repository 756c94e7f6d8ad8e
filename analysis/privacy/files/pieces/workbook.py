"""Reading Excel workbooks: sheets, also hidden ones, comments, names, properties, left-overs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from xml.parsers import expat
from zipfile import ZipFile

from analysis.privacy.files.pieces.cell_styles import CellStyles
from analysis.privacy.files.pieces.limits import Limits
from analysis.privacy.files.pieces.office import other_parts, part_texts, property_pieces, read_part
from analysis.privacy.files.pieces.piece import Piece, Trouble
from analysis.privacy.files.pieces.safe_xml import Element, read_xml
from analysis.privacy.files.pieces.sheet_cells import SheetCells
from analysis.privacy.files.pieces.source import Source
from analysis.privacy.files.pieces.unseen import holds_codes
from analysis.privacy.files.pieces.workbook_texts import SharedTexts
from analysis.privacy.files.printed_tables import TextTable, headed_table

__all__ = ["workbook_pieces"]

_READ = re.compile(
    r"^xl/(?:workbook\.xml|sharedStrings\.xml|styles\.xml|worksheets/[^/]+\.xml"
    r"|comments[^/]*\.xml|threadedComments/|charts/chart[^/]*\.xml$)"
)
_FIRST_ROWS, _BLOCK_ROWS = 500, 2_000
_MOST_STRINGS = 2_000_000


@dataclass(frozen=True, kw_only=True)
class _Sheet:
    """A sheet: its number, name, part of the archive and state."""

    number: int
    name: str
    part: str
    state: str

    @property
    def where(self) -> str:
        """Its place in words that are ours."""
        words = {"hidden": " (hidden)", "veryHidden": " (very hidden)"}
        return f"sheet {self.number}{words.get(self.state, '')}"


def workbook_pieces(archive: ZipFile, limits: Limits) -> Iterator[Piece | Trouble | Source]:
    """Give the content of a workbook as pieces.

    Parameters
    ----------
    archive : zipfile.ZipFile
        An open ``.xlsx`` or ``.xlsm`` file whose limits were checked.
    limits : Limits
        Limits of size and depth.

    Yields
    ------
    Piece, Trouble or Source
        Tables, texts, and files inside the file.
    """
    sheets, names = _contents(archive, limits)
    if not sheets:
        yield Trouble(where="file", kind="damaged")
    strings = SharedTexts(_strings(archive, limits))
    styles = CellStyles(read_part(archive, "xl/styles.xml", limits))
    for sheet in sheets:
        hidden = f"{sheet.state} sheet" if sheet.state != "visible" else ""
        yield Piece(where=f"{sheet.where}, name", role="label", text=sheet.name, hidden=hidden)
        if sheet.part in archive.namelist():
            yield from _sheet_pieces(archive, sheet, strings, styles, limits)
    unused = strings.unused()
    if unused:
        text = "\n".join(unused)
        yield Piece(where="texts of no cell", role="prose", text=text, hidden="left-over texts")
    yield from _name_pieces(names)
    yield from _comment_pieces(archive, limits)
    yield from property_pieces(archive, limits)
    yield from _cached_pieces(archive, limits)
    yield from other_parts(archive, limits, _READ)


def _contents(archive: ZipFile, limits: Limits) -> tuple[list[_Sheet], list[Element]]:
    """Read the list of sheets, and the beginnings and ends of defined names."""
    parts = {}
    for _, values in part_texts(archive, "xl/_rels/workbook.xml.rels", limits):
        target = values.get("Target", "")
        parts[values.get("Id", "")] = (
            target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        )
    sheets: list[_Sheet] = []
    names: list[Element] = []
    for element in read_part(archive, "xl/workbook.xml", limits):
        if isinstance(element, Trouble):
            continue
        if element.name == "sheet" and not element.is_end:
            values = element.attributes
            part = parts.get(values.get("id", ""), "")
            state = values.get("state", "visible")
            sheets.append(
                _Sheet(number=len(sheets) + 1, name=values.get("name", ""), part=part, state=state)
            )
        elif element.name == "definedName":
            names.append(element)
    return sheets, names


def _name_pieces(names: list[Element]) -> Iterator[Piece | Trouble]:
    """Give defined names as words, what they stand for, and notes about them."""
    texts: list[str] = []
    constants: list[str] = []
    for element in names:
        for key in ("name", "comment", "description"):
            text = element.attributes.get(key, "")
            is_new = text and not text.startswith("_xlnm")
            texts += [text, re.sub(r"[_.]+", " ", text)] if is_new else []
        if element.is_end and element.text:
            texts.append(element.text)
            constants += [] if "!" in element.text else [element.text]
    hidden = any(
        element.attributes.get("hidden") in ("1", "true")
        for element in names
        if not element.attributes.get("name", "").startswith("_xlnm")
    )
    if texts:
        text = "\n".join(dict.fromkeys(texts))
        place = "defined name" if hidden else ""
        yield Piece(where="defined names", role="prose", text=text, hidden=place)
    if holds_codes(constants):
        yield Trouble(where="defined names", kind="hidden codes")


def _strings(archive: ZipFile, limits: Limits) -> list[str]:
    """Read the texts that cells refer to by number."""
    strings: list[str] = []
    parts: list[str] = []

    def seen(element: Element) -> None:
        if not element.is_end:
            return
        if element.name == "t" and "rPh" not in element.path:
            parts.append(element.text)
        elif element.name == "si" and len(strings) < _MOST_STRINGS:
            strings.append("".join(parts))
            parts.clear()

    _stream(archive, "xl/sharedStrings.xml", limits, seen)
    return strings


def _stream(archive: ZipFile, name: str, limits: Limits, seen: Callable[[Element], None]) -> bool:
    """Read a part without keeping its elements; tell whether it was whole."""
    if name not in archive.namelist():
        return True
    try:
        with archive.open(name) as handle:
            read_xml(handle, limits, seen)  # type: ignore[arg-type]
    except expat.ExpatError:
        return False
    return True


def _sheet_pieces(
    archive: ZipFile, sheet: _Sheet, strings: SharedTexts, styles: CellStyles, limits: Limits
) -> Iterator[Piece | Trouble]:
    """Give the rows of a sheet as tables, and its headers, footers and formulas as text."""
    cells = SheetCells(strings, styles)
    if not _stream(archive, sheet.part, limits, cells.seen):
        yield Trouble(where=sheet.where, kind="damaged")
    if cells.n_hidden:
        yield Trouble(where=sheet.where, kind="hidden")
    if cells.hides_codes():
        yield Trouble(where=sheet.where, kind="hidden codes")
    rows = [(number, row) for number, row in cells.rows if any(row)]
    notes = _notes(row for _, row in rows)
    if notes:
        yield Piece(where=f"{sheet.where}, rows beside the table", role="prose", text=notes)
    if rows:
        first = headed_table([row for _, row in rows[:_FIRST_ROWS]], line=rows[0][0])
        yield Piece(
            where=f"{sheet.where}, {_range(rows[:_FIRST_ROWS])}",
            role="table",
            table=first,
            is_data=True,
        )
        for start in range(_FIRST_ROWS, min(len(rows), limits.rows), _BLOCK_ROWS):
            block = rows[start : start + _BLOCK_ROWS]
            table = TextTable(
                header=first.header, rows=tuple(tuple(row) for _, row in block), line=block[0][0]
            )
            yield Piece(
                where=f"{sheet.where}, {_range(block)}", role="table", table=table, is_data=True
            )
    if cells.texts:
        texts = "\n".join(dict.fromkeys(cells.texts))
        yield Piece(where=f"{sheet.where}, headers and formulas", role="prose", text=texts)


def _notes(rows: Iterable[list[str]]) -> str:
    """Write the rows of one filled cell that is more than a word: titles and notes."""
    alone = [cells[0] for row in rows if len(cells := [cell for cell in row if cell]) == 1]
    return "\n".join(dict.fromkeys(text for text in alone if len(text.split()) >= 2))


def _range(rows: list[tuple[int, list[str]]]) -> str:
    """Name the rows of a block as Excel counts them."""
    return f"rows {rows[0][0]} to {rows[-1][0]}"


def _comment_pieces(archive: ZipFile, limits: Limits) -> Iterator[Piece | Trouble]:
    """Give comments and their authors."""
    for name in archive.namelist():
        if not re.match(r"xl/(?:comments[^/]*|threadedComments/[^/]+)\.xml$", name):
            continue
        for element in read_part(archive, name, limits):
            if isinstance(element, Trouble):
                yield Trouble(where="comments", kind=element.kind)
            elif element.is_end and element.text.strip():
                place = "comments: author" if element.name == "author" else "comments"
                yield Piece(where=place, role="label", text=element.text.strip(), hidden="comment")


def _cached_pieces(archive: ZipFile, limits: Limits) -> Iterator[Piece | Trouble]:
    """Give rows that pivot tables and charts keep although their sheet is gone."""
    for name in archive.namelist():
        if not name.startswith(
            ("xl/pivotCache/", "xl/externalLinks/", "xl/charts/")
        ) or not name.endswith(".xml"):
            continue
        values = [
            text or attributes.get("v", "")
            for text, attributes in part_texts(archive, name, limits)
        ]
        shown = [value for value in values if value]
        if shown:
            where = (
                "rows kept by a pivot table" if "pivot" in name else "values kept from elsewhere"
            )
            yield Piece(
                where=where,
                role="printed",
                text="\n".join(shown[:20_000]),
                hidden="kept values" if "pivot" in name else "",
            )
