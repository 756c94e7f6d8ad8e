"""Which lines of a long text are searched: all of the first ones, then those of a new shape."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

__all__ = ["FreshLines", "new_shapes"]

_SURE = re.compile(
    r"[\w.]@[\w-]+\.\w|(?<!\d)\d{3}-\d\d-\d{4}|\(\d{3}\) ?\d{3}-\d{4}|(?i:\bmrn\b"
    r"|[\\/](?:users|home)[\\/])"
)
_MOST_SHAPES = 50_000
_SHAPE = str.maketrans(
    {
        **dict.fromkeys("0123456789", "0"),
        **dict.fromkeys("abcdefghijklmnopqrstuvwxyz", "a"),
        **dict.fromkeys("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "A"),
    }
)
_RUNS = re.compile(r"(.)\1+")


def _shape(line: str) -> str:
    """Write a line with one sign for each run of letters or digits."""
    return _RUNS.sub(r"\1", line.translate(_SHAPE))


def new_shapes(lines: Iterable[str], known: set[str]) -> Iterator[tuple[int, str]]:
    """Leave out lines that are like earlier ones but for the letters and digits in them.

    Parameters
    ----------
    lines : iterable of str
        Any lines.
    known : set of str
        Shapes seen so far; new ones are added, up to a limit.

    Yields
    ------
    tuple of int and str
        Position and line, where the shape is new or the line has a sure sign of an identifier.

    Examples
    --------
    >>> list(new_shapes(["step 12 done", "step 3 done", "call a@b.org"], set()))
    [(0, 'step 12 done'), (2, 'call a@b.org')]
    """
    for position, line in enumerate(lines):
        shape = _shape(line)
        is_new = shape not in known
        if is_new and len(known) < _MOST_SHAPES:
            known.add(shape)
        if is_new or _SURE.search(line):
            yield position, line


class FreshLines:
    """The lines of one file that are searched for everything.

    Parameters
    ----------
    limit : int
        Up to as many characters every line is given; after that lines of a new shape, up to as
        many again; then only lines with a sure sign of an identifier.

    Attributes
    ----------
    is_partial : bool
        Whether a line was left out so far.

    Examples
    --------
    >>> fresh = FreshLines(10)
    >>> fresh.of(["step 1 done", "step 2 done"]), fresh.of(["step 3 done", "failed"])
    ([0, 1], [1])
    >>> fresh.is_partial
    True
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._given = self._extra = 0
        self._known: set[str] = set()
        self.is_partial = False

    def of(self, lines: Sequence[str]) -> list[int]:
        """Give the positions of the lines to search, and remember their shapes."""
        if self._given <= self._limit:
            self._given += sum(map(len, lines))
            self._known.update(map(_shape, lines))
            return list(range(len(lines)))
        if self._extra <= self._limit:
            kept = [position for position, _ in new_shapes(lines, self._known)]
            self._extra += sum(len(lines[position]) for position in kept)
        else:
            kept = [position for position, line in enumerate(lines) if _SURE.search(line)]
        self.is_partial = self.is_partial or len(kept) < len(lines)
        return kept
