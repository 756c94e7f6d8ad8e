"""Marks the lines at the top and foot of every page of a PDF as no part of its text.

WeasyPrint tags them as text that belongs to nothing. PDF/UA-1 (ISO 14289-1, 7.8) asks that they are
artifacts of pagination, so that a screen reader does not read them on every page.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["mark_running_titles"]


def mark_running_titles(_document: Any, pdf: Any) -> None:
    """Finish a tagged PDF of WeasyPrint, as the argument ``finisher`` of its ``write_pdf``.

    Parameters
    ----------
    _document : weasyprint.Document
        Not used.
    pdf : pydyf.PDF
        Changed in place: what is marked in a page, and reached from no part of the document's
        structure, becomes an artifact, a header in the upper half of the page, else a footer.
    """
    elements = {each.reference: each for each in pdf.objects if _is(each, "/StructElem")}
    root = next(each for each in pdf.objects if _is(each, "/StructTreeRoot"))
    reached = set(_reached(root["K"], elements))
    parents = _numbered(_object(pdf, root["ParentTree"])["Nums"])
    for page in (each for each in pdf.objects if _is(each, "/Page")):
        owners = parents[page["StructParents"]]
        outside = {mark for mark, owner in enumerate(owners) if owner not in reached}
        _mark(_object(pdf, page["Contents"]).stream, outside, middle=page["MediaBox"][3] / 1.5)
        owners[:] = [b"null" if mark in outside else owner for mark, owner in enumerate(owners)]
    for reference in elements.keys() - reached:
        elements[reference].clear()  # pydyf loses its place when an object is left out


def _is(thing: Any, kind: str) -> bool:
    """Tell whether an object of the file is a dictionary of a type."""
    return isinstance(thing, dict) and thing.get("Type") == kind


def _object(pdf: Any, reference: bytes) -> Any:
    """Find an object by its reference, such as ``12 0 R``."""
    return pdf.objects[int(reference.split()[0])]


def _numbered(tree: list[Any]) -> dict[int, Any]:
    """Read a number tree: numbers and values in turn."""
    return dict(zip(tree[::2], tree[1::2], strict=True))


def _reached(kids: Any, elements: dict[bytes, Any]) -> Iterator[bytes]:
    """List the references of the elements below some."""
    waiting = list(kids)
    while waiting:
        kid = waiting.pop()
        if isinstance(kid, bytes) and kid in elements:
            yield kid
            waiting += elements[kid]["K"]


def _mark(stream: list[Any], marks: set[int], *, middle: float) -> None:
    """Turn marked pieces of a page's drawing into artifacts; `middle` is in pixels of CSS."""
    for place, piece in enumerate(stream):
        if not isinstance(piece, dict) or piece.get("MCID") not in marks:
            continue
        moves = (each for each in stream[place:] if isinstance(each, bytes) and each[-3:] == b" Tm")
        height = float(next(moves).split()[5])
        piece.clear()
        piece.update(Type="/Pagination", Subtype="/Header" if height < middle else "/Footer")
        stream[place - 1] = "/Artifact"
