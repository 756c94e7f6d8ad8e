"""The people of the small clinic: a study, and the dates and numbers that its files need."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.study import TABLES, Study
from analysis.synthetic.networks import DURABILITY, NETWORKS, OBSERVATION, POPULATION, TREATMENT
from analysis.synthetic.parts import Clinic
from analysis.synthetic.scenarios import Scenario
from analysis.synthetic.simulation import simulate
from analysis.synthetic.streams import Streams

__all__ = ["FIRST_CLINIC", "LAST_DAY", "MONTH_BEFORE", "People", "draw", "records", "up_to"]

LAST_DAY = dt.date(2025, 7, 31)
MONTH_BEFORE = dt.date(2025, 6, 30)
"""Last days of the two monthly exports."""

_LAST_ON_PAPER = 12  # day of the month: these dates fit both orders of day and month
_COLUMNS = {
    "subjects": ["subject_id", "site_id", "age_years", "sex", "indication"],
    "sessions": [
        *("subject_id", "session_no", "site_id", "course_no", "rel_day", "agent", "route"),
        *("dose_mg", "weight_kg", "phase", "completed"),
    ],
}


def _clinic(code: str, share: float, regimens: tuple[str, ...]) -> Clinic:
    """Describe one of the two clinics."""
    return Clinic(
        code=code,
        share=share,
        regimens=regimens,
        regimen_shares=(1.0,) * len(regimens),
        scales=("PHQ-9", "GAD-7"),
        retained_shift=0.0,
    )


_PLAIN: dict[str, Any] = dict.fromkeys(
    ("missing_item", "broken_off", "missing_total", "no_items"), 0.0
)

FIRST_CLINIC = Scenario(
    name="first-clinic",
    title="First clinic, invented",
    seed=2025,
    patients=44,
    clinics=(
        _clinic("north", 56.0, ("ketamine IV", "ketamine IM")),
        _clinic("harbour", 44.0, ("ketamine IV",)),
    ),
    regimens=NETWORKS[0].regimens[:2],
    population=replace(POPULATION, treated_before=0.0, moves=0.0),
    durability=DURABILITY,
    treatment=replace(TREATMENT, reinduction=0.0, death_per_year=0.0, most_maintenance=3),
    observation=replace(OBSERVATION, entry_days=210, follow_up_weeks=(4, 8, 12), **_PLAIN),
)
"""What is simulated: two clinics, one course per patient, forms without gaps."""


def records(frame: pd.DataFrame) -> Iterator[Any]:
    """Give the rows of a table one by one: files are written so, and the clinic is small.

    Parameters
    ----------
    frame : pandas.DataFrame
        A table.

    Returns
    -------
    iterator
        Rows with an attribute per column.
    """
    return iter(frame.itertuples(index=False))


@dataclass(frozen=True, kw_only=True, eq=False)
class People:
    """A study with what its files need besides.

    Parameters
    ----------
    study : Study
        What the files should become.
    start : mapping of str to datetime.date
        Date of the first treatment by patient.
    born : mapping of str to datetime.date
        Date of birth by patient; patients without a known age have none.
    contact : mapping of str to datetime.date
        Last contact by patient.
    last_day : datetime.date
        Last day of the export.
    """

    study: Study
    start: Mapping[str, dt.date] = field(repr=False)
    born: Mapping[str, dt.date] = field(repr=False)
    contact: Mapping[str, dt.date] = field(repr=False)
    last_day: dt.date

    def date(self, patient: str, rel_day: int) -> dt.date:
        """Give the date of a day of a patient."""
        return self.start[patient] + dt.timedelta(days=int(rel_day))


def draw(scenario: Scenario = FIRST_CLINIC) -> People:
    """Simulate the people and give them numbers and dates.

    Parameters
    ----------
    scenario : Scenario
        What is simulated.

    Returns
    -------
    People
        Up to `LAST_DAY`.
    """
    simulated = simulate(scenario).study
    streams = Streams(seed=scenario.seed, prefix="exports")
    numbers = _numbers(simulated.table("subjects")["subject_id"].tolist(), streams)
    tables = {
        name: simulated.table(name).assign(subject_id=lambda t: t["subject_id"].map(numbers))
        for name in ("subjects", "sessions", "assessments", "items", "follow_up")
    }
    open_days = tables["follow_up"].set_index("subject_id")["observed_until_day"]
    start = {str(p): LAST_DAY - dt.timedelta(days=int(n)) for p, n in open_days.items()}
    tables = {name: frame.reindex(columns=_kept(name)) for name, frame in tables.items()}
    tables["assessments"], tables["items"] = _forms(tables, start)
    study = replace(
        simulated,
        tables={name: _typed(name, frame) for name, frame in tables.items()},
        instruments=tuple(sorted(simulated.instruments)),
        data_cut_off=str(LAST_DAY.year),
        course_gap_days=None,
    )
    return _followed(study, start, _births(study, start, streams), LAST_DAY)


def _numbers(patients: list[str], streams: Streams) -> dict[str, str]:
    """Give every patient a number of four digits, in no order that tells anything."""
    order = np.argsort(streams.uniform("client number", len(patients))[:, 0], kind="stable")
    return {patients[at]: f"{17 + 29 * place:04d}" for place, at in enumerate(order)}


def _kept(table: str) -> list[str]:
    """List the columns that the files of the clinic hold."""
    required = [column.name for column in TABLES[table].columns if column.required]
    return _COLUMNS.get(table, required)


def _typed(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Sort a table by its key; ids and categories as text."""
    kinds = {column.name: column.kind for column in TABLES[table].columns}
    texts = [name for name in frame.columns if kinds[name] in ("text", "category")]
    return frame.astype(dict.fromkeys(texts, "string")).sort_values(
        list(TABLES[table].key), kind="stable", ignore_index=True
    )


def _forms(
    tables: Mapping[str, pd.DataFrame], start: Mapping[str, dt.date]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Keep one PHQ-9 a day with its answers, and totals of GAD-7 from the first days of a month."""
    forms = tables["assessments"]
    is_phq9 = forms["instrument"].eq("PHQ-9")
    dates = [
        start[patient] + dt.timedelta(days=int(day))
        for patient, day in zip(forms["subject_id"], forms["rel_day"], strict=True)
    ]
    on_paper = ~is_phq9 & pd.Series([date.day <= _LAST_ON_PAPER for date in dates])
    kept = forms[(is_phq9 | on_paper) & forms["occurrence"].eq(1)]
    by_item = kept["instrument"].eq("PHQ-9")  # of the other scale there are totals only
    known = {name: kept[name].where(by_item) for name in ("n_answered", "rater")}
    kept = kept.assign(visit=None, **known)
    items = tables["items"]
    return kept, items[items["instrument"].eq("PHQ-9") & items["occurrence"].eq(1)]


def _births(study: Study, start: Mapping[str, dt.date], streams: Streams) -> dict[str, dt.date]:
    """Give dates of birth that make the ages."""
    people = study.table("subjects")
    before = np.floor(streams.uniform("birthday", len(people))[:, 0] * 360).astype(int)
    born = {}
    for patient, age, days in zip(people["subject_id"], people["age_years"], before, strict=True):
        if pd.notna(age):
            begun = start[patient]
            birthday = begun.replace(year=begun.year - int(age), day=min(begun.day, 28))
            born[patient] = birthday - dt.timedelta(days=int(days))
    return born


def _followed(
    study: Study, start: Mapping[str, dt.date], born: Mapping[str, dt.date], last_day: dt.date
) -> People:
    """Derive follow-up as a reader does: from all days, the last contact and the last day."""
    first, last = _seen(study)
    rows = []
    for row in records(study.table("follow_up")):
        patient, limit = row.subject_id, (last_day - start[row.subject_id]).days
        there = row.last_contact_day > limit  # contact goes on after the last day of the export
        until = max(last[patient], min(row.last_contact_day, limit))
        rows.append((patient, first[patient], until, limit, "ongoing" if there else row.end_reason))
    names = list(TABLES["follow_up"].names)
    numbers = dict.fromkeys(names[1:4], "Int64")
    table = pd.DataFrame(rows, columns=names).astype(numbers)
    follow_up = _typed("follow_up", table)
    return People(
        study=replace(study, tables={**study.tables, "follow_up": follow_up}),
        start=start,
        born=born,
        contact={row[0]: start[row[0]] + dt.timedelta(days=int(row[2])) for row in rows},
        last_day=last_day,
    )


def _seen(study: Study) -> tuple[dict[str, int], dict[str, int]]:
    """Give the first and the last day of every patient with a session or a score."""
    both = [study.table(name)[["subject_id", "rel_day"]] for name in ("sessions", "assessments")]
    days = pd.concat(both).astype({"rel_day": "int64"}).groupby("subject_id")["rel_day"]
    first, last = days.min(), days.max()
    patients = [str(patient) for patient in first.index]
    return dict(zip(patients, first, strict=True)), dict(zip(patients, last, strict=True))


def up_to(people: People, last_day: dt.date) -> People:
    """Give what the clinic knew on an earlier day.

    Parameters
    ----------
    people : People
        All of them.
    last_day : datetime.date
        Last day that counts.

    Returns
    -------
    People
        Patients who had started, their rows up to the day, and follow-up as it was.
    """
    known = {p: date for p, date in people.start.items() if date <= last_day}
    tables = {}
    for name, frame in people.study.tables.items():
        rows = frame[frame["subject_id"].isin(list(known))]
        if "rel_day" in rows:
            limit = rows["subject_id"].map({p: (last_day - d).days for p, d in known.items()})
            rows = rows[rows["rel_day"] <= limit]
        tables[name] = rows.reset_index(drop=True)
    study = replace(people.study, tables=tables)
    return _followed(study, known, people.born, last_day)
