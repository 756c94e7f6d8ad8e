"""Menus of the site: the links of an overview page, with their words, become its sub-pages.

A forge shows such a page as it is, without a directive in it.
"""

import posixpath
import re
from pathlib import Path

from sphinx.application import Sphinx

OVERVIEWS = ("docs/index", "docs/how-to/index", "docs/methods/index", "docs/reference/index")
NOTEBOOKS = "docs/how-to/which-notebook"
OVERVIEWS += (NOTEBOOKS,)
LINK = re.compile(r"\[([^\]]+)\]\(([^)#:]+)\.(?:md|ipynb)\)")


def sub_pages(docname: str, text: str) -> dict[str, str]:
    """List the pages that a page links to, as paths from the top folder, with the first words.

    >>> sub_pages("docs/index", "[a](start.md), [b](../README.md), [again](start.md), [c](x.py)")
    {'docs/start': 'a', 'README': 'b'}
    """
    here = posixpath.dirname(docname)
    found: dict[str, str] = {}
    for words, target in LINK.findall(text):
        found.setdefault(posixpath.normpath(posixpath.join(here, target)), words)
    return found


def menu(docname: str, folder: Path) -> dict[str, str]:
    """Keep the links that belong below an overview, so that each page has one place.

    Overviews belong below the first of them, other pages below the last that links to them.
    """
    place = OVERVIEWS.index(docname)
    linked = [sub_pages(page, (folder / f"{page}.md").read_text("utf-8")) for page in OVERVIEWS]
    elsewhere = {page for links in linked[place + 1 :] for page in links} - {*OVERVIEWS}
    if place > 0:
        elsewhere |= {*OVERVIEWS}
    found = {page: words for page, words in linked[place].items() if page not in elsewhere}
    if docname == NOTEBOOKS:  # also those that no question leads to
        for path in sorted(folder.glob("notebooks/*.ipynb")):
            found.setdefault(f"notebooks/{path.stem}", path.stem)
    return found


def add_menu(app: Sphinx, docname: str, source: list[str]) -> None:
    """Append the menu to the text of an overview before it is read."""
    if docname in OVERVIEWS:
        pages = menu(docname, Path(app.srcdir))
        lines = [f"{words[0].upper()}{words[1:]} </{page}>" for page, words in pages.items()]
        source[0] += "\n".join(["\n\n```{toctree}", ":hidden:", "", *lines, "```\n"])


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("source-read", add_menu)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
