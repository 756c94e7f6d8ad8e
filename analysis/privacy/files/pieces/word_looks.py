"""How a Word document shows its letters: colours, sizes and grounds, by its styles or by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace

from analysis.privacy.files.pieces.piece import Trouble
from analysis.privacy.files.pieces.safe_xml import Element
from analysis.privacy.files.pieces.unseen import PAPER, are_alike, colour_of

__all__ = ["Look", "look_with", "styles_of"]

_SMALLEST = 4
_LONGEST_CHAIN = 10
_OFF = ("0", "false", "off")


@dataclass(frozen=True, kw_only=True)
class Look:
    """What is said about some letters; None for what is left to what stands around them.

    Parameters
    ----------
    letters : str or None
        Their colour; an unknown one is an empty text.
    half_points : int or None
        Their size.
    ground : str or None
        The colour behind them; an unknown one is an empty text.
    vanishes : bool or None
        Whether they are hidden text.
    """

    letters: str | None = None
    half_points: int | None = None
    ground: str | None = None
    vanishes: bool | None = None

    def over(self, other: Look) -> Look:
        """Put this look over a weaker one."""
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        return replace(other, **{name: value for name, value in said.items() if value is not None})

    @property
    def is_unseen(self) -> bool:
        """Whether a reader does not see such letters."""
        tiny = self.half_points is not None and self.half_points <= _SMALLEST
        ground = PAPER if self.ground is None else self.ground
        return bool(self.vanishes) or tiny or are_alike(self.letters or None, ground or None)


def look_with(look: Look, element: Element) -> Look:
    """Take one property of letters into a look.

    Parameters
    ----------
    look : Look
        What was said so far.
    element : Element
        The beginning of a property, such as ``w:color``.

    Returns
    -------
    Look
        The same look where the element says nothing about how letters are seen.

    Examples
    --------
    >>> element = Element(
    ...     name="color", attributes={"val": "FFFFFF"}, text="", is_end=False, path=()
    ... )
    >>> look_with(Look(), element).is_unseen
    True
    """
    name, values = element.name, element.attributes
    value = values.get("val", "")
    if name == "color":
        return replace(look, letters="" if "themeColor" in values else _known(value))
    if name == "sz" and re.fullmatch(r"\d{1,4}", value):
        return replace(look, half_points=int(value))
    if name == "shd":
        fill = values.get("fill", "auto")
        painted = "themeFill" in values or value not in ("", "clear", "nil")
        return look if fill == "auto" and not painted else replace(look, ground=_known(fill))
    if name == "highlight":
        return replace(look, ground=_known(value))
    if name in ("vanish", "specVanish"):
        return replace(look, vanishes=values.get("val", "1") not in _OFF)
    return look


def _known(value: str) -> str:
    """Read a colour; an empty text for one that is not known."""
    return colour_of(value) or ""


def styles_of(elements: Iterable[Element | Trouble]) -> dict[str, Look]:
    """Read the looks of the styles of a document, with those they are based on.

    Parameters
    ----------
    elements : iterable of Element or Trouble
        Those of the part ``word/styles.xml``, in their order.

    Returns
    -------
    dict of str to Look
        By the id of the style; one of a table that paints any part has an unknown ground.
    """
    own: dict[str, Look] = {}
    based: dict[str, str] = {}
    style = ""
    for element in elements:
        if isinstance(element, Trouble) or element.is_end:
            continue
        if element.name == "style":
            style = element.attributes.get("styleId", "")
            own[style] = Look()
        elif "style" in element.path and element.name == "basedOn":
            based[style] = element.attributes.get("val", "")
        elif "style" in element.path and "tblStylePr" in element.path and element.name == "shd":
            own[style] = replace(own[style], ground="")
        elif "style" in element.path and "tblStylePr" not in element.path:
            own[style] = look_with(own[style], element)
    return {name: _whole(name, own, based) for name in own}


def _whole(name: str, own: Mapping[str, Look], based: Mapping[str, str]) -> Look:
    """Put a style over those it is based on."""
    look = Look()
    for _ in range(_LONGEST_CHAIN):
        look = look.over(own.get(name, Look()))
        name = based.get(name, "")
        if not name:
            break
    return look
