"""Moments of a mixed model as sums that travel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import pandas as pd

from analysis.distributed.sums import Sums
from analysis.errors import DataError
from analysis.formulas.parsing import read_fixed
from analysis.mixed import Moments, moments
from analysis.mixed.sums.moments import add_moments
from analysis.mixed.sums.moments_file import describe_moments, moments_arrays, rebuild_moments

__all__ = ["MomentsTask", "moments_of", "sums_of"]

_KIND = "moments"
_NOTHING = "moments of no complete row"


@dataclass(frozen=True, kw_only=True)
class MomentsTask:
    """Sums for `analysis.mixed.fit_moments`.

    Parameters
    ----------
    formula : str
        The mean.
    subject, visit : str
        Columns of the patient and of the nominal visit.
    covariance_by, coordinates, nested_in, weights : str, optional
        Columns, as in `analysis.mixed.moments`.
    levels : mapping of str to sequence
        All levels of the factors, the visit and the groups, so that parts have the same.
    varying : tuple of str
        Columns that vary within patients besides the visit.
    days : mapping of visit to number, optional
        Nominal day of every visit, which the column `coordinates` holds.
    may_be_empty : bool
        Whether rows of which none is complete are sums of nothing, as those of a shard may be;
        else they are an error.
    standardised : bool
        As in `analysis.mixed.moments`.
    """

    formula: str
    subject: str
    visit: str
    covariance_by: str | None = None
    coordinates: str | None = None
    nested_in: str | None = None
    weights: str | None = None
    levels: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    varying: tuple[str, ...] = ()
    days: Mapping[Any, float] | None = None
    may_be_empty: bool = False
    standardised: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the rows that are read."""
        parsed = read_fixed(self.formula)
        roles = (self.covariance_by, self.coordinates, self.nested_in, self.weights)
        names = [self.subject, self.visit, *parsed.outcome, *parsed.predictors]
        return tuple(dict.fromkeys([*names, *(name for name in roles if name is not None)]))

    @property
    def described(self) -> dict[str, Any]:
        """All that decides the sums."""
        days = None if self.days is None else [list(pair) for pair in self.days.items()]
        return {"task": _KIND, **asdict(self), "days": days}

    def of(self, rows: pd.DataFrame) -> Sums:
        """Sum over the patients of the rows."""
        gaps = rows[list(self.columns)].isna()
        if self.may_be_empty and gaps.any(axis=1).all():
            counts = {name: int(count) for name, count in gaps.sum().items() if count}
            return Sums(kind=_NOTHING, about={"n_dropped": len(rows), "missing": counts}, arrays={})
        return sums_of(
            moments(
                self.formula,
                rows,
                subject=self.subject,
                visit=self.visit,
                covariance_by=self.covariance_by,
                coordinates=self.coordinates,
                nested_in=self.nested_in,
                weights=self.weights,
                levels=self.levels,
                varying=self.varying,
                days=self.days,
                standardised=self.standardised,
            )
        )

    def added(self, parts: Sequence[Sums]) -> Sums:
        """Add the moments of disjoint sets of patients, in the order given."""
        empty = [part.about for part in parts if part.kind == _NOTHING]
        summed = [moments_of(part) for part in parts if part.kind != _NOTHING]
        if not summed:
            raise DataError(
                f"No row is complete in the {len(self.columns)} columns that the model uses "
                f"({sum(part['n_dropped'] for part in empty)} rows given); look for a column that "
                "is empty."
            )
        return sums_of(_with_dropped(add_moments(summed), empty))


def _with_dropped(moments: Moments, empty: Sequence[Mapping[str, Any]]) -> Moments:
    """Count the rows of parts in which none was complete."""
    missing = Counter(moments.about.missing)
    for part in empty:
        missing.update(part["missing"])
    n_dropped = moments.about.n_dropped + sum(part["n_dropped"] for part in empty)
    return replace(moments, about=replace(moments.about, n_dropped=n_dropped, missing=missing))


def sums_of(sums: Moments) -> Sums:
    """Make moments ready to travel.

    Parameters
    ----------
    sums : Moments
        Of a formula without transforms that learned from the rows.

    Returns
    -------
    Sums
        The same, as plain values and arrays.
    """
    return Sums(kind=_KIND, about=describe_moments(sums), arrays=moments_arrays(sums))


def moments_of(sums: Sums) -> Moments:
    """Read moments that have travelled.

    Parameters
    ----------
    sums : Sums
        Of `sums_of`.

    Returns
    -------
    Moments
        As they were.
    """
    return rebuild_moments(sums.about, sums.arrays)
