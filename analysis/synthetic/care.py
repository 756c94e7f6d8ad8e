"""The canonical tables of care around treatment: diagnoses, other drugs, encounters, actions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.synthetic.assessments import Forms
from analysis.synthetic.contact import Contact, attended
from analysis.synthetic.course import Course
from analysis.synthetic.frames import canonical, coded
from analysis.synthetic.people import People
from analysis.synthetic.scenarios import Scenario
from analysis.synthetic.sessions import Sessions
from analysis.synthetic.streams import Integers, Streams
from analysis.synthetic.visits import Visits, per_slot

__all__ = ["actions_table", "concomitant_table", "diagnoses_table", "encounters_table"]

_CODES = {
    "depression": "F33.2",
    "bipolar depression": "F31.4",
    "anxiety": "F41.1",
    "PTSD": "F43.10",
    "OCD": "F42.2",
    "substance use": "F10.20",
}
_DRUGS = {
    "antidepressant": 0.72,
    "benzodiazepine": 0.24,
    "antipsychotic": 0.20,
    "psychostimulant": 0.15,
    "mood stabiliser": 0.12,
    "other hypnotic": 0.11,
    "lamotrigine": 0.08,
    "antihypertensive": 0.18,
}
_DAYS, _BEFORE = 100_000, 10_000  # room for the days of a patient, also before day 0
_ASSESSED = 0.9  # share of positive answers to item 9 that a risk assessment follows


def diagnoses_table(people: People, scenario: Scenario, streams: Streams) -> pd.DataFrame:
    """Code the indications of each patient.

    Parameters
    ----------
    people : People
        The patients.
    scenario : Scenario
        Population.
    streams : Streams
        Source of numbers.

    Returns
    -------
    pandas.DataFrame
        Canonical ``diagnoses``.
    """
    codes = sorted(_CODES.values())
    has = np.stack(
        [people.has(scenario, name) for name in sorted(_CODES, key=lambda n: _CODES[n])], axis=1
    )
    patient, code = np.nonzero(has)
    since = np.floor(-1500.0 * streams.uniform("diagnosis", len(people), len(codes))) - 30.0
    return canonical(
        "diagnoses",
        {
            "subject_id": people.ids().astype(object)[patient],
            "code_system": np.full(len(patient), "ICD-10-CM", dtype=object),
            "code": coded(code, codes),
            "start_day": since[patient, code].astype(np.int64),
        },
    )


def concomitant_table(people: People, streams: Streams) -> pd.DataFrame:
    """List other drugs in use at the first treatment.

    Parameters
    ----------
    people : People
        The patients.
    streams : Streams
        Source of numbers.

    Returns
    -------
    pandas.DataFrame
        Canonical ``concomitant``; an empty end means that use goes on.
    """
    shares = np.array(list(_DRUGS.values()))
    uses = streams.uniform("other drugs", len(people), len(shares)) < shares
    uses[:, -1] = people.hypertension & (uses[:, -1] | (people.age > 50))
    patient, drug = np.nonzero(uses)
    number = uses.cumsum(axis=1)[patient, drug]
    return canonical(
        "concomitant",
        {
            "subject_id": people.ids().astype(object)[patient],
            "drug_no": number,
            "drug_class": coded(drug, list(_DRUGS)),
            "start_day": pd.array([pd.NA] * len(patient), dtype="Int64"),
            "end_day": pd.array([pd.NA] * len(patient), dtype="Int64"),
        },
    )


def encounters_table(
    sessions: Sessions, visits: Visits, contact: Contact, people: People, scenario: Scenario
) -> pd.DataFrame:
    """List the visits: sessions, and planned visits of those in contact, scored or not.

    Parameters
    ----------
    sessions : Sessions
        The sessions.
    visits : Visits
        Planned scores.
    contact : Contact
        Until when patients came.
    people : People
        The patients.
    scenario : Scenario
        Names the clinics.

    Returns
    -------
    pandas.DataFrame
        Canonical ``encounters``; ``instrument`` is the PHQ-9 where a score was planned.
    """
    at, slot = np.nonzero(attended(visits, contact, people))
    patient = np.concatenate([at, sessions.patient])
    day = np.concatenate([visits.day[at, slot], sessions.day])
    kind = np.concatenate([np.where(visits.day[at, slot] <= 0, 1, 2), np.zeros(len(sessions), int)])
    due = np.concatenate([np.zeros(len(at), int), np.full(len(sessions), -1)])
    # a session is the visit of its day; the score planned for it is due there
    first, where = np.unique(patient * _DAYS + day + _BEFORE, return_inverse=True)
    kinds, dues = np.full(len(first), 2), np.full(len(first), -1)
    np.minimum.at(kinds, where, kind)
    np.maximum.at(dues, where, due)
    who, on = first // _DAYS, first % _DAYS - _BEFORE
    start = np.searchsorted(who, who)
    return canonical(
        "encounters",
        {
            "subject_id": people.ids().astype(object)[who],
            "encounter_no": np.arange(len(first)) - start + 1,
            "rel_day": on,
            "site_id": coded(
                _clinic_on(sessions, people, who, on), [clinic.code for clinic in scenario.clinics]
            ),
            "kind": coded(kinds, ("session", "intake", "follow-up")),
            "instrument": coded(dues, ("PHQ-9",)),
        },
    )


def _clinic_on(sessions: Sessions, people: People, who: Integers, on: Integers) -> Integers:
    """Clinic of the last session up to a day; the home clinic before the first."""
    key = sessions.patient * _DAYS + sessions.day + _BEFORE
    at = np.searchsorted(key, who * _DAYS + on + _BEFORE, side="right") - 1
    same = (at >= 0) & (sessions.patient[np.maximum(at, 0)] == who)
    return np.where(same, sessions.clinic[np.maximum(at, 0)], people.clinic[who])


def actions_table(
    forms: list[Forms], people: People, course: Course, scenario: Scenario, streams: Streams
) -> pd.DataFrame:
    """List what was done about positive answers to item 9 of the PHQ-9.

    Parameters
    ----------
    forms : list of Forms
        Completed forms.
    people : People
        The patients.
    course : Course
        The sessions.
    scenario : Scenario
        Observation.
    streams : Streams
        Source of numbers.

    Returns
    -------
    pandas.DataFrame
        Canonical ``actions``; about one positive answer in ten has none.
    """
    phq9 = next(form for form in forms if form.scale == "PHQ-9")
    drawn = per_slot(streams, "risk assessment", course, scenario)[phq9.patient, phq9.slot, 0]
    positive = (phq9.answers[:, 8] >= 1) & phq9.answered[:, 8] & phq9.kept(scenario)
    done = positive & (drawn < _ASSESSED)
    patient, day = phq9.patient[done], phq9.day[done]
    severe = phq9.answers[done, 8] >= 2
    start = np.searchsorted(patient, patient)
    return canonical(
        "actions",
        {
            "subject_id": people.ids().astype(object)[patient],
            "action_no": np.arange(len(patient)) - start + 1,
            "rel_day": day,
            "session_no": phq9.session_no[done],
            "trigger": np.full(len(patient), "suicidal ideation", dtype=object),
            "action": coded(severe.astype(np.int64), ("risk assessment", "safety plan")),
        },
    )
