"""Tables of counts that say of themselves what may leave: true inside, suppressed outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.disclosure.cells import suppress_cells
from analysis.disclosure.members import Members
from analysis.disclosure.policy import RELEASE, Policy
from analysis.disclosure.release import Statement
from analysis.disclosure.rows import HELD
from analysis.results import frame_to_html, frame_to_text

__all__ = ["Count", "CountedTable", "suppressed_counts"]

Count = tuple[str, int]
"""The column of a count, and the position of its row."""


def suppressed_counts(
    frame: pd.DataFrame,
    *,
    counts: Sequence[str],
    sums: Mapping[Count, Sequence[Count]] | Sequence[tuple[Count, Sequence[Count]]] = (),
    numbers: Mapping[str, str | Sequence[str]] | None = None,
    about: str = "",
    named_by: Sequence[str] = (),
    members: Members | None = None,
    policy: Policy = RELEASE,
) -> Statement:
    """Hide the small counts of a table, what gives them away, and the numbers that rest on them.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per group.
    counts : sequence of str
        Columns of true counts of patients.
    sums : mapping or sequence of pairs
        Every total among the counts, by column and row, and its parts.
    numbers : mapping of str to str or sequence of str, optional
        Columns of numbers, and the counts that they rest on: missing where one of these is hidden.
    about : str
        What the counts are, the same in every release.
    named_by : sequence of str
        Columns whose values name a row in every release; needed with `about`, since positions of
        rows may change between releases.
    members : Members, optional
        Who is behind the counts, by column and row.
    policy : Policy
        The least count that may be shown, and how counts are rounded.

    Returns
    -------
    Statement
        The frame with counts as text, how many are hidden, and the attacker's intervals.

    Raises
    ------
    DataError
        When parts do not add up to their total.

    Examples
    --------
    >>> frame = pd.DataFrame({"arm": ["IV", "IM"], "n": [40, 6], "mean": [8.1, 2.0]})
    >>> suppressed_counts(frame, counts=["n"], numbers={"mean": "n"}).frame.to_dict("list")
    {'arm': ['IV', 'IM'], 'n': ['40', '<11'], 'mean': [8.1, nan]}
    """
    rows = range(len(frame))
    names = frame[list(named_by)].astype("string").agg(" / ".join, axis=1) if named_by else rows
    named = dict(zip(rows, names, strict=True))
    cells = {
        (name, named[row]): int(n)
        for name in counts
        for row, n in zip(rows, frame[name], strict=True)
    }
    pairs = sums.items() if isinstance(sums, Mapping) else sums
    hidden = suppress_cells(
        cells,
        [((whole[0], named[whole[1]]), _named(parts, named)) for whole, parts in pairs],
        about=about,
        members=_named_members(members, named),
        policy=policy,
    )
    texts = {name: [hidden.text[(name, named[row])] for row in rows] for name in counts}
    blank = {}
    for name, bases in (numbers or {}).items():
        needed = [bases] if isinstance(bases, str) else list(bases)
        held = [any(hidden.is_hidden((base, named[row])) for base in needed) for row in rows]
        blank[name] = frame[name].mask(np.array(held, dtype=bool))
    shown = frame.assign(**texts, **blank)
    shown.attrs = {HELD: policy.rule, "confidential": policy.confidential}
    n_hidden = sum(hidden.is_hidden(cell) for cell in cells)
    return Statement(frame=shown, policy=policy, hidden=n_hidden, audit=hidden.audit())


def _named(parts: Sequence[Count], named: Mapping[int, object]) -> list[tuple[str, object]]:
    """Give counts the names of their rows."""
    return [(name, named[row]) for name, row in parts]


def _named_members(members: Members | None, named: Mapping[int, object]) -> Members | None:
    """Give the sets of patients the names of their rows."""
    if members is None:
        return None
    sets = {(name, named[row]): inside for (name, row), inside in members.sets.items()}
    return Members(pd.Series(members.units, dtype=object), sets)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CountedTable:
    """A table of counts with the numbers that rest on them.

    Parameters
    ----------
    title : str
        What the table shows.
    notes : tuple of str
        How it was made, in sentences.
    true : pandas.DataFrame
        True counts, for use inside the clinic only.
    statement : Statement
        What leaves.
    stated : mapping of str to str
        What a table of estimates says of its estimand, by attribute; empty for descriptions.
    """

    title: str
    notes: tuple[str, ...]
    true: pd.DataFrame = field(repr=False)
    statement: Statement = field(repr=False)
    stated: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def shown(self) -> pd.DataFrame:
        """What the policy shows: counts as text, numbers missing where they are hidden."""
        return self.statement.frame.copy()

    def tidy(self) -> pd.DataFrame:
        """Return the true counts and numbers, marked as confidential."""
        frame = self.true.copy()
        frame.attrs["confidential"] = True
        return frame

    def disclosure(self) -> Statement:
        """Say what leaves, for `release`."""
        return self.statement

    def summary(self) -> str:
        """Return the shown table and its notes as text."""
        return "\n".join([self.title, frame_to_text(self.shown), *self.notes])

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return frame_to_html(self.shown, caption=" ".join([f"{self.title}.", *self.notes]))
