"""Numerators and denominators of quality measures over parts, from decisions about patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from analysis.distributed.amounts import read_flag, require_one_row
from analysis.distributed.counted_rows import added_counts, count_rows, counted_from
from analysis.distributed.keyed import Numbers
from analysis.distributed.labels import code_labels
from analysis.distributed.sums import Sums
from analysis.errors import DataError, ModelError
from analysis.outcomes.cohort import named_groups
from analysis.quality.measures.counting import (
    COUNTS,
    excluded_in_words,
    median_wait,
    with_estimates,
)
from analysis.quality.measures.decision import STATUSES
from analysis.results import check_conf_level
from analysis.survival.reading.named_columns import require_columns
from analysis.text_numbers import require_numbers

__all__ = ["MeasureCountsTask", "measure_counts_of"]

_KIND = "measure counts"
_LABELS = ("measure", "status", "reason")
_OBSERVED, _LAG = "observed", "lag_days"


@dataclass(frozen=True, kw_only=True)
class MeasureCountsTask:
    """What measures decided of patients, counted.

    Parameters
    ----------
    by : tuple of str
        Columns of the levels, such as clinic, or clinic and period.
    levels : mapping of str to sequence
        All levels that there may be.
    subject : str
        Column of the patient, who has one row per measure and level; empty: every row counts.
    """

    by: tuple[str, ...] = ()
    levels: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    subject: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the rows that are read."""
        named = (self.subject, *_LABELS, _OBSERVED, _LAG, *self.by)
        return tuple(dict.fromkeys(filter(None, named)))

    @property
    def described(self) -> dict[str, Any]:
        """All that decides the sums."""
        levels = {name: list(values) for name, values in self.levels.items()}
        return {"task": _KIND, "subject": self.subject, "by": list(self.by), "levels": levels}

    def of(self, rows: pd.DataFrame) -> Sums:
        """Count the decisions of the rows.

        Parameters
        ----------
        rows : pandas.DataFrame
            As of `QualityMeasures.members`, with the columns of `by`; none, or some. A missing
            level is a level of its own.

        Returns
        -------
        Sums
            Patients per measure, level, decision, reason, and days waited.

        Raises
        ------
        ColumnError
            When a column is missing or of the wrong type.
        DataError
            When a status is none of those of measures, a patient has two rows, a wait is negative,
            or a level was not declared.
        ModelError
            When a column of levels has the name of one that is counted.
        """
        taken = sorted({*_LABELS, _OBSERVED, _LAG, *COUNTS} & set(self.by))
        if taken:
            raise ModelError(f"by= names {', '.join(taken)}, which counts have; rename the column.")
        for name in self.columns:
            require_columns(rows, column=name)
        require_one_row(rows, self.subject, ["measure", *self.by])
        known = {"status": STATUSES, **self.levels}
        labelled = code_labels(rows, (*_LABELS, *self.by), known)
        if (labelled["status"][1] < 0).any() or (labelled["measure"][1] < 0).any():
            raise DataError("Some rows have no measure or no status; make them by members().")
        numbers = {_OBSERVED: read_flag(rows, _OBSERVED), _LAG: _waits(rows)}
        return count_rows(labelled, numbers, n=len(rows)).sums(_KIND, self._about())

    def added(self, parts: Sequence[Sums]) -> Sums:
        """Add the counts of disjoint sets of patients; their order does not matter."""
        return added_counts(parts, _KIND, self._about())

    def _about(self) -> dict[str, Any]:
        """Say what parts must have in common."""
        return {name: self.described[name] for name in ("by", "levels")}


def measure_counts_of(sums: Sums, *, conf_level: float = 0.95) -> pd.DataFrame:
    """List numerators, denominators and proportions of measures by level, from counts.

    Parameters
    ----------
    sums : Sums
        Of `MeasureCountsTask`.
    conf_level : float
        Coverage of the Wilson interval.

    Returns
    -------
    pandas.DataFrame
        ``measure``, the levels, and the columns of `QualityMeasures.tidy` from ``population`` on;
        true counts, marked as confidential.

    Raises
    ------
    DataError
        When the sums are others.
    ModelError
        When `conf_level` is not between 0 and 1.
    """
    check_conf_level(conf_level)
    by = [str(name) for name in sums.about.get("by", ())]
    counted = counted_from(sums, _KIND)
    keys = {
        name: counted.labels[name].column(codes) if name in counted.labels else codes
        for name, codes in counted.table.keys.items()
    }
    groups = {name: named_groups(pd.Series(keys[name])) for name in ("measure", *by)}
    rows = pd.DataFrame({**keys, **groups, "n": counted.counts})
    found = [
        {**dict(zip(groups, _names(group), strict=True)), **_counts(own)}
        for group, own in rows.groupby(list(groups), observed=True)
    ]
    frame = with_estimates(pd.DataFrame(found, columns=[*groups, *_COLUMNS]), conf_level)
    frame = frame[[*groups, *COUNTS, "excluded_for", *_NUMBERS, "median_days", "reason"]]
    frame.attrs["confidential"] = True
    return frame


_COLUMNS = [*COUNTS, "excluded_for", "median_days", "reason"]
_NUMBERS = ["estimate", "conf_low", "conf_high", "estimate_observed"]


def _names(group: Any) -> list[str]:
    """Name the levels of a group."""
    return [str(level) for level in (group if isinstance(group, tuple) else (group,))]


def _counts(rows: pd.DataFrame) -> dict[str, Any]:
    """Add up the decisions of one measure at one level."""
    outside, later, excluded, _, met = STATUSES
    status, n = rows["status"].astype(str), rows["n"]
    due = ~status.isin([outside, later, excluded])
    reasons = n[status == excluded].groupby(rows["reason"].astype(str)).sum()
    counts = {
        "population": n[status != outside],
        "not_yet_due": n[status == later],
        "excluded": n[status == excluded],
        "denominator": n[due],
        "observed": n[rows[_OBSERVED] == 1],
        "numerator": n[status == met],
    }
    whole = {name: int(each.sum()) for name, each in counts.items()}
    return whole | {
        "excluded_for": excluded_in_words({str(why): f"{k:,d}" for why, k in reasons.items()}),
        "median_days": median_wait(np.repeat(rows[_LAG].to_numpy(float), n)),
        "reason": "" if whole["denominator"] else "nobody in the denominator",
    }


def _waits(rows: pd.DataFrame) -> Numbers:
    """Read days of waiting; infinite where it was in vain, missing where for nothing."""
    values = require_numbers(rows[_LAG], _LAG)
    bad = int((values < 0.0).sum())
    if bad:
        raise DataError(
            f"Column {_LAG!r} has {bad} rows with fewer than 0 days; make the rows by members()."
        )
    return np.asarray(values, dtype=float)
