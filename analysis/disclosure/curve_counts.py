"""The counts that a shown curve tells, and which of them must stay hidden.

Who knows the rule of a curve can compute from each step how many had the event so far; beside the
numbers at risk these tell how many left in between. So all of them are held to the policy, and to
the ledger, as if they were printed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.disclosure.cells import Cell, HiddenCells, Sum, suppress_cells
from analysis.disclosure.columns import group_curves
from analysis.disclosure.ledger import current_ledger
from analysis.disclosure.members import Members
from analysis.disclosure.policy import Policy
from analysis.disclosure.record import kind_of

__all__ = ["CurveCounts", "earlier_times", "hide_curve_counts"]

Key = tuple[str, ...]
"""The texts that name a curve: of its group and, if there are several, of its cause."""

Point = tuple[float, str]
"""A time, and whether those who leave at it have left ("by") or not ("before")."""

_BY, _BEFORE = "by", "before"
_STEP, _AT_RISK, _START = "events", "at risk", "start"
_TOLD = {(_STEP, _BY, 3), (_AT_RISK, _BEFORE, 3)}
_MUCH = 1e9


@dataclass(frozen=True, kw_only=True, eq=False)
class CurveCounts:
    """Which steps and numbers at risk of some curves are hidden.

    Parameters
    ----------
    hidden : HiddenCells
        All counts of the curves.
    groups : mapping of tuple of str to tuple of str
        The group of each curve.
    """

    hidden: HiddenCells
    groups: Mapping[Key, Key]

    def shows_step(self, key: Key, time: float) -> bool:
        """Whether the step of a curve may be shown: neither its events nor all are hidden."""
        cells = [(_STEP, key, (float(time), _BY)), (_START, self.groups[key])]
        return not any(self.hidden.is_hidden(cell) for cell in cells)

    def at_risk(self, group: Key, time: float) -> str:
        """Return the text of a number at risk."""
        cell = (_AT_RISK, group, (time, _BEFORE))
        return self.hidden.text[cell if cell in self.hidden.text else (_START, group)]


@dataclass(kw_only=True, eq=False)
class _System:
    """Counts of curves and the sums between them, as they are gathered."""

    cells: dict[Cell, int] = field(default_factory=dict)
    sums: list[Sum] = field(default_factory=list)
    unseen: set[Cell] = field(default_factory=set)

    def add(self, cell: Cell, count: int, *, seen: bool = False) -> Cell:
        """Add a count, once."""
        if not seen and cell not in self.cells:
            self.unseen.add(cell)
        self.cells[cell] = count
        return cell


@dataclass(frozen=True, kw_only=True, eq=False)
class _Curve:
    """One curve: its names, every step, which steps are to be shown, and its numbers at risk."""

    key: Key
    group: Key
    steps: pd.DataFrame
    shown: npt.NDArray[np.bool_]
    ticks: pd.DataFrame

    def start(self) -> int:
        """Count the patients at the start; with late entries those at risk at most."""
        found = [int(each["n_risk"].max()) for each in (self.steps, self.ticks) if len(each)]
        return max(found, default=0)

    def points(self) -> dict[Point, tuple[int, int]]:
        """Count those with the event, and those still at risk, at each step and tick in order."""
        time, events = self.steps["time"].to_numpy(float), self.steps["n_event"].cumsum()
        lost = self.steps["n_event"] + self.steps.get("n_censored", 0)
        after = np.append(self.steps["n_risk"].to_numpy()[1:], 0)[: len(time)]
        after[-1:] = (self.steps["n_risk"] - lost).to_numpy()[-1:]
        so_far = np.append(0, events.to_numpy()).astype(int)
        found = {
            (float(time[row]), _BY): (int(so_far[row + 1]), int(after[row]))
            for row in np.flatnonzero(self.shown).tolist()
        }
        asked = self.ticks["time"].to_numpy(float)
        before = so_far[np.searchsorted(time, asked, side="left")]
        for tick, n_event, n in zip(asked, before, self.ticks["n_risk"], strict=True):
            if tick > 0 or n != self.start():  # all are at risk at 0
                found[(float(tick), _BEFORE)] = (int(n_event), int(n))
        return dict(sorted(found.items(), key=lambda each: (each[0][0], each[0][1] == _BY)))


def hide_curve_counts(
    curve: pd.DataFrame,
    shown: npt.NDArray[np.bool_],
    risk: pd.DataFrame,
    *,
    keys: Sequence[str],
    followed: pd.DataFrame | None,
    about: str,
    policy: Policy,
) -> CurveCounts:
    """Decide which of the steps and numbers at risk must not be told.

    Parameters
    ----------
    curve : pandas.DataFrame, k rows
        Every step in order: the `keys`, ``time, n_risk, n_event`` and, if known, ``n_censored``.
    shown : array of bool, shape (k,)
        Steps to be shown.
    risk : pandas.DataFrame
        Numbers at risk beside the curves, if any: the keys but for the cause, ``time, n_risk``.
    keys : sequence of str
        Columns that name the curve.
    followed : pandas.DataFrame, optional
        Who was followed: ``unit``, the column of the group, ``entry, time, event``, and
        ``free_until`` where patients are at risk only while they are seen without the event.
    about : str
        What the counts are, the same in every release.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    CurveCounts
        What is hidden.
    """
    system, groups = _System(), {}
    shared = [place for place, name in enumerate(keys) if name in risk or risk.empty]
    at_risk = dict(group_curves(risk, [keys[place] for place in shared] if len(risk) else []))
    of_curves = dict(group_curves(curve, keys))
    if len(shared) == len(keys):  # a group in which nobody had the event has no step
        of_curves |= {key: np.empty(0, dtype=np.intp) for key in at_risk.keys() - of_curves.keys()}
    for key, rows in sorted(of_curves.items()):
        groups[key] = tuple(key[place] for place in shared)
        ticks = risk.iloc[at_risk.get(groups[key], [])]
        steps = curve.iloc[rows]
        _add(
            system, _Curve(key=key, group=groups[key], steps=steps, shown=shown[rows], ticks=ticks)
        )
    return CurveCounts(
        groups=groups,
        hidden=suppress_cells(
            system.cells,
            system.sums,
            about=about,
            not_shown=system.unseen,
            keep=_worth(system.cells),
            members=_members(system.cells, keys, followed),
            policy=policy,
        ),
    )


def _worth(cells: Iterable[Cell]) -> dict[Cell, float]:
    """Keep the start of a curve before all else, and its steps before numbers at risk."""
    return {
        cell: _MUCH if cell[0] == _START else _MUCH / 1e3 for cell in cells if cell[0] != _AT_RISK
    }


def _add(system: _System, curve: _Curve) -> None:
    """Add the counts of one curve: at each point all are with the event, gone or at risk."""
    start = system.add((_START, curve.group), curve.start(), seen=True)
    points = curve.points()
    states: list[tuple[Cell, Cell]] = []
    for point, (n_event, n) in points.items():
        side = point[1]
        events = system.add((_STEP, curve.key, point), n_event, seen=side == _BY)
        name = curve.group if side == _BEFORE else curve.key
        at_risk = system.add((_AT_RISK, name, point), n, seen=side == _BEFORE)
        n_gone = curve.start() - n_event - n
        if n_gone >= 0:
            gone = system.add(("gone", curve.key, point), n_gone)
            system.sums.append((start, [events, gone, at_risk]))
            states.append((events, gone))
    for before, after in pairwise(states):
        for one, other in zip(before, after, strict=True):
            _add_change(system, one, other)


def _add_change(system: _System, before: Cell, after: Cell) -> None:
    """Add how many came to a state between two points; none leave it."""
    change = system.cells[after] - system.cells[before]
    if change >= 0:
        new = system.add((*before, *after[2:]), change)
        system.sums.append((after, [before, new]))


def _members(
    cells: Iterable[Cell], keys: Sequence[str], followed: pd.DataFrame | None
) -> Members | None:
    """Say who is behind the counts that are told; the others follow by sums, where they matter."""
    if followed is None or not {"event", *keys} <= set(followed.columns):
        return None
    time, event = followed["time"].to_numpy(float), followed["event"].to_numpy(bool)
    free = followed["free_until"].to_numpy(float) if "free_until" in followed else time
    labels = [followed[name].astype("string").fillna("").to_numpy() for name in keys]
    sets = {}
    for cell in cells:
        if cell[0] != _START and (cell[0], cell[2][1], len(cell)) not in _TOLD:
            continue
        inside = np.ones(len(followed), dtype=bool)
        for label, text in zip(labels, cell[1], strict=True):
            inside &= label == text
        if cell[0] != _START:
            left = time <= cell[2][0] if cell[2][1] == _BY else time < cell[2][0]
            inside &= free >= cell[2][0] if cell[0] == _AT_RISK else left & event
        sets[cell] = inside
    return Members(followed["unit"], sets)


def earlier_times(about: str) -> Callable[[Key], set[float]]:
    """Find at which times earlier releases showed steps of a curve.

    Parameters
    ----------
    about : str
        As for `hide_curve_counts`.

    Returns
    -------
    callable
        Names of a curve to the times of its steps; empty outside a release.
    """
    found: dict[Key, set[float]] = {}
    for key, time in _earlier_steps(about):
        found.setdefault(key, set()).add(time)
    return lambda key: found.get(key, set())


def _earlier_steps(about: str) -> Iterator[tuple[Key, float]]:
    """Read the steps of curves about the same off the ledger."""
    ledger = current_ledger()
    for record in ledger.earlier() if ledger else ():
        if kind_of(record.about) == about:
            for name in record.counts.keys() - set(record.not_shown):
                parts = json.loads(name)
                if parts[0] == _STEP:
                    yield tuple(parts[1]), float(parts[2][0])
