"""What all Office files share: parts in an archive, properties, links to elsewhere, pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.parsers import expat
from zipfile import ZipFile

from analysis.privacy.files.pieces.archive import member_source
from analysis.privacy.files.pieces.limits import Limits
from analysis.privacy.files.pieces.office_tables import tables_of
from analysis.privacy.files.pieces.piece import Piece, Trouble
from analysis.privacy.files.pieces.safe_xml import Element, read_xml
from analysis.privacy.files.pieces.source import Source
from analysis.privacy.files.printed_tables import headed_table

__all__ = ["other_parts", "part_texts", "property_pieces", "read_part"]

_AUTHORS = {"creator", "lastModifiedBy", "manager", "Manager", "initial-creator", "author"}
_TIMES = {
    "created",
    "modified",
    "lastPrinted",
    "TotalTime",
    "creation-date",
    "date",
    "editing-duration",
    "print-date",
}
_OF_PROGRAMS = {
    "Application", "AppVersion", "Template", "DocSecurity", "ScaleCrop", "LinksUpToDate",
    "SharedDoc", "Pages", "Words",
    "HyperlinksChanged", "Characters", "CharactersWithSpaces", "Lines", "Paragraphs", "revision",
    "Slides", "Notes",
    "generator", "editing-cycles", "version", "i4",
}  # fmt: skip


_FILE_INSIDE = re.compile(r"(?i)\.(?:png|jpe?g|svg|html?|mht|rtf|txt|csv)$")
_PICTURE = re.compile(r"(?i)\.(?:gif|bmp|tiff?|webp|heic|heif|avif|jfif|jp2|emf|wmf|emz|wmz|wdp)$")


def read_part(archive: ZipFile, name: str, limits: Limits) -> Iterator[Element | Trouble]:
    """Give the elements of one part of an Office file, in the order of their ends and beginnings.

    Parameters
    ----------
    archive : zipfile.ZipFile
        The open file.
    name : str
        Name of the part.
    limits : Limits
        Limits of size and depth.

    Yields
    ------
    Element or Trouble
        A trouble last when the part is broken; nothing when it is not there.
    """
    if name not in archive.namelist():
        return
    found: list[Element] = []
    try:
        with archive.open(name) as handle:
            read_xml(handle, limits, found.append)  # type: ignore[arg-type]
    except expat.ExpatError:
        yield from found
        yield Trouble(where="part", kind="damaged")
        return
    yield from found


def part_texts(archive: ZipFile, name: str, limits: Limits) -> Iterator[tuple[str, dict[str, str]]]:
    """Give every text of a part with the attributes of its element.

    Parameters
    ----------
    archive : zipfile.ZipFile
        The open file.
    name : str
        Name of the part.
    limits : Limits
        Limits of size and depth.

    Yields
    ------
    tuple of str and dict
        Texts, and attributes of elements without a text.
    """
    for element in read_part(archive, name, limits):
        if isinstance(element, Element):
            if element.is_end and element.text.strip():
                yield element.text.strip(), {}
            elif not element.is_end and element.attributes:
                yield "", element.attributes


def property_pieces(archive: ZipFile, limits: Limits) -> Iterator[Piece | Trouble]:
    """Give the properties of a document: author, title, company, keywords, own ones.

    Parameters
    ----------
    archive : zipfile.ZipFile
        The open file.
    limits : Limits
        Limits of size and depth.

    Yields
    ------
    Piece or Trouble
        One piece per property; times of saving are left out.
    """
    for part in ("docProps/core.xml", "docProps/app.xml", "docProps/custom.xml", "meta.xml"):
        for element in read_part(archive, part, limits):
            if isinstance(element, Trouble):
                yield Trouble(where="document properties", kind=element.kind)
            elif (
                element.is_end
                and element.text.strip()
                and element.name not in _TIMES | _OF_PROGRAMS
            ):
                kind = "author" if element.name in _AUTHORS else "other"
                yield Piece(
                    where=f"document properties: {kind}", role="label", text=element.text.strip()
                )


def other_parts(
    archive: ZipFile, limits: Limits, read: re.Pattern[str]
) -> Iterator[Piece | Trouble | Source]:
    """Give the parts that the reader of the format does not know: links, left-overs, pictures.

    Parameters
    ----------
    archive : zipfile.ZipFile
        The open file.
    limits : Limits
        Limits of size and depth.
    read : re.Pattern
        Names of the parts that were read.

    Yields
    ------
    Piece, Trouble or Source
        Sources are files inside the file, to be read as files are.
    """
    for member in archive.infolist():
        name = member.filename
        if (
            read.search(name)
            or (name.startswith("docProps/") and name.endswith(".xml"))
            or name in ("[Content_Types].xml", "meta.xml")
        ):
            continue
        if "/embeddings/" in name or _FILE_INSIDE.search(name):
            inner = member_source(archive, member, nesting=1)
            if inner is not None:
                yield inner
        else:
            yield from _other_part(archive, name, limits)


def _other_part(archive: ZipFile, name: str, limits: Limits) -> Iterator[Piece | Trouble]:
    """Give what a part that is no file by itself holds."""
    if name.endswith(".rels"):
        targets = [
            values.get("Target", "")
            for _, values in part_texts(archive, name, limits)
            if values.get("TargetMode") == "External"
        ]
        if targets:
            yield Piece(where="links to elsewhere", role="prose", text="\n".join(targets))
    elif _PICTURE.search(name):
        yield Piece(where="pictures", role="picture")
    elif name.endswith("/settings.xml"):
        kept = [
            f"{values['name']} {values['val']}"
            for _, values in part_texts(archive, name, limits)
            if {"name", "val"} <= set(values)
        ]
        yield Piece(where="variables of the document", role="prose", text="\n".join(kept))
    elif name.endswith((".xml", ".vml")):
        yield from _left_over(archive, name, limits)
    elif name.endswith("vbaProject.bin"):
        yield Piece(where="program", role="picture", hidden="program")


_ROWS_AT_ONCE = 500
_STYLE_PARTS = re.compile(
    r"(?:styles|theme\w*|fontTable|settings|webSettings|numbering|calcChain|metadata"
    r"|presProps|viewProps|tableStyles|manifest|slideLayout\d+|slideMaster\d+|chartStyle\w*"
    r"|style\d+|colors\d+)\.xml$"
)


def _left_over(archive: ZipFile, name: str, limits: Limits) -> Iterator[Piece | Trouble]:
    """Give the texts of a part that a reader hardly sees."""
    if _STYLE_PARTS.search(name):
        return
    for number, rows in enumerate(tables_of(read_part(archive, name, limits)), start=1):
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            table = headed_table([*rows[:1], *rows[max(1, start) : start + _ROWS_AT_ONCE]])
            yield Piece(where=f"other parts, table {number}", role="table", table=table)
    texts = []
    for text, values in part_texts(archive, name, limits):
        if "/drawings/" in name and text.lstrip("-").isdigit():
            continue  # the place of a chart, in cells
        texts += (
            [text]
            if text
            else [value for key, value in values.items() if _may_hold_text(key, value)]
        )
    for start in range(0, len(texts), 2_000):
        yield Piece(where="other parts", role="prose", text="\n".join(texts[start : start + 2_000]))


def _may_hold_text(name: str, value: str) -> bool:
    """Tell whether an attribute can carry text of a person."""
    return name in {
        "v",
        "name",
        "descr",
        "title",
        "author",
        "displayName",
        "userId",
        "connection",
        "sourceFile",
        "refersTo",
        "text",
        "initials",
        "providerId",
        "sheetName",
    } and bool(value)
