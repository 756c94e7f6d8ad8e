"""Finding identifiers in values: the 18 elements of Safe Harbor as far as a value tells.

A detector can miss an identifier, and can take for one what is none; what it finds supports a
person's decision and proves nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort

from analysis.privacy.characteristics import CHARACTERISTIC_DETECTORS
from analysis.privacy.contacts import CONTACT_DETECTORS
from analysis.privacy.dates import DATE_DETECTORS
from analysis.privacy.detector import ELEMENTS, Detector, Match
from analysis.privacy.look_alikes import with_plain_digits, without_look_alikes
from analysis.privacy.media import MEDIA_DETECTORS
from analysis.privacy.names import NAME_DETECTORS
from analysis.privacy.numbers import LONG_NUMBERS, NUMBER_DETECTORS
from analysis.privacy.places import PLACE_DETECTORS

__all__ = ["DETECTORS", "ELEMENTS", "Match", "identifiers_in"]

DETECTORS: tuple[Detector, ...] = (
    *MEDIA_DETECTORS,
    *CONTACT_DETECTORS[:2],
    *NUMBER_DETECTORS,
    *DATE_DETECTORS,
    *CONTACT_DETECTORS[2:],
    *PLACE_DETECTORS,
    *NAME_DETECTORS,
    *LONG_NUMBERS,
    *CHARACTERISTIC_DETECTORS,
)
"""Every detector; where two find the same place, the first one has it."""

_DETECTORS_AND_NEEDS = tuple((detector, re.compile(detector.needs)) for detector in DETECTORS)
_NEEDS = tuple({needs: None for _, needs in _DETECTORS_AND_NEEDS})


def identifiers_in(text: str) -> tuple[Match, ...]:
    """Find what may identify a person in one text.

    Parameters
    ----------
    text : str
        A value of a table, a header, a line of a file.

    Returns
    -------
    tuple of Match
        Places in the order of the text, none of them overlapping; empty when nothing was found.

    Raises
    ------
    TypeError
        For anything but a text.

    References
    ----------
    45 CFR 164.514(b)(2)(i), the Safe Harbor method of de-identification.

    Examples
    --------
    >>> [(match.element, match.kind) for match in identifiers_in("Seen 03/15/2024, BP 120/80")]
    [(3, 'date')]
    >>> identifiers_in("PHQ-9 total 12, ketamine 0.5 mg/kg over 40 min")
    ()
    """
    if not isinstance(text, str):
        raise TypeError("identifiers_in takes one text; a column goes to match_column.")
    text = text if text.isascii() else with_plain_digits(text)
    plain = without_look_alikes(text)
    found: list[Match] = []
    taken: list[tuple[int, int]] = []
    possible = {needs: needs.search(text) is not None for needs in _NEEDS}
    for detector, needs in _DETECTORS_AND_NEEDS:
        if not possible[needs]:
            continue
        for match in detector.find(text if detector.raw else plain):
            if _is_free(taken, match):
                insort(taken, (match.start, match.end))
                found.append(match)
    return tuple(sorted(found, key=lambda match: match.start))


def _is_free(taken: list[tuple[int, int]], match: Match) -> bool:
    """Tell whether a match overlaps none of the sorted places that are taken."""
    position = bisect_left(taken, (match.start, match.end))
    after = position == len(taken) or match.end <= taken[position][0]
    return after and (position == 0 or taken[position - 1][1] <= match.start)
