"""Headings, paragraphs, lists and gaps in Word."""

from __future__ import annotations

from collections.abc import Iterable

from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.xmlchemy import BaseOxmlElement

from analysis.report.document import Gap, Heading, Items, Paragraph, Run
from analysis.report.word.elements import Bookmarks, element, paragraph, text_run

__all__ = ["Writer"]

_STYLES = {"text": "Normal", "code": "Code", "quote": "Quote", "term": "Term"}
_DEEPEST = 3  # of headings and of lists


class Writer:
    """Turns text of the report into paragraphs of one Word document.

    Parameters
    ----------
    word : docx.document.Document
        Keeps the addresses of links.
    bookmarks : Bookmarks
        Where links inside the report lead.
    """

    def __init__(self, word: WordDocument, bookmarks: Bookmarks) -> None:
        self._word = word
        self.bookmarks = bookmarks

    def runs(
        self, runs: Iterable[Run], *, size: float = 0.0, bold: bool = False
    ) -> list[BaseOxmlElement]:
        """Write runs, with their links.

        Parameters
        ----------
        runs : iterable of Run
            Pieces of a text.
        size : float
            Points of the letters; 0 leaves them to the style.
        bold : bool
            Whether all of it is bold.

        Returns
        -------
        list of lxml element
            For a paragraph.
        """
        return [self._run(run, size=size, bold=bold) for run in runs]

    def _run(self, run: Run, *, size: float, bold: bool) -> BaseOxmlElement:
        """Write one run; a link that leads nowhere is plain text."""
        target = self._target(run.link)
        style = "Hyperlink" if target else "CodeText" if run.code else ""
        made = text_run(run.text, bold=bold or run.bold, italic=run.italic, style=style, size=size)
        return element("w:hyperlink", target, made) if target else made

    def _target(self, link: str) -> dict[str, object]:
        """Say where a link leads."""
        inside = self.bookmarks.name(link)
        if inside:
            return {"w:anchor": inside, "w:history": 1}
        if not link or link.startswith("#"):
            return {}
        place = self._word.part.relate_to(link, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        return {"r:id": place, "w:history": 1}

    def heading(self, block: Heading, name: str, *, first: bool) -> BaseOxmlElement:
        """Write a heading.

        Parameters
        ----------
        block : Heading
            Level 2 of the page is "Heading 1" of Word, since the title has a style of its own.
        name : str
            Bookmark around it.
        first : bool
            The first chapter stays on the page of the title.

        Returns
        -------
        lxml element
            A paragraph.
        """
        style = f"Heading{min(block.level - 1, _DEEPEST)}"
        words = self.bookmarks.around(name, text_run(block.text))
        return paragraph(style, *words, page_break=False if first else None)

    def paragraph(self, block: Paragraph, *, keep_next: bool = False) -> BaseOxmlElement:
        """Write a paragraph of text.

        Parameters
        ----------
        block : Paragraph
            Any kind.
        keep_next : bool
            Whether it stays with what follows, since it leads up to that.

        Returns
        -------
        lxml element
            A paragraph.
        """
        # the style of code has its own letters, so that a mark of code is not needed there
        runs = [Run(text=r.text) for r in block.runs] if block.kind == "code" else block.runs
        return paragraph(_STYLES[block.kind], *self.runs(runs), keep_next=keep_next)

    def gap(self, block: Gap) -> BaseOxmlElement:
        """Write what could not be shown.

        Parameters
        ----------
        block : Gap
            The sentence.

        Returns
        -------
        lxml element
            A paragraph that stands out.
        """
        return paragraph("Gap", *self.runs(block.runs))

    def items(self, block: Items) -> list[BaseOxmlElement]:
        """Write a list.

        Parameters
        ----------
        block : Items
            Key points stand out from other lists. Numbers are written out, so that a list never
            goes on counting from another.

        Returns
        -------
        list of lxml element
            A paragraph for each point.
        """
        made = []
        for item in block.items:
            deep = "" if item.depth == 0 else str(min(item.depth + 1, _DEEPEST))
            style = "KeyPoint" if block.key and not deep else f"ListBullet{deep}"
            number: list[BaseOxmlElement] = []
            if item.number:
                style = "ListNumber"
                tab = element("w:r", None, element("w:tab"))
                number = [text_run(f"{item.number}."), tab]
            made.append(paragraph(style, *number, *self.runs(item.runs)))
        return made
