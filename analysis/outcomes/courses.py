"""Courses of treatment: where one ends and the next begins, and what was given in each."""

from __future__ import annotations

import pandas as pd

from analysis.errors import ColumnError, DataError
from analysis.study import Study

__all__ = ["assign_courses", "treatment_courses"]


def assign_courses(sessions: pd.DataFrame, *, gap_days: int) -> pd.DataFrame:
    """Assign a number to each course of treatment by the gaps between sessions.

    Parameters
    ----------
    sessions : pandas.DataFrame
        Columns ``subject_id, rel_day``; one row per session, in any order.
    gap_days : int
        Fewest days between the last session of one course and the first of the next; at least 1.

    Returns
    -------
    pandas.DataFrame
        The same rows in the same order with ``course_no``, from 1 in each patient.

    Raises
    ------
    ColumnError
        When a column is absent or a day is missing.
    DataError
        When the gap is shorter than a day.

    Examples
    --------
    >>> sessions = pd.DataFrame({"subject_id": ["a", "a", "a"], "rel_day": [0, 89, 179]})
    >>> assign_courses(sessions, gap_days=90)["course_no"].tolist()
    [1, 1, 2]
    """
    if gap_days < 1:
        raise DataError("gap_days must be 1 or more: the fewest days that separate two courses.")
    if not {"subject_id", "rel_day"} <= set(sessions) or sessions["rel_day"].isna().any():
        raise ColumnError("Sessions need the columns subject_id and rel_day, with every day known.")
    order = sessions.reset_index(drop=True).sort_values(["subject_id", "rel_day"], kind="stable")
    gap = order.groupby("subject_id")["rel_day"].diff()
    opens = gap.ge(gap_days).fillna(value=False).astype("int64")
    number = 1 + opens.groupby(order["subject_id"]).cumsum()
    return sessions.assign(course_no=number.sort_index().astype("Int64").array)


def treatment_courses(study: Study, *, induction_sessions: int = 4) -> pd.DataFrame:
    """Describe every course of treatment from its sessions.

    Parameters
    ----------
    study : Study
        A checked study.
    induction_sessions : int
        Fewest induction sessions with the full dose that complete an induction. Four is the least
        of McInnes et al. 2022 (four to eight infusions in 7 to 28 days).

    Returns
    -------
    pandas.DataFrame
        One row per patient and course, in order of time: ``subject_id, course_no`` (as recorded),
        ``course`` (1 is the first in the data), ``start_day, end_day`` (first and last session),
        ``last_induction_day`` (missing without induction), ``gap_days`` (from the last session of
        the course before; missing for the first), ``agent, route, regimen`` (agent and route),
        ``dose_mg, first_site_id`` of the first session, ``n_sites`` (clinics that gave a session
        of the course), ``n_sessions, n_induction, n_maintenance, completed_induction``.

    Raises
    ------
    DataError
        When `induction_sessions` is under 1.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> found = treatment_courses(read_study(example_folder("clinic-network")))
    >>> bool(found["n_sessions"].eq(found["n_induction"] + found["n_maintenance"]).all())
    True
    """
    if induction_sessions < 1:
        raise DataError("induction_sessions must be 1 or more.")
    sessions = study.table("sessions")
    order = ["subject_id", "course_no", "rel_day", "session_no"]
    sessions = _with_phases(sessions.sort_values(order, kind="stable"))
    first = sessions.drop_duplicates(["subject_id", "course_no"])
    first = first[["subject_id", "course_no", "agent", "route", "dose_mg", "site_id"]]
    facts = sessions.groupby(["subject_id", "course_no"]).agg(
        start_day=("rel_day", "min"),
        end_day=("rel_day", "max"),
        last_induction_day=("induction_day", "max"),
        n_sites=("site_id", "nunique"),
        n_sessions=("rel_day", "size"),
        n_induction=("induction", "sum"),
        n_maintenance=("maintenance", "sum"),
        n_full=("full", "sum"),
    )
    found = (
        facts.reset_index()
        .merge(first.rename(columns={"site_id": "first_site_id"}), on=["subject_id", "course_no"])
        .sort_values(["subject_id", "start_day", "course_no"], kind="stable", ignore_index=True)
    )
    found["route"] = found["route"].cat.remove_unused_categories()
    patients = found.groupby("subject_id")
    return found.assign(
        course=patients.cumcount() + 1,
        regimen=found["agent"].astype("string") + " " + found["route"].astype("string"),
        gap_days=found["start_day"] - patients["end_day"].shift(),
        completed_induction=found["n_full"].ge(induction_sessions),
    )[_COLUMNS]


_COLUMNS = [
    "subject_id", "course_no", "course", "start_day", "end_day", "last_induction_day", "gap_days",
    "agent", "route", "regimen", "dose_mg", "first_site_id", "n_sites", "n_sessions", "n_induction",
    "n_maintenance", "completed_induction",
]  # fmt: skip


def _with_phases(sessions: pd.DataFrame) -> pd.DataFrame:
    """Mark the sessions of each phase, and induction sessions with the full dose."""
    induction = sessions["phase"].eq("induction")
    return sessions.assign(
        induction=induction,
        maintenance=sessions["phase"].eq("maintenance"),
        full=induction & sessions["completed"].eq(True).fillna(value=False).astype(bool),
        induction_day=sessions["rel_day"].where(induction),
    )
