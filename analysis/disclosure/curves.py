"""Suppress small counts in survival curves and in the numbers at risk under them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.disclosure.cells import Cell, HiddenCells, Sum, suppress_cells
from analysis.disclosure.policy import RELEASE, Policy, is_small
from analysis.errors import ColumnError

__all__ = ["cut_curve", "cut_medians", "suppress_risk_table"]


_PER_STEP = ("n_risk", "n_event", "n_censored")
_MEDIANS = ("estimate", "conf_low", "conf_high")


def _require(frame: pd.DataFrame, names: list[str]) -> None:
    """Refuse a frame without the columns of a curve."""
    if not set(names) <= set(frame.columns):
        raise ColumnError(f"A survival curve needs the columns {', '.join(names)}.")


def cut_curve(
    curve: pd.DataFrame, *, by: str | None = None, policy: Policy = RELEASE
) -> pd.DataFrame:
    """Coarsen a survival curve, and cut it where fewer than 11 patients are at risk.

    A step is shown when 11 events have gathered since the last one, so that no fall of the curve
    shows one patient's day. The curve ends before the first time with 1 to 10 at risk.

    Parameters
    ----------
    curve : pandas.DataFrame
        Steps with the columns ``time, n_risk, n_event`` and any estimates.
    by : str, optional
        Column of the group; each group is cut on its own.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    pandas.DataFrame
        The steps that may be shown, without the counts per step (``n_risk, n_event,
        n_censored``), which are small by nature; every step for the internal audience.

    Raises
    ------
    ColumnError
        When ``time``, ``n_risk`` or ``n_event`` is absent.

    Notes
    -----
    Between two shown steps the curve is drawn too high, by fewer than 11 events.

    Examples
    --------
    >>> curve = pd.DataFrame(
    ...     {"time": [7, 14, 21, 28], "n_risk": [60, 50, 40, 9], "n_event": [8, 8, 11, 2]})
    >>> cut_curve(curve)["time"].tolist()
    [14, 21]
    """
    _require(curve, ["time", "n_risk", "n_event", *([by] if by else [])])
    ordered = curve.sort_values([*([by] if by else []), "time"], kind="stable")
    if policy.confidential:
        return ordered.reset_index(drop=True)
    small = pd.Series(is_small(ordered["n_risk"], policy), index=ordered.index).astype(int)
    passed = small.groupby(ordered[by], observed=True).cummax() if by else small.cummax()
    kept = ordered[passed.eq(0)]
    groups = kept[by] if by else pd.Series(0, index=kept.index)
    gathered = kept.groupby(groups, observed=True)["n_event"].transform(
        lambda events: _gathered(events, policy.minimum_count)
    )
    counts = [name for name in _PER_STEP if name in kept.columns]
    return kept[gathered.astype(bool)].drop(columns=counts).reset_index(drop=True)


def _gathered(events: pd.Series, least: int) -> list[bool]:
    """Mark the steps at which enough events have gathered since the last marked one."""
    marks, waiting = [], 0.0
    for n in events:
        waiting += float(n)
        marks.append(waiting >= least)
        waiting = 0.0 if marks[-1] else waiting
    return marks


def cut_medians(
    medians: pd.DataFrame, curve: pd.DataFrame, *, by: str | None = None, policy: Policy = RELEASE
) -> pd.DataFrame:
    """Keep the medians that can be read off the part of a curve that may be shown.

    Parameters
    ----------
    medians : pandas.DataFrame
        ``estimate, conf_low, conf_high`` and the `by` column; one row per group.
    curve : pandas.DataFrame
        Steps of the same curves, as for `cut_curve`.
    by : str, optional
        Column of the group.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    pandas.DataFrame
        A copy; a median or limit after the end of the shown curve is missing.

    Raises
    ------
    ColumnError
        When ``time`` or ``n_risk`` is absent.

    Examples
    --------
    >>> curve = pd.DataFrame({"time": [7, 14, 21], "n_risk": [40, 11, 9]})
    >>> medians = pd.DataFrame({"estimate": [14.0], "conf_low": [7.0], "conf_high": [21.0]})
    >>> cut_medians(medians, curve).to_numpy().tolist()
    [[14.0, 7.0, nan]]
    """
    _require(curve, ["time", "n_risk", *([by] if by else [])])
    labels, own = (
        frame[by].astype("string") if by else pd.Series("", index=frame.index)
        for frame in (curve, medians)
    )
    enough = curve["time"].where(~is_small(curve["n_risk"], policy))
    ends = own.map(enough.groupby(labels).max())
    shown = {name: medians[name].where(medians[name].le(ends)) for name in _MEDIANS}
    return medians.assign(**shown)


def suppress_risk_table(
    risk: pd.DataFrame, *, by: str | None = None, policy: Policy = RELEASE
) -> pd.DataFrame:
    """Hide small numbers at risk, and those from which small numbers of exits follow.

    Between two times of the table the number at risk falls by those who had the event or left
    observation. A fall of 1 to 10 is itself a small count, so one of the two numbers is hidden.

    Parameters
    ----------
    risk : pandas.DataFrame
        Columns ``time`` and ``n_risk`` (patients with T >= time), and the `by` column.
    by : str, optional
        Column of the group.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    pandas.DataFrame
        The columns `by`, ``time`` and ``n_risk`` as text. Events and censored are left out: with
        the numbers at risk they would give the hidden ones away.

    Raises
    ------
    ColumnError
        When ``time`` or ``n_risk`` is absent.

    Examples
    --------
    >>> risk = pd.DataFrame({"time": [0, 28, 56], "n_risk": [90, 40, 6]})
    >>> suppress_risk_table(risk)["n_risk"].tolist()
    ['90', '40', '<11']
    """
    columns = [*([by] if by else []), "time", "n_risk"]
    _require(risk, columns)
    ordered = risk[columns].sort_values(columns[:-1], kind="stable").reset_index(drop=True)
    if policy.confidential:
        return ordered.assign(n_risk=[f"{n:,d}" for n in ordered["n_risk"].astype(int)])
    hidden = _hide_falls(ordered, by, policy)
    return ordered.assign(n_risk=[hidden.text[("risk", row)] for row in range(len(ordered))])


def _hide_falls(ordered: pd.DataFrame, by: str | None, policy: Policy) -> HiddenCells:
    """Suppress numbers at risk and the falls between them."""
    n = ordered["n_risk"].to_numpy(int)
    same = np.ones(len(n), dtype=bool)
    if by:
        group = pd.factorize(ordered[by])[0]
        same[1:] = group[1:] == group[:-1]
    cells: dict[Cell, int] = {("risk", row): int(count) for row, count in enumerate(n)}
    sums: list[Sum] = []
    starts = [row for row in range(len(n)) if row == 0 or not same[row]]
    for row in range(1, len(n)):
        if same[row] and n[row] <= n[row - 1]:  # late entries can make it rise
            cells[("fall", row)] = int(n[row - 1] - n[row])
            sums.append((("risk", row - 1), [("risk", row), ("fall", row)]))
    falls = {name for name in cells if isinstance(name, tuple) and name[0] == "fall"}
    keep = {("risk", row): 1e9 for row in starts}  # the number at the start is the best known
    return suppress_cells(cells, sums, not_shown=falls, keep=keep, policy=policy)
