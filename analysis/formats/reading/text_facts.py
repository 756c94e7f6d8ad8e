"""Looking once through the bytes of a text file: encoding, damage, delimiter, how it ends."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

__all__ = [
    "DELIMITERS",
    "TextFacts",
    "delimiter_counts",
    "encoding_of",
    "first_records",
    "text_facts",
]

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK = 1 << 22


@dataclass(frozen=True, kw_only=True)
class TextFacts:
    """What a look through a text file shows.

    Parameters
    ----------
    encoding : str
        By the byte order mark, else as said.
    marked : bool
        Whether a byte order mark says it.
    decodable : bool
        Whether every byte fits the encoding.
    n_nul : int
        NUL characters.
    n_quotes : int
        Quotation marks.
    finished : bool
        Whether the last line has an end.
    empty : bool
        Whether nothing but spaces stands in it.
    is_utf8 : bool
        Whether it has other letters than ASCII and all of them are UTF-8.
    """

    encoding: str
    marked: bool
    decodable: bool
    n_nul: int
    n_quotes: int
    finished: bool
    empty: bool
    is_utf8: bool


def encoding_of(path: Path, said: str) -> tuple[str, bool]:
    """Take the encoding from the byte order mark, or else as it is said.

    Parameters
    ----------
    path : pathlib.Path
        A text file.
    said : str
        The encoding of the mapping.

    Returns
    -------
    encoding : str
        Name of the encoding.
    marked : bool
        Whether a byte order mark says it.
    """
    with path.open("rb") as handle:
        head = handle.read(4)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding, True
    return said, False


def text_facts(path: Path, said: str) -> TextFacts:
    """Look once through a text file, a few megabytes at a time.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    said : str
        The encoding of the mapping.

    Returns
    -------
    TextFacts
        What was seen.
    """
    encoding, marked = encoding_of(path, said)
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    other = codecs.getincrementaldecoder("utf-8")("strict")
    decodable, is_utf8, ascii_only = True, True, True
    n_nul, n_quotes, finished, empty = 0, 0, True, True
    for chunk, last in _chunks(path):
        decodable = decodable and _fits(decoder, chunk, last=last)
        ascii_only = ascii_only and chunk.isascii()
        is_utf8 = is_utf8 and _fits(other, chunk, last=last)
        wide = encoding.startswith("utf-16")
        n_nul += chunk.count(b"\x00") if not wide else 0
        n_quotes += chunk.count(b'"')
        finished = chunk.rstrip(b"\x00").endswith((b"\n", b"\r")) if chunk else finished
        empty = empty and not chunk.removeprefix(codecs.BOM_UTF8).strip(b" \t\r\n\x00\xff\xfe")
    return TextFacts(
        encoding=encoding,
        marked=marked,
        decodable=decodable,
        n_nul=n_nul,
        n_quotes=n_quotes,
        finished=finished,
        empty=empty,
        is_utf8=is_utf8 and not ascii_only,
    )


def _chunks(path: Path) -> Iterator[tuple[bytes, bool]]:
    """Give a file piece by piece; the last piece is empty."""
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            yield chunk, False
    yield b"", True


def _fits(decoder: codecs.IncrementalDecoder, chunk: bytes, *, last: bool) -> bool:
    """Tell whether a piece of a file can be decoded."""
    try:
        decoder.decode(chunk, last)
    except UnicodeError:
        return False
    return True


def first_records(
    path: Path, encoding: str, delimiter: str, n_records: int
) -> tuple[list[list[str]], int]:
    """Read the first records of a text file.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    encoding, delimiter : str
        How it is written.
    n_records : int
        How many records, blank ones included.

    Returns
    -------
    records : list of list of str
        Cells, at most `n_records` lists of them.
    n_lines : int
        Lines on which they stand.
    """
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    with path.open(encoding=codec, errors="replace", newline="") as handle:
        lines = (line.replace("\x00", "") for line in handle)
        reader = csv.reader(lines, delimiter=delimiter)
        try:
            records = list(islice(reader, n_records))
        except csv.Error:  # a cell longer than any header
            records = []
        return records, reader.line_num


def delimiter_counts(path: Path, encoding: str) -> dict[str, int]:
    """Count the cells of the widest of the first rows for every usual delimiter.

    Parameters
    ----------
    path : pathlib.Path
        A text file.
    encoding : str
        Its encoding.

    Returns
    -------
    dict of str to int
        Cells by delimiter.
    """
    return {
        mark: max((len(record) for record in first_records(path, encoding, mark, 10)[0]), default=0)
        for mark in DELIMITERS
    }
