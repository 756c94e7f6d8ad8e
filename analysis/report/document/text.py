"""Reading the text of an HTML element as runs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from analysis.report.document.model import Run
from analysis.report.document.tree import Element

__all__ = ["LEFT_OUT", "is_text", "runs_of", "tidy"]

LEFT_OUT = {"style", "script", "template", "nav", "title", "meta", "link", "hr"}
"""Elements that say nothing to a reader."""

_BOLD = {"strong", "b", "dt", "summary"}
_ITALIC = {"em", "i", "cite", "var", "dfn"}
_CODE = {"code", "kbd", "samp", "tt"}
_PLAIN = {"a", "span", "sub", "sup", "small", "abbr", "q", "mark", "time", "u", "s", "data", "br",
          "wbr", "label", "output", "bdi", "del", "ins", "font"}  # fmt: skip
_INLINE = {"strong", "b"} | _ITALIC | _CODE | _PLAIN
_SPACE = re.compile(r"[ \t\n\r\f]+")
_SPACES = re.compile(r" {2,}")
_BREAKS = re.compile(r" *\n[ \n]*")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LIGHT = re.compile(r"font-weight:\s*(?:400|normal)")
_LINK = re.compile(r"(?:#|https?://|mailto:)", re.IGNORECASE)


def is_text(node: Element | str) -> bool:
    """Tell whether a node is text, or an element that holds nothing but text.

    Parameters
    ----------
    node : Element or str
        A node of a page.

    Returns
    -------
    bool
        False for everything that stands in a block of its own.
    """
    if isinstance(node, str):
        return True
    return node.name in _INLINE and all(is_text(child) for child in node.children)


def runs_of(
    node: Element | str, look: Run | None = None, *, verbatim: bool = False
) -> Iterator[Run]:
    """Take the text out of a node, with what is bold, italic, code or a link.

    Parameters
    ----------
    node : Element or str
        A node of a page.
    look : Run, optional
        How the text around it looks.
    verbatim : bool
        Whether spaces and line breaks are kept as they are.

    Yields
    ------
    Run
        Not tidied yet: see `tidy`. An element that stands in a block of its own is set off by line
        breaks.
    """
    look = look or Run(text="")
    if isinstance(node, str):
        text = _UNPRINTABLE.sub("\ufffd", node)
        yield replace(look, text=text if verbatim else _SPACE.sub(" ", text))
    elif node.name not in LEFT_OUT:
        block = node.name not in _INLINE
        inner = _looking(node, look)
        if block or node.name == "br":
            yield Run(text="\n")
        for child in node.children:
            yield from runs_of(child, inner, verbatim=verbatim)
        if block:
            yield Run(text="\n")


def _looking(element: Element, look: Run) -> Run:
    """Say how the text of an element looks."""
    address = element.get("href")
    light = _LIGHT.search(element.get("style")) is not None
    return Run(
        text="",
        bold=(look.bold or element.name in _BOLD) and not light,
        italic=look.italic or element.name in _ITALIC,
        code=look.code or element.name in _CODE,
        link=address if element.name == "a" and _LINK.match(address) else look.link,
    )


def tidy(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Join runs that look the same, and take away spaces that a browser would not show.

    Parameters
    ----------
    runs : iterable of Run
        As `runs_of` gives them.

    Returns
    -------
    tuple of Run
        Without spaces or line breaks at both ends; empty when nothing is said.

    Examples
    --------
    >>> [run.text for run in tidy([Run(text=" a  "), Run(text=" b"), Run(text="c ", bold=True)])]
    ['a b', 'c']
    """
    kept: list[Run] = []
    for run in runs:
        before = kept[-1].text if kept else "\n"
        text = _BREAKS.sub("\n", _SPACES.sub(" ", run.text))
        text = text.lstrip(" \n") if before.endswith("\n") else text
        text = text.lstrip(" ") if before.endswith(" ") else text
        if text.startswith("\n") and kept:
            kept[-1] = replace(kept[-1], text=before.rstrip(" "))
        _append(kept, replace(run, text=text))
    while kept and not kept[-1].text.rstrip(" \n"):
        kept.pop()
    if kept:
        kept[-1] = replace(kept[-1], text=kept[-1].text.rstrip(" \n"))
    return tuple(run for run in kept if run.text)


def _append(kept: list[Run], run: Run) -> None:
    """Add a run to those that are kept, joined to the last where both look the same."""
    if not run.text:
        return
    if kept and _look(kept[-1]) == _look(run):
        kept[-1] = replace(run, text=kept[-1].text + run.text)
    else:
        kept.append(run)


def _look(run: Run) -> tuple[bool, bool, bool, str]:
    """How a run looks."""
    return run.bold, run.italic, run.code, run.link
