"""Pages of a Word document: upright or on their side, with a line above and lines below."""

from __future__ import annotations

import copy
from collections.abc import Sequence

from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import _Footer, _Header

from analysis.report.word.elements import field, paragraph, text_run

__all__ = ["head_and_foot", "lay_out"]

_SHORT, _LONG = 11906, 16838  # an A4 page, in twentieths of a point
_ONCE = ("w:headerReference", "w:footerReference", "w:titlePg")


def head_and_foot(word: WordDocument, *, title: str, line: str) -> None:
    """Write the line above all pages but the first, and the lines below all pages.

    Parameters
    ----------
    word : docx.document.Document
        With one section.
    title : str
        Above.
    line : str
        Below: who may see the report, or what is hidden in it.
    """
    section = word.sections[0]
    _fill(section.header, [paragraph("Header", text_run(title))])
    _fill(section.first_page_header, [paragraph("Footer")])
    for footer in (section.footer, section.first_page_footer):
        numbers = [
            text_run("Page "), *field("PAGE", text_run("1")),
            text_run(" of "), *field("NUMPAGES", text_run("1")),
        ]  # fmt: skip
        said = [paragraph("Footer", text_run(line))] if line else []
        _fill(footer, [*said, paragraph("Footer", *numbers, right=True)])


def _fill(part: _Header | _Footer, paragraphs: Sequence[BaseOxmlElement]) -> None:
    """Exchange what stands above or below."""
    part.is_linked_to_previous = False
    holder = part.paragraphs[0]._p.getparent()
    for old in list(holder):
        holder.remove(old)
    holder.extend(paragraphs)


def lay_out(word: WordDocument, runs: Sequence[tuple[bool, Sequence[BaseOxmlElement]]]) -> None:
    """Put blocks on pages.

    Parameters
    ----------
    word : docx.document.Document
        With one section, whose lines above and below hold for all.
    runs : sequence of (bool, sequence of lxml element)
        Whether pages lie on their side, and the blocks on them; each run begins a new page.
    """
    body = word.element.body
    whole = body.find(qn("w:sectPr"))
    for number, (landscape, blocks) in enumerate(runs):
        properties = whole if number == len(runs) - 1 else copy.deepcopy(whole)
        for block in blocks:
            whole.addprevious(block)
        if number:
            _take_over(properties)
        if landscape:
            _turn(properties)
        if properties is not whole:
            _last_paragraph(whole).find(qn("w:pPr")).append(properties)


def _last_paragraph(whole: BaseOxmlElement) -> BaseOxmlElement:
    """Return the paragraph before the end; one is added after a block of another kind."""
    before: BaseOxmlElement | None = whole.getprevious()
    if before is not None and before.tag == qn("w:p"):
        return before
    added = paragraph("TableEnd")
    whole.addprevious(added)
    return added


def _take_over(properties: BaseOxmlElement) -> None:
    """Let a section have the lines of the first one, and no title page of its own."""
    for tag in _ONCE:
        for found in properties.findall(qn(tag)):
            properties.remove(found)


def _turn(properties: BaseOxmlElement) -> None:
    """Lay the pages of a section on their side."""
    size = properties.find(qn("w:pgSz"))
    size.set(qn("w:w"), str(_LONG))
    size.set(qn("w:h"), str(_SHORT))
    size.set(qn("w:orient"), "landscape")
