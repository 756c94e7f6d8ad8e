"""Counts of patients who are alike in group, stratum, entry, time and event.

Kaplan-Meier, cumulative incidence, logrank and Gray's test look at nothing but group, stratum,
entry, time and event of the patients, so that counts of these give what the patients would give,
to the last bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.distributed.agreement import require_agreement
from analysis.distributed.amounts import require_one_row
from analysis.distributed.counted_rows import add_counted, count_rows, counted_from
from analysis.distributed.labels import code_labels, read_labels
from analysis.distributed.sums import Sums
from analysis.errors import DataError, ModelError
from analysis.results import FloatArray, counted
from analysis.survival.reading.events import check_entry, read_numbers
from analysis.survival.reading.named_columns import require_columns

__all__ = ["KIND", "EventCountsTask"]

KIND = "event counts"
_ROLES = ("time", "event", "entry", "by", "strata", "levels")


@dataclass(frozen=True, kw_only=True)
class EventCountsTask:
    """Counts for curves and tests of right-censored times.

    Parameters
    ----------
    time, event : str
        Columns of the time (at least 0) and of how it ended: 0 and 1, or several causes.
    by : str, optional
        Column of the groups.
    entry : str, optional
        Column of delayed entry.
    strata : tuple of str
        Columns of the strata of a test.
    levels : mapping of str to sequence
        All groups and strata that there may be; others are refused where the rows are read. The
        order of groups is that of the column.
    subject : str
        Column of the patient, who must not have two rows; empty: every row is a patient.
    """

    time: str = "time"
    event: str = "event"
    by: str | None = None
    entry: str | None = None
    strata: tuple[str, ...] = ()
    levels: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    subject: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the rows that are read."""
        named = (self.subject, self.time, self.event, self.entry, self.by, *self.strata)
        return tuple(dict.fromkeys(name for name in named if name))

    @property
    def described(self) -> dict[str, Any]:
        """All that decides the sums."""
        levels = {name: list(values) for name, values in self.levels.items()}
        return {"task": KIND, **asdict(self), "strata": list(self.strata), "levels": levels}

    def of(self, rows: pd.DataFrame) -> Sums:
        """Count the patients of the rows, one row each.

        Parameters
        ----------
        rows : pandas.DataFrame
            None, or some; those without group or stratum are counted as left out.

        Returns
        -------
        Sums
            Patients per distinct group, stratum, entry, time and event.

        Raises
        ------
        ColumnError
            When a column is missing or of the wrong type, or has two parts at once.
        DataError
            When a time or event is missing, negative or out of order, a level was not declared,
            or a patient has two rows.
        """
        self._check_columns(rows)
        require_one_row(rows, self.subject)
        groups = [name for name in (self.by, *self.strata) if name is not None]
        kept = rows[groups].notna().all(axis=1).to_numpy() if groups else np.ones(len(rows), bool)
        used = rows.loc[kept]
        labelled = code_labels(rows, groups, self.levels)
        known = read_labels(used[self.event])
        _check_events(used[self.event])
        labelled[self.event] = (known, _spread(known.codes(used[self.event]), kept, np.int32(-1)))
        numbers = {name: _spread(values, kept, np.nan) for name, values in self._times(used)}
        counts = count_rows(labelled, numbers, n=len(rows))
        return counts.sums(KIND, {name: self.described[name] for name in _ROLES})

    def added(self, parts: Sequence[Sums]) -> Sums:
        """Add the counts of disjoint sets of patients; their order does not matter."""
        require_agreement(parts, KIND, _ROLES)
        total = add_counted([counted_from(part, KIND) for part in parts])
        return total.sums(KIND, {name: self.described[name] for name in _ROLES})

    def _check_columns(self, rows: pd.DataFrame) -> None:
        """Refuse columns that are not there, or that have two parts at once."""
        require_columns(rows, time=self.time, event=self.event, entry=self.entry, by=self.by)
        for name in self.strata:
            require_columns(rows, strata=name)
        apart = [name for name in (self.time, self.event, self.entry) if name is not None]
        groups = {self.by, *self.strata}
        if len(set(apart)) < len(apart) or groups & set(apart):
            raise ModelError(
                "One column is given for two of time=, event=, entry= and the groups; each takes "
                "a column of its own."
            )

    def _times(self, used: pd.DataFrame) -> list[tuple[str, FloatArray]]:
        """Read times and entries; a part without rows may have columns of any type."""
        if used.empty:
            return [(name, np.zeros(0)) for name in (self.entry, self.time) if name is not None]
        time = read_numbers(used, self.time, "time", lowest=0.0)
        if self.entry is None:
            return [(self.time, time)]
        entry = read_numbers(used, self.entry, "entry", lowest=0.0)
        check_entry(entry, time, self.entry, self.time)
        return [(self.entry, entry), (self.time, time)]


def _check_events(column: pd.Series[Any]) -> None:
    """Refuse missing events, which are neither events nor censorings."""
    missing = int(column.isna().sum())
    if missing:
        raise DataError(
            f"Column {str(column.name)!r} (event=) is missing in {counted(missing, 'row')}. Decide "
            "for each whether it is censored, or leave the rows out and say so."
        )


def _spread(
    values: npt.NDArray[Any], kept: npt.NDArray[np.bool_], otherwise: Any
) -> npt.NDArray[Any]:
    """Put the values of kept rows among all rows."""
    wide = np.full(kept.size, otherwise, dtype=values.dtype)
    wide[kept] = values
    return wide
