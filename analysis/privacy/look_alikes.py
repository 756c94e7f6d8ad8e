"""Hiding what only looks like an identifier: scales named after persons, codes, doses."""

from __future__ import annotations

import re
import unicodedata

from analysis.privacy.lexicon import read_list

__all__ = ["with_plain_digits", "without_look_alikes"]

_LISTS = read_list("look_alikes")
_EPONYMS = re.compile(r"(?<!\w)(?:" + "|".join(_LISTS["eponyms"]) + ")")
_NUMBERED = re.compile(
    "|".join(f"(?:{pattern})" for pattern in _LISTS["codes"] + _LISTS["measures"])
)
_HIDDEN = "\x01"


def without_look_alikes(text: str) -> str:
    """Put marks in the place of what looks like an identifier and is none.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        As long as the text, so that positions stay.

    Examples
    --------
    >>> len(without_look_alikes("BP 120/80, PHQ-9 12, Hamilton Depression Scale"))
    46
    """
    for pattern in (_EPONYMS, _NUMBERED):
        text = pattern.sub(lambda match: _HIDDEN * len(match[0]), text)
    return text


def with_plain_digits(text: str) -> str:
    """Write the digits of all scripts, and the wide letters of Japanese texts, as plain ones.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        As long as the text, so that positions stay.

    Examples
    --------
    >>> with_plain_digits("２０２４／０３／１５"), with_plain_digits("٢٠٢٤")
    ('2024/03/15', '2024')
    """
    return "".join(map(_plain_sign, text))


def _plain_sign(sign: str) -> str:
    """Write one sign plainly, when it is a digit or a wide form of a plain sign."""
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    wide = "\uff01" <= sign <= "\uff5e"
    return chr(ord(sign) - 0xFEE0) if wide else sign
