"""Cells of a table: which are there, which are numbers or types, which codes have one shape."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["are_of_one_shape", "is_number", "is_type", "present_cells"]

_MISSING = {"", "nan", "none", "<na>", "nat", "...", "…", "null", "-", "—"}

_NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d*)?(?:e[-+]?\d+)?%?")
_TYPES = re.compile(
    r"(?i)(?:object|category|string(?:\[\w+\])?|str|bool(?:ean)?|u?int\d*|float\d*"
    r"|datetime64\[.*\]|date|text|number|integer)"
)


def present_cells(cells: Sequence[str]) -> list[str]:
    """Leave out cells that are missing or stand for rows not shown.

    Parameters
    ----------
    cells : sequence of str
        Cells of one column or row.

    Returns
    -------
    list of str
        The others, in their order.

    Examples
    --------
    >>> present_cells(["12", "NaN", "...", ""])
    ['12']
    """
    return [cell for cell in cells if cell.strip().casefold() not in _MISSING]


def are_of_one_shape(codes: set[str]) -> bool:
    """Tell whether codes have one shape: letters at the same places.

    Parameters
    ----------
    codes : set of str
        Different codes.

    Returns
    -------
    bool
        True for few shapes or one length.

    Examples
    --------
    >>> are_of_one_shape({"KX-1042", "KX-1043"}), are_of_one_shape({"a1", "b-22", "333", "4.c"})
    (True, False)
    """
    shapes = {re.sub(r"[A-Za-z]", "a", re.sub(r"\d", "0", code)) for code in codes}
    lengths = {len(code) for code in codes}
    return len(shapes) <= max(2, len(codes) // 3) or len(lengths) == 1


def is_number(cell: str) -> bool:
    """Tell whether a cell is one number.

    Parameters
    ----------
    cell : str
        A cell.

    Returns
    -------
    bool
        Also for commas between thousands and a sign for per cent; False where it is missing.

    Examples
    --------
    >>> is_number("1,204"), is_number("12.5%"), is_number("week 4")
    (True, True, False)
    """
    return _NUMBER.fullmatch(cell) is not None


def is_type(cell: str) -> bool:
    """Tell whether a cell names the type of a column.

    Parameters
    ----------
    cell : str
        A cell.

    Returns
    -------
    bool
        True for such as ``int64``; False where it is missing.

    Examples
    --------
    >>> is_type("int64"), is_type("female")
    (True, False)
    """
    return _TYPES.fullmatch(cell) is not None
