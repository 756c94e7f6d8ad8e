"""From a scenario to a study and the truth behind it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.study import TABLES, Study, Table
from analysis.synthetic.adverse_events import adverse_events_table
from analysis.synthetic.assessments import assessment_tables
from analysis.synthetic.course import Course, treat
from analysis.synthetic.monitoring import measure, monitoring_table
from analysis.synthetic.people import People, draw_people, subjects_table
from analysis.synthetic.scenarios import Scenario
from analysis.synthetic.sessions import give_sessions, sessions_table
from analysis.synthetic.streams import Floats, Streams
from analysis.synthetic.visits import Visits, plan_visits

__all__ = ["Simulation", "simulate"]

_DTYPES = {
    "text": "string",
    "category": "category",
    "integer": "Int64",
    "number": "float64",
    "flag": "boolean",
    "codes": "string",
}


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
        What it would not: one row per patient, ``subject_id, clinic, route, severity`` (before
        treatment, PHQ-9 points), ``retained`` (fraction after a full induction), ``loss_days``
        (from a full induction to the loss of response without maintenance), ``n_induction``,
        ``treatment_ended`` (day; infinite when treatment went on) and ``contact_until`` (day;
        infinite when contact was never lost).
    """

    scenario: Scenario
    study: Study
    truth: pd.DataFrame


def simulate(scenario: Scenario) -> Simulation:
    """Simulate a clinic network.

    Parameters
    ----------
    scenario : Scenario
        Everything that the simulation uses; the same scenario gives the same study.

    Returns
    -------
    Simulation
        The study with its truth. Adding patients leaves the earlier ones as they are.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from analysis.synthetic import scenario, simulate
    >>> study = simulate(replace(scenario("clinic-network"), patients=20)).study
    >>> len(study.table("follow_up"))
    20
    """
    streams = Streams(seed=scenario.seed)
    people = draw_people(scenario, streams, scenario.patients)
    course = treat(people, scenario, streams)
    visits = plan_visits(people, course, scenario, streams)
    until = np.minimum(visits.contact_until, people.cut_off)
    sessions = give_sessions(people, course, until, scenario, streams)
    measured = measure(sessions, people, scenario, streams)
    assessments, items = assessment_tables(people, visits, scenario, streams)
    tables = {
        "subjects": subjects_table(people, scenario, streams),
        "sessions": sessions_table(sessions, people, scenario, streams),
        "assessments": assessments,
        "items": items,
        "monitoring": monitoring_table(measured, sessions, people),
        "adverse_events": adverse_events_table(sessions, measured, people, scenario, streams),
    }
    tables["follow_up"] = _follow_up(tables, people, visits, streams)
    study = Study(
        title=scenario.title,
        sites=tuple(clinic.code for clinic in scenario.clinics),
        instruments=tuple(dict.fromkeys(s for clinic in scenario.clinics for s in clinic.scales)),
        tables={name: _typed(tables[name], TABLES[name]) for name in TABLES if name in tables},
        data_cut_off="18 months after the first patient of the network",
        seed=scenario.seed,
        synthetic=True,
    )
    return Simulation(
        scenario=scenario, study=study, truth=_truth(people, course, visits, scenario)
    )


def _typed(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Give a table its canonical types and order of rows."""
    dtypes = {column.name: _DTYPES[column.kind] for column in table.columns}
    text = {name: "string" for name, dtype in dtypes.items() if dtype == "category"}
    typed = frame.astype({name: text.get(name, dtypes[name]) for name in frame.columns})
    ordered = typed.sort_values(list(table.key), kind="stable", ignore_index=True)
    return ordered.astype({name: dtypes[name] for name in frame.columns})


def _follow_up(
    tables: dict[str, pd.DataFrame], people: People, visits: Visits, streams: Streams
) -> pd.DataFrame:
    """Say from when until when each patient was seen, and why that ended."""
    ids = pd.Index(people.ids(), name="subject_id")
    scores = tables["assessments"].groupby("subject_id")["rel_day"]
    treated = tables["sessions"].groupby("subject_id")["rel_day"].max()
    first = scores.min().reindex(ids).fillna(0).clip(upper=0)
    last = pd.concat([scores.max(), treated], axis=1).max(axis=1).reindex(ids)
    return pd.DataFrame(
        {
            "subject_id": ids,
            "start_day": first.to_numpy(),
            "last_contact_day": last.to_numpy(),
            "observed_until_day": people.cut_off,
            "end_reason": _end_reason(people, visits, streams),
        }
    )


def _end_reason(people: People, visits: Visits, streams: Streams) -> npt.NDArray[np.str_]:
    """Tell lost patients, the data cut-off and the end of the programme apart."""
    lost = visits.contact_until <= np.minimum(people.cut_off, visits.last_planned)
    withdrew = streams.uniform("end reason", len(people))[:, 0] < 0.3
    running = people.cut_off < visits.last_planned
    left = np.where(withdrew, "withdrew", "lost")
    return np.where(lost, left, np.where(running, "ongoing", "completed"))


def _truth(people: People, course: Course, visits: Visits, scenario: Scenario) -> pd.DataFrame:
    """List what no clinic can see."""
    codes = np.array([clinic.code for clinic in scenario.clinics])
    ended: Floats = course.ended
    return pd.DataFrame(
        {
            "subject_id": people.ids(),
            "clinic": codes[people.clinic],
            "route": np.where(people.im, "IM", "IV"),
            "severity": people.severity,
            "retained": people.retained,
            "loss_days": people.loss_days,
            "n_induction": course.n_induction,
            "treatment_ended": ended,
            "contact_until": visits.contact_until,
        }
    )
