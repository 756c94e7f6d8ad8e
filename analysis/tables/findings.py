"""Table of the findings of a check: which rule, where, how often, and what to do."""

from __future__ import annotations

import pandas as pd

from analysis.disclosure import CONFIDENTIAL, RELEASE, Policy, masked_count
from analysis.errors import ColumnError
from analysis.tables.result import Column, TableResult

__all__ = ["findings_table"]

_COLUMNS = {
    "severity": ("Severity", False),
    "place": ("Place", False),
    "count": ("Rows", True),
    "what": ("What", False),
    "remedy": ("Remedy", False),
}


def findings_table(
    findings: pd.DataFrame, *, title: str = "Findings of the data checks", policy: Policy = RELEASE
) -> TableResult:
    """Show broken rules with the number of rows concerned, small numbers masked.

    Parameters
    ----------
    findings : pandas.DataFrame
        Columns ``rule, severity, count, what, remedy``, and ``place`` or ``table`` and ``column``.
    title : str
        Title of the table.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    TableResult
        One row per finding, in the given order; one row that says so when there is none.

    Raises
    ------
    ColumnError
        When a column is absent.

    Examples
    --------
    >>> empty = pd.DataFrame(columns=["rule", "severity", "place", "count", "what", "remedy"])
    >>> findings_table(empty).inline("No rule is broken", "Rows")
    '0'
    """
    frame = findings.copy()
    if "place" not in frame and {"table", "column"} <= set(frame.columns):
        column = frame["column"].fillna("").astype("string")
        frame["place"] = frame["table"].astype("string").str.cat("." + column).str.rstrip(".")
    missing = {"rule", *_COLUMNS} - set(frame.columns)
    if missing:
        raise ColumnError(f"findings_table needs the columns {', '.join(sorted(missing))}.")
    counts = [masked_count(count, policy) if pd.notna(count) else "" for count in frame["count"]]
    body = frame.assign(group="", label=frame["rule"], count=counts)
    body = body[["group", "label", *_COLUMNS]].reset_index(drop=True).astype("string")
    if body.empty:
        body.loc[0] = ["", "No rule is broken", "", "", "0", "", ""]
    return TableResult(
        title=title,
        frame=body,
        columns=tuple(Column(key=k, label=w, numeric=n) for k, (w, n) in _COLUMNS.items()),
        notes=("An error stops every analysis; a warning is reported.", _note(policy)),
        policy=policy,
        stub="Rule",
    )


def _note(policy: Policy) -> str:
    """Say what is hidden."""
    if policy.confidential:
        return CONFIDENTIAL
    return f"{policy.small_text} rows: {policy.small_words()}."
