"""The latent path of severity: its rise and fall between sessions, and the day of relapse.

Induction moves severity from where the course began towards what the patient will retain; between
doses a part of the effect wears off. After induction severity stays settled and then drifts back,
passing half of where the course began when the loss clock reaches the patient's time.
"""

from __future__ import annotations

import numpy as np

from analysis.synthetic.arithmetic import Floats, latent
from analysis.synthetic.course import Course
from analysis.synthetic.drift import drifted, waned
from analysis.synthetic.people import HIGHEST, LOWEST, People
from analysis.synthetic.scenarios import Scenario

__all__ = ["fraction_on", "relapse_day", "severity_on"]


def fraction_on(course: Course, scenario: Scenario, day: Floats) -> Floats:
    """Fraction of the severity before treatment that is there on given days.

    Parameters
    ----------
    course : Course
        The sessions.
    scenario : Scenario
        Durability.
    day : numpy.ndarray
        Shape (patients, days). A session counts from the day after it on.

    Returns
    -------
    numpy.ndarray
        Same shape; 1 up to the day of the first session, or what an earlier treatment left.
    """
    index = (course.day[:, :, None] < day[:, None, :]).sum(axis=1) - 1
    at = np.maximum(index, 0)

    def then(state: Floats) -> Floats:
        return np.take_along_axis(state, at, axis=1)

    since = np.maximum(day - then(course.day), 0.0)
    top, goal, effect = then(course.top), then(course.goal), then(course.effect)
    half_life = then(course.half_life)
    inside = np.isfinite(half_life)
    waning = waned(top, goal, effect, since, np.where(inside, half_life, 1.0))
    drift = drifted(
        top,
        top - (top - goal) * effect,
        since + then(course.clock),
        then(course.loss_days),
        scenario.durability.relapse_level,
    )
    fraction: Floats = np.where(index < 0, course.before[:, None], np.where(inside, waning, drift))
    return latent(fraction)


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
    fraction = fraction_on(course, scenario, day)
    return latent(np.clip(people.severity[:, None] * fraction, LOWEST, HIGHEST))


def relapse_day(course: Course) -> Floats:
    """Day on which the first course's response is lost, seen without interruption.

    Parameters
    ----------
    course : Course
        The sessions.

    Returns
    -------
    numpy.ndarray
        Shape (patients,): NaN for those who had not responded at the end of induction, infinite
        for those who do not relapse before a second course.
    """
    first = course.taken & (course.number == 1)
    last = course.of_induction(1) & (course.day == course.last_induction_day(1)[:, None])
    settled = course.top - (course.top - course.goal) * course.effect
    responds = (last & (settled < 0.5 * course.top)).any(axis=1)
    following = np.concatenate([course.day[:, 1:], np.full((len(course.day), 1), np.inf)], axis=1)
    following = np.where(
        np.concatenate([course.number[:, 1:], course.number[:, -1:]], axis=1) > 1, np.inf, following
    )
    due = course.day + np.maximum(course.loss_days - course.clock, 0.0)
    counted = first & ~np.isfinite(course.half_life)
    day = np.where(counted & (due < following), due, np.inf).min(axis=1)
    return np.where(responds, day, np.nan)
