"""Judging the texts of a whole column by their shape, where one text alone would say too little."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pandas as pd

from analysis.privacy.code_shapes import LINKED_SHAPES, PREFIXED_SHAPES
from analysis.privacy.contact_shapes import CONTACT_SHAPES
from analysis.privacy.date_shapes import DATE_SHAPES
from analysis.privacy.media_shapes import MEDIA_SHAPES
from analysis.privacy.name_shapes import NAME_SHAPES
from analysis.privacy.person_shapes import LICENCE_SHAPES, PERSON_SHAPES
from analysis.privacy.place_shapes import PLACE_SHAPES
from analysis.privacy.shape import Shape
from analysis.privacy.thing_shapes import ACCOUNT_SHAPES, DEVICE_SHAPES, VEHICLE_SHAPES

__all__ = ["SHAPES", "kinds_of_shapes"]

SHAPES: tuple[Shape, ...] = (
    *MEDIA_SHAPES,
    *DATE_SHAPES,
    *PLACE_SHAPES,
    *NAME_SHAPES,
    *PREFIXED_SHAPES,
    *CONTACT_SHAPES,
    *PERSON_SHAPES,
    *ACCOUNT_SHAPES,
    *LICENCE_SHAPES,
    *VEHICLE_SHAPES,
    *DEVICE_SHAPES,
    *LINKED_SHAPES,
)
"""Every shape of a column."""

_Texts = list[tuple[str, int]]
_SAMPLE = 400
_NEARLY_ALL = 0.9
_LABEL = re.compile(r"[A-Za-z]{0,9}[ .#]?\d{1,4}\s?(?:[-–|:/]\s?|\s{2,})(?P<rest>\S.*)")
_DIGIT = re.compile(r"\d")
_WORDS = re.compile(r"[^\W\d_]+(?:[ -][^\W\d_]+)?\.?")
_NOTHING = re.compile(r"(?i)\W*(?:n/?a|none|nil|unknown|unk|missing|null|nan|not known|\?)?\W*")


def kinds_of_shapes(counts: pd.Series) -> dict[tuple[int, str], int]:
    """Tell what the texts of a column are by their common shape.

    Parameters
    ----------
    counts : pandas.Series of int, indexed by text
        Rows of each distinct text. Texts that say that nothing is known are left out.

    Returns
    -------
    dict of (int, str) to int
        Element of Safe Harbor and kind, with the rows of that shape. Of a column with more than
        400 distinct texts as many are judged, evenly spread, and rows are scaled up.

    Examples
    --------
    >>> kinds_of_shapes(pd.Series(1, index=["K.T.", "A.B.", "M.R.", "J.D.", "O.P."]))
    {(1, 'initials'): 5}
    """
    texts = [(str(text).strip(), int(rows)) for text, rows in counts.items()]
    texts = [(text, rows) for text, rows in texts[:: max(1, len(texts) // _SAMPLE)] if text]
    known = [(text, rows) for text, rows in texts if not _NOTHING.fullmatch(text)]
    if not known:
        return {}
    scale = counts.sum() / max(1, sum(rows for _, rows in texts))
    words = sum(_WORDS.fullmatch(text) is not None for text, _ in known)
    found: dict[tuple[int, str], int] = {}
    for shape, judged, kind in _trials(known):
        hits = [(text, rows) for text, rows in judged if shape.pattern.fullmatch(text)]
        if _is_one_of(shape, [text for text, _ in hits], len(judged), words):
            key = shape.element, kind
            found[key] = max(round(sum(rows for _, rows in hits) * scale), found.get(key, 0))
    return found


def _trials(known: _Texts) -> Iterator[tuple[Shape, _Texts, str]]:
    """Give each shape with the texts that it is tried on, and what it then tells."""
    yield from ((shape, known, shape.kind) for shape in SHAPES)
    behind = _last_parts(known)
    if behind:
        yield from ((shape, behind, "name behind a label") for shape in NAME_SHAPES)


def _last_parts(texts: _Texts) -> _Texts:
    """Give what stands behind labels of visits and the like, where nearly all texts have one."""
    labelled = [(_LABEL.fullmatch(text), rows) for text, rows in texts]
    parts = Counter[str]()
    for match, rows in labelled:
        if match is not None:
            parts[match["rest"]] += rows
    n_labelled = sum(match is not None for match, _ in labelled)
    return list(parts.items()) if n_labelled >= _NEARLY_ALL * max(1, len(texts)) else []


def _is_one_of(shape: Shape, hits: list[str], n: int, n_words: int) -> bool:
    """Tell whether enough texts are of a shape, and pass its test together.

    Words such as "pending" or "cash" stand in the place of a code that is not there, so codes are
    counted without them.
    """
    if hits and all(_DIGIT.search(text) for text in hits):
        n -= n_words
    if len(hits) < shape.least or len(hits) < shape.share * n:
        return False
    return shape.accept is None or shape.accept(hits)
