"""Turning the text columns of a file into the canonical types, with a finding per broken column.

Each rule is one vectorised pass over a column. A value that cannot be read becomes a counted
finding with the first few line numbers; the value itself is never repeated.
"""

from __future__ import annotations

import difflib

import numpy as np
import pandas as pd

from analysis.study.columns import Column, Table
from analysis.study.findings import Finding

__all__ = ["first_lines", "typed_table"]

_FLAGS = {
    "true": True,
    "yes": True,
    "y": True,
    "1": True,
    "false": False,
    "no": False,
    "n": False,
    "0": False,
}
_DATE = r"\s*(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})(?:[T\s].*)?"
_EXCEL_DAYS = (20_000, 60_000)  # 1954 to 2064 as Excel counts days
_KINDS = {
    "integer": "whole numbers",
    "number": "numbers with a decimal point",
    "flag": "true or false",
    "text": "text",
    "category": "text",
}


def first_lines(broken: pd.Series) -> tuple[int, ...]:
    """File lines of the first five broken rows, the header being line 1.

    Parameters
    ----------
    broken : pandas.Series of bool
        True where a rule is broken, in the order of the file.

    Returns
    -------
    tuple of int
        At most five line numbers.
    """
    positions = np.flatnonzero(broken.to_numpy(dtype=bool))[:5]
    return tuple(int(position) + 2 for position in positions)


def typed_table(raw: pd.DataFrame, table: Table) -> tuple[pd.DataFrame | None, list[Finding]]:
    """Give a raw frame the columns and types of a canonical table.

    Parameters
    ----------
    raw : pandas.DataFrame
        Columns as read from a file.
    table : Table
        What the columns should be.

    Returns
    -------
    frame : pandas.DataFrame or None
        Canonical columns in canonical order; None when any finding is an error.
    findings : list of Finding
        Missing, unknown and unreadable columns, and an empty table.
    """
    findings = [*_missing_columns(raw, table), *_unknown_columns(raw, table)]
    if raw.empty:
        what = "The table has a header but no rows."
        findings.append(_finding(table.name, "", "FIL-003", what, "Export the table again."))
    columns = {}
    for column in table.columns:
        if column.name in raw.columns:
            series, finding = _typed(raw[column.name], column, table.name)
            columns[column.name] = series
            findings.extend([finding] if finding else [])
    if any(finding.severity == "error" for finding in findings):
        return None, findings
    return pd.DataFrame(columns), findings


def _finding(table: str, column: str, rule: str, what: str, remedy: str) -> Finding:
    """Make an error finding about a column."""
    return Finding(
        rule=rule, severity="error", table=table, column=column, what=what, remedy=remedy
    )


def _missing_columns(raw: pd.DataFrame, table: Table) -> list[Finding]:
    """One finding per required column that the file lacks, with a likely misnamed position."""
    unknown = [name for name in raw.columns if name not in table.names]
    found = []
    for column in table.columns:
        if column.required and column.name not in raw.columns:
            near = difflib.get_close_matches(column.name, [str(name) for name in unknown], 1, 0.6)
            hint = (
                f"Column {list(raw.columns).index(near[0]) + 1} of the file looks like it: "
                f"rename it to {column.name}."
                if near
                else f"Add a column named {column.name}: {column.description}."
            )
            what = "The column is missing."
            found.append(_finding(table.name, column.name, "COL-001", what, hint))
    return found


def _unknown_columns(raw: pd.DataFrame, table: Table) -> list[Finding]:
    """Warn of columns that are left out, by their positions."""
    unknown = [n + 1 for n, name in enumerate(raw.columns) if name not in table.names]
    if not unknown:
        return []
    shown = ", ".join(str(position) for position in unknown[:10])
    more = f" and {len(unknown) - 10} more" if len(unknown) > 10 else ""
    return [
        Finding(
            rule="COL-002",
            severity="warning",
            table=table.name,
            what=f"Columns that the table does not have were left out, at position {shown}{more}.",
            remedy=f"Known columns are: {', '.join(table.names)}.",
        )
    ]


def _typed(raw: pd.Series, column: Column, table: str) -> tuple[pd.Series, Finding | None]:
    """Read one column as its kind."""
    if pd.api.types.is_datetime64_any_dtype(raw.dtype):
        return raw, _date_finding(raw.notna(), column, table)
    if column.kind in ("text", "category"):
        text = _stripped(raw)
        return (text.astype("category") if column.kind == "category" else text), None
    if column.kind == "flag":
        return _typed_flag(raw, column, table)
    return _typed_number(raw, column, table)


def _stripped(raw: pd.Series) -> pd.Series:
    """Text without spaces at the ends; an empty cell is a missing value."""
    text = raw.astype("string").str.strip()
    return text.mask(text.eq("").fillna(value=False))


def _typed_flag(raw: pd.Series, column: Column, table: str) -> tuple[pd.Series, Finding | None]:
    """Read true and false in the usual spellings."""
    if pd.api.types.is_bool_dtype(raw.dtype):
        return raw.astype("boolean"), None
    text = _stripped(raw).str.lower()
    flag = text.map(_FLAGS).astype("boolean")
    return flag, _type_finding(text.notna() & flag.isna(), column, table)


def _typed_number(raw: pd.Series, column: Column, table: str) -> tuple[pd.Series, Finding | None]:
    """Read numbers; whole ones where the column counts something."""
    number = pd.to_numeric(raw, errors="coerce").astype("Float64")
    unread = raw.notna() & number.isna()
    if raw.dtype == "string":
        unread &= raw.str.strip().ne("").fillna(value=False)
        dates = unread & raw.str.fullmatch(_DATE).fillna(value=False)
        if dates.any():
            return raw, _date_finding(dates, column, table)
    infinite = np.isinf(number.to_numpy(dtype=float, na_value=np.nan))
    unread |= pd.Series(infinite, index=raw.index)
    if column.kind == "number":
        return number.astype("float64"), _type_finding(unread, column, table)
    if column.unit == "d" and number.between(*_EXCEL_DAYS).any():
        return raw, _date_finding(number.between(*_EXCEL_DAYS).fillna(value=False), column, table)
    broken = unread | (number % 1).ne(0).fillna(value=False)
    if broken.any():
        return raw, _type_finding(broken, column, table)
    return number.astype("Int64"), None


def _type_finding(broken: pd.Series, column: Column, table: str) -> Finding | None:
    """Say that cells are not of the kind of their column; None when all are."""
    if not broken.any():
        return None
    return Finding(
        rule="COL-003",
        severity="error",
        table=table,
        column=column.name,
        what=f"Some cells cannot be read; allowed are {_KINDS[column.kind]} or an empty cell.",
        remedy="Correct the cells, or leave them empty when the value is not known.",
        count=int(broken.sum()),
        rows=first_lines(broken),
    )


def _date_finding(dates: pd.Series, column: Column, table: str) -> Finding:
    """Say that calendar dates stand where a number belongs."""
    if column.unit == "d":
        what = "Calendar dates stand where day numbers belong."
        remedy = "Subtract the date of the patient's first treatment: that day is 0."
    else:
        what = "Calendar dates stand where numbers belong."
        remedy = f"This column holds {column.description}."
    return Finding(
        rule="COL-004",
        severity="error",
        table=table,
        column=column.name,
        what=what,
        remedy=remedy,
        count=int(dates.sum()),
        rows=first_lines(dates),
    )
