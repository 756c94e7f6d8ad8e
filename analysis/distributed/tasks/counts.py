"""Numerators and denominators by level over parts, such as response and completeness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from analysis.distributed.amounts import read_amount, read_flag, require_one_row
from analysis.distributed.counted_rows import added_counts, count_rows, counted_from
from analysis.distributed.labels import code_labels
from analysis.distributed.sums import Sums
from analysis.errors import ModelError
from analysis.outcomes.cohort import named_groups
from analysis.outcomes.rates import rate_of_observed
from analysis.results import check_conf_level
from analysis.survival.reading.named_columns import require_columns

__all__ = ["CountsTask", "counts_of", "response_rates_of"]

_COUNTS = "counts"
_ROWS = "patients"


@dataclass(frozen=True, kw_only=True)
class CountsTask:
    """Counts by level, such as evaluable, observed and responding patients per clinic.

    Parameters
    ----------
    by : tuple of str
        Columns of the levels, such as clinic, or clinic and period; none counts all together.
    flags : tuple of str
        Columns of which the rows that are true are counted.
    amounts : tuple of str
        Columns of whole numbers that are added, such as sessions.
    levels : mapping of str to sequence
        All levels that there may be; others are refused where the rows are read.
    subject : str
        Column of the patient, who must not have two rows; empty: every row is counted.
    """

    by: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    amounts: tuple[str, ...] = ()
    levels: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    subject: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the rows that are read."""
        return tuple(
            dict.fromkeys(filter(None, [self.subject, *self.by, *self.flags, *self.amounts]))
        )

    @property
    def described(self) -> dict[str, Any]:
        """All that decides the sums."""
        return {"task": _COUNTS, **_listed(asdict(self))}

    def of(self, rows: pd.DataFrame) -> Sums:
        """Count the patients of the rows, one row each.

        Parameters
        ----------
        rows : pandas.DataFrame
            None, or some; a missing level is a level of its own.

        Returns
        -------
        Sums
            Whole numbers per combination of levels.

        Raises
        ------
        ColumnError
            When a column is missing or of the wrong type.
        DataError
            When a flag is neither true nor false, an amount is no whole number of 0 or more, or
            a level was not declared.
        ModelError
            When a flag or amount is called ``patients``, as the number of rows is.
        """
        if _ROWS in (*self.flags, *self.amounts):
            raise ModelError(f"{_ROWS!r} is the number of rows; give the column another name.")
        for name in self.columns:
            require_columns(rows, column=name)
        require_one_row(rows, self.subject)
        labelled = code_labels(rows, self.by, self.levels)
        also = {name: read_flag(rows, name) for name in self.flags}
        also |= {name: read_amount(rows, name) for name in self.amounts}
        return count_rows(labelled, {}, n=len(rows), also=also).sums(_COUNTS, self._about())

    def added(self, parts: Sequence[Sums]) -> Sums:
        """Add the counts of disjoint sets of patients; their order does not matter."""
        return added_counts(parts, _COUNTS, self._about())

    def _about(self) -> dict[str, Any]:
        """Say what parts must have in common."""
        return {name: self.described[name] for name in ("by", "flags", "amounts", "levels")}


def counts_of(sums: Sums) -> pd.DataFrame:
    """List counts by level, as `analysis.quality.funnel` takes them.

    Parameters
    ----------
    sums : Sums
        Of `CountsTask`.

    Returns
    -------
    pandas.DataFrame
        The levels, ``patients`` (rows), and each flag and amount; true counts.

    Raises
    ------
    DataError
        When the sums are others.
    """
    counts = counted_from(sums, _COUNTS)
    columns = {
        name: named_groups(counts.labels[name].column(codes))
        for name, codes in counts.table.keys.items()
    }
    totals = dict(zip((_ROWS, *counts.also), counts.table.totals.T, strict=True))
    return pd.DataFrame({**columns, **totals})


def response_rates_of(
    sums: Sums, measures: Sequence[str], *, conf_level: float = 0.95
) -> pd.DataFrame:
    """Estimate the proportions with an outcome among the observed, from counts.

    Parameters
    ----------
    sums : Sums
        Of `CountsTask` with the flags ``evaluable, observed`` and the measures, of the rows of
        `visit_status`, by one column or none.
    measures : sequence of str
        Flags that are outcomes.
    conf_level : float
        Coverage of the Wilson interval.

    Returns
    -------
    pandas.DataFrame
        The columns of `analysis.outcomes.response_rates`; true counts, marked as confidential.

    Raises
    ------
    DataError
        When the sums are others.
    ModelError
        When a flag was not counted, there are several columns of levels, or `conf_level` is not
        between 0 and 1.
    """
    check_conf_level(conf_level)
    by = list(sums.about.get("by", ()))
    absent = sorted({"evaluable", "observed", *measures} - set(sums.about.get("flags", ())))
    if absent or len(by) > 1 or not measures:
        raise ModelError(
            "Response rates need counts of evaluable, observed and the measures, by one column or "
            f"none; {len(absent)} are not among the flags, and there are {len(by)} columns."
        )
    counts = counts_of(sums).rename(columns={_ROWS: "started"})
    indexed = counts.set_index(by[0] if by else pd.Index(["all"] * len(counts), name="all"))
    base = indexed[["started", "evaluable", "observed"]]
    parts = [
        rate_of_observed(base.assign(n=indexed[measure]), measure, conf_level)
        for measure in measures
    ]
    rates = pd.concat(parts, ignore_index=True).drop(columns=[] if by else ["all"])
    rates.attrs["confidential"] = True
    return rates


def _listed(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Turn tuples into lists, as JSON has them."""
    levels = {name: list(values) for name, values in fields["levels"].items()}
    plain = {name: list(v) if isinstance(v, tuple) else v for name, v in fields.items()}
    return {**plain, "levels": levels}
