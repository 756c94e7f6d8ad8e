"""Taking the page of a report apart into headings, text, tables and figures.

The page is the one source of all formats, so nothing that its main part or its footer says may be
lost here.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import replace

from bs4 import BeautifulSoup, Tag

from analysis.errors import ReportError
from analysis.report.document.model import (
    Block,
    Document,
    Figure,
    Gap,
    Heading,
    Item,
    Items,
    Paragraph,
    Run,
    Table,
    plain,
)
from analysis.report.document.tables import read_table
from analysis.report.document.text import LEFT_OUT, is_text, runs_of, tidy

__all__ = ["read_document"]

_HEADING = re.compile(r"h([2-6])")
_PNG = "data:image/png;base64,"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CONCLUSION = re.compile(r"Conclusion: (.+?)\.?\s*$", re.DOTALL)
_LISTS = ("ul", "ol")
_APART = ("table", "figure", "img", "details", "pre", "dl", *_LISTS)


def read_document(page: str) -> Document:
    """Take a page apart.

    Parameters
    ----------
    page : str
        The HTML page of a report.

    Returns
    -------
    Document
        Everything that the title block, the main part and the footer say, in reading order. The
        contents are left out: they follow from the headings.

    Raises
    ------
    ReportError
        When the page has no main part, or a figure is no PNG picture inside the page.

    Examples
    --------
    >>> page = '<html lang="en"><h1>Report</h1><main><h2>Safety</h2><p>No event.</p></main></html>'
    >>> report = read_document(page)
    >>> report.title, [type(block).__name__ for block in report.blocks]
    ('Report', ['Heading', 'Paragraph'])
    """
    soup = BeautifulSoup(page, "html.parser")
    main = soup.find("main")
    if main is None:
        raise ReportError(
            "The page of the report has no main part, so that no other format can be made of it. "
            "Put the results into <main>."
        )
    reader = _Reader(soup)
    reader.inside(main)
    for footer in soup.find_all("footer"):
        reader.footer(footer)
    root = soup.find("html")
    return Document(
        title=_said(soup, "h1") or "Report",
        subtitle=_said(soup, "header .subtitle"),
        banner=_said(soup, "header .banner"),
        language=str(root.get("lang", "en")) if root is not None else "en",
        blocks=tuple(reader.blocks),
    )


def _said(soup: BeautifulSoup, place: str) -> str:
    """Take the text of one element, if it is there."""
    found = soup.select_one(place)
    return plain(_text(found)) if found is not None else ""


def _text(element: Tag) -> tuple[Run, ...]:
    """Take the text inside an element."""
    return tidy(run for child in element.children for run in runs_of(child))


class _Reader:
    """Goes through elements in reading order and gathers blocks."""

    def __init__(self, soup: BeautifulSoup) -> None:
        self.blocks: list[Block] = []
        self._targets = {str(link["href"])[1:] for link in soup.select('a[href^="#"]')}
        self._waiting: list[str] = []  # ids of elements around the next block
        self._above = _said(soup, "h1") or "Report"

    def inside(self, element: Tag) -> None:
        """Read what an element holds; text between blocks is a paragraph of its own."""
        self._note(element)
        text: list[Run] = []
        for child in element.children:
            if is_text(child):
                text.extend(runs_of(child))
            elif isinstance(child, Tag) and child.name not in LEFT_OUT:
                self._say(text, element)
                text = []
                self._read(child)
        self._say(text, element)

    def footer(self, element: Tag) -> None:
        """Read a footer; its label is its heading where it has none."""
        label = str(element.get("aria-label", ""))
        if label and element.find(_HEADING) is None:
            self._note(element)
            self._heading(2, label)
        self.inside(element)

    def _note(self, element: Tag) -> None:
        """Keep the id of an element for the next block, if something leads to it."""
        name = str(element.get("id", ""))
        if name in self._targets and name not in self._waiting:
            self._waiting.append(name)
            self._targets.discard(name)

    def _anchors(self) -> tuple[str, ...]:
        """Take the ids that wait."""
        waiting, self._waiting = tuple(self._waiting), []
        return waiting

    def _say(self, runs: list[Run], element: Tag) -> None:
        """Add a paragraph, or a gap, if anything is said."""
        said = tidy(runs)
        if not said:
            return
        if "gap" in element.get_attribute_list("class"):
            self.blocks.append(Gap(runs=said))
        else:
            inside = element.name == "blockquote" or element.find_parent("blockquote") is not None
            self.blocks.append(Paragraph(runs=said, kind="quote" if inside else "text"))

    def _read(self, element: Tag) -> None:
        """Read an element that stands in a block of its own."""
        heading = _HEADING.fullmatch(element.name)
        if heading is not None:
            self._note(element)
            self._heading(int(heading[1]), plain(_text(element)))
        elif element.name in ("dt", "summary"):
            self.blocks.append(Paragraph(runs=_text(element), kind="term"))
        elif element.name == "pre":
            self._code(element)
        elif element.name in _LISTS:
            self._list(element)
        elif element.name == "table":
            self._table(element)
        elif element.name == "img":
            self._figure(element)
        elif element.name == "figcaption":
            self._caption(element)
        elif element.name == "details" and self._gives_numbers(element):
            self._numbers(element)
        else:
            self.inside(element)

    def _heading(self, level: int, text: str) -> None:
        """Add a heading."""
        self._above = text or self._above
        self.blocks.append(Heading(level=level, text=text, anchors=self._anchors()))

    def _code(self, element: Tag) -> None:
        """Add text that keeps its lines."""
        runs = [run for child in element.children for run in runs_of(child, verbatim=True)]
        text = plain(runs).strip("\n")
        if text.strip():
            self.blocks.append(Paragraph(runs=(Run(text=text, code=True),), kind="code"))

    def _list(self, element: Tag) -> None:
        """Add a list, and after it what cannot stand in a list."""
        after: list[Tag] = []
        items = tuple(_items(element, 0, after))
        if items:
            key = "points" in element.get_attribute_list("class")
            self.blocks.append(Items(items=items, key=key))
        for other in after:
            self._read(other)

    def _table(self, element: Tag) -> None:
        """Add a table; one without rows is read as text."""
        self._note(element)
        table = read_table(element, title=self._above)
        if table.head or table.body:
            self.blocks.append(replace(table, anchors=self._anchors()))
        else:
            self.inside(element)

    def _figure(self, element: Tag) -> None:
        """Add a figure."""
        self._note(element)
        alt = " ".join(str(element.get("alt", "")).split())
        concluded = _CONCLUSION.search(alt)
        self.blocks.append(
            Figure(
                png=_png(str(element.get("src", ""))),
                alt=alt,
                title=concluded[1] if concluded else self._above,
                anchors=self._anchors(),
            )
        )

    def _caption(self, element: Tag) -> None:
        """Give the figure before it its title."""
        said = plain(_text(element))
        if said and self.blocks and isinstance(self.blocks[-1], Figure):
            self.blocks[-1] = replace(self.blocks[-1], title=said)
        else:
            self.inside(element)

    def _gives_numbers(self, element: Tag) -> bool:
        """Tell whether details hold the numbers of the figure just before, and nothing else."""
        before = self.blocks[-1] if self.blocks else None
        if not isinstance(before, Figure) or before.numbers is not None:
            return False
        parts = [child for child in element.children if str(child).strip()]
        names = [child.name if isinstance(child, Tag) else "" for child in parts]
        return [name for name in names if name != "summary"] in (["table"], ["div"]) and (
            len(element.find_all("table")) == 1
        )

    def _numbers(self, element: Tag) -> None:
        """Give the figure before its numbers."""
        figure, table = self.blocks[-1], element.find("table")
        if isinstance(figure, Figure) and table is not None:
            numbers: Table = read_table(table, title=figure.title)
            self.blocks[-1] = replace(figure, numbers=numbers)


def _png(source: str) -> bytes:
    """Take the picture out of its address."""
    try:
        content = base64.b64decode("".join(source.removeprefix(_PNG).split()), validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not source.startswith(_PNG) or not content.startswith(_SIGNATURE):
        raise ReportError(
            "A figure of the report is no PNG picture inside its page, so that it cannot be put "
            "into other formats. Show it with analysis.figures.show."
        )
    return content


def _items(element: Tag, depth: int, after: list[Tag]) -> Iterator[Item]:
    """Read the points of a list, and those of the lists inside it."""
    number = 0
    for point in element.children:
        parts = list(point.children) if isinstance(point, Tag) and point.name == "li" else [point]
        number += isinstance(point, Tag)
        apart = [part for part in parts if isinstance(part, Tag) and _stands_apart(part)]
        said = tidy(run for part in parts if part not in apart for run in runs_of(part))
        if said:
            yield Item(runs=said, depth=depth, number=number if element.name == "ol" else 0)
        for part in apart:
            if part.name in _LISTS:
                yield from _items(part, depth + 1, after)
            else:
                after.append(part)


def _stands_apart(element: Tag) -> bool:
    """Tell whether an element is, or holds, what cannot stand in the text of a point."""
    return element.name in _APART or element.find(_APART) is not None
