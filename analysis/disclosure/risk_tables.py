"""Hide small numbers at risk, and those from which small numbers of exits follow."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.disclosure.cells import Cell, HiddenCells, Sum, suppress_cells
from analysis.disclosure.columns import keys_of, require_columns
from analysis.disclosure.policy import RELEASE, Policy

__all__ = ["suppress_risk_table"]


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
    columns = [*keys_of(by), "time", "n_risk"]
    require_columns(risk, columns)
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
