"""Reading texts as numbers, with the decimal mark of the file and a unit behind the number."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["read_numbers", "split_unit"]

Floats = npt.NDArray[np.float64]

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_WITH_UNIT = re.compile(r"\s*([+-]?[\d.,' ]*\d)\s*([^\d\s].*?)?\s*")


_SLASH = re.compile(r"\s*/\s*")


def read_numbers(texts: Sequence[str], *, decimal: str = ".", thousands: str = "") -> Floats:
    """Read every text as a number.

    Parameters
    ----------
    texts : sequence of str
        Entries of a column.
    decimal : {".", ","}
        The decimal mark.
    thousands : str
        Mark between groups of three digits; empty when there is none.

    Returns
    -------
    numpy.ndarray, shape (n_texts,)
        NaN where a text is no number. A minus sign may be a hyphen or a true minus.

    Examples
    --------
    >>> read_numbers(["1.234,5", "−2", "1.23,4", "n"], decimal=",", thousands=".").tolist()
    [1234.5, -2.0, nan, nan]
    """
    return np.array([_number(text, decimal, thousands) for text in texts], dtype=np.float64)


def _number(text: str, decimal: str, thousands: str) -> float:
    """Read one text; NaN when it is no number."""
    plain = text.strip().replace("−", "-")
    if thousands and thousands in plain:
        whole, mark, rest = plain.partition(decimal)
        groups = whole.split(thousands)
        if any(len(group) != 3 for group in groups[1:]) or thousands in rest:
            return np.nan
        plain = "".join(groups) + mark + rest
    if decimal != ".":
        if "." in plain:
            return np.nan
        plain = plain.replace(decimal, ".")
    return float(plain) if _NUMBER.fullmatch(plain) else np.nan


def split_unit(text: str) -> tuple[str, str]:
    """Separate a number from the unit behind it.

    Parameters
    ----------
    text : str
        Such as "0.5 mg/kg".

    Returns
    -------
    number, unit : str
        Both empty when there is no number at the beginning; the unit in small letters without
        spaces.

    Examples
    --------
    >>> split_unit("0.5 mg / kg IV"), split_unit("185"), split_unit("about 40 mg")
    (('0.5', 'mg/kg'), ('185', ''), ('', ''))
    """
    found = _WITH_UNIT.fullmatch(text)
    if found is None:
        return "", ""
    behind = _SLASH.sub("/", found[2] or "").casefold()
    first, _, rest = behind.partition(" ")
    if "/" in first and "/kg" not in rest:  # a compound unit ends at the space: "mg/kg IV"
        behind = first
    return found[1], re.sub(r"\s+", "", behind).rstrip(".")
