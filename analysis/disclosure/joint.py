"""One system of what is to be shown now and what readers know from before.

Between two releases the differences are counts of their own: 40 patients last month and 43 this
month are 3 new ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from analysis.disclosure.attack import CountSystem
from analysis.disclosure.ledger import Record
from analysis.disclosure.policy import Policy, counts_around

__all__ = ["JointSystem", "alone", "join_past"]

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


@dataclass(kw_only=True, eq=False)
class _Builder:
    """Counts and sums, gathered by name."""

    counts: dict[tuple[str, str], int]
    lines: list[dict[tuple[str, str], int]]
    told: set[tuple[str, str]]
    withheld: set[tuple[str, str]]
    marked: set[tuple[str, str]]
    unseen: set[tuple[str, str]]
    steps: dict[tuple[str, str], int]


def join_past(
    system: CountSystem,
    names: Sequence[str],
    *,
    earlier: Sequence[Record],
    present: Sequence[Record],
    policy: Policy,
) -> JointSystem:
    """Put a table beside what was told about the same counts before.

    Parameters
    ----------
    system : CountSystem
        The table.
    names : sequence of str
        Names of its counts, the same in every release.
    earlier : sequence of Record
        Of earlier releases.
    present : sequence of Record
        Of the same release; its counts are the same counts.
    policy : Policy
        How small counts are marked.

    Returns
    -------
    JointSystem
        For `find_pattern` and the attacker.
    """
    now = {name: ("", name) for name in names}
    builder = _Builder(
        counts={now[name]: int(n) for name, n in zip(names, system.counts, strict=True)},
        lines=[
            {now[names[j]]: int(line[j]) for j in np.flatnonzero(line).tolist()}
            for line in system.lines
        ],
        told=set(),
        withheld=set(),
        marked=set(),
        unseen={now[name] for name, is_not in zip(names, system.not_shown, strict=True) if is_not},
        steps=dict.fromkeys(now.values(), policy.round_to),
    )
    for record in present:
        _add(builder, record, "", policy)
    releases = list(dict.fromkeys(record.release for record in earlier))
    whole = set(releases[-_WHOLE:])
    for record in earlier:
        if record.release in whole:
            _add(builder, record, record.release, policy)
    _add_last_shown(builder, [record for record in earlier if record.release not in whole])
    for name in dict.fromkeys([*names, *(name for record in earlier for name in record.counts)]):
        _add_changes(builder, name, releases)
    return _as_arrays(builder, system, len(names), policy.minimum_count)


def _add(builder: _Builder, record: Record, when: str, policy: Policy) -> None:
    """Add what a record told; counts of the same release are those of now."""
    place = {name: (when, name) for name in record.counts}
    for name, count in record.counts.items():
        builder.counts.setdefault(place[name], count)
        _note_step(builder, place[name], record)
        if record.tells(name):
            builder.told.add(place[name])
        elif name in record.not_shown:
            builder.unseen.add(place[name])
        else:
            builder.withheld.add(place[name])
            if record.shown[name] == policy.small_text:
                builder.marked.add(place[name])
    builder.lines += [
        {**{place[part]: 1 for part in parts}, place[total]: -1} for total, parts in record.sums
    ]


def _add_last_shown(builder: _Builder, older: Sequence[Record]) -> None:
    """Add each count as readers last saw it before the releases that are there as a whole."""
    seen: dict[str, Record] = {}
    for record in older:
        seen |= dict.fromkeys(filter(record.tells, record.counts), record)
    for name, record in seen.items():
        place = (record.release, name)
        builder.counts[place] = record.counts[name]
        builder.told.add(place)
        _note_step(builder, place, record)


def _note_step(builder: _Builder, place: tuple[str, str], record: Record) -> None:
    """Note to what a count was rounded: in the finest way, where it was told in several."""
    builder.steps[place] = min(record.round_to, builder.steps.get(place, record.round_to))


def _add_changes(builder: _Builder, name: str, releases: Sequence[str]) -> None:
    """Add what came, or went, from each release that has the count to the next.

    A small change over several releases is made of changes that are small too, so that these
    protect it.
    """
    times = [(when, name) for when in [*releases, ""] if (when, name) in builder.counts]
    for then, now in pairwise(times):
        change = builder.counts[now] - builder.counts[then]
        new = (f"since {then[0]}", name)
        builder.counts[new] = abs(change)
        builder.unseen.add(new)
        whole, part = (now, then) if change >= 0 else (then, now)
        builder.lines.append({part: 1, new: 1, whole: -1})


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


def _flags(position: Mapping[tuple[str, str], int], names: set[tuple[str, str]]) -> BoolArray:
    """Mark the named places."""
    marked = np.zeros(len(position), dtype=bool)
    marked[[position[name] for name in names]] = True
    return marked


def _first_of_each(lines: npt.NDArray[np.int64]) -> npt.NDArray[np.intp]:
    """Find the first of equal lines, in order."""
    return np.sort(np.unique(lines, axis=0, return_index=True)[1])
