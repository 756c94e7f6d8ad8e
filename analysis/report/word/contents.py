"""The table of contents: a field that Word can bring up to date, filled in before it does."""

from __future__ import annotations

from collections.abc import Sequence

from docx.oxml.xmlchemy import BaseOxmlElement

from analysis.report.document import Heading
from analysis.report.word.elements import element, field, paragraph, text_run

__all__ = ["contents"]

_CHAPTER, _PART = 2, 3  # levels of the page
_LINES = 46  # so many fit on one page; a longer list has the chapters only
_NOTE = "For page numbers, click into this list and press F9."


def contents(
    headings: Sequence[tuple[str, Heading]], *, new_page: bool = False
) -> list[BaseOxmlElement]:
    """List the chapters and their parts as links.

    Parameters
    ----------
    headings : sequence of (str, Heading)
        Bookmark and heading, in reading order; at least one.
    new_page : bool
        Whether the list begins a page.

    Returns
    -------
    list of lxml element
        The heading, and a block that Word knows as a table of contents. Page numbers are known to
        Word only, so that none is shown before the field is brought up to date; the line that says
        so goes away then.
    """
    deepest = _PART if sum(h.level <= _PART for _, h in headings) <= _LINES else _CHAPTER
    listed = [(name, h) for name, h in headings if h.level <= deepest]
    lines = [_line(name, heading) for name, heading in listed]
    lines.append(paragraph("ContentsNote", text_run(_NOTE)))
    begin, code, separate, end = field(f'TOC \\o "1-{deepest - 1}" \\h \\z \\u')
    for position, mark in enumerate((begin, code, separate), start=1):  # after its properties
        lines[0].insert(position, mark)
    lines[-1].append(end)
    gallery = element(
        "w:docPartObj",
        None,
        element("w:docPartGallery", {"w:val": "Table of Contents"}),
        element("w:docPartUnique"),
    )
    heading = paragraph("ContentsHeading", text_run("Contents"), page_break=new_page)
    block = element(
        "w:sdt",
        None,
        element("w:sdtPr", None, gallery),
        element("w:sdtContent", None, heading, *lines),
    )
    return [block]


def _line(name: str, heading: Heading) -> BaseOxmlElement:
    """Write one line of the list."""
    link = element("w:hyperlink", {"w:anchor": name, "w:history": 1}, text_run(heading.text))
    return paragraph(f"TOC{heading.level - 1}", link)
