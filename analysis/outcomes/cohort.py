"""The cohort: one row per treated patient and course, with what was known at its start.

Started means a first treatment in the data; nothing here looks at what came after.
"""

from __future__ import annotations

import numbers

import pandas as pd

from analysis.disclosure.columns import NOT_RECORDED
from analysis.errors import DataError
from analysis.outcomes.baseline import LAST, BaselineRule, baseline_scores
from analysis.outcomes.courses import treatment_courses
from analysis.outcomes.rules import CourseChoice
from analysis.study import Study

__all__ = ["courses", "named_groups", "treated_patients"]


def named_groups(column: pd.Series) -> pd.Series:
    """Turn a column of groups into named ones, in the order of their names.

    Parameters
    ----------
    column : pandas.Series
        A group per patient.

    Returns
    -------
    pandas.Series
        Categories without unused ones; a missing group is "not recorded", the last.
    """
    names = column.astype("string")
    known = sorted(names.dropna().unique())
    order = [*known, *([NOT_RECORDED] if names.isna().any() else [])]
    return names.fillna(NOT_RECORDED).astype(pd.CategoricalDtype(order))


def courses(
    study: Study,
    instrument: str = "PHQ-9",
    *,
    baseline: BaselineRule = LAST,
    induction_sessions: int = 4,
) -> pd.DataFrame:
    """List every course of treatment, one row per patient and course.

    Parameters
    ----------
    study : Study
        A checked study. Where ``course_no`` is not known, `assign_courses` derives it.
    instrument : str
        Scale of the baseline score.
    baseline : BaselineRule
        How the baseline of each course is made.
    induction_sessions : int
        Fewest induction sessions with the full dose that complete an induction.

    Returns
    -------
    pandas.DataFrame
        Columns of `treatment_courses`, ``before_data`` (the first course in the data of a patient
        who was treated before them) and ``baseline, baseline_day, n_baseline``, missing where
        there is none. A course before which the patient was treated unseen has no baseline:
        no score in the data is from before treatment. Patient-level.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> found = courses(read_study(example_folder("clinic-network")))
    >>> bool(found.duplicated(["subject_id", "course"]).any())
    False
    """
    found = treatment_courses(study, induction_sessions=induction_sessions)
    scores = baseline_scores(study, instrument, rule=baseline)
    rows = found.merge(scores, on=["subject_id", "course"], how="left")
    unseen = rows["course"].eq(1) & rows["subject_id"].isin(_treated_before(study))
    for name in ("baseline", "baseline_day", "n_baseline"):
        rows[name] = rows[name].mask(unseen)
    rows = rows.assign(before_data=unseen)
    rows.attrs["patient_level"] = True
    return rows


def treated_patients(
    study: Study,
    *,
    instrument: str = "PHQ-9",
    baseline: BaselineRule = LAST,
    course: CourseChoice = 1,
) -> pd.DataFrame:
    """List every patient with a course of treatment, one row per patient and course.

    A first session that was not completed counts: the patient was treated.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Scale of the baseline score.
    baseline : BaselineRule
        How the baseline is made.
    course : int or "all"
        1 is the first course of each patient in the data, 2 the next one; patients without it are
        absent.

    Returns
    -------
    pandas.DataFrame
        Columns of ``subjects`` (``site_id`` is the home clinic, ``first_site_id`` that of the
        first session), of `courses`, and ``observed_until_day``, ``last_contact_day``.
        Patient-level.

    Raises
    ------
    DataError
        When `course` is neither a number from 1 on nor "all".

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> patients = treated_patients(read_study(example_folder("clinic-network")))
    >>> patients["subject_id"].is_unique
    True
    """
    number = isinstance(course, numbers.Integral) and not isinstance(course, bool)
    if course != "all" and (not number or int(course) < 1):
        raise DataError('course must be a number from 1 on, or "all".')
    found = courses(study, instrument, baseline=baseline)
    chosen = found if course == "all" else found[found["course"].eq(course)]
    days = study.table("follow_up")[["subject_id", "observed_until_day", "last_contact_day"]]
    patients = (
        study.table("subjects")
        .merge(chosen, on="subject_id")
        .merge(days, on="subject_id", how="left")
    )
    for name in ("route", "agent"):
        patients[name] = patients[name].cat.remove_unused_categories()
    patients.attrs["patient_level"] = True
    return patients


def _treated_before(study: Study) -> pd.Series:
    """Name the patients who were treated before the data begin."""
    subjects = study.tables["subjects"]
    if "treated_before_data" not in subjects:
        return subjects["subject_id"].iloc[:0]
    before = subjects["treated_before_data"].eq(True).fillna(value=False).astype(bool)
    return subjects.loc[before, "subject_id"]
