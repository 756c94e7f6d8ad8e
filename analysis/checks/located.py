"""Leading a finding back to its rows: file, line and key of every row that breaks the rule.

What is made here shows single patients' keys, and nothing else of them. It is for the clinic only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import DataError
from analysis.study import TABLES, Finding, Study
from analysis.study.folder import folder_digest
from analysis.study.lines import record_lines
from analysis.study.row_mask import RowMask

__all__ = ["key_columns", "located_frames", "located_rows", "require_unchanged"]

BEFORE = ("file", "row")
AFTER = ("column", "rule", "severity", "what", "remedy")

_CHANGED = (
    "The files of the study folder changed after they were checked, so that rows cannot be "
    "located. Check the folder again."
)


def require_unchanged(study: Study | None, folder: Path | None) -> None:
    """Refuse to locate rows in files that are no longer those that were checked.

    Parameters
    ----------
    study : Study or None
        The study as it was read; None when it could not be read.
    folder : pathlib.Path or None
        Where it was read; None for a study in memory.

    Raises
    ------
    DataError
        When a file of the folder has other bytes than before.
    """
    if study is not None and folder is not None and folder_digest(folder) != study.sha256:
        raise DataError(_CHANGED)


def key_columns(findings: Iterable[Finding]) -> list[str]:
    """List the columns that name the rows of some findings.

    Parameters
    ----------
    findings : iterable of Finding
        Those without rows have no key.

    Returns
    -------
    list of str
        Key columns of all tables concerned, in the order of the canonical tables.
    """
    tables = {finding.table for finding in findings if finding.mask is not None}
    keys = [key for name, table in TABLES.items() if name in tables for key in table.key]
    return list(dict.fromkeys(keys))


def located_rows(
    findings: Sequence[Finding], *, study: Study | None, folder: Path | None
) -> pd.DataFrame:
    """Make one frame of all rows that break the rules of some findings.

    Parameters
    ----------
    findings : sequence of Finding
        Any number.
    study : Study or None
        What was checked; without it the keys of the rows are missing.
    folder : pathlib.Path or None
        Where the study was read, if it was.

    Returns
    -------
    pandas.DataFrame
        Columns ``file, row``, the keys, ``column, rule, severity, what, remedy``; one row per
        finding and broken row. ``attrs["patient_level"]`` is True.

    Raises
    ------
    DataError
        When the files changed since they were checked.
    """
    keys = key_columns(findings)
    parts = list(located_frames(findings, study=study, folder=folder))
    columns = [*BEFORE, *keys, *AFTER]
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    frame = frame.reindex(columns=columns).astype({"row": "int64"})
    frame.attrs["patient_level"] = True
    return frame


def located_frames(
    findings: Sequence[Finding], *, study: Study | None, folder: Path | None
) -> Iterator[pd.DataFrame]:
    """Make a frame per finding, one after the other, so that memory holds no more than one.

    Parameters
    ----------
    findings, study, folder
        As for `located_rows`.

    Yields
    ------
    pandas.DataFrame
        As `located_rows`, with the keys of the finding's own table; findings without rows are
        left out.

    Raises
    ------
    DataError
        When the files changed since they were checked.
    """
    require_unchanged(study, folder)
    lines = _Lines(folder)
    for finding in findings:
        if finding.mask is not None:
            yield _located(finding, finding.mask, lines, study)


def _located(finding: Finding, mask: RowMask, lines: _Lines, study: Study | None) -> pd.DataFrame:
    """Make the frame of one finding."""
    frame = _keys(finding.table, mask, study)
    frame.insert(0, "file", lines.file_name(finding.table))
    frame.insert(1, "row", lines.of(finding.table, mask))
    after = (finding.column, finding.rule, finding.severity, finding.what, finding.remedy)
    frame = frame.assign(**dict(zip(AFTER, after, strict=True)))
    frame.attrs["patient_level"] = True
    return frame


def _keys(table: str, mask: RowMask, study: Study | None) -> pd.DataFrame:
    """Take the key of every broken row; missing when the table could not be read."""
    positions = mask.positions()
    keys = list(TABLES[table].key)
    if study is None:
        unknown = pd.Series(pd.NA, index=range(len(positions)), dtype="string")
        return pd.DataFrame(dict.fromkeys(keys, unknown))
    frame = study.tables[table][keys].iloc[positions].reset_index(drop=True)
    return frame.astype(dict.fromkeys(frame.select_dtypes("category").columns, "string"))


class _Lines:
    """The lines on which the rows of each table begin, read once per table."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._known: dict[str, npt.NDArray[np.int64]] = {}

    def _csv(self, table: str) -> Path | None:
        """Return the CSV file of a table, if it has one."""
        path = None if self._folder is None else self._folder / f"{table}.csv"
        return path if path is not None and path.is_file() else None

    def file_name(self, table: str) -> str:
        """Name the file of a table; the table itself for a study in memory."""
        if self._folder is None:
            return table
        return f"{table}.csv" if self._csv(table) else f"{table}.parquet"

    def of(self, table: str, mask: RowMask) -> npt.NDArray[np.int64]:
        """Say on which lines the broken rows begin; row numbers where there are no lines."""
        rows = mask.rows().astype(np.int64)
        path = self._csv(table)
        if path is None or mask.are_lines:
            return rows
        if table not in self._known:
            self._known[table] = record_lines(path)
        begins = self._known[table]
        if rows[-1] > len(begins):
            raise DataError(_CHANGED)
        return begins[rows - 1]
