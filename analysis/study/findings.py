"""A finding: one broken rule, where it was broken, how often, and what to do about it.

Findings never hold a value, an id or any other text from the data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from analysis.study.row_mask import RowMask

__all__ = ["Finding", "findings_frame", "in_order"]

Severity = Literal["error", "warning"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One broken rule in one place.

    Parameters
    ----------
    rule : str
        Stable code of the rule, such as ``KEY-001``.
    severity : {"error", "warning"}
        An error stops every analysis; a warning is reported beside the results.
    table : str
        Name of the canonical table, or ``study.json``.
    column : str
        Canonical name of the column, or empty when the rule is about rows.
    what : str
        What is wrong and what is allowed.
    remedy : str
        What to do next.
    count : int, optional
        Rows that break the rule; None when the rule is not about rows.
    rows : tuple of int
        Where the first few of these rows begin: lines of the CSV file as an editor counts them.
        For Parquet, and for a study that was not read from a folder, rows with the header as 1.
        They lead the analyst to the place and are shown to the internal audience only.
    mask : RowMask, optional
        All of these rows, for `analysis.checks.CheckResult.locate`; None when the rule is not
        about rows.
    """

    rule: str
    severity: Severity
    table: str
    column: str = ""
    what: str
    remedy: str
    count: int | None = None
    rows: tuple[int, ...] = ()
    mask: RowMask | None = field(default=None, repr=False, compare=False)

    @property
    def place(self) -> str:
        """The table and column, as ``table.column``."""
        return f"{self.table}.{self.column}" if self.column else self.table

    def __str__(self) -> str:
        """Say place, rule and remedy in one line, without the count."""
        return f"[{self.rule}] {self.place}: {self.what} {self.remedy}"


def in_order(findings: Sequence[Finding]) -> list[Finding]:
    """Sort findings: errors first, then by table, rule and column.

    Parameters
    ----------
    findings : sequence of Finding
        Any number of findings.

    Returns
    -------
    list of Finding
        The same findings; those that are alike in all four stay in their order.
    """
    return sorted(findings, key=lambda f: (f.severity != "error", f.table, f.rule, f.column))


def findings_frame(findings: Sequence[Finding]) -> pd.DataFrame:
    """Put findings into a frame, errors first.

    Parameters
    ----------
    findings : sequence of Finding
        Any number of findings.

    Returns
    -------
    pandas.DataFrame
        Columns ``rule, severity, table, column, count, what, remedy``; one row per finding. The
        counts are true counts: pass them through `analysis.disclosure` before release.
    """
    ordered = in_order(findings)
    return pd.DataFrame(
        {
            "rule": [f.rule for f in ordered],
            "severity": [f.severity for f in ordered],
            "table": [f.table for f in ordered],
            "column": [f.column for f in ordered],
            "count": pd.array([f.count for f in ordered], dtype="Int64"),
            "what": [f.what for f in ordered],
            "remedy": [f.remedy for f in ordered],
        }
    )
