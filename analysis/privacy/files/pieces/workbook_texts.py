"""The texts of a workbook that cells refer to by number, and which of them no cell uses."""

from __future__ import annotations

__all__ = ["SharedTexts"]

_MOST_UNUSED = 20_000


class SharedTexts:
    """Texts by their numbers; remembers which were asked for.

    Parameters
    ----------
    texts : list of str
        Texts in the order of the file.

    Examples
    --------
    >>> texts = SharedTexts(["visit", "left over"])
    >>> texts.at("0"), texts.at("7"), texts.unused()
    ('visit', '', ['left over'])
    """

    def __init__(self, texts: list[str]) -> None:
        self._texts = texts
        self._used: set[int] = set()

    def at(self, number: str) -> str:
        """Give a text by its number as the file writes it; nothing where there is none."""
        position = int(number) if number.isdigit() else -1
        if not 0 <= position < len(self._texts):
            return ""
        self._used.add(position)
        return self._texts[position]

    def unused(self) -> list[str]:
        """Give the texts that nobody asked for, in their order."""
        left = [text for n, text in enumerate(self._texts) if n not in self._used and text.strip()]
        return left[:_MOST_UNUSED]
