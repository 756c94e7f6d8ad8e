"""Treatment and its effect: sessions, stopping, and severity on any day.

The effect builds up over induction sessions and wears off between them; after induction severity
drifts back, and each maintenance session turns that clock back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from analysis.synthetic.people import HIGHEST, LOWEST, People
from analysis.synthetic.scenarios import RouteCourse, Scenario
from analysis.synthetic.streams import Floats, Integers, Streams, expit, logit

__all__ = ["INDUCTION", "Course", "retained_on", "severity_on", "treat"]

INDUCTION = 6  # columns for induction sessions
_MAINTENANCE = 9  # columns for maintenance sessions: 182 days at 21 and a little more
_MIDDLE, _UNIT = 11.0, 5.0  # severity at which shares hold, and points per slope


@dataclass(frozen=True, kw_only=True, eq=False)
class Course:
    """The sessions of all patients and the state of the effect after each.

    Parameters
    ----------
    day : numpy.ndarray
        Shape (patients, sessions): day of the session, NaN when it did not take place. The first
        `INDUCTION` columns are induction.
    effect : numpy.ndarray
        Same shape: fraction of the full effect reached after the session.
    clock : numpy.ndarray
        Same shape: days of the loss clock after the session.
    planned : numpy.ndarray
        Planned induction sessions per patient.
    n_induction : numpy.ndarray
        Induction sessions that took place.
    ended : numpy.ndarray
        Last day of treatment before it was stopped; infinite for those who went on to the end.
    """

    day: Floats
    effect: Floats
    clock: Floats
    planned: Integers
    n_induction: Integers
    ended: Floats

    @property
    def last_induction_day(self) -> Floats:
        """Day of the last induction session of each patient."""
        last: Floats = np.nanmax(self.day[:, :INDUCTION], axis=1)
        return last


def treat(people: People, scenario: Scenario, streams: Streams, *, stop: bool = True) -> Course:
    """Treat the patients, with or without early ends.

    Parameters
    ----------
    people : People
        The patients.
    scenario : Scenario
        Courses, durability and stopping.
    streams : Streams
        Source of numbers.
    stop : bool
        False: everybody completes induction as planned and nobody has maintenance.

    Returns
    -------
    Course
        Sessions and effect.
    """
    course = _induction(people, scenario, streams, stop=stop)
    return _maintenance(people, course, scenario, streams) if stop else course


def _choose(course: RouteCourse, uniform: Floats, name: str) -> Integers:
    """Pick one of the equally likely whole numbers of a course."""
    options = np.array(getattr(course, name), dtype=np.int64)
    return options[np.floor(uniform * len(options)).astype(np.int64)]


def _by_route(people: People, scenario: Scenario, uniform: Floats, name: str) -> Integers:
    """Pick by the course of each patient's route; same shape as the uniform numbers."""
    im = people.im.reshape(-1, *([1] * (uniform.ndim - 1)))
    return np.where(
        im, _choose(scenario.im, uniform, name), _choose(scenario.iv, uniform, name)
    ).astype(np.int64)


def _stops(share: float, slope: float, severity: Floats, uniform: Floats) -> npt.NDArray[np.bool_]:
    """Decide who stops: log odds rise with severity."""
    return uniform < expit(logit(share) + slope * (severity - _MIDDLE) / _UNIT)


def _induction(people: People, scenario: Scenario, streams: Streams, *, stop: bool) -> Course:
    """Give induction sessions until the planned number or an early stop."""
    n, how, plan = len(people), scenario.durability, scenario.treatment
    gaps = _by_route(people, scenario, streams.uniform("gaps", n, INDUCTION), "gap_days")
    planned = _by_route(people, scenario, streams.uniform("planned", n)[:, 0], "planned_sessions")
    leave = streams.uniform("stop in induction", n, INDUCTION)
    shape = (n, INDUCTION + _MAINTENANCE)
    day, effect = np.full(shape, np.nan), np.full(shape, np.nan)
    here = np.ones(n, dtype=bool)
    now, reached = np.zeros(n), np.zeros(n)
    for k in range(INDUCTION):
        reached = reached + how.step * (1.0 - reached)
        day[here, k], effect[here, k] = now[here], reached[here]
        now = now + gaps[:, k]
        reached = reached * 0.5 ** (gaps[:, k] / _half_life(scenario, k))
        severity = people.severity * (1.0 - (1.0 - people.retained) * reached)
        if stop:
            here &= ~_stops(plan.stop_in_induction, plan.stop_slope, severity, leave[:, k])
        here &= k + 1 < planned
    return Course(
        day=day,
        effect=effect,
        clock=np.where(np.isnan(day), np.nan, 0.0),
        planned=planned,
        n_induction=(~np.isnan(day)).sum(axis=1),
        ended=np.nanmax(day, axis=1),
    )


def _half_life(scenario: Scenario, k: int) -> float:
    """Half-life of the effect between induction sessions k + 1 and k + 2, days."""
    how = scenario.durability
    return float(how.half_life_days * how.half_life_growth**k)


def _maintenance(people: People, course: Course, scenario: Scenario, streams: Streams) -> Course:
    """Add maintenance sessions for those who go on."""
    n, plan = len(people), scenario.treatment
    day, effect, clock = course.day.copy(), course.effect.copy(), course.clock.copy()
    leave = streams.uniform("stop after induction", n, 1 + _MAINTENANCE)
    gaps = _intervals(scenario, streams, n)
    last = course.last_induction_day
    severity = severity_on(people, course, scenario, (last + 7.0)[:, None])[:, 0]
    here = (course.n_induction == course.planned) & ~_stops(
        plan.stop_after_induction, plan.stop_slope, severity, leave[:, 0]
    )
    now, elapsed = last.copy(), np.zeros(n)
    ended = np.where(here, np.inf, last)
    for j in range(_MAINTENANCE):
        now, elapsed = now + gaps[:, j], elapsed + gaps[:, j]
        here = here & (now <= plan.until_day)
        elapsed = elapsed * scenario.durability.rewind
        day[here, INDUCTION + j], clock[here, INDUCTION + j] = now[here], elapsed[here]
        effect[here, INDUCTION + j] = np.nanmax(course.effect[here], axis=1, initial=0.0)
        leaving = here & (leave[:, 1 + j] < plan.stop_in_maintenance)
        ended = np.where(leaving, now, ended)
        here = here & ~leaving
    return replace(course, day=day, effect=effect, clock=clock, ended=ended)


def _intervals(scenario: Scenario, streams: Streams, n: int) -> Floats:
    """Days between maintenance sessions: a habit of the patient and a little jitter."""
    low, high = scenario.treatment.interval_days
    habit = low + (high - low) * streams.uniform("interval", n)
    jitter = 6.0 * streams.uniform("interval jitter", n, _MAINTENANCE) - 3.0
    return np.clip(np.rint(habit + jitter), low, high)


def retained_on(people: People, course: Course, scenario: Scenario, day: Floats) -> Floats:
    """Fraction of the severity before treatment that is there on given days.

    Parameters
    ----------
    people : People
        The patients.
    course : Course
        Their sessions.
    scenario : Scenario
        Durability.
    day : numpy.ndarray
        Shape (patients, days). A session counts from the day after it on.

    Returns
    -------
    numpy.ndarray
        Same shape; 1 up to the day of the first session.
    """
    index = (course.day[:, :, None] < day[:, None, :]).sum(axis=1) - 1
    # gaps between the induction columns and the maintenance columns of a patient
    skipped = INDUCTION - course.n_induction[:, None]
    column = np.where(index >= course.n_induction[:, None], index + skipped, index)
    at = np.maximum(column, 0)
    since = day - np.take_along_axis(course.day, at, axis=1)
    effect = np.take_along_axis(course.effect, at, axis=1)
    inside = column < course.n_induction[:, None] - 1
    half_life = scenario.durability.half_life_days * scenario.durability.half_life_growth**at
    settled = 1.0 - (1.0 - people.retained[:, None]) * effect
    waning = 1.0 - (1.0 - people.retained[:, None]) * effect * 0.5 ** (since / half_life)
    elapsed = since + np.take_along_axis(course.clock, at, axis=1)
    drifted = _drift(settled, elapsed, _loss_days(people, course)[:, None], scenario)
    return np.where(column < 0, 1.0, np.where(inside, waning, drifted))


def _loss_days(people: People, course: Course) -> Floats:
    """Days to the loss of response, shorter after an induction that was not completed."""
    days: Floats = people.loss_days * course.n_induction / course.planned
    return days


def _drift(settled: Floats, elapsed: Floats, loss_days: Floats, scenario: Scenario) -> Floats:
    """Return from the settled fraction towards relapse; responders pass one half at `loss_days`."""
    level = np.maximum(settled, scenario.durability.relapse_level)
    room = np.maximum(level - settled, 1e-9)
    way = np.where(settled < 0.5, (0.5 - settled) / room, 0.5)
    pace = -np.log1p(-way)
    with np.errstate(invalid="ignore"):
        back = 1.0 - np.exp(-pace * (elapsed / loss_days) ** 2)
    return settled + (level - settled) * back


def severity_on(people: People, course: Course, scenario: Scenario, day: Floats) -> Floats:
    """Severity on given days, PHQ-9 points, without measurement error.

    Parameters
    ----------
    people : People
        The patients.
    course : Course
        Their sessions.
    scenario : Scenario
        Durability.
    day : numpy.ndarray
        Shape (patients, days).

    Returns
    -------
    numpy.ndarray
        Same shape.
    """
    retained = retained_on(people, course, scenario, day)
    return np.clip(people.severity[:, None] * retained, LOWEST, HIGHEST)
