"""One small change of one file, and how it is applied to the text of that file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, kw_only=True)
class Edit:
    """Bytes from `start` up to `end` become `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A file with one decision changed.

    `file` is relative to the repository, `where` the enclosing function or the path within a data
    file, `line` counts from 1, `change` is for people, `repeat` tells equal changes of one place
    apart. Line numbers are not part of `key`, so that the allow-list outlives other edits.
    """

    file: str
    where: str
    line: int
    change: str
    edits: tuple[Edit, ...]
    repeat: int = 1

    @property
    def key(self) -> str:
        """Name that stays the same while the place and its neighbours stay the same."""
        again = "" if self.repeat == 1 else f" #{self.repeat}"
        return f"{self.file} | {self.where} | {self.change}{again}"

    def apply(self, content: bytes) -> bytes:
        """Return the content of the file with the change made."""
        for edit in sorted(self.edits, key=lambda edit: edit.start, reverse=True):
            content = content[: edit.start] + edit.text.encode() + content[edit.end :]
        return content


def numbered(mutants: Iterable[Mutant]) -> list[Mutant]:
    """Count equal changes of one place, so that every mutant has a key of its own."""
    seen: Counter[str] = Counter()
    counted = []
    for mutant in mutants:
        seen[mutant.key] += 1
        counted.append(replace(mutant, repeat=seen[mutant.key]))
    return counted
