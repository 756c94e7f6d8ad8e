"""When scores are planned, and how severe each patient is on these days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.synthetic.arithmetic import Floats, latent, normal_quantile
from analysis.synthetic.course import Course
from analysis.synthetic.path import severity_on
from analysis.synthetic.people import HIGHEST, LOWEST, People
from analysis.synthetic.scenarios import Scenario
from analysis.synthetic.streams import Flags, Integers, Streams

__all__ = ["KINDS", "Visits", "per_slot", "plan_visits"]

KINDS = ("screening", "baseline", "session", "follow-up")
_ENDS = 2  # a score after the induction of each course
_BEFORE = 2  # screening and baseline
_LONG = (4, 8, 12, 26)  # weeks at which the longer scales are asked


@dataclass(frozen=True, kw_only=True, eq=False)
class Visits:
    """Planned scores of all patients; arrays have shape (patients, slots) unless said otherwise.

    Slots are: screening, baseline, end of induction of each course, follow-up weeks, and the
    sessions after the first.

    Parameters
    ----------
    day : numpy.ndarray
        Day of the score.
    planned : numpy.ndarray
        Whether the score is planned.
    kind : numpy.ndarray
        Shape (slots,): position in `KINDS`.
    session : numpy.ndarray
        Column of the session on whose day the score is taken; -1 when there is none.
    long : numpy.ndarray
        Whether the longer scales are asked too.
    severity : numpy.ndarray
        Severity on the day with its day-to-day spread, PHQ-9 points.
    last_planned : numpy.ndarray
        Shape (patients,): day of the last follow-up.
    """

    day: Integers
    planned: Flags
    kind: Integers
    session: Integers
    long: Flags
    severity: Floats
    last_planned: Integers


def per_slot(
    streams: Streams, name: str, course: Course, scenario: Scenario, each: int = 1
) -> Floats:
    """Draw uniform numbers for every slot, the same for a patient whoever is drawn besides.

    Parameters
    ----------
    streams : Streams
        Source of numbers.
    name : str
        Name of the stream.
    course : Course
        Tells how many sessions the patients at hand have.
    scenario : Scenario
        Tells the planned follow-up.
    each : int
        Numbers per slot.

    Returns
    -------
    numpy.ndarray
        Shape (patients, slots, each).
    """
    n, sessions = len(course.day), course.day.shape[1] - 1
    fixed = _BEFORE + _ENDS + len(scenario.observation.follow_up_weeks)
    planned = streams.uniform(name, n, fixed * each).reshape(n, fixed, each)
    later = streams.uniform(f"{name} at sessions", n, course.room * each)
    later = later[:, : sessions * each].reshape(n, sessions, each)
    return np.concatenate([planned, later], axis=1)


def plan_visits(people: People, course: Course, scenario: Scenario, streams: Streams) -> Visits:
    """Plan the scores of all patients.

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
    weeks = scenario.observation.follow_up_weeks
    before, asked_before = _before_treatment(scenario, streams, len(people))
    ends, asked_ends = _after_induction(course, streams)
    later, asked_later = _follow_up(ends, weeks, streams)
    sessions, asked_sessions = _at_sessions(course, scenario, streams)
    day = np.concatenate([before, ends, later, sessions], axis=1)
    planned = np.concatenate([asked_before, asked_ends, asked_later, asked_sessions], axis=1)
    spread = scenario.observation.occasion_sd * _normal_per_slot(streams, course, scenario)
    exact = severity_on(people, course, scenario, day)
    first_of_course = np.diff(course.number, axis=1) > 0
    long = np.concatenate(
        [
            np.broadcast_to([False, True], before.shape),
            np.ones_like(asked_ends),
            np.broadcast_to(np.isin(weeks, _LONG), later.shape),
            first_of_course & asked_sessions,
        ],
        axis=1,
    )
    fixed = day.shape[1] - sessions.shape[1]
    kept, long = _one_a_day(day, planned, long)
    return Visits(
        day=day.astype(np.int64),
        planned=kept,
        kind=np.array([0, 1, *[3] * (fixed - _BEFORE), *[2] * sessions.shape[1]]),
        session=_session_of_day(course, day),
        long=long,
        severity=latent(np.clip(exact + spread, LOWEST, HIGHEST)),
        last_planned=later[:, -1].astype(np.int64),
    )


def _normal_per_slot(streams: Streams, course: Course, scenario: Scenario) -> Floats:
    """Draw the day-to-day deviation of every slot."""
    return normal_quantile(per_slot(streams, "occasion", course, scenario)[:, :, 0])


def _before_treatment(scenario: Scenario, streams: Streams, n: int) -> tuple[Floats, Flags]:
    """Plan the screening score of some patients and the baseline score of all."""
    uniform = streams.uniform("baseline days", n, 2)
    screening = -14.0 + np.floor(7.0 * uniform[:, 0])
    baseline = -np.floor(7.0 * uniform[:, 1] * uniform[:, 1])
    second = streams.uniform("second baseline", n)[:, 0] < scenario.observation.second_baseline
    return np.stack([screening, baseline], axis=1), np.stack([second, np.ones_like(second)], axis=1)


def _after_induction(course: Course, streams: Streams) -> tuple[Floats, Flags]:
    """Plan the score in the week after the last induction session of each course."""
    uniform = streams.uniform("end of induction", len(course.day), _ENDS)
    last = np.stack([course.last_induction_day(number) for number in (1, 2)], axis=1)
    has = np.isfinite(last)
    return np.where(has, last + 1.0 + np.floor(7.0 * uniform), 0.0), has


def _follow_up(ends: Floats, weeks: tuple[int, ...], streams: Streams) -> tuple[Floats, Flags]:
    """Plan the scores of the follow-up weeks, with jitter, unless induction still goes on."""
    jitter = np.floor(13.0 * streams.uniform("follow-up days", len(ends), len(weeks))) - 6.0
    day = 7.0 * np.array(weeks) + jitter
    return day, day > ends[:, :1] + 3.0


def _at_sessions(course: Course, scenario: Scenario, streams: Streams) -> tuple[Floats, Flags]:
    """Plan a score before each session but the first; clinics forget, but not at a new course."""
    drawn = streams.uniform("session score", len(course.day), course.room)
    taken = course.taken[:, 1:]
    asked = drawn[:, : taken.shape[1]] < scenario.observation.session_score
    asked |= np.diff(course.number, axis=1) > 0
    return np.where(taken, course.day[:, 1:], 0.0), asked & taken


def _session_of_day(course: Course, day: Floats) -> Integers:
    """Find the column of the session on each day; -1 where there is none."""
    session = np.full(day.shape, -1)
    for column in range(course.day.shape[1]):
        session[day == course.day[:, [column]]] = column
    return session


def _one_a_day(day: Floats, planned: Flags, long: Flags) -> tuple[Flags, Flags]:
    """Keep one slot where several planned scores fall on one day, with the scales of all.

    The last in the order is kept.
    """
    kept, scales = planned.copy(), long & planned
    for later in range(1, day.shape[1]):
        same = (day[:, :later] == day[:, later : later + 1]) & kept[:, :later]
        same &= planned[:, later : later + 1]
        scales[:, later] |= (same & scales[:, :later]).any(axis=1)
        kept[:, :later] &= ~same
    return kept, scales
