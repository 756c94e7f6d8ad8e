"""Groups of patients by which measures are split: equity strata, clinics, treatment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import ColumnError
from analysis.outcomes.cohort import named_groups
from analysis.quality.measures.record import Record, numbers_of
from analysis.study import TABLES

__all__ = ["ALL", "EQUITY_STRATA", "Strata", "all_patients", "strata_of"]

ALL = "All"
"""Name of the stratum of all patients."""

EQUITY_STRATA = ("age_group", "sex", "race_ethnicity", "language", "payer", "coverage")
"""By what equity is looked at. Rurality is not part of the canonical study."""

_AGES = {"under 12": 0, "12-17": 12, "18-64": 18, "65 and over": 65}
_OF_TREATMENT = ("agent", "route", "regimen", "first_site_id")
_DERIVED = {"age_group": "age_years", "coverage": "payer"}
_OF_SUBJECTS = tuple(
    column.name for column in TABLES["subjects"].columns if column.kind == "category"
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Strata:
    """Groups that share nobody and hold everybody.

    Parameters
    ----------
    by : str
        Name of the column; empty for all patients together.
    labels : tuple of str
        Names of the groups.
    group : array of int, shape (p,)
        Place of each patient's group in `labels`.
    needs : str
        What the study lacks for this split; empty when it is there.
    """

    by: str
    labels: tuple[str, ...]
    group: npt.NDArray[np.intp]
    needs: str = ""


def all_patients(record: Record) -> Strata:
    """Put everybody into one group."""
    return Strata(by="", labels=(ALL,), group=np.zeros(len(record), dtype=np.intp))


def strata_of(record: Record, by: str | Sequence[str] | None) -> tuple[Strata, ...]:
    """Split the patients by each of some columns, one at a time.

    Parameters
    ----------
    record : Record
        The patients.
    by : str or sequence of str, optional
        Columns of groups of ``subjects``, of the first course (``route, agent, regimen,
        first_site_id``), "age_group" (under 12, 12-17, 18-64, 65 and over, at the first treatment)
        or "coverage" (self-pay or covered).

    Returns
    -------
    tuple of Strata
        One per column. Patients without an entry are the group "not recorded".

    Raises
    ------
    ColumnError
        For another column, or one that is named twice.
    """
    names = [by] if isinstance(by, str) else list(by or ())
    allowed = (*_OF_SUBJECTS, *_OF_TREATMENT, *_DERIVED)
    if not set(names) <= set(allowed) or len(set(names)) < len(names):
        raise ColumnError(
            f"by= names columns of groups, each once. Allowed are: {', '.join(allowed)}."
        )
    return tuple(_strata(record, name) for name in names)


def _strata(record: Record, by: str) -> Strata:
    """Split by one column, or say that the study lacks it."""
    column = _DERIVED.get(by, by)
    if column not in record.people:
        nobody = np.zeros(len(record), dtype=np.intp)
        return Strata(
            by=by, labels=(), group=nobody, needs=f"the column {column} of the table subjects"
        )
    groups = _groups(record.people[column], by)
    return Strata(
        by=by,
        labels=tuple(str(name) for name in groups.cat.categories),
        group=groups.cat.codes.to_numpy().astype(np.intp),
    )


def _groups(column: pd.Series, by: str) -> pd.Series:
    """Name the group of each patient."""
    if by == "coverage":
        text = column.astype("string")
        named = text.mask(text.notna() & text.ne("self-pay").fillna(value=False), "covered")
        return named_groups(named)
    if by == "age_group":
        return _by_age(column)
    return named_groups(column)


def _by_age(column: pd.Series) -> pd.Series:
    """Group by age, youngest first; the order of names is not that of ages."""
    names, least = list(_AGES), list(_AGES.values())
    age = pd.cut(numbers_of(column), [*least, np.inf], right=False, labels=names)
    named = named_groups(pd.Series(age, index=column.index))
    present = set(named.cat.categories)
    order = [name for name in [*names, *named.cat.categories] if name in present]
    return named.cat.reorder_categories(list(dict.fromkeys(order)))
