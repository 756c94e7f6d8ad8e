"""What a shape is: a pattern that nearly all texts of a column fit, and a test of them together."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

__all__ = ["Shape", "coded_shape", "letters_vary", "mostly"]

_TOGETHER = Callable[[Sequence[str]], bool]


@dataclass(frozen=True, kw_only=True, eq=False)
class Shape:
    """One way in which the texts of a column are alike.

    Parameters
    ----------
    element : int
        Element of Safe Harbor.
    kind : str
        Name of what is found.
    pattern : re.Pattern
        What a text must be as a whole.
    accept : callable, optional
        Test of all distinct texts that fit.
    share : float
        Share of the distinct texts that must fit.
    least : int
        Number of distinct texts that must fit, so that chance does not do it.
    """

    element: int
    kind: str
    pattern: re.Pattern[str]
    accept: _TOGETHER | None = None
    share: float = 0.8
    least: int = 4


def coded_shape(
    element: int,
    kind: str,
    pattern: str,
    accept: _TOGETHER | None = None,
    *,
    least: int = 3,
    share: float = 0.8,
) -> Shape:
    """Make a shape of a pattern in which capitals count.

    Parameters
    ----------
    element, kind, accept, least, share
        As in `Shape`.
    pattern : str
        What a text must be as a whole.
    """
    return Shape(
        element=element,
        kind=kind,
        pattern=re.compile(pattern),
        accept=accept,
        least=least,
        share=share,
    )


def mostly(test: Callable[[str], bool], share: float = 0.9) -> Callable[[Sequence[str]], bool]:
    """Make a test of texts together from a test of one.

    Examples
    --------
    >>> mostly(str.isupper, 0.5)(["A", "b"])
    True
    """
    return lambda texts: sum(map(test, texts)) >= share * len(texts)


def letters_vary(texts: Sequence[str]) -> bool:
    """Tell whether the letters of texts differ as those of plates do, not as prefixes do.

    Examples
    --------
    >>> letters_vary(["KTR 4821", "BXA 1093"]), letters_vary(["SCR 001", "SCR 002"])
    (True, False)
    """
    letters: Collection[str] = {"".join(filter(str.isalpha, text)) for text in texts}
    return len(letters) > 0.5 * len(texts)
