"""Arrange scores as patients by visits, so that a missing score has a place and its covariates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import ColumnError, DataError, ModelError
from analysis.formulas.columns import check_present
from analysis.formulas.parsing import read_fixed
from analysis.missing.places import Codes, Mask, at_every_place
from analysis.results import FloatArray, counted

__all__ = ["Schedule", "arrange"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Schedule:
    """Scores of N patients at T visits, with what is known about every place.

    Parameters
    ----------
    frame : pandas.DataFrame
        N x T rows sorted by patient and visit; all columns but the outcome are filled where the
        patient's other rows tell them.
    scores : array, shape (N, T)
        Outcome; missing where there is none.
    subjects, visits : pandas.Index
        Labels, visits in order.
    arm : array of int, shape (N,)
        Arm of every patient; zeros without arms.
    arms : pandas.Index
        Labels of the arms, the reference first; empty without arms.
    subject_column, visit_column, outcome : str
        Columns.
    arm_column : str or None
        Column of the arms.
    """

    frame: pd.DataFrame
    scores: FloatArray
    subjects: pd.Index[Any]
    visits: pd.Index[Any]
    arm: Codes
    arms: pd.Index[Any]
    subject_column: str
    visit_column: str
    outcome: str
    arm_column: str | None

    @property
    def n_subjects(self) -> int:
        """Patients."""
        return len(self.subjects)

    @property
    def n_visits(self) -> int:
        """Visits of the schedule."""
        return len(self.visits)

    @property
    def n_arms(self) -> int:
        """Arms; one when patients have none."""
        return max(1, len(self.arms))

    def rows_of(self, places: Mask) -> pd.DataFrame:
        """Take the rows of some places.

        Parameters
        ----------
        places : array of bool, shape (N, T)
            Which.

        Returns
        -------
        pandas.DataFrame
            In the order of patients and visits.
        """
        return self.frame.loc[places.ravel()]

    def patients(self, visit: int = 0) -> pd.DataFrame:
        """Take one row per patient, at one visit."""
        return self.frame.iloc[visit :: self.n_visits]

    def visit_index(self, label: Any) -> int:
        """Find a visit, or refuse one outside the schedule."""
        place = self.visits.get_indexer(pd.Index([label]))[0]
        if place < 0:
            raise ModelError(
                f"A visit asked for is not one of the {self.n_visits} visits of the schedule "
                f"({self.visit_column!r}); give a label of that column."
            )
        return int(place)


def arrange(
    formula: str,
    data: pd.DataFrame,
    *,
    subject: str,
    visit: str,
    arm: str | None,
    reference: Any,
    visits: Sequence[Any] | None,
    needed: Sequence[str],
) -> Schedule:
    """Give every patient a place at every visit.

    Parameters
    ----------
    formula : str
        The imputation model, with one column as its outcome.
    data : pandas.DataFrame
        One row per patient and visit; a missing score may have a row or not.
    subject, visit : str
        Columns of patient and visit.
    arm : str or None
        Column of the arms.
    reference : label
        The reference arm; None without arms.
    visits : sequence or None
        The schedule in order; None: the visits of the data.
    needed : sequence of str
        Further columns that must be known at every place, such as covariates of the analysis.

    Returns
    -------
    Schedule
        N x T places.

    Raises
    ------
    ColumnError
        When a column is absent or the outcome is not numeric.
    DataError
        When labels are missing, a patient has two rows at a visit or is in two arms, a visit is
        outside the schedule, or a covariate of a missing score is not known.
    ModelError
        When the outcome is no column, there are fewer than two visits, or the reference is none
        of the arms.
    """
    outcome, predictors = _formula_columns(formula)
    wanted = [name for name in (*predictors, *needed) if name not in (subject, visit)]
    labels = [subject, visit, *([arm] if arm else [])]
    check_present(data, labels, "impute_and_pool()")
    check_present(data, [outcome, *wanted], "the formula")
    for name in labels:
        _check_complete(data[name])
    codes, subjects = pd.factorize(data[subject], sort=True)
    order = _visits(data[visit], visits)
    place = order.get_indexer(pd.Index(data[visit]))
    _check_places(codes, place, len(order), visit)
    cell = np.asarray(codes * len(order) + place)
    size = len(subjects) * len(order)
    columns = {
        name: at_every_place(data[name], codes, cell, size, required=name in wanted)
        for name in data.columns[~data.columns.duplicated()]
        if name not in (subject, visit, outcome)
    }
    scores = np.full(size, np.nan)
    scores[cell] = _numbers(data[outcome])
    frame = pd.DataFrame(
        {
            subject: np.repeat(np.asarray(subjects), len(order)),
            visit: pd.Categorical.from_codes(
                np.tile(np.arange(len(order)), len(subjects)), categories=order, ordered=False
            ),
            **columns,
            outcome: scores,
        }
    )
    whole = Schedule(
        frame=frame,
        scores=scores.reshape(len(subjects), len(order)),
        subjects=pd.Index(subjects, name=subject),
        visits=order,
        arm=np.zeros(len(subjects), dtype=np.intp),
        arms=pd.Index([]),
        subject_column=subject,
        visit_column=visit,
        outcome=outcome,
        arm_column=arm,
    )
    return whole if arm is None else _with_arms(whole, arm, reference)


def _formula_columns(formula: str) -> tuple[str, tuple[str, ...]]:
    """Read the columns of the imputation model, whose outcome must be one of them."""
    parsed = read_fixed(formula)
    (outcome,) = [str(term) for term in parsed.formula.lhs]
    if (outcome,) != parsed.outcome:
        raise ModelError(
            "The outcome of an imputation model is one column, so that missing scores can be "
            "filled in; compute the transformed score as a column first."
        )
    return outcome, parsed.predictors


def _check_complete(column: pd.Series[Any]) -> None:
    """Refuse rows without a patient, visit or arm."""
    gaps = int(column.isna().sum())
    if gaps:
        raise DataError(
            f"{counted(gaps, 'row')} without a value in {str(column.name)!r}; every row needs a "
            "patient, a visit and an arm. Complete or drop these rows first."
        )


def _visits(column: pd.Series[Any], schedule: Sequence[Any] | None) -> pd.Index[Any]:
    """Order the visits: as given, as categories, or sorted."""
    order: pd.Index[Any]
    if schedule is not None:
        order = pd.Index(list(schedule))
        outside = int((order.get_indexer(pd.Index(column)) < 0).sum())
        if outside or order.has_duplicates:
            raise DataError(
                f"{counted(outside, 'row')} at a visit outside visits= ({len(order)} labels, all "
                "different). List every visit of the schedule once, or leave these rows out."
            )
    elif isinstance(column.dtype, pd.CategoricalDtype):
        order = pd.Index(column.cat.remove_unused_categories().cat.categories)
    else:
        order = pd.Index(np.sort(np.asarray(column.unique())))
    if len(order) < 2:
        raise ModelError(
            "There is a single visit, so that patients have no course to impute from. Give the "
            "visits before it too, or compare the observed scores and state who has none."
        )
    return order


def _check_places(codes: Codes, place: Codes, n_visits: int, visit: str) -> None:
    """Refuse two rows of a patient at one visit."""
    cell = codes * n_visits + place
    repeated = pd.Series(cell).duplicated().to_numpy()
    if repeated.any():
        patients = np.unique(codes[repeated]).size
        raise DataError(
            f"{counted(patients, 'patient')} with more than one row at a visit ({visit!r}). A "
            "visit takes one row per patient: choose one first, for example the one nearest the "
            "planned day."
        )


def _numbers(column: pd.Series[Any]) -> FloatArray:
    """Read the outcome as numbers, missing ones kept."""
    plain = column.infer_objects()
    if not pd.api.types.is_numeric_dtype(plain):
        raise ColumnError("The outcome is not numeric; models take scores as numbers.")
    values = plain.to_numpy(dtype=float, na_value=np.nan)
    infinite = int(np.isinf(values).sum())
    if infinite:
        raise DataError(f"The outcome is infinite in {counted(infinite, 'row')}; correct these.")
    return np.asarray(values)


def _with_arms(whole: Schedule, arm: str, reference: Any) -> Schedule:
    """Add the arm of every patient, the reference first."""
    column = whole.frame[arm]
    by_place = pd.factorize(column, sort=True)[0].reshape(whole.scores.shape)
    changing = int((by_place != by_place[:, :1]).any(axis=1).sum())
    if changing:
        raise DataError(
            f"{counted(changing, 'patient')} with rows in more than one level of {arm!r}; an arm "
            "is a property of the patient."
        )
    own = column.iloc[:: whole.n_visits]
    levels = pd.Index(np.sort(np.asarray(own.unique(), dtype=object)))
    if reference is None or reference not in set(levels):
        raise ModelError(
            f"reference= is none of the {counted(len(levels), 'level')} of {arm!r}. Name the arm "
            "that the others are compared with."
        )
    if len(levels) < 2:
        raise ModelError(
            f"Column {arm!r} has one level, so that there is nothing to compare. Leave out arm= "
            "for a cohort without arms."
        )
    arms = pd.Index([reference, *levels.drop(reference)])
    codes = arms.get_indexer(pd.Index(own))
    filled = pd.Categorical.from_codes(np.repeat(codes, whole.n_visits), categories=arms)
    return replace(
        whole, frame=whole.frame.assign(**{arm: filled}), arm=np.asarray(codes), arms=arms
    )
