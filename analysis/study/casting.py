"""Turning the text columns of a file into the canonical types, with a finding per broken column.

Each rule is one vectorised pass over a column. A value that cannot be read becomes a counted
finding with the first few line numbers; the value itself is never repeated.
"""

from __future__ import annotations

import difflib
import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.study.columns import Column, Table
from analysis.study.findings import Finding
from analysis.study.row_mask import RowMask
from analysis.text_numbers import text_numbers

__all__ = ["first_lines", "typed_table"]

_FLAGS = {
    "true": True,
    "yes": True,
    "y": True,
    "t": True,
    "1": True,
    "1.0": True,
    "false": False,
    "no": False,
    "n": False,
    "f": False,
    "0": False,
    "0.0": False,
}
_DATE = r"\s*(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})(?:[T\s].*)?"
_YEAR_FIRST = r"(?:19|20)\d{2}[-/.]\d{1,2}[-/.]\d{1,2}"
_YEAR_LAST = r"\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d{2}"
_DATE_INSIDE = rf"(?<!\d)(?:{_YEAR_FIRST}|{_YEAR_LAST})(?!\d)"
_EXCEL_DAYS = (20_000, 60_000)  # 1954 to 2064 as Excel counts days
_COMPACT_DATES = (19_000_101, 21_001_231)  # year, month and day without marks between them
_LARGEST = 2**53  # beyond it whole numbers are no longer exact
_KINDS = {
    "integer": "whole numbers",
    "number": "numbers with a decimal point",
    "flag": "true or false",
    "text": "text",
    "category": "text",
    "codes": "text",
    "date": "dates from 1900 to 2099 as year-month-day",
}


def first_lines(broken: pd.Series | npt.NDArray[np.bool_]) -> tuple[int, ...]:
    """Row numbers of the first five broken rows, the header being row 1.

    They are lines of the file only where no line is blank and no cell has several lines;
    `analysis.study.lines.with_file_lines` leads them to the lines.

    Parameters
    ----------
    broken : pandas.Series or array of bool, shape (n,)
        True where a rule is broken, in the order of the file.

    Returns
    -------
    tuple of int
        At most five row numbers.
    """
    positions = np.flatnonzero(np.asarray(broken, dtype=bool))[:5]
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
        findings.append(_empty_table(table))
    columns = {}
    for column in table.columns:
        if column.name in raw.columns:
            columns[column.name], found = _typed(raw[column.name], column, table.name)
            findings.extend(found)
    if any(finding.severity == "error" for finding in findings):
        return None, findings
    return pd.DataFrame(columns), findings


def _finding(table: str, column: str, rule: str, what: str, remedy: str) -> Finding:
    """Make an error finding about a column."""
    return Finding(
        rule=rule, severity="error", table=table, column=column, what=what, remedy=remedy
    )


def _empty_table(table: Table) -> Finding:
    """Say that a table has no rows; an optional one may truly have none."""
    remedy = "Export the table again."
    if not table.required:
        remedy += " If there is truly nothing to record, leave it as it is."
    return Finding(
        rule="FIL-003",
        severity="error" if table.required else "warning",
        table=table.name,
        what="The table has a header but no rows.",
        remedy=remedy,
    )


def _plain_name(name: str) -> str:
    """Spell a header as canonical names are spelt, to compare it with them."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def _missing_columns(raw: pd.DataFrame, table: Table) -> list[Finding]:
    """One finding per required column that the file lacks, with a likely misnamed position."""
    unknown = {
        _plain_name(name): position
        for position, name in enumerate(raw.columns, start=1)
        if name not in table.names
    }
    found = []
    for column in table.columns:
        if column.required and column.name not in raw.columns:
            near = difflib.get_close_matches(column.name, list(unknown), 1, 0.6)
            hint = (
                f"Column {unknown[near[0]]} of the file looks like it: rename it to {column.name}."
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


def _typed(raw: pd.Series, column: Column, table: str) -> tuple[pd.Series, list[Finding]]:
    """Read one column as its kind."""
    if column.kind == "flag":
        return _typed_flag(raw, column, table)
    if column.kind in ("integer", "number"):
        return _typed_number(raw, column, table)
    if column.kind == "date":
        return _typed_date(raw, column, table)
    if pd.api.types.is_datetime64_any_dtype(raw.dtype):
        return raw, _date_findings(raw.notna(), column, table)
    text = _stripped(raw)
    if column.kind == "text":
        return text, []
    dated = _date_findings(_dates_among(text), column, table)
    return (_plain_codes(text) if column.kind == "codes" else text.astype("category")), dated


def _dates_among(text: pd.Series) -> npt.NDArray[np.bool_]:
    """Tell which texts hold a whole calendar date; each different text is looked at once."""
    codes, different = pd.factorize(text)
    dated = pd.Series(different, dtype="string").str.contains(_DATE_INSIDE, regex=True)
    flags = np.append(dated.fillna(value=False).to_numpy(dtype=bool), False)
    found: npt.NDArray[np.bool_] = flags[codes]
    return found


def _stripped(raw: pd.Series) -> pd.Series:
    """Text without spaces at the ends; an empty cell is a missing value.

    Each different text is looked at once: tables repeat ids and categories many times.
    """
    codes, entries = pd.factorize(raw.astype("string"))
    text = pd.Series(entries, dtype="string").str.strip()
    plain = text.mask(text.eq("").fillna(value=False)).array.take(codes, allow_fill=True)
    return pd.Series(plain, index=raw.index, name=raw.name)


def _plain_codes(text: pd.Series) -> pd.Series:
    """Write each code of an entry once, without empty ones: an entry is a set of categories."""
    plain = {
        entry: ";".join(dict.fromkeys(part for code in entry.split(";") if (part := code.strip())))
        for entry in text.dropna().unique()
    }
    return _stripped(text.map(plain))


def _typed_flag(raw: pd.Series, column: Column, table: str) -> tuple[pd.Series, list[Finding]]:
    """Read true and false in the usual spellings."""
    text = _stripped(raw).str.lower()
    flag = text.map(_FLAGS).astype("boolean")
    return flag, _type_findings(text.notna() & flag.isna(), column, table)


def _typed_date(raw: pd.Series, column: Column, table: str) -> tuple[pd.Series, list[Finding]]:
    """Read dates written as year-month-day; nothing else, since 03/04 has two meanings.

    Only the 20th and 21st century: other years are marks for "not known", and some versions of
    pandas cannot hold them.
    """
    text = _stripped(raw)
    whole = text.str.fullmatch(r"(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}(?: 00:00:00)?")
    day = text.where(whole.fillna(value=False)).str[:10]
    dates = pd.to_datetime(day, format="%Y-%m-%d", errors="coerce").astype("datetime64[s]")
    return dates, _type_findings(text.notna() & dates.isna(), column, table)


def _typed_number(raw: pd.Series, column: Column, table: str) -> tuple[pd.Series, list[Finding]]:
    """Read numbers; whole ones where the column counts something."""
    numeric = pd.api.types.is_numeric_dtype(raw.dtype) and not pd.api.types.is_bool_dtype(raw.dtype)
    cells = raw if numeric else raw.astype("string")
    values = text_numbers(cells).to_numpy(dtype=np.float64, na_value=np.nan)
    other = np.isnan(values) & cells.notna().to_numpy(dtype=bool)
    dates = _calendar_dates(cells, other)
    if column.unit == "d":
        dates |= _inside(values, _EXCEL_DAYS) | _inside(values, _COMPACT_DATES)
    broken = (np.abs(values) > _LARGEST) | (other & ~_blank(cells, other))
    if column.kind == "integer":
        broken |= ~np.isnan(values) & (values != np.round(values))
    findings = [
        *_date_findings(dates, column, table),
        *_type_findings(broken & ~dates, column, table),
    ]
    if findings:
        return raw, findings
    if not numeric:
        values = _exact(cells, values)
    series = pd.Series(values, index=raw.index, name=raw.name)
    return (series.astype("Int64") if column.kind == "integer" else series), []


def _inside(values: npt.NDArray[np.float64], limits: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Tell which values lie between two limits, inclusive."""
    return (values >= limits[0]) & (values <= limits[1])


def _blank(cells: pd.Series, other: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Tell which of the cells without a number hold nothing but spaces."""
    blank = np.zeros(len(cells), dtype=bool)
    if other.any():
        blank[other] = cells[other].str.strip().eq("").to_numpy(dtype=bool)
    return blank


def _calendar_dates(cells: pd.Series, other: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Tell which of the cells without a number are written as a calendar date."""
    dates = np.zeros(len(cells), dtype=bool)
    if other.any():
        dates[other] = cells[other].str.fullmatch(_DATE).to_numpy(dtype=bool)
    return dates


def _exact(cells: pd.Series, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Read decimal text to the last bit, which `pandas.to_numeric` does not."""
    texts = cells.to_numpy(dtype=object).copy()
    texts[np.isnan(values)] = "nan"
    return texts.astype(np.float64)


def _type_findings(
    broken: pd.Series | npt.NDArray[np.bool_], column: Column, table: str
) -> list[Finding]:
    """Say that cells are not of the kind of their column; nothing when all are."""
    if not broken.any():
        return []
    finding = Finding(
        rule="COL-003",
        severity="error",
        table=table,
        column=column.name,
        what=f"Some cells cannot be read; allowed are {_KINDS[column.kind]} or an empty cell.",
        remedy="Correct the cells, or leave them empty when the value is not known.",
        count=int(broken.sum()),
        rows=first_lines(broken),
        mask=RowMask.of_rows(broken),
    )
    return [finding]


def _date_findings(
    dates: pd.Series | npt.NDArray[np.bool_], column: Column, table: str
) -> list[Finding]:
    """Say that calendar dates stand where something else belongs; nothing when none do."""
    if not dates.any():
        return []
    day = column.unit == "d"
    wanted = "day numbers" if day else _KINDS[column.kind]
    finding = Finding(
        rule="COL-004",
        severity="error",
        table=table,
        column=column.name,
        what=f"Calendar dates stand where {wanted} belong{'s' if wanted == 'text' else ''}.",
        remedy="Subtract the date of the patient's first treatment: that day is 0."
        if day
        else f"This column holds: {column.description}.",
        count=int(dates.sum()),
        rows=first_lines(dates),
        mask=RowMask.of_rows(dates),
    )
    return [finding]
