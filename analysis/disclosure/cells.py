"""Hide small counts among named counts and the sums between them, with proof.

Everything that shows counts goes through here: tables, proportions, flows and risk tables only
say which counts there are and how they add up.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from analysis.disclosure.attack import CountSystem, attack_bounds
from analysis.disclosure.joint import JointSystem, Now, alone, join_past
from analysis.disclosure.ledger import Ledger, current_ledger
from analysis.disclosure.members import Members, completed_sets
from analysis.disclosure.pattern import BoolArray, find_pattern, mark_bounds, markable_cells
from analysis.disclosure.policy import HIDDEN, RELEASE, Policy, possible_counts, rounded_count
from analysis.disclosure.record import NUMBERED, Record, names_of
from analysis.errors import DataError

__all__ = ["EARLIER", "STATUSES", "Cell", "HiddenCells", "Sum", "count_system", "suppress_cells"]

EARLIER = "an earlier release, or the difference to it"
"""Name of the counts in an audit that are not of the table itself."""

STATUSES = ("shown", "primary", "complementary")
"""A count is shown, hidden because it is small, or hidden to protect a small one."""

_BOUNDS = ["cell", "low", "high", "low_with_marks", "high_with_marks", "protected"]

Cell = Any
"""The name of a count: any hashable value."""

Sum = tuple[Cell, Sequence[Cell]]
"""The name of a total and the names of its parts."""


@dataclass(frozen=True, kw_only=True, eq=False)
class HiddenCells:
    """Named counts after suppression: their text, their status and the attacker's view.

    Parameters
    ----------
    text : dict
        Name of each count to what is printed.
    status : dict
        Name of each count to "shown", "primary" or "complementary".
    bounds : pandas.DataFrame
        One row per small count: ``cell, low, high, low_with_marks, high_with_marks, protected``.
    policy : Policy
        The least count that may be shown.
    """

    text: Mapping[Cell, str]
    status: Mapping[Cell, str]
    bounds: pd.DataFrame = field(repr=False)
    policy: Policy

    def is_hidden(self, cell: Cell) -> bool:
        """Whether a count is not shown."""
        return self.status[cell] != "shown"

    def log(self) -> pd.DataFrame:
        """Count the counts by status.

        Returns
        -------
        pandas.DataFrame
            Columns ``status, cells``; one row per status.
        """
        return count_statuses(list(self.status.values()))

    def audit(self) -> pd.DataFrame:
        """Return the attacker's interval of every small count.

        Returns
        -------
        pandas.DataFrame
            Columns ``cell, low, high, low_with_marks, high_with_marks, protected``: the least and
            greatest value that the shown counts and the sums leave possible, without and with what
            the marks ``<11`` and ``—`` say.
        """
        return self.bounds.copy()


def count_statuses(statuses: Sequence[str]) -> pd.DataFrame:
    """Count how often each status occurs; columns ``status, cells``."""
    cells = [statuses.count(status) for status in STATUSES]
    return pd.DataFrame({"status": list(STATUSES), "cells": cells})


def count_system(
    cells: Mapping[Cell, int],
    sums: Sequence[Sum],
    *,
    not_shown: Collection[Cell] = (),
    keep: Mapping[Cell, float] | None = None,
    sensitive: Collection[Cell] = (),
    policy: Policy = RELEASE,
) -> CountSystem:
    """Put named counts and sums into arrays, and check that they add up.

    Parameters
    ----------
    cells : mapping of name to int
        True counts.
    sums : sequence of (total, parts)
        Names of each total and of its parts.
    not_shown : collection of names
        Counts that follow from others and are never printed.
    keep : mapping of name to float, optional
        How much more than its size it costs the reader to lose a count.
    sensitive : collection of names
        Counts of which 0 must not be known either, except where their total is 0.
    policy : Policy
        Whether counts are rounded and whether 0 is shown.

    Returns
    -------
    CountSystem
        The arrays, cells in the order of `cells`.

    Raises
    ------
    DataError
        When a count is negative or not whole, or parts do not add up to their total.
    """
    names = {name: position for position, name in enumerate(cells)}
    values = np.array([float(count) for count in cells.values()])
    if not (np.isfinite(values) & (values >= 0) & (values == np.round(values))).all():
        raise DataError("Counts must be whole numbers of 0 or more, without missing ones.")
    lines = np.zeros((len(sums), len(names)), dtype=np.int64)
    for row, (total, parts) in enumerate(sums):
        lines[row, [names[part] for part in parts]] = 1
        lines[row, names[total]] = -1
    off = int((lines @ values != 0).sum())
    if off:
        raise DataError(
            f"{off} of {len(sums)} totals differ from the sum of their parts. Add a category for "
            "whoever is left over, so that what could be subtracted is known."
        )
    extra = np.array([(keep or {}).get(name, 0.0) for name in names])
    low, high = possible_counts(values, policy)
    of_nobody = ((lines == 1) & (values[(lines == -1).argmax(axis=1)] == 0)[:, None]).any(axis=0)
    delicate = np.array([name in sensitive for name in names], dtype=bool) & ~of_nobody
    return CountSystem(
        counts=values.astype(np.int64),
        lines=lines,
        not_shown=np.array([name in not_shown for name in names], dtype=bool),
        cost=values + extra,
        shown_low=low,
        shown_high=high,
        zero_is_small=delicate | (not policy.zeros_shown),
    )


def suppress_cells(
    cells: Mapping[Cell, int],
    sums: Sequence[Sum] = (),
    *,
    about: str = "",
    not_shown: Collection[Cell] = (),
    keep: Mapping[Cell, float] | None = None,
    sensitive: Collection[Cell] = (),
    members: Members | None = None,
    policy: Policy = RELEASE,
) -> HiddenCells:
    """Hide small counts, and others, so that no small count can be narrowed to a small interval.

    Parameters
    ----------
    cells : mapping of name to int
        True counts.
    sums : sequence of (total, parts)
        Names of each total and of its parts; every sum that a reader can know.
    about : str
        What the counts are, the same in every release. Inside `recording` they are then also
        protected against what readers know from earlier releases and other tables of this one.
    not_shown : collection of names
        Counts that follow from others and are never printed, such as a complement.
    keep : mapping of name to float, optional
        How much more than its size it costs the reader to lose a count.
    sensitive : collection of names
        Counts of which 0 must not be known either, since all or none of a group would be
        disclosed: the sensitive counts and what is left of their group.
    members : Members, optional
        Who is behind the counts. Inside `recording` they are then also protected against counts
        of the same patients, or of a few more or fewer, in tables about something else.
    policy : Policy
        The least count that may be shown, and how counts are rounded.

    Returns
    -------
    HiddenCells
        Text and status per count, and the attacker's intervals.

    Raises
    ------
    DataError
        When counts are not whole or do not add up.

    Examples
    --------
    >>> hidden = suppress_cells({"a": 4, "b": 30, "c": 60, "all": 94}, [("all", ["a", "b", "c"])])
    >>> hidden.text
    {'a': '<11', 'b': '—', 'c': '60', 'all': '94'}
    """
    if not cells:
        return HiddenCells(text={}, status={}, bounds=pd.DataFrame(columns=_BOUNDS), policy=policy)
    system = count_system(
        cells, sums, not_shown=not_shown, keep=keep, sensitive=sensitive, policy=policy
    )
    ledger = current_ledger() if about and not policy.confidential else None
    if ledger is None:
        return _suppressed(alone(system), list(cells), policy)
    return _recorded(ledger, system, cells, sums, about, members, policy)


def _recorded(
    ledger: Ledger,
    system: CountSystem,
    cells: Mapping[Cell, int],
    sums: Sequence[Sum],
    about: str,
    members: Members | None,
    policy: Policy,
) -> HiddenCells:
    """Suppress beside what the ledger knows, and note what is told."""
    names = names_of(list(cells))
    counts = {names[cell]: int(n) for cell, n in cells.items()}
    label = _label(ledger, about, counts)
    sets = completed_sets(members.sets, cells, sums) if members else {}
    who, new = ledger.enlist(
        members.units if members else (), {names[cell]: inside for cell, inside in sets.items()}
    )
    joint = join_past(
        Now(system=system, names=list(counts), about=label, members=who),
        earlier=ledger.earlier(),
        present=ledger.present(),
        policy=policy,
    )
    hidden = _suppressed(joint, list(cells), policy)
    unseen = zip(cells, system.not_shown, strict=True)
    ledger.add(
        Record(
            release=ledger.release,
            about=label,
            counts=counts,
            shown={names[cell]: text for cell, text in hidden.text.items()},
            sums=tuple((names[total], tuple(names[p] for p in parts)) for total, parts in sums),
            not_shown=tuple(names[cell] for cell, is_not in unseen if is_not),
            round_to=policy.round_to,
            members=who,
            patients=new,
        )
    )
    return hidden


def _label(ledger: Ledger, about: str, counts: Mapping[str, int]) -> str:
    """Tell tables of one release apart that are about the same but have other counts."""
    number, label = 1, about
    while any(
        record.counts.get(name, n) != n
        for record in ledger.present()
        if record.about == label
        for name, n in counts.items()
    ):
        number += 1
        label = f"{about}{NUMBERED}{number})"
    return label


def _suppressed(joint: JointSystem, names: Sequence[Cell], policy: Policy) -> HiddenCells:
    """Choose what to hide and how to mark it; the names are those of the counts of now."""
    system, minimum, n = joint.system, policy.minimum_count, joint.n_now
    if policy.confidential:
        hidden = marked = np.zeros(len(system.counts), dtype=bool)
    else:
        hidden = find_pattern(system, minimum, told=joint.told, withheld=joint.withheld)
        marked = markable_cells(system, hidden, minimum, marked=joint.marked)
    small = hidden & system.small(minimum)
    status = np.where(small, "primary", np.where(hidden, "complementary", "shown"))[:n]
    shown = np.where(marked, policy.small_text, HIDDEN)
    counts = rounded_count(system.counts[:n], policy).astype(np.int64)
    text = [
        str(m) if h else f"{count:,d}"
        for m, h, count in zip(shown[:n], hidden[:n], counts, strict=True)
    ]
    return HiddenCells(
        text=dict(zip(names, text, strict=True)),
        status=dict(zip(names, status.tolist(), strict=True)),
        bounds=_audit(system, names, hidden, marked, policy),
        policy=policy,
    )


def _of_now(system: CountSystem, n_now: int) -> BoolArray:
    """Tell which counts are of now, or are the changes to them."""
    now = np.arange(len(system.counts)) < n_now
    touching = system.lines[(system.lines[:, :n_now] != 0).any(axis=1)]
    return np.asarray(now | (system.not_shown & (touching != 0).any(axis=0)))


def _audit(
    system: CountSystem,
    names: Sequence[Cell],
    hidden: BoolArray,
    marked: BoolArray,
    policy: Policy,
) -> pd.DataFrame:
    """Attack every small hidden count, without and with what the marks tell.

    Besides the counts of now the changes since the release before are attacked, which have no
    name of their own.
    """
    minimum = policy.minimum_count
    targets = np.flatnonzero(hidden & system.small(minimum) & _of_now(system, len(names)))
    low, high = attack_bounds(system, hidden, targets)
    told_low, told_high = mark_bounds(system, hidden, marked, minimum)
    mark_low, mark_high = attack_bounds(system, hidden, targets, low=told_low, high=told_high)
    return pd.DataFrame(
        {
            "cell": [names[t] if t < len(names) else EARLIER for t in targets.tolist()],
            "low": low,
            "high": high,
            "low_with_marks": mark_low,
            "high_with_marks": mark_high,
            "protected": high >= minimum,
        }
    )
