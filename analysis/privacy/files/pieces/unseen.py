"""What is written so that nobody sees it: letters in the colour of their ground, or tiny ones."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["PAPER", "are_alike", "colour_of", "holds_codes"]

PAPER = "ffffff"
"""The colour of a page or a sheet that says nothing else."""

_NAMES = {
    "white": "ffffff", "snow": "fffafa", "ivory": "fffff0", "ghostwhite": "f8f8ff",
    "whitesmoke": "f5f5f5", "black": "000000", "red": "ff0000", "green": "008000",
    "blue": "0000ff", "yellow": "ffff00", "gray": "808080", "grey": "808080",
    "silver": "c0c0c0", "navy": "000080",
}  # fmt: skip
_RGB = re.compile(
    r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})(?:\s*[,/]\s*([\d.]+%?))?\s*\)"
)
_HEX = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})")
_CLOSE = 24
_LONG = re.compile(r"(?<![\w.,-])[A-Za-z]{0,8}[-_]?\d{5,12}(?![\w]|[.,-]\d)")
_SHORT = re.compile(r"(?<![\w.,-])[A-Za-z]{0,8}[-_]?\d{3,4}(?![\w%]|[.,-]\d)")
_YEAR = re.compile(r"(?:19|20)\d\d")
_FEWEST_SHORT = 5


def colour_of(written: str) -> str | None:
    """Read a colour as style sheets and documents write it.

    Parameters
    ----------
    written : str
        A name, hexadecimal digits, or ``rgb(…)``.

    Returns
    -------
    str or None
        Six hexadecimal digits; ``"none"`` where nothing is painted; None for what is not known.

    Examples
    --------
    >>> colour_of("#FFF"), colour_of("rgb(255, 0, 0)"), colour_of("transparent")
    ('ffffff', 'ff0000', 'none')
    """
    plain = written.strip().casefold()
    if plain in ("transparent", "none"):
        return "none"
    digits = _HEX.fullmatch(plain)
    if digits:
        return digits[1] if len(digits[1]) == 6 else "".join(2 * letter for letter in digits[1])
    parts = _RGB.fullmatch(plain)
    if parts:
        is_clear = parts[4] is not None and float(parts[4].rstrip("%")) == 0
        return "none" if is_clear else "".join(f"{min(int(parts[n]), 255):02x}" for n in (1, 2, 3))
    return _NAMES.get(plain)


def are_alike(letters: str | None, ground: str | None) -> bool:
    """Tell whether letters cannot be told from their ground.

    Parameters
    ----------
    letters, ground : str or None
        What `colour_of` gave.

    Returns
    -------
    bool
        False where one of both is not known.

    Examples
    --------
    >>> are_alike("fefefe", "ffffff"), are_alike("none", None), are_alike("ffffff", "336699")
    (True, True, False)
    """
    if letters == "none":
        return True
    if letters is None or ground is None or ground == "none":
        return False
    pairs = zip(bytes.fromhex(letters), bytes.fromhex(ground), strict=True)
    return sum(abs(one - other) for one, other in pairs) <= _CLOSE


def holds_codes(texts: Iterable[str]) -> bool:
    """Tell whether texts that nobody sees hold numbers as those of patients.

    Parameters
    ----------
    texts : iterable of str
        Texts that were hidden.

    Returns
    -------
    bool
        True for one number of five digits or more, or five different ones of three or four.

    Examples
    --------
    >>> holds_codes(["of 48210337"]), holds_codes(["12", "7.25", "2019"])
    (True, False)
    """
    text = "\n".join(texts)
    if _LONG.search(text):
        return True
    short = {match[0] for match in _SHORT.finditer(text) if not _YEAR.fullmatch(match[0])}
    return len(short) >= _FEWEST_SHORT
