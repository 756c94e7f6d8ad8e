"""Which covariates may explain differences between clinics, and how patients are coded by them.

What the clinic chooses is part of its care: to adjust for it would explain the care away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import ColumnError, ModelError
from analysis.results import FloatArray

__all__ = ["USUAL", "CaseMixDesign", "code_patients", "require_patients_own"]

USUAL = ("baseline", "age_years", "sex", "indication", "prior_failures")
"""What patients bring with them, as far as it is recorded."""

_FEWEST = 20  # patients with a level, or without a value, that get a coefficient of their own

_CHOSEN = (
    "dose agent drug route regimen formulation protocol infusion induction maintenance session "
    "sessions phase course courses treatment arm psychotherapy monitoring rater staff provider "
    "clinician prescriber"
)
_PLACE = "site sites clinic clinics centre center hospital facility region"
_LATER = (
    "change total response remission observed evaluable completed completion dropout stop "
    "discharge discharged adverse ae last end score follow contact outcome total week visit"
)
_EQUITY = "race ethnicity language payer insurance income deprivation"

_BEFORE = {"baseline", "prior", "previous", "history", "before", "resistance", "failures"}
"""Words of what was so before treatment began, as in ``prior_sessions``."""

_REASONS: tuple[tuple[str, str, bool], ...] = (
    (_CHOSEN, "the clinic chooses it, so that it is part of the care that is compared", True),
    (
        _PLACE,
        "it names the clinic, or where it is, so that nothing would be left to compare",
        False,
    ),
    (_LATER, "it is known only after treatment began, so that care may have changed it", True),
    (
        _EQUITY,
        "worse outcomes of some groups would be taken as their due; compare groups side by side",
        False,
    ),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class CaseMixDesign:
    """Patients coded by what they bring with them.

    Parameters
    ----------
    X : array, shape (n, p)
        An intercept, numbers in standard deviations from their mean, and levels against the most
        frequent one.
    terms : tuple of str
        Names of the columns.
    missing : mapping of str to int
        Patients without a value, per covariate. They have the mean, and a column of their own
        where they are 20 or more; levels that are missing are a level, "not recorded".
    """

    X: FloatArray
    terms: tuple[str, ...]
    missing: Mapping[str, int]


def require_patients_own(covariates: Sequence[str], data: pd.DataFrame, by: str) -> None:
    """Refuse covariates that are not the patients' own, by name and by what they hold.

    Parameters
    ----------
    covariates : sequence of str
        Columns.
    data : pandas.DataFrame
        One row per patient.
    by : str
        Column of the clinic.

    Raises
    ------
    ColumnError
        When a column is not there.
    ModelError
        When the clinic chooses it, it names the clinic, is known only after treatment began, has
        one value in each clinic, or would take inequity as given; with the reason.
    """
    for name in covariates:
        if name not in data:
            raise ColumnError(f"Covariate {name!r} is not there. Usual are {', '.join(USUAL)}.")
        words = set(re.split(r"[^a-z]+", name.casefold()))
        before = bool(words & _BEFORE)
        for listed, reason, may_be_before in _REASONS:
            if words & set(listed.split()) and not (before and may_be_before):
                raise ModelError(
                    f"Covariate {name!r} cannot adjust a comparison of clinics: {reason}. Allowed "
                    f"is what patients bring with them, such as {', '.join(USUAL)}."
                )
        if _is_the_clinics(data[name], data[by]):
            raise ModelError(
                f"Covariate {name!r} has one value in each clinic, so that it cannot be told from "
                "the clinic. Leave it out."
            )


def _is_the_clinics(covariate: pd.Series, clinic: pd.Series) -> bool:
    """Say whether a covariate differs between clinics and never within one."""
    values = covariate.groupby(clinic, observed=True).nunique()
    return bool(len(values) > 1 and (values <= 1).all() and len(covariate.dropna().unique()) > 1)


def code_patients(data: pd.DataFrame, covariates: Sequence[str]) -> CaseMixDesign:
    """Code patients by their covariates; nobody is left out.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per patient.
    covariates : sequence of str
        Columns of numbers or of levels. Levels with fewer than 20 patients are joined.

    Returns
    -------
    CaseMixDesign
        Columns that vary.

    Examples
    --------
    >>> rows = pd.DataFrame({"age": [30.0, None] * 20, "sex": ["f"] * 20 + ["m"] * 20})
    >>> code_patients(rows, ["age", "sex"]).terms
    ('Intercept', 'age: not recorded', 'sex: m')
    """
    columns: dict[str, FloatArray] = {"Intercept": np.ones(len(data))}
    missing: dict[str, int] = {}
    for name in covariates:
        column = data[name]
        absent = column.isna().to_numpy()
        missing |= {name: int(absent.sum())} if absent.any() else {}
        is_number = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
        columns |= _number(name, column, absent) if is_number else _levels(name, column)
    return CaseMixDesign(
        X=np.column_stack(list(columns.values())), terms=tuple(columns), missing=missing
    )


def _number(name: str, column: pd.Series, absent: npt.NDArray[np.bool_]) -> dict[str, FloatArray]:
    """Code a number in standard deviations; missing ones have the mean."""
    values = column.to_numpy(dtype=float, na_value=np.nan)
    known = values[~absent]
    coded: dict[str, FloatArray] = {}
    if known.size and known.std() > 0:
        coded[name] = np.where(absent, 0.0, (values - known.mean()) / known.std())
    if _FEWEST <= absent.sum() < len(absent):
        coded[f"{name}: not recorded"] = np.where(absent, 1.0, 0.0)
    return coded


def _levels(name: str, column: pd.Series) -> dict[str, FloatArray]:
    """Code levels against the most frequent one; rare ones together as "other"."""
    levels = column.astype("string").fillna("not recorded")
    counts = levels.value_counts()
    rare = counts.index[counts < _FEWEST]
    joined = levels.mask(levels.isin(rare), "other")
    frequent = joined.value_counts()
    kept = sorted(level for level in frequent.index[1:] if frequent[level] >= _FEWEST)
    return {f"{name}: {level}": np.where(joined.eq(level), 1.0, 0.0) for level in kept}
