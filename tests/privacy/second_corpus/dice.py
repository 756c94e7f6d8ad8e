"""Dice that fall the same way on every machine: numbers from the hash of a seed and a counter."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

DIGITS = "0123456789"
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


class Dice:
    """A stream of numbers that depends on its seed only, not on time, machine or version."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._count = 0

    def below(self, limit: int) -> int:
        """Draw a whole number from 0 to ``limit - 1``."""
        return int.from_bytes(self.raw(8), "big") % limit

    def raw(self, length: int) -> bytes:
        """Draw bytes, at most 32 of them from each hash."""
        drawn = b""
        while len(drawn) < length:
            drawn += hashlib.sha256(f"{self._seed}/{self._count}".encode()).digest()
            self._count += 1
        return drawn[:length]

    def between(self, low: int, high: int) -> int:
        """Draw a whole number, both ends included."""
        return low + self.below(high - low + 1)

    def chance(self, share: float) -> bool:
        """Be true in about this share of the calls."""
        return self.below(10_000) < share * 10_000

    def pick(self, choices: Sequence[T]) -> T:
        """Draw one of several."""
        return choices[self.below(len(choices))]

    def text(self, length: int, letters: str = DIGITS) -> str:
        """Draw a string of digits, or of other given letters."""
        return "".join(self.pick(letters) for _ in range(length))

    def shape(self, form: str) -> str:
        """Fill a form: ``#`` becomes a digit, ``^`` a digit from 1 to 9, ``@`` a letter."""
        pools = {"#": DIGITS, "^": DIGITS[1:], "@": LETTERS}
        return "".join(self.pick(pools[sign]) if sign in pools else sign for sign in form)

    def places(self, length: int, count: int) -> set[int]:
        """Draw different positions in a column."""
        found: set[int] = set()
        while len(found) < count:
            found.add(self.below(length))
        return found
