"""Which points of charts may leave: the others become gaps, and no line rests on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.disclosure import (
    HIDDEN,
    HiddenCells,
    Members,
    Policy,
    is_small,
    rounded_count,
    suppress_cells,
)
from analysis.disclosure.cells import Cell, Sum
from analysis.quality.charts.kinds import ChartKind
from analysis.quality.charts.words import written_x
from analysis.results import FloatArray

__all__ = [
    "TOTALS_ARE_DEAR",
    "Counts",
    "Source",
    "can_leave",
    "counts_of",
    "hide_points",
    "without_hidden",
]

TOTALS_ARE_DEAR = 1e6
"""What it costs a reader to lose a total: more than any count of a point."""

BoolArray = npt.NDArray[np.bool_]


def can_leave(kind: ChartKind, *, has_n: bool, has_patients: bool) -> bool:
    """Tell whether a chart says how many patients or cases stand behind each point.

    Parameters
    ----------
    kind : ChartKind
        The kind of chart.
    has_n, has_patients : bool
        Whether there are denominators, and numbers of patients.

    Returns
    -------
    bool
        Not for single events, nor for values without a number of patients.
    """
    return not kind.of_single_events and (has_n or has_patients or kind.counts_people)


@dataclass(frozen=True, kw_only=True, eq=False)
class Source:
    """What disclosure control must know of the points of a chart.

    Parameters
    ----------
    kind : ChartKind
        The kind of chart.
    has_n : bool
        Whether there are denominators.
    about : str
        What is counted, the same in every release; empty when not known.
    members : Members, optional
        Who is behind the counts, by (group, point, name of the count).
    """

    kind: ChartKind
    has_n: bool
    about: str = ""
    members: Members | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Counts:
    """The counts behind the points of one group, by (group, place in time, name of the count).

    Parameters
    ----------
    cells, totals : dict
        Counts of points, and over all points.
    sums : list of Sum
        How they add up.
    unseen : list
        Counts that follow from others and are never printed.
    delicate : list
        Counts of which 0 must not be known either.
    """

    cells: dict[Cell, int]
    totals: dict[Cell, int]
    sums: list[Sum]
    unseen: list[Cell]
    delicate: list[Cell]


def hide_points(
    points: pd.DataFrame, source: Source, policy: Policy
) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """Hide points that rest on small counts, and others that would give these away.

    Parameters
    ----------
    points : pandas.DataFrame
        What `chart_points` returns.
    source : Source
        What is counted.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    tuple
        The points with ``y, n, value`` missing where hidden and ``y_text, n_text`` as printed; the
        attacker's intervals; and how many counts are hidden.

    Notes
    -----
    Sums over the points of a group, such as a clinic's patients of all periods, are taken as known
    to the reader, since other tables show them. What is computed from the points that are left
    tells nothing about the others.
    """
    shown, audits, many = [], [], 0
    for _, rows in points.groupby("group", sort=False):
        counts = counts_of(rows, source, policy)
        hidden = suppress_cells(
            {**counts.cells, **counts.totals},
            counts.sums,
            about=source.about,
            not_shown=counts.unseen,
            keep=dict.fromkeys(counts.totals, TOTALS_ARE_DEAR),
            sensitive=counts.delicate,
            members=source.members,
            policy=policy,
        )
        part, n_hidden = without_hidden(rows, hidden, source, policy)
        shown.append(part)
        audits.append(hidden.audit())
        many += n_hidden
    return pd.concat(shown), pd.concat(audits, ignore_index=True), many


def counts_of(rows: pd.DataFrame, source: Source, policy: Policy) -> Counts:
    """Name the counts behind the points of one group, and say how they add up.

    Parameters
    ----------
    rows : pandas.DataFrame
        Points of the group.
    source : Source
        What is counted.
    policy : Policy
        What is sensitive.

    Returns
    -------
    Counts
        Of points with a value only.
    """
    group = str(rows["group"].iloc[0])
    known = rows["value"].notna().to_numpy()
    places = [written_x(x) for x in rows["x"][known]]
    counts = {name: values[known] for name, values in _named_counts(rows, source).items()}
    cells: dict[Cell, int] = {
        (group, place, name): int(values[row])
        for row, place in enumerate(places)
        for name, values in counts.items()
    }
    totals: dict[Cell, int] = {
        (group, "all", name): int(values.sum()) for name, values in counts.items()
    }
    return Counts(
        cells=cells,
        totals=totals,
        sums=_sums(group, places, list(counts)),
        unseen=[cell for cell in (*cells, *totals) if cell[2] == "complement"],
        delicate=[cell for cell in cells if cell[2] != "n" and policy.is_sensitive(source.about)],
    )


def without_hidden(
    rows: pd.DataFrame, hidden: HiddenCells, source: Source, policy: Policy
) -> tuple[pd.DataFrame, int]:
    """Remove the numbers of hidden points of one group, and write the counts of the others.

    Parameters
    ----------
    rows : pandas.DataFrame
        Points of the group.
    hidden : HiddenCells
        What may be shown of their counts.
    source : Source
        What is counted.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    tuple
        The points with ``y_text, n_text`` as printed, and how many counts are hidden.
    """
    group = str(rows["group"].iloc[0])
    known = rows["value"].notna().to_numpy()
    printed = [name for name in ("y", "n") if name in _named_counts(rows, source)]
    names = {name: [(group, written_x(x), name) for x in rows["x"]] for name in printed}
    is_hidden = np.zeros(len(rows), dtype=bool)
    many = 0
    for cells in names.values():
        lost = np.array([cell in hidden.status and hidden.is_hidden(cell) for cell in cells])
        is_hidden |= lost & known
        many += int((lost & known).sum())
    few = known & is_small(rows["patients"].to_numpy(dtype=float), policy)
    texts = {
        f"{name}_text": pd.Series(
            [hidden.text.get(cell, "") for cell in cells], index=rows.index, dtype="string"
        ).mask(few, HIDDEN)
        for name, cells in names.items()
    }
    blanked = _blanked(rows, source.kind, is_hidden | few, policy)
    return blanked.assign(**texts), many + int(few.sum())


def _named_counts(rows: pd.DataFrame, source: Source) -> dict[str, FloatArray]:
    """Name the counts behind the points; none where only the number of patients is known."""
    y, n = (np.nan_to_num(rows[name].to_numpy(dtype=float)) for name in ("y", "n"))
    if source.kind.part_of_n:
        return {"y": y, "complement": n - y, "n": n}
    if source.kind.name == "c":
        return {"y": y}
    if source.kind.counts_people:
        return {"y": y, "n": n}
    return {"n": n} if source.has_n else {}


def _sums(group: str, places: Sequence[str], names: Sequence[str]) -> list[Sum]:
    """List the sums that a reader knows: over the points, and of a part and the rest."""
    over: list[Sum] = [
        ((group, "all", name), [(group, place, name) for place in places]) for name in names
    ]
    if "complement" not in names:
        return over
    within: list[Sum] = [
        ((group, place, "n"), [(group, place, "y"), (group, place, "complement")])
        for place in [*places, "all"]
    ]
    return [*over, *within]


def _blanked(
    rows: pd.DataFrame, kind: ChartKind, is_hidden: BoolArray, policy: Policy
) -> pd.DataFrame:
    """Remove the numbers of hidden points, and round the others as the policy asks."""
    y, n = (rows[name].to_numpy(dtype=float) for name in ("y", "n"))
    if policy.rounds and kind.counts_people:
        n = n if kind.name == "c" else rounded_count(n, policy)
        y = np.minimum(rounded_count(y, policy), n if kind.part_of_n else np.inf)
    blank = {
        "y": np.where(is_hidden, np.nan, y),
        "n": np.where(is_hidden, np.nan, n),
    }
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(is_hidden | rows["value"].isna(), np.nan, blank["y"] / blank["n"])
    return rows.assign(**blank, value=value)
