"""Counting the marks and lines of a vector chart that may each stand for one patient."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

__all__ = ["ChartMarks"]

_MANY_MARKS = 30
_MANY_LINES = 20
_FEWEST_PLACES = 12
_PLACE = re.compile(r"translate\(\s*(-?[\d.]+)[\s,]+(-?[\d.]+)")
_POINTS = re.compile(r"-?[\d.]+(?:e-?\d+)?[\s,]+-?[\d.]+(?:e-?\d+)?")
_CURVE = re.compile(r"[CcSsQqTtAaZz]")
_MOST = 100_000


class ChartMarks:
    """Marks and lines of a drawing, gathered element by element.

    Whatever library drew it: a mark is a shape that comes back at places that differ both across
    and down, as ticks of an axis and letters never do; a line is an open one with a bend.

    Examples
    --------
    >>> marks = ChartMarks()
    >>> for n in range(40):
    ...     marks.take("circle", {"cx": str(n), "cy": str(n * n % 37), "r": "2"})
    >>> marks.kind
    'marks of single patients'
    """

    def __init__(self) -> None:
        self.places: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
        self.lines = 0
        self.circles = 0

    def take(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take one element that begins."""
        self.circles += name in ("circle", "ellipse")
        if name in ("circle", "ellipse"):
            self._put((name,), attributes.get("cx", ""), attributes.get("cy", ""), attributes)
        elif name == "use":
            drawn = attributes.get("href", attributes.get("xlink:href", ""))
            self._put((name, drawn), attributes.get("x", ""), attributes.get("y", ""), attributes)
        elif name == "rect":
            shape = (name, attributes.get("width", ""), attributes.get("height", ""))
            self._put(shape, attributes.get("x", ""), attributes.get("y", ""), attributes)
        elif name == "line":
            self._line([attributes.get(key, "") for key in ("x1", "y1", "x2", "y2")])
        elif name == "polyline":
            self.lines += len(_POINTS.findall(attributes.get("points", ""))) >= 3
        elif name == "path":
            self._path(attributes)

    def _put(
        self, shape: tuple[str, ...], across: str, down: str, attributes: Mapping[str, str]
    ) -> None:
        """Keep the place of a shape."""
        moved = _PLACE.search(attributes.get("transform", ""))
        places = self.places[shape]
        if len(places) < _MOST:
            places.append((moved[1], moved[2]) if moved else (across, down))

    def _line(self, ends: list[str]) -> None:
        """Count a straight line that is neither level nor upright, as grids and ticks are."""
        self.lines += ends[0] != ends[2] and ends[1] != ends[3]

    def _path(self, attributes: Mapping[str, str]) -> None:
        """Tell a moved shape from lines, one or many in one path."""
        drawn = attributes.get("d", "")
        if _PLACE.search(attributes.get("transform", "")):
            self._put(("path", drawn[:200]), "", "", attributes)
        elif "fill:none" in attributes.get("style", "").replace(" ", "") or (
            attributes.get("fill") == "none"
        ):
            parts = re.split(r"[Mm]", drawn)
            self.lines += sum(
                len(_POINTS.findall(part)) >= 3 and _CURVE.search(part) is None for part in parts
            )

    @property
    def kind(self) -> str:
        """A key of the rules about files, or an empty text where there are few marks."""
        if self.lines >= _MANY_LINES or any(map(_scattered, self.places.values())):
            return "marks of single patients"
        return "many marks" if self.circles >= _MANY_MARKS else ""


def _scattered(places: list[tuple[str, str]]) -> bool:
    """Tell whether there are many places that differ across and down."""
    if len(places) < _MANY_MARKS:
        return False
    across, down = zip(*places, strict=True)
    return min(len(set(across)), len(set(down))) >= _FEWEST_PLACES
