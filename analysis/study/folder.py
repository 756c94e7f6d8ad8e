"""A study as a folder: ``study.json`` and one CSV or Parquet file per table, read and written.

`scan_folder` collects every structural finding in one pass; `read_study` refuses a folder that has
any error. Rules about values and across tables are the duty of `analysis.checks`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from analysis import storage
from analysis.errors import DataError
from analysis.study.casting import typed_table
from analysis.study.columns import Table
from analysis.study.files import ENDINGS, read_file
from analysis.study.findings import Finding
from analysis.study.schema import SCHEMA_VERSION, TABLES
from analysis.study.study import Study

__all__ = ["read_study", "scan_folder", "write_study"]

_COMPANIONS = {"study.json", "truth.json", "DICTIONARY.md", "README.md"}
_TITLE_LENGTH = 120


def _folder_error(rule: str, table: str, what: str, remedy: str) -> Finding:
    """Make an error finding about the folder or its description."""
    return Finding(rule=rule, severity="error", table=table, what=what, remedy=remedy)


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
        return None, [_folder_error("FIL-000", "study folder", what, remedy)]
    about, findings = _read_about(root)
    findings += _stray_files(root)
    tables: dict[str, pd.DataFrame] = {}
    for table in TABLES.values():
        frame, found = _read_table(root, table)
        findings += found
        if frame is not None:
            tables[table.name] = frame
    if about is None or any(finding.severity == "error" for finding in findings):
        return None, findings
    digest = storage.folder_sha256([root / "study.json", *_table_files(root)])
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


def _read_about(root: Path) -> tuple[dict[str, Any] | None, list[Finding]]:
    """Read ``study.json`` into the arguments of `Study`."""
    path = root / "study.json"
    remedy = "Give it title, schema_version, sites and instruments; see docs/data.md."
    if not path.is_file():
        what = "The file study.json is missing."
        return None, [_folder_error("FIL-000", "study.json", what, remedy)]
    try:
        about = json.loads(path.read_text(encoding="utf-8-sig"))
    except (json.JSONDecodeError, UnicodeDecodeError):
        what = "The file is not valid JSON in UTF-8."
        return None, [_folder_error("FIL-001", "study.json", what, remedy)]
    fault = _about_fault(about)
    if fault:
        return None, [_folder_error("FIL-007", "study.json", fault, remedy)]
    return {
        "title": about["title"],
        "sites": tuple(about["sites"]),
        "instruments": tuple(about["instruments"]),
        "data_cut_off": str(about.get("data_cut_off", "")),
        "synthetic": bool(about.get("synthetic", False)),
        "seed": about.get("seed"),
    }, []


def _about_fault(about: Any) -> str:
    """Say what is wrong with the content of ``study.json``; empty when nothing is."""
    if not isinstance(about, Mapping):
        return "It must hold one JSON object."
    if about.get("schema_version") != SCHEMA_VERSION:
        return f"schema_version must be {SCHEMA_VERSION!r}."
    title = about.get("title")
    if not isinstance(title, str) or not 0 < len(title) <= _TITLE_LENGTH:
        return f"title must be a text of at most {_TITLE_LENGTH} characters."
    if not isinstance(about.get("seed"), int | None):
        return "seed must be a whole number, or left out."
    for key in ("sites", "instruments"):
        codes = about.get(key)
        if not isinstance(codes, list) or not codes or not all(isinstance(c, str) for c in codes):
            return f"{key} must be a list of one or more texts."
    return ""


def _table_files(root: Path) -> list[Path]:
    """List the files of the folder that are tables."""
    names = {f"{table}{ending}" for table in TABLES for ending in ENDINGS}
    return sorted(path for path in root.iterdir() if path.name in names)


def _stray_files(root: Path) -> list[Finding]:
    """Warn of files that belong to no table, without their names."""
    known = {path.name for path in _table_files(root)} | _COMPANIONS
    stray = [path for path in root.iterdir() if path.name not in known and path.is_file()]
    stray = [path for path in stray if not path.name.startswith(".")]
    if not stray:
        return []
    allowed = ", ".join(f"{name}.csv" for name in TABLES)
    return [
        Finding(
            rule="FIL-008",
            severity="warning",
            table="study folder",
            what=f"Files that belong to no table were left out: {len(stray)}.",
            remedy=f"Table files are named {allowed} (or .parquet).",
        )
    ]


def _read_table(root: Path, table: Table) -> tuple[pd.DataFrame | None, list[Finding]]:
    """Read one canonical table from its file, if there is exactly one."""
    files = [root / f"{table.name}{ending}" for ending in ENDINGS]
    present = [path for path in files if path.is_file()]
    if len(present) > 1:
        what = "The table is there twice, as CSV and as Parquet."
        return None, [_folder_error("FIL-009", table.name, what, "Keep one of the two files.")]
    if not present:
        what = f"The file {table.name}.csv (or .parquet) is missing."
        remedy = f"Add it: {table.grain}."
        return None, [_folder_error("FIL-000", table.name, what, remedy)] if table.required else []
    raw, findings = read_file(present[0], table=table.name)
    if raw is None:
        return None, findings
    frame, typed = typed_table(raw, table)
    return frame, findings + typed


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
        When a file cannot be written.
    """
    root = Path(folder)
    written = [
        _write_table(study.table(name), TABLES[name], root, as_parquet=name in as_parquet)
        for name in TABLES
        if study.has(name)
    ]
    about = {
        "title": study.title,
        "schema_version": study.schema_version,
        "sites": list(study.sites),
        "instruments": list(study.instruments),
        "data_cut_off": study.data_cut_off,
        "synthetic": study.synthetic,
        "seed": study.seed,
    }
    text = json.dumps(about, indent=2, ensure_ascii=False) + "\n"
    return [*written, storage.write_text(root / "study.json", text)]


def _write_table(frame: pd.DataFrame, table: Table, root: Path, *, as_parquet: bool) -> Path:
    """Write one table, sorted by its key, columns in canonical order."""
    ordered = frame[[name for name in table.names if name in frame.columns]]
    ordered = ordered.sort_values(list(table.key), kind="stable", ignore_index=True)
    if not as_parquet:
        text = ordered.to_csv(index=False, lineterminator="\n")
        return storage.write_text(root / f"{table.name}.csv", text)
    target = root / f"{table.name}.parquet"
    with storage.replacing(target) as temporary:
        content = pa.Table.from_pandas(ordered, preserve_index=False)
        parquet.write_table(content.replace_schema_metadata(), temporary, compression="zstd")
    return target
