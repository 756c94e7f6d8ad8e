"""Shapes of columns of places as codes: geohashes, grids, parts of postcodes, three words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analysis.privacy.lexicon import word_set
from analysis.privacy.shape import Shape

__all__ = ["PLACE_SHAPES"]


def _of_one_region(texts: Sequence[str]) -> bool:
    """Accept geohashes of one length that begin alike and hold letters and digits."""
    alike = len({text[:2] for text in texts}) == 1
    if any(re.fullmatch("0[bx].*", text) for text in texts):
        return False
    mixed = sum(bool(re.search(r"\d", text) and re.search("[a-z]", text)) for text in texts)
    return alike and len({len(text) for text in texts}) == 1 and mixed >= 0.8 * len(texts)


def _starts_below_two(texts: Sequence[str]) -> bool:
    """Accept seven digits of which some begin as no American exchange does."""
    return any(text[0] in "01" for text in texts)


def _are_british_areas(texts: Sequence[str]) -> bool:
    """Accept first halves of postcodes of four areas or more; labels of visits have fewer."""
    areas = [re.match("[A-Z]+", text) for text in texts]
    letters = [area[0].casefold() for area in areas if area is not None]
    real = sum(area in word_set("places", "uk_postcode_areas") for area in letters)
    return len(set(letters)) >= 4 and real >= 0.95 * len(texts)


def _place(kind: str, pattern: str, accept: object = None, *, least: int = 4) -> Shape:
    """Make a shape of the element of places."""
    return Shape(
        element=2,
        kind=kind,
        pattern=re.compile(pattern),
        accept=accept,  # type: ignore[arg-type]
        least=least,
    )


PLACE_SHAPES: tuple[Shape, ...] = (
    _place("geohash", r"[0-9bcdefghjkmnpqrstuvwxyz]{5,12}", _of_one_region),
    _place("three words for a place", r"/{0,3}[a-z]{3,}\.[a-z]{3,}\.[a-z]{3,}"),
    _place("map grid", r"\d{1,2}[C-HJ-NP-X] ?[A-HJ-NP-Z]{2} ?\d{2,5} ?\d{2,5}"),
    _place("map grid", r"\d{1,2} ?[C-HJ-NP-XNS] \d{6}(?:\.\d+)? \d{6,7}(?:\.\d+)?"),
    _place("map grid", r"[HJNOST][A-HJ-Z] ?\d{2,5} ?\d{2,5}"),
    _place("map grid", r"8[0-9a-f]{7,10}f{3,8}", least=3),
    _place("coordinates", r"[NSEW]?\s?[+-]?\d{1,3}[.,]\d{4,8}\s?°?\s?[NSEWO]", least=3),
    _place("postcode", r"〒? ?\d{3}-\d{4}", _starts_below_two, least=3),
    _place("postcode", r"〒 ?\d{3}-?\d{4}|\d{5}-\d{3}|\d{2}\.\d{3}-\d{3}", least=3),
    _place("postcode", r"[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z]", least=3),
    _place("postcode", r"[A-Z]{1,2}\d{1,2}[A-Z]?", _are_british_areas, least=6),
    _place("census tract", r"(?:0[1-9]|[1-4]\d|5[0-6])\d{9}(?:\d|\d{4})?", least=3),
    _place("census tract", r"[EWSN]\d{8}", least=3),
)  # fmt: skip
"""Shapes of element 2."""
