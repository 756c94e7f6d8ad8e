"""Curves and tests of interval-censored times from counts of patients who are alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from analysis.distributed.agreement import require_agreement
from analysis.distributed.amounts import require_one_row
from analysis.distributed.counted_rows import add_counted, count_rows, counted_from
from analysis.distributed.labels import code_labels
from analysis.distributed.sums import Sums
from analysis.errors import ModelError
from analysis.survival import GroupTest, IntervalCurve, interval_test, turnbull
from analysis.survival.reading.interval_times import read_intervals
from analysis.survival.reading.named_columns import require_columns

__all__ = ["IntervalCountsTask", "interval_rows", "interval_test_of", "turnbull_of"]

_KIND = "interval counts"
_ROLES = ("lower", "upper", "by", "strata", "levels")


@dataclass(frozen=True, kw_only=True)
class IntervalCountsTask:
    """Counts for curves and tests of interval-censored times.

    Parameters
    ----------
    lower, upper : str
        Columns of the ends of the intervals (lower, upper].
    by : str, optional
        Column of the groups.
    strata : tuple of str
        Columns of the strata of a test.
    levels : mapping of str to sequence
        All groups and strata that there may be; others are refused where the rows are read.
    subject : str
        Column of the patient, who must not have two rows; empty: every row is a patient.
    """

    lower: str = "lower"
    upper: str = "upper"
    by: str | None = None
    strata: tuple[str, ...] = ()
    levels: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    subject: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the rows that are read."""
        named = (self.subject, self.lower, self.upper, self.by, *self.strata)
        return tuple(dict.fromkeys(name for name in named if name))

    @property
    def described(self) -> dict[str, Any]:
        """All that decides the sums."""
        levels = {name: list(values) for name, values in self.levels.items()}
        return {"task": _KIND, **asdict(self), "strata": list(self.strata), "levels": levels}

    def of(self, rows: pd.DataFrame) -> Sums:
        """Count the patients of the rows, one row each.

        Parameters
        ----------
        rows : pandas.DataFrame
            None, or some; those without group or stratum are counted as left out.

        Returns
        -------
        Sums
            Patients per distinct group, stratum and interval.

        Raises
        ------
        ColumnError
            When a column is missing or of the wrong type.
        DataError
            When an end is negative, missing or out of order, a level was not declared, or a
            patient has two rows.
        """
        require_columns(rows, lower=self.lower, upper=self.upper, by=self.by)
        for name in self.strata:
            require_columns(rows, strata=name)
        require_one_row(rows, self.subject)
        groups = [name for name in (self.by, *self.strata) if name is not None]
        kept = rows[groups].notna().all(axis=1).to_numpy() if groups else np.ones(len(rows), bool)
        used = rows.loc[kept]
        ends = {name: np.full(len(rows), np.nan) for name in (self.lower, self.upper)}
        if not used.empty:
            read_intervals(used, lower=self.lower, upper=self.upper)  # refuses what is wrong
            for name, values in ends.items():
                values[kept] = used[name].to_numpy(dtype=float, na_value=np.nan)
        labelled = code_labels(rows, groups, self.levels)
        counts = count_rows(labelled, ends, n=len(rows))
        return counts.sums(_KIND, {name: self.described[name] for name in _ROLES})

    def added(self, parts: Sequence[Sums]) -> Sums:
        """Add the counts of disjoint sets of patients; their order does not matter."""
        require_agreement(parts, _KIND, _ROLES)
        total = add_counted([counted_from(part, _KIND) for part in parts])
        return total.sums(_KIND, {name: self.described[name] for name in _ROLES})


def interval_rows(sums: Sums) -> pd.DataFrame:
    """Make rows that give what the patients give, in an order of their own.

    Parameters
    ----------
    sums : Sums
        Of `IntervalCountsTask`.

    Returns
    -------
    pandas.DataFrame
        One row per patient; those left out have a missing group or stratum.

    Raises
    ------
    DataError
        When the sums are others.
    """
    return counted_from(sums, _KIND).rows()


def turnbull_of(sums: Sums) -> IntervalCurve:
    """Estimate curves of interval-censored times from counts.

    Parameters
    ----------
    sums : Sums
        Of `IntervalCountsTask` without strata.

    Returns
    -------
    IntervalCurve
        That of the patients together.

    Raises
    ------
    DataError, ModelError, ConvergenceError
        As `analysis.survival.turnbull`; and when there are strata.
    """
    about = sums.about
    if about["strata"]:
        raise ModelError("Strata are for tests; a curve takes groups by by=.")
    return turnbull(interval_rows(sums), about["lower"], about["upper"], by=about["by"])


def interval_test_of(sums: Sums, **choices: Any) -> GroupTest:
    """Test that groups have one curve of interval-censored times, from counts.

    Parameters
    ----------
    sums : Sums
        Of `IntervalCountsTask` with groups.
    **choices
        ``scores, method, draws, seed`` as in `analysis.survival.interval_test`.

    Returns
    -------
    GroupTest
        That of the patients together, but for the last digits: scores are added in the order of
        the rows.

    Raises
    ------
    DataError, ModelError, ConvergenceError
        As `interval_test`; and when there are no groups.
    """
    about = sums.about
    if about["by"] is None:
        raise ModelError("A test compares groups; count them by by=.")
    strata = list(about["strata"]) or None
    return interval_test(
        interval_rows(sums), about["lower"], about["upper"], about["by"], strata=strata, **choices
    )
