"""When scores are planned, which are taken, and until when a patient is in contact."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.synthetic.course import Course, severity_on
from analysis.synthetic.people import HIGHEST, LOWEST, People
from analysis.synthetic.scenarios import Scenario
from analysis.synthetic.streams import Floats, Integers, Streams, expit, logit

__all__ = ["CLINICIAN_SLOTS", "KINDS", "Visits", "plan_visits", "taken"]

WEEKS = (4, 8, 12, 16, 20, 26)
"""Planned follow-up, weeks after the first treatment."""

KINDS = ("screening", "baseline", "session", "follow-up")
_MIDDLE, _UNIT = 11.0, 5.0
_N_SESSIONS = 14  # a score before each session but the first
_END = 2 + _N_SESSIONS
CLINICIAN_SLOTS = (1, _END, _END + 1, _END + 2, _END + 3, _END + 6)
"""Slots of the longer scales: baseline, end of induction, weeks 4, 8, 12 and 26."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Visits:
    """Planned scores of all patients; arrays have shape (patients, slots).

    Parameters
    ----------
    day : numpy.ndarray
        Day of the score.
    planned : numpy.ndarray
        Whether the score is planned.
    kind : numpy.ndarray
        Shape (slots,): position in `KINDS`.
    severity : numpy.ndarray
        Severity on the day with its day-to-day spread, PHQ-9 points.
    contact_until : numpy.ndarray
        Shape (patients,): last day of contact; infinite when contact was never lost.
    """

    day: Integers
    planned: npt.NDArray[np.bool_]
    kind: Integers
    severity: Floats
    contact_until: Floats

    @property
    def last_planned(self) -> Integers:
        """Day of the last follow-up of each patient."""
        return self.day[:, -1]


def plan_visits(people: People, course: Course, scenario: Scenario, streams: Streams) -> Visits:
    """Plan the scores of all patients and follow them until contact is lost.

    Parameters
    ----------
    people : People
        The patients.
    course : Course
        Their sessions.
    scenario : Scenario
        Observation.
    streams : Streams
        Source of numbers.

    Returns
    -------
    Visits
        Days, plans and severity.
    """
    before, kept_before = _before_treatment(scenario, streams, len(people))
    at_sessions, kept_sessions = _at_sessions(course, scenario, streams)
    later, kept_later = _follow_up(course, streams)
    day = np.concatenate([before, at_sessions, later], axis=1)
    exact = severity_on(people, course, scenario, day)
    spread = scenario.observation.occasion_sd * streams.normal("occasion", *day.shape)
    severity = np.clip(exact + spread, LOWEST, HIGHEST)
    planned = np.concatenate([kept_before, kept_sessions, kept_later], axis=1)
    until = _contact_until(course, scenario, streams, day=day, severity=severity)
    kinds = [0, 1, *[2] * _N_SESSIONS, *[3] * later.shape[1]]
    return Visits(
        day=day.astype(np.int64),
        planned=planned & _first_of_day(day, planned),
        kind=np.array(kinds, dtype=np.int64),
        severity=severity,
        contact_until=until,
    )


def _before_treatment(
    scenario: Scenario, streams: Streams, n: int
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Plan the screening score of some patients and the baseline score of all."""
    uniform = streams.uniform("baseline days", n, 2)
    screening = -14.0 + np.floor(7.0 * uniform[:, 0])
    baseline = -np.floor(7.0 * uniform[:, 1] ** 2)
    second = streams.uniform("second baseline", n)[:, 0] < scenario.observation.second_baseline
    return np.stack([screening, baseline], axis=1), np.stack([second, np.ones_like(second)], axis=1)


def _at_sessions(
    course: Course, scenario: Scenario, streams: Streams
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Plan a score before each session but the first; some clinics forget."""
    day = course.day[:, 1:]
    asked = streams.uniform("session score", *day.shape) < scenario.observation.session_score
    return np.nan_to_num(day), asked & ~np.isnan(day)


def _follow_up(course: Course, streams: Streams) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Plan the score after induction and those of the follow-up weeks, with jitter."""
    n = len(course.day)
    uniform = streams.uniform("follow-up days", n, 1 + len(WEEKS))
    end = course.last_induction_day + 1.0 + np.floor(7.0 * uniform[:, 0])
    jitter = np.floor(13.0 * uniform[:, 1:]) - 6.0
    weeks = 7.0 * np.array(WEEKS) + jitter
    planned = weeks > end[:, None] + 3.0
    return (
        np.concatenate([end[:, None], weeks], axis=1),
        np.concatenate([np.ones((n, 1), dtype=bool), planned], axis=1),
    )


def _first_of_day(day: Floats, planned: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Keep the later slot where two planned scores fall on one day."""
    same = (day[:, :, None] == day[:, None, :]) & planned[:, None, :]
    later = np.triu(np.ones(day.shape[1:] * 2, dtype=bool), k=1)
    kept: npt.NDArray[np.bool_] = ~(same & later).any(axis=2)
    return kept


def _contact_until(
    course: Course, scenario: Scenario, streams: Streams, *, day: Floats, severity: Floats
) -> Floats:
    """Lose contact when treatment stops or before a follow-up visit; more so when unwell."""
    how = scenario.observation
    n_visits = 1 + len(WEEKS)
    uniform = streams.uniform("contact", len(day), 1 + n_visits)
    until = np.full(len(day), np.inf)
    gone = (uniform[:, 0] < how.lost_at_stop) & np.isfinite(course.ended)
    until[gone] = course.ended[gone]
    for j in range(n_visits):
        visit, unwell = day[:, _END + j], severity[:, _END + j]
        stopped = course.ended < visit
        share = np.where(stopped, logit(how.lost_after_stop), logit(how.lost_per_visit))
        lost = uniform[:, 1 + j] < expit(share + _unwell(unwell, scenario))
        lost &= (visit < until) & (visit > 0)
        until[lost] = np.maximum(visit[lost] - 1.0, course.last_induction_day[lost])
    return until


def _unwell(severity: Floats, scenario: Scenario) -> Floats:
    """Log odds that severity adds to being missing."""
    how = scenario.observation
    return how.depends_on_score * how.score_slope * (severity - _MIDDLE) / _UNIT


def taken(
    visits: Visits, scenario: Scenario, streams: Streams, *, scale: str
) -> npt.NDArray[np.bool_]:
    """Decide which planned scores of a scale were taken.

    Parameters
    ----------
    visits : Visits
        The plan.
    scenario : Scenario
        Observation.
    streams : Streams
        Source of numbers.
    scale : str
        Name of the scale; each is missed on its own.

    Returns
    -------
    numpy.ndarray
        Shape (patients, slots).
    """
    how = scenario.observation
    uniform = streams.uniform(f"missing {scale}", *visits.day.shape)
    later = expit(logit(how.missing_score) + _unwell(visits.severity, scenario))
    share = np.where(visits.kind < 2, how.missing_baseline, later)
    return visits.planned & (uniform >= share)
