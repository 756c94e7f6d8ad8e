"""Opening what is written in base64 or in hexadecimal digits inside a text, with bounds."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from analysis.privacy.files.pieces.plain_text import decoded
from analysis.privacy.files.pieces.source import Source

__all__ = ["SHORTEST", "encoded_files", "is_encoded"]

SHORTEST = 24
"""Letters from which on a word is tried as base64."""

_MOST_FILES = 200
_MOST_CHARACTERS = 20_000_000
_WORD = re.compile(rf"(?<![\w+/=-])[\w+/-]{{{SHORTEST},}}={{0,2}}", re.ASCII)
_WRAPPED = re.compile(
    r"^[ \t]*[\w+/-]{40,}[ \t]*\r?\n(?:[ \t]*[\w+/-]{40,}[ \t]*\r?\n)*[ \t]*[\w+/-]+={0,2}[ \t]*$",
    re.ASCII | re.MULTILINE,
)
_HEX = re.compile(r"(?:[0-9a-f]{2}|[0-9A-F]{2})+")
_URL_SAFE = str.maketrans("-_", "+/")
_KINDS = (
    (b"\x89PNG\r\n", "png"), (b"\xff\xd8\xff", "jpg"), (b"GIF8", "gif"), (b"%PDF-", "pdf"),
    (b"\x1f\x8b\x08", "gz"), (b"PK\x03\x04", "zip"),
)  # fmt: skip
_OFFICE = ((b"xl/", "xlsx"), (b"word/", "docx"), (b"ppt/", "pptx"))
_READABLE = re.compile(r"[\t\n\r -~]")
_ODD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]")


def encoded_files(text: str, *, nesting: int = 0) -> Iterator[Source]:
    r"""Open the parts of a text that are other texts or files in base64 or hexadecimal digits.

    Parameters
    ----------
    text : str
        Any text; base64 may be that of addresses, and be broken into lines.
    nesting : int
        Files around it.

    Yields
    ------
    Source
        A file each, up to a number and a length: texts, pictures, PDF, archives. Digests, keys,
        fonts and other bytes are left out.

    Examples
    --------
    >>> [inner] = encoded_files("entry: aWQscGhxOQpLWC0xMDQyLDE3CktYLTEwNDMsOQo=")
    >>> inner.ending, inner.content
    ('.csv', b'id,phq9\nKX-1042,17\nKX-1043,9\n')
    """
    found, length, end = 0, 0, 0
    for match in sorted(
        [*_WRAPPED.finditer(text), *_WORD.finditer(text)], key=lambda one: (one.start(), -one.end())
    ):
        if match.start() < end or found >= _MOST_FILES or length > _MOST_CHARACTERS:
            continue
        content = _opened(re.sub(r"\s+", "", match[0]))
        if content:
            found, length, end = found + 1, length + len(match[0]), match.end()
            name = f"embedded.{_ending(content)}"
            yield Source(name=name, size=len(content), content=content, nesting=nesting + 1)


def is_encoded(text: str) -> bool:
    """Tell whether a whole text is one in base64 or hexadecimal digits, by its beginning."""
    start = "".join(text[:400].split())[:240]
    return (
        len(start) >= SHORTEST
        and re.fullmatch(r"[\w+/-]+={0,2}", start) is not None
        and bool(_opened(start))
    )


def _opened(word: str) -> bytes:
    """Decode a word where that gives a text or a known file; empty where it does not.

    A line may have been cut before the word, so each of the four places to begin is tried.
    """
    if word.isalpha() and (word.islower() or word.isupper()):
        return b""  # a long word of a language
    if _HEX.fullmatch(word):
        content = bytes.fromhex(word)
        return content if _is_file(content) else b""
    plain = word.rstrip("=").translate(_URL_SAFE)
    for start in range(4):
        content = _of_base64(plain[start:])
        if _is_file(content):
            return content
    return b""


def _of_base64(word: str) -> bytes:
    """Decode base64 without its padding; a last letter that is none of four goes."""
    whole = word[:-1] if len(word) % 4 == 1 else word
    try:
        return base64.b64decode(whole + "=" * (-len(whole) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _is_file(content: bytes) -> bool:
    """Tell whether bytes are a file of a known kind, or a text that can be read."""
    if content.startswith(tuple(start for start, _ in _KINDS)):
        return True
    text = decoded(content[:4_000])[:-2]
    plain = len(_READABLE.findall(text))
    letters = sum(map(str.isalnum, text))
    known = not _ODD.search(text) and plain >= 0.8 * len(text)
    return len(content) >= 12 and known and letters >= 0.3 * len(text)


def _ending(content: bytes) -> str:
    """Give the ending of a file by its first bytes; of a text by its lines."""
    for start, ending in _KINDS:
        if content.startswith(start):
            named = [office for mark, office in _OFFICE if ending == "zip" and mark in content]
            return named[0] if named else ending
    text = decoded(content[:4_000]).strip()
    if text.startswith(("{", "[")):
        return "json"
    if text.startswith("<"):
        return "svg" if "<svg" in text else "html"
    commas = [line.count(",") for line in text.splitlines()[:5]]
    return "csv" if len(commas) > 1 and min(commas) >= 1 else "txt"
