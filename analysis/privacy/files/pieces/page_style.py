"""Which text of a page nobody sees by its style: its colour, its size, how clear it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from analysis.privacy.files.pieces.unseen import PAPER, are_alike, colour_of

__all__ = ["PageStyle"]

_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_CONDITIONAL = re.compile(r"@[^{};]+\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}|/\*.*?\*/", re.DOTALL)
_SELECTOR = re.compile(r"(?:^|[\s>+~])([\w-]*(?:[.#][\w-]+)?)\s*$")
_SIZE = re.compile(r"([\d.]+)\s*(px|pt|em|rem|%|)")
_SMALLEST = {"px": 2.0, "pt": 2.0, "em": 0.2, "rem": 0.2, "%": 20.0, "": 0.0}
_WANTED = frozenset({"color", "background", "background-color", "font-size", "opacity"})
_STYLED = re.compile(r"(?i)color\s*[:=]|font-size|opacity|background")
_CLOSE_THEMSELVES = frozenset({"td", "th", "tr", "li", "p", "option", "dt", "dd"})
_MOST_RULES = 5_000


@dataclass(kw_only=True, slots=True)
class _Region:
    """A styled element that is open: its tag, how often inside itself, its ground and letters."""

    tag: str
    depth: int
    ground: str | None
    is_unseen: bool


class PageStyle:
    """Follows the styles of a page, element by element.

    Parameters
    ----------
    page : str
        The whole page; one that sets no colours and sizes costs nothing.

    Notes
    -----
    Understood are styles of elements and rules of the page for a tag, a class or an id, whatever
    stands around them. What a style sheet elsewhere or a program sets is not known.

    Examples
    --------
    >>> style = PageStyle('<p style="color:#fff">48210337</p>')
    >>> style.begin("p", {"style": "color:#fff"})
    >>> style.is_unseen
    True
    >>> style.end("p")
    >>> style.is_unseen
    False
    """

    def __init__(self, page: str) -> None:
        self.is_styled = _STYLED.search(page) is not None
        self._rules: dict[str, dict[str, str]] = {}
        self._open: list[_Region] = []

    def take_sheet(self, text: str) -> None:
        """Take the text of a style element; rules for other media are left out."""
        for rule in _RULE.finditer(_CONDITIONAL.sub(" ", text)):
            wanted = _declared(rule[2])
            for selector in rule[1].split(",") if wanted else ():
                last = _SELECTOR.search(selector)
                if last and last[1] and len(self._rules) < _MOST_RULES:
                    self._rules.setdefault(last[1].casefold(), {}).update(wanted)

    def begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take an element that begins and is no empty one."""
        top = self._open[-1] if self._open else None
        if top and top.tag == tag and tag in _CLOSE_THEMSELVES:
            self._open.pop()
            top = self._open[-1] if self._open else None
        style = self._style(tag, attributes)
        if style:
            self._open.append(self._region(tag, style, top))
        elif top and top.tag == tag:
            top.depth += 1

    def end(self, tag: str) -> None:
        """Take an element that ends."""
        if self._open and self._open[-1].tag == tag:
            self._open[-1].depth -= 1
            if self._open[-1].depth == 0:
                self._open.pop()

    @property
    def is_unseen(self) -> bool:
        """Whether the text that comes now cannot be seen."""
        return bool(self._open) and self._open[-1].is_unseen

    def _style(self, tag: str, attributes: Mapping[str, str]) -> dict[str, str]:
        """Gather what is declared for an element, the weakest rule first."""
        keys = [tag]
        for name in attributes.get("class", "").casefold().split():
            keys += [f".{name}", f"{tag}.{name}"]
        if "id" in attributes:
            keys.append(f"#{attributes['id'].casefold()}")
        style: dict[str, str] = {}
        for key in keys if self._rules else ():
            style.update(self._rules.get(key, {}))
        if tag == "font" and "color" in attributes:
            style["color"] = attributes["color"]
        if "bgcolor" in attributes:
            style["background"] = attributes["bgcolor"]
        style.update(_declared(attributes.get("style", "")))
        return style

    @staticmethod
    def _region(tag: str, style: Mapping[str, str], around: _Region | None) -> _Region:
        """Tell ground and visibility of an element by its style and what is around it."""
        ground = around.ground if around else PAPER
        painted = style.get("background-color", style.get("background"))
        if painted is not None:
            own = colour_of(painted)
            ground = ground if own == "none" else own
        unseen = around is not None and around.is_unseen
        if "color" in style:
            unseen = are_alike(colour_of(style["color"]), ground)
        unseen = unseen or _is_tiny(style.get("font-size", "")) or _is_clear(style)
        return _Region(tag=tag, depth=1, ground=ground, is_unseen=unseen)


def _declared(text: str) -> dict[str, str]:
    """Read the declarations that decide whether a text is seen."""
    found = {}
    for part in text.split(";"):
        name, _, value = part.partition(":")
        if name.strip().casefold() in _WANTED:
            found[name.strip().casefold()] = value.replace("!important", "").strip().casefold()
    return found


def _is_tiny(size: str) -> bool:
    """Tell whether letters of this size cannot be read."""
    found = _SIZE.fullmatch(size.strip())
    return found is not None and found[1] != "." and float(found[1]) <= _SMALLEST[found[2]]


def _is_clear(style: Mapping[str, str]) -> bool:
    """Tell whether an element is so clear that nothing is left of it."""
    opacity = style.get("opacity", "1")
    return re.fullmatch(r"\d*\.?\d+%?", opacity) is not None and float(opacity.rstrip("%")) <= 0.05
