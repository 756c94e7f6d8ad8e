"""Scores of patients at the planned visits of a schedule, course by course."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.outcomes.scores import valid_scores
from analysis.outcomes.windows import Schedule, place_in_windows
from analysis.study import Study

__all__ = ["closed_scores", "day_zero", "placed_scores"]

_ANCHORS = {"start of the course": "start_day", "last induction session": "last_induction_day"}


def day_zero(patients: pd.DataFrame, plan: Schedule) -> pd.Series:
    """Return the day from which a schedule counts, in each course.

    Parameters
    ----------
    patients : pandas.DataFrame
        What `treated_patients` returns.
    plan : Schedule
        The planned visits.

    Returns
    -------
    pandas.Series
        A ``rel_day`` per row; missing without an induction session, if the schedule counts from
        the last one.
    """
    return patients[_ANCHORS[plan.anchor]]


def placed_scores(
    study: Study, instrument: str, patients: pd.DataFrame, plan: Schedule
) -> pd.DataFrame:
    """Take the scores that stand for planned visits, whether or not the windows have closed.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Name of the scale.
    patients : pandas.DataFrame
        What `treated_patients` returns, or some of its rows.
    plan : Schedule
        The planned visits.

    Returns
    -------
    pandas.DataFrame
        Columns ``subject_id, course, rel_day, day`` (from day 0 of the schedule), ``total, visit,
        week``; one row per patient, course and visit with a score.
    """
    starts = patients[["subject_id", "course"]].assign(day_0=day_zero(patients, plan))
    scores = valid_scores(study, instrument, same_day=plan.same_day, of_one_day=plan.of_one_day)
    scores = scores.merge(starts, on="subject_id")
    scores = scores.assign(day=scores["rel_day"] - scores["day_0"]).drop(columns="day_0")
    placed = place_in_windows(
        scores[scores["day"].notna()], plan, day="day", keys=("subject_id", "course")
    )
    return placed[["subject_id", "course", "rel_day", "day", "total", "visit", "week"]]


def closed_scores(
    study: Study, instrument: str, patients: pd.DataFrame, plan: Schedule
) -> pd.DataFrame:
    """Join patients with their scores at planned visits whose window has closed.

    Parameters
    ----------
    study, instrument, patients, plan
        As in `placed_scores`.

    Returns
    -------
    pandas.DataFrame
        Columns of `patients` and of `placed_scores`.
    """
    rows = patients.merge(
        placed_scores(study, instrument, patients, plan), on=["subject_id", "course"]
    )
    highs = np.array([window.high for window in plan])
    closes = day_zero(rows, plan) + highs[rows["visit"].cat.codes.to_numpy()]
    closed = rows["observed_until_day"].ge(closes).fillna(value=False).astype(bool)
    return rows[closed].reset_index(drop=True)
