"""The points of a funnel: what each clinic has, and what it could have by chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import ColumnError, DataError, ModelError
from analysis.quality.clinics.funnel_counts import CountLaw
from analysis.results import FloatArray

__all__ = ["Kind", "Points", "read_points"]

Kind = Literal["proportion", "rate", "ratio", "mean"]
"""What a funnel compares."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Points:
    """What is compared, one entry per clinic with something to count.

    Parameters
    ----------
    kind : {"proportion", "rate", "ratio", "mean"}
        What is compared.
    clinic : tuple of str
        Names of the k clinics, in order of name.
    observed : array, shape (k,)
        Counts, or means.
    size : array, shape (k,)
        What counts are divided by: denominator, or expected count. Patients for a mean.
    expected : array, shape (k,)
        Expected count, or expected mean; what the target makes of the size where nothing else is
        expected.
    variance : array, shape (k,)
        Of the count, or of the mean, for a clinic like the target.
    target : float
        The value of a clinic that is like all.
    has_variance : bool
        Whether variances were given.
    left_out : tuple of str
        Clinics with nothing to count.
    """

    kind: Kind
    clinic: tuple[str, ...]
    observed: FloatArray
    size: FloatArray
    expected: FloatArray
    variance: FloatArray
    target: float
    has_variance: bool
    left_out: tuple[str, ...]

    @property
    def counts(self) -> bool:
        """Whether counts are compared, not means."""
        return self.kind != "mean"

    @property
    def estimate(self) -> FloatArray:
        """The value of each clinic; for a mean with expected ones, target plus what is over."""
        if self.counts:
            return self.observed / self.size
        return self.target + self.observed - self.expected

    def some(self, wanted: npt.NDArray[np.bool_]) -> Points:
        """Return some of the clinics, compared with the same target.

        Parameters
        ----------
        wanted : array of bool, shape (k,)
            Which.

        Returns
        -------
        Points
            Of these.
        """
        return replace(
            self,
            clinic=tuple(c for c, is_wanted in zip(self.clinic, wanted, strict=True) if is_wanted),
            observed=self.observed[wanted],
            size=self.size[wanted],
            expected=self.expected[wanted],
            variance=self.variance[wanted],
        )

    @property
    def law(self) -> CountLaw:
        """The law of the counts of clinics that are like the target."""
        return CountLaw(mean=self.expected, variance=self.variance)


def read_points(
    data: pd.DataFrame,
    *,
    kind: str,
    by: str | None,
    target: float | None,
    columns: Mapping[str, str],
) -> Points:
    """Read the clinics of a frame and refuse what cannot be compared.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per clinic. Clinics with a denominator, or expected count, of 0 are left out and
        named; any other missing number is an error.
    kind : {"proportion", "rate", "ratio", "mean"}
        What is compared.
    by : str, optional
        Column of the clinic; the index when left out.
    target : float, optional
        The value to compare with. None: all clinics together (1 for ratios).
    columns : mapping of str to str
        Column of each role. ``events``: counts of patients with an outcome, or of events.
        ``denominator``: patients for a proportion or mean, sessions or patient-time for a rate.
        ``expected``: count for a ratio, mean for a mean. ``variance``: of the count, where it is
        not that of the binomial or Poisson law, or of the mean. ``mean, std_dev``: of the patients
        of each clinic.

    Returns
    -------
    Points
        Sorted by name.

    Raises
    ------
    ModelError
        For another kind, or a target that no clinic could have.
    ColumnError
        When a column is absent, not numeric, or not named although it is needed.
    DataError
        When a clinic stands twice, numbers are missing, negative or not whole, a count exceeds its
        denominator, fewer than two clinics have something to count, or nobody has an event.
    """
    needed = _needed(kind, columns)
    names = _names(data, by)
    numbers = {role: _numbers(data, columns[role]) for role in needed}
    _require_counts(kind, numbers)
    size = numbers["expected" if kind == "ratio" else "denominator"]
    order = np.array(sorted(np.flatnonzero(size > 0), key=lambda row: names[row]), dtype=np.intp)
    if len(order) < (2 if target is None else 1):
        raise DataError(
            f"{len(order)} clinics have something to count; a comparison needs two at least. For "
            "one clinic give the value to compare with by target=."
        )
    kept = {role: values[order] for role, values in numbers.items()}
    chosen = _target(kind, kept) if target is None else _possible(kind, float(target))
    expected, variance = _at_target(kind, kept, chosen)
    return Points(
        kind=kind,  # type: ignore[arg-type]
        clinic=tuple(names[row] for row in order),
        observed=kept["mean" if kind == "mean" else "events"],
        size=size[order],
        expected=expected,
        variance=variance,
        target=chosen,
        has_variance="variance" in kept,
        left_out=tuple(names[row] for row in np.flatnonzero(~(size > 0))),
    )


def _needed(kind: str, columns: Mapping[str, str]) -> list[str]:
    """List the roles of the columns that a kind has, those that it must have first."""
    if kind not in get_args(Kind):
        raise ModelError(f"kind is not known; allowed are {', '.join(get_args(Kind))}.")
    must, may = _ROLES[kind]
    absent = [role for role in must if role not in columns]
    if absent:
        raise ColumnError(f"kind={kind!r} needs {', '.join(f'{role}=' for role in absent)}.")
    foreign = [role for role in columns if role not in (*must, *may)]
    if foreign:
        raise ColumnError(
            f"kind={kind!r} has no use for {', '.join(f'{role}=' for role in foreign)}; allowed "
            f"are {', '.join((*must, *may))}. A count beside an expected one is kind='ratio'."
        )
    if kind == "mean" and ("std_dev" in columns) == ("variance" in columns):
        raise ColumnError("kind='mean' needs one of std_dev= and variance=.")
    return [*must, *(role for role in may if role in columns)]


_ROLES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "proportion": (("events", "denominator"), ()),
    "rate": (("events", "denominator"), ("variance",)),
    "ratio": (("events", "expected"), ("variance",)),
    "mean": (("mean", "denominator"), ("std_dev", "variance", "expected")),
}


def _names(data: pd.DataFrame, by: str | None) -> list[str]:
    """Read the names of the clinics; each must stand once."""
    if by is not None and by not in data:
        raise ColumnError(f"Column {by!r} is not there; by= names the column of the clinic.")
    labels = data.index.to_series() if by is None else data[by]
    names = labels.astype("string")
    absent, twice = int(names.isna().sum()), int(names.duplicated().sum())
    if absent:
        raise DataError(f"{absent} rows do not name their clinic. Name them or leave them out.")
    if twice:
        raise DataError(
            f"{twice} rows name a clinic that another row has named; a funnel has one point per "
            "clinic. Sum the counts by clinic first."
        )
    return [str(name) for name in names]


def _numbers(data: pd.DataFrame, column: str) -> FloatArray:
    """Read a column of finite numbers of 0 or more; means may be negative."""
    if column not in data:
        raise ColumnError(f"Column {column!r} of the comparison is not there. Check its name.")
    if not pd.api.types.is_numeric_dtype(data[column]):
        raise ColumnError(f"Column {column!r} of the comparison is not numeric; it must be.")
    return np.asarray(data[column].to_numpy(dtype=float, na_value=np.nan))


def _require_counts(kind: str, numbers: dict[str, FloatArray]) -> None:
    """Refuse missing and negative numbers, counts that are not whole, and too large ones."""
    size = numbers["expected" if kind == "ratio" else "denominator"]
    something = ~(size <= 0)  # a missing size is refused below
    for role, values in numbers.items():
        signed = kind == "mean" and role in ("mean", "expected")
        bad = ~np.isfinite(values) & something
        bad |= np.isfinite(values) & (values < 0) & (not signed)
        bad |= (values <= 0) & something & (role == "variance")
        if role == "events" or (role == "denominator" and kind == "proportion"):
            bad |= np.isfinite(values) & (values != np.round(values))
        if bad.any():
            raise DataError(
                f"{int(bad.sum())} clinics have a number under {role}= that cannot be: missing, "
                "negative, or not whole where it is a count. Correct it, or leave these clinics "
                "out and say so. A clinic without events has 0, not a missing number."
            )
    if "events" in numbers:
        limit = size if kind == "proportion" else np.where(size > 0, np.inf, 0.0)
        over = int((numbers["events"] > limit).sum())
        if over:
            raise DataError(
                f"{over} clinics have more events than their denominator allows. A proportion "
                "counts each patient once; for events that may come again use kind='rate'."
            )


def _target(kind: str, kept: dict[str, FloatArray]) -> float:
    """Take all clinics together as the target."""
    if kind == "ratio":
        return 1.0
    if kind == "mean":
        return float(np.average(kept["mean"], weights=kept["denominator"]))
    total = float(kept["events"].sum() / kept["denominator"].sum())
    if total == 0.0 or (kind == "proportion" and total == 1.0):
        raise DataError(
            "All clinics have the same: nobody, or everybody, had an event, so that chance alone "
            "has no width. Give the value to compare with by target=, such as a published rate."
        )
    return total


def _possible(kind: str, target: float) -> float:
    """Refuse a target at which counts could not vary."""
    highest = 1.0 if kind == "proportion" else np.inf
    if not np.isfinite(target) or (kind != "mean" and not 0.0 < target < highest):
        allowed = "between 0 and 1" if kind == "proportion" else "above 0"
        raise ModelError(f"target is {target:g}; allowed for a {kind} are numbers {allowed}.")
    return target


def _at_target(
    kind: str, kept: dict[str, FloatArray], target: float
) -> tuple[FloatArray, FloatArray]:
    """Give the expected count, or mean, of clinics like the target, and its variance."""
    if kind == "mean":
        n = kept["denominator"]
        expected = kept.get("expected", np.full(n.shape, target))
        return expected, kept["variance"] if "variance" in kept else _pooled(kept) / n
    size = kept["expected" if kind == "ratio" else "denominator"]
    expected = size * target
    if "variance" in kept:
        return expected, kept["variance"] * (target if kind == "ratio" else 1.0)
    return expected, expected * (1.0 - target if kind == "proportion" else 1.0)


def _pooled(kept: dict[str, FloatArray]) -> float:
    """Pool the variances of patients within clinics."""
    df = np.maximum(kept["denominator"] - 1.0, 0.0)
    pooled = float((df * kept["std_dev"] ** 2).sum() / df.sum()) if df.sum() > 0 else 0.0
    if pooled <= 0.0:
        raise DataError(
            "No clinic has two patients with different scores, so that the spread is not known. "
            "Give variance= instead of std_dev=."
        )
    return pooled
