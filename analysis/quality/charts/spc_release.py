"""Which points of charts may leave: the others become gaps, and no line rests on them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.disclosure import HIDDEN, Members, Policy, is_small, rounded_count, suppress_cells
from analysis.disclosure.cells import Cell, Sum
from analysis.quality.charts.kinds import ChartKind
from analysis.quality.charts.words import written_x
from analysis.results import FloatArray

__all__ = ["can_leave", "hide_points"]

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


def hide_points(
    points: pd.DataFrame,
    kind: ChartKind,
    *,
    has_n: bool,
    about: str,
    members: Members | None,
    policy: Policy,
) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """Hide points that rest on small counts, and others that would give these away.

    Parameters
    ----------
    points : pandas.DataFrame
        What `chart_points` returns.
    kind : ChartKind
        The kind of chart.
    has_n : bool
        Whether there are denominators.
    about : str
        What is counted, the same in every release; empty when not known.
    members : Members, optional
        Who is behind the counts, by (group, point, name of the count).
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
    parts = [
        _hide_group(rows, _counts(rows, kind, has_n=has_n), kind, about, members, policy)
        for _, rows in points.groupby("group", sort=False)
    ]
    shown = pd.concat([part[0] for part in parts])
    audit = pd.concat([part[1] for part in parts], ignore_index=True)
    return shown, audit, sum(part[2] for part in parts)


def _hide_group(
    rows: pd.DataFrame,
    counts: dict[str, FloatArray],
    kind: ChartKind,
    about: str,
    members: Members | None,
    policy: Policy,
) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """Hide the points of one group."""
    group = str(rows["group"].iloc[0])
    places = [written_x(x) for x in rows["x"]]
    known = rows["value"].notna().to_numpy()
    cells: dict[Cell, int] = {
        (group, place, name): int(values[row])
        for row, place in enumerate(places)
        if known[row]
        for name, values in counts.items()
    }
    totals = {(group, "all", name): int(values[known].sum()) for name, values in counts.items()}
    sums = _sums(group, [place for place, is_known in zip(places, known, strict=True) if is_known],
                 list(counts))  # fmt: skip
    unseen = [cell for cell in cells if cell[2] == "complement"]
    unseen += [cell for cell in totals if cell[2] == "complement"]
    delicate = [cell for cell in cells if cell[2] != "n"] if policy.is_sensitive(about) else []
    hidden = suppress_cells(
        {**cells, **totals},
        sums,
        about=about,
        not_shown=unseen,
        keep=dict.fromkeys(totals, 1e6),
        sensitive=delicate,
        members=members,
        policy=policy,
    )
    printed = [name for name in ("y", "n") if name in counts]
    is_hidden = np.array([
        is_known and any(hidden.is_hidden((group, place, name)) for name in printed)
        for place, is_known in zip(places, known, strict=True)
    ])  # fmt: skip
    few = known & is_small(rows["patients"].to_numpy(dtype=float), policy)
    texts = {
        f"{name}_text": pd.Series(
            [hidden.text.get((group, place, name), "") for place in places],
            index=rows.index,
            dtype="string",
        )
        for name in printed
    }
    many = sum(hidden.is_hidden(cell) for cell in cells if cell[2] in printed)
    texts = {name: text.mask(few, HIDDEN) for name, text in texts.items()}
    many += int(few.sum())
    return _blanked(rows, kind, is_hidden | few, policy).assign(**texts), hidden.audit(), many


def _counts(rows: pd.DataFrame, kind: ChartKind, *, has_n: bool) -> dict[str, FloatArray]:
    """Name the counts behind the points; none where only the number of patients is known."""
    y, n = (np.nan_to_num(rows[name].to_numpy(dtype=float)) for name in ("y", "n"))
    if kind.part_of_n:
        return {"y": y, "complement": n - y, "n": n}
    if kind.name == "c":
        return {"y": y}
    if kind.counts_people:
        return {"y": y, "n": n}
    return {"n": n} if has_n else {}


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
