"""From rows of a frame to the points of charts: their order, gaps, parts and notes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import ColumnError, DataError
from analysis.outcomes.cohort import named_groups
from analysis.quality.charts.kinds import ChartKind
from analysis.quality.charts.marks import Marks, is_ordered, marked, require_groups
from analysis.results import FloatArray
from analysis.text_numbers import require_numbers

__all__ = ["Columns", "chart_points"]


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Names of the columns of a chart; None where there is no such column."""

    y: str
    x: str | None = None
    n: str | None = None
    by: str | None = None
    patients: str | None = None

    def named(self) -> list[str]:
        """List the columns that are there."""
        chosen = (self.y, self.x, self.n, self.by, self.patients)
        return [name for name in chosen if name is not None]


def chart_points(
    data: pd.DataFrame, columns: Columns, kind: ChartKind, marks: Marks
) -> pd.DataFrame:
    """Read the points of charts.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per point and group, or per measurement, in any order.
    columns : Columns
        Where the numbers stand.
    kind : ChartKind
        The kind of chart.
    marks : Marks
        What is said of single points.

    Returns
    -------
    pandas.DataFrame
        Columns ``group`` (text, empty without `by`), ``x, y, n, value, patients, spread`` (within
        points), ``part`` (from 1), ``excluded, target, note``, in order of the groups and of x.
        ``value`` is missing where there are no data: a missing numerator, a denominator of 0, and
        periods or whole numbers of x between two others for which there is no row.

    Raises
    ------
    ColumnError
        When a column is absent, or a denominator is missing or not meant for this kind.
    DataError
        When two rows are one point, x is missing, or numbers are not what the kind needs.
    """
    _require_columns(data, columns, kind)
    points = _numbers(data, columns, kind)
    if kind.of_measurements:
        points = _put_together(points, kind)
    named = [_in_order(rows) for _, rows in points.groupby("group", observed=True, sort=True)]
    if not named:
        raise DataError("There are no rows, so there is no chart. Give at least one row per point.")
    groups = [str(rows["group"].iloc[0]) for rows in named]
    require_groups(marks, groups, with_groups=columns.by is not None)
    made = [
        marked(_with_gaps(rows, kind), data, marks, group)
        for rows, group in zip(named, groups, strict=True)
    ]
    return pd.concat(made, ignore_index=True)


def _require_columns(data: pd.DataFrame, columns: Columns, kind: ChartKind) -> None:
    """Refuse a frame without the columns, and denominators that do not suit the kind."""
    missing = [name for name in columns.named() if name not in data.columns]
    if missing:
        raise ColumnError(
            f"The frame lacks {len(missing)} of the columns that were named for y, x, n, by or "
            "patients. Name columns that it has."
        )
    if columns.n is None and kind.denominator == "needed":
        raise ColumnError(f"A {kind.title} needs denominators: name their column with n=.")
    if columns.n is not None and kind.denominator == "none":
        raise ColumnError(f"A {kind.title} has no denominators. Leave n out, or choose u or p.")


def _numbers(data: pd.DataFrame, columns: Columns, kind: ChartKind) -> pd.DataFrame:
    """Read numerators and denominators, and divide them."""
    y = require_numbers(data[columns.y], "y")
    n = np.ones(len(data)) if columns.n is None else require_numbers(data[columns.n], "n")
    _require_values(y, n, kind)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where(n > 0, y / n, np.nan)
    x = pd.Series(np.arange(1, len(data) + 1)) if columns.x is None else _places(data[columns.x])
    if columns.x is not None and x.isna().any():
        raise DataError(
            f"x is missing in {int(x.isna().sum()):,} rows. Give every row its place in time."
        )
    group = named_groups(data[columns.by]) if columns.by else pd.Series("", index=data.index)
    patients = np.full(len(data), np.nan)
    if columns.patients is not None:
        patients = require_numbers(data[columns.patients], "patients")
    numbers = {"y": y, "n": n, "value": value, "patients": patients, "spread": np.nan}
    frame = pd.DataFrame({**numbers, "row": np.arange(len(data))})
    return frame.assign(group=group.array, x=x.array)


def _places(x: pd.Series) -> pd.Series:
    """Turn Python's dates into those of pandas, so that they are put in order."""
    is_date = x.dtype == object and x.map(lambda each: isinstance(each, date)).all()
    return pd.to_datetime(x) if is_date else x


def _put_together(rows: pd.DataFrame, kind: ChartKind) -> pd.DataFrame:
    """Make one point of the measurements that have the same group and x."""
    if rows["x"].is_unique:
        raise DataError(
            f"A {kind.title} needs several measurements per point: name with x= the column that "
            "tells points apart, or choose the kind i."
        )
    points = rows.groupby(["group", "x"], observed=True, sort=False)
    made = points.agg(y=("y", "sum"), n=("y", "count"), spread=("y", "std"), row=("row", "first"))
    value = made["spread"] if kind.name == "s" else made["y"] / made["n"].replace(0, np.nan)
    return made.assign(value=value, patients=np.nan, n=made["n"].astype(float)).reset_index()


def _require_values(y: FloatArray, n: FloatArray, kind: ChartKind) -> None:
    """Refuse numbers that the kind cannot have, and say how many."""
    _refuse(np.isinf(y) | np.isinf(n), "numbers are infinite", "Leave them empty instead")
    _refuse(n < 0, "denominators are below 0", "Correct them at the source")
    without = np.isnan(n) & ~np.isnan(y)
    _refuse(without, "numerators have no denominator", "Fill in n, or leave y empty as well")
    _refuse((n == 0) & (y != 0) & ~np.isnan(y), "numerators stand over a denominator of 0",
            "A period in which nobody was seen has y = 0 or empty")  # fmt: skip
    if kind.whole:
        _refuse(~np.isnan(y) & (y % 1 != 0), "numerators are no whole numbers",
                f"A {kind.title} counts; choose the kind i for measurements")  # fmt: skip
    _refuse(y < kind.least, "values are below 0", f"A {kind.title} starts at 0")
    if kind.part_of_n:
        _refuse(~np.isnan(n) & (n % 1 != 0), "denominators are no whole numbers",
                f"A {kind.title} counts; choose u for a rate")  # fmt: skip
        _refuse(y > n, "numerators exceed their denominators", "Choose u for a rate, or correct n")
    if kind.name == "t":
        _refuse(y == 0, "times between events are 0", "Give times in hours, or use the kind g or c")


def _refuse(wrong: Any, what: str, what_next: str) -> None:
    """Refuse wrong numbers by their count."""
    many = int(np.sum(wrong))
    if many:
        raise DataError(f"{many:,} {what}. {what_next}.")


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Sort the rows of one group by x; texts stay in the order of the rows."""
    x = rows["x"].infer_objects()
    twice = int(x.duplicated().sum())
    if twice:
        raise DataError(
            f"{twice:,} rows are for a point that already has one. Add up the rows of a point "
            "first, or name the column that tells charts apart with by=."
        )
    ordered = rows.assign(x=x)
    return ordered.sort_values("x", kind="stable") if is_ordered(x) else ordered


def _with_gaps(rows: pd.DataFrame, kind: ChartKind) -> pd.DataFrame:
    """Add points without data for periods or whole numbers of x that have no row.

    Of whole numbers the greatest common step is looked at. Where more would be added than there
    are, x does not go in steps, and nothing is.
    """
    x = rows["x"]
    if kind.of_single_events or len(rows) < 3:
        return rows.reset_index(drop=True)
    if isinstance(x.dtype, pd.PeriodDtype):
        complete: Any = pd.period_range(x.iloc[0], x.iloc[-1])
    elif pd.api.types.is_integer_dtype(x.dtype):
        first, last, step = int(x.iloc[0]), int(x.iloc[-1]), int(np.gcd.reduce(np.diff(x)))
        complete = range(first, last + 1, step)
    else:
        return rows.reset_index(drop=True)
    if len(complete) > 2 * len(rows):
        return rows.reset_index(drop=True)
    filled = rows.set_index("x").reindex(pd.Index(complete, dtype=x.dtype, name="x")).reset_index()
    return filled.assign(group=rows["group"].iloc[0])
