"""What is said of single points of a chart: parts, exclusions, targets and notes."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import ColumnError, DataError

__all__ = ["Marks", "is_ordered", "marked", "require_groups"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Marks:
    """What is said of single points: where parts begin, which do not count, targets and notes.

    Each may be a mapping from the name of a group to what holds for this group.
    """

    rebase: Any = ()
    exclude: Any = ()
    target: Any = None
    notes: Any = None


_DATED = r"\d{4}(?:[- ][QH]?\d{1,2}){0,2}"  # such as 2024-05, 2024-05-01, 2024 Q2


def is_ordered(x: pd.Series) -> bool:
    """Tell whether x has an order of its own: numbers, dates, periods, ordered categories.

    Texts have one where all begin with a year and go on with numbers, such as "2024-05".

    Parameters
    ----------
    x : pandas.Series
        Places in time.

    Returns
    -------
    bool
        Whether points are sorted by it.
    """
    if isinstance(x.dtype, pd.CategoricalDtype):
        return bool(x.cat.ordered)
    kinds = (pd.PeriodDtype, pd.DatetimeTZDtype)
    is_time = pd.api.types.is_datetime64_any_dtype(x.dtype) or isinstance(x.dtype, kinds)
    if is_time or pd.api.types.is_numeric_dtype(x.dtype):
        return True
    is_text = x.map(lambda each: isinstance(each, str)).all()
    return bool(is_text and x.str.fullmatch(_DATED).all())


def require_groups(marks: Marks, groups: Sequence[str], *, with_groups: bool) -> None:
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


def marked(rows: pd.DataFrame, data: pd.DataFrame, marks: Marks, group: str) -> pd.DataFrame:
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
    if is_ordered(x) and not isinstance(x.dtype, pd.CategoricalDtype):
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
