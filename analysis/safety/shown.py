"""What leaves of the tables of safety: counts of patients suppressed, and all that rests on them.

A count of sessions or events may be large and yet be of few patients: it is shown only beside a
shown count of patients. The sessions of all patients of a group (`standing`) are shown also where
their patients are hidden for the sake of others only, if they are so many that they bound nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.disclosure import HIDDEN, HiddenCells, Members, Policy, Statement, suppress_cells
from analysis.disclosure.cells import Cell, Sum
from analysis.disclosure.rows import HELD

__all__ = ["COUNTS_OF_SHARES", "coverage_statement", "shown_statement", "with_group_name"]

COUNTS_OF_SHARES: Mapping[str, Sequence[str]] = {
    "patients": ("n", "patients without"),
    "sessions": ("n_sessions", "sessions without"),
}
"""The counts of a table of shares, and how they add up; complements are never printed."""

_RESTS = {"sessions": "patients", "n_sessions": "n", "events": "n"}


def shown_statement(
    frame: pd.DataFrame,
    *,
    named_by: Sequence[str],
    sums: Mapping[str, Sequence[str]],
    numbers: Mapping[str, Sequence[str]],
    about: str,
    members: Members | None,
    policy: Policy,
    standing: Sequence[str] = (),
) -> Statement:
    """Hide small counts, the counts that rest on them, and the numbers computed from both.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per group and measure, with true counts.
    named_by : sequence of str
        Columns that name the row. A row with a sensitive name tells neither none nor all.
    sums : mapping of str to sequence of str
        Every count, and its two parts; one that is no column is what is left of the total.
    numbers : mapping of str to sequence of str
        Columns of numbers, and the counts they rest on.
    about : str
        What is counted, the same in every release.
    members : Members, optional
        Patients behind the counts, by column and name of the row.
    policy : Policy
        The least count that may be shown, and how counts are rounded.
    standing : sequence of str
        Counts of sessions that are of no selection of patients or sessions, so that they stand
        where their patients are not few, and are hidden for the sake of others.

    Returns
    -------
    Statement
        Counts as text; numbers missing where a count of theirs is hidden or, since they would
        tell what was rounded, where the policy rounds.

    Raises
    ------
    DataError
        When parts do not add up to their total.

    Examples
    --------
    >>> frame = pd.DataFrame({"group": ["IV", "IM"], "patients": [40, 30], "n": [20, 2],
    ...     "sessions": [200, 90], "n_sessions": [31, 14], "estimate": [0.2, 0.2]})
    >>> shown_statement(frame, named_by=["group"], sums=COUNTS_OF_SHARES,
    ...     numbers={"estimate": ["n_sessions"]}, about="", members=None,
    ...     policy=Policy()).frame[["n", "n_sessions", "estimate"]].to_numpy().tolist()
    [['20', '31', 0.2], ['<11', '—', nan]]
    """
    names = row_names(frame, named_by)
    whole = _with_complements(frame, sums)
    columns = [*sums, *(part for parts in sums.values() for part in parts)]
    cells = {
        (column, name): int(count)
        for column in columns
        for name, count in zip(names, whole[column], strict=True)
    }
    totals = [
        ((total, name), [(part, name) for part in parts])
        for total, parts in sums.items()
        if parts
        for name in names
    ]
    unseen = [(column, name) for column in columns if column not in frame for name in names]
    differences, nested = _nested(members, cells, policy)
    sensitive = [n for n in names if policy.is_sensitive(*n.split(" / "))]
    parts = [part for parts in sums.values() for part in parts]
    hidden = suppress_cells(
        cells | differences,
        [*totals, *nested],
        about=about,
        not_shown=[*unseen, *differences],
        sensitive=[(part, name) for part in parts for name in sensitive],
        members=members,
        policy=policy,
    )
    told = [column for column in columns if column in frame]
    stands = dict.fromkeys(standing, _bounds_nothing(whole, policy))
    texts, held = _texts(hidden, told, names, stands)
    blank = {
        number: frame[number].mask(_any(held, bases) | policy.rounds)
        for number, bases in numbers.items()
    }
    shown = frame.assign(**texts, **blank)
    shown.attrs = {HELD: policy.rule, "confidential": policy.confidential}
    return Statement(
        frame=shown,
        policy=policy,
        hidden=int(sum(each.sum() for each in held.values())),
        audit=hidden.audit(),
    )


def row_names(frame: pd.DataFrame, named_by: Sequence[str]) -> list[str]:
    """Name rows by the values of some columns, the same in every release.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per group.
    named_by : sequence of str
        Columns.

    Returns
    -------
    list of str
        Such as ``"ketamine IV / sbp"``.

    Examples
    --------
    >>> row_names(pd.DataFrame({"a": ["x"], "b": ["y"]}), ["a", "b"])
    ['x / y']
    """
    texts = [frame[name].astype("string").fillna("").tolist() for name in named_by]
    return [" / ".join(each) for each in zip(*texts, strict=True)]


def _with_complements(frame: pd.DataFrame, sums: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Add the parts that are what is left of a total."""
    left = {
        part: frame[total] - frame[[p for p in parts if p in frame]].sum(axis="columns")
        for total, parts in sums.items()
        for part in parts
        if part not in frame
    }
    return frame.assign(**left)


def _nested(
    members: Members | None, cells: Mapping[Cell, int], policy: Policy
) -> tuple[dict[Cell, int], list[Sum]]:
    """Find counts of the same patients, and counts whose patients differ by a few.

    One table may tell a count twice, such as the patients who were sedated, and those of whom it is
    asked whether they were alert again; and who subtracts two counts must not find a few.
    """
    if members is None or policy.confidential:
        return {}, []
    names = [name for name, inside in members.sets.items() if name in cells and inside.any()]
    if not names:
        return {}, []
    inside = np.stack([members.sets[name] for name in names]).astype(np.float64)
    size = inside.sum(axis=1)
    within = inside @ inside.T == size[:, None]  # row is a part of column
    more = size[None, :] - size[:, None]
    first = np.argmax(within & (more == 0), axis=1)  # the first count of the same patients
    own = first == np.arange(len(names))
    same: list[Sum] = [(names[f], [names[k]]) for k, f in enumerate(first) if not own[k]]
    few = within & (more > 0) & (more < policy.minimum_count) & own[:, None] & own[None, :]
    differences: dict[Cell, int] = {}
    for small, large in zip(*np.nonzero(few), strict=True):
        left = ("only in", names[large], names[small])
        differences[left] = int(more[small, large])
        same.append((names[large], [names[small], left]))
    return differences, same


def _bounds_nothing(whole: pd.DataFrame, policy: Policy) -> Any:
    """Tell in which rows the sessions tell nothing of a hidden count of patients.

    A count that is not small is hidden for what another count less it would tell, of fewer than the
    least count. Who knows that there are as many more sessions learns no bound from them.
    """
    if not {"patients", "sessions"} <= set(whole.columns):
        return np.zeros(len(whole), dtype=bool)
    patients, sessions = (whole[name].to_numpy(dtype=float) for name in ("patients", "sessions"))
    least = policy.minimum_count
    return (patients >= least) & (sessions >= patients + least)


def _texts(
    hidden: HiddenCells, columns: Sequence[str], names: Sequence[str], stands: Mapping[str, Any]
) -> tuple[dict[str, list[str]], dict[str, Any]]:
    """Write each count, and tell which are hidden: by themselves, or since their patients are."""
    texts, held = {}, {}
    for column in columns:
        own = np.array([hidden.is_hidden((column, name)) for name in names], dtype=bool)
        base = _RESTS.get(column)
        under = (
            np.array([hidden.is_hidden((base, name)) for name in names], dtype=bool)
            if base in columns
            else np.zeros(len(names), dtype=bool)
        )
        under &= ~stands.get(column, np.zeros(len(names), dtype=bool))
        held[column] = own | under
        texts[column] = [
            HIDDEN if below and not itself else hidden.text[(column, name)]
            for name, itself, below in zip(names, own, under, strict=True)
        ]
    return texts, held


def _any(held: Mapping[str, Any], bases: Sequence[str]) -> Any:
    """Tell which rows have one of several counts hidden."""
    return np.logical_or.reduce([held[base] for base in bases])


def with_group_name(statement: Statement, group: str) -> Statement:
    """Give the column of groups its own name.

    Parameters
    ----------
    statement : Statement
        With a column ``group``.
    group : str
        Its name.

    Returns
    -------
    Statement
        The same, marks of the frame included.

    Examples
    --------
    >>> said = Statement(frame=pd.DataFrame({"group": ["a"]}), policy=Policy())
    >>> with_group_name(said, "treatment").frame.columns.tolist()
    ['treatment']
    """
    frame = statement.frame.rename(columns={"group": group})
    frame.attrs = dict(statement.frame.attrs)
    return replace(statement, frame=frame)


def coverage_statement(
    frame: pd.DataFrame, states: Sequence[str], members: Members | None, policy: Policy
) -> Statement:
    """Hide the small counts of a table of sessions by state.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``treatment, parameter, patients, sessions`` and one column per state.
    states : sequence of str
        Columns that add up to the sessions.
    members : Members, optional
        Patients behind ``patients``, by column and name of the row.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    Statement
        Sessions of fewer patients than the policy shows have no counts.

    Examples
    --------
    >>> frame = pd.DataFrame({"treatment": ["a"], "parameter": ["sbp"], "patients": [4],
    ...                       "sessions": [30], "computed": [30], "not measured": [0]})
    >>> coverage_statement(frame, ["computed", "not measured"], None,
    ...                    Policy()).frame.iloc[0].tolist()
    ['a', 'sbp', '<11', '—', '—', '—']
    """
    said = shown_statement(
        frame,
        named_by=["treatment", "parameter"],
        sums={"patients": (), "sessions": states},
        numbers={},
        about="sessions with a vital sign by treatment",
        members=members,
        policy=policy,
    )
    few = said.frame["patients"].str.startswith("<") | said.frame["patients"].eq(HIDDEN)
    blank = {name: said.frame[name].mask(few, HIDDEN) for name in states}
    shown = said.frame.assign(**blank)
    shown.attrs = dict(said.frame.attrs)
    return Statement(frame=shown, policy=policy, hidden=said.hidden, audit=said.audit)
