"""What one table of one release told, as one line of the ledger."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from analysis.disclosure.links import families
from analysis.disclosure.policy import HIDDEN, nearest_multiple
from analysis.errors import DisclosureError

__all__ = ["NUMBERED", "Record", "kind_of", "names_of", "parse_record", "unreadable"]

NUMBERED = " ("
"""What stands before the number of a table that has other counts than one about the same."""

_MOST = 2**53  # beyond it whole numbers are no longer exact


@dataclass(frozen=True, kw_only=True)
class Record:
    """What one table of one release told.

    Parameters
    ----------
    release : str
        Label of the release.
    about : str
        What the counts are, the same in every release.
    counts : mapping of str to int
        True counts by name.
    shown : mapping of str to str
        What was printed for each count.
    sums : tuple of (str, tuple of str)
        Totals with their parts.
    not_shown : tuple of str
        Counts that follow from others and are never printed.
    round_to : int
        Counts were printed as the nearest multiple of this number.
    members : mapping of str to int
        Who is in a count, as far as that is known: bit k is the patient in place k of the ledger.
    patients : tuple of str
        Digests of the patients whom the ledger had not met before, in their order.
    """

    release: str
    about: str
    counts: Mapping[str, int]
    shown: Mapping[str, str]
    sums: tuple[tuple[str, tuple[str, ...]], ...]
    not_shown: tuple[str, ...] = ()
    round_to: int = 1
    members: Mapping[str, int] = field(default_factory=dict)
    patients: tuple[str, ...] = field(default=(), compare=False)  # the same table told twice

    def tells(self, name: str) -> bool:
        """Whether a count was printed, as it is or rounded."""
        rounded = nearest_multiple(self.counts[name], self.round_to)
        return name not in self.not_shown and self.shown[name] == f"{rounded:,d}"

    @cached_property
    def families(self) -> list[tuple[int, ...]]:
        """Groups of patients that share nobody, as `links.families` finds them in the members."""
        return families(self.members)

    def wholes(self) -> list[int]:
        """Return who is in the counts that are part of no other: in the whole table, mostly."""
        parts = {part for _, parts in self.sums for part in parts} | set(self.not_shown)
        return [bits for name, bits in self.members.items() if name not in parts]

    def line(self, previous: str) -> str:
        """Write the record as one line of JSON after the line with the digest `previous`."""
        about = {
            "release": self.release,
            "about": self.about,
            "counts": dict(self.counts),
            "shown": dict(self.shown),
            "sums": [[total, list(parts)] for total, parts in self.sums],
            "not_shown": list(self.not_shown),
            "previous": previous,
            **({"round_to": self.round_to} if self.round_to > 1 else {}),
            **({"members": _by_set(self.members)} if self.members else {}),
            **({"patients": list(self.patients)} if self.patients else {}),
        }
        return json.dumps(about, ensure_ascii=False, separators=(",", ":"))


def _by_set(members: Mapping[str, int]) -> dict[str, list[str]]:
    """Write each set of patients once, with the counts that it is behind."""
    names: dict[str, list[str]] = {}
    for name, bits in members.items():
        names.setdefault(f"{bits:x}", []).append(name)
    return names


def parse_record(line: str, number: int) -> tuple[Record, str]:
    """Read one line, and hold it to what `Record.line` writes."""
    try:
        found: dict[str, Any] = json.loads(line)
        record = Record(
            release=found["release"],
            about=found["about"],
            counts=dict(found["counts"]),
            shown=dict(found["shown"]),
            sums=tuple((total, tuple(parts)) for total, parts in found["sums"]),
            not_shown=tuple(found["not_shown"]),
            round_to=int(found.get("round_to", 1)),
            members={
                name: int(bits, 16)
                for bits, names in found.get("members", {}).items()
                for name in names
            },
            patients=tuple(found.get("patients", ())),
        )
        if _is_whole(record):
            return record, str(found["previous"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise unreadable(number)


def unreadable(number: int) -> DisclosureError:
    """Say that a line is no record, or contradicts itself or an earlier one."""
    return DisclosureError(
        f"Line {number} of the ledger of releases cannot be read. Take the copy of your "
        "backup; without it, what was released before cannot be protected."
    )


def _is_whole(record: Record) -> bool:
    """Tell whether a record has texts and counts where they belong, and agrees with itself."""
    counts, hidden = record.counts, set(record.not_shown)
    texts = (record.release, record.about, *record.shown.values(), *record.patients)
    named = {name for total, parts in record.sums for name in (total, *parts)} | hidden
    return (
        all(isinstance(text, str) for text in texts)
        and all(type(n) is int and 0 <= n < _MOST for n in counts.values())
        and named <= set(counts)
        and record.round_to >= 1
        and all(n >= 0 and counts.get(m) == n.bit_count() for m, n in record.members.items())
        and all(record.tells(n) or _hides(record, n) for n in set(counts) - hidden)
        and all(counts[total] == sum(counts[p] for p in parts) for total, parts in record.sums)
    )


def _hides(record: Record, name: str) -> bool:
    """Tell whether what was printed hides a count: a dash, or a bound above it."""
    text, n = record.shown[name], record.counts[name]
    limit = text.removeprefix("<")
    return text == HIDDEN or (text != limit and n < int(limit))


def kind_of(about: str) -> str:
    """Return what a table is about, without the number that tells it from others of its kind.

    Parameters
    ----------
    about : str
        Of a record.

    Returns
    -------
    str
        The same for all tables of one kind.

    Examples
    --------
    >>> kind_of("patients by route (2)")
    'patients by route'
    """
    kind, mark, number = about.rpartition(NUMBERED)
    return kind if mark and number.removesuffix(")").isdigit() else about


def names_of(cells: Sequence[Any]) -> dict[Any, str]:
    """Write the names of cells as text that is the same in every release.

    Parameters
    ----------
    cells : sequence
        Texts, numbers, or tuples of them.

    Returns
    -------
    dict
        Cell to text.
    """
    return {cell: json.dumps(cell, ensure_ascii=False, default=_plain) for cell in cells}


def _plain(part: Any) -> Any:
    """Write numbers of NumPy as numbers, and everything else as text."""
    return part.item() if hasattr(part, "item") else str(part)
