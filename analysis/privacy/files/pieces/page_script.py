"""Reading the scripts of a page: JSON, arrays inside programs, and long texts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

from analysis.privacy.files.pieces.delimited import delimited_pieces
from analysis.privacy.files.pieces.encoded import is_encoded
from analysis.privacy.files.pieces.limits import Limits
from analysis.privacy.files.pieces.piece import Piece, Trouble
from analysis.privacy.files.pieces.source import Source
from analysis.privacy.files.pieces.structured import value_pieces

__all__ = ["script_pieces"]

_LITERAL = re.compile(r"\"(?:[^\"\\\n]|\\.){24,}\"|'(?:[^'\\\n]|\\.){24,}'|`[^`]{24,}`")
_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))")
_LIBRARY = re.compile(r"(?:https?:)?//[^\s\"'<>]+\.(?:m?js|css|woff2?)\b[^\s\"'<>]*")
_LONGEST_OWN = 20_000  # longer ones are libraries


def script_pieces(script: str, *, where: str, limits: Limits) -> Iterator[Piece | Trouble]:
    """Give a script: as JSON where it is some, else by the arrays, objects and texts in it.

    Parameters
    ----------
    script : str
        Text of the element.
    where : str
        Place in the file.
    limits : Limits
        Limits of nesting.

    Yields
    ------
    Piece or Trouble
        Tables and texts; long texts in base64 as they stand, to be opened.
    """
    try:
        value = json.loads(script)
    except (ValueError, RecursionError):
        if len(script) <= _LONGEST_OWN:
            text = _ESCAPED.sub(lambda found: chr(int(found[1] or found[2], 16)), script)
            yield Piece(where=where, role="code", text=_LIBRARY.sub("", text))
        yield from _arrays(script, where=where, limits=limits)
        yield from _literals(script, where=where, limits=limits)
        return
    yield from value_pieces(value, where=where, limits=limits)


def _arrays(script: str, *, where: str, limits: Limits) -> Iterator[Piece | Trouble]:
    """Find JSON inside a program, as chart libraries write their data."""
    decoder, position, found = json.JSONDecoder(), 0, 0
    for match in re.finditer(r"[\[{]\s*[\[{\"]", script):
        if match.start() < position or found > 200:
            continue
        try:
            value, position = decoder.raw_decode(script, match.start())
        except (ValueError, RecursionError):
            continue
        found += 1
        yield from value_pieces(value, where=where, limits=limits)


def _literals(script: str, *, where: str, limits: Limits) -> Iterator[Piece | Trouble]:
    """Read long texts inside a program: tables as lines, and those to be opened."""
    for match in _LITERAL.finditer(script):
        text = match[0][1:-1]
        if text.startswith("data:") or is_encoded(text):
            yield Piece(where=where, role="code", text=text)
            continue
        text = re.sub(r"\\[rn]", "\n", text).replace("\\t", "\t").replace('\\"', '"')
        if text.count("\n") >= 2:
            content = text.encode("utf-8", errors="replace")
            inner = Source(name="text", size=len(content), content=content)
            for piece in delimited_pieces(inner, limits):
                yield replace(piece, where=f"{where}, {piece.where}")
