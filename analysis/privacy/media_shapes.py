"""Shapes of columns that hold bodies and pictures as numbers: vectors, minutiae, genes, pixels."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analysis.privacy.shape import Shape

__all__ = ["MEDIA_SHAPES"]

_NUMBER = r"[+-]?\d*\.\d+(?:[eE][+-]?\d+)?"
_WHOLE = r"\d{1,3}"


def _are_bytes(texts: Sequence[str]) -> bool:
    """Accept lists of whole numbers up to 255 that use the range."""
    numbers = [int(number) for text in texts for number in re.findall(r"\d+", text)]
    return max(numbers) <= 255 and len(set(numbers)) >= 16


MEDIA_SHAPES: tuple[Shape, ...] = (
    Shape(
        element=16,
        kind="vector of features",
        pattern=re.compile(rf"\W*{_NUMBER}(?:[\s,;|]+{_NUMBER}){{7,}}\W*"),
        least=2,
    ),
    Shape(
        element=16,
        kind="points of a fingerprint",
        pattern=re.compile(
            r"\W*(?:\(?\d{1,4}[,:/ ]\d{1,4}[,:/ ]\d{1,3}(?:[,:/ ]\w+)?\)?[;|, ]*){4,}"
        ),
        least=2,
    ),
    Shape(
        element=16,
        kind="drawn line, as of a signature",
        pattern=re.compile(r"[Mm][\d\s.,-]+(?:[LHVCSQTAlhvcsqta][\d\s.,-]+)+[Zz]?"),
        least=2,
    ),
    Shape(
        element=16,
        kind="code of an iris",
        pattern=re.compile(r"[01]{32,}"),
        least=2,
    ),
    Shape(
        element=17,
        kind="picture as numbers",
        pattern=re.compile(rf"[\[({{]{{2,}}{_WHOLE}(?:[\s,;\])}}\[({{]+{_WHOLE}){{15,}}[\])}}]*"),
        accept=_are_bytes,
        least=2,
    ),
    Shape(
        element=17,
        kind="long block of encoded data",
        pattern=re.compile(r"(?:[0-9a-fA-F]{160,}|[A-Za-z0-9+/_-]{160,}={0,2})"),
        least=2,
    ),
    Shape(
        element=16,
        kind="genetic characteristics",
        pattern=re.compile(
            r"(?:(?:HLA-)?(?:A|B|C|DRB[1-5]|DQ[AB]1|DP[AB]1)\*\d{2,3}(?::\d{2,3})*[\s,;/|]*){2,}"
            r"|(?:(?:rs|i)\d{3,10}[\s:=(]*[ACGTDI]\s?[/|]?\s?[ACGTDI]\)?[\s,;|]*)+"
        ),
        least=2,
    ),
)
"""Shapes of elements 16 and 17."""
