"""Random numbers that are the same on every machine: a counter, well mixed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

T = TypeVar("T")
MASK = 2**64 - 1


class Dice:
    """A stream of random numbers that belongs to one name."""

    def __init__(self, name: str) -> None:
        self.state = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")

    def unit(self) -> float:
        """Draw a number from [0, 1) with the generator SplitMix64."""
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return ((z ^ (z >> 31)) >> 11) / 2**53

    def whole(self, low: int, high: int) -> int:
        """Draw a whole number; both ends may come."""
        return low + int(self.unit() * (high - low + 1))

    def chance(self, probability: float) -> bool:
        return self.unit() < probability

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.whole(0, len(choices) - 1)]

    def weighted(self, choices: Mapping[T, float]) -> T:
        left = self.unit() * sum(choices.values())
        for choice, weight in choices.items():
            left -= weight
            if left < 0:
                return choice
        return list(choices)[-1]

    def normal(self, mean: float, deviation: float) -> float:
        """Draw nearly normal numbers by sums alone, which round alike everywhere."""
        return mean + deviation * (sum(self.unit() for _ in range(12)) - 6.0)

    def several(self, choices: Sequence[T], count: int) -> list[T]:
        """Draw without replacement; the order of the choices is kept."""
        places: set[int] = set()
        while len(places) < count:
            places.add(self.whole(0, len(choices) - 1))
        return [choices[place] for place in sorted(places)]
