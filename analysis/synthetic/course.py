"""Treatment: induction, maintenance, stopping, relapse and a second course.

What severity is on a day stands in `analysis.synthetic.path`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from analysis.synthetic.arithmetic import Floats, exponential, latent, logarithm
from analysis.synthetic.drift import LN2, RESPONSE, drifted, waned
from analysis.synthetic.people import COURSES, HIGHEST, LOWEST, MIDDLE, UNIT, People
from analysis.synthetic.scenarios import Scenario
from analysis.synthetic.streams import Flags, Integers, Streams, choose, happens

__all__ = ["ENDS", "Course", "treat"]

ENDS = ("end of programme", "stopped", "other treatment")
"""How treatment ended."""

_AFTER = 7.0  # days after the last induction session at which staying is decided
_REFERENCE = 0.3  # retained fraction for which the hazard of loss holds
_BEFORE_DATA = 10.0  # days on the clock of those who were treated before the data


@dataclass(frozen=True, kw_only=True, eq=False)
class Course:
    """The sessions of all patients and the state of the effect after each.

    Arrays have shape (patients, sessions) unless said otherwise; the sessions of a patient stand in
    the order of their days, and those that did not take place come last.

    Parameters
    ----------
    day : numpy.ndarray
        Day of the session; infinite when it did not take place.
    number : numpy.ndarray
        Number of the course, from 1.
    maintenance : numpy.ndarray
        Whether it is a maintenance session.
    top, goal : numpy.ndarray
        Fractions of the severity before the first treatment at which the course began, and which a
        full induction would leave.
    effect : numpy.ndarray
        Fraction of the full effect reached after the session.
    half_life : numpy.ndarray
        Half-life of the effect until the next session of induction, days; infinite once settled.
    clock, loss_days : numpy.ndarray
        Days of the loss clock after the session, and those at which response is lost.
    planned : numpy.ndarray
        Shape (patients,): planned sessions of an induction.
    before : numpy.ndarray
        Shape (patients,): fraction of severity before the first session in the data.
    ended : numpy.ndarray
        Shape (patients,): day of the last session before treatment was stopped for good; infinite
        for those who went on to the end of the programme.
    end : numpy.ndarray
        Shape (patients,): position in `ENDS`.
    room : int
        Sessions for which there are random numbers, the same whoever is drawn.
    """

    day: Floats
    number: Integers
    maintenance: Flags
    top: Floats
    goal: Floats
    effect: Floats
    half_life: Floats
    clock: Floats
    loss_days: Floats
    planned: Integers
    before: Floats
    ended: Floats
    end: Integers
    room: int

    @property
    def taken(self) -> Flags:
        """Which sessions took place."""
        taken: Flags = np.isfinite(self.day)
        return taken

    def of_induction(self, course: int = 1) -> Flags:
        """Which sessions belong to the induction of a course."""
        inside: Flags = self.taken & ~self.maintenance & (self.number == course)
        return inside

    def last_induction_day(self, course: int = 1) -> Floats:
        """Day of the last induction session of a course; minus infinity without one."""
        last: Floats = np.where(self.of_induction(course), self.day, -np.inf).max(axis=1)
        return last

    def first_day(self, course: int) -> Floats:
        """Day of the first session of a course; infinite without one."""
        inside = self.taken & (self.number == course)
        first: Floats = np.where(inside, self.day, np.inf).min(axis=1)
        return first


@dataclass(frozen=True, kw_only=True, eq=False)
class _Plan:
    """What each patient would do in one course; drawn before anything happens."""

    number: int
    planned: Integers
    gaps: Integers
    intervals: Floats
    leave: Floats
    leave_later: Floats
    back: Floats
    switch: Floats

    @property
    def longest(self) -> Integers:
        """Days that an induction can take."""
        days: Integers = self.gaps.max(axis=1) * (self.planned - 1)
        return days

    @property
    def room(self) -> int:
        """Columns for induction."""
        return int(self.gaps.shape[1])


def treat(people: People, scenario: Scenario, streams: Streams, *, stop: bool = True) -> Course:
    """Treat the patients, with or without early ends.

    Parameters
    ----------
    people : People
        The patients.
    scenario : Scenario
        Regimens, durability and stopping.
    streams : Streams
        Source of numbers.
    stop : bool
        False: everybody completes induction as planned and nobody has maintenance or a second
        course.

    Returns
    -------
    Course
        Sessions and effect.
    """
    n = len(people)
    plans = [_plan(people, scenario, streams, number) for number in range(1, COURSES + 1)]
    start = np.where(people.treated_before & (not stop), np.inf, 0.0)
    first = _one_course(people, scenario, plans[0], np.zeros(n) + start, np.ones(n), stop=stop)
    if not stop:
        return _joined(people, scenario, [first])
    begin, top = _returns(scenario, plans[0], first)
    second = _one_course(people, scenario, plans[1], begin, top, stop=True)
    return _joined(people, scenario, [first, second])


def _plan(people: People, scenario: Scenario, streams: Streams, number: int) -> _Plan:
    """Draw the numbers of one course."""
    n, most = len(people), scenario.treatment.most_maintenance
    room = max(max(regimen.planned_sessions) for regimen in scenario.regimens)
    gap = streams.uniform(f"gaps {number}", n, room)
    length = streams.uniform("planned", n)[:, 0]
    gaps, planned = np.zeros((n, room), dtype=np.int64), np.zeros(n, dtype=np.int64)
    for position, regimen in enumerate(scenario.regimens):
        here = people.regimen == position
        gaps[here] = choose(gap[here], regimen.gap_days)
        planned[here] = choose(length[here], regimen.planned_sessions)
    ranges = np.array([regimen.maintenance_days for regimen in scenario.regimens], dtype=np.float64)
    low, high = (column[:, None] for column in ranges[people.regimen].T)
    habit = low + (high - low) * streams.uniform("interval", n)
    jitter = 6.0 * streams.uniform(f"interval jitter {number}", n, most) - 3.0
    return _Plan(
        number=number,
        planned=planned,
        gaps=gaps,
        intervals=np.clip(np.rint(latent(habit + jitter)), low, high),
        leave=streams.uniform(f"stop in induction {number}", n, room),
        leave_later=streams.uniform(f"stop {number}", n, most + 1),
        back=streams.uniform("return", n, 2),
        switch=streams.uniform("other treatment", n)[:, 0],
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _One:
    """One course of every patient; fields as in `Course`, columns of induction first."""

    day: Floats
    number: Integers
    maintenance: Flags
    top: Floats
    goal: Floats
    effect: Floats
    half_life: Floats
    clock: Floats
    loss_days: Floats
    planned: Integers
    ended: Floats
    end: Integers


def _one_course(
    people: People, scenario: Scenario, plan: _Plan, begin: Floats, top: Floats, *, stop: bool
) -> _One:
    """Give one course to those with a finite day of beginning."""
    retained = people.retained[:, plan.number - 1]
    goal = retained if plan.number == 1 else np.minimum(retained, top)
    veterans = people.treated_before & (plan.number == 1) & stop
    day, effect, half_life = _induction(
        people, scenario, plan, np.where(veterans, np.inf, begin), top, goal, stop=stop
    )
    n_given = np.isfinite(day).sum(axis=1)
    reached = np.where(veterans, 1.0, np.where(np.isfinite(day), effect, 0.0).max(axis=1))
    settled = latent(top - (top - goal) * reached)
    loss_days = _loss_days(people, scenario, plan, settled / top)
    done = np.where(n_given > 0, n_given / plan.planned, 1.0)
    loss_days = latent(np.maximum(loss_days * done, 1.0))
    last = np.where(np.isfinite(day), day, -np.inf).max(axis=1)
    stays = veterans | ((n_given == plan.planned) & stop)
    later, clock, ended = _maintenance(
        people, scenario, plan, np.where(veterans, 0.0, last), stays, (top, settled, loss_days)
    )
    given = np.isfinite(begin)
    unwell = settled >= RESPONSE * top
    other = np.isfinite(ended) & unwell & (plan.switch < scenario.treatment.switch)
    days = np.concatenate([day, later], axis=1)
    shape = days.shape
    spread = {
        name: np.broadcast_to(values[:, None], shape)
        for name, values in {"top": top, "goal": goal, "loss_days": loss_days}.items()
    }
    return _One(
        day=days,
        number=np.full(shape, plan.number, dtype=np.int64),
        maintenance=np.broadcast_to(np.arange(shape[1]) >= plan.room, shape),
        effect=np.concatenate([effect, np.broadcast_to(reached[:, None], later.shape)], axis=1),
        half_life=np.concatenate([half_life, np.full(later.shape, np.inf)], axis=1),
        clock=np.concatenate([np.zeros_like(day), clock], axis=1),
        planned=plan.planned,
        ended=np.where(given, ended, np.inf),
        end=np.where(other & given, 2, np.where(np.isfinite(ended) & given, 1, 0)),
        **spread,
    )


def _stops(share: float, slope: float, severity: Floats, uniform: Floats) -> Flags:
    """Decide who stops: log odds rise with severity."""
    return happens(share, slope * (severity - MIDDLE) / UNIT, uniform)


def _induction(
    people: People,
    scenario: Scenario,
    plan: _Plan,
    begin: Floats,
    top: Floats,
    goal: Floats,
    *,
    stop: bool,
) -> tuple[Floats, Floats, Floats]:
    """Give induction sessions until the planned number or an early stop.

    Returns days, effect after each session and half-life until the next one, each of shape
    (patients, room).
    """
    how, rule = scenario.durability, scenario.treatment
    shape = plan.gaps.shape
    day, effect, half_life = np.full(shape, np.inf), np.zeros(shape), np.full(shape, np.inf)
    here, now, reached = np.isfinite(begin), begin.copy(), np.zeros(len(begin))
    half = how.half_life_days
    for k in range(plan.room):
        reached = reached + how.step * (1.0 - reached)
        day[here, k], effect[here, k] = now[here], reached[here]
        gap = plan.gaps[:, k].astype(np.float64)
        fraction = waned(top, goal, reached, gap, np.full_like(gap, half))
        severity = latent(np.clip(people.severity * fraction, LOWEST, HIGHEST))
        if stop:
            here = here & ~_stops(
                rule.stop_in_induction, rule.stop_slope, severity, plan.leave[:, k]
            )
        here = here & (k + 1 < plan.planned) & (now + gap <= rule.until_day)
        half_life[here, k] = half
        reached = reached * exponential(-LN2 * (gap / half))
        now, half = now + gap, half * how.half_life_growth
    return day, effect, half_life


def _loss_days(people: People, scenario: Scenario, plan: _Plan, left: Floats) -> Floats:
    """Weibull times from a full induction to the loss of response; sooner if more is left."""
    how = scenario.durability
    hazard = logarithm(people.loss[:, plan.number - 1]) - how.loss_slope * (left - _REFERENCE)
    return how.loss_scale_days * exponential(hazard / how.loss_shape)


def _maintenance(
    people: People,
    scenario: Scenario,
    plan: _Plan,
    last: Floats,
    stays: Flags,
    state: tuple[Floats, Floats, Floats],
) -> tuple[Floats, Floats, Floats]:
    """Add maintenance sessions for those who go on.

    Returns days and clock, each of shape (patients, sessions), and the day of the last session
    before treatment was stopped, infinite for those who went on to the end.
    """
    how, rule = scenario.durability, scenario.treatment
    top, settled, loss_days = state
    shape = plan.intervals.shape
    day, clock = np.full(shape, np.inf), np.zeros(shape)
    veterans = people.treated_before & (plan.number == 1)
    elapsed = np.where(veterans, _BEFORE_DATA, 0.0)
    fraction = drifted(top, settled, elapsed + _AFTER, loss_days, how.relapse_level)
    severity = latent(np.clip(people.severity * fraction, LOWEST, HIGHEST))
    leaving = _stops(rule.stop_after_induction, rule.stop_slope, severity, plan.leave_later[:, 0])
    here = stays & (veterans | ~leaving)
    ended = np.where(here, np.inf, last)
    now = last.copy()
    for j in range(shape[1]):
        gap = np.where(veterans & (j == 0), 0.0, plan.intervals[:, j])
        now, elapsed = now + gap, elapsed + gap
        fraction = drifted(top, settled, elapsed, loss_days, how.relapse_level)
        severity = latent(np.clip(people.severity * fraction, LOWEST, HIGHEST))
        elapsed = elapsed * how.rewind
        here = here & (now <= rule.until_day)
        day[here, j], clock[here, j] = now[here], elapsed[here]
        leaving = here & _stops(
            rule.stop_in_maintenance, rule.stop_slope, severity, plan.leave_later[:, 1 + j]
        )
        ended = np.where(leaving, now, ended)
        here = here & ~leaving
    # who has had the most sessions stops, if there was time for another one
    ended = np.where(here & (now + plan.intervals[:, -1] <= rule.until_day), now, ended)
    return day, latent(clock), ended


def _returns(scenario: Scenario, plan: _Plan, first: _One) -> tuple[Floats, Floats]:
    """Find who relapses and returns: the day on which a second course begins, and its top."""
    rule = scenario.treatment
    taken = np.isfinite(first.day)
    at = np.where(taken, first.day, -np.inf).argmax(axis=1)[:, None]

    def latest(values: Floats) -> Floats:
        return np.take_along_axis(values, at, axis=1)[:, 0]

    day, clock, loss = latest(first.day), latest(first.clock), latest(first.loss_days)
    top, goal, effect = latest(first.top), latest(first.goal), latest(first.effect)
    settled = top - (top - goal) * effect
    relapse = day + np.maximum(loss - clock, 0.0)
    wish = np.maximum(relapse + 7.0 + 28.0 * plan.back[:, 1], day + rule.course_gap_days)
    begin = np.ceil(latent(wish))
    comes = np.isfinite(first.ended) & (first.end == 1) & (settled < RESPONSE * top)
    comes &= (plan.back[:, 0] < rule.reinduction) & (begin + plan.longest <= rule.until_day)
    fraction = drifted(top, settled, clock + begin - day, loss, scenario.durability.relapse_level)
    return np.where(comes, begin, np.inf), latent(fraction)


def _joined(people: People, scenario: Scenario, parts: list[_One]) -> Course:
    """Put the sessions of all courses of a patient into the order of their days."""
    names = [item.name for item in fields(_One) if item.name not in ("planned", "ended", "end")]
    wide = {name: np.concatenate([getattr(p, name) for p in parts], axis=1) for name in names}
    order = np.argsort(wide["day"], axis=1, kind="stable")
    most = max(int(np.isfinite(wide["day"]).sum(axis=1).max()), 1)
    ordered = {
        name: np.take_along_axis(values, order, axis=1)[:, :most] for name, values in wide.items()
    }
    again = (
        np.isfinite(parts[-1].day).any(axis=1) if len(parts) > 1 else np.zeros(len(people), bool)
    )
    settled = ordered["top"][:, 0] - (ordered["top"] - ordered["goal"])[:, 0]
    earlier = drifted(
        ordered["top"][:, 0],
        settled,
        np.full(len(people), _BEFORE_DATA),
        ordered["loss_days"][:, 0],
        scenario.durability.relapse_level,
    )
    return Course(
        planned=parts[0].planned,
        before=np.where(people.treated_before, latent(earlier), 1.0),
        ended=np.where(again, parts[-1].ended, parts[0].ended),
        end=np.where(again, parts[-1].end, parts[0].end),
        room=COURSES * parts[0].day.shape[1],
        **ordered,
    )
