"""Loading one ADaM data set from SAS transport or CSV, with a finding for every fault."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat

from analysis.formats.adam.terms import UNITS
from analysis.formats.adam.variables import DATASETS, Dataset, Kind
from analysis.formats.noticed import noticed
from analysis.study import Finding
from analysis.text_numbers import text_numbers

__all__ = ["load_dataset"]

_VERSION_5 = b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!"
_VERSION_8 = b"HEADER RECORD*******LIBV8   HEADER RECORD!!!!!!!"
_RECORD = 80  # bytes; every transport file is a whole number of them
_AGAIN = "Export the data set again."
_WORDS = {"number": "numbers", "integer": "whole numbers", "day": "whole numbers", "flag": "Y or N"}


def load_dataset(folder: Path, name: str) -> tuple[pd.DataFrame | None, list[Finding]]:
    """Load a data set, and give its variables their kinds.

    Parameters
    ----------
    folder : path
        Where the data sets are; a transport file is taken before a CSV file.
    name : str
        A data set of `DATASETS`.

    Returns
    -------
    frame : pandas.DataFrame or None
        The variables of `DATASETS` that the file has; rows with a DTYPE, which somebody derived or
        imputed, are left out. None when the file is not there or cannot be used.
    findings : list of Finding
        Errors for what no study can be made of.

    Examples
    --------
    >>> frame, findings = load_dataset(Path("no such folder"), "ADSL")
    >>> frame is None, findings[0].rule
    (True, 'ADM-002')
    """
    dataset = DATASETS[name]
    path = _file_of(folder, name)
    if path is None:
        what = "The folder has no file of this data set, which every study needs."
        found = noticed("ADM-002", (name, ""), what, "Add it as .xpt or .csv under its own name.")
        return None, [found] if dataset.required else []
    raw, problem = _transport(path, name) if path.suffix.lower() == ".xpt" else _csv(path, name)
    if raw is None:
        return None, problem
    raw = raw.rename(columns=lambda column: str(column).strip().upper())
    missing = [each for each, about in dataset.variables.items() if about.needed]
    missing = [each for each in missing if each not in raw]
    if missing or not raw.columns.is_unique:
        return None, _wrong_variables(name, missing)
    return _typed(raw, name, dataset)


def _file_of(folder: Path, name: str) -> Path | None:
    """Return the file of a data set, whatever the case of its name."""
    files = sorted(each for each in folder.iterdir() if each.is_file()) if folder.is_dir() else []
    named = {each.name.lower(): each for each in files}
    return named.get(f"{name.lower()}.xpt", named.get(f"{name.lower()}.csv"))


def _transport(path: Path, name: str) -> tuple[pd.DataFrame | None, list[Finding]]:
    """Read a transport file of version 5 whose records are whole."""
    place = (name, "")
    try:
        with path.open("rb") as file:
            start = file.read(len(_VERSION_5))
        if start == _VERSION_8:
            what = "The file is SAS transport version 8; version 5 is read."
            return None, [noticed("ADM-004", place, what, "Export it as version 5.")]
        if start == _VERSION_5 and path.stat().st_size % _RECORD == 0:
            frame, _ = pyreadstat.read_xport(path, disable_datetime_conversion=True)
            return frame, []
    except (OSError, ValueError, pyreadstat.ReadstatError, pyreadstat.PyreadstatError):
        pass
    what = "The file is not a whole SAS transport file in UTF-8, or cannot be opened."
    return None, [noticed("ADM-003", place, what, _AGAIN)]


def _csv(path: Path, name: str) -> tuple[pd.DataFrame | None, list[Finding]]:
    """Read all cells of a CSV file as they are."""
    try:
        cells = pd.read_csv(  # with a header, pandas would rename what is there twice
            path,
            header=None,
            dtype=str,
            keep_default_na=False,
            na_values=[""],
            encoding="utf-8-sig",
        )
    except (OSError, ValueError, pd.errors.ParserError):
        what = "The file is not whole CSV in UTF-8, or cannot be opened."
        return None, [noticed("ADM-003", (name, ""), what, _AGAIN)]
    rows = cells.iloc[1:].reset_index(drop=True)
    return rows.set_axis(cells.iloc[0].fillna("").tolist(), axis=1), []


def _wrong_variables(name: str, missing: list[str]) -> list[Finding]:
    """Say which variables a data set lacks."""
    if not missing:
        return [noticed("ADM-005", (name, ""), "A variable is there more than once.", _AGAIN)]
    what = "The data set has no such variable."
    return [noticed("ADM-005", (name, each), what, "Add it.") for each in missing]


def _typed(
    raw: pd.DataFrame, name: str, dataset: Dataset
) -> tuple[pd.DataFrame | None, list[Finding]]:
    """Give the cells their kinds, and say where they have another."""
    found, columns = [], {}
    for each, about in dataset.variables.items():
        if each not in raw:
            continue
        text = raw[each].astype("string").str.strip()
        cells = text.mask(text.eq(""))
        columns[each] = _cast(cells, about.kind)
        n_other = int((columns[each].isna() & cells.notna()).sum())
        if n_other:
            what = f"Cells are no {_WORDS[about.kind]}."
            found.append(noticed("ADM-006", (name, each), what, "Correct them.", count=n_other))
    frame = pd.DataFrame(columns)
    frame, left = _observed(frame, name)
    return frame, [*found, *left, *_broken(frame, name, dataset)]


def _cast(cells: pd.Series, kind: Kind) -> pd.Series:
    """Give cells a kind; missing where they are something else."""
    if kind == "text":
        return cells
    if kind == "flag":
        return cells.map({"Y": True, "N": False}).astype("boolean")
    numbers = text_numbers(cells).astype("Float64")
    if kind == "number":
        return numbers.astype("float64")
    whole = numbers.mod(1).eq(0) & numbers.abs().lt(2**53)
    return numbers.where(whole.fillna(value=False)).astype("Int64")


def _observed(frame: pd.DataFrame, name: str) -> tuple[pd.DataFrame, list[Finding]]:
    """Leave out rows that somebody derived or imputed."""
    if "DTYPE" not in frame:
        return frame, []
    derived = frame["DTYPE"].notna()
    if not derived.any():
        return frame, []
    what, remedy = "Rows with a derivation type were left out.", "Nothing: they are no observation."
    count = int(derived.sum())
    return frame[~derived].reset_index(drop=True), [
        noticed("ADM-020", (name, "DTYPE"), what, remedy, count=count, severity="warning")
    ]


def _broken(frame: pd.DataFrame, name: str, dataset: Dataset) -> list[Finding]:
    """Find what no row may be: without key, there twice, on day 0, in another unit."""
    key = [each for each in dataset.key if each in frame]
    rules: list[tuple[str, str, pd.Series, str, str]] = [
        ("ADM-007", each, frame[each].isna(), "Cells of the key are empty.", "Fill them.")
        for each in key
    ]
    twice = frame.duplicated(key) & frame[key].notna().all(axis=1)
    rules.append(("ADM-008", ", ".join(key), twice, "Rows have the same key.", "Keep one each."))
    for each, about in dataset.variables.items():
        if about.kind == "day" and each in frame:
            zero = frame[each].eq(0)
            remedy = "Give the first day of treatment as 1, the day before as -1."
            rules.append(("ADM-009", each, zero, "Rows are on day 0, which ADaM has not.", remedy))
    if "CNSR" in frame:
        wrong = frame["CNSR"].isna() | frame["CNSR"].lt(0)
        what = "CNSR is missing or negative."
        rules.append(("ADM-010", "CNSR", wrong, what, "Give 0 for an event, else 1, 2 and so on."))
    for each in [each for each in UNITS if each in frame]:
        other = frame[each].str.lower().ne(UNITS[each].lower()).fillna(value=False)
        what = "Cells have another unit."
        rules.append(("ADM-011", each, other, what, f"Convert the values to {UNITS[each]}."))
    return [
        noticed(rule, (name, each), what, remedy, count=int(wrong.sum()))
        for rule, each, wrong, what, remedy in rules
        if wrong.any()
    ]
