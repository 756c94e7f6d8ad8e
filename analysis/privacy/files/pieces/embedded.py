"""Opening files that are written into a text: data URIs of links and scripts, dumps in base64."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes

from analysis.privacy.files.pieces.encoded import SHORTEST, encoded_files
from analysis.privacy.files.pieces.piece import Piece
from analysis.privacy.files.pieces.source import Source

__all__ = ["embedded_files", "files_in_piece", "without_embedded_files", "without_percent_signs"]

_URI = re.compile(
    r"data:(?P<mime>[\w.+-]+/[\w.+-]+)?(?P<parameters>(?:;[\w.+-]+(?:=[\w.+-]+)?)*),"
    r"(?P<body>[^\s\"'<>`)\\]*)"
)
_ENDINGS = {
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "text/html": "html",
    "application/json": "json",
    "application/pdf": "pdf",
    "image/svg+xml": "svg",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "application/zip": "zip",
    "application/vnd.ms-excel": "csv",  # what pages call a table of text
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}
_NO_TEXT = ("font/", "application/font", "application/x-font", "audio/", "video/")


def files_in_piece(piece: Piece, *, nesting: int = 0) -> tuple[Source, ...]:
    """Open every file that is written into the text or the cells of a piece.

    Parameters
    ----------
    piece : Piece
        What a reader gave.
    nesting : int
        Files around it.

    Returns
    -------
    tuple of Source
        Those of data URIs first, then what is in base64 or hexadecimal digits beside them.
    """
    text = piece.text
    if piece.table is not None:
        cells = (cell for row in piece.table.rows for cell in row)
        text = "\n\n".join(cell for cell in cells if len(cell) >= SHORTEST or "data:" in cell)
    found = embedded_files(text, nesting=nesting) if "data:" in text else ()
    rest = without_embedded_files(text) if found else text
    return (*found, *encoded_files(rest, nesting=nesting))


def embedded_files(text: str, *, nesting: int = 0) -> tuple[Source, ...]:
    r"""Open the data URIs of a text.

    Parameters
    ----------
    text : str
        Any text.
    nesting : int
        Files around it.

    Returns
    -------
    tuple of Source
        A file each, with an ending for its media type; fonts and sound are left out, and what is
        no base64 counts as it stands.

    Examples
    --------
    >>> [inner] = embedded_files("href=data:text/csv;base64,aWQsYWdlCjEsMgo=")
    >>> inner.ending, inner.content
    ('.csv', b'id,age\n1,2\n')
    """
    found = []
    for match in _URI.finditer(text):
        mime = (match["mime"] or "text/plain").casefold()
        if match["body"] and not mime.startswith(_NO_TEXT):
            content = _content(match["body"], match["parameters"])
            name = f"embedded.{_ENDINGS.get(mime, 'txt')}"
            found.append(Source(name=name, size=len(content), content=content, nesting=nesting + 1))
    return tuple(found)


def without_embedded_files(text: str) -> str:
    """Leave the bodies of data URIs out of a text.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The text around them.

    Examples
    --------
    >>> without_embedded_files("see data:text/csv,a%2Cb here")
    'see  here'
    """
    return _URI.sub("", text)


def without_percent_signs(text: str) -> str:
    """Write the letters for which an address has percent signs.

    Parameters
    ----------
    text : str
        A part of an address.

    Returns
    -------
    str
        The text; what is no UTF-8 becomes a mark.

    Examples
    --------
    >>> without_percent_signs("means%20by%20visit.csv")
    'means by visit.csv'
    """
    return unquote_to_bytes(text).decode("utf-8", errors="replace")


def _content(body: str, parameters: str) -> bytes:
    """Decode the body of a URI."""
    plain = unquote_to_bytes(body)
    if not parameters.casefold().endswith(";base64"):
        return plain
    try:
        return base64.b64decode(plain + b"=" * (-len(plain) % 4), validate=False)
    except (binascii.Error, ValueError):
        return plain
