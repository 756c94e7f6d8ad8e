"""One system of what is to be shown now and what readers know from before.

Between two releases the differences are counts of their own: 40 patients last month and 43 this
month are 3 new ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from analysis.disclosure.attack import CountSystem
from analysis.disclosure.knowledge import Knowledge, Now, Place
from analysis.disclosure.links import Link, group_links, nested_links, shared_totals
from analysis.disclosure.policy import Policy, counts_around
from analysis.disclosure.record import Record, kind_of

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
    known = Knowledge(now=now, policy=policy)
    releases = list(dict.fromkeys(record.release for record in earlier))
    whole = set(releases[-_WHOLE:])
    same = [record for record in earlier if record.about == now.about]
    told = [("", record) for record in present]
    told += [(record.release, record) for record in earlier if record.release in whole]
    for when, record in told:
        if record.about == now.about or record.members:
            known.add(record, when, by_name=record.about == now.about)
    known.add_told([record for record in same if record.release not in whole])
    links = _links(now, present, policy.minimum_count)
    before = [record for when, record in told if when]
    links += _links_to_earlier(now, before, policy.minimum_count)
    for link in dict.fromkeys(links):
        known.link(link)
    for name in dict.fromkeys([*now.names, *(name for r in same for name in r.counts)]):
        known.add_changes(name, releases)
    known.settle()
    return _as_arrays(known)


def _links(now: Now, present: Sequence[Record], minimum: int) -> list[Link]:
    """Find what tables of this release say about each other, because of who is behind them.

    Groups may add up to a count of another table. Whole tables, and counts of one name in tables
    of one kind, may differ by a few patients. Other counts of which one holds the other do so by
    chance, and no reader can know it.
    """
    if not now.members:
        return []
    groups = list(dict.fromkeys(chain(now.families, *(each.families for each in present))))
    tables = [now.members, *(record.members for record in present)]
    sets = _distinct(*(members.values() for members in tables))
    totals = shared_totals(groups)
    together = [bits for (bits,), _ in totals]
    wholes = _distinct(now.wholes(), together, *(record.wholes() for record in present))
    links = [
        *totals,
        *group_links(groups, [each for each in sets if each.bit_count() >= minimum], 1),
        *group_links(groups, wholes, minimum),
        *nested_links(wholes, wholes, minimum),
        *nested_links(wholes, sets, minimum, by_chance=True),
    ]
    return links + _links_by_name(now, present, minimum)


def _links_by_name(now: Now, records: Sequence[Record], minimum: int) -> list[Link]:
    """Find counts of one name, in tables of one kind, that differ by a few patients."""
    links: list[Link] = []
    for record in records:
        if kind_of(record.about) == kind_of(now.about):
            for name in sorted(now.members.keys() & record.members.keys()):
                links += nested_links([now.members[name]], [record.members[name]], minimum)
    return links


def _links_to_earlier(now: Now, records: Sequence[Record], minimum: int) -> list[Link]:
    """Find what tables of now and of before say about each other.

    Groups may add up to a count of the other time. Whole tables, and counts of one name in tables
    of one kind, may differ by a few patients, also where another table had the name before.
    """
    if not now.members:
        return []
    of_now = [bits for bits in _distinct(now.members.values()) if bits.bit_count() >= minimum]
    before = _distinct(*(record.members.values() for record in records))
    totals = [bits for bits in before if bits.bit_count() >= minimum]
    groups = list(dict.fromkeys(chain.from_iterable(record.families for record in records)))
    return [
        *group_links(now.families, totals, 1),
        *group_links(groups, of_now, 1),
        *nested_links(now.wholes(), _distinct(*(r.wholes() for r in records)), minimum),
        *_links_by_name(now, records, minimum),
    ]


def _distinct(*many: Iterable[int]) -> list[int]:
    """List each set once, without that of nobody."""
    return [bits for bits in dict.fromkeys(chain.from_iterable(many)) if bits]


def _as_arrays(known: Knowledge) -> JointSystem:
    """Lay everything out as arrays."""
    system, n_now = known.now.system, len(known.now.names)
    position = {name: i for i, name in enumerate(known.counts)}
    lines = np.zeros((len(known.lines), len(position)), dtype=np.int64)
    for row, line in enumerate(known.lines):
        for name, sign in line.items():
            lines[row, position[name]] = sign
    counts = np.array(list(known.counts.values()), dtype=np.int64)
    cost = counts.astype(float)
    cost[:n_now] = system.cost
    from_zero = np.zeros(len(counts), dtype=bool)
    from_zero[:n_now] = False if system.zero_is_small is None else system.zero_is_small
    step = np.array([known.steps.get(name, 1) for name in known.counts])
    low, high = counts_around(counts, step, known.policy.minimum_count)
    return JointSystem(
        system=CountSystem(
            counts=counts,
            lines=lines[_first_of_each(lines)],
            not_shown=_flags(position, known.unseen),
            cost=cost,
            shown_low=low,
            shown_high=high,
            zero_is_small=from_zero,
        ),
        told=_flags(position, known.told),
        withheld=_flags(position, known.withheld),
        marked=_flags(position, known.marked),
        n_now=n_now,
    )


def _flags(position: dict[Place, int], names: set[Place]) -> BoolArray:
    """Mark the named places."""
    marked = np.zeros(len(position), dtype=bool)
    marked[[position[name] for name in names]] = True
    return marked


def _first_of_each(lines: npt.NDArray[np.int64]) -> npt.NDArray[np.intp]:
    """Find the first of equal lines, in order."""
    return np.sort(np.unique(lines, axis=0, return_index=True)[1])
