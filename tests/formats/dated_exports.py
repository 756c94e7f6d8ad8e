"""A study as an export of each kind, every patient with a first day of the calendar of their own.

The writers let all patients begin on one day. Here their days are moved to where a common last
day of the data puts them, so that a cut-off falls on another day of each patient.
"""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.formats import ExportMapping, Mapping, read_mapping, write_mapping
from analysis.formats.fhir import write_fhir
from analysis.formats.omop import write_omop
from analysis.formats.redcap import write_redcap
from analysis.study import Study
from tests.formats.clinic_files import write_clinic_files

LAST = pd.Timestamp("2025-06-30")
"""Last day of the data of the network; `observed_until_day` counts to it."""

_WRITTEN = pd.Timestamp("2000-01-01")
_DATE = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")
_DAYS = ("rel_day", "start_day", "end_day", "last_contact_day", "observed_until_day")


def write_dated(
    kind: str, study: Study, starts: pd.Series, folder: Path
) -> Mapping | ExportMapping:
    """Write an export of a kind, and return its mapping."""
    folder.mkdir()
    if kind == "clinic":
        return Mapping.of(write_clinic_files(study, folder))
    {"redcap": write_redcap, "fhir": write_fhir, "omop": write_omop}[kind](study, folder)
    content = json.loads((folder / "mapping.json").read_text(encoding="utf-8"))
    (folder / "mapping.json").unlink()
    {"redcap": _date_redcap, "fhir": _date_fhir, "omop": _date_omop}[kind](folder, starts, content)
    mapping = ExportMapping(kind=kind, content=content)
    return read_mapping(write_mapping(mapping, folder.parent / "local" / f"{folder.name}.json"))


def _moved(text: str, start: pd.Timestamp) -> str:
    """Move every date of a text as far as day 0 is moved."""
    later = start - _WRITTEN
    return _DATE.sub(lambda found: str((pd.Timestamp(found[0]) + later).date()), text)


def _date_fhir(folder: Path, starts: pd.Series, content: dict[str, Any]) -> None:
    for path in folder.glob("*.ndjson"):
        lines = path.read_text(encoding="utf-8").splitlines()
        moved = [_moved(line, starts[_patient(json.loads(line))]) for line in lines]
        path.write_text("".join(f"{line}\n" for line in moved), encoding="utf-8")


def _patient(resource: dict[str, Any]) -> str:
    about = resource.get("subject") or resource.get("patient")
    return about["reference"].rpartition("/")[2] if about else resource["id"]


def _date_omop(folder: Path, starts: pd.Series, content: dict[str, Any]) -> None:
    person = pd.read_csv(folder / "person.csv", dtype=str).set_index("person_id")
    start = person["person_source_value"].map(starts)
    for path in folder.glob("*.csv"):
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        for name in frame:
            if "person_id" in frame and name.endswith(("_date", "_datetime")):
                pairs = zip(frame[name], frame["person_id"].map(start), strict=True)
                frame[name] = [_moved(text, day) for text, day in pairs]
        frame.to_csv(path, index=False, lineterminator="\n")


def _date_redcap(folder: Path, starts: pd.Series, content: dict[str, Any]) -> None:
    """Make dates of the fields that hold days, in the cells, the dictionary and the mapping."""
    with (folder / "dictionary.csv").open(encoding="utf-8", newline="") as handle:
        head, *fields = csv.reader(handle)
    days = {each[0] for each in fields if each[0].endswith(_DAYS)}
    dictionary = pd.DataFrame(fields, columns=head)
    rule = "Text Validation Type OR Show Slider Number"
    dictionary.loc[dictionary.iloc[:, 0].isin(days), rule] = "date_ymd"
    dictionary.to_csv(folder / "dictionary.csv", index=False, lineterminator="\n")
    export = pd.read_csv(folder / "export.csv", dtype=str, keep_default_na=False)
    for name in days:
        pairs = zip(export[name], export["record_id"].map(starts), strict=True)
        export[name] = [
            str((start + pd.Timedelta(days=int(day))).date()) if day else "" for day, start in pairs
        ]
    export.to_csv(folder / "export.csv", index=False, lineterminator="\n")
    for entries in content["tables"].values():
        for entry in entries:
            for name, source in entry["columns"].items():
                if name in _DAYS:
                    entry["columns"][name] = {"date": source["field"]}
    content["day_zero"] = [{"instrument": "sessions", "field": "sessions_rel_day"}]
