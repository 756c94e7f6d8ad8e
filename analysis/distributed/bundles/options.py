"""Read the options of one table of the agreement, and refuse those that nothing reads."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from analysis.errors import DataError

__all__ = ["Options"]


class Options:
    """A table of options, each asked for by name and type.

    Parameters
    ----------
    given : mapping
        As read from TOML.
    where : str
        File and table, for messages.
    """

    def __init__(self, given: Mapping[str, Any], where: str) -> None:
        self.given = given
        self.where = where
        self.read: dict[str, Any] = {}
        """Options that were asked for, with the values that hold."""
        self.optional: set[str] = set()
        """Options that were asked for, are not there, and need not be."""

    def text(self, name: str, default: str | None = None) -> str:
        """Return an option that is text."""
        return str(self._kept(name, default, _is_text, "a text"))

    def some_of(self, name: str, allowed: Sequence[str]) -> tuple[str, ...]:
        """Return an option that names some of several texts, in their order; else all of them."""

        def are_some(value: Any) -> bool:
            return isinstance(value, list) and _are_texts(value) and set(value) <= set(allowed)

        rule = f"a list of some of {', '.join(map(repr, allowed))}"
        value = self._kept(name, list(allowed), are_some, rule)
        return tuple(each for each in allowed if each in value)

    def texts(self, name: str, default: Sequence[str] | None = None) -> tuple[str, ...]:
        """Return an option that is a text or a list of texts."""
        fallback = None if default is None else list(default)
        value = self._kept(name, fallback, _are_texts, "a text, or a list of different texts")
        return (value,) if isinstance(value, str) else tuple(value)

    def number(self, name: str, default: float | None = None) -> float | None:
        """Return an option that is a number, or None where it may be left out."""
        if name not in self.given and default is None:
            self.optional.add(name)
            return None
        return float(self._kept(name, default, _is_number, "a number"))

    def numbers(self, name: str, default: Sequence[float] | None = None) -> tuple[float, ...]:
        """Return an option that is a list of numbers, or nothing where it may be left out."""
        if name not in self.given and default is None:
            self.optional.add(name)
            return ()

        def are_numbers(value: Any) -> bool:
            return isinstance(value, Sequence) and bool(value) and all(map(_is_number, value))

        fallback = None if default is None else list(default)
        return tuple(map(float, self._kept(name, fallback, are_numbers, "a list of numbers")))

    def one_of(self, name: str, allowed: Sequence[str], default: str | None = None) -> str:
        """Return an option that is one of some texts."""
        rule = f"one of {', '.join(map(repr, allowed))}"
        return str(self._kept(name, default, lambda value: value in allowed, rule))

    def levels(self) -> dict[str, tuple[str, ...]]:
        """Return the option ``levels``: a table of lists of texts."""

        def are_levels(value: Any) -> bool:
            return isinstance(value, Mapping) and all(
                isinstance(levels, list) and _are_texts(levels) for levels in value.values()
            )

        rule = 'a table of lists, such as levels.regimen = ["ketamine IV", "ketamine IM"]'
        value = self._kept("levels", {}, are_levels, rule)
        return {column: tuple(values) for column, values in value.items()}

    def check_all_read(self) -> None:
        """Refuse options that nothing has asked for.

        Raises
        ------
        DataError
            Naming them, and those that are allowed.
        """
        unknown = sorted(set(self.given) - set(self.read))
        if unknown:
            raise DataError(
                f"{self.where}: nothing reads {', '.join(map(repr, unknown))}; allowed here are "
                f"{', '.join(sorted({*self.read, *self.optional}))}. Check the spelling."
            )

    def _kept(self, name: str, default: Any, is_right: Any, rule: str) -> Any:
        """Return an option and remember it."""
        if name not in self.given and default is None:
            raise DataError(f"{self.where}: {name} is missing; it must be {rule}.")
        value = self.given.get(name, default)
        if not is_right(value):
            raise DataError(f"{self.where}: {name} must be {rule}.")
        self.read[name] = value
        return value


def _is_text(value: Any) -> bool:
    """Tell whether an option is a text with something in it."""
    return isinstance(value, str) and bool(value)


def _are_texts(value: Any) -> bool:
    """Tell whether an option is a text or a list of different texts."""
    if isinstance(value, str):
        return bool(value)
    if not isinstance(value, Sequence) or not value:
        return False
    return all(isinstance(each, str) and each for each in value) and len(set(value)) == len(value)


def _is_number(value: Any) -> bool:
    """Tell whether an option is a number."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and math.isfinite(value)
