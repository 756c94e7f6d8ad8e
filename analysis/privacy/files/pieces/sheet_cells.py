"""The cells of one sheet, row by row, and what of them or beside them nobody sees."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from analysis.privacy.files.pieces.cell_styles import CellStyles
from analysis.privacy.files.pieces.safe_xml import Element
from analysis.privacy.files.pieces.unseen import holds_codes
from analysis.privacy.files.pieces.workbook_texts import SharedTexts

__all__ = ["SheetCells"]

_WIDEST = 500
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's days have no time zone
_NO_WIDTH = re.compile(r"0(?:\.[0-4]\d*)?")
_CODE = re.compile(r"[A-Za-z]{0,8}[-_]?\d{3,12}")
_LONG_CODE = re.compile(r"[A-Za-z]{0,8}[-_]?\d{5,12}")
_FEWEST_CODES = 5
_BETWEEN = re.compile(r"[\s;,|/]+")
_LETTERS = re.compile(r"[A-Z]{1,3}")
_SIGNS = re.compile(r"&(?:[LCRPNDTFA]|\"[^\"]*\")")  # parts of headers and footers
_TEXTS = frozenset(
    {
        "oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter",
        "f", "formula", "formula1", "formula2",
    }
)  # fmt: skip
_TEXT_ATTRIBUTES = {
    "dataValidation": ("prompt", "promptTitle", "error", "errorTitle"),
    "filter": ("val",),
    "customFilter": ("val",),
    "scenario": ("name", "user", "comment"),
    "inputCells": ("val",),
    "hyperlink": ("tooltip", "display", "location"),
}


class SheetCells:
    """The cells of a sheet, gathered row by row.

    Parameters
    ----------
    strings : SharedTexts
        Texts that cells refer to.
    styles : CellStyles
        How cells show what they hold.

    Attributes
    ----------
    rows : list of tuple of int and list of str
        Number and cells of each row, dates written as dates.
    n_hidden : int
        Hidden rows and groups of columns, and one more where cells show nothing.
    texts : list of str
        Headers, footers, formulas, and what else stands beside the cells.
    """

    def __init__(self, strings: SharedTexts, styles: CellStyles) -> None:
        self.strings, self.styles = strings, styles
        self.rows: list[tuple[int, list[str]]] = []
        self.row: list[str] = []
        self.number = self.column = 0
        self.kind = ""
        self.style = 0
        self.n_hidden = 0
        self.hidden_columns: set[int] = set()
        self.unseen: list[str] = []
        self.texts: list[str] = []

    def seen(self, element: Element) -> None:
        """Take one element."""
        if element.is_end:
            self._end(element)
        elif element.name == "row":
            number = element.attributes.get("r", "")
            self.number = int(number) if number.isdigit() else self.number + 1
            self.row, self.column = [], 0
            self.n_hidden += element.attributes.get("hidden") in ("1", "true")
        elif element.name == "c":
            self._begin(element.attributes)
        elif element.name == "col":
            self._note_column(element.attributes)
        elif element.name in _TEXT_ATTRIBUTES:
            names = _TEXT_ATTRIBUTES[element.name]
            values = (element.attributes.get(name, "") for name in names)
            self.texts += [value for value in values if value]

    def _end(self, element: Element) -> None:
        """Take the end of an element."""
        if element.name in ("v", "t"):
            self._put(element.text)
        elif element.name == "row":
            self.rows.append((self.number, self.row))
        elif element.name in _TEXTS:
            self.texts.append(_SIGNS.sub(" ", element.text))

    def _note_column(self, values: dict[str, str]) -> None:
        """Note columns that are hidden or have no width."""
        if values.get("hidden") in ("1", "true") or _NO_WIDTH.fullmatch(values.get("width", "9")):
            self.n_hidden += 1
            first, last = values.get("min", ""), values.get("max", "")
            if first.isdigit() and last.isdigit():
                self.hidden_columns.update(range(int(first), min(int(last), _WIDEST) + 1))

    def hides_codes(self) -> bool:
        """Tell whether a hidden column or cells that show nothing hold numbers of patients."""
        return any(map(self._is_of_codes, self.hidden_columns)) or holds_codes(self.unseen)

    def _is_of_codes(self, column: int) -> bool:
        """Tell whether cells of a column differ as numbers of patients, or list long ones."""
        cells = [row[column - 1] for _, row in self.rows[1:] if len(row) >= column]
        codes = {cell for cell in cells if _CODE.fullmatch(cell)}
        listed = [part for cell in cells for part in _BETWEEN.split(cell.strip()) if part]
        long = {part for part in listed if _LONG_CODE.fullmatch(part)}
        is_list = len(listed) > len(cells) and len(long) >= max(2, 0.7 * len(listed))
        return is_list or (len(codes) >= _FEWEST_CODES and len(codes) >= 0.7 * len(cells))

    def _begin(self, values: dict[str, str]) -> None:
        """Begin a cell at its column."""
        letters = _LETTERS.match(values.get("r", ""))
        self.column = _column_number(letters[0]) if letters else self.column + 1
        style = values.get("s", "")
        self.kind, self.style = values.get("t", "n"), int(style) if style.isdigit() else 0

    def _put(self, text: str) -> None:
        """Put the value of a cell into its row."""
        if not 0 < self.column <= _WIDEST:
            return
        shown = self._shown(text)
        self.row += [""] * (self.column - len(self.row))
        self.row[self.column - 1] += shown
        if self.style in self.styles.unseen and shown.strip():
            self.n_hidden += not self.unseen
            self.unseen.append(shown)

    def _shown(self, text: str) -> str:
        """Write a value as a reader sees it."""
        if self.kind == "s":
            return self.strings.at(text)
        return _date(text) if self.kind == "n" and self.style in self.styles.dated else text


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
