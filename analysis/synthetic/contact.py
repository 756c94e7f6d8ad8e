"""Which planned scores are taken, and until when a patient is in contact.

The slots of a patient are walked through in the order of their days, so that missing scores and
loss of contact can depend on the last score that was seen, or on severity that nobody saw.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.synthetic.arithmetic import Floats
from analysis.synthetic.course import ENDS, Course
from analysis.synthetic.parts import Observation
from analysis.synthetic.people import MIDDLE, UNIT, People
from analysis.synthetic.scenarios import Scenario
from analysis.synthetic.streams import Flags, Integers, Streams, happens
from analysis.synthetic.visits import Visits, per_slot

__all__ = ["Contact", "attended", "keep_contact"]

_YEAR = 365.25


@dataclass(frozen=True, kw_only=True, eq=False)
class Contact:
    """What is seen of each patient.

    Parameters
    ----------
    taken : numpy.ndarray
        Shape (patients, slots): PHQ-9 scores that are taken, before the data cut-off.
    lost : numpy.ndarray
        Shape (patients,): last day before contact was lost; infinite when it never was.
    death : numpy.ndarray
        Shape (patients,): day of death; infinite when it is after the data cut-off.
    odds : numpy.ndarray
        Shape (patients, slots): log odds of a missing score, for the other scales.
    """

    taken: Flags
    lost: Floats
    death: Floats
    odds: Floats

    @property
    def until(self) -> Floats:
        """Last day of contact, by loss or death."""
        return np.minimum(self.lost, self.death)

    @property
    def died(self) -> Flags:
        """Who died while in contact."""
        died: Flags = np.isfinite(self.death) & (self.death <= self.lost)
        return died


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
    until = _lost_at_the_end(course, scenario, streams)
    last_score = np.full(len(people), MIDDLE)
    taken, odds = np.zeros_like(visits.planned), np.zeros(visits.day.shape)
    rows = np.arange(len(people))
    for slot in np.argsort(visits.day, axis=1, kind="stable").T:
        day, planned, kind = visits.day[rows, slot], visits.planned[rows, slot], visits.kind[slot]
        unwell = _unwell(how, last_score, visits.severity[rows, slot])
        lost = planned & (kind == 3) & (day <= until)
        share = np.where(course.ended < day, how.lost_after_stop, how.lost_per_visit)
        lost &= happens(share, unwell, u_lost[rows, slot])
        until = np.where(lost, day - 1.0, until)
        base = np.where(kind < 2, how.missing_baseline, how.missing_score)
        missing = happens(base, np.where(kind < 2, 0.0, unwell), u_missing[rows, slot])
        seen = planned & (day <= until) & (day < death) & (day <= people.cut_off) & ~missing
        taken[rows, slot], odds[rows, slot] = seen, unwell
        last_score = np.where(seen, totals[rows, slot], last_score)
    return Contact(taken=taken, lost=until, death=death, odds=odds)


def _unwell(how: Observation, last_score: Floats, severity: Floats) -> Floats:
    """Log odds that being unwell adds to being missing."""
    if how.missing_depends_on == "nothing":
        return np.zeros_like(severity)
    points = last_score if how.missing_depends_on == "last score" else severity
    added: Floats = how.missing_slope * (points - MIDDLE) / UNIT
    return added


def _lost_at_the_end(course: Course, scenario: Scenario, streams: Streams) -> Floats:
    """Lose some of those who stop, and some of those who change to another treatment."""
    how = scenario.observation
    switched = course.end == ENDS.index("other treatment")
    drawn = streams.uniform("lost at stop", len(course.day))[:, 0]
    gone = drawn < np.where(switched, how.lost_at_switch, how.lost_at_stop)
    return np.where(gone, course.ended, np.inf)


def _death(people: People, scenario: Scenario, streams: Streams) -> Floats:
    """Day of death from any cause, when it falls before the data cut-off."""
    rate = scenario.treatment.death_per_year / _YEAR
    if rate == 0.0:
        return np.full(len(people), np.inf)
    day = np.floor(streams.waiting("death", len(people))[:, 0] / rate) + 1.0
    return np.where(day <= people.cut_off, day, np.inf)


def attended(visits: Visits, contact: Contact, people: People) -> Flags:
    """Tell at which planned visits the patient came, whether or not a score was taken.

    Parameters
    ----------
    visits : Visits
        Planned scores.
    contact : Contact
        Loss of contact and death.
    people : People
        Data cut-offs.

    Returns
    -------
    numpy.ndarray
        Shape (patients, slots).
    """
    until = np.minimum(contact.lost, people.cut_off)[:, None]
    came: Flags = visits.planned & (visits.day <= until) & (visits.day < contact.death[:, None])
    return came
