"""Menus of the site: the links of an overview page, in their order, become its sub-pages.

A forge shows such a page as it is, without a directive in it.
"""

import posixpath
import re

from sphinx.application import Sphinx

OVERVIEWS = ("docs/index", "docs/how-to/index", "docs/methods/index", "docs/reference/index")
OVERVIEWS += ("docs/how-to/which-notebook",)
LINK = re.compile(r"\]\(([^)#:]+)\.(?:md|ipynb)\)")


def sub_pages(docname: str, text: str) -> list[str]:
    """List the pages that a page links to, each once, as paths from the top folder.

    >>> sub_pages("docs/index", "[a](start.md), [b](../README.md), [a](start.md), [c](x.py)")
    ['docs/start', 'README']
    """
    here = posixpath.dirname(docname)
    found = (posixpath.normpath(posixpath.join(here, target)) for target in LINK.findall(text))
    return list(dict.fromkeys(found))


def add_menu(_app: Sphinx, docname: str, source: list[str]) -> None:
    """Append the menu to the text of an overview before it is read."""
    if docname in OVERVIEWS:
        lines = [f"/{page}" for page in sub_pages(docname, source[0])]
        source[0] += "\n".join(["\n\n```{toctree}", ":hidden:", "", *lines, "```\n"])


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("source-read", add_menu)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
