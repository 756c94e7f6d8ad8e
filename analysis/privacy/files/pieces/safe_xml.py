"""Reading XML in one pass, without expanding entities or nesting without end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO
from xml.parsers import expat

from analysis.privacy.files.pieces.limits import Limits, TooMuchError

__all__ = ["Element", "EntitiesError", "read_xml"]

_BLOCK = 1 << 16


class EntitiesError(Exception):
    """The XML declares a document type or entities; becomes a finding and never reaches a user."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Element:
    """The beginning or the end of an element.

    Parameters
    ----------
    name : str
        Local name, without its namespace prefix.
    attributes : dict of str to str
        By local name; empty at the end.
    text : str
        At the end: the text directly in the element.
    is_end : bool
        Whether the element ends here.
    path : tuple of str
        Local names of the elements around it, outermost first.
    """

    name: str
    attributes: dict[str, str]
    text: str
    is_end: bool
    path: tuple[str, ...]


def read_xml(
    handle: BinaryIO,
    limits: Limits,
    seen: Callable[[Element], None],
    *,
    comment: Callable[[str], None] | None = None,
    may_name_type: bool = False,
) -> None:
    """Read XML and call a function at the beginning and the end of every element.

    Parameters
    ----------
    handle : file object
        Binary, any encoding that expat knows.
    limits : Limits
        Limits of size and depth.
    seen : callable
        Takes an `Element`.
    comment : callable, optional
        Takes the text of a comment.
    may_name_type : bool
        Whether a document type may be named, as SVG files do; it is not fetched, and may declare
        nothing of its own.

    Raises
    ------
    EntitiesError
        When a document type or an entity is declared.
    TooMuchError
        When elements nest too deep or the file is too long.
    xml.parsers.expat.ExpatError
        When it is no XML.
    """
    names: list[str] = []
    texts: list[list[str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(names) >= limits.depth:
            raise TooMuchError
        local = {key.rsplit(":", 1)[-1]: value for key, value in attributes.items()}
        seen(Element(name=_local(name), attributes=local, text="", is_end=False, path=tuple(names)))
        names.append(_local(name))
        texts.append([])

    def end(name: str) -> None:
        names.pop()
        text = "".join(texts.pop())
        seen(Element(name=_local(name), attributes={}, text=text, is_end=True, path=tuple(names)))

    def characters(data: str) -> None:
        if texts:
            texts[-1].append(data)

    def refuse(*_: object) -> None:
        raise EntitiesError

    def document_type(_name: str, _system: str | None, _public: str | None, inside: bool) -> None:
        if inside or not may_name_type:
            raise EntitiesError

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = document_type
    if comment is not None:
        parser.CommentHandler = comment
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse  # type: ignore[assignment]
    _feed(parser, handle, limits)


def _local(name: str) -> str:
    """Take the prefix off a name."""
    return name.rsplit(":", 1)[-1]


def _feed(parser: expat.XMLParserType, handle: BinaryIO, limits: Limits) -> None:
    """Give a parser the bytes block by block."""
    total = 0
    while block := handle.read(_BLOCK):
        total += len(block)
        if total > limits.member_bytes:
            raise TooMuchError
        parser.Parse(block, False)
    parser.Parse(b"", True)
