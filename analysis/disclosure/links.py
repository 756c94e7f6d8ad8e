"""What counts of different tables say about each other, because the same patients are behind them.

Two counts of which one holds the patients of the other tell those who are left, and so do groups
that add up to a count of another table. Sets of patients are whole numbers, one bit per patient.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, combinations
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Link", "families", "group_links", "nested_links", "shared_totals"]

Link = tuple[tuple[int, ...], tuple[int, ...]]
"""Sets that share nobody, and others that share nobody and are the same patients together."""

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

_CHUNK = 8192  # patients
_BATCH = 256  # families
_MOST_PARTS = 4
_BETWEEN = " / "  # between the group and the measure in the name of a row


def nested_links(
    ones: Sequence[int], others: Sequence[int], minimum: int, *, by_chance: bool = False
) -> list[Link]:
    """Find pairs of which one holds the other and a few patients more.

    Parameters
    ----------
    ones, others : sequence of int
        Sets of patients; each of `ones` is held against each of `others`.
    minimum : int
        Fewer than so many are a few.
    by_chance : bool
        Whether sets may lie in others by chance: then those of fewer than three times as many are
        left out.

    Returns
    -------
    list of Link
        The larger, and the smaller with who is left; a set and itself are no pair.

    Examples
    --------
    >>> nested_links([0b0111], [0b1111], minimum=2)
    [((15,), (7, 8))]
    """
    least = 3 * minimum if by_chance else 1
    ones, others = ([s for s in sets if s.bit_count() >= least] for sets in (ones, others))
    if not ones or not others:
        return []
    shared = _shared(ones, others)
    size = np.array([one.bit_count() for one in ones])[:, None]
    more = np.array([other.bit_count() for other in others])[None, :] - size
    inside = (shared == size) & (more > 0) & (more < minimum)
    around = (shared == size + more) & (more < 0) & (more > -minimum)
    return [
        *(_link([others[j]], [ones[i]]) for i, j in _places(inside)),
        *(_link([ones[i]], [others[j]]) for i, j in _places(around)),
    ]


def group_links(groups: Sequence[Sequence[int]], totals: Sequence[int], minimum: int) -> list[Link]:
    """Find groups that together are a count of another table, but for a few patients.

    Parameters
    ----------
    groups : sequence of sequence of int
        Families of sets that share nobody.
    totals : sequence of int
        Sets that may be made of them.
    minimum : int
        Fewer than so many are a few.

    Returns
    -------
    list of Link
        A total with the groups that lie in it and who is left of it, or all groups of a family
        with the total that they hold and who is left of them.

    Examples
    --------
    >>> group_links([[0b0011, 0b0100, 0b1000]], [0b0111, 0b1110], minimum=2)
    [((7,), (3, 4)), ((14,), (4, 8, 2)), ((3, 4, 8), (7, 8)), ((3, 4, 8), (14, 1))]
    """
    if not totals:
        return []
    batches = (groups[start : start + _BATCH] for start in range(0, len(groups), _BATCH))
    return [link for batch in batches for link in _links_of(batch, totals, minimum)]


def _links_of(batch: Sequence[Sequence[int]], totals: Sequence[int], minimum: int) -> list[Link]:
    """Hold some families against all totals at once; links come family by family."""
    sets = list(dict.fromkeys(chain.from_iterable(batch)))
    place = {bits: k for k, bits in enumerate(sets)}
    row = [place[bits] for family in batch for bits in family]
    start = np.cumsum([0, *map(len, batch[:-1])])
    shared = _shared(sets, totals)[row]
    size = np.array([bits.bit_count() for bits in sets])[row]
    sizes = np.array([total.bit_count() for total in totals])
    inside = shared == size[:, None]
    left = sizes - np.add.reduceat(inside * size[:, None], start)
    made_of = (left < minimum) & (np.add.reduceat(inside, start, dtype=np.int64) > 1)
    more = np.add.reduceat(size, start)[:, None] - sizes
    wider = (more > 0) & (more < minimum) & (np.add.reduceat(shared, start) == sizes)
    found: list[Link] = []
    for k in np.flatnonzero((made_of | wider).any(axis=1)).tolist():
        family = batch[k]
        for total in np.flatnonzero(made_of[k]).tolist():
            within = inside[start[k] : start[k] + len(family), total]
            parts = [bits for bits, is_in in zip(family, within, strict=True) if is_in]
            found.append(_link([totals[total]], parts))
        found += [_link(family, [totals[total]]) for total in np.flatnonzero(wider[k]).tolist()]
    return found


def _link(whole: Sequence[int], parts: Sequence[int]) -> Link:
    """Put who is left of the whole beside the parts."""
    rest = _union(whole) & ~_union(parts)
    return tuple(whole), (*parts, rest) if rest else tuple(parts)


def shared_totals(groups: Sequence[Sequence[int]]) -> list[Link]:
    """Find families whose groups are the same patients together, though no count says so.

    Parameters
    ----------
    groups : sequence of sequence of int
        Families of sets that share nobody.

    Returns
    -------
    list of Link
        The patients of each such family, and its groups.

    Examples
    --------
    >>> shared_totals([[0b011, 0b100], [0b110, 0b001], [0b001, 0b010]])
    [((7,), (3, 4)), ((7,), (6, 1))]
    """
    everybody = [_union(family) for family in groups]
    shared = {bits for bits, n in Counter(everybody).items() if n > 1}
    pairs = zip(everybody, groups, strict=True)
    return [((bits,), tuple(family)) for bits, family in pairs if bits in shared]


def families(members: Mapping[str, int]) -> list[tuple[int, ...]]:
    """Find counts of one table that differ in some parts of their name and share nobody.

    Parameters
    ----------
    members : mapping of str to int
        Who is in a count, by its name as `names_of` writes it.

    Returns
    -------
    list of tuple of int
        Sets of at least two groups; a group that is all others together is left out.

    Examples
    --------
    >>> families({'["n", "IM"]': 0b001, '["n", "IV"]': 0b110, '["n", "all"]': 0b111})
    [(1, 6)]
    """
    kin: dict[tuple[int, tuple[int, ...], tuple[Any, ...]], list[int]] = {}
    for name, bits in members.items():
        parts = _parts_of(name)
        for free in _some_of(len(parts)):
            rest = tuple(part for place, part in enumerate(parts) if place not in free)
            kin.setdefault((len(parts), free, rest), []).append(bits)
    found = [_groups(each) for each in kin.values()]
    return list(dict.fromkeys(group for group in found if len(group) > 1))


def _some_of(n_parts: int) -> Iterator[tuple[int, ...]]:
    """Choose one or more places of a name; of long names one or all."""
    numbers = range(1, n_parts + 1) if n_parts <= _MOST_PARTS else (1, n_parts)
    return chain.from_iterable(combinations(range(n_parts), n) for n in numbers)


def _groups(sets: Sequence[int]) -> tuple[int, ...]:
    """Keep groups that share nobody, without those that are made of others; none if they do."""
    distinct = sorted({bits for bits in sets if bits}, key=int.bit_count)
    while len(distinct) > 1 and _union(distinct[:-1]) & distinct[-1] == distinct[-1]:
        distinct.pop()
    together = _union(distinct)
    is_split = together.bit_count() == sum(bits.bit_count() for bits in distinct)
    return tuple(bits for bits in dict.fromkeys(sets) if bits in set(distinct)) if is_split else ()


def _parts_of(name: str) -> tuple[Any, ...]:
    """Give the parts of a name, those of nested names and of "group / measure" on one level."""
    content = json.loads(name)

    def flat(value: object) -> Iterator[object]:
        if isinstance(value, list):
            for each in value:
                yield from flat(each)
        elif isinstance(value, str):
            yield from value.split(_BETWEEN)
        else:
            yield value

    return tuple(flat(content))


def _union(sets: Sequence[int]) -> int:
    """Put sets together."""
    together = 0
    for bits in sets:
        together |= bits
    return together


def _shared(ones: Sequence[int], others: Sequence[int]) -> IntArray:
    """Count the patients whom each pair of sets shares; shape (ones, others)."""
    n_bytes = max(bits.bit_length() for bits in (*ones, *others)) // 8 + 1
    left, right = (_packed(sets, n_bytes) for sets in (ones, others))
    shared = np.zeros((len(ones), len(others)))
    for start in range(0, n_bytes, _CHUNK // 8):
        part = slice(start, start + _CHUNK // 8)
        shared += _unpacked(left[:, part]) @ _unpacked(right[:, part]).T
    return shared.astype(np.int64)


def _packed(sets: Sequence[int], n_bytes: int) -> npt.NDArray[np.uint8]:
    """Lay out sets as bytes, one row each."""
    raw = b"".join(bits.to_bytes(n_bytes, "little") for bits in sets)
    return np.frombuffer(raw, dtype=np.uint8).reshape(len(sets), n_bytes)


def _unpacked(rows: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Turn bytes into ones and zeros; sums of 8,192 of them are exact."""
    return np.unpackbits(rows, axis=1).astype(np.float32)


def _places(where: BoolArray) -> list[tuple[int, int]]:
    """List the places that are true."""
    rows, columns = np.nonzero(where)
    return list(zip(rows.tolist(), columns.tolist(), strict=True))
