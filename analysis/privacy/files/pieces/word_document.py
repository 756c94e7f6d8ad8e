"""Reading Word documents: text, tables, comments, notes, deleted and hidden text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from zipfile import ZipFile

from analysis.privacy.files.pieces.limits import Limits
from analysis.privacy.files.pieces.office import other_parts, property_pieces, read_part
from analysis.privacy.files.pieces.piece import Piece, Trouble
from analysis.privacy.files.pieces.source import Source
from analysis.privacy.files.pieces.unseen import holds_codes
from analysis.privacy.files.pieces.word_looks import Look, styles_of
from analysis.privacy.files.pieces.word_story import WordStory
from analysis.privacy.files.printed_tables import headed_table

__all__ = ["document_pieces"]

_READ = re.compile(r"^word/(?:document|comments\w*|header\d*|footer\d*|footnotes|endnotes)\.xml$")
_PLACES = (
    ("document", "body"), ("comments", "comments"), ("header", "headers"), ("footer", "footers"),
    ("footnotes", "footnotes"), ("endnotes", "endnotes"),
)  # fmt: skip


def document_pieces(archive: ZipFile, limits: Limits) -> Iterator[Piece | Trouble | Source]:
    """Give the content of a Word document as pieces.

    Parameters
    ----------
    archive : zipfile.ZipFile
        An open ``.docx`` or ``.docm`` file whose limits were checked.
    limits : Limits
        Limits of size and depth.

    Yields
    ------
    Piece, Trouble or Source
        Texts, tables, and files inside the file.
    """
    if "word/document.xml" not in archive.namelist():
        yield Trouble(where="file", kind="damaged")
    styles = styles_of(read_part(archive, "word/styles.xml", limits))
    for name in archive.namelist():
        if _READ.match(name):
            yield from _story_pieces(archive, name, styles, limits)
    yield from property_pieces(archive, limits)
    yield from other_parts(archive, limits, _READ)


def _place(name: str) -> str:
    """Name a part in words that are ours."""
    stem = name.removeprefix("word/")
    return next(place for start, place in _PLACES if stem.startswith(start))


def _story_pieces(
    archive: ZipFile, name: str, styles: Mapping[str, Look], limits: Limits
) -> Iterator[Piece | Trouble]:
    """Give the text of one part."""
    where, story = _place(name), WordStory(styles)
    for element in read_part(archive, name, limits):
        if isinstance(element, Trouble):
            yield Trouble(where=where, kind=element.kind)
        else:
            story.seen(element)
    hidden = "comment" if where == "comments" else ""
    for number, table in enumerate(story.tables, start=1):
        if table:
            yield Piece(where=f"{where}, table {number}", role="table", table=headed_table(table))
    for start in range(0, len(story.lines), 500):
        text = "\n".join(story.lines[start : start + 500])
        yield Piece(where=where, role="printed", text=text, hidden=hidden)
    if story.deleted:
        yield Piece(
            where=f"{where}, deleted text",
            role="printed",
            text="\n".join(story.deleted),
            hidden="tracked change",
        )
    if story.vanished:
        yield Piece(
            where=f"{where}, hidden text",
            role="printed",
            text="\n".join(story.vanished),
            hidden="hidden text",
        )
    if holds_codes(story.vanished):
        yield Trouble(where=f"{where}, hidden text", kind="hidden codes")
    for author in dict.fromkeys(story.authors):
        yield Piece(where=f"{where}: author", role="label", text=author)
