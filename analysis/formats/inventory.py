"""Which codes an export uses and how often, and what two exports differ in by that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from analysis.disclosure import RELEASE, masked_count

__all__ = ["FileChange", "Inventory", "code_changes"]

_MOST_LISTED = 30

FileChange = tuple[str, str, float, float, str, float]
"""A change of the files: source, change, positions before and after, path, number of labels."""


@dataclass(kw_only=True, eq=False)
class Inventory:
    """Codes of a terminology by the place where they stand.

    Parameters
    ----------
    codes : dict of str to Counter
        By table and field, or resource and element: how often each code is used.
    """

    codes: dict[str, Counter[str]] = field(default_factory=dict)

    def at(self, place: str) -> Counter[str]:
        """Return the counter of a place; a new one where nothing stands there yet."""
        return self.codes.setdefault(place, Counter())

    def listed(self, place: str) -> str:
        """List the codes of a place, the most frequent first, small counts hidden.

        Parameters
        ----------
        place : str
            Table and field, or resource and element.

        Returns
        -------
        str
            At most 30 codes with the number of their rows, and how many more there are.

        Examples
        --------
        >>> Inventory(codes={"drug": Counter({"11": 40, "12": 3})}).listed("drug")
        '11 (40), 12 (<11)'
        """
        codes = self.codes.get(place, Counter())
        shown = [
            f"{code} ({masked_count(n, RELEASE)})" for code, n in codes.most_common(_MOST_LISTED)
        ]
        more = len(codes) - len(shown)
        return ", ".join([*shown, *([f"and {more} more"] if more else [])])


def code_changes(before: Inventory, after: Inventory) -> Iterator[FileChange]:
    """List at which places codes came or went.

    Parameters
    ----------
    before, after : Inventory
        Codes of two exports.

    Yields
    ------
    FileChange
        With the number of codes; a code itself is not named.

    Examples
    --------
    >>> old, new = (Inventory(codes={"drug": Counter(codes)}) for codes in (["11"], ["11", "12"]))
    >>> [change[:2] + change[5:] for change in code_changes(old, new)]
    [('drug', 'new labels', 1)]
    """
    for place in dict.fromkeys([*before.codes, *after.codes]):
        old, new = set(before.codes.get(place, ())), set(after.codes.get(place, ()))
        for change, codes in (("new labels", new - old), ("vanished labels", old - new)):
            if codes:
                yield place, change, np.nan, np.nan, "", len(codes)
