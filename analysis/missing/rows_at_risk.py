"""Rows at risk of dropping out, one per patient and due visit, with what was known before."""

from __future__ import annotations

from typing import Unpack

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.missing.due import due_visits
from analysis.outcomes.rules import Rules
from analysis.outcomes.scores import valid_scores
from analysis.outcomes.windows import SCHEDULE, as_schedule
from analysis.study import Study

__all__ = ["dropout_rows"]

_KNOWN_LATER = (
    *("end_day", "last_induction_day", "gap_days", "n_sites", "n_sessions", "n_induction"),
    *("n_maintenance", "completed_induction", "observed_until_day", "last_contact_day"),
)
"""Columns of `treated_patients` that are made of what came after the start of treatment."""


def dropout_rows(study: Study, instrument: str, **rules: Unpack[Rules]) -> pd.DataFrame:
    """List, per patient and due visit up to dropout, who leaves and what was known before.

    A patient drops out at the first due visit from the window of which on no score follows; a gap
    with a later score is none. A last visit is judged by what was recorded up to now: some who
    only missed it will come back.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Name of the scale.
    **rules
        ``schedule, baseline, baseline_at_least, course`` as in `visit_outcomes`; one course.

    Returns
    -------
    pandas.DataFrame
        Columns of `due_visits` that are known at the start of treatment, for patients with a
        baseline at the threshold, and their due visits up to the one at which they left:
        ``visit, opens, closes, scored, remains`` and ``dropped_out``, its opposite; ``total`` and
        ``change`` (from baseline) where there is a score. Of what was recorded before the window
        opens: ``last_score`` (points), ``last_change`` (last score − baseline),
        ``days_since_score``, ``sessions_so_far``, and ``side_effects`` (sessions so far with a
        recorded adverse event; absent without that table). Patient-level.

    Raises
    ------
    DataError
        When several courses per patient are asked for, or nobody is at risk.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> rows = dropout_rows(read_study(example_folder("clinic-network")), "PHQ-9")
    >>> int(rows.groupby("subject_id")["dropped_out"].sum().max())
    1
    """
    if rules.get("course", 1) == "all":
        raise DataError("Dropout is described for one course of each patient; give its number.")
    visits = due_visits(study, instrument, **rules)
    visits = visits[visits["due"] & visits["at_threshold"]]
    if visits.empty:
        raise DataError("No patient with a baseline at the threshold has a planned visit due yet.")
    gone = (~visits["remains"]).groupby(visits["subject_id"]).cumsum()
    rows = visits[gone.sub((~visits["remains"]).astype(int)).eq(0)].reset_index(drop=True)
    plan = as_schedule(rules.get("schedule", SCHEDULE))
    scores = valid_scores(study, instrument, same_day=plan.same_day, of_one_day=plan.of_one_day)
    rows = _with_sessions(_with_last_score(rows.drop(columns=list(_KNOWN_LATER)), scores), study)
    rows = rows.assign(dropped_out=~rows["remains"], change=rows["total"] - rows["baseline"])
    rows.attrs["patient_level"] = True
    return rows


def _with_last_score(rows: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Add the last score before each window, and the change up to it."""
    known = scores.rename(columns={"total": "last_score", "rel_day": "known_day"})
    rows = _as_of(rows, known[["subject_id", "known_day", "last_score"]])
    last = rows["last_score"].astype(float)
    return rows.assign(
        last_score=last,
        last_change=last - rows["baseline"].astype(float),
        days_since_score=rows["opens"] - rows["known_day"],
    ).drop(columns="known_day")


def _with_sessions(rows: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Add how many sessions, and how many of them with an adverse event, came before."""
    sessions = study.table("sessions")[["subject_id", "session_no", "rel_day"]]
    sessions = sessions.sort_values(["subject_id", "rel_day", "session_no"], kind="stable")
    named = {"sessions_so_far": pd.Series(1, index=sessions.index)}
    if "adverse_events" in study.tables:
        events = study.tables["adverse_events"][["subject_id", "session_no"]].dropna()
        keys = ["subject_id", "session_no"]
        followed = pd.MultiIndex.from_frame(sessions[keys]).isin(pd.MultiIndex.from_frame(events))
        named["side_effects"] = pd.Series(followed.astype(int), index=sessions.index)
    counts = {name: flag.groupby(sessions["subject_id"]).cumsum() for name, flag in named.items()}
    known = sessions.rename(columns={"rel_day": "known_day"}).drop(columns="session_no")
    found = _as_of(rows, known.assign(**counts)).drop(columns="known_day")
    return found.assign(**{name: found[name].fillna(0.0).astype(float) for name in counts})


def _as_of(rows: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Join to each row what was known last before its window opens."""
    known = known.assign(known_day=known["known_day"].astype(float)).sort_values("known_day")
    left = rows.assign(_order=np.arange(len(rows))).sort_values("opens", kind="stable")
    found = pd.merge_asof(
        left,
        known,
        left_on="opens",
        right_on="known_day",
        by="subject_id",
        allow_exact_matches=False,
    )
    return found.sort_values("_order").drop(columns="_order").reset_index(drop=True)
