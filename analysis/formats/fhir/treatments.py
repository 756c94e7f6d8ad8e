"""Sessions and their monitoring from what was kept of doses and measurements."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.formats.fhir.collecting import Administration, Measured
from analysis.formats.fhir.frames import Linking, days_of, extra_columns, frame_of, placed, whole
from analysis.formats.fhir.measurements import WEIGHT
from analysis.study import UNITS

__all__ = ["doses_of", "monitoring_of", "session_of_key", "sessions_of", "with_weights"]

_EARLIEST, _LATEST = -240, 1440  # minutes of monitoring around the start of a dose


def doses_of(linking: Linking) -> pd.DataFrame:
    """Return the doses of the drugs of a study, with the patient and the day of each.

    Parameters
    ----------
    linking : Linking
        What was kept.

    Returns
    -------
    pandas.DataFrame
        Doses in the order of their time within each patient.
    """
    doses = frame_of(linking.collected.administrations, Administration)
    named = doses["medication"].map(linking.collected.agent_of)
    agent = doses["agent"].where(doses["agent"].ne(""), named).fillna("")
    doses = linking.keep(doses.assign(agent=agent), "sessions", "another drug", agent.ne(""))
    day, seconds = days_of(doses["start"])
    patient = doses["subject"].map(linking.collected.patient_of).astype(object)
    doses = doses.assign(subject_id=patient, day=day, seconds=seconds)
    known = doses["subject_id"].notna() & doses["day"].notna()
    order = ["subject_id", "day", "seconds"]
    return doses[known].sort_values(order, kind="stable", na_position="first")


def sessions_of(linking: Linking, home: pd.Series) -> pd.DataFrame:
    """Make the table of sessions, with columns beside it that other tables need.

    Parameters
    ----------
    linking : Linking
        What was kept, with the days 0.
    home : pandas.Series
        Clinic by patient.

    Returns
    -------
    pandas.DataFrame
        Canonical columns, and ``keys, seconds``.
    """
    doses = doses_of(linking)
    frame = placed(doses, "start", "sessions", linking)
    frame = frame.sort_values(["subject_id", "day", "seconds"], kind="stable", na_position="first")
    ended = days_of(frame["end"])[1]
    frame = frame.assign(
        session_no=frame.groupby("subject_id").cumcount() + 1,
        site_id=frame["subject_id"].map(home),
        course_no=_courses(frame, linking),
        route=frame["route"].replace("", None),
        stop_reason=frame["stop_reason"].replace("", None),
        infusion_min=((ended - frame["seconds"]) / 60).round(6),
    )
    frame["phase"] = _phases(frame, linking)
    frame = extra_columns(frame, "sessions")
    frame["session_no"] = whole(frame["session_no"])
    linking.derived["FHR-014"] += int(frame["route"].isna().sum())
    return frame.reset_index(drop=True)


def _courses(frame: pd.DataFrame, linking: Linking) -> pd.Series:
    """Give each session its course: a new one begins after the gap that the analyst says."""
    gap = linking.options.about.get("course_gap_days") or np.inf
    pause = frame.groupby("subject_id")["rel_day"].diff()
    course = (pause >= gap).astype(int).groupby(frame["subject_id"]).cumsum() + 1
    linking.derived["FHR-043"] += sum("course_no" not in each for each in frame["extras"])
    return course


def _phases(frame: pd.DataFrame, linking: Linking) -> pd.Series:
    """Say which sessions are induction: those of the first days of a course."""
    first = frame.groupby(["subject_id", "course_no"])["rel_day"].transform("min")
    early = frame["rel_day"] - first < linking.options.induction_days
    linking.derived["FHR-044"] += sum("phase" not in each for each in frame["extras"])
    return pd.Series(np.where(early, "induction", "maintenance"), frame.index)


def session_of_key(sessions: pd.DataFrame) -> dict[str, int]:
    """Return the row of the session by every key under which it can be referred to."""
    exploded = sessions["keys"].explode().dropna()
    return dict(zip(exploded[::-1], exploded.index[::-1], strict=True))  # the first one wins


def _linked(frame: pd.DataFrame, sessions: pd.DataFrame) -> pd.Series:
    """Find the session of each row by its links; missing where none leads to one of the patient."""
    key_of = session_of_key(sessions)
    found = [
        next((key_of[key] for key in links if key in key_of), np.nan) for links in frame["links"]
    ]
    row = pd.Series(found, frame.index, dtype=float)
    owner = row.map(sessions["subject_id"])
    return row.where(owner.eq(frame["subject_id"]))


def monitoring_of(linking: Linking, sessions: pd.DataFrame) -> pd.DataFrame:
    """Make the table of monitoring.

    Parameters
    ----------
    linking : Linking
        What was kept.
    sessions : pandas.DataFrame
        As `sessions_of` gives.

    Returns
    -------
    pandas.DataFrame
        Measurements of the session to which they refer, else of the last session that began before
        them or up to four hours after; others are left out and counted.
    """
    frame = frame_of(linking.collected.measured, Measured)
    frame = placed(frame[frame["parameter"].ne(WEIGHT)], "when", "monitoring", linking)
    timed = linking.keep(frame, "monitoring", "no time of day", frame["seconds"].notna())
    row = _linked(timed, sessions)
    row = row.fillna(_by_time(timed[row.isna()], sessions).reindex(timed.index))
    timed = timed.assign(row=row)
    timed = linking.keep(timed, "monitoring", "not during a session", row.notna())
    minutes = ((timed["seconds"] - timed["row"].map(sessions["seconds"])) / 60).round()
    timed = timed.assign(rel_min=minutes, session_no=timed["row"].map(sessions["session_no"]))
    near = minutes.between(_EARLIEST, _LATEST)
    timed = linking.keep(timed, "monitoring", "not during a session", near)
    timed = timed.assign(unit=timed["parameter"].map(UNITS))
    return timed.reset_index(drop=True)


def _by_time(frame: pd.DataFrame, sessions: pd.DataFrame) -> pd.Series:
    """Find the session of each row by its time."""
    starts = sessions.reset_index(names="row")[["row", "subject_id", "seconds"]].dropna()
    if frame.empty or starts.empty:
        return pd.Series(dtype=float)
    text = {"subject_id": "string"}
    late = frame[["subject_id", "seconds"]].astype(text).reset_index(names="place")
    late["seconds"] -= 60 * _EARLIEST
    found = pd.merge_asof(
        late.sort_values("seconds", kind="stable"),
        starts.astype({**text, "seconds": float}).sort_values("seconds", kind="stable"),
        on="seconds",
        by="subject_id",
    )
    return found.set_index("place")["row"].astype(float)


def with_weights(linking: Linking, sessions: pd.DataFrame) -> pd.DataFrame:
    """Put body weights into the sessions to which they refer, else of the same day.

    Parameters
    ----------
    linking : Linking
        What was kept.
    sessions : pandas.DataFrame
        As `sessions_of` gives.

    Returns
    -------
    pandas.DataFrame
        With ``weight_kg`` where any is known.
    """
    frame = frame_of(linking.collected.measured, Measured)
    frame = placed(frame[frame["parameter"].eq(WEIGHT)], "when", "sessions", linking)
    if frame.empty:
        return sessions
    row = _linked(frame, sessions)
    days = sessions.drop_duplicates(["subject_id", "rel_day"])
    day_of = dict(
        zip(zip(days["subject_id"], days["rel_day"], strict=True), days.index, strict=True)
    )
    keys = zip(frame["subject_id"], frame["rel_day"], strict=True)
    same_day = pd.Series([day_of.get(key, np.nan) for key in keys], frame.index, dtype=float)
    frame = frame.assign(row=row.fillna(same_day))
    frame = linking.keep(frame, "sessions", "weight of no session", frame["row"].notna())
    first = frame.drop_duplicates("row").set_index("row")["value"].astype(float)
    return sessions.assign(weight_kg=sessions.index.to_series().map(first))
