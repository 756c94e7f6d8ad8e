"""One system of what is to be shown now and what readers know from before.

Between two releases the differences are counts of their own: 40 patients last month and 43 this
month are 3 new ones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.disclosure.attack import CountSystem
from analysis.disclosure.ledger import Record, kind_of
from analysis.disclosure.links import Link, families, group_links, nested_links, shared_totals
from analysis.disclosure.policy import Policy, counts_around

__all__ = ["JointSystem", "Now", "alone", "join_past"]

BoolArray = npt.NDArray[np.bool_]

_WHOLE = 5  # earlier releases with all their sums; of older ones, what was shown last


@dataclass(frozen=True, kw_only=True, eq=False)
class JointSystem:
    """Counts of now, of before, and the differences between them.

    Parameters
    ----------
    system : CountSystem
        The counts of now first.
    told : array of bool, shape (k,)
        Counts that readers know already.
    withheld : array of bool, shape (k,)
        Counts that stay hidden.
    marked : array of bool, shape (k,)
        Hidden counts that readers know to be small.
    n_now : int
        How many counts are of now.
    """

    system: CountSystem
    told: BoolArray
    withheld: BoolArray
    marked: BoolArray
    n_now: int


def alone(system: CountSystem) -> JointSystem:
    """Take a table of which readers know nothing from before.

    Parameters
    ----------
    system : CountSystem
        The table.

    Returns
    -------
    JointSystem
        Its counts only.
    """
    nothing = np.zeros(len(system.counts), dtype=bool)
    return JointSystem(
        system=system, told=nothing, withheld=nothing, marked=nothing, n_now=len(nothing)
    )


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

    def wholes(self) -> list[int]:
        """Return who is in the counts that are part of no other, as `Record.wholes` does."""
        is_part = (self.system.lines > 0).any(axis=0) | self.system.not_shown
        named = zip(self.names, is_part, strict=True)
        return [self.members[n] for n, is_in in named if not is_in and n in self.members]


Place = tuple[str, Any]
"""A count: the release ("" for this one) and the name of the count, or "who" and its patients."""

_WHO = "who"


@dataclass(kw_only=True, eq=False)
class _Builder:
    """Counts and sums, gathered by place."""

    counts: dict[Place, int]
    lines: list[dict[Place, int]]
    steps: dict[Place, int]
    named: dict[tuple[str, str], Place]
    places: dict[int, Place] = field(default_factory=dict)
    told: set[Place] = field(default_factory=set)
    withheld: set[Place] = field(default_factory=set)
    marked: set[Place] = field(default_factory=set)
    unseen: set[Place] = field(default_factory=set)

    def place_of(self, bits: int) -> Place:
        """Return the place of whoever is in a set; counts of the same patients have one place."""
        place = self.places.setdefault(bits, (_WHO, bits))
        if place not in self.counts:
            self.counts[place] = bits.bit_count()
            self.unseen.add(place)
        return place

    def link(self, link: Link) -> None:
        """Add what two groups of sets say about each other."""
        whole, parts = link
        signs = dict.fromkeys(set(parts) - set(whole), 1) | dict.fromkeys(
            set(whole) - set(parts), -1
        )
        if signs:  # else both are the same sets
            self.lines.append({self.place_of(bits): sign for bits, sign in signs.items()})


def join_past(
    now: Now,
    *,
    earlier: Sequence[Record],
    present: Sequence[Record],
    policy: Policy,
) -> JointSystem:
    """Put a table beside what was told about the same counts, and the same patients, before.

    Parameters
    ----------
    now : Now
        The table.
    earlier : sequence of Record
        Of earlier releases.
    present : sequence of Record
        Of the same release.
    policy : Policy
        How small counts are marked.

    Returns
    -------
    JointSystem
        For `find_pattern` and the attacker.
    """
    builder = _of_now(now, policy)
    for record in present:
        if record.about == now.about or record.members:
            _add(builder, record, "", policy, by_name=record.about == now.about)
    same = [record for record in earlier if record.about == now.about]
    releases = list(dict.fromkeys(record.release for record in earlier))
    whole = set(releases[-_WHOLE:])
    for record in same:
        if record.release in whole:
            _add(builder, record, record.release, policy)
    _add_last_shown(builder, [record for record in same if record.release not in whole])
    _add_links(builder, now, present, policy.minimum_count)
    for record in earlier:
        if record.release in whole:
            _add_same_patients(builder, record, policy)
    for name in dict.fromkeys([*now.names, *(name for r in same for name in r.counts)]):
        _add_changes(builder, name, releases)
    _settle(builder, now)
    _keep_what_matters(builder, now)
    return _as_arrays(builder, now.system, len(now.names), policy.minimum_count)


def _of_now(now: Now, policy: Policy) -> _Builder:
    """Begin with the counts and sums of the table itself."""
    places: dict[str, Place] = {name: ("", name) for name in now.names}
    builder = _Builder(
        counts={places[name]: int(n) for name, n in zip(now.names, now.system.counts, strict=True)},
        lines=[
            {places[now.names[j]]: int(line[j]) for j in np.flatnonzero(line).tolist()}
            for line in now.system.lines
        ],
        steps=dict.fromkeys(places.values(), policy.round_to),
        named={("", name): place for name, place in places.items()},
        unseen=_unseen_of(now),
    )
    for name, bits in now.members.items():
        if not bits:
            continue  # two counts of nobody are not the same count
        first = builder.places.setdefault(bits, places[name])
        if first != places[name]:
            builder.lines.append({places[name]: 1, first: -1})
    return builder


def _unseen_of(now: Now) -> set[Place]:
    """List the counts of the table that it does not print."""
    return {("", n) for n, is_not in zip(now.names, now.system.not_shown, strict=True) if is_not}


def _add(
    builder: _Builder, record: Record, when: str, policy: Policy, *, by_name: bool = True
) -> None:
    """Add what a record told; counts of the same release, or of the same patients, are the same."""
    place = {name: _place(builder, record, when, name, by_name=by_name) for name in record.counts}
    for name, count in record.counts.items():
        builder.counts.setdefault(place[name], count)
        builder.named.setdefault((when, name), place[name])
        _note(builder, place[name], record, name, policy)
    builder.lines += [
        {**{place[part]: 1 for part in parts}, place[total]: -1} for total, parts in record.sums
    ]


def _place(builder: _Builder, record: Record, when: str, name: str, *, by_name: bool) -> Place:
    """Return the place of a count of a record."""
    bits = record.members.get(name, 0)
    if bits:
        return builder.places.setdefault(bits, (_WHO, bits))
    return (when if by_name else f"{when} {record.about}", name)


def _note(builder: _Builder, place: Place, record: Record, name: str, policy: Policy) -> None:
    """Note what readers know of a count."""
    if record.tells(name):
        builder.told.add(place)
        _note_step(builder, place, record)
    elif name in record.not_shown:
        builder.unseen.add(place)
    else:
        builder.withheld.add(place)
        if record.shown[name] == policy.small_text:
            builder.marked.add(place)


def _add_last_shown(builder: _Builder, older: Sequence[Record]) -> None:
    """Add each count as readers last saw it before the releases that are there as a whole."""
    seen: dict[str, Record] = {}
    for record in older:
        seen |= dict.fromkeys(filter(record.tells, record.counts), record)
    for name, record in seen.items():
        place = _place(builder, record, record.release, name, by_name=True)
        builder.counts.setdefault(place, record.counts[name])
        builder.named.setdefault((record.release, name), place)
        builder.told.add(place)
        _note_step(builder, place, record)


def _note_step(builder: _Builder, place: Place, record: Record) -> None:
    """Note to what a count was rounded: in the finest way, where it was told in several."""
    builder.steps[place] = min(record.round_to, builder.steps.get(place, record.round_to))


def _add_links(builder: _Builder, now: Now, present: Sequence[Record], minimum: int) -> None:
    """Add what tables of this release say about each other, because of who is behind them.

    Groups may add up to a count of another table. Whole tables, and counts of one name in tables
    of one kind, may differ by a few patients. Other counts of which one holds the other do so by
    chance, and no reader can know it.
    """
    tables = [now.members, *(record.members for record in present)]
    if not now.members:
        return
    groups = list(dict.fromkeys(group for members in tables for group in families(members)))
    sets = _distinct(*(members.values() for members in tables))
    totals = shared_totals(groups)
    together = [bits for (bits,), _ in totals]
    wholes = _distinct(now.wholes(), together, *(record.wholes() for record in present))
    links = [
        *totals,
        *group_links(groups, [each for each in sets if each.bit_count() >= minimum], 1),
        *group_links(groups, wholes, minimum),
        *nested_links(wholes, sets, minimum),
    ]
    kind = kind_of(now.about)
    for record in present:
        if kind_of(record.about) == kind:
            for name in now.members.keys() & record.members.keys():
                links += nested_links([now.members[name]], [record.members[name]], minimum)
    for link in dict.fromkeys(links):
        builder.link(link)


def _distinct(*many: Iterable[int]) -> list[int]:
    """List each set once, without that of nobody."""
    return [bits for bits in dict.fromkeys(chain.from_iterable(many)) if bits]


def _add_same_patients(builder: _Builder, record: Record, policy: Policy) -> None:
    """Add what an earlier release told about the patients of a count, by whatever name."""
    for name, bits in record.members.items():
        if bits in builder.places:
            _note(builder, builder.place_of(bits), record, name, policy)


def _add_changes(builder: _Builder, name: str, releases: Sequence[str]) -> None:
    """Add what came, or went, from each release that has the count to the next.

    A small change over several releases is made of changes that are small too, so that these
    protect it.
    """
    times = [
        (when, builder.named[(when, name)])
        for when in [*releases, ""]
        if (when, name) in builder.named
    ]
    for (since, then), (_, now) in pairwise(times):
        if then == now:
            continue
        change = builder.counts[now] - builder.counts[then]
        new = (f"since {since}", name)
        builder.counts[new] = abs(change)
        builder.unseen.add(new)
        whole, part = (now, then) if change >= 0 else (then, now)
        builder.lines.append({part: 1, new: 1, whole: -1})


def _settle(builder: _Builder, now: Now) -> None:
    """Decide where tables differ in what they tell of a count: who saw it anywhere knows it."""
    printed = {("", name) for name in now.names} - _unseen_of(now)
    builder.withheld -= builder.told
    builder.unseen -= builder.told | builder.withheld | printed


def _keep_what_matters(builder: _Builder, now: Now) -> None:
    """Drop counts that readers can work out, and those that nothing in doubt links to this table.

    Whatever follows from told counts alone is told as well.
    """
    exact = {place for place in builder.told if builder.steps.get(place, 1) == 1}
    of_now: set[Place] = {("", name) for name in now.names}
    known = _worked_out(builder.lines, exact, of_now)
    builder.told |= known
    builder.withheld -= known
    builder.unseen -= known
    reached, lines = of_now - known, builder.lines
    kept: list[dict[Place, int]] = []
    while True:
        near = [line for line in lines if not reached.isdisjoint(line)]
        if not near:
            break
        lines = [line for line in lines if reached.isdisjoint(line)]
        kept += near
        reached = {place for line in near for place in line} - known
    builder.lines = kept
    linked = {place for line in kept for place in line} | of_now
    builder.counts = {place: n for place, n in builder.counts.items() if place in linked}
    builder.told &= linked
    builder.withheld &= linked
    builder.marked &= linked
    builder.unseen &= linked


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


def _as_arrays(builder: _Builder, system: CountSystem, n_now: int, minimum: int) -> JointSystem:
    """Lay everything out as arrays."""
    position = {name: i for i, name in enumerate(builder.counts)}
    lines = np.zeros((len(builder.lines), len(position)), dtype=np.int64)
    for row, line in enumerate(builder.lines):
        for name, sign in line.items():
            lines[row, position[name]] = sign
    counts = np.array(list(builder.counts.values()), dtype=np.int64)
    cost = counts.astype(float)
    cost[:n_now] = system.cost
    from_zero = np.zeros(len(counts), dtype=bool)
    from_zero[:n_now] = False if system.zero_is_small is None else system.zero_is_small
    step = np.array([builder.steps.get(name, 1) for name in builder.counts])
    low, high = counts_around(counts, step, minimum)
    return JointSystem(
        system=CountSystem(
            counts=counts,
            lines=lines[_first_of_each(lines)],
            not_shown=_flags(position, builder.unseen),
            cost=cost,
            shown_low=low,
            shown_high=high,
            zero_is_small=from_zero,
        ),
        told=_flags(position, builder.told),
        withheld=_flags(position, builder.withheld),
        marked=_flags(position, builder.marked),
        n_now=n_now,
    )


def _flags(position: Mapping[Place, int], names: set[Place]) -> BoolArray:
    """Mark the named places."""
    marked = np.zeros(len(position), dtype=bool)
    marked[[position[name] for name in names]] = True
    return marked


def _first_of_each(lines: npt.NDArray[np.int64]) -> npt.NDArray[np.intp]:
    """Find the first of equal lines, in order."""
    return np.sort(np.unique(lines, axis=0, return_index=True)[1])
