"""Shapes of columns that hold dates without a year, without parts, or as padded numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from analysis.privacy.number_shapes import is_compact_day
from analysis.privacy.shape import Shape

__all__ = ["DATE_SHAPES"]

_Numbers = npt.NDArray[np.float64]


def _pairs_are_days(texts: Sequence[str]) -> bool:
    """Accept month and day, or day and month, where one is often padded and one over 12."""
    pairs = np.array([[int(part) for part in re.findall(r"\d+", text)] for text in texts])
    padded = any(re.search(r"\b0\d", text) for text in texts)
    month, day = (pairs >= 1) & (pairs <= 12), (pairs >= 1) & (pairs <= 31)
    fits = max((month[:, 0] & day[:, 1]).mean(), (day[:, 0] & month[:, 1]).mean())
    return padded and bool(fits == 1.0) and int(pairs.max()) > 12


def _numbers_are(test: Callable[[_Numbers], npt.NDArray[np.bool_]]) -> Callable[..., bool]:
    """Make a test of padded numbers from one of numbers."""
    return lambda texts: bool(test(np.array([float(text) for text in texts])).mean() >= 0.95)


def _days_of_years(texts: Sequence[str]) -> bool:
    """Accept days of the year of which some are no months."""
    numbers = [int(re.findall(r"\d+", text)[0]) for text in texts]
    return max(numbers) > 12 and max(numbers) <= 366 and min(numbers) >= 1


def _date(kind: str, pattern: str, accept: object = None, *, least: int = 4) -> Shape:
    """Make a shape of the element of dates."""
    return Shape(
        element=3,
        kind=kind,
        pattern=re.compile(pattern),
        accept=accept,  # type: ignore[arg-type]
        least=least,
        share=0.9,
    )


DATE_SHAPES: tuple[Shape, ...] = (
    _date("day and month", r"\d{2}[-/.]\d{2}\.?", _pairs_are_days, least=5),
    _date("day and month", r"--?\d{2}-?\d{2}", _pairs_are_days),
    _date("date of a Japanese era", r"[RHST]\.?\d{1,2}(?:[./-]\d{1,2}){2}", least=3),
    _date("day of the year", r"\d{1,3}[/-](?:19|20)\d{2}", _days_of_years),
    _date("date as a number", r"\d{6}", _numbers_are(is_compact_day)),
    _date("date as a number", r"\d{8}", _numbers_are(is_compact_day)),
    _date("week", r"(?:19|20)?\d{2}[-/]?[WwKk][WwKk]?\d{2}", least=3),
    _date("week", r"(?i)(?:wk|w|week|kw|cw|s|sem)\.?\s?\d{1,2}[-/.]\s?(?:20)?\d{2}", least=3),
)  # fmt: skip
"""Shapes of element 3."""
