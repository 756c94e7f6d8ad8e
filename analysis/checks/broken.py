"""Making a finding from the rows that break a rule."""

from __future__ import annotations

from typing import Literal

import pandas as pd

from analysis.study import Finding
from analysis.study.casting import first_lines
from analysis.study.row_mask import RowMask

__all__ = ["broken_rows"]


def broken_rows(
    broken: pd.Series,
    *,
    rule: str,
    place: tuple[str, str],
    what: str,
    remedy: str,
    severity: Literal["error", "warning"] = "error",
) -> list[Finding]:
    """Make one finding when any row breaks a rule, and none otherwise.

    Parameters
    ----------
    broken : pandas.Series of bool
        True where the rule is broken, one entry per row of the table and in its order; missing
        counts as not broken.
    rule : str
        Stable code of the rule.
    place : tuple of str
        Table and column; the column is empty when the rule is about rows.
    what, remedy : str
        What is wrong and allowed, and what to do; no value from the data.
    severity : {"error", "warning"}
        Whether analyses must stop.

    Returns
    -------
    list of Finding
        Empty or of length one. The finding remembers every broken row in a bit.
    """
    rows = broken.fillna(value=False).astype(bool)
    if not rows.any():
        return []
    finding = Finding(
        rule=rule,
        severity=severity,
        table=place[0],
        column=place[1],
        what=what,
        remedy=remedy,
        count=int(rows.sum()),
        rows=first_lines(rows),
        mask=RowMask.of_rows(rows),
    )
    return [finding]
