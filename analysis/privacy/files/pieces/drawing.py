"""Reading SVG: its texts, comments, labels of elements, and how many marks it draws."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.parsers import expat

from analysis.privacy.files.pieces.chart_marks import ChartMarks
from analysis.privacy.files.pieces.limits import Limits
from analysis.privacy.files.pieces.page_script import script_pieces
from analysis.privacy.files.pieces.piece import Piece, Trouble
from analysis.privacy.files.pieces.safe_xml import Element, read_xml
from analysis.privacy.files.pieces.source import Source

__all__ = ["drawing_pieces"]

_TEXTS = {"text", "tspan", "title", "desc", "p", "span", "td", "th", "div", "li"}
_LABELS = ("id", "gid", "label", "aria-label", "title", "href", "class", "name")
_PICTURES = {"image", "feImage"}
_OF_PROGRAMS = {"date", "format", "type", "source", "language", "Work"}
_AUTHORS = {"creator", "publisher", "contributor", "rights"}
_CHART_PROGRAM = re.compile(r"(?i)\b(?:matplotlib|plotly|vega|bokeh|altair|svglite|ggplot2?)\b")
"""Programs that store a heat map, or many marks, as a picture inside the drawing."""


def drawing_pieces(source: Source, limits: Limits) -> Iterator[Piece | Trouble]:
    """Give the content of an SVG file as pieces.

    Parameters
    ----------
    source : Source
        The file.
    limits : Limits
        Limits of size and depth.

    Yields
    ------
    Piece or Trouble
        Texts line by line; pictures of points inside the drawing; labels of elements with digits;
        comments, in which programs that draw letters as shapes keep them; a trouble when there
        are many marks, or a picture of points that no chart program put there.
    """
    drawing = _Drawing()
    try:
        with source.open() as handle:
            read_xml(
                handle, limits, drawing.seen, comment=drawing.comments.append, may_name_type=True
            )
    except expat.ExpatError:
        yield Trouble(where="file", kind="damaged")
    yield Piece(where="text", role="printed", text="\n".join(drawing.texts))
    yield Piece(
        where="comments", role="printed", text="\n".join(text.strip() for text in drawing.comments)
    )
    yield Piece(where="labels of elements", role="prose", text="\n".join(drawing.labels))
    for script in drawing.scripts:
        yield from script_pieces(script, where="script", limits=limits)
    for author in drawing.authors:
        yield Piece(where="document properties: author", role="label", text=author)
    if drawing.pictures:
        yield Piece(where="drawing, picture", role="picture")
    if drawing.embedded and not drawing.is_of_chart_program:
        yield Trouble(where="drawing, picture", kind="picture in a drawing")
    if drawing.marks.kind:
        yield Trouble(where="drawing", kind=drawing.marks.kind)


class _Drawing:
    """What an SVG file holds, gathered in one pass."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.labels: list[str] = []
        self.comments: list[str] = []
        self.authors: list[str] = []
        self.scripts: list[str] = []
        self.pictures = self.embedded = 0
        self.is_of_chart_program = False
        self.marks = ChartMarks()

    def seen(self, element: Element) -> None:
        """Take one element."""
        if element.is_end:
            self._take_text(element)
            return
        self.marks.take(element.name, element.attributes)
        drawn = element.attributes.get("href", "")
        if element.name in _PICTURES:
            self.embedded += drawn.startswith("data:")
            self.pictures += not drawn.startswith(("data:", "#"))
        self._look_for_program(element.attributes.get("class", ""))
        for name, value in element.attributes.items():
            is_label = name in _LABELS or name.startswith("data-")
            is_file = "data:" in value
            if is_file or (is_label and any(map(str.isdigit, value)) and not value.startswith("#")):
                self.labels.append(value)

    def _look_for_program(self, text: str) -> None:
        """Note that the metadata or a class name the program that drew a chart."""
        self.is_of_chart_program |= _CHART_PROGRAM.search(text) is not None

    @staticmethod
    def _is_metadata(element: Element) -> bool:
        """Tell texts of the metadata from what the drawing program writes there by itself."""
        return "metadata" in (element.name, *element.path) and element.name not in _OF_PROGRAMS

    def _take_text(self, element: Element) -> None:
        """Keep the text of an element that ends."""
        text = " ".join(element.text.split())
        if not text:
            return
        if "metadata" in element.path:
            self._look_for_program(text)
        if _AUTHORS & {element.name, *element.path}:
            self.authors.append(text)
        elif element.name == "script":
            self.scripts.append(element.text)
        elif element.name in _TEXTS or self._is_metadata(element):
            self.texts.append(text)
