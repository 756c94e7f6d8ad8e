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
from analysis.report.document.tree import Element, tree_of

__all__ = ["read_document"]

_LEVELS = {f"h{level}": level for level in range(2, 7)}
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
    root = tree_of(page)
    main = root.first("main")
    if main is None:
        raise ReportError(
            "The page of the report has no main part, so that no other format can be made of it. "
            "Put the results into <main>."
        )
    reader = _Reader(root)
    reader.inside(main)
    for footer in root.all("footer"):
        reader.footer(footer)
    whole = root.first("html")
    return Document(
        title=_title(root),
        subtitle=_in_header(root, "subtitle"),
        banner=_in_header(root, "banner"),
        language=whole.get("lang", "en") if whole is not None else "en",
        blocks=tuple(reader.blocks),
    )


def _title(root: Element) -> str:
    """Take the main heading."""
    heading = root.first("h1")
    return (plain(_text(heading)) if heading is not None else "") or "Report"


def _in_header(root: Element, wanted: str) -> str:
    """Take the text of a class in the title block, if it is there."""
    found = [e for header in root.all("header") for e in header.all() if wanted in e.classes]
    return plain(_text(found[0])) if found else ""


def _text(element: Element) -> tuple[Run, ...]:
    """Take the text inside an element."""
    return tidy(run for child in element.children for run in runs_of(child))


class _Reader:
    """Goes through elements in reading order and gathers blocks."""

    def __init__(self, root: Element) -> None:
        self.blocks: list[Block] = []
        links = [link.get("href") for link in root.all("a")]
        self._targets = {link[1:] for link in links if link.startswith("#")}
        self._waiting: list[str] = []  # ids of elements around the next block
        self._above = _title(root)

    def inside(self, element: Element) -> None:
        """Read what an element holds; text between blocks is a paragraph of its own."""
        self._note(element)
        text: list[Run] = []
        for child in element.children:
            if is_text(child):
                text.extend(runs_of(child))
            elif isinstance(child, Element) and child.name not in LEFT_OUT:
                self._say(text, element)
                text = []
                self._read(child)
        self._say(text, element)

    def footer(self, element: Element) -> None:
        """Read a footer; its label is its heading where it has none."""
        label = element.get("aria-label")
        if label and element.first(*_LEVELS) is None:
            self._note(element)
            self._heading(2, label)
        self.inside(element)

    def _note(self, element: Element) -> None:
        """Keep the id of an element for the next block, if something leads to it."""
        name = element.get("id")
        if name in self._targets and name not in self._waiting:
            self._waiting.append(name)
            self._targets.discard(name)

    def _anchors(self) -> tuple[str, ...]:
        """Take the ids that wait."""
        waiting, self._waiting = tuple(self._waiting), []
        return waiting

    def _say(self, runs: list[Run], element: Element) -> None:
        """Add a paragraph, or a gap, if anything is said."""
        said = tidy(runs)
        if not said:
            return
        if "gap" in element.classes:
            self.blocks.append(Gap(runs=said))
        else:
            inside = element.name == "blockquote" or element.around("blockquote") is not None
            self.blocks.append(Paragraph(runs=said, kind="quote" if inside else "text"))

    def _read(self, element: Element) -> None:
        """Read an element that stands in a block of its own."""
        if element.name in _LEVELS:
            self._note(element)
            self._heading(_LEVELS[element.name], plain(_text(element)))
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

    def _code(self, element: Element) -> None:
        """Add text that keeps its lines."""
        runs = [run for child in element.children for run in runs_of(child, verbatim=True)]
        text = plain(runs).strip("\n")
        if text.strip():
            self.blocks.append(Paragraph(runs=(Run(text=text, code=True),), kind="code"))

    def _list(self, element: Element) -> None:
        """Add a list, and after it what cannot stand in a list."""
        after: list[Element] = []
        items = tuple(_items(element, 0, after))
        if items:
            key = "points" in element.classes
            self.blocks.append(Items(items=items, key=key))
        for other in after:
            self._read(other)

    def _table(self, element: Element) -> None:
        """Add a table; one without rows is read as text."""
        self._note(element)
        table = read_table(element, title=self._above)
        if table.head or table.body:
            self.blocks.append(replace(table, anchors=self._anchors()))
        else:
            self.inside(element)

    def _figure(self, element: Element) -> None:
        """Add a figure."""
        self._note(element)
        alt = " ".join(element.get("alt").split())
        concluded = _CONCLUSION.search(alt)
        self.blocks.append(
            Figure(
                png=_png(element.get("src")),
                alt=alt,
                title=concluded[1] if concluded else self._above,
                anchors=self._anchors(),
            )
        )

    def _caption(self, element: Element) -> None:
        """Give the figure before it its title."""
        said = plain(_text(element))
        if said and self.blocks and isinstance(self.blocks[-1], Figure):
            self.blocks[-1] = replace(self.blocks[-1], title=said)
        else:
            self.inside(element)

    def _gives_numbers(self, element: Element) -> bool:
        """Tell whether details hold the numbers of the figure just before, and nothing else."""
        before = self.blocks[-1] if self.blocks else None
        if not isinstance(before, Figure) or before.numbers is not None:
            return False
        parts = [child for child in element.children if not _is_space(child)]
        names = ["" if isinstance(child, str) else child.name for child in parts]
        return [name for name in names if name != "summary"] in (["table"], ["div"]) and (
            len(list(element.all("table"))) == 1
        )

    def _numbers(self, element: Element) -> None:
        """Give the figure before its numbers."""
        figure, table = self.blocks[-1], element.first("table")
        if isinstance(figure, Figure) and table is not None:
            numbers: Table = read_table(table, title=figure.title)
            self.blocks[-1] = replace(figure, numbers=numbers)


def _is_space(node: Element | str) -> bool:
    """Tell whether a node is nothing but space between elements."""
    return isinstance(node, str) and not node.strip()


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


def _items(element: Element, depth: int, after: list[Element]) -> Iterator[Item]:
    """Read the points of a list, and those of the lists inside it."""
    number = 0
    for point in element.children:
        is_point = not isinstance(point, str) and point.name == "li"
        parts = point.children if isinstance(point, Element) and is_point else [point]
        number += is_point
        apart = [part for part in parts if isinstance(part, Element) and _stands_apart(part)]
        said = tidy(run for part in parts if part not in apart for run in runs_of(part))
        if said:
            yield Item(runs=said, depth=depth, number=number if element.name == "ol" else 0)
        for part in apart:
            if part.name in _LISTS:
                yield from _items(part, depth + 1, after)
            else:
                after.append(part)


def _stands_apart(element: Element) -> bool:
    """Tell whether an element is, or holds, what cannot stand in the text of a point."""
    return element.name in _APART or element.first(*_APART) is not None
