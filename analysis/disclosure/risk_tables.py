"""Hide small numbers at risk, and those from which small numbers of exits follow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.disclosure.cells import Cell, HiddenCells, Sum, suppress_cells
from analysis.disclosure.columns import group_texts, keys_of, require_columns
from analysis.disclosure.members import Members
from analysis.disclosure.policy import RELEASE, Policy
from analysis.text_numbers import require_number_columns

__all__ = ["suppress_risk_table"]


def suppress_risk_table(
    risk: pd.DataFrame,
    *,
    by: str | None = None,
    followed: pd.DataFrame | None = None,
    about: str = "",
    policy: Policy = RELEASE,
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
    followed : pandas.DataFrame, optional
        Who is at risk: ``unit`` as `units_of` names it, the `by` column, ``entry`` and ``time``.
        The numbers are then protected against other tables of these patients, see
        `suppress_cells`.
    about : str
        Of which event, the same in every release.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    pandas.DataFrame
        The columns `by` (a missing group is "not recorded"), ``time`` and ``n_risk`` as text.
        Events and censored are left out: with the numbers at risk they would give the hidden ones
        away.

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
    columns = [*keys_of(by), "time", "n_risk"]
    require_columns(risk, columns)
    require_number_columns(risk, ["time", "n_risk"])
    if by is not None and risk[by].isna().any():
        risk = risk.assign(**{by: group_texts(risk[by])})
    ordered = risk[columns].sort_values(columns[:-1], kind="stable").reset_index(drop=True)
    if policy.confidential:
        return ordered.assign(n_risk=[f"{n:,d}" for n in ordered["n_risk"].astype(int)])
    names = _names(ordered, by)
    hidden = _hide_falls(ordered, names, by, _members(names, by, followed), about, policy)
    return ordered.assign(n_risk=[hidden.text[name] for name in names])


def _names(ordered: pd.DataFrame, by: str | None) -> list[Cell]:
    """Name the numbers by group and time."""
    group = group_texts(ordered[by]) if by else pd.Series("", index=ordered.index)
    return list(zip(group.tolist(), ordered["time"].astype(float).tolist(), strict=True))


def _members(
    names: Sequence[Cell], by: str | None, followed: pd.DataFrame | None
) -> Members | None:
    """Say who is at risk at each time; who enters at 0 is at risk from 0 on."""
    if followed is None or (by is not None and by not in followed):
        return None  # groups of another name
    entry, time = followed["entry"].to_numpy(float), followed["time"].to_numpy(float)
    group = group_texts(followed[by]).to_numpy() if by else np.full(len(followed), "")
    sets = {
        (name, day): (group == name) & (time >= day) & ((entry < day) | (entry <= 0))
        for name, day in names
    }
    return Members(followed["unit"], sets)


def _hide_falls(
    ordered: pd.DataFrame,
    names: list[Cell],
    by: str | None,
    members: Members | None,
    about: str,
    policy: Policy,
) -> HiddenCells:
    """Suppress numbers at risk and the falls between them."""
    n = ordered["n_risk"].to_numpy(int)
    cells: dict[Cell, int] = dict(zip(names, n.tolist(), strict=True))
    starts = [name for row, name in enumerate(names) if row == 0 or name[0] != names[row - 1][0]]
    sums: list[Sum] = []
    falls: list[Cell] = []
    for row in range(1, len(n)):
        if names[row] in starts or n[row] > n[row - 1]:  # late entries can make it rise
            continue
        falls.append(("fall", *names[row]))
        cells[falls[-1]] = int(n[row - 1] - n[row])
        sums.append((names[row - 1], [names[row], falls[-1]]))
    keep = dict.fromkeys(starts, 1e9)  # the number at the start is the best known
    about = f"numbers at risk by {by or 'nothing'}{f': {about}' if about else ''}"
    return suppress_cells(
        cells, sums, about=about, not_shown=falls, keep=keep, members=members, policy=policy
    )
