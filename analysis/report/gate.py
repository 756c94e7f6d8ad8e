"""The last look at a page before it is written.

Nothing may be loaded from elsewhere, every figure has a text alternative, every link of the
contents leads to its place, and headings and tables can be followed by a screen reader.
"""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

from analysis.errors import ReportError

__all__ = ["page_faults", "require_sound_page"]

_ADDRESSES = (
    "action",
    "background",
    "data",
    "formaction",
    "href",
    "manifest",
    "ping",
    "poster",
    "src",
    "xlink:href",
)
_LINK = ("a", "href")
_STYLES = ("style", "clip-path", "cursor", "fill", "filter", "mask", "stroke")
_CSS_LOAD = re.compile(r"@import|image-set\(|url\(\s*['\"]?\s*(?!data:|#|['\"]|\s)", re.IGNORECASE)


class _Reader(HTMLParser):
    """Collect the faults of a page while reading it once."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.levels: list[int] = []
        self.in_style = False
        self.language = ""
        self.places: Counter[str] = Counter()
        self.leads_to: set[str] = set()
        self.title = ""
        self.in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self._look_for_loads(tag, values)
        self._note_places(tag, values)
        if tag == "img" and len(values.get("alt", "")) < 20:
            self.faults.append("a figure has no text alternative")
        if tag == "th" and "scope" not in values:
            self.faults.append("a table header has no scope")
        if tag == "html":
            self.language = values.get("lang", "")
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))
        self.in_style = tag == "style"
        self.in_title = tag == "title"

    def _look_for_loads(self, tag: str, values: dict[str, str]) -> None:
        """Note what brings something from elsewhere into the page, or a script."""
        if any(self._leaves(values.get(name, "")) for name in _ADDRESSES if (tag, name) != _LINK):
            self.faults.append(f"<{tag}> loads from elsewhere")
        styles = " ".join(values.get(name, "") for name in _STYLES)
        if {"srcset", "imagesrcset", "srcdoc"} & values.keys() or _CSS_LOAD.search(styles):
            self.faults.append(f"<{tag}> loads through an attribute")
        if any(name.startswith("on") for name in values):
            self.faults.append(f"<{tag}> has a script in an attribute")
        if tag in ("script", "base", "form") or values.get("http-equiv", "").lower() == "refresh":
            self.faults.append(f"<{tag}> is not allowed")

    def _note_places(self, tag: str, values: dict[str, str]) -> None:
        """Note the ids of the page, and where its links lead."""
        if values.get("id"):
            self.places[values["id"]] += 1
        if tag == "a" and values.get("href", "").startswith("#"):
            self.leads_to.add(values["href"][1:])

    def handle_endtag(self, tag: str) -> None:
        self.in_title = False
        self.in_style = self.in_style and tag != "style"

    def handle_data(self, data: str) -> None:
        if self.in_style and _CSS_LOAD.search(data):
            self.faults.append("a style sheet loads from elsewhere")
        if self.in_title:
            self.title += data.strip()

    @staticmethod
    def _leaves(address: str) -> bool:
        """Tell whether loading this address leaves the page."""
        place = address.strip().lower()
        return bool(place) and not place.startswith(("data:", "#"))


def page_faults(page: str) -> list[str]:
    """List what is wrong with a page that must stand alone.

    Parameters
    ----------
    page : str
        A whole HTML page.

    Returns
    -------
    list of str
        Faults, without any content of the page; empty when it is sound. Plain links are fine.

    Examples
    --------
    >>> head = '<html lang="en"><title>Report</title><h1>Report</h1>'
    >>> page_faults(f'{head}<a href="https://example.org">a</a></html>')
    []
    >>> page_faults(f'{head}<img src="logo.png" alt=""></html>')
    ['<img> loads from elsewhere', 'a figure has no text alternative']
    """
    reader = _Reader()
    reader.feed(page)
    faults = list(dict.fromkeys(reader.faults))
    if reader.levels.count(1) != 1:
        faults.append("the page must have exactly one main heading")
    steps = zip(reader.levels, reader.levels[1:], strict=False)
    if any(after > before + 1 for before, after in steps):
        faults.append("a heading level is skipped")
    if not reader.language:
        faults.append("the language is not stated")
    if not reader.title:
        faults.append("the page has no title")
    if max(reader.places.values(), default=0) > 1:
        faults.append("two parts have the same id")
    if reader.leads_to - reader.places.keys():
        faults.append("a link leads to no part of the page")
    return faults


def require_sound_page(page: str) -> None:
    """Refuse a page with any fault.

    Parameters
    ----------
    page : str
        A whole HTML page.

    Raises
    ------
    ReportError
        Lists the faults.
    """
    faults = page_faults(page)
    if faults:
        raise ReportError(
            f"The report was not written, because {'; '.join(faults)}. "
            "Correct the notebook cell that makes this output."
        )
