"""Which planned scores are taken, and until when a patient is in contact.

The slots of a patient are walked through in the order of their days, so that missing scores and
loss of contact can depend on the last score that was seen, or on severity that nobody saw.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.synthetic.arithmetic import Floats, latent, log_odds
from analysis.synthetic.course import ENDS, Course
from analysis.synthetic.people import HIGHEST, LOWEST, People
from analysis.synthetic.scenarios import Observation, Scenario
from analysis.synthetic.streams import Flags, Integers, Streams
from analysis.synthetic.visits import Visits, per_slot

__all__ = ["Contact", "keep_contact", "shifted"]

_MIDDLE, _UNIT = 11.0, 5.0
_YEAR = 365.25
_SURE = 1e-12


@dataclass(frozen=True, kw_only=True, eq=False)
class Contact:
    """What is seen of each patient.

    Parameters
    ----------
    taken : numpy.ndarray
        Shape (patients, slots): PHQ-9 scores that are taken, before the data cut-off.
    until : numpy.ndarray
        Shape (patients,): last day of contact; infinite when it was never lost.
    death : numpy.ndarray
        Shape (patients,): day of death; infinite when it is not seen.
    odds : numpy.ndarray
        Shape (patients, slots): log odds of a missing score, for the other scales.
    """

    taken: Flags
    until: Floats
    death: Floats
    odds: Floats


def keep_contact(
    people: People,
    course: Course,
    visits: Visits,
    totals: Integers,
    scenario: Scenario,
    streams: Streams,
) -> Contact:
    """Follow the patients until contact is lost.

    Parameters
    ----------
    people : People
        The patients.
    course : Course
        Their sessions.
    visits : Visits
        Planned scores.
    totals : numpy.ndarray
        Shape (patients, slots): PHQ-9 totals that would be seen.
    scenario : Scenario
        Observation.
    streams : Streams
        Source of numbers.

    Returns
    -------
    Contact
        Scores taken and last day of contact.
    """
    how = scenario.observation
    u_missing = per_slot(streams, "missing PHQ-9", course, scenario)[:, :, 0]
    u_lost = per_slot(streams, "contact", course, scenario)[:, :, 0]
    death = _death(people, scenario, streams)
    until = np.minimum(_lost_at_the_end(course, scenario, streams), death)
    last_score = np.full(len(people), _MIDDLE)
    taken, odds = np.zeros_like(visits.planned), np.zeros(visits.day.shape)
    rows = np.arange(len(people))
    for slot in np.argsort(visits.day, axis=1, kind="stable").T:
        day, planned, kind = visits.day[rows, slot], visits.planned[rows, slot], visits.kind[slot]
        unwell = _unwell(how, last_score, visits.severity[rows, slot])
        lost = planned & (kind == 3) & (day <= until)
        lost &= _happens(_loss(how, course.ended < day), unwell, u_lost[rows, slot])
        until = np.where(lost, np.maximum(day - 1.0, _last_session(course, day)), until)
        base = np.where(kind < 2, how.missing_baseline, how.missing_score)
        missing = _happens(base, np.where(kind < 2, 0.0, unwell), u_missing[rows, slot])
        seen = planned & (day <= until) & (day <= people.cut_off) & ~missing
        taken[rows, slot], odds[rows, slot] = seen, unwell
        last_score = np.where(seen, totals[rows, slot], last_score)
    return Contact(taken=taken, until=until, death=death, odds=odds)


def _unwell(how: Observation, last_score: Floats, severity: Floats) -> Floats:
    """Log odds that being unwell adds to being missing."""
    if how.missing_depends_on == "nothing":
        return np.zeros_like(severity)
    points = last_score if how.missing_depends_on == "last score" else severity
    added: Floats = how.missing_slope * (points - _MIDDLE) / _UNIT
    return added


def _happens(share: Floats, added: Floats, uniform: Floats) -> Flags:
    """Decide by a share at average severity and added log odds."""
    odds = log_odds(np.clip(share, _SURE, 1.0 - _SURE)) + added
    happens: Flags = (latent(log_odds(uniform)) < latent(odds)) & (share > 0.0)
    return happens


def _loss(how: Observation, stopped: Flags) -> Floats:
    """Share lost before a visit, with and after treatment."""
    return np.where(stopped, how.lost_after_stop, how.lost_per_visit)


def _last_session(course: Course, day: Integers) -> Floats:
    """Day of the last session before a day; 0 when there is none."""
    earlier = np.where(course.day < day[:, None], course.day, 0.0)
    last: Floats = earlier.max(axis=1)
    return last


def _lost_at_the_end(course: Course, scenario: Scenario, streams: Streams) -> Floats:
    """Lose those who change to another treatment, and some of the others who stop."""
    drawn = streams.uniform("lost at stop", len(course.day))[:, 0]
    gone = (drawn < scenario.observation.lost_at_stop) | (
        course.end == ENDS.index("other treatment")
    )
    return np.where(gone, course.ended, np.inf)


def _death(people: People, scenario: Scenario, streams: Streams) -> Floats:
    """Day of death from any cause, when it falls before the data cut-off."""
    rate = scenario.treatment.death_per_year / _YEAR
    if rate == 0.0:
        return np.full(len(people), np.inf)
    day = np.floor(streams.waiting("death", len(people))[:, 0] / rate) + 1.0
    return np.where(day <= people.cut_off, day, np.inf)


def shifted(visits: Visits, contact: Contact, scenario: Scenario) -> Floats:
    """Severity on the days of the slots, with the shift after contact was lost.

    Parameters
    ----------
    visits : Visits
        Planned scores.
    contact : Contact
        Last day of contact.
    scenario : Scenario
        Gives ``post_dropout_shift``.

    Returns
    -------
    numpy.ndarray
        Shape (patients, slots), PHQ-9 points.
    """
    after = visits.day > contact.until[:, None]
    moved = visits.severity + scenario.observation.post_dropout_shift * after
    return latent(np.clip(moved, LOWEST, HIGHEST))
