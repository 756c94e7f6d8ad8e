"""What readers know of the counts of a table: by name, by who is behind them, and by sums.

Counts of the same patients are one count, whatever they are called and wherever they were told.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from analysis.disclosure.attack import CountSystem
from analysis.disclosure.links import Link, families
from analysis.disclosure.policy import Policy
from analysis.disclosure.record import Record

__all__ = ["Knowledge", "Now", "Place"]

Place = tuple[str, Any]
"""A count: the release ("" for this one) and the name of the count, or "who" and its patients."""

_WHO = "who"


@dataclass(frozen=True, kw_only=True, eq=False)
class Now:
    """A table that is about to be shown.

    Parameters
    ----------
    system : CountSystem
        Its counts and sums.
    names : sequence of str
        Names of its counts, the same in every release.
    about : str
        What the counts are. Counts of one name are the same counts in tables about the same.
    members : mapping of str to int
        Who is in a count, as far as that is known, by the places of patients in the ledger.
    """

    system: CountSystem
    names: Sequence[str]
    about: str
    members: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def families(self) -> list[tuple[int, ...]]:
        """Groups of patients that share nobody, as `Record.families`."""
        return families(self.members)

    def wholes(self) -> list[int]:
        """Return who is in the counts that are part of no other, as `Record.wholes` does."""
        is_part = (self.system.lines > 0).any(axis=0) | self.system.not_shown
        named = zip(self.names, is_part, strict=True)
        return [self.members[n] for n, is_in in named if not is_in and n in self.members]

    def in_doubt_at_zero(self, name: str) -> bool:
        """Say whether 0 of a count must stay in doubt, so that equal counts must not tell it."""
        small = self.system.zero_is_small
        return small is not None and bool(small[list(self.names).index(name)])

    def unseen(self) -> set[Place]:
        """Return the counts of the table that it does not print."""
        named = zip(self.names, self.system.not_shown, strict=True)
        return {("", name) for name, is_not in named if is_not}


@dataclass(kw_only=True, eq=False)
class Knowledge:
    """Counts and sums, gathered by place; the counts of the table come first.

    Parameters
    ----------
    now : Now
        The table.
    policy : Policy
        How its counts are rounded and marked.
    """

    now: Now
    policy: Policy
    counts: dict[Place, int] = field(default_factory=dict, init=False)
    lines: list[dict[Place, int]] = field(default_factory=list, init=False)
    steps: dict[Place, int] = field(default_factory=dict, init=False)
    told: set[Place] = field(default_factory=set, init=False)
    withheld: set[Place] = field(default_factory=set, init=False)
    marked: set[Place] = field(default_factory=set, init=False)
    unseen: set[Place] = field(default_factory=set, init=False)
    _named: dict[tuple[str, str], Place] = field(default_factory=dict, init=False)
    _places: dict[int, Place] = field(default_factory=dict, init=False)
    _in_doubt: dict[int, Place] = field(default_factory=dict, init=False)
    _certain: set[int] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        """Begin with the counts and sums of the table itself."""
        now = self.now
        places: dict[str, Place] = {name: ("", name) for name in now.names}
        self._named = {("", name): place for name, place in places.items()}
        numbers = zip(now.names, now.system.counts, strict=True)
        self.counts = {places[name]: int(n) for name, n in numbers}
        self.steps = dict.fromkeys(self.counts, self.policy.round_to)
        self.unseen = now.unseen()
        self.lines = [
            {places[now.names[j]]: int(line[j]) for j in np.flatnonzero(line).tolist()}
            for line in now.system.lines
        ]
        for name, bits in now.members.items():
            if not bits:  # two counts of nobody are not the same
                continue
            if now.in_doubt_at_zero(name):  # that all have it must not follow from equal counts
                self._in_doubt.setdefault(bits, places[name])
            else:
                self._certain.add(bits)
                first = self._places.setdefault(bits, places[name])
                if first != places[name]:
                    self.lines.append({places[name]: 1, first: -1})

    def add(self, record: Record, when: str, *, by_name: bool = True) -> None:
        """Add what a table told, with its sums.

        Parameters
        ----------
        record : Record
            The table.
        when : str
            Its release, empty for this one: counts of one name and time are the same.
        by_name : bool
            Whether its names mean what they mean in the table of now.
        """
        when_and_what = when if by_name else f"{when} {record.about}"
        place = {name: self._place(record, when_and_what, name) for name in record.counts}
        for name, count in record.counts.items():
            self.counts.setdefault(place[name], count)
            if by_name:
                self._named.setdefault((when, name), place[name])
            self._note(place[name], record, name)
        for total, parts in record.sums:
            self._equate([place[total]], [place[part] for part in parts])

    def add_told(self, records: Sequence[Record]) -> None:
        """Add each count of old releases as readers last saw it, without the sums."""
        seen: dict[str, Record] = {}
        for record in records:
            seen |= dict.fromkeys(filter(record.tells, record.counts), record)
        for name, record in seen.items():
            place = self._place(record, record.release, name)
            self.counts.setdefault(place, record.counts[name])
            self._named.setdefault((record.release, name), place)
            self._note(place, record, name)

    def link(self, link: Link) -> None:
        """Add that two groups of sets are the same patients."""
        whole, parts = link
        # a sum of counts in doubt only: others follow from the sums of their own table
        certain = any(bits in self._certain for bits in (*whole, *parts))
        place = self._place_of if certain else self._linked
        self._equate([place(b) for b in whole], [place(b) for b in parts])

    def add_changes(self, name: str, releases: Sequence[str]) -> None:
        """Add what came, or went, from each release that has the count to the next.

        A small change over several releases is made of changes that are small too, so that these
        protect it.
        """
        times = [
            (when, self._named[(when, name)])
            for when in [*releases, ""]
            if (when, name) in self._named
        ]
        for (since, then), (_, now) in pairwise(times):
            if then != now:
                change = self.counts[now] - self.counts[then]
                new = (f"since {since}", name)
                self.counts[new] = abs(change)
                self.unseen.add(new)
                self._equate(*([now], [then, new]) if change >= 0 else ([then], [now, new]))

    def settle(self) -> None:
        """Decide where tables differ in what they tell: who saw a count anywhere knows it.

        Then drop the counts that nothing in doubt links to this table. Whatever follows from told
        counts alone is told as well.
        """
        of_now: set[Place] = {("", name) for name in self.now.names}
        self.withheld -= self.told
        self.unseen -= self.told | self.withheld | (of_now - self.now.unseen())
        exact = {place for place in self.told if self.steps.get(place, 1) == 1}
        known = _worked_out(self.lines, exact, of_now)
        self.told |= known
        self.withheld -= known
        self.unseen -= known
        self.lines = _in_reach(self.lines, of_now - known, known)
        linked = {place for line in self.lines for place in line} | of_now
        self.counts = {place: n for place, n in self.counts.items() if place in linked}
        self.told &= linked
        self.withheld &= linked
        self.marked &= linked
        self.unseen &= linked

    def _equate(self, whole: Sequence[Place], parts: Sequence[Place]) -> None:
        """Add that counts add up to others; a total may be one of its parts, others being 0."""
        signs = dict.fromkeys(parts, 1)
        for place in whole:
            signs[place] = signs.get(place, 0) - 1
        line = {place: sign for place, sign in signs.items() if sign}
        if line:
            self.lines.append(line)

    def _place(self, record: Record, when: str, name: str) -> Place:
        """Return the place of a count of a record."""
        bits = record.members.get(name, 0)
        return self._places.setdefault(bits, (_WHO, bits)) if bits else (when, name)

    def _place_of(self, bits: int) -> Place:
        """Return the place of the patients in a set."""
        place = self._places.setdefault(bits, (_WHO, bits))
        if place not in self.counts:
            self.counts[place] = bits.bit_count()
            self.unseen.add(place)
        return place

    def _linked(self, bits: int) -> Place:
        """Return the place of a set that is part of a sum: the table's own count before others."""
        own = self._places.get(bits)
        if bits in self._in_doubt and (own is None or own[0] == _WHO):
            return self._in_doubt[bits]
        return self._place_of(bits)

    def _note(self, place: Place, record: Record, name: str) -> None:
        """Note what a table told of a count; of roundings the finest is known."""
        if record.tells(name):
            self.told.add(place)
            self.steps[place] = min(record.round_to, self.steps.get(place, record.round_to))
        elif name in record.not_shown:
            self.unseen.add(place)
        else:
            self.withheld.add(place)
            if record.shown[name] == self.policy.small_text:
                self.marked.add(place)


def _worked_out(
    lines: Sequence[Mapping[Place, int]], told: Collection[Place], of_now: Collection[Place]
) -> set[Place]:
    """Find what follows from told counts by sums that have one other count, not of this table."""
    known = set(told)
    while True:
        open_places = [[place for place in line if place not in known] for line in lines]
        new = {each[0] for each in open_places if len(each) == 1} - set(of_now)
        if not new:
            return known
        known |= new


def _in_reach(
    lines: Sequence[dict[Place, int]], start: Collection[Place], known: Collection[Place]
) -> list[dict[Place, int]]:
    """Keep the sums that lead from some counts to others by way of what is not known."""
    reached, left = set(start), list(lines)
    kept: list[dict[Place, int]] = []
    while near := [line for line in left if not reached.isdisjoint(line)]:
        left = [line for line in left if reached.isdisjoint(line)]
        kept += near
        reached = {place for line in near for place in line} - set(known)
    return kept
