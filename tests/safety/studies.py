"""Small literal studies of treatment sessions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import pandas as pd

from analysis.study import UNITS, Study
from tests.builders import clinic_network, typed

SESSION_COLUMNS = (
    "subject_id,session_no,site_id,course_no,rel_day,agent,route,dose_mg,dose_mg_kg,weight_kg,"
    "phase,completed,ae_assessed,discharge_ready_min,discharged_min"
)


def session(patient: str, number: int = 1, **cells: object) -> str:
    """One row of sessions: intravenous ketamine, complete, assessed, three days apart."""
    known = {
        "site_id": "A", "course_no": 1, "rel_day": 3 * (number - 1), "agent": "ketamine",
        "route": "IV", "dose_mg": 35, "dose_mg_kg": "", "weight_kg": 70, "phase": "induction",
        "completed": "true", "ae_assessed": "true", "discharge_ready_min": "",
        "discharged_min": "", **cells,
    }  # fmt: skip
    names = SESSION_COLUMNS.split(",")[2:]
    return ",".join([patient, str(number), *(str(known[name]) for name in names)])


def reading(patient: str, number: int, minute: object, parameter: str, value: object) -> str:
    """One row of monitoring in the unit of its parameter."""
    return f"{patient},{number},{minute},{parameter},{value},{UNITS[parameter]}"


def course(patient: str, number: int, parameter: str, readings: dict[int, float]) -> list[str]:
    """Several readings of one parameter in one session."""
    return [reading(patient, number, minute, parameter, v) for minute, v in readings.items()]


def study_of(
    sessions: Sequence[str],
    monitoring: Sequence[str] = (),
    *,
    ends: str = "ongoing",
    until: int = 100,
    **tables: Sequence[str],
) -> Study:
    """Make a study of some sessions and readings; other tables as lines with their header."""
    people = list(dict.fromkeys(line.split(",")[0] for line in sessions))
    lines = {
        "subjects": ["subject_id,site_id,age_years,sex,indication"]
        + [f"{p},A,40,female,depression" for p in people],
        "sessions": [SESSION_COLUMNS, *sessions],
        "assessments": [
            "subject_id,instrument,rel_day,occurrence,visit,total,n_answered,rater",
            f"{people[0]},PHQ-9,-99,1,,,,",
        ],
        "follow_up": ["subject_id,start_day,last_contact_day,observed_until_day,end_reason"]
        + [f"{p},-99,{until},{until},{ends}" for p in people],
        **({"monitoring": [MONITORING, *monitoring]} if monitoring else {}),
        **tables,
    }
    made = {name: _typed(name, "\n".join(rows)).copy() for name, rows in lines.items()}
    return Study(title="Sessions", sites=("A", "B"), instruments=("PHQ-9", "C-SSRS"), tables=made)


@cache
def _typed(name: str, text: str) -> pd.DataFrame:
    """Read a literal table once: many studies have the same patients."""
    return typed(name, text)


MONITORING = "subject_id,session_no,rel_min,parameter,value,unit"
EVENTS = "subject_id,ae_no,session_no,start_day,term,severity,serious,related,outcome"
ACTIONS = "subject_id,action_no,rel_day,session_no,trigger,action"


network = clinic_network
