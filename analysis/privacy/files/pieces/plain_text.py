"""Reading text of any encoding, line by line and with bounded memory."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from analysis.privacy.files.pieces.fresh_lines import FreshLines
from analysis.privacy.files.pieces.limits import Limits
from analysis.privacy.files.pieces.piece import Piece, Trouble
from analysis.privacy.files.pieces.source import Source

__all__ = ["decoded", "encoding_of", "text_chunks", "text_lines", "text_pieces"]

_BLOCK = 1 << 20
_CHUNK_LINES = 400
_CHUNK_CHARACTERS = 60_000
_LONGEST_LINE = 4_000
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(start: bytes) -> str:
    """Tell the encoding of a text by its first bytes.

    Parameters
    ----------
    start : bytes
        The first bytes, some thousands.

    Returns
    -------
    str
        By the byte order mark; without one, UTF-16 where every other byte is zero, UTF-8 where
        the bytes are valid, else Windows-1252.

    Examples
    --------
    >>> encoding_of("id;größe".encode("cp1252")), encoding_of("id".encode("utf-16-le") * 9)
    ('cp1252', 'utf-16-le')
    """
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if len(start) > 8 and max(even, odd) > 0.6 * len(start) / 2 > 3 * min(even, odd):
        return "utf-16-le" if odd > even else "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start, final=False)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def decoded(content: bytes) -> str:
    """Turn bytes into text, whatever they are; what cannot be read becomes a mark.

    Parameters
    ----------
    content : bytes
        Any bytes.

    Returns
    -------
    str
        The text, without zero characters.
    """
    encoding = encoding_of(content[:_BLOCK])
    return content.decode(encoding, errors="replace").replace("\0", " ").removeprefix("\ufeff")


def _text_blocks(handle: BinaryIO) -> Iterator[str]:
    """Decode a file block by block."""
    start = handle.read(_BLOCK)
    decoder = codecs.getincrementaldecoder(encoding_of(start))(errors="replace")
    block = start
    while block:
        yield decoder.decode(block).replace("\0", " ")
        block = handle.read(_BLOCK)
    yield decoder.decode(b"", True)


def text_lines(handle: BinaryIO, *, longest: int = _LONGEST_LINE) -> Iterator[str]:
    """Give the lines of a text; endless ones are cut into parts.

    Parameters
    ----------
    handle : file object
        Binary.
    longest : int
        Characters after which a line is cut.

    Yields
    ------
    str
        Lines without their ends.
    """
    rest = ""
    for block in _text_blocks(handle):
        parts = (rest + block).splitlines(keepends=True)
        rest = parts.pop() if parts and not parts[-1].endswith(("\n", "\r")) else ""
        yield from (part for line in parts for part in _cut(line.rstrip("\r\n"), longest))
        if len(rest) > longest:
            *whole, rest = _cut(rest, longest)
            yield from whole
    if rest:
        yield from _cut(rest, longest)


def _cut(line: str, longest: int) -> list[str]:
    """Cut a long line; neighbours share some characters, so that nothing hides at the seam."""
    if len(line) <= longest:
        return [line]
    step = longest - 200
    return [line[start : start + longest] for start in range(0, len(line), step)]


def text_chunks(source: Source) -> Iterator[tuple[int, str]]:
    """Give the text of a file in chunks of whole lines.

    Parameters
    ----------
    source : Source
        The file.

    Yields
    ------
    tuple of int and str
        Number of the first line, and the lines.
    """
    first, number, size, chunk = 1, 0, 0, []
    with source.open() as handle:
        for number, line in enumerate(text_lines(handle), start=1):
            chunk.append(line)
            size += len(line)
            if len(chunk) >= _CHUNK_LINES or size >= _CHUNK_CHARACTERS:
                yield first, "\n".join(chunk)
                first, size, chunk = number + 1, 0, []
    if chunk:
        yield first, "\n".join(chunk)


def text_pieces(
    source: Source, limits: Limits, *, role: str = "printed"
) -> Iterator[Piece | Trouble]:
    """Give the text of a file as pieces.

    Parameters
    ----------
    source : Source
        The file.
    limits : Limits
        Beyond ``limits.text_bytes`` only lines of a new shape are given, and that up to as many
        characters again, and of the rest those with a sure sign of an identifier.
    role : str
        Role of the pieces.

    Yields
    ------
    Piece or Trouble
        A chunk of lines each.
    """
    fresh = FreshLines(limits.text_bytes)
    if _is_binary(source):
        yield Trouble(where="file", kind="binary")
    for first, chunk in text_chunks(source):
        last = first + chunk.count("\n")
        where = f"lines {first} to {last}" if last > first else f"line {first}"
        lines = chunk.split("\n")
        kept = [lines[position] for position in fresh.of(lines)]
        if kept:
            yield Piece(where=where, role=role, text="\n".join(kept))
    if fresh.is_partial:
        yield Trouble(where="file", kind="partly read")


def _is_binary(source: Source) -> bool:
    """Tell whether a file that is named a text has zero bytes and is not in UTF-16 or UTF-32."""
    with source.open() as handle:
        start = handle.read(_BLOCK)
    return b"\0" in start and not encoding_of(start).startswith(("utf-16", "utf-32"))
