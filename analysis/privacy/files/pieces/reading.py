"""Which reader a file needs, and what becomes of a file that cannot be read."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from zipfile import BadZipFile, LargeZipFile, ZipFile

from analysis.privacy.files.pieces.archive import (
    archive_notes,
    member_source,
    names_a_person,
    require_safe,
    unsafe_members,
)
from analysis.privacy.files.pieces.delimited import delimited_pieces
from analysis.privacy.files.pieces.drawing import drawing_pieces
from analysis.privacy.files.pieces.embedded import files_in_piece, without_embedded_files
from analysis.privacy.files.pieces.limits import Limits, TooMuchError
from analysis.privacy.files.pieces.notebook import notebook_pieces
from analysis.privacy.files.pieces.office import other_parts, property_pieces
from analysis.privacy.files.pieces.parquet_file import parquet_pieces
from analysis.privacy.files.pieces.picture import picture_pieces
from analysis.privacy.files.pieces.piece import Piece, Trouble
from analysis.privacy.files.pieces.plain_text import encoding_of, text_pieces
from analysis.privacy.files.pieces.portable_document import pdf_pieces
from analysis.privacy.files.pieces.safe_xml import EntitiesError
from analysis.privacy.files.pieces.source import Source
from analysis.privacy.files.pieces.structured import json_pieces
from analysis.privacy.files.pieces.web_page import page_pieces
from analysis.privacy.files.pieces.word_document import document_pieces
from analysis.privacy.files.pieces.workbook import workbook_pieces

__all__ = ["DATA_ENDINGS", "pieces_of"]

DATA_ENDINGS = frozenset(
    {
        ".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".parquet", ".feather",
        ".arrow", ".sav", ".dta", ".sas7bdat",
        ".xpt", ".rds", ".rdata", ".ndjson", ".jsonl", ".db", ".sqlite", ".sqlite3", ".mdb",
        ".accdb", ".h5", ".hdf5", ".pkl",
        ".pickle", ".npy", ".npz",
    }
)  # fmt: skip
"""Endings of files that hold data and belong into a manifest or into the local zone."""

_Reader = Callable[[Source, Limits], Iterator[Piece | Trouble]]
_READERS: dict[str, _Reader] = {
    ".ipynb": notebook_pieces,
    ".html": page_pieces, ".htm": page_pieces, ".xhtml": page_pieces,
    ".csv": delimited_pieces, ".tsv": delimited_pieces, ".tab": delimited_pieces,
    ".json": json_pieces, ".geojson": json_pieces, ".vl.json": json_pieces,
    ".png": picture_pieces, ".jpg": picture_pieces, ".jpeg": picture_pieces, ".gif": picture_pieces,
    ".bmp": picture_pieces, ".webp": picture_pieces, ".tif": picture_pieces,
    ".tiff": picture_pieces,
    ".svg": drawing_pieces, ".pdf": pdf_pieces, ".parquet": parquet_pieces,
}  # fmt: skip
_CODE = frozenset(
    {
        ".py",
        ".r",
        ".toml",
        ".cfg",
        ".ini",
        ".yml",
        ".yaml",
        ".js",
        ".css",
        ".sh",
        ".bat",
        ".sql",
        ".pyi",
        ".do",
        ".sas",
    }
)
_OFFICE_READ = re.compile(r"^$")
_UNREADABLE = DATA_ENDINGS - {".ndjson", ".jsonl"} | {".doc", ".ppt", ".msg", ".pst", ".7z", ".rar"}
_HARMLESS = frozenset(
    {".pyc", ".so", ".dll", ".pyd", ".woff", ".woff2", ".ttf", ".otf", ".eot", ".ico"}
)
_ARCHIVES = frozenset({".zip", ".xlsx", ".xlsm", ".docx", ".docm", ".pptx", ".odt", ".ods", ".odp"})


def pieces_of(source: Source, limits: Limits) -> Iterator[Piece | Trouble]:
    r"""Give everything in a file that can be looked at, and say what could not.

    Parameters
    ----------
    source : Source
        A file or a member of an archive.
    limits : Limits
        How much is opened.

    Yields
    ------
    Piece or Trouble
        Any file gives an end: broken, locked and hostile ones a trouble each.

    Examples
    --------
    >>> content = b"subject_id,age\np0017,43\n"
    >>> [piece] = pieces_of(Source(name="a.csv", size=len(content), content=content), Limits())
    >>> piece.where, piece.table.header
    ('lines 1 to 2', ('subject_id', 'age'))
    """
    try:
        for piece in _read(source, limits):
            yield from _opened(piece, source, limits)
    except TooMuchError:
        yield Trouble(where="file", kind="too much")
    except (RecursionError, MemoryError, OverflowError):
        yield Trouble(where="file", kind="too much")
    except EntitiesError:
        yield Trouble(where="file", kind="entities")
    except (
        BadZipFile,
        LargeZipFile,
        EOFError,
        zlib.error,
        gzip.BadGzipFile,
        NotImplementedError,
        RuntimeError,
        UnicodeError,
        ValueError,
        KeyError,
    ):
        yield Trouble(where="file", kind="damaged")
    except OSError:
        yield Trouble(where="file", kind="cannot be read")


def _opened(piece: Piece | Trouble, source: Source, limits: Limits) -> Iterator[Piece | Trouble]:
    """Give a piece, and the files that are written into its text or its cells."""
    if isinstance(piece, Trouble):
        yield piece
        return
    inner_files = files_in_piece(piece, nesting=source.nesting)
    yield replace(piece, text=without_embedded_files(piece.text)) if inner_files else piece
    for inner in inner_files:
        if inner.nesting > limits.nesting:
            raise TooMuchError
        for part in pieces_of(inner, limits):
            if isinstance(part, Piece) and part.role == "picture":
                place = piece.where.removesuffix(", attributes")
                yield replace(part, where=f"{place}, picture", source=piece.source)
            else:
                yield replace(part, where=f"{piece.where}, embedded file, {part.where}")


def _read(source: Source, limits: Limits) -> Iterator[Piece | Trouble]:
    """Choose the reader by the ending of the name, or by the first bytes."""
    ending = source.ending
    if ending in _ARCHIVES:
        yield from _archive_pieces(source, limits)
    elif ending == ".gz":
        yield from _unzipped(source, limits)
    elif ending in _READERS:
        yield from _READERS[ending](source, limits)
    elif ending not in _HARMLESS:
        if ending not in _UNREADABLE and _is_text(source):
            yield from text_pieces(source, limits, role="code" if ending in _CODE else "printed")
        else:
            yield Trouble(where="file", kind="unknown kind")


def _is_text(source: Source) -> bool:
    """Tell whether the first bytes are text; files that are named so are read anyway."""
    if source.ending in _CODE or source.ending in {
        ".txt",
        ".log",
        ".md",
        ".rst",
        ".xml",
        ".ndjson",
        ".jsonl",
    }:
        return True
    with source.open() as handle:
        start = handle.read(1 << 16)
    if encoding_of(start).startswith(("utf-16", "utf-32")):
        return True
    odd = sum(byte < 9 or 13 < byte < 32 for byte in start)
    return b"\0" not in start and odd <= 0.01 * len(start)


def _archive_pieces(source: Source, limits: Limits) -> Iterator[Piece | Trouble]:
    """Read an archive: what it promises first, then its members."""
    if source.nesting >= limits.nesting:
        raise TooMuchError
    inner = source
    if source.path is None:  # an archive must be seekable
        content = source.read(limits)
        inner = Source(name=source.name, size=len(content), content=content, nesting=source.nesting)
    with inner.open() as handle:
        if handle.read(8) == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":  # what Office makes of a password
            yield Trouble(where="file", kind="encrypted")
            return
        handle.seek(0)
        with ZipFile(handle) as archive:
            require_safe(archive, limits)
            yield from unsafe_members(archive)
            yield from _members(archive, inner, limits)


def _members(archive: ZipFile, source: Source, limits: Limits) -> Iterator[Piece | Trouble]:
    """Give the members of an archive, or the parts of a document."""
    parts: Iterator[Piece | Trouble | Source]
    if source.ending in (".xlsx", ".xlsm"):
        parts = workbook_pieces(archive, limits)
    elif source.ending in (".docx", ".docm"):
        parts = document_pieces(archive, limits)
    elif source.ending != ".zip":
        parts = _other_office(archive, limits)
    else:
        parts = _files(archive, source, limits)
    for part in parts:
        if isinstance(part, Source):
            yield from _inner_file(part, "file inside the document", limits)
        else:
            yield part


def _files(archive: ZipFile, source: Source, limits: Limits) -> Iterator[Piece | Trouble]:
    """Give the comments of an archive, and its files by their numbers."""
    for note in archive_notes(archive):
        yield Piece(where="comment of the archive", role="printed", text=note, hidden="comment")
    for number, member in enumerate(archive.infolist(), start=1):
        if names_a_person(member):
            yield Trouble(where=f"member {number}, name", kind="file name")
        inner = member_source(archive, member, nesting=source.nesting)
        if inner is not None:
            yield from _inner_file(inner, f"member {number}", limits)


def _inner_file(inner: Source, where: str, limits: Limits) -> Iterator[Piece | Trouble]:
    """Give a file inside a file: its name, and its pieces with its place before theirs."""
    yield Piece(where=f"{where}, name", role="label", text=inner.stem)
    for piece in pieces_of(inner, limits):
        yield replace(piece, where=f"{where}, {piece.where}")


def _other_office(archive: ZipFile, limits: Limits) -> Iterator[Piece | Trouble | Source]:
    """Give the texts of slides and of documents of other office programs."""
    yield from property_pieces(archive, limits)
    yield from other_parts(archive, limits, _OFFICE_READ)


def _unzipped(source: Source, limits: Limits) -> Iterator[Piece | Trouble]:
    """Unpack one file that gzip packed, no further than is safe."""
    if source.nesting >= limits.nesting:
        raise TooMuchError
    parts, total = [], 0
    with source.open() as handle, gzip.open(handle) as packed:
        while block := packed.read(1 << 20):
            total += len(block)
            if total > limits.whole_bytes or total > max(
                1_000_000, limits.ratio * max(source.size, 1)
            ):
                raise TooMuchError
            parts.append(block)
    content = b"".join(parts)
    name = source.name[:-3] if source.name.casefold().endswith(".gz") else source.name
    yield from pieces_of(
        Source(name=name, size=total, content=content, nesting=source.nesting + 1), limits
    )
