"""The ledger of what was released: counts, sums and what readers saw of them, never to be changed.

One line per table and release. Each line holds the digest of the line before it, so that a line
that was changed or taken out is noticed. It holds true counts and belongs into the local zone.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.disclosure.record import Record, parse_record, unreadable
from analysis.errors import DisclosureError
from analysis.storage import write_text

__all__ = ["LEDGER_VARIABLE", "Ledger", "current_ledger", "held_together", "recording"]

LEDGER_VARIABLE = "KETAMINE_OUTCOMES_LEDGER"
"""Environment variable by which a report tells its notebooks where the ledger of the release is:
the label of the release, a bar, and the path."""

_START = "0" * 64
_DIGITS = 20  # of a patient's digest; 80 bits keep a hundred million apart


@dataclass(kw_only=True, eq=False)
class Ledger:
    """The records of all releases of a study, and the label of the release that is being made.

    Parameters
    ----------
    release : str
        Label of the release in the making, such as "2026-11".
    path : pathlib.Path, optional
        File of the records, in the local zone; None: in memory only.

    Raises
    ------
    DisclosureError
        When the file is not a ledger, or a line of it was changed or taken out.

    Examples
    --------
    >>> ledger = Ledger(release="2026-11")
    >>> ledger.to_frame().empty
    True
    """

    release: str
    path: Path | None = None
    records: list[Record] = field(default_factory=list, repr=False)
    _last: str = field(default=_START, repr=False)
    _places: dict[str, int] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not self.release:
            raise DisclosureError("A release needs a label, such as its year and month.")
        for record in self.records:
            self._meet(record)
        if self.path is not None and self.path.exists():
            self._read(self.path)

    def _read(self, path: Path) -> None:
        """Read all lines and hold each to the digest in the next."""
        known: dict[tuple[str, str, str], int] = {}
        for number, line in enumerate(_lines(path), start=1):
            record, previous = parse_record(line, number)
            for name, n in record.counts.items():
                if known.setdefault((record.release, record.about, name), n) != n:
                    raise unreadable(number)
            if previous != self._last:
                raise DisclosureError(
                    f"The ledger of releases was changed before line {number}. Take the copy of "
                    "your backup; without it, what was released before cannot be protected."
                )
            self.records.append(record)
            self._meet(record)
            if any(bits.bit_length() > len(self._places) for bits in record.members.values()):
                raise unreadable(number)
            self._last = _digest(line)

    def _meet(self, record: Record) -> None:
        """Give each new patient of a record the next place."""
        for patient in record.patients:
            self._places.setdefault(patient, len(self._places))

    def enlist(
        self, units: Iterable[str], sets: Mapping[str, npt.NDArray[np.bool_]]
    ) -> tuple[dict[str, int], tuple[str, ...]]:
        """Write who is in each count as bits by the places of patients in the ledger.

        Parameters
        ----------
        units : iterable of str, length u
            Ids of patients, or of their courses.
        sets : mapping of str to array of bool, shape (u,)
            Who is in a count.

        Returns
        -------
        tuple of dict and tuple of str
            Bits per count, and the digests of those who are new, both for a `Record`.
        """
        digests = [_digest(unit)[:_DIGITS] for unit in units]
        new = tuple(dict.fromkeys(each for each in digests if each not in self._places))
        places = {each: len(self._places) + k for k, each in enumerate(new)} | self._places
        place = np.array([places[each] for each in digests], dtype=np.intp)
        bits = np.zeros(len(places), dtype=bool)
        found = {}
        for name, inside in sets.items():
            bits[:] = False
            bits[place[inside]] = True
            packed = np.packbits(bits, bitorder="little").tobytes()
            if bits.sum() == inside.sum():  # else a patient counts more than once
                found[name] = int.from_bytes(packed, "little")
        return found, new

    def add(self, record: Record) -> None:
        """Append a record; a record that is there already is not repeated.

        Parameters
        ----------
        record : Record
            What a table tells.
        """
        if record in self.records:
            return
        line = record.line(self._last)
        if self.path is not None:
            old = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
            write_text(self.path, f"{old}{line}\n")
        self.records.append(record)
        self._meet(record)
        self._last = _digest(line)

    def earlier(self) -> list[Record]:
        """Return what earlier releases told, oldest first."""
        return [record for record in self.records if record.release != self.release]

    def present(self) -> list[Record]:
        """Return what this release has told so far, in order."""
        return [record for record in self.records if record.release == self.release]

    def to_frame(self) -> pd.DataFrame:
        """Count what each release showed and hid.

        Returns
        -------
        pandas.DataFrame
            Columns ``release, about, counts, hidden``; one row per record.
        """
        return pd.DataFrame(
            [
                {
                    "release": record.release,
                    "about": record.about,
                    "counts": len(record.counts) - len(record.not_shown),
                    "hidden": len(record.counts)
                    - len(record.not_shown)
                    - sum(map(record.tells, record.counts)),
                }
                for record in self.records
            ],
            columns=["release", "about", "counts", "hidden"],
        )


def _digest(line: str) -> str:
    """Digest one line, or one id."""
    return hashlib.sha256(line.encode("utf-8")).hexdigest()


def _lines(path: Path) -> list[str]:
    """Give the lines of the file; names may hold other marks that end a line for Python."""
    with suppress(OSError, UnicodeDecodeError):  # the latter would carry the whole file along
        return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    raise DisclosureError(
        "The ledger of releases cannot be read: it is no text in UTF-8, or another program "
        "holds it. Close it there, or take the copy of your backup."
    )


_CURRENT: ContextVar[Ledger | None] = ContextVar("ledger", default=None)


@contextmanager
def recording(ledger: Ledger) -> Iterator[Ledger]:
    """Protect everything suppressed inside against what the ledger says readers know, and note it.

    Parameters
    ----------
    ledger : Ledger
        Of the release that is being made.

    Yields
    ------
    Ledger
        The same.

    Examples
    --------
    >>> from analysis.disclosure import suppress_cells
    >>> with recording(Ledger(release="2026-10")) as october:
    ...     shown = suppress_cells({"treated": 40}, about="patients").text
    >>> later = Ledger(release="2026-11", records=october.records)
    >>> with recording(later):  # three more patients would follow by subtraction
    ...     shown |= suppress_cells({"treated": 43}, about="patients").text
    >>> shown
    {'treated': '—'}
    """
    token = _CURRENT.set(ledger)
    try:
        yield ledger
    finally:
        _CURRENT.reset(token)


def current_ledger() -> Ledger | None:
    """Return the ledger of the release that is being made, if there is one.

    Returns
    -------
    Ledger or None
        Of `recording`, or of the file that `LEDGER_VARIABLE` names in the process of a notebook.
    """
    ledger = _CURRENT.get()
    told = os.environ.get(LEDGER_VARIABLE, "")
    if ledger is None and told:
        release, _, path = told.partition("|")
        ledger = Ledger(release=release, path=Path(path))
        _CURRENT.set(ledger)
    return ledger


@contextmanager
def held_together() -> Iterator[Ledger]:
    """Protect what is suppressed inside against each other, also where no release is being made.

    Yields
    ------
    Ledger
        That of the release, or one that is forgotten afterwards.

    Examples
    --------
    >>> with held_together() as ledger:
    ...     current_ledger() is ledger
    True
    """
    ledger = current_ledger()
    if ledger is not None:
        yield ledger
        return
    with recording(Ledger(release="together")) as passing:
        yield passing
