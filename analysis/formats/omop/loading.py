"""Loading one table of the model from CSV or Parquet, with a finding for every fault."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.api import types

from analysis.formats.noticed import noticed
from analysis.formats.omop.fields import CDM_TABLES, CdmTable, Kind
from analysis.study import Finding
from analysis.text_numbers import text_numbers

__all__ = ["load_table", "loaded_file", "table_file", "version_findings"]

_WHOLE = r"-?[0-9]{1,18}"
_DATE = r"(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}"
_TIME = r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
_VERSION = re.compile(r"v?([0-9](?:\.[0-9]{1,2}){0,2})", re.IGNORECASE)
_WORDS = {
    "integer": "whole numbers",
    "number": "numbers",
    "date": "dates as year-month-day from 1900 to 2099",
    "datetime": "dates and times as year-month-day hour:minute:second",
}


def table_file(folder: Path, name: str) -> Path | None:
    """Return the file of a table, whatever the case of its name; None when there is none."""
    wanted = (f"{name}.csv", f"{name}.parquet")
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return next((each for each in files if each.name.lower() in wanted and each.is_file()), None)


def loaded_file(path: Path) -> pd.DataFrame | None:
    """Load all cells of a file as they are, headers in lower case; None when it cannot be read."""
    try:
        if path.suffix.lower() == ".parquet":
            frame = pd.read_parquet(path)
        else:
            with path.open(encoding="utf-8-sig") as lines:
                header = lines.readline()
            frame = pd.read_csv(
                path,
                sep="\t" if "\t" in header else ",",
                dtype=str,
                keep_default_na=False,
                na_values=["", "NA", "NULL", r"\N"],
                encoding="utf-8-sig",
                index_col=False,
            )
    except (OSError, ValueError, pd.errors.ParserError):
        return None
    return frame.rename(columns=lambda name: str(name).strip().lower())


def load_table(folder: Path, name: str) -> tuple[pd.DataFrame, list[Finding]]:
    """Load a table, and give its fields their kinds.

    Parameters
    ----------
    folder : path
        Where the tables are.
    name : str
        A table of `CDM_TABLES`.

    Returns
    -------
    frame : pandas.DataFrame
        All fields that are read, also those which the file has not; rows that cannot be used are
        left out.
    findings : list of Finding
        Errors for what no study can be made of.

    Examples
    --------
    >>> frame, findings = load_table(Path("no such folder"), "person")
    >>> len(frame), findings[0].rule
    (0, 'OMP-002')
    """
    table = CDM_TABLES[name]
    path = table_file(folder, name)
    if path is None:
        return _empty(table), [_no_file(name)] if table.required else []
    raw = loaded_file(path)
    if raw is None:
        what = "The file is not whole CSV in UTF-8 or Parquet, or cannot be opened."
        return _empty(table), [noticed("OMP-003", (name, ""), what, "Export the table again.")]
    missing = [field for field in table.needed if field not in raw]
    if missing or not raw.columns.is_unique:
        return _empty(table), _wrong_columns(name, missing)
    return _typed(raw, name, table)


def _empty(table: CdmTable) -> pd.DataFrame:
    """Make a table without rows."""
    fields = {**table.needed, **table.others}
    nothing = {field: pd.Series(dtype=object) for field in fields}
    return pd.DataFrame({field: _cast(nothing[field], kind) for field, kind in fields.items()})


def _no_file(name: str) -> Finding:
    """Say that a table is not there."""
    what = "The folder has no file of this table, which every study needs."
    return noticed("OMP-002", (name, ""), what, "Export it as CSV or Parquet under its own name.")


def _wrong_columns(name: str, missing: list[str]) -> list[Finding]:
    """Say which fields a table lacks."""
    remedy = "Export the table with the fields of OMOP CDM 5.4, each once."
    if not missing:
        return [noticed("OMP-004", (name, ""), "A field is there more than once.", remedy)]
    what = "The table has no such field."
    return [noticed("OMP-004", (name, field), what, remedy) for field in missing]


def _typed(raw: pd.DataFrame, name: str, table: CdmTable) -> tuple[pd.DataFrame, list[Finding]]:
    """Give the cells their kinds, and say where they have another."""
    found, columns = [], {}
    for field, kind in {**table.needed, **table.others}.items():
        cells = raw[field] if field in raw else pd.Series(pd.NA, raw.index, dtype=object)
        columns[field] = _cast(cells, kind)
        n_other = int((columns[field].isna() & cells.notna()).sum())
        if n_other:
            what = f"Cells are no {_WORDS[kind]}."
            found.append(
                noticed("OMP-005", (name, field), what, "Correct them there.", count=n_other)
            )
        n_empty = int(cells.isna().sum()) if field in table.needed else 0
        if n_empty:
            what = "Cells are empty, or rows end before this field."
            remedy = "Export the table again; no row may lack this field."
            found.append(noticed("OMP-006", (name, field), what, remedy, count=n_empty))
    frame = pd.DataFrame(columns)
    n_twice = int(frame[table.key].dropna().duplicated().sum())
    if n_twice:
        what = "The primary key is there more than once."
        remedy = "Export each row once."
        found.append(noticed("OMP-007", (name, table.key), what, remedy, count=n_twice))
    return frame.dropna(subset=list(table.needed)).reset_index(drop=True), found


def _cast(cells: pd.Series, kind: Kind) -> pd.Series:
    """Give cells a kind; missing where they are something else."""
    if kind == "integer" and types.is_integer_dtype(cells.dtype):
        return cells.astype("Int64")
    if kind in ("date", "datetime") and types.is_datetime64_any_dtype(cells.dtype):
        return cells.astype("datetime64[ns]")
    if kind == "number":
        numeric = types.is_numeric_dtype(cells.dtype)
        values = text_numbers(cells if numeric else cells.astype("string"))
        return values.astype("Float64").astype(float)
    codes, entries = pd.factorize(cells)
    text = _plain_text(pd.Series(entries))
    if kind == "text":
        return _taken(text.astype(object), codes, cells.index)
    return _taken(_read(text, kind), codes, cells.index)


def _plain_text(entries: pd.Series) -> pd.Series:
    """Write each entry as text; a whole number of Parquet without its decimals."""
    if types.is_float_dtype(entries.dtype):
        whole = entries.eq(np.floor(entries)) & entries.abs().lt(2**53)
        return entries.where(whole).astype("Int64").astype("string")
    return entries.astype("string").str.strip()


def _read(text: pd.Series, kind: Kind) -> pd.Series:
    """Read different texts as whole numbers or moments."""
    if kind == "integer":
        good = text.where(text.str.fullmatch(_WHOLE).fillna(value=False))
        return good.astype("Int64")
    pattern = _DATE + _TIME
    plain = text.where(text.str.fullmatch(pattern).fillna(value=False))
    moments = pd.to_datetime(plain, errors="coerce", format="ISO8601")
    return moments.astype("datetime64[ns]")


def _taken(entries: pd.Series, codes: np.ndarray, index: pd.Index) -> pd.Series:
    """Put entries back into the rows they came from; missing where a row had none."""
    return pd.Series(entries.array.take(codes, allow_fill=True), index=index)


def version_findings(folder: Path) -> list[Finding]:
    """Refuse another version of the model by its name.

    Parameters
    ----------
    folder : path
        Where the tables are; ``cdm_source`` says the version.

    Returns
    -------
    list of Finding
        An error for another version, a warning when none is said.
    """
    path = table_file(folder, "cdm_source")
    raw = None if path is None else loaded_file(path)
    if raw is None or "cdm_version" not in raw or raw["cdm_version"].dropna().empty:
        what = "The version of the model is not said; it was taken for 5.4."
        remedy = "Export cdm_source too."
        place = ("cdm_source", "cdm_version")
        return [noticed("OMP-009", place, what, remedy, severity="warning")]
    said = [_VERSION.search(text) for text in raw["cdm_version"].dropna().astype(str)]
    names = sorted({match[1] if match else "another version" for match in said})
    others = [name for name in names if name != "5.4" and not name.startswith("5.4.")]
    what = f"The tables are of OMOP CDM {', '.join(others)}; 5.4 is read."
    remedy = "Convert the tables to CDM 5.4."
    return [noticed("OMP-008", ("cdm_source", "cdm_version"), what, remedy)] if others else []
