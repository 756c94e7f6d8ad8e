"""What two exports of one clinic differ in, row by row of the canonical tables, as counts."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis import storage
from analysis.checks.detail import require_local
from analysis.checks.spreadsheet_text import harmless
from analysis.disclosure import CONFIDENTIAL, RELEASE, Policy, masked_count
from analysis.formats.imported import Imported
from analysis.results import frame_to_html, frame_to_text
from analysis.study import TABLES
from analysis.study.columns import Table

__all__ = ["Changes", "compare_exports", "write_changes"]

_STATES = ("new", "changed", "vanished", "unchanged")
_ROW_COLUMNS = ["table", *_STATES]
_VALUE_COLUMNS = ["table", "column", "change", "n"]
_CLOSE = 1e-9
_DETAIL = "The list of changed rows has a row per patient"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Changes:
    """What became of the rows and columns of an earlier export.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``table, new, changed, vanished, unchanged``: true counts of rows, by key.
    columns : pandas.DataFrame
        Columns ``table, column, change, n``: "new column", "vanished column", "changed values"
        (n rows that both exports have) and "new labels" (n different ones).
    detail : pandas.DataFrame
        Patient-level: key and state of every row that is new, changed or vanished. Only for the
        local zone.
    """

    rows: pd.DataFrame
    columns: pd.DataFrame
    detail: pd.DataFrame = field(repr=False)

    @property
    def none(self) -> bool:
        """Whether both exports say the same."""
        return len(self.detail) == 0 and len(self.columns) == 0

    def to_frame(self, policy: Policy = RELEASE) -> pd.DataFrame:
        """Return the counts per table as text, small ones hidden as the policy says.

        Parameters
        ----------
        policy : Policy
            The least count that may be shown.

        Returns
        -------
        pandas.DataFrame
            Columns ``table, new, changed, vanished``; without the unchanged rows, from which a
            hidden count could be found by subtraction.
        """
        shown = self.rows[["table", "new", "changed", "vanished"]].astype(object)
        for state in ("new", "changed", "vanished"):
            shown[state] = [masked_count(n, policy) for n in self.rows[state]]
        return shown

    def summary(self, policy: Policy = RELEASE) -> str:
        """Return counts per table and changes of columns as text.

        Parameters
        ----------
        policy : Policy
            The least count that may be shown.

        Returns
        -------
        str
            No value, id or label.
        """
        columns = self.columns.astype(object)
        columns["n"] = [masked_count(n, policy) for n in self.columns["n"]]
        text = frame_to_text(self.to_frame(policy))
        return f"{text}\n\n{frame_to_text(columns)}" if len(columns) else text

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return frame_to_html(self.to_frame(), caption="Rows since the export before")


def compare_exports(
    before: Imported, after: Imported, *, patients: Literal["all", "both"] = "all"
) -> Changes:
    """Compare what two exports say.

    Parameters
    ----------
    before, after : Imported
        Earlier and later export, read by the same mapping; or two sources of the same people.
    patients : {"all", "both"}
        Whether everybody is compared, or only the patients whom both hold.

    Returns
    -------
    Changes
        New, changed and vanished rows per table, by key; columns and labels that are new.

    Raises
    ------
    DataError
        When one of them is no study.

    Notes
    -----
    Values are the same when both are missing, or differ by less than 1e-9. A key that stands
    several times is compared in the order of the rows. Where sessions are numbered by day, a
    session that is entered late moves the numbers of those after it, which then count as changed.
    """
    old, new = before.require_study(), after.require_study()
    rows, columns, details = [], [], []
    shared = set(old.tables["subjects"]["subject_id"]) & set(new.tables["subjects"]["subject_id"])
    for name, table in TABLES.items():
        frames = [s.table(name) if s.has(name) else _no_rows(table) for s in (old, new)]
        if patients == "both":
            frames = [frame[frame["subject_id"].isin(list(shared))] for frame in frames]
        if not any(len(frame) for frame in frames):
            continue
        pair = _Pair.of(frames[0], frames[1], table)
        rows.append((name, *(int((pair.state == state).sum()) for state in _STATES)))
        columns += pair.column_changes()
        details.append(pair.detail())
    detail = pd.concat(details, ignore_index=True) if details else pd.DataFrame()
    return Changes(
        rows=pd.DataFrame(rows, columns=_ROW_COLUMNS),
        columns=pd.DataFrame(columns, columns=_VALUE_COLUMNS),
        detail=detail,
    )


def _no_rows(table: Table) -> pd.DataFrame:
    """Give a table without rows, with its key."""
    return pd.DataFrame({name: pd.Series(dtype="object") for name in table.key})


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class _Pair:
    """One table of both exports, rows of the same key side by side.

    Parameters
    ----------
    table : Table
        The table.
    old, new : pandas.DataFrame
        Rows of both exports, as they were.
    both : pandas.DataFrame
        Key, and the positions ``at_old`` and ``at_new`` of its rows; -1 where there is none.
    changed : dict of str to numpy.ndarray of bool
        Which rows of `both` differ in a column.
    state : numpy.ndarray of str
        What became of each row of `both`.
    """

    table: Table
    old: pd.DataFrame
    new: pd.DataFrame
    both: pd.DataFrame
    changed: dict[str, npt.NDArray[np.bool_]]
    state: npt.NDArray[np.object_]

    @classmethod
    def of(cls, old: pd.DataFrame, new: pd.DataFrame, table: Table) -> _Pair:
        """Put rows of the same key side by side."""
        both = _side_by_side(old, new, table.key)
        at_old, at_new = both["at_old"].to_numpy(), both["at_new"].to_numpy()
        shared = (at_old >= 0) & (at_new >= 0)
        changed = {}
        for name in table.names:
            if name in old.columns and name in new.columns and name not in table.key:
                differs = np.zeros(len(both), dtype=bool)
                left, right = old[name].iloc[at_old[shared]], new[name].iloc[at_new[shared]]
                differs[shared] = _differs(left, right)
                changed[name] = differs
        any_changed = np.logical_or.reduce([np.zeros(len(both), dtype=bool), *changed.values()])
        state = np.where(
            at_old < 0,
            "new",
            np.where(at_new < 0, "vanished", np.where(any_changed, "changed", "unchanged")),
        )
        return cls(
            table=table, old=old, new=new, both=both, changed=changed, state=state.astype(object)
        )

    def column_changes(self) -> list[tuple[str, str, str, float]]:
        """List columns that came, went, or hold other values or labels."""
        found: list[tuple[str, str, str, float]] = []
        for column in self.table.columns:
            name = column.name
            was, is_now = name in self.old.columns, name in self.new.columns
            if was != is_now and len(self.old) and len(self.new):
                change = "new column" if is_now else "vanished column"
                found.append((self.table.name, name, change, np.nan))
            if name in self.changed and (n := int(self.changed[name].sum())):
                found.append((self.table.name, name, "changed values", n))
            if was and is_now and column.kind == "category" and len(self.old):
                labels = set(self.new[name].dropna().unique()) - set(
                    self.old[name].dropna().unique()
                )
                if labels:
                    found.append((self.table.name, name, "new labels", len(labels)))
        return found

    def detail(self) -> pd.DataFrame:
        """List key and state of every row that is not the same."""
        rows = np.flatnonzero(self.state != "unchanged")
        keys = self.both[list(self.table.key)].iloc[rows].astype("string").reset_index(drop=True)
        names = [name for name, flags in self.changed.items() if flags[rows].any()]
        columns = np.array([""] * len(rows), dtype=object)
        for name in names:
            columns = np.where(self.changed[name][rows], columns + f"{name};", columns)
        return keys.assign(
            table=self.table.name,
            state=self.state[rows],
            columns=pd.Series(columns, dtype="string").str.rstrip(";"),
        )


def _side_by_side(old: pd.DataFrame, new: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
    """Find the positions of the rows of each key in both frames."""
    parts = []
    for name, frame in (("at_old", old), ("at_new", new)):
        part = pd.DataFrame({column: _plain(frame[column]) for column in key})
        part["again"] = part.groupby(list(key), dropna=False, sort=False).cumcount()
        parts.append(part.assign(**{name: np.arange(len(part))}))
    both = parts[0].merge(parts[1], on=[*key, "again"], how="outer")
    positions = both[["at_old", "at_new"]].fillna(-1).astype(np.int64)
    return both.assign(at_old=positions["at_old"], at_new=positions["at_new"])


def _plain(column: pd.Series) -> pd.Series:
    """Give a column a type that merges, whatever it was."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.astype("Int64")  # every key that is a number is a whole one
    return column.astype("string")


def _differs(left: pd.Series, right: pd.Series) -> npt.NDArray[np.bool_]:
    """Tell for each pair of values whether they differ; two missing ones do not."""
    numeric = all(pd.api.types.is_numeric_dtype(side.dtype) for side in (left, right))
    if numeric:
        a, b = (side.to_numpy(dtype=np.float64, na_value=np.nan) for side in (left, right))
        same = np.isclose(a, b, rtol=0.0, atol=_CLOSE) | (np.isnan(a) & np.isnan(b))
        return np.asarray(~same)
    one, other = (side.astype("string").reset_index(drop=True) for side in (left, right))
    equal = (one == other).fillna(value=False) | (one.isna() & other.isna())
    return ~equal.to_numpy(dtype=bool)


def write_changes(changes: Changes, target: Path | str) -> Path:
    """Write key and state of every row that is new, changed or vanished, as CSV.

    Parameters
    ----------
    changes : Changes
        What two exports differ in.
    target : path
        A file below a folder named ``local``; replaced whole or not at all.

    Returns
    -------
    pathlib.Path
        The file. Texts that a spreadsheet program would take for a formula begin with an
        apostrophe; every row says that it is confidential.

    Raises
    ------
    DisclosureError
        Outside the local zone.
    ReportError
        When the file cannot be written.
    """
    path = require_local(target, what=_DETAIL)
    keys = [name for table in TABLES.values() for name in table.key]
    columns = ["level", "notice", "table", "state", "columns", *dict.fromkeys(keys)]
    frame = changes.detail.assign(level="patient-level", notice=CONFIDENTIAL)
    rows = frame.reindex(columns=columns)
    days = {name: pd.to_numeric(rows[name]).astype("Int64") for name in _days(columns)}
    text = harmless(rows.assign(**days)).to_csv(
        index=False,
        lineterminator="\n",
        quoting=csv.QUOTE_NONNUMERIC,  # else a carriage return in a key ends the line
    )
    return storage.write_text(path, "\ufeff" + text)


def _days(columns: Sequence[str]) -> list[str]:
    """List the columns of day numbers, which may be negative."""
    return [name for name in columns if name.endswith("day")]
