"""The canonical table of adverse events: mostly mild, in sessions; rarely serious."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.synthetic.monitoring import Measured
from analysis.synthetic.people import People
from analysis.synthetic.scenarios import Scenario
from analysis.synthetic.sessions import Sessions
from analysis.synthetic.streams import Floats, Integers, Streams, pick

__all__ = ["adverse_events_table"]

_COLUMNS = 15
_MILD = {
    "nausea": 25,
    "dizziness": 22,
    "headache": 18,
    "dissociation": 14,
    "vomiting": 8,
    "anxiety": 8,
    "blood pressure increased": 5,
}
_SERIOUS = ("suicidal ideation", "syncope", "hypertensive crisis")
_SERIOUS_SHARE = 0.0006
_VERY_HIGH = 175.0  # mm[Hg]; a third of these sessions are reported


def adverse_events_table(
    sessions: Sessions, measured: Measured, people: People, scenario: Scenario, streams: Streams
) -> pd.DataFrame:
    """Report the adverse events of all sessions; at most one per session.

    Parameters
    ----------
    sessions : Sessions
        The sessions.
    measured : Measured
        Blood pressure, which is reported when it is very high.
    people : People
        The patients.
    scenario : Scenario
        Shares by route.
    streams : Streams
        Source of numbers.

    Returns
    -------
    pandas.DataFrame
        Canonical ``adverse_events``.
    """
    drawn = streams.uniform("adverse events", len(people), _COLUMNS * 5)
    uniform = drawn.reshape(len(people), _COLUMNS, 5)[sessions.patient, sessions.column]
    im = people.im[sessions.patient]
    share = np.where(im, scenario.im.adverse_event_share, scenario.iv.adverse_event_share)
    serious = uniform[:, 0] < _SERIOUS_SHARE
    pressure = (measured.peak("sbp") >= _VERY_HIGH) & (uniform[:, 3] < 1.0 / 3.0)
    term = np.array(list(_MILD))[pick(uniform[:, 1], list(_MILD.values()))]
    term = np.where(pressure, "blood pressure increased", term)
    which = np.floor(len(_SERIOUS) * uniform[:, 1]).astype(np.int64)
    term = np.where(serious, np.array(_SERIOUS)[which], term)
    rows = np.flatnonzero(pressure | (uniform[:, 0] < share))
    return _table(rows, sessions, people, term=term[rows], serious=serious[rows], u=uniform[rows])


def _table(
    rows: Integers,
    sessions: Sessions,
    people: People,
    *,
    term: np.ndarray[tuple[int, ...], np.dtype[np.str_]],
    serious: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    u: Floats,
) -> pd.DataFrame:
    """Lay out the events of the given sessions."""
    mild = 1 + pick(u[:, 2], (80, 18, 2))
    outcome = np.where(
        u[:, 4] < 0.94, "recovered", np.where(u[:, 4] < 0.98, "recovering", "unknown")
    )
    ids = pd.Series(people.ids()[sessions.patient[rows]])
    return pd.DataFrame(
        {
            "subject_id": ids,
            "ae_no": ids.groupby(ids).cumcount() + 1,
            "session_no": sessions.number[rows],
            "start_day": sessions.day[rows],
            "term": term,
            "severity": np.where(serious, 3, mild),
            "serious": serious,
            "related": u[:, 3] < 0.9,
            "outcome": outcome,
        }
    )
