"""Reading Excel workbooks: sheets, also hidden ones, comments, names, properties, left-overs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.parsers import expat
from zipfile import ZipFile

from analysis.privacy.files.pieces.limits import Limits
from analysis.privacy.files.pieces.office import other_parts, part_texts, property_pieces, read_part
from analysis.privacy.files.pieces.piece import Piece, Trouble
from analysis.privacy.files.pieces.safe_xml import Element, read_xml
from analysis.privacy.files.pieces.source import Source
from analysis.privacy.files.pieces.workbook_texts import SharedTexts
from analysis.privacy.files.printed_tables import TextTable, headed_table

__all__ = ["workbook_pieces"]

_READ = re.compile(
    r"^xl/(?:workbook\.xml|sharedStrings\.xml|styles\.xml|worksheets/[^/]+\.xml"
    r"|comments[^/]*\.xml|threadedComments/|charts/chart[^/]*\.xml$)"
)
_DATES = {*range(14, 23), *range(27, 37), *range(50, 59)}
_FIRST_ROWS, _BLOCK_ROWS = 500, 2_000
_MOST_STRINGS = 2_000_000
_WIDEST = 500
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's days have no time zone


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
    dated = _dated_styles(archive, limits)
    for sheet in sheets:
        hidden = f"{sheet.state} sheet" if sheet.state != "visible" else ""
        yield Piece(where=f"{sheet.where}, name", role="label", text=sheet.name, hidden=hidden)
        if sheet.part in archive.namelist():
            yield from _sheet_pieces(archive, sheet, strings, dated, limits)
    unused = strings.unused()
    if unused:
        text = "\n".join(unused)
        yield Piece(where="texts of no cell", role="prose", text=text, hidden="left-over texts")
    if names:
        yield Piece(where="defined names", role="prose", text="\n".join(names))
    yield from _comment_pieces(archive, limits)
    yield from property_pieces(archive, limits)
    yield from _cached_pieces(archive, limits)
    yield from other_parts(archive, limits, _READ)


def _contents(archive: ZipFile, limits: Limits) -> tuple[list[_Sheet], list[str]]:
    """Read the list of sheets and the defined names."""
    parts = {}
    for _, values in part_texts(archive, "xl/_rels/workbook.xml.rels", limits):
        target = values.get("Target", "")
        parts[values.get("Id", "")] = (
            target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        )
    sheets: list[_Sheet] = []
    names: list[str] = []
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
            names.append(element.text if element.is_end else element.attributes.get("name", ""))
    return sheets, [name for name in names if name and not name.startswith("_xlnm")]


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


def _dated_styles(archive: ZipFile, limits: Limits) -> set[int]:
    """Tell which cell styles show numbers as dates."""
    own: dict[int, str] = {}
    styles: list[int] = []
    for element in read_part(archive, "xl/styles.xml", limits):
        if isinstance(element, Trouble) or element.is_end:
            continue
        number = element.attributes.get("numFmtId", "0")
        code = int(number) if number.isdigit() else 0
        if element.name == "numFmt":
            own[code] = element.attributes.get("formatCode", "")
        elif element.name == "xf" and "cellXfs" in element.path:
            styles.append(code)
    return {
        n for n, code in enumerate(styles) if code in _DATES or _is_date_format(own.get(code, ""))
    }


def _is_date_format(code: str) -> bool:
    """Tell whether a format of numbers shows a day or a year."""
    plain = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", code).casefold()
    return "general" not in plain and (
        "yy" in plain or re.search(r"\bd{1,2}\b|d[^a-z]", plain) is not None
    )


class _Rows:
    """The cells of a sheet, gathered row by row and handed on in blocks."""

    def __init__(self, strings: SharedTexts, dated: set[int]) -> None:
        self.strings, self.dated = strings, dated
        self.rows: list[tuple[int, list[str]]] = []
        self.row: list[str] = []
        self.number = self.column = 0
        self.kind = self.style = ""
        self.hidden_rows = 0
        self.hidden_columns: set[int] = set()
        self.texts: list[str] = []

    def seen(self, element: Element) -> None:
        """Take one element."""
        if element.name == "row":
            if element.is_end:
                self.rows.append((self.number, self.row))
            else:
                number = element.attributes.get("r", "")
                self.number = int(number) if number.isdigit() else self.number + 1
                self.row, self.column = [], 0
                self.hidden_rows += element.attributes.get("hidden") == "1"
        elif element.name == "col" and not element.is_end:
            self._note_column(element.attributes)
        elif element.name == "c" and not element.is_end:
            self._begin(element.attributes)
        elif element.is_end and element.name in ("v", "t"):
            self._put(element.text)
        elif element.is_end and element.name in (
            "oddHeader",
            "oddFooter",
            "evenHeader",
            "evenFooter",
            "firstHeader",
            "firstFooter",
            "f",
            "formula1",
            "prompt",
            "promptTitle",
        ):
            self.texts.append(re.sub(r"&(?:[LCRPNDTFA]|\"[^\"]*\")", " ", element.text))

    def _note_column(self, values: dict[str, str]) -> None:
        """Note columns that are hidden or have no width."""
        if values.get("hidden") in ("1", "true") or re.fullmatch(
            r"0(?:\.[0-4]\d*)?", values.get("width", "9")
        ):
            self.hidden_rows += 1
            first, last = values.get("min", ""), values.get("max", "")
            if first.isdigit() and last.isdigit():
                self.hidden_columns.update(range(int(first), min(int(last), _WIDEST) + 1))

    def hides_codes(self) -> bool:
        """Tell whether a hidden column has another number or code in each row."""
        return any(map(self._is_of_codes, self.hidden_columns))

    def _is_of_codes(self, column: int) -> bool:
        """Tell whether the cells of a column are as different as numbers of patients."""
        cells = [row[column - 1] for _, row in self.rows[1:] if len(row) >= column]
        codes = {cell for cell in cells if re.fullmatch(r"[A-Za-z]{0,8}[-_]?\d{3,12}", cell)}
        return len(codes) >= 5 and len(codes) >= 0.7 * len(cells)

    def _begin(self, values: dict[str, str]) -> None:
        """Begin a cell at its column."""
        letters = re.match(r"[A-Z]{1,3}", values.get("r", ""))
        self.column = _column_number(letters[0]) if letters else self.column + 1
        self.kind, self.style = values.get("t", "n"), values.get("s", "")

    def _put(self, text: str) -> None:
        """Put the value of a cell into its row."""
        if not 0 < self.column <= _WIDEST:
            return
        self.row += [""] * (self.column - len(self.row))
        self.row[self.column - 1] += self._shown(text)

    def _shown(self, text: str) -> str:
        """Write a value as a reader sees it."""
        if self.kind == "s":
            return self.strings.at(text)
        if self.kind == "n" and self.style.isdigit() and int(self.style) in self.dated:
            return _date(text)
        return text


def _column_number(letters: str) -> int:
    """Turn the letters of a column into its number, from 1."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number


def _date(text: str) -> str:
    """Turn a serial number of Excel into a date."""
    try:
        days = float(text)
    except ValueError:
        return text
    return f"{_DAY_ZERO + timedelta(days=days):%Y-%m-%d}" if 1 <= days < 200_000 else text


def _sheet_pieces(
    archive: ZipFile, sheet: _Sheet, strings: SharedTexts, dated: set[int], limits: Limits
) -> Iterator[Piece | Trouble]:
    """Give the rows of a sheet as tables, and its headers, footers and formulas as text."""
    cells = _Rows(strings, dated)
    if not _stream(archive, sheet.part, limits, cells.seen):
        yield Trouble(where=sheet.where, kind="damaged")
    if cells.hidden_rows:
        yield Trouble(where=sheet.where, kind="hidden")
    if cells.hides_codes():
        yield Trouble(where=sheet.where, kind="hidden codes")
    rows = [(number, row) for number, row in cells.rows if any(row)]
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
