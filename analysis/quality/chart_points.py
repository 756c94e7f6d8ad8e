"""From rows of a frame to the points of charts: their order, gaps, parts and notes."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import ColumnError, DataError
from analysis.outcomes.cohort import named_groups
from analysis.quality.chart_kinds import ChartKind
from analysis.results import FloatArray
from analysis.text_numbers import require_numbers

__all__ = ["Columns", "Marks", "chart_points"]


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


@dataclass(frozen=True, kw_only=True, eq=False)
class Marks:
    """What is said of single points: where parts begin, which do not count, targets and notes.

    Each may be a mapping from the name of a group to what holds for this group.
    """

    rebase: Any = ()
    exclude: Any = ()
    target: Any = None
    notes: Any = None


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
    _require_groups(marks, groups, with_groups=columns.by is not None)
    marked = [
        _marked(_with_gaps(rows, kind), data, marks, group)
        for rows, group in zip(named, groups, strict=True)
    ]
    return pd.concat(marked, ignore_index=True)


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
    x = pd.Series(np.arange(1, len(data) + 1)) if columns.x is None else data[columns.x]
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
    return ordered.sort_values("x", kind="stable") if _is_ordered(x) else ordered


def _is_ordered(x: pd.Series) -> bool:
    """Tell whether x has an order of its own: numbers, dates, periods, ordered categories."""
    if isinstance(x.dtype, pd.CategoricalDtype):
        return bool(x.cat.ordered)
    kinds = (pd.PeriodDtype, pd.DatetimeTZDtype)
    is_time = pd.api.types.is_datetime64_any_dtype(x.dtype) or isinstance(x.dtype, kinds)
    return is_time or pd.api.types.is_numeric_dtype(x.dtype)


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


def _require_groups(marks: Marks, groups: Sequence[str], *, with_groups: bool) -> None:
    """Refuse marks of a group that there is not."""
    for name in ("rebase", "exclude", "target"):
        given = getattr(marks, name)
        if not isinstance(given, Mapping):
            continue
        unknown = [key for key in given if str(key) not in groups]
        if unknown or not with_groups:
            raise DataError(
                f"{name} names {len(unknown) or len(given)} groups that are not on the charts. "
                "Name groups of the column given with by=, or give one value for all."
            )


def _of_group(given: Any, group: str, default: Any) -> Any:
    """Return what is given for a group."""
    if isinstance(given, Mapping):
        return {str(key): value for key, value in given.items()}.get(group, default)
    return default if given is None else given


def _marked(rows: pd.DataFrame, data: pd.DataFrame, marks: Marks, group: str) -> pd.DataFrame:
    """Add parts, exclusions, target and notes to the points of one group."""
    rebase, exclude = (
        _listed(_of_group(given, group, ())) for given in (marks.rebase, marks.exclude)
    )
    target = _of_group(marks.target, group, np.nan)
    return pd.DataFrame(
        {
            "group": pd.Series(group, index=rows.index, dtype="string"),
            "x": rows["x"],
            "y": rows["y"],
            "n": rows["n"],
            "value": rows["value"],
            "patients": rows["patients"],
            "spread": rows["spread"],
            "part": _parts(rows["x"], rebase),
            "excluded": np.isin(np.arange(len(rows)), _places(rows["x"], exclude, "exclude")),
            "target": float(target),
            "note": _notes(rows, data, marks.notes),
        }
    )


def _listed(given: Any) -> list[Any]:
    """Turn one value, or several, into a list."""
    if isinstance(given, str) or not isinstance(
        given, Sequence | pd.Index | pd.Series | np.ndarray
    ):
        return [given]
    return list(given)


def _places(x: pd.Series, wanted: Sequence[Any], what: str) -> list[int]:
    """Find points by their x."""
    found = pd.Index(x).get_indexer(_as_x(x, wanted, what)).tolist() if wanted else []
    absent = sum(place < 0 for place in found)
    if absent:
        raise DataError(
            f"{what} names {absent} points that are not on the chart. Name values of x, or of one "
            "group by a mapping."
        )
    return found


def _as_x(x: pd.Series, wanted: Sequence[Any], what: str) -> pd.Index:
    """Write values as x is written."""
    with contextlib.suppress(ValueError, TypeError):  # their texts repeat the values
        if isinstance(x.dtype, pd.PeriodDtype):
            return pd.PeriodIndex(list(wanted), dtype=x.dtype)
        if isinstance(x.dtype, pd.CategoricalDtype):
            return pd.CategoricalIndex(list(wanted), dtype=x.dtype)
        written: pd.Index = pd.Index(pd.Series(list(wanted)).astype(x.dtype))
        return written
    raise DataError(
        f"{what} names points that are not written as x is. Give values of x, such as dates for "
        "dates."
    )


def _parts(x: pd.Series, rebase: Sequence[Any]) -> Any:
    """Give every point the number of its part.

    A part begins at the first point at or after a value of `rebase`.
    """
    if not rebase:
        return np.ones(len(x), dtype=np.int64)
    if _is_ordered(x) and not isinstance(x.dtype, pd.CategoricalDtype):
        starts = pd.Index(x).searchsorted(_as_x(x, rebase, "rebase"), side="left")
    else:
        starts = np.array(_places(x, rebase, "rebase"))
    begins = np.bincount(starts, minlength=len(x) + 1)
    if begins[0] or begins[len(x)] or begins.max() > 1:
        raise DataError(
            "rebase leaves a part of the chart without a point. Name starts between the first "
            "point and the last, one per part."
        )
    return 1 + np.cumsum(begins[:-1])


def _notes(rows: pd.DataFrame, data: pd.DataFrame, notes: Any) -> pd.Series:
    """Return the note of each point; empty where there is none."""
    empty = pd.Series("", index=rows.index, dtype="string")
    if notes is None:
        return empty
    if isinstance(notes, Mapping):
        places = _places(rows["x"], list(notes), "notes")
        return pd.Series(dict(zip(places, notes.values(), strict=True)), dtype="string").reindex(
            rows.index, fill_value=""
        )
    if notes not in data.columns:
        raise ColumnError("notes names no column of the frame. Name one, or give x and texts.")
    texts = data[notes].astype("string").fillna("").reset_index(drop=True)
    known = rows["row"].notna()
    return empty.mask(known, texts.reindex(rows["row"]).set_axis(rows.index))
