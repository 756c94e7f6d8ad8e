"""The sessions that are in the data: doses with titration, weights, infusion times, recovery."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.synthetic.arithmetic import Floats, exponential, latent, normal_quantile
from analysis.synthetic.course import Course
from analysis.synthetic.frames import canonical, coded
from analysis.synthetic.path import fraction_on
from analysis.synthetic.people import People
from analysis.synthetic.scenarios import Scenario
from analysis.synthetic.streams import Flags, Integers, Streams

__all__ = ["Sessions", "give_sessions", "sessions_table"]

_NOT_BETTER = 0.6  # doses are raised while severity is above this fraction of the baseline
_SLOW = 0.04  # share of sessions after which recovery takes much longer
_STOP_REASONS = ("adverse event", "blood pressure", "dissociation", "patient's wish")
_PHASES = ("induction", "maintenance")


@dataclass(frozen=True, kw_only=True, eq=False)
class Sessions:
    """The sessions that are in the data; arrays have one entry per session, by patient and day.

    Parameters
    ----------
    patient, column : numpy.ndarray
        Position of the patient, and column of the session in the course.
    day, course_no : numpy.ndarray
        Its day and the number of its course.
    maintenance, completed : numpy.ndarray
        Whether it is a maintenance session, and whether the full dose was given.
    mg, weight : numpy.ndarray
        Dose given and weight of the day.
    clinic : numpy.ndarray
        Position of the clinic.
    over_min : numpy.ndarray
        Minutes until the acute effects are over.
    room : int
        Sessions for which there are random numbers.
    """

    patient: Integers
    column: Integers
    day: Integers
    course_no: Integers
    maintenance: Flags
    completed: Flags
    mg: Floats
    weight: Floats
    clinic: Integers
    over_min: Floats
    room: int

    def __len__(self) -> int:
        """Count the sessions."""
        return len(self.patient)

    @property
    def number(self) -> Integers:
        """Number of the session of its patient, from 1."""
        return self.column + 1

    @property
    def mg_kg(self) -> Floats:
        """Dose per kilogram."""
        return self.mg / self.weight

    def uniform(self, streams: Streams, name: str, n: int, each: int = 1) -> Floats:
        """Draw uniform numbers per session, the same for a session whoever is drawn besides.

        Parameters
        ----------
        streams : Streams
            Source of numbers.
        name : str
            Name of the stream.
        n : int
            Number of patients.
        each : int
            Numbers per session.

        Returns
        -------
        numpy.ndarray
            Shape (sessions, each).
        """
        drawn = streams.uniform(name, n, self.room * each).reshape(n, self.room, each)
        taken: Floats = drawn[self.patient, self.column]
        return taken

    def reason(self, streams: Streams, n: int) -> Integers:
        """Position of the reason in the list of reasons for which a dose is stopped; -1 without.

        Parameters
        ----------
        streams : Streams
            Source of numbers.
        n : int
            Number of patients.

        Returns
        -------
        numpy.ndarray
            One entry per session.
        """
        drawn = np.floor(len(_STOP_REASONS) * self.uniform(streams, "stop reason", n)[:, 0])
        return np.where(self.completed, -1, drawn).astype(np.int64)

    def stopped_for(self, streams: Streams, n: int, reason: str) -> Flags:
        """Tell which sessions were stopped for a reason.

        Parameters
        ----------
        streams : Streams
            Source of numbers.
        n : int
            Number of patients.
        reason : str
            One of the reasons.

        Returns
        -------
        numpy.ndarray
            One entry per session.
        """
        stopped: Flags = self.reason(streams, n) == _STOP_REASONS.index(reason)
        return stopped


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
        Regimens.
    streams : Streams
        Source of numbers.

    Returns
    -------
    Sessions
        By patient and day.
    """
    n = len(people)
    patient, column = np.nonzero(course.day <= np.maximum(until, 0.0)[:, None])
    day_weight = 0.008 * normal_quantile(
        streams.uniform("weight of day", n, course.room)[patient, column]
    )
    weight = np.round(latent(people.weight[patient] * (1.0 + day_weight)), 1)
    dose = _planned_dose(people, course, scenario, streams)[patient, column]
    per_kg = people.by_regimen(scenario, "per_kg")[patient].astype(bool)
    stopped = streams.uniform("stopped", n, course.room)[patient, column]
    completed = stopped >= 0.008
    share = np.where(completed | ~per_kg, 1.0, 0.3 + 0.5 * stopped / 0.008)
    planned = np.where(per_kg, np.rint(latent(dose * weight)), dose)
    over = people.by_regimen(scenario, "over_min")[patient].astype(np.float64)
    recovery = streams.uniform("recovery", n, 2 * course.room).reshape(n, course.room, 2)
    slow = recovery[patient, column, 0] < _SLOW
    spread = exponential(0.12 * normal_quantile(recovery[patient, column, 1]))
    moved = column >= people.moves_after[patient]
    return Sessions(
        patient=patient,
        column=column,
        day=course.day[patient, column].astype(np.int64),
        course_no=course.number[patient, column],
        maintenance=course.maintenance[patient, column],
        completed=completed | ~per_kg,
        mg=np.rint(latent(planned * share)),
        weight=weight,
        clinic=np.where(moved, people.second_clinic[patient], people.clinic[patient]),
        over_min=latent(over * spread * np.where(slow, 1.9, 1.0)),
        room=course.room,
    )


def _planned_dose(people: People, course: Course, scenario: Scenario, streams: Streams) -> Floats:
    """Raise the dose from session to session while the patient is not better."""
    first, step, highest = (
        people.by_regimen(scenario, name).astype(np.float64)[:, None]
        for name in ("start_dose", "dose_step", "highest_dose")
    )
    days = np.where(course.taken, course.day, 0.0)
    unwell = fraction_on(course, scenario, days) > _NOT_BETTER
    willing = streams.uniform("titration", len(people), course.room)[:, : days.shape[1]]
    raised = (willing < np.where(unwell, 0.55, 0.10)) & (np.arange(days.shape[1]) > 0)
    dose: Floats = first + step * np.cumsum(raised, axis=1)
    return np.minimum(dose, highest)


def sessions_table(
    sessions: Sessions, event: Flags, people: People, scenario: Scenario, streams: Streams
) -> pd.DataFrame:
    """Make the canonical table of sessions.

    Parameters
    ----------
    sessions : Sessions
        The sessions.
    event : numpy.ndarray
        Sessions with an adverse event; in these events were asked about.
    people : People
        The patients.
    scenario : Scenario
        Names the clinics and regimens.
    streams : Streams
        Source of numbers.

    Returns
    -------
    pandas.DataFrame
        Canonical ``sessions``.
    """
    n = len(people)
    regimen = people.regimen[sessions.patient]
    per_kg = np.array([r.per_kg for r in scenario.regimens])[regimen]
    agents, routes = ([getattr(r, name) for r in scenario.regimens] for name in ("agent", "route"))
    asked = sessions.uniform(streams, "events asked", n)[:, 0] >= 0.03
    ready, left = _discharge(sessions, people, scenario, streams)
    return canonical(
        "sessions",
        {
            "subject_id": people.ids().astype(object)[sessions.patient],
            "session_no": sessions.number,
            "site_id": coded(sessions.clinic, [clinic.code for clinic in scenario.clinics]),
            "course_no": sessions.course_no,
            "rel_day": sessions.day,
            "agent": np.array(agents, dtype=object)[regimen],
            "route": np.array(routes, dtype=object)[regimen],
            "dose_mg": sessions.mg,
            "dose_mg_kg": np.where(per_kg, np.round(latent(sessions.mg_kg), 2), np.nan),
            "weight_kg": sessions.weight,
            "infusion_min": _infusion_min(sessions, regimen, scenario, streams, n),
            "phase": coded(sessions.maintenance.astype(np.int64), _PHASES),
            "completed": sessions.completed,
            "ae_assessed": asked | event,
            "stop_reason": coded(sessions.reason(streams, n), _STOP_REASONS),
            "discharge_ready_min": ready,
            "discharged_min": left,
        },
    )


def _infusion_min(
    sessions: Sessions, regimen: Integers, scenario: Scenario, streams: Streams, n: int
) -> Floats:
    """Length of the infusion; some take longer, and a stopped one is shorter."""
    planned = np.array([r.infusion_min for r in scenario.regimens], dtype=np.float64)[regimen]
    longer = sessions.uniform(streams, "infusion time", n)[:, 0]
    minutes = planned + np.where(longer < 0.85, 0.0, np.where(longer < 0.95, 5.0, 20.0))
    minutes = np.where(sessions.completed, minutes, np.rint(0.5 * minutes))
    return np.where(planned > 0, minutes, np.nan)


def _discharge(
    sessions: Sessions, people: People, scenario: Scenario, streams: Streams
) -> tuple[Floats, Floats]:
    """Minutes until ready to leave and until left; missing where nobody watches.

    Nobody leaves before the last planned reading, which may be two minutes late.
    """
    watched = np.array([bool(r.monitored_min) for r in scenario.regimens])
    last = [max(r.monitored_min, default=-2) + 2 for r in scenario.regimens]
    rules = [r.earliest_discharge_min for r in scenario.regimens]
    earliest = np.maximum(rules, last).astype(np.float64)
    regimen = people.regimen[sessions.patient]
    wait = np.floor(25.0 * sessions.uniform(streams, "discharge", len(people))[:, 0])
    ready = np.ceil(sessions.over_min / 5.0) * 5.0
    left = np.maximum(ready, earliest[regimen]) + wait
    there = watched[regimen]
    return np.where(there, ready, np.nan), np.where(there, left, np.nan)
