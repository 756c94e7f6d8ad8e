"""How a workbook shows its cells: which styles show numbers as dates, and which show nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable

from analysis.privacy.files.pieces.piece import Trouble
from analysis.privacy.files.pieces.safe_xml import Element
from analysis.privacy.files.pieces.unseen import PAPER, are_alike, colour_of

__all__ = ["CellStyles"]

_DATES = {*range(14, 23), *range(27, 37), *range(50, 59)}
_SHOWS_NOTHING = re.compile(r"\s*(?:;\s*){2,3}(?:@\s*)?")
_SMALLEST = 2.0
_OF_SYSTEM = {"0": "000000", "8": "000000", "64": "000000", "1": PAPER, "9": PAPER, "65": PAPER}
_OF_THEME = {"0": PAPER, "1": "000000"}


class CellStyles:
    """The styles of cells by their numbers.

    Parameters
    ----------
    elements : iterable of Element or Trouble
        Those of the part ``xl/styles.xml``, in their order.

    Attributes
    ----------
    dated : set of int
        Styles that show a number as a date.
    unseen : set of int
        Styles whose letters have the colour of the cell, are tiny, or whose format is ``;;;``.
    """

    def __init__(self, elements: Iterable[Element | Trouble]) -> None:
        self._formats: dict[int, str] = {}
        self._letters: list[str | None] = []
        self._sizes: list[float] = []
        self._grounds: list[str | None] = []
        self._is_solid = False
        self.dated: set[int] = set()
        self.unseen: set[int] = set()
        self._n = 0
        for element in elements:
            if isinstance(element, Element) and not element.is_end and "dxfs" not in element.path:
                self._take(element)

    def _take(self, element: Element) -> None:
        """Take one element that begins."""
        values, around = element.attributes, element.path[-1:]
        if element.name == "numFmt":
            self._formats[_number(values.get("numFmtId"))] = values.get("formatCode", "")
        elif element.name == "xf" and "cellXfs" in around:
            self._take_style(values)
        elif element.name == "font" and "fonts" in around:
            self._letters.append(None)
            self._sizes.append(11.0)
        elif "font" in around and self._letters:
            self._take_letters(element.name, values)
        elif element.name == "fill" and "fills" in around:
            self._grounds.append(PAPER)
        elif element.name == "patternFill" and self._grounds:
            pattern = values.get("patternType", "none")
            self._grounds[-1] = PAPER if pattern == "none" else None
            self._is_solid = pattern == "solid"
        elif element.name == "fgColor" and self._grounds and self._is_solid:
            self._grounds[-1] = _colour(values)

    def _take_letters(self, name: str, values: dict[str, str]) -> None:
        """Take colour or size of the last font."""
        if name == "color":
            self._letters[-1] = _colour(values)
        elif name == "sz" and re.fullmatch(r"\d+(?:\.\d+)?", values.get("val", "")):
            self._sizes[-1] = float(values["val"])

    def _take_style(self, values: dict[str, str]) -> None:
        """Judge one style by its format, font and fill, which are listed before it."""
        code = _number(values.get("numFmtId"))
        shown = self._formats.get(code, "")
        if code in _DATES or _is_date_format(shown):
            self.dated.add(self._n)
        font, fill = _number(values.get("fontId")), _number(values.get("fillId"))
        letters = self._letters[font] if font < len(self._letters) else None
        ground = self._grounds[fill] if fill < len(self._grounds) else PAPER
        tiny = font < len(self._sizes) and self._sizes[font] <= _SMALLEST
        if tiny or are_alike(letters, ground) or _SHOWS_NOTHING.fullmatch(shown):
            self.unseen.add(self._n)
        self._n += 1


def _number(text: str | None) -> int:
    """Read a number of a list; 0 where there is none."""
    return int(text) if text and text.isdigit() else 0


def _colour(values: dict[str, str]) -> str | None:
    """Read a colour: its own, one of the system, or one of the first two of a theme."""
    if "rgb" in values:
        return colour_of(values["rgb"][-6:])
    if "theme" in values:
        return None if values.get("tint", "0") != "0" else _OF_THEME.get(values["theme"])
    return _OF_SYSTEM.get(values.get("indexed", ""))


def _is_date_format(code: str) -> bool:
    """Tell whether a format of numbers shows a day or a year."""
    plain = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", code).casefold()
    return "general" not in plain and (
        "yy" in plain or re.search(r"\bd{1,2}\b|d[^a-z]", plain) is not None
    )
