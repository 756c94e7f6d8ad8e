"""What a cell of a workbook holds: a number where a plain number is shown, else text."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Value", "value_of"]

_PLAIN = re.compile(r"([-\u2212]?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.([0-9]+))?")
_DIGITS = 15  # a program for spreadsheets keeps no more of a number


@dataclass(frozen=True, kw_only=True, eq=False)
class Value:
    """What a cell holds and how it is shown.

    Parameters
    ----------
    content : str, int or float
        Text, or a number.
    number_format : str
        Such as "0.0"; "@" for text.
    """

    content: str | int | float
    number_format: str


def value_of(shown: str) -> Value:
    """Read what a table shows in a cell.

    Parameters
    ----------
    shown : str
        Text of the cell.

    Returns
    -------
    Value
        A number when the text is a plain one, with its decimals and its marks of thousands; the
        minus sign may be a hyphen or U+2212. Everything else is text, also numbers with a leading
        zero, such as codes, and those with more digits than a spreadsheet keeps.

    Examples
    --------
    >>> value_of("1,205"), value_of("−7.30").content, value_of("<11").number_format
    (Value(content=1205, number_format='#,##0'), -7.3, '@')
    """
    found = _PLAIN.fullmatch(shown)
    if found is None:
        return Value(content=shown, number_format="@")
    sign, whole, decimals = found[1], found[2], found[3] or ""
    digits = whole.replace(",", "")
    if len(digits + decimals) > _DIGITS or (digits.startswith("0") and digits != "0"):
        return Value(content=shown, number_format="@")
    size = float(f"{digits}.{decimals}") if decimals else int(digits)
    look = "#,##0" if "," in whole else "0"
    return Value(
        content=-size if sign else size,
        number_format=f"{look}.{'0' * len(decimals)}" if decimals else look,
    )
