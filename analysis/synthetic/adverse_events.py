"""The canonical table of adverse events: mild ones of sessions, harms of long use, deaths."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.synthetic.arithmetic import Floats
from analysis.synthetic.contact import Contact
from analysis.synthetic.frames import canonical
from analysis.synthetic.monitoring import Measured
from analysis.synthetic.people import People
from analysis.synthetic.scenarios import Scenario
from analysis.synthetic.sessions import Sessions
from analysis.synthetic.streams import Flags, Integers, Streams, pick

__all__ = ["HARMS", "adverse_events_table", "reported"]

_MILD = {
    "nausea": 25,
    "dizziness": 22,
    "headache": 18,
    "dissociation": 14,
    "vomiting": 8,
    "anxiety": 8,
    "blood pressure increased": 5,
}
_PRESSURE = "blood pressure increased"
_SERIOUS = ("suicidal ideation", "syncope", "hypertensive crisis")
_SERIOUS_SHARE = 0.0006
_VERY_HIGH = 175.0  # mm[Hg]; a third of these sessions are reported
HARMS = ("urinary symptoms", "cognitive complaint", "ketamine misuse")
"""Harms of long use."""
_LONG_USE = 6  # maintenance sessions after which they can appear


def reported(
    sessions: Sessions, measured: Measured, people: People, scenario: Scenario, streams: Streams
) -> tuple[Flags, Flags, Floats]:
    """Decide in which sessions an adverse event is reported, and which of them are serious.

    Parameters
    ----------
    sessions : Sessions
        The sessions.
    measured : Measured
        Blood pressure, which is reported when it is very high.
    people : People
        The patients.
    scenario : Scenario
        Shares by regimen.
    streams : Streams
        Source of numbers.

    Returns
    -------
    event, serious : numpy.ndarray
        One entry per session.
    uniform : numpy.ndarray
        Shape (sessions, 6): what else is drawn about the event.
    """
    uniform = sessions.uniform(streams, "adverse events", len(people), 6)
    share = people.by_regimen(scenario, "adverse_event_share").astype(np.float64)
    serious = uniform[:, 0] < _SERIOUS_SHARE
    because = sessions.stopped_for(streams, len(people), "adverse event")
    event = _high(measured, sessions, uniform) | (uniform[:, 0] < share[sessions.patient]) | because
    return event, serious & event, uniform


def _high(measured: Measured, sessions: Sessions, uniform: Floats) -> Flags:
    """Tell in which sessions very high pressure is reported."""
    high: Flags = measured.peak("sbp", len(sessions)) >= _VERY_HIGH
    return high & (uniform[:, 3] < 1.0 / 3.0)


def adverse_events_table(
    drawn: tuple[Flags, Flags, Floats],
    sessions: Sessions,
    measured: Measured,
    people: People,
    contact: Contact,
    last_contact: Integers,
    scenario: Scenario,
    streams: Streams,
) -> pd.DataFrame:
    """Report the adverse events of all sessions, harms of long use, and deaths.

    Parameters
    ----------
    drawn : tuple of numpy.ndarray
        What `reported` gives.
    sessions : Sessions
        The sessions.
    measured : Measured
        Blood pressure.
    people : People
        The patients.
    contact : Contact
        Days of death.
    last_contact : numpy.ndarray
        Last day on which each patient was seen; an end after it is not known.
    scenario : Scenario
        Shares.
    streams : Streams
        Source of numbers.

    Returns
    -------
    pandas.DataFrame
        Canonical ``adverse_events``.
    """
    acute = _acute(*drawn, sessions, measured)
    others = (_long_use(sessions, people, scenario, streams), _deaths(contact))
    # empty frames would decide the types of the columns
    rows = pd.concat([acute, *(part for part in others if len(part))], ignore_index=True)
    rows = rows.sort_values(["patient", "start_day"], kind="stable", ignore_index=True)
    end = rows["end_day"].where(rows["end_day"].le(last_contact[rows["patient"]]))
    end = end.where(rows["outcome"].isin(["recovered", "fatal"]))
    columns = {name: rows[name].to_numpy() for name in ("start_day", "term", "severity", "serious")}
    return canonical(
        "adverse_events",
        {
            **columns,
            "subject_id": people.ids().astype(object)[rows["patient"]],
            "ae_no": rows.groupby("patient").cumcount().to_numpy() + 1,
            "session_no": rows["session_no"].astype("Int64"),
            "end_day": end.astype("Int64"),
            "related": rows["related"].to_numpy(dtype=bool),
            "outcome": rows["outcome"].mask(
                end.isna() & rows["outcome"].eq("recovered"), "unknown"
            ),
        },
    )


def _acute(
    event: Flags, serious: Flags, uniform: Floats, sessions: Sessions, measured: Measured
) -> pd.DataFrame:
    """Lay out the events of the sessions; at most one each."""
    at = np.flatnonzero(event)
    u, grave = uniform[at], serious[at]
    term = np.array(list(_MILD))[pick(u[:, 1], list(_MILD.values()))]
    watched = np.isfinite(measured.peak("sbp", len(sessions))[at])
    term = np.where(watched | (term != _PRESSURE), term, "dizziness")
    term = np.where(_high(measured, sessions, uniform)[at], _PRESSURE, term)
    which = np.floor(len(_SERIOUS) * u[:, 1]).astype(np.int64)
    return _rows(
        sessions.day[at],
        np.where(grave, 3, np.floor(2.0 * u[:, 5])),
        {
            "patient": sessions.patient[at],
            "session_no": sessions.number[at].astype(np.float64),
            "term": np.where(grave, np.array(_SERIOUS)[which], term),
            "severity": np.where(grave, 3, 1 + pick(u[:, 2], (80, 18, 2))),
            "serious": grave,
            "related": u[:, 3] < 0.9,
            "outcome": np.where(u[:, 4] < 0.98, "recovered", "unknown"),
        },
    )


def _long_use(
    sessions: Sessions, people: People, scenario: Scenario, streams: Streams
) -> pd.DataFrame:
    """Report harms of long use, on the day of a later maintenance session."""
    u = sessions.uniform(streams, "long use", len(people), 2)
    before: Integers = np.cumsum(sessions.maintenance) - sessions.maintenance
    first = np.searchsorted(sessions.patient, sessions.patient)
    earlier: Integers = before - before[first]
    share = scenario.treatment.harm_per_session
    at = np.flatnonzero(sessions.maintenance & (earlier >= _LONG_USE) & (u[:, 0] < share))
    which = np.floor(len(HARMS) * u[at, 1]).astype(np.int64)
    n = len(at)
    return _rows(
        sessions.day[at],
        np.full(n, 60.0),
        {
            "patient": sessions.patient[at],
            "session_no": np.full(n, np.nan),
            "term": np.array(HARMS)[which],
            "severity": np.full(n, 2),
            "serious": np.zeros(n, dtype=bool),
            "related": np.ones(n, dtype=bool),
            "outcome": np.full(n, "recovering"),
        },
    )


def _deaths(contact: Contact) -> pd.DataFrame:
    """Report deaths while the patient was in contact."""
    at = np.flatnonzero(contact.died)
    n = len(at)
    return _rows(
        contact.death[at].astype(np.int64),
        np.zeros(n),
        {
            "patient": at,
            "session_no": np.full(n, np.nan),
            "term": np.full(n, "death"),
            "severity": np.full(n, 5),
            "serious": np.ones(n, dtype=bool),
            "related": np.zeros(n, dtype=bool),
            "outcome": np.full(n, "fatal"),
        },
    )


def _rows(start_day: Integers, length: Floats, columns: dict[str, Any]) -> pd.DataFrame:
    """Put events into a frame; text as objects, so that frames can be joined."""
    return pd.DataFrame({"start_day": start_day, "end_day": start_day + length, **columns}).astype(
        {"term": object, "outcome": object}
    )
