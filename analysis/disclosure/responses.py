"""Suppress proportions that come with the three denominators started, evaluable and observed.

Tables and figures of the same frame call this, so that they hide the same counts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.disclosure.cells import Cell, HiddenCells, Sum, suppress_cells
from analysis.disclosure.columns import group_texts
from analysis.disclosure.members import ABOUT, Members
from analysis.disclosure.policy import RELEASE, Policy, rounded_count
from analysis.disclosure.rounding import from_rounded
from analysis.errors import ColumnError, DataError
from analysis.text_numbers import require_number_columns

__all__ = ["RESPONSE_COUNTS", "hide_responses", "row_names"]

RESPONSE_COUNTS = ("started", "evaluable", "observed", "n")
"""The nested counts of a proportion: the last is part of the one before, and so on."""

Range = tuple[float, float]

_ESTIMATES = ("estimate", "conf_low", "conf_high", "estimate_missing_as_no")
# what a reader would rather lose: the middle denominator first, that of the percentage last
_KEEP = {"evaluable": 0.0, "started": 1e4, "n": 1e5, "observed": 1e6}


def hide_responses(
    frame: pd.DataFrame, *, total: str | None = None, policy: Policy = RELEASE
) -> tuple[pd.DataFrame, HiddenCells]:
    """Suppress started, evaluable, observed and responding patients together.

    Whoever is not evaluable, not observed or without the outcome follows by subtraction, so these
    counts are protected as well, and so are groups that follow from the total and the rest.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns ``started, evaluable, observed, n``, estimates, and any columns that name the row:
        ``measure`` and one for the group. Groups have the same denominators in all measures.
    total : str, optional
        Value of the group column in the row that is the sum of all others.
    policy : Policy
        The least count that may be shown. Where it rounds, percentages and their limits are
        computed again from the rounded counts, at the level of ``frame.attrs["conf_level"]``
        (0.95 if absent).

    Returns
    -------
    tuple of pandas.DataFrame and HiddenCells
        The frame with counts as text and estimates missing where a count of theirs is hidden, and
        the suppression itself. Where ``evaluable`` is hidden because fewer than 11 of the started
        are not evaluable, it is shown as the range that this leaves, which says no more than
        ``<11`` does; ``evaluable_low`` and ``evaluable_high`` are its ends.

    Raises
    ------
    ColumnError
        When a count is absent or there is more than one group column.
    DataError
        When a group has different denominators in two measures, or a total is no sum.
    """
    if not set(RESPONSE_COUNTS) <= set(frame.columns):
        raise ColumnError(f"The frame needs the columns {', '.join(RESPONSE_COUNTS)}.")
    require_number_columns(frame, [*RESPONSE_COUNTS, *_estimates_of(frame)])
    group, measure = row_names(frame)
    cells, sums = _system(frame, group, measure)
    if total is not None:
        if total not in group:
            raise DataError("No row of the frame is the total that was named by total=.")
        sums += _totals(group, measure, total)
    left_out = {cell for cell in cells if cell[0] in ("not observed", "without")}
    keep = {cell: _KEEP.get(cell[0], 0.0) * (10.0 if cell[1] == total else 1.0) for cell in cells}
    about = f"responses by {' and '.join(_names_of_rows(frame)) or 'nothing'}"
    about += f" of {frame.attrs[ABOUT]}" if ABOUT in frame.attrs else ""
    delicate = {c for c in cells if c[0] in ("n", "without") and policy.is_sensitive(c[2])}
    hidden = suppress_cells(
        cells,
        sums,
        about=about,
        not_shown=left_out,
        keep=keep,
        sensitive=delicate,
        members=Members.of(frame),
        policy=policy,
    )
    return _blank(from_rounded(frame, policy=policy), hidden, group, measure), hidden


def row_names(frame: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Read the group and the measure of each row.

    Parameters
    ----------
    frame : pandas.DataFrame
        Counts, estimates, ``measure`` if there are several, and one group column at most.

    Returns
    -------
    tuple of list of str
        Group and measure per row; empty texts where there is none, and "not recorded" for a
        group that is missing.

    Raises
    ------
    ColumnError
        When more than one column could name groups.
    """
    others = [name for name in _names_of_rows(frame) if name != "measure"]
    if len(others) > 1:
        raise ColumnError(
            f"The frame has {len(others)} columns that name groups; allowed is one beside measure."
        )
    group = group_texts(frame[others[0]]).tolist() if others else [""] * len(frame)
    measure = (
        frame["measure"].astype("string").tolist() if "measure" in frame else [""] * len(frame)
    )
    return group, measure


def _names_of_rows(frame: pd.DataFrame) -> list[str]:
    """List the columns that are neither counts nor estimates."""
    return [str(name) for name in frame.columns if name not in {*RESPONSE_COUNTS, *_ESTIMATES}]


def _estimates_of(frame: pd.DataFrame) -> list[str]:
    """List the estimates that the frame has."""
    return [name for name in _ESTIMATES if name in frame.columns]


def _system(
    frame: pd.DataFrame, group: Sequence[str], measure: Sequence[str]
) -> tuple[dict[Cell, int], list[Sum]]:
    """Name every count of every group, and say how they add up."""
    if len(set(zip(group, measure, strict=True))) < len(frame):
        raise DataError("A group stands twice under one measure; give each group once there.")
    cells: dict[Cell, int] = {}
    sums: list[Sum] = []
    for row, (g, m) in enumerate(zip(group, measure, strict=True)):
        started, evaluable, observed, n = (int(frame[name].iloc[row]) for name in RESPONSE_COUNTS)
        shared: dict[Cell, int] = {
            ("started", g): started,
            ("evaluable", g): evaluable,
            ("observed", g): observed,
            ("not evaluable", g): started - evaluable,
            ("not observed", g): evaluable - observed,
        }
        if any(cells.get(cell, count) != count for cell, count in shared.items()):
            raise DataError("A group has different denominators in two measures.")
        cells |= shared
        cells[("n", g, m)], cells[("without", g, m)] = n, observed - n
        sums += [
            (("started", g), [("evaluable", g), ("not evaluable", g)]),
            (("evaluable", g), [("observed", g), ("not observed", g)]),
            (("observed", g), [("n", g, m), ("without", g, m)]),
        ]
    return cells, sums


def _totals(group: Sequence[str], measure: Sequence[str], total: str) -> list[Sum]:
    """Say that the counts of the total are the sums over the groups."""
    parts = [g for g in dict.fromkeys(group) if g != total]
    names = ("started", "evaluable", "observed", "not evaluable", "not observed")
    sums: list[Sum] = [((name, total), [(name, g) for g in parts]) for name in names]
    return sums + [
        ((name, total, m), [(name, g, m) for g in parts])
        for m in dict.fromkeys(measure)
        for name in ("n", "without")
    ]


def _blank(
    frame: pd.DataFrame, hidden: HiddenCells, group: Sequence[str], measure: Sequence[str]
) -> pd.DataFrame:
    """Write counts as text and blank the estimates that rest on hidden ones."""
    names = list(zip(group, measure, strict=True))
    texts = {name: [hidden.text[(name, g)] for g in group] for name in RESPONSE_COUNTS[:3]}
    texts["n"] = [hidden.text[("n", g, m)] for g, m in names]
    n_hidden = np.array([hidden.is_hidden(("n", g, m)) for g, m in names])
    bases = {
        base: np.array([hidden.is_hidden((base, g)) for g in group])
        for base in ("observed", "evaluable")
    }
    blanks = {}
    for name in set(_ESTIMATES) & set(frame.columns):
        base = "evaluable" if name == "estimate_missing_as_no" else "observed"
        blanks[name] = frame[name].mask(n_hidden | bases[base])
    ranges = [_evaluable_range(frame, row, g, hidden) for row, g in enumerate(group)]
    texts["evaluable"] = [
        f"{low:,.0f}–{high:,.0f}" if low < high else text
        for text, (low, high) in zip(texts["evaluable"], ranges, strict=True)
    ]
    ends = {f"evaluable_{end}": [r[i] for r in ranges] for i, end in enumerate(("low", "high"))}
    return frame.assign(**texts, **blanks, **ends)


def _evaluable_range(frame: pd.DataFrame, row: int, group: str, hidden: HiddenCells) -> Range:
    """Give what ``<11`` not evaluable leaves possible for the evaluable; missing if nothing."""
    if not hidden.is_hidden(("evaluable", group)):
        exact = float(rounded_count(frame["evaluable"].iloc[row], hidden.policy))
        return exact, exact
    few = hidden.text[("not evaluable", group)] == hidden.policy.small_text
    if not few or hidden.is_hidden(("started", group)) or hidden.policy.rounds:
        return math.nan, math.nan
    started = float(frame["started"].iloc[row])
    return started - (hidden.policy.minimum_count - 1), started - 1.0
