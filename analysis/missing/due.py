"""Every planned visit of every treated patient: due or not yet, with a score or without."""

from __future__ import annotations

from itertools import pairwise
from typing import Unpack

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.instruments import load_instrument
from analysis.outcomes.baseline import LAST
from analysis.outcomes.cohort import treated_patients
from analysis.outcomes.entry import is_at_threshold, stated_threshold
from analysis.outcomes.placement import day_zero, placed_scores
from analysis.outcomes.rules import Rules, require_rules
from analysis.outcomes.scores import valid_scores
from analysis.outcomes.windows import SCHEDULE, Schedule, as_schedule
from analysis.study import Study

__all__ = ["due_visits"]

_KEYS = ["subject_id", "course"]


def due_visits(study: Study, instrument: str, **rules: Unpack[Rules]) -> pd.DataFrame:
    """List every planned visit of every treated patient, and say what became of it.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Name of the scale.
    **rules
        ``schedule, baseline, baseline_at_least, course`` as in `visit_outcomes`.

    Returns
    -------
    pandas.DataFrame
        Columns of `treated_patients` and, one row per patient, course and planned visit:

        - ``at_threshold``: whether the baseline is at the stated threshold
        - ``visit`` (ordered), ``opens, closes``: first and last ``rel_day`` of its window
        - ``due``: whether the window has closed; a visit not yet due is never missing
        - ``total, score_day``: the score that stands for the visit, if any, and its ``rel_day``
        - ``scored``: due and with a score
        - ``remains``: due and with a score on or after the first day of the window, so that the
          patient has not left for good

        Patients for whom day 0 of the schedule is not known have no due visit. Patient-level.

    Raises
    ------
    DataError
        When planned visits are not in the order of their windows.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> visits = due_visits(read_study(example_folder("clinic-network")), "PHQ-9")
    >>> bool((visits["scored"] & ~visits["remains"]).any())
    False
    """
    require_rules(rules)
    plan = as_schedule(rules.get("schedule", SCHEDULE))
    _require_order(plan)
    baseline, course = rules.get("baseline", LAST), rules.get("course", 1)
    patients = treated_patients(study, instrument=instrument, baseline=baseline, course=course)
    scale = load_instrument(instrument)
    least = stated_threshold(scale.name, rules.get("baseline_at_least"))
    met = is_at_threshold(patients["baseline"], least, scale.direction)
    grid = _grid(patients.assign(at_threshold=met), plan)
    scores = placed_scores(study, instrument, patients, plan).rename(
        columns={"rel_day": "score_day"}
    )
    found = scores[[*_KEYS, "visit", "total", "score_day"]].astype({"visit": "string"})
    rows = grid.merge(found, on=[*_KEYS, "visit"], how="left")
    last = _last_score_day(study, instrument, plan)
    return _with_status(rows, last, plan)


def _require_order(plan: Schedule) -> None:
    """Refuse schedules in which who was there later may have been gone before."""
    if any(after.low <= before.high for before, after in pairwise(plan)):
        raise DataError(
            "Planned visits must be in the order of their windows, so that it is known who was "
            "still there. Sort the windows of the schedule by day."
        )


def _grid(patients: pd.DataFrame, plan: Schedule) -> pd.DataFrame:
    """Give each patient a row per planned visit."""
    windows = pd.DataFrame(
        {
            "visit": pd.array(plan.labels, dtype="string"),
            "low": [window.low for window in plan],
            "high": [window.high for window in plan],
        }
    )
    start = day_zero(patients, plan).astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    grid = patients.assign(day_0=start).merge(windows, how="cross")
    grid = grid.assign(opens=grid["day_0"] + grid["low"], closes=grid["day_0"] + grid["high"])
    return grid.drop(columns=["day_0", "low", "high"])


def _last_score_day(study: Study, instrument: str, plan: Schedule) -> pd.Series:
    """Find the day of the last score of each patient."""
    scores = valid_scores(study, instrument, same_day=plan.same_day, of_one_day=plan.of_one_day)
    return scores.groupby("subject_id")["rel_day"].max()


def _with_status(rows: pd.DataFrame, last: pd.Series, plan: Schedule) -> pd.DataFrame:
    """Say of each visit whether it is due, scored, and before the patient left."""
    until = rows["observed_until_day"].to_numpy(dtype=float, na_value=np.nan)
    latest = rows["subject_id"].map(last).to_numpy(dtype=float, na_value=np.nan)
    due = until >= rows["closes"].to_numpy()  # a comparison with a missing day is no
    rows = rows.assign(
        visit=pd.Categorical(rows["visit"], plan.labels, ordered=True),
        due=due,
        scored=due & rows["total"].notna().to_numpy(),
        remains=due & (latest >= rows["opens"].to_numpy()),
    )
    rows.attrs["patient_level"] = True
    return rows
