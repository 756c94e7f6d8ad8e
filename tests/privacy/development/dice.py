"""Dice for the columns of the development set: the same values on every machine."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from dataclasses import dataclass

DIGITS = string.digits
UPPER = string.ascii_uppercase
LOWER = string.ascii_lowercase
ALNUM = UPPER + LOWER + DIGITS


@dataclass(frozen=True, kw_only=True)
class Case:
    """A column: what it is called, what it holds, and the element that it teaches (0: none)."""

    slug: str
    element: int
    header: str
    values: tuple[object, ...]
    one: Callable[[random.Random], object] | None = None


def column(
    slug: str,
    element: int,
    header: str,
    one: Callable[[random.Random], object],
    n: int = 18,
    blanks: int = 0,
) -> Case:
    """Draw `n` values, and blank some of them out."""
    dice = random.Random(slug)  # noqa: S311 - dice of a test
    values = [one(dice) for _ in range(n)]
    for place in dice.sample(range(n), blanks):
        values[place] = dice.choice([None, "", "n/a", "unknown", "-"])
    return Case(slug=slug, element=element, header=header, values=tuple(values), one=one)


def redrawn(case: Case, salt: str) -> Case:
    """Draw the values of a column again with other dice."""
    if case.one is None:
        return case
    return column(case.slug + salt, case.element, case.header, case.one, len(case.values))


def counted(slug: str, element: int, header: str, form: str, n: int = 18) -> Case:
    """Count on from a number in the hundreds."""
    first = random.Random(slug).randrange(100, 900)  # noqa: S311 - dice of a test
    values = tuple(form.format(number) for number in range(first, first + n))
    return Case(slug=slug, element=element, header=header, values=values)


def fill(dice: random.Random, pattern: str) -> str:
    """Fill a pattern: # digit, 9 digit from 1, A capital, a small letter, * capital or digit."""
    sets = {
        "#": DIGITS,
        "9": "123456789",
        "A": UPPER,
        "a": LOWER,
        "*": UPPER + DIGITS,
        "h": "0123456789abcdef",
    }
    return "".join(dice.choice(sets[sign]) if sign in sets else sign for sign in pattern)


def picks(words: str) -> Callable[[random.Random], str]:
    """Draw one of some words, which bars part."""
    listed = words.split("|")
    return lambda dice: dice.choice(listed)


def filled(pattern: str) -> Callable[[random.Random], str]:
    """Draw by a pattern."""
    return lambda dice: fill(dice, pattern)
