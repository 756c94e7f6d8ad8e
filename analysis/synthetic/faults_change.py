"""What a fault is, and the changes to a study of which faults are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.study import TABLES, Study

__all__ = [
    "Change",
    "FolderFault",
    "Rows",
    "StudyFault",
    "last_session",
    "of_patient",
    "with_cells",
    "with_repeat",
    "with_table",
]


Rows = Callable[[Study], pd.Series]
"""Tells for each row of a table whether a fault can be made in it."""

Change = Callable[[Study, Any], Study]
"""Makes a fault in the row with this label; the given study stays as it is."""


@dataclass(frozen=True, kw_only=True)
class StudyFault:
    """One way to break exactly one rule about values.

    Parameters
    ----------
    code : str
        Code of the rule that the fault breaks.
    label : str
        What is done, without any value.
    table, column : str
        Where the rule finds it.
    source : str
        Table of which one row is chosen.
    rows : callable
        Takes the study and tells for each row of `source` whether it can be chosen.
    change : callable
        Takes the study and the label of the chosen row, and returns the broken study.
    count : int, optional
        Rows that the rule then counts; None where it counts none.
    """

    code: str
    label: str
    table: str
    column: str
    source: str
    rows: Rows
    change: Change
    count: int | None = 1


@dataclass(frozen=True, kw_only=True)
class FolderFault:
    """One way to break exactly one rule about files and columns.

    Parameters
    ----------
    code : str
        Code of the rule that the fault breaks.
    label : str
        What is done, without any value.
    table, column : str
        Where the rule finds it.
    change : callable
        Takes the study folder and changes it in place.
    count : int, optional
        Rows or files that the rule then counts; None where it counts none.
    """

    code: str
    label: str
    table: str
    column: str = ""
    change: Callable[[Path], None]
    count: int | None = None


def with_table(study: Study, name: str, frame: pd.DataFrame) -> Study:
    """Replace one table; the given study stays as it is.

    Parameters
    ----------
    study : Study
        The data.
    name : str
        Name of a canonical table.
    frame : pandas.DataFrame
        Its new content.

    Returns
    -------
    Study
        Shares the other tables with the given one.
    """
    return replace(study, tables={**study.tables, name: frame})


def with_cells(study: Study, table: str, rows: Any, **cells: Any) -> Study:
    """Write the same cells into one or several rows of a table.

    Parameters
    ----------
    study : Study
        The data; they stay as they are.
    table : str
        Name of a canonical table.
    rows : label, or Series of bool
        Which rows.
    **cells : scalar
        New values by column; None makes the cell missing. Columns that the study does not have
        are left out.

    Returns
    -------
    Study
        The changed data.
    """
    frame = study.tables[table].copy()
    kinds = {column.name: column.kind for column in TABLES[table].columns}
    for name, cell in cells.items():
        if name in frame.columns:
            frame[name] = _written(frame[name], rows, cell, kinds[name])
    return with_table(study, table, frame)


def _written(values: pd.Series, rows: Any, cell: Any, kind: str) -> pd.Series:
    """Write one cell into some rows of a column; a category may be a new one."""
    missing: Any = float("nan") if kind == "number" else pd.NA
    kept = values.astype("string") if kind == "category" else values.copy()
    kept.loc[rows] = missing if cell is None else cell
    return kept.astype("category") if kind == "category" else kept


def with_repeat(study: Study, table: str, row: Any, **cells: Any) -> Study:
    """Add a copy of one row at the end of its table, with some cells changed.

    Parameters
    ----------
    study : Study
        The data; they stay as they are.
    table : str
        Name of a canonical table.
    row : label
        The row to copy.
    **cells : scalar
        As for `with_cells`.

    Returns
    -------
    Study
        The changed data.
    """
    frame = study.tables[table]
    longer = pd.concat([frame, frame.loc[[row]]], ignore_index=True)
    return with_cells(with_table(study, table, longer), table, len(frame), **cells)


def of_patient(study: Study, table: str, wanted: str, *, source: str = "follow_up") -> pd.Series:
    """Look up a column of a table with one row per patient for each row of another table.

    Parameters
    ----------
    study : Study
        Clean data.
    table : str
        Table whose rows ask.
    wanted : str
        Column of the source.
    source : {"follow_up", "subjects"}
        Table with one row per patient.

    Returns
    -------
    pandas.Series
        One value per row of `table`.
    """
    values = study.tables[source].set_index("subject_id")[wanted]
    return study.tables[table]["subject_id"].map(values).astype(values.dtype)


def last_session(study: Study) -> pd.Series:
    """Tell which rows of sessions are the last of their patient.

    Parameters
    ----------
    study : Study
        Clean data.

    Returns
    -------
    pandas.Series of bool
        One value per row of sessions.
    """
    sessions = study.tables["sessions"]
    highest = sessions.groupby("subject_id")["session_no"].transform("max")
    return sessions["session_no"].eq(highest)
