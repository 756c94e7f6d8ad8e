"""The elements of an HTML page as a tree, by the parser of the standard library."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

__all__ = ["Element", "tree_of"]

_WITHOUT_END = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta",
                "source", "track", "wbr"}  # fmt: skip


class Element:
    """An element with what it holds.

    Parameters
    ----------
    name : str
        Such as "table", in small letters.
    attributes : dict of str to str
        Empty text where an attribute has no value.
    parent : Element or None
        What it stands in; None for the whole page.
    """

    def __init__(self, name: str, attributes: dict[str, str], parent: Element | None) -> None:
        self.name = name
        self.attributes = attributes
        self.parent = parent
        self.children: list[Element | str] = []

    def get(self, name: str, default: str = "") -> str:
        """Return the value of an attribute, or what stands for it.

        Parameters
        ----------
        name : str
            Of the attribute.
        default : str
            What stands for an absent one.

        Returns
        -------
        str
            Its value.
        """
        return self.attributes.get(name, default)

    @property
    def classes(self) -> set[str]:
        """The classes of the element."""
        return set(self.get("class").split())

    def elements(self) -> list[Element]:
        """Return the elements directly inside.

        Returns
        -------
        list of Element
            In reading order, without text.
        """
        return [child for child in self.children if isinstance(child, Element)]

    def all(self, *names: str) -> Iterator[Element]:
        """Give the elements of some names inside, at any depth.

        Parameters
        ----------
        *names : str
            Such as "td", "th"; all elements when none is given.

        Yields
        ------
        Element
            In reading order.
        """
        for child in self.elements():
            if not names or child.name in names:
                yield child
            yield from child.all(*names)

    def first(self, *names: str) -> Element | None:
        """Return the first element of some names inside, at any depth.

        Parameters
        ----------
        *names : str
            Such as "table".

        Returns
        -------
        Element or None
            None when there is no such element.
        """
        return next(self.all(*names), None)

    def around(self, name: str) -> Element | None:
        """Return the nearest element of a name that this one stands in.

        Parameters
        ----------
        name : str
            Such as "table".

        Returns
        -------
        Element or None
            None when it stands in no such element.
        """
        found = self.parent
        while found is not None and found.name != name:
            found = found.parent
        return found


class _Builder(HTMLParser):
    """Puts every element and every text into the element that is open."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self._open = Element("", {}, None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = Element(tag, {name: value or "" for name, value in attrs}, self._open)
        self._open.children.append(found)
        if tag not in _WITHOUT_END:
            self._open = found

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        ended: Element | None = self._open
        while ended is not None and ended.name != tag:
            ended = ended.parent
        if ended is not None and ended.parent is not None:
            self._open = ended.parent

    def handle_data(self, data: str) -> None:
        self._open.children.append(data)


def tree_of(page: str) -> Element:
    """Read a page.

    Parameters
    ----------
    page : str
        HTML in which elements are closed; an end without its beginning is passed over.

    Returns
    -------
    Element
        Without a name; it holds the whole page. Comments are left out.

    Examples
    --------
    >>> page = tree_of("<main><p>One <br>&amp; <em>two</em></p></main>")
    >>> [element.name for element in page.all()]
    ['main', 'p', 'br', 'em']
    """
    builder = _Builder()
    builder.feed(page)
    builder.close()
    return builder.root
