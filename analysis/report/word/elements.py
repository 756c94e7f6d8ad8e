"""Small pieces of a Word document: elements, runs of text, fields and bookmarks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.oxml.xmlchemy import BaseOxmlElement

__all__ = ["Bookmarks", "element", "field", "paragraph", "text_run"]

_SPACE = qn("xml:space")


def element(
    tag: str, attributes: Mapping[str, object] | None = None, *children: BaseOxmlElement
) -> BaseOxmlElement:
    """Make an element of WordprocessingML.

    Parameters
    ----------
    tag : str
        With its prefix, such as "w:p".
    attributes : mapping, optional
        Names with their prefix to values.
    *children : lxml element
        In the order that the schema demands.

    Returns
    -------
    lxml element
        The new element.

    Examples
    --------
    >>> element("w:jc", {"w:val": "right"}).tag.endswith("}jc")
    True
    """
    made = OxmlElement(tag)
    for name, value in (attributes or {}).items():
        made.set(qn(name), str(value))
    made.extend(children)
    return made


def paragraph(
    style: str,
    *children: BaseOxmlElement,
    keep_next: bool = False,
    page_break: bool | None = None,
    right: bool = False,
) -> BaseOxmlElement:
    """Make a paragraph.

    Parameters
    ----------
    style : str
        Id of its style.
    *children : lxml element
        Runs, links, fields and bookmarks.
    keep_next : bool
        Whether it stays on the page of what follows.
    page_break : bool, optional
        Whether it begins a page; None leaves that to the style.
    right : bool
        Whether it is set to the right.

    Returns
    -------
    lxml element
        A ``w:p``.
    """
    properties = element("w:pPr", None, element("w:pStyle", {"w:val": style}))
    if keep_next:
        properties.append(element("w:keepNext"))
    if page_break is not None:
        properties.append(element("w:pageBreakBefore", {"w:val": int(page_break)}))
    if right:
        properties.append(element("w:jc", {"w:val": "right"}))
    return element("w:p", None, properties, *children)


def text_run(
    text: str, *, bold: bool = False, italic: bool = False, style: str = "", size: float = 0.0
) -> BaseOxmlElement:
    """Make a run of text; a line break of the text is one in Word.

    Parameters
    ----------
    text : str
        What is said.
    bold, italic : bool
        How it looks.
    style : str
        Id of a character style; none when empty.
    size : float
        In points; 0 leaves it to the style of the paragraph.

    Returns
    -------
    lxml element
        A ``w:r``.
    """
    run = element("w:r")
    looks = [element("w:rStyle", {"w:val": style})] if style else []
    looks += [element(tag) for tag in ("w:b", "w:bCs") if bold]
    looks += [element(tag) for tag in ("w:i", "w:iCs") if italic]
    looks += [element(tag, {"w:val": round(2 * size)}) for tag in ("w:sz", "w:szCs") if size]
    if looks:
        run.append(element("w:rPr", None, *looks))
    for number, line in enumerate(text.split("\n")):
        if number:
            run.append(element("w:br"))
        if line:
            words = element("w:t")
            words.text = line
            words.set(_SPACE, "preserve")
            run.append(words)
    return run


def field(instruction: str, *shown: BaseOxmlElement) -> list[BaseOxmlElement]:
    """Make a field that Word can work out anew.

    Parameters
    ----------
    instruction : str
        Such as "PAGE".
    *shown : lxml element
        Runs that are shown until it does.

    Returns
    -------
    list of lxml element
        Runs for one paragraph.
    """
    code = element("w:instrText")
    code.text = f" {instruction} "
    code.set(_SPACE, "preserve")
    return [
        _mark("begin"),
        element("w:r", None, code),
        _mark("separate"),
        *shown,
        _mark("end"),
    ]


def _mark(kind: str) -> BaseOxmlElement:
    """Mark the beginning, the middle or the end of a field."""
    return element("w:r", None, element("w:fldChar", {"w:fldCharType": kind}))


class Bookmarks:
    """Places in the document that links lead to.

    Parameters
    ----------
    names : mapping of str to str
        Anchor of the page to the name of its bookmark.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = dict(names)
        self._made = 0

    def name(self, link: str) -> str:
        """Return the bookmark to which a link inside the report leads.

        Parameters
        ----------
        link : str
            ``#`` and an anchor.

        Returns
        -------
        str
            Its name; empty when no such place exists.
        """
        return self._names.get(link[1:], "") if link.startswith("#") else ""

    def around(self, name: str, *children: BaseOxmlElement) -> Iterator[BaseOxmlElement]:
        """Put a bookmark around a part of a paragraph.

        Parameters
        ----------
        name : str
            Its name; none is made when empty.
        *children : lxml element
            What it surrounds.

        Yields
        ------
        lxml element
            The beginning, the children and the end.
        """
        if not name:
            yield from children
            return
        self._made += 1
        number = {"w:id": self._made}
        yield element("w:bookmarkStart", {**number, "w:name": name})
        yield from children
        yield element("w:bookmarkEnd", number)
