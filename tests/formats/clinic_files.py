"""The synthetic network written as five files as a clinic has them, and the mapping that fits."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.study import Study

CUT_OFF = dt.date(2025, 6, 30)
SITES = {f"Clinic {letter.upper()} (outpatients)": f"clinic-{letter}" for letter in "abcdefgh"}
SEX = {"F": "female", "M": "male", "X": "other"}
ROUTES = {
    "Intravenous": "IV",
    "Intramuscular": "IM",
    "Subcutaneous": "SC",
    "Under the tongue": "SL",
    "Nose": "IN",
    "By mouth": "PO",
}


def _swap(labels: dict[str, str]) -> dict[str, str]:
    return {meaning: label for label, meaning in labels.items()}


def _start(study: Study) -> pd.Series:
    """Give each patient the date of day 0 from which the common cut-off is reached."""
    days = study.table("follow_up").set_index("subject_id")["observed_until_day"]
    return pd.Timestamp(CUT_OFF) - pd.to_timedelta(days.astype("int64"), unit="D")


def _dated(frame: pd.DataFrame, start: pd.Series, column: str, form: str) -> pd.Series:
    days = pd.to_timedelta(frame[column].fillna(0).astype("int64"), unit="D")
    dates = (frame["subject_id"].map(start) + days).dt.strftime(form)
    return dates.where(frame[column].notna())


def write_clinic_files(study: Study, folder: Path) -> dict[str, Any]:
    """Write patients, treatments, scores, answers and charts; return the JSON of the mapping."""
    start = _start(study)
    names, sexes, routes = _swap(SITES), _swap(SEX), _swap(ROUTES)
    people = study.table("subjects")
    local = pd.Series(range(1, len(people) + 1), index=people["subject_id"])

    def own(frame: pd.DataFrame) -> pd.Series:  # leading zeros are lost, as a spreadsheet does
        return frame["subject_id"].map(local)

    follow = study.table("follow_up")
    patients = people.assign(
        **{"Local No": own(people).map("{:05d}".format), "Network Patient": people["subject_id"]}
    )
    patients["site_id"] = people["site_id"].astype("string").map(names)
    patients["sex"] = people["sex"].astype("string").map(sexes)
    patients = patients.merge(
        follow.assign(
            first=_dated(follow, start, "start_day", "%d.%m.%Y"),
            last=_dated(follow, start, "last_contact_day", "%d.%m.%Y"),
            until=_dated(follow, start, "observed_until_day", "%d.%m.%Y"),
        ).drop(columns=["start_day", "last_contact_day", "observed_until_day"]),
        on="subject_id",
    ).drop(columns="subject_id")
    patients.to_csv(
        folder / "patients 2025.csv", index=False, sep=";", decimal=",", encoding="cp1252"
    )

    sessions = study.table("sessions")
    treatments = sessions.assign(
        **{
            "Chart #": own(sessions),
            "Date of treatment": _dated(sessions, start, "rel_day", "%m/%d/%Y"),
            "Weight (lb)": sessions["weight_kg"] / 0.45359237,
            "Dose": sessions["dose_mg"].map("{:g} mg".format, na_action="ignore"),
        }
    )
    treatments["route"] = sessions["route"].astype("string").map(routes)
    treatments["site_id"] = sessions["site_id"].astype("string").map(names)
    treatments.drop(columns=["subject_id", "rel_day", "weight_kg", "dose_mg"]).to_csv(
        folder / "treatments.csv", index=False, encoding="utf-8-sig", na_rep="n/a"
    )

    for name, file in (("assessments", "scores.txt"), ("items", "answers.csv")):
        table = study.table(name)
        table.assign(
            rel_day=_dated(table, start, "rel_day", "%Y-%m-%d"), subject_id=own(table)
        ).to_csv(
            folder / file,
            index=False,
            sep="\t" if file.endswith("txt") else ",",
            encoding="utf-16" if file.endswith("txt") else "utf-8",
        )

    chart = []
    for name in CHART:
        table = study.table(name)
        days = [c for c in table.columns if c.endswith("day")]
        dated = {c: _dated(table, start, c, "%d-%b-%Y") for c in days}
        chart.append(table.assign(subject_id=own(table), Entry=name, **dated).astype("object"))
    pd.concat(chart).to_csv(folder / "chart.csv", index=False)
    return _mapping(study)


CHART = ("monitoring", "adverse_events", "actions", "diagnoses", "encounters", "concomitant")


def _mapping(study: Study) -> dict[str, Any]:
    def same(name: str, **others: Any) -> dict[str, Any]:
        columns = study.table(name).columns.drop("subject_id")
        return {**{c: c for c in columns}, **others}

    def labels(column: str, values: dict[str, str]) -> dict[str, Any]:
        return {"column": column, "values": values}

    csv = {"kind": "csv", "client_id": "subject_id"}
    return {
        "mapping_version": "1",
        "note": ["Five files of an invented network."],
        "study": {"title": "Synthetic ketamine clinic network", "synthetic": True},
        "cut_off": CUT_OFF.isoformat(),
        "sites": SITES,
        "client_id": {
            "width": 5,
            "links": {"source": "patients", "local": "Local No", "patient": "Network Patient"},
        },
        "origin": {"source": "treatments", "column": "Date of treatment"},
        "sources": {
            "patients": {
                "file": "patients *.csv",
                "kind": "csv",
                "client_id": "network patient",
                "delimiter": ";",
                "decimal": ",",
                "encoding": "cp1252",
                "dates": "%d.%m.%Y",
            },
            "treatments": {
                "file": "treatments.csv",
                "kind": "csv",
                "client_id": "chart #",
                "na": ["N/A"],
                "dates": "mdy",
            },
            "scores": {**csv, "file": "scores.txt", "delimiter": "\t", "encoding": "utf-16"},
            "answers": {**csv, "file": "answers.csv"},
            "chart": {**csv, "file": "chart.csv"},
        },
        "tables": {
            "subjects": {
                "source": "patients",
                "columns": same("subjects", sex=labels("sex", SEX)),
            },
            "follow_up": {
                "source": "patients",
                "columns": {
                    "start_day": "first",
                    "last_contact_day": "last",
                    "observed_until_day": "until",
                    "end_reason": "end_reason",
                },
            },
            "sessions": {
                "source": "treatments",
                "columns": same(
                    "sessions",
                    rel_day="Date of  TREATMENT",
                    session_no={"numbered": "session"},
                    route=labels("route", ROUTES),
                    dose_mg={"column": "Dose", "unit": "in text"},
                    weight_kg={"column": "weight*", "unit": "lb"},
                ),
            },
            "assessments": [
                {
                    "source": "scores",
                    "columns": same("assessments", occurrence={"numbered": "occurrence"}),
                }
            ],
            "items": {"source": "answers", "columns": same("items")},
            **{
                name: {
                    "source": "chart",
                    "where": {"column": "Entry", "is": name},
                    "columns": same(name),
                }
                for name in CHART
            },
        },
    }
