"""Reading one CSV or Parquet file as text columns, with a finding for what is wrong with the file.

Nothing here knows what a column means: types are the duty of `analysis.study.casting`. A
finding never repeats a header or a cell, since both can carry a patient's name.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from analysis.study.findings import Finding
from analysis.study.lines import lines_of_records
from analysis.study.row_mask import RowMask

__all__ = ["ENDINGS", "read_file"]

ENDINGS = (".csv", ".parquet")

_HEAD_BYTES = 65_536
_QUOTE_AGAIN = "Export the table again with every text in quotation marks."


def _broken(table: str, rule: str, what: str, remedy: str) -> Finding:
    """Make an error finding about a whole file."""
    return Finding(rule=rule, severity="error", table=table, what=what, remedy=remedy)


def read_file(
    path: Path, *, table: str, same_names: bool = False
) -> tuple[pd.DataFrame | None, list[Finding]]:
    """Read one file of a study folder.

    Parameters
    ----------
    path : pathlib.Path
        A file whose ending is one of `ENDINGS`.
    table : str
        Name of the canonical table, for the findings.
    same_names : bool
        Whether several columns of a CSV file may have the same name, as exports with labels do.

    Returns
    -------
    frame : pandas.DataFrame or None
        The columns as they stand in the file (text for CSV); None when the file is unreadable.
    findings : list of Finding
        What is wrong with the file.
    """
    if path.suffix == ".parquet":
        return _read_parquet(path, table)
    finding = _text_fault(path, table)
    if finding is not None:
        return None, [finding]
    return _read_csv(path, table, same_names=same_names)


def _read_parquet(path: Path, table: str) -> tuple[pd.DataFrame | None, list[Finding]]:
    """Read a Parquet file, or say that it is none."""
    try:
        with parquet.ParquetFile(path) as file:
            content = _text_for_bytes(file.read())
        frame = content.to_pandas(ignore_metadata=True)  # else a pandas index hides columns
    except (pa.ArrowException, OSError, ValueError, TypeError, LookupError, ArithmeticError):
        what = "The file is not a readable Parquet file."
        return None, [_broken(table, "FIL-001", what, "Export the table again, or as CSV UTF-8.")]
    return _named(frame, content.column_names, table)


def _text_for_bytes(content: pa.Table) -> pa.Table:
    """Read columns of bytes as UTF-8 text, which is how some programs store text."""
    fields = [
        field.with_type(pa.string())
        if pa.types.is_binary(field.type) or pa.types.is_large_binary(field.type)
        else field
        for field in content.schema
    ]
    return content.cast(pa.schema(fields))


def _text_fault(path: Path, table: str) -> Finding | None:
    """Look at the first bytes of a CSV file for a wrong encoding or delimiter."""
    try:
        with path.open("rb") as handle:
            head = handle.read(_HEAD_BYTES)
    except OSError:
        what = "The file cannot be opened; another program may hold it, or rights are missing."
        return _broken(table, "FIL-001", what, "Close it in the other program and try again.")
    remedy = "Save it in Excel as “CSV UTF-8 (comma delimited)”."
    if head.startswith(b"PK\x03\x04"):
        return _broken(table, "FIL-002", "The file is an Excel workbook, not a CSV file.", remedy)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in head:
        return _broken(table, "FIL-002", "The file is UTF-16; allowed is UTF-8.", remedy)
    text = head.removeprefix(b"\xef\xbb\xbf")
    if not text.strip():
        return _broken(table, "FIL-003", "The file is empty.", "Export the table again.")
    first = text.splitlines()[0]
    if b"," not in first and any(mark in first for mark in (b";", b"\t", b"|")):
        what = "The columns are not separated by commas, but by semicolons, tabs or bars."
        return _broken(table, "FIL-004", what, remedy)
    return None


def _read_csv(
    path: Path, table: str, *, same_names: bool = False
) -> tuple[pd.DataFrame | None, list[Finding]]:
    """Read a comma-separated UTF-8 file with every column as text."""
    try:
        header, ragged = _header_and_ragged(path)
        if ragged:
            return None, [_ragged_finding(ragged, len(header), table)]
        frame = pd.read_csv(
            path,
            dtype="string",
            names=list(range(len(header))),
            header=0,
            keep_default_na=False,
            na_values=[""],
            encoding="utf-8-sig",
            index_col=False,
            on_bad_lines="error",
            low_memory=False,
        )
    except UnicodeDecodeError:
        what = "The file is not UTF-8 (it may be Windows-1252); allowed is UTF-8."
        remedy = "Save it in Excel as “CSV UTF-8 (comma delimited)”."
        return None, [_broken(table, "FIL-002", what, remedy)]
    except (pd.errors.ParserError, csv.Error):
        what = "A quotation mark is left open, so that lines run together."
        return None, [_broken(table, "FIL-005", what, _QUOTE_AGAIN)]
    return _named(frame, header, table, same_names=same_names)


def _header_and_ragged(path: Path) -> tuple[list[str], list[int]]:
    """Return the header cells and the lines of the rows that are longer or shorter than it.

    pandas cuts rows that are too long and fills up those that are too short, so the cells are
    counted before, by the C parser of the standard library.
    """
    with path.open(encoding="utf-8-sig", newline="") as handle:
        records = lines_of_records(handle)
        _, header = next(records)
        return header, [line for line, cells in records if len(cells) != len(header)]


def _ragged_finding(ragged: list[int], width: int, table: str) -> Finding:
    """Say that rows have more or fewer cells than the header."""
    return Finding(
        rule="FIL-005",
        severity="error",
        table=table,
        what=f"Some rows have more or fewer cells than the header, which has {width}.",
        remedy=_QUOTE_AGAIN,
        count=len(ragged),
        rows=tuple(ragged[:5]),
        mask=RowMask.of_lines(ragged),
    )


def _named(
    frame: pd.DataFrame, header: Sequence[str], table: str, *, same_names: bool = False
) -> tuple[pd.DataFrame | None, list[Finding]]:
    """Name the columns by the header; a nameless column gets a name that no table has."""
    names = [name.strip() or f"column {n}" for n, name in enumerate(header, start=1)]
    if len(set(names)) < len(names) and not same_names:
        what = "Two columns have the same name."
        return None, [_broken(table, "FIL-006", what, "Give every column its own name.")]
    return frame.set_axis(names, axis="columns"), []
