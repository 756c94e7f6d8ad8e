"""A study as a folder: ``study.json`` and one CSV or Parquet file per table, read and written.

`scan_folder` collects every structural finding in one pass; `read_study` refuses a folder that has
any error. Rules about values and across tables are the duty of `analysis.checks`.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Collection
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from analysis import storage
from analysis.errors import DataError, ReportError
from analysis.progress import progress
from analysis.study.about import about_text, folder_error, read_about
from analysis.study.casting import typed_table
from analysis.study.columns import Table
from analysis.study.files import ENDINGS, read_file
from analysis.study.findings import Finding
from analysis.study.lines import with_file_lines
from analysis.study.schema import TABLES
from analysis.study.study import Study

__all__ = ["in_local_zone", "read_study", "scan_folder", "table_text", "write_study"]

_COMPANIONS = {"study.json", "truth.json", "manifest.json", "DICTIONARY.md", "README.md"}
_OF_SYSTEM = ("usr", "opt", "var", "home")
_LOCAL_OF_THE_SYSTEM = {("/", folder, "local") for folder in _OF_SYSTEM}
_OF_THE_SYSTEM = {"desktop.ini", "thumbs.db"}


def scan_folder(folder: Path | str) -> tuple[Study | None, list[Finding]]:
    """Read a study folder and collect every structural finding in one pass.

    Parameters
    ----------
    folder : path
        Holds ``study.json`` and one CSV or Parquet file per table.

    Returns
    -------
    study : Study or None
        None when any finding is an error.
    findings : list of Finding
        Missing or doubled files, unreadable files, missing, unknown or mistyped columns.
    """
    root = Path(folder)
    if not root.is_dir():
        what = "The study folder does not exist."
        remedy = "Name the folder that holds study.json and the tables."
        return None, [folder_error("FIL-000", "study folder", what, remedy)]
    about, findings = read_about(root)
    findings += [*_stray_files(root), *_dates_outside_the_local_zone(root)]
    tables: dict[str, pd.DataFrame] = {}
    for table in progress(list(TABLES.values()), doing="Reading", unit="table"):
        frame, found = _read_table(root, table)
        findings += found
        if frame is not None:
            tables[table.name] = frame
    if about is None or any(finding.severity == "error" for finding in findings):
        return None, findings
    try:
        digest = folder_digest(root)
    except OSError:
        what = "A file went, or was locked, while the folder was read."
        remedy = "Wait until no other program writes there, and read the folder again."
        return None, [*findings, folder_error("FIL-001", "study folder", what, remedy)]
    return Study(tables=tables, sha256=digest, **about), findings


def read_study(folder: Path | str) -> Study:
    """Read a study from its folder, or refuse it with every reason.

    Parameters
    ----------
    folder : path
        Holds ``study.json`` and one CSV or Parquet file per table; formats may be mixed.

    Returns
    -------
    Study
        Canonical tables with canonical types. Empty cells are missing values, never 0.

    Raises
    ------
    DataError
        When a file or column is missing, unreadable or of a wrong type. The message lists every
        place and its remedy, and no value.

    Examples
    --------
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> study.synthetic
    True
    """
    study, findings = scan_folder(folder)
    errors = [finding for finding in findings if finding.severity == "error"]
    if study is None:
        lines = "\n".join(f"  {finding}" for finding in errors)
        raise DataError(f"The study folder cannot be read.\n{lines}")
    return study


def folder_digest(folder: Path | str) -> str:
    """Digest of a study folder: equal as long as none of its files changes.

    Parameters
    ----------
    folder : path
        A study folder.

    Returns
    -------
    str
        SHA-256 over ``study.json`` and all tables, as in `Study.sha256`; empty when there is no
        ``study.json``.
    """
    about = Path(folder) / "study.json"
    return storage.folder_sha256([about, *_table_files(about.parent)]) if about.is_file() else ""


def _table_files(root: Path) -> list[Path]:
    """List the files of the folder that are tables."""
    paths = [root / f"{table}{ending}" for table in TABLES for ending in ENDINGS]
    return [path for path in paths if path.is_file()]


def _stray_files(root: Path) -> list[Finding]:
    """Warn of files that belong to no table, without their names."""
    named = {f"{table}{ending}" for table in TABLES for ending in ENDINGS} | _COMPANIONS
    known = {os.path.normcase(name) for name in named}  # Windows does not tell case apart
    stray = [
        path
        for path in root.iterdir()
        if path.is_file()
        and not path.name.startswith((".", "~$"))  # "~$" is Excel's mark of an open workbook
        and path.name.lower() not in _OF_THE_SYSTEM
        and os.path.normcase(path.name) not in known
    ]
    if not stray:
        return []
    allowed = ", ".join(f"{name}.csv" for name in TABLES)
    return [
        Finding(
            rule="FIL-008",
            severity="warning",
            table="study folder",
            what="Files that belong to no table were left out.",
            remedy=f"Table files are named {allowed} (or .parquet), in small letters.",
            count=len(stray),
        )
    ]


def in_local_zone(folder: Path | str) -> bool:
    """Tell whether a folder lies in the local zone, which never leaves the clinic.

    Parameters
    ----------
    folder : path
        Any folder.

    Returns
    -------
    bool
        True when it, or a folder around it, is named ``local``. Links are followed first.
        ``/usr/local``, ``/home/local`` and their like, which are folders of the system, do not
        count, and neither does a folder around the user's own.

    Examples
    --------
    >>> in_local_zone("local/study"), in_local_zone("outputs/study")
    (True, False)
    """
    path, home = Path(folder).resolve(), Path.home().resolve()
    if path.is_relative_to(home):
        return "local" in path.relative_to(home).parts
    parts = path.parts
    return "local" in (parts[3:] if parts[:3] in _LOCAL_OF_THE_SYSTEM else parts)


def _dates_outside_the_local_zone(root: Path) -> list[Finding]:
    """Refuse a calendar in a folder from which it could leave the clinic."""
    files = [root / f"calendar{ending}" for ending in ENDINGS]
    if in_local_zone(root) or not any(path.is_file() for path in files):
        return []
    what = "The table holds dates, which make the data a limited data set, outside the local zone."
    remedy = "Move the study below a folder named local, or remove the table."
    return [folder_error("FIL-010", "calendar", what, remedy)]


def _read_table(root: Path, table: Table) -> tuple[pd.DataFrame | None, list[Finding]]:
    """Read one canonical table from its file, if there is exactly one."""
    files = [root / f"{table.name}{ending}" for ending in ENDINGS]
    present = [path for path in files if path.is_file()]
    if len(present) > 1:
        what = "The table is there twice, as CSV and as Parquet."
        return None, [folder_error("FIL-009", table.name, what, "Keep one of the two files.")]
    if not present:
        what = f"The file {table.name}.csv (or .parquet) is missing."
        remedy = f"Add it: {table.grain}."
        return None, [folder_error("FIL-000", table.name, what, remedy)] if table.required else []
    raw, findings = read_file(present[0], table=table.name)
    if raw is None:
        return None, findings
    frame, typed = typed_table(raw, table)
    return frame, findings + with_file_lines(typed, root)


def write_study(
    study: Study, folder: Path | str, *, as_parquet: Collection[str] = ("items", "monitoring")
) -> list[Path]:
    """Write a study as a folder, the same bytes for the same study.

    Parameters
    ----------
    study : Study
        The tables to write.
    folder : path
        Made when missing; files of the same names are replaced, each whole or not at all.
    as_parquet : collection of str
        Tables to write as Parquet; the others are CSV.

    Returns
    -------
    list of pathlib.Path
        The files written, ``study.json`` last: a folder without it was not finished.

    Raises
    ------
    ReportError
        When a file cannot be written, or the folder holds table files that would stay beside the
        new ones and make a mixture of two studies. Nothing is written then.
    """
    root = Path(folder)
    if study.has("calendar") and not in_local_zone(root):
        raise ReportError(
            "The study has a calendar with dates, which may be written only below a folder named "
            "local. Choose such a folder, or leave the calendar out."
        )
    present = [name for name in TABLES if study.has(name)]
    targets = {
        name: root / f"{name}{'.parquet' if name in as_parquet else '.csv'}" for name in present
    }
    if root.is_dir() and not set(_table_files(root)) <= set(targets.values()):
        raise ReportError(
            "The folder holds tables of another study or in another format, which would be mixed "
            "with the new ones. Choose an empty folder, or remove those files."
        )
    about = root / "study.json"
    storage.remove(about)
    for name, target in targets.items():
        _write_table(study.table(name), TABLES[name], target)
    return [*targets.values(), storage.write_text(about, about_text(study))]


def table_text(frame: pd.DataFrame, table: Table) -> str:
    """Write a table as CSV text, the same for the same content.

    Parameters
    ----------
    frame : pandas.DataFrame
        A canonical table.
    table : Table
        Its description.

    Returns
    -------
    str
        Columns in canonical order, rows sorted by the key, line feeds.
    """
    ordered = _ordered(frame, table)
    text = ordered.to_csv(index=False, lineterminator="\n")
    if "\r" not in text:
        return text
    # some versions of the csv module leave it bare, so that it would end the line
    return ordered.to_csv(index=False, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)


def _ordered(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Sort a table by its key, columns in canonical order, categories as text.

    Text, because the order of categories is a matter of the frame and would decide the bytes.
    """
    columns = [column for column in table.columns if column.name in frame.columns]
    text = {column.name: "string" for column in columns if column.kind == "category"}
    ordered = frame[[column.name for column in columns]].astype(text)
    return ordered.sort_values(list(table.key), kind="stable", ignore_index=True)


def _write_table(frame: pd.DataFrame, table: Table, target: Path) -> None:
    """Write one table as CSV or Parquet."""
    if target.suffix == ".csv":
        storage.write_text(target, table_text(frame, table))
        return
    with storage.replacing(target) as temporary:
        content = pa.Table.from_pandas(_ordered(frame, table), preserve_index=False)
        parquet.write_table(content.replace_schema_metadata(), temporary, compression="zstd")
