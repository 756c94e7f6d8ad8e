"""Relapses that come back: each time at risk, from a recovery to the next relapse."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.instruments import load_instrument
from analysis.outcomes.definition import Definition
from analysis.outcomes.endpoints.origins import ABOUT, Origin
from analysis.outcomes.endpoints.sources import ScoreEvent
from analysis.outcomes.endpoints.visits import baselines, judgeable, scores_in_follow_up
from analysis.outcomes.judging import judge_scores
from analysis.study import Study

__all__ = ["relapse_episodes"]


def relapse_episodes(
    study: Study, event: ScoreEvent, *, origin: Origin, recovery: str | Definition
) -> pd.DataFrame:
    """Lay out every relapse of a patient: one row per time at risk.

    A patient in relapse cannot relapse; the next one needs a recovery in between, so that one long
    episode seen at five visits is not five relapses.

    Parameters
    ----------
    study : Study
        A checked study.
    event : ScoreEvent
        What a score must show to be a relapse, perhaps confirmed.
    origin : Origin
        Day 0, such as a response; patients are at risk from it on.
    recovery : str or Definition
        What a score of the same scale must show for the relapse to be over.

    Returns
    -------
    pandas.DataFrame
        ``subject_id``, what is known of the patient when treatment starts, ``episode`` (1 is the
        first), ``start, stop`` (days from the origin), ``event``; for `recurrent_events` and
        `mean_cumulative_count`. Patient-level.

    Raises
    ------
    DataError
        When the scale lacks a definition, or the event is not seen by scores.

    Notes
    -----
    Relapses and recoveries are dated at the visits that showed them. Time in relapse is not at
    risk. Scores at the end that show a relapse which nothing confirms or refutes say nothing: time
    at risk ends at the last score before them. Patients who have no score of the scale, or lack
    the baseline that the event needs, are left out.

    Examples
    --------
    >>> from analysis.outcomes import from_first_treatment
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> rows = relapse_episodes(
    ...     read_study(example_folder("clinic-network")),
    ...     ScoreEvent(instrument="PHQ-9", definition="relapse_phq9_10"),
    ...     origin=from_first_treatment("PHQ-9"), recovery="remission")
    >>> bool((rows["stop"] > rows["start"]).all())
    True
    """
    if not isinstance(event, ScoreEvent):
        raise DataError("Episodes of relapse are told by scores: give a ScoreEvent.")
    patients, _ = judgeable(origin.find(study), [event], study, origin.rules)
    closes = patients["observed_until_day"] - patients["seen_day"]
    visits = scores_in_follow_up(study, event, patients, closes, origin.rules)
    about = patients[["subject_id", "course"]].merge(
        baselines(study, event.instrument, origin.rules), on=["subject_id", "course"]
    )
    before = visits["subject_id"].map(about.set_index("subject_id")["baseline"])
    recovered = judge_scores(visits["total"], before, recovery, load_instrument(event.instrument))
    state = pd.Series(np.select([visits["event"], recovered], [1.0, 0.0], np.nan))
    ill = state.groupby(visits["subject_id"]).ffill().fillna(0.0).eq(1.0)
    was = ill.groupby(visits["subject_id"]).shift(fill_value=False)
    begins, ends = visits[was & ~ill], visits[ill & ~was]
    rows = _times_at_risk(_known_until(visits), begins, ends)
    entry = (patients["seen_day"] - patients["origin_day"]).set_axis(patients["subject_id"])
    shift = rows["subject_id"].map(entry)
    rows = rows.assign(start=rows["start"] + shift, stop=rows["stop"] + shift)
    found = rows.merge(patients[["subject_id", *ABOUT]], on="subject_id")
    found = found[["subject_id", *ABOUT, "episode", "start", "stop", "event"]]
    found.attrs["patient_level"] = True
    return found


def _known_until(visits: pd.DataFrame) -> pd.DataFrame:
    """Find the last day of each patient up to which it is known whether a relapse came."""
    closed = visits[~visits["open"]].groupby("subject_id")["day"].max()
    who = visits["subject_id"].drop_duplicates()
    return pd.DataFrame({"subject_id": who, "last": who.map(closed).fillna(0.0)})


def _times_at_risk(last: pd.DataFrame, begins: pd.DataFrame, ends: pd.DataFrame) -> pd.DataFrame:
    """Pair each start, of the origin or of a recovery, with the relapse or last visit after it."""
    starts = pd.concat([last[["subject_id"]].assign(start=0.0), _days(begins, "start")])
    starts = _numbered(starts, "start")
    stops = _numbered(_days(ends, "stop"), "stop")
    rows = starts.merge(stops, on=["subject_id", "episode"], how="left").merge(
        last, on="subject_id"
    )
    event = rows["stop"].notna()
    rows = rows.assign(event=event, stop=rows["stop"].fillna(rows["last"]))
    rows = rows[rows["stop"].gt(rows["start"])]
    return rows.sort_values(["subject_id", "start"], kind="stable")


def _days(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Take the days of some visits under another name."""
    return rows[["subject_id", "day"]].rename(columns={"day": name})


def _numbered(rows: pd.DataFrame, day: str) -> pd.DataFrame:
    """Count the days of each patient, from 1 on."""
    rows = rows.sort_values(["subject_id", day], kind="stable")
    return rows.assign(episode=rows.groupby("subject_id").cumcount() + 1)
