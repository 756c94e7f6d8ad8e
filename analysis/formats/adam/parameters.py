"""Parameter codes: one for the total of each scale, and one for each of its items."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from analysis.errors import DataError

__all__ = ["parameter_codes"]

_LETTERS = re.compile(r"[^A-Z0-9]")
_STEM = re.compile(r"[A-Z][A-Z0-9]{0,4}")


def parameter_codes(instruments: Sequence[str], said: Mapping[str, str]) -> dict[str, str]:
    """Give each scale its code.

    Parameters
    ----------
    instruments : sequence of str
        The scales of a study.
    said : mapping of str to str
        Codes that somebody chose, by scale; at most 5 characters, so that ``_01`` of an item fits.

    Returns
    -------
    dict of str to str
        The code of each scale: else the first 5 letters and digits of its name.

    Raises
    ------
    DataError
        When a code is no name that ADaM allows, or two scales would have the same.

    Examples
    --------
    >>> parameter_codes(["PHQ-9", "Use-days-30"], {"Use-days-30": "USE30"})
    {'PHQ-9': 'PHQ9', 'Use-days-30': 'USE30'}
    """
    codes = {
        name: said.get(name, _LETTERS.sub("", name.upper())[:5]) for name in map(str, instruments)
    }
    n_bad = sum(not _STEM.fullmatch(code) for code in codes.values())
    n_same = len(codes) - len(set(codes.values()))
    if n_bad or n_same:
        raise DataError(
            f"PARAMCD: {n_bad} scales have no code of a letter and up to 4 letters or digits, in "
            f"capitals, and {n_same} scales have the code of another. Give `codes` for them."
        )
    return codes
