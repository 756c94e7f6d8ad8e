"""From a scenario to a study and the truth behind it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import DataError
from analysis.study import Study
from analysis.synthetic.adverse_events import adverse_events_table, reported
from analysis.synthetic.assessments import assessments_table, fill_in, items_table, phq9_answers
from analysis.synthetic.care import (
    actions_table,
    concomitant_table,
    diagnoses_table,
    encounters_table,
)
from analysis.synthetic.contact import Contact, attended, keep_contact
from analysis.synthetic.course import ENDS, Course, treat
from analysis.synthetic.frames import canonical, coded
from analysis.synthetic.monitoring import measure, monitoring_table
from analysis.synthetic.path import relapse_day
from analysis.synthetic.people import People, draw_people
from analysis.synthetic.planted import PlantedShift
from analysis.synthetic.scenarios import Scenario
from analysis.synthetic.sessions import Sessions, give_sessions, sessions_table
from analysis.synthetic.streams import Integers, Streams
from analysis.synthetic.subjects import subjects_table
from analysis.synthetic.visits import Visits, plan_visits

__all__ = ["Simulation", "simulate"]

_END_REASONS = ("ongoing", "completed", "withdrew", "switched treatment", "lost", "died")


@dataclass(frozen=True, kw_only=True, eq=False)
class Simulation:
    """A synthetic study and what is true of its patients.

    Parameters
    ----------
    scenario : Scenario
        What was simulated.
    study : Study
        What a clinic network would hold.
    truth : pandas.DataFrame
        What it would not: one row per patient, ``subject_id, clinic, regimen, severity`` (before
        treatment, PHQ-9 points), ``retained`` (fraction after a full induction), ``n_induction``,
        ``relapse_day`` (response lost, seen without interruption; missing without response,
        infinite without relapse), ``treatment_ended`` (day; infinite when treatment went on) and
        ``contact_until`` (day; infinite when contact was never lost).
    """

    scenario: Scenario
    study: Study
    truth: pd.DataFrame


def simulate(
    scenario: Scenario,
    *,
    first: int = 0,
    patients: int | None = None,
    shift: PlantedShift | None = None,
) -> Simulation:
    """Simulate a clinic network, or a part of its patients.

    Parameters
    ----------
    scenario : Scenario
        Everything that the simulation uses; the same scenario gives the same study.
    first : int
        Position of the first patient, from 0.
    patients : int, optional
        Number of patients from there on; all that remain when left out.
    shift : PlantedShift, optional
        A change of one clinic's results from a month on; everything else stays as it is.

    Returns
    -------
    Simulation
        The study with its truth. A patient is the same whoever is simulated besides.

    Raises
    ------
    DataError
        When the part is empty or goes beyond the scenario, or it has no such clinic to shift.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from analysis.synthetic import scenario, simulate
    >>> study = simulate(replace(scenario("clinic-network"), patients=20)).study
    >>> len(study.table("follow_up"))
    20
    """
    n = scenario.patients - first if patients is None else patients
    if first < 0 or n < 1 or first + n > scenario.patients:
        raise DataError(
            "first and patients must name a part of the scenario's patients, at least one of them."
        )
    streams = Streams(seed=scenario.seed, first=first)
    people = draw_people(scenario, streams, n)
    if shift is not None:
        people = shift.of(people, scenario)
    course = treat(people, scenario, streams)
    visits = plan_visits(people, course, scenario, streams)
    totals = phq9_answers(visits.severity, course, scenario, streams).sum(axis=2)
    contact = keep_contact(people, course, visits, totals, scenario, streams)
    study = Study(
        title=scenario.title,
        sites=tuple(clinic.code for clinic in scenario.clinics),
        instruments=_instruments(scenario),
        tables=_tables(people, course, visits, contact, scenario, streams),
        data_cut_off=_cut_off(scenario),
        seed=scenario.seed,
        synthetic=True,
        course_gap_days=scenario.treatment.course_gap_days,
    )
    return Simulation(
        scenario=scenario, study=study, truth=_truth(people, course, contact, scenario)
    )


def _cut_off(scenario: Scenario) -> str:
    """Label of the extract."""
    if scenario.observation.entry_days == 0:
        return "long after the last visit"
    return f"{scenario.observation.entry_days} days after the first patient"


def _instruments(scenario: Scenario) -> tuple[str, ...]:
    """List the scales of all clinics."""
    return tuple(dict.fromkeys(scale for clinic in scenario.clinics for scale in clinic.scales))


def _tables(
    people: People,
    course: Course,
    visits: Visits,
    contact: Contact,
    scenario: Scenario,
    streams: Streams,
) -> dict[str, pd.DataFrame]:
    """Make every canonical table but the calendar."""
    until = np.minimum(np.minimum(contact.lost, contact.death - 1.0), people.cut_off)
    sessions = give_sessions(people, course, until, scenario, streams)
    measured = measure(sessions, people, scenario, streams)
    forms = fill_in(people, course, visits, contact, scenario, streams)
    events = reported(sessions, measured, people, scenario, streams)
    first, last = _seen_days(sessions, people, visits, contact)
    tables = {
        "subjects": subjects_table(people, scenario, streams),
        "sessions": sessions_table(sessions, events[0], people, scenario, streams),
        "assessments": assessments_table(forms, people, visits, scenario),
        "items": items_table(forms, people, scenario),
        "monitoring": monitoring_table(measured, sessions, people),
        "adverse_events": adverse_events_table(
            events, sessions, measured, people, contact, last, scenario, streams
        ),
        "actions": actions_table(forms, people, course, scenario, streams),
        "diagnoses": diagnoses_table(people, scenario, streams),
        "encounters": encounters_table(sessions, visits, contact, people, scenario),
        "concomitant": concomitant_table(people, streams),
    }
    tables["follow_up"] = _follow_up((first, last), people, course, visits, contact, streams)
    return tables


def _seen_days(
    sessions: Sessions, people: People, visits: Visits, contact: Contact
) -> tuple[Integers, Integers]:
    """First and last day on which each patient was seen; a death is seen, too."""
    first, last = np.zeros(len(people), dtype=np.int64), np.zeros(len(people), dtype=np.int64)
    at, slot = np.nonzero(attended(visits, contact, people))
    for patient, day in ((at, visits.day[at, slot]), (sessions.patient, sessions.day)):
        np.minimum.at(first, patient, day)
        np.maximum.at(last, patient, day)
    died_on = np.where(contact.died, contact.death, 0.0).astype(np.int64)
    return first, np.where(contact.died, died_on, last)


def _follow_up(
    seen: tuple[Integers, Integers],
    people: People,
    course: Course,
    visits: Visits,
    contact: Contact,
    streams: Streams,
) -> pd.DataFrame:
    """Say from when until when each patient was seen, and why that ended."""
    return canonical(
        "follow_up",
        {
            "subject_id": people.ids().astype(object),
            "start_day": seen[0],
            "last_contact_day": seen[1],
            "observed_until_day": people.cut_off,
            "end_reason": coded(
                _end_reason(people, course, visits, contact, streams), _END_REASONS
            ),
        },
    )


def _end_reason(
    people: People, course: Course, visits: Visits, contact: Contact, streams: Streams
) -> Integers:
    """Tell apart: death, other treatment, loss, the data cut-off, the end of the programme."""
    programme = np.minimum(people.cut_off, visits.last_planned)
    lost = contact.until <= programme
    withdrew = streams.uniform("end reason", len(people))[:, 0] < 0.3
    switched = lost & (course.end == ENDS.index("other treatment"))
    reason: npt.NDArray[np.int64] = np.select(
        [contact.died, switched, lost & withdrew, lost, people.cut_off < visits.last_planned],
        [5, 3, 2, 4, 0],
        default=1,
    )
    return reason


def _truth(people: People, course: Course, contact: Contact, scenario: Scenario) -> pd.DataFrame:
    """List what no clinic can see."""
    codes = np.array([clinic.code for clinic in scenario.clinics])
    return pd.DataFrame(
        {
            "subject_id": people.ids(),
            "clinic": codes[people.clinic],
            "regimen": people.by_regimen(scenario, "name"),
            "severity": people.severity,
            "retained": people.retained[:, 0],
            "n_induction": course.of_induction().sum(axis=1),
            "relapse_day": relapse_day(course),
            "treatment_ended": course.ended,
            "contact_until": contact.until,
        }
    )
