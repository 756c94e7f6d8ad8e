"""The canonical table of sessions: doses with titration, weights, infusion times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.synthetic.course import INDUCTION, Course, retained_on
from analysis.synthetic.people import People
from analysis.synthetic.scenarios import Scenario
from analysis.synthetic.streams import Floats, Integers, Streams

__all__ = ["Sessions", "give_sessions", "sessions_table"]

_STEP_MG_KG, _HIGHEST_MG_KG = 0.1, 1.0
_NOT_BETTER = 0.6  # doses are raised while severity is above this fraction of the baseline


@dataclass(frozen=True, kw_only=True, eq=False)
class Sessions:
    """The sessions that are in the data; arrays have one entry per session.

    Parameters
    ----------
    patient, column : numpy.ndarray
        Position of the patient, and column of the session in the course.
    number, day : numpy.ndarray
        Number of the session of this patient, and its day.
    mg, weight : numpy.ndarray
        Dose given and weight of the day.
    completed : numpy.ndarray
        Whether the full dose was given.
    """

    patient: Integers
    column: Integers
    number: Integers
    day: Integers
    mg: Floats
    weight: Floats
    completed: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        """Count the sessions."""
        return len(self.patient)

    @property
    def mg_kg(self) -> Floats:
        """Dose per kilogram."""
        return self.mg / self.weight


def give_sessions(
    people: People, course: Course, until: Floats, scenario: Scenario, streams: Streams
) -> Sessions:
    """Give the doses of all sessions that fall into the observed time.

    Parameters
    ----------
    people : People
        The patients.
    course : Course
        Their sessions.
    until : numpy.ndarray
        Last observed day of each patient.
    scenario : Scenario
        First doses.
    streams : Streams
        Source of numbers.

    Returns
    -------
    Sessions
        In the order of patients and days.
    """
    shape = course.day.shape
    seen = course.day <= until[:, None]
    weight = people.weight[:, None] * (1.0 + 0.008 * streams.normal("weight of day", *shape))
    stopped = streams.uniform("stopped", *shape)
    completed = stopped >= 0.008
    share = np.where(completed, 1.0, 0.3 + 0.5 * stopped / 0.008)
    planned = np.rint(_planned_mg_kg(people, course, scenario, streams) * weight)
    patient, column = np.nonzero(seen)
    return Sessions(
        patient=patient,
        column=column,
        number=seen.astype(np.int64).cumsum(axis=1)[patient, column],
        day=course.day[patient, column].astype(np.int64),
        mg=np.rint(planned * share)[patient, column],
        weight=np.round(weight, 1)[patient, column],
        completed=completed[patient, column],
    )


def _planned_mg_kg(people: People, course: Course, scenario: Scenario, streams: Streams) -> Floats:
    """Raise the dose from session to session while the patient is not better."""
    first = np.where(people.im, scenario.im.start_mg_kg, scenario.iv.start_mg_kg)
    days = np.nan_to_num(course.day)
    unwell = retained_on(people, course, scenario, days) > _NOT_BETTER
    willing = streams.uniform("titration", *days.shape)
    raised = np.where(unwell, willing < 0.55, willing < 0.10) & (course.day > 0)
    mg_kg: Floats = first[:, None] + _STEP_MG_KG * np.cumsum(raised, axis=1)
    return np.minimum(mg_kg, _HIGHEST_MG_KG)


def sessions_table(
    sessions: Sessions, people: People, scenario: Scenario, streams: Streams
) -> pd.DataFrame:
    """Make the canonical table of sessions.

    Parameters
    ----------
    sessions : Sessions
        The sessions.
    people : People
        The patients.
    scenario : Scenario
        Names the clinics.
    streams : Streams
        Source of numbers.

    Returns
    -------
    pandas.DataFrame
        Canonical ``sessions``.
    """
    codes = np.array([clinic.code for clinic in scenario.clinics])
    im = people.im[sessions.patient]
    longer = streams.uniform("infusion time", len(people), 15)[sessions.patient, sessions.column]
    minutes = np.where(longer < 0.85, 40.0, np.where(longer < 0.95, 45.0, 60.0))
    minutes = np.where(sessions.completed, minutes, np.rint(0.5 * minutes))
    return pd.DataFrame(
        {
            "subject_id": people.ids()[sessions.patient],
            "session_no": sessions.number,
            "site_id": codes[people.clinic[sessions.patient]],
            "course_no": 1,
            "rel_day": sessions.day,
            "agent": "ketamine",
            "route": np.where(im, "IM", "IV"),
            "dose_mg": sessions.mg,
            "dose_mg_kg": np.round(sessions.mg_kg, 2),
            "weight_kg": sessions.weight,
            "infusion_min": np.where(im, np.nan, minutes),
            "phase": np.where(sessions.column < INDUCTION, "induction", "maintenance"),
            "completed": sessions.completed,
        }
    )
