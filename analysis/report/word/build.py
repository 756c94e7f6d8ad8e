"""From the parts of a report to the bytes of a Word document."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby, pairwise

from docx.document import Document as WordDocument
from docx.oxml.xmlchemy import BaseOxmlElement

from analysis.report.archive import repacked
from analysis.report.document import (
    Block,
    Document,
    Figure,
    Gap,
    Heading,
    Items,
    Paragraph,
    Table,
)
from analysis.report.word.contents import contents
from analysis.report.word.elements import Bookmarks, paragraph, text_run
from analysis.report.word.figures import figure_blocks
from analysis.report.word.pages import head_and_foot, lay_out
from analysis.report.word.tables import table_blocks
from analysis.report.word.template import empty_document
from analysis.report.word.text import Writer
from analysis.report.word.widths import Layout, layout_of

__all__ = ["word_bytes"]

_CHAPTER = 2  # level of the heading of a chapter
_FEW = 4  # so many paragraphs between two pages on their side do not turn the page back
_NUMBERS = (
    "The numbers behind each figure are in the other forms of this report: below the figure in the "
    "HTML page, and on a sheet of the figure’s name in the Excel workbook."
)


def word_bytes(report: Document, *, made: datetime, line: str = "") -> bytes:
    """Write a report as a Word document.

    Parameters
    ----------
    report : Document
        What `analysis.report.document.read_document` read.
    made : datetime.datetime
        When the report was made, in UTC.
    line : str
        Stands at the foot of every page; the banner of the report when empty.

    Returns
    -------
    bytes
        A ``.docx`` file, A4; the same report made at the same time gives the same bytes. Numbers
        behind figures are left out, and the document says where they are.

    Examples
    --------
    >>> from datetime import UTC
    >>> from analysis.report.document import read_document
    >>> report = read_document("<h1>Report</h1><main><h2>Safety</h2><p>No event.</p></main>")
    >>> content = word_bytes(report, made=datetime(2026, 1, 31, tzinfo=UTC))
    >>> content[:2], content == word_bytes(report, made=datetime(2026, 1, 31, tzinfo=UTC))
    (b'PK', True)
    """
    word = empty_document(report, made)
    head_and_foot(word, title=report.title, line=line or report.banner)
    names = [_bookmark(number, block) for number, block in enumerate(report.blocks, start=1)]
    anchors = {
        anchor: name
        for name, block in zip(names, report.blocks, strict=True)
        if isinstance(block, Heading | Table | Figure)
        for anchor in block.anchors
    }
    maker = _Maker(word, Writer(word, Bookmarks(anchors)), report, names)
    lay_out(word, list(maker.pages()))
    target = io.BytesIO()
    word.save(target)
    return repacked(target.getvalue(), {})


def _bookmark(number: int, block: Block) -> str:
    """Name the bookmark of a block as Word would."""
    if isinstance(block, Heading):
        return f"_Toc{number:08d}"
    return f"_Ref{number:08d}" if isinstance(block, Table | Figure) and block.anchors else ""


class _Maker:
    """Makes the blocks of one document."""

    def __init__(
        self, word: WordDocument, writer: Writer, report: Document, names: Sequence[str]
    ) -> None:
        self._word = word
        self._writer = writer
        self._report = report
        self._names = names
        tables = [block if isinstance(block, Table) else None for block in report.blocks]
        self._layouts = [layout_of(table) if table else None for table in tables]

    def pages(self) -> Iterator[tuple[bool, list[BaseOxmlElement]]]:
        """Give runs of pages: whether they lie on their side, and what is on them."""
        turned = _turned(self._report.blocks, self._layouts)
        rest = _second_chapter(self._report.blocks) + 1  # the title block is the first
        made = [self._title(), *self._blocks()]
        sides = [False, *turned]
        made.insert(rest, self._contents(new_page=rest > 1))
        sides.insert(rest, False)
        for landscape, run in groupby(zip(sides, made, strict=True), key=lambda pair: pair[0]):
            yield landscape, [element for _, elements in run for element in elements]

    def _title(self) -> list[BaseOxmlElement]:
        """Write the title block."""
        report = self._report
        lines = (("Title", report.title), ("Subtitle", report.subtitle), ("Banner", report.banner))
        return [paragraph(style, text_run(text)) for style, text in lines if text]

    def _contents(self, *, new_page: bool) -> list[BaseOxmlElement]:
        """Write the contents, and where numbers of figures are."""
        blocks = self._report.blocks
        pairs = zip(self._names, blocks, strict=True)
        headings = [(name, block) for name, block in pairs if isinstance(block, Heading)]
        made = contents(headings, new_page=new_page) if headings else []
        has_numbers = any(isinstance(b, Figure) and b.numbers is not None for b in blocks)
        return [*made, paragraph("ContentsNote", text_run(_NUMBERS))] if has_numbers else made

    def _blocks(self) -> list[list[BaseOxmlElement]]:
        """Write all blocks."""
        labels = [label for label, _ in self._report.labelled()]
        return [self._block(number, label) for number, label in enumerate(labels)]

    def _block(self, number: int, label: str) -> list[BaseOxmlElement]:
        """Write one block."""
        block, name = self._report.blocks[number], self._names[number]
        if isinstance(block, Table):
            layout = self._layouts[number] or layout_of(block)
            text = self._comes_next(number, (Paragraph, Items, Gap))
            return table_blocks(
                self._writer, block, layout, label=label, name=name, text_follows=text
            )
        if isinstance(block, Figure):
            return figure_blocks(self._word, self._writer, block, label=label, name=name)
        if isinstance(block, Items):
            return self._writer.items(block)
        if isinstance(block, Heading):
            return [self._writer.heading(block, name, first=number == 0)]
        if isinstance(block, Gap):
            return [self._writer.gap(block)]
        return [self._writer.paragraph(block, keep_next=self._comes_next(number, (Table, Figure)))]

    def _comes_next(self, number: int, kinds: tuple[type, ...]) -> bool:
        """Tell whether a block of some kinds comes right after a block."""
        return any(isinstance(b, kinds) for b in self._report.blocks[number + 1 : number + 2])


def _second_chapter(blocks: Sequence[Block]) -> int:
    """Say before which block the contents stand: the second chapter, else the first block.

    The first chapter is what a reader in a hurry reads, so it comes before the contents.
    """
    is_chapter = [isinstance(block, Heading) and block.level == _CHAPTER for block in blocks]
    chapters = [number for number, found in enumerate(is_chapter) if found]
    return chapters[1] if len(chapters) > 1 else 0


def _turned(blocks: Sequence[Block], layouts: Sequence[Layout | None]) -> list[bool]:
    """Say which blocks stand on pages on their side: wide tables and what belongs to them."""
    turned = [layout is not None and layout.landscape for layout in layouts]
    for number in [number for number, wide in enumerate(turned) if wide]:
        begin = _heading_above(blocks, number)
        turned[begin:number] = [True] * (number - begin)
    for begin, end in _stretches(turned):
        between = blocks[begin:end]
        if len(between) <= _FEW and all(isinstance(b, Paragraph | Gap | Items) for b in between):
            turned[begin:end] = [True] * (end - begin)
    return turned


def _heading_above(blocks: Sequence[Block], number: int) -> int:
    """Find the heading under which a table is the first that is no text; else the table itself."""
    begin = number
    while begin > 1 and not isinstance(blocks[begin - 1], Table | Figure):
        begin -= 1
        block = blocks[begin]
        if isinstance(block, Heading) and block.level == _CHAPTER:
            return begin
    headings = [n for n in range(max(begin, 1), number) if isinstance(blocks[n], Heading)]
    return headings[0] if headings and begin > 1 else number


def _stretches(turned: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Give begin and end of the upright stretches between two that are not."""
    wide = [number for number, is_wide in enumerate(turned) if is_wide]
    for before, after in pairwise(wide):
        if after - before > 1:
            yield before + 1, after
