"""What a detector is: a kind of identifier, the pattern that finds it and the test it must pass."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

__all__ = ["ELEMENTS", "Detector", "Match", "date_detector", "place_detector"]

ELEMENTS = {
    1: "names",
    2: "geographic subdivisions smaller than a state",
    3: "dates and ages over 89",
    4: "telephone numbers",
    5: "fax numbers",
    6: "e-mail addresses",
    7: "social security numbers",
    8: "medical record numbers",
    9: "health plan beneficiary numbers",
    10: "account numbers",
    11: "certificate and licence numbers",
    12: "vehicle identifiers and plates",
    13: "device identifiers and serial numbers",
    14: "web addresses",
    15: "internet protocol addresses",
    16: "biometric identifiers",
    17: "full-face photographs and comparable images",
    18: "any other unique identifying number, characteristic or code",
}
"""The elements of Safe Harbor, 45 CFR 164.514(b)(2)(i)(A) to (R), counted from 1."""


@dataclass(frozen=True, kw_only=True, order=True)
class Match:
    """Where an identifier stands in a text; never the text itself.

    Parameters
    ----------
    element : int
        Element of Safe Harbor, a key of `ELEMENTS`.
    kind : str
        What it looks like, such as "e-mail address".
    start, end : int
        Positions in the text, the end excluded.
    """

    element: int
    kind: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Detector:
    """One way to find one kind of identifier.

    Parameters
    ----------
    element : int
        Element of Safe Harbor.
    kind : str
        Name of what is found.
    pattern : re.Pattern
        What to search; its group ``value``, where there is one, is the identifier.
    accept : callable, optional
        Test of a match, such as a check digit or a date of the calendar.
    whole : bool
        Whether the pattern must take the whole text.
    raw : bool
        Whether to search the text as it is, with what only looks like an identifier.
    needs : str
        A plain pattern (without looking around) that any text with such an identifier fits; it
        lets a long column skip what cannot be.
    """

    element: int
    kind: str
    pattern: re.Pattern[str]
    accept: Callable[[re.Match[str]], bool] | None = None
    whole: bool = False
    raw: bool = False
    needs: str = r"\d"

    def find(self, text: str) -> Iterator[Match]:
        """Give every place where the text holds such an identifier."""
        if self.whole:
            found = self.pattern.fullmatch(text.strip())
            offset = len(text) - len(text.lstrip())
            matches = iter((found,)) if found else iter(())
        else:
            matches, offset = self.pattern.finditer(text), 0
        for match in matches:
            if self.accept is None or self.accept(match):
                group = "value" if "value" in self.pattern.groupindex else 0
                start, end = match.span(group)
                yield Match(
                    element=self.element, kind=self.kind, start=start + offset, end=end + offset
                )


def date_detector(
    kind: str,
    pattern: str,
    accept: Callable[[re.Match[str]], bool] | None = None,
    *,
    needs: str = r"\d",
    whole: bool = False,
) -> Detector:
    """Make a detector of the element of dates; letters in any case.

    Parameters
    ----------
    kind : str
        Name of what is found.
    pattern : str
        What to search.
    accept : callable, optional
        Test of a match.
    needs : str
        A plain pattern that any such text fits.
    whole : bool
        Whether the pattern must take the whole text.

    Returns
    -------
    Detector
        Of element 3.
    """
    return Detector(
        element=3,
        kind=kind,
        pattern=re.compile(pattern, re.IGNORECASE),
        accept=accept,
        needs=needs,
        whole=whole,
    )


def place_detector(
    kind: str,
    pattern: str,
    accept: Callable[[re.Match[str]], bool] | None = None,
    *,
    needs: str = r"\d",
    whole: bool = False,
    raw: bool = False,
) -> Detector:
    """Make a detector of the element of places; capitals count.

    Parameters
    ----------
    kind, accept, needs, whole, raw
        As in `Detector`.
    pattern : str
        What to search.

    Returns
    -------
    Detector
        Of element 2.
    """
    return Detector(
        element=2,
        kind=kind,
        pattern=re.compile(pattern),
        accept=accept,
        needs=needs,
        whole=whole,
        raw=raw,
    )
