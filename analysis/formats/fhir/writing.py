"""Writing a canonical study as FHIR R4 bulk data: one NDJSON file per kind of resource."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import storage
from analysis.errors import DataError
from analysis.formats.fhir.resources import (
    dose_of,
    episode_of,
    event_of,
    observations_of,
    patient_of,
    responses_of,
    weight_of,
)
from analysis.formats.vocabulary import require_vocabulary
from analysis.study import Study
from analysis.study.about import about_entries

__all__ = ["write_fhir"]

_WRITTEN = ("subjects", "sessions", "assessments", "items", "monitoring", "adverse_events")
_ID = re.compile(r"[A-Za-z0-9.\-]{1,40}")

Rows = Iterable[Mapping[str, Any]]


def write_fhir(study: Study, folder: Path | str) -> list[Path]:
    """Write a study as FHIR R4 bulk data.

    Parameters
    ----------
    study : Study
        The study. It has no dates, so day 0 of every patient becomes 1 January 2000, and every
        session begins at noon: only differences between dates mean anything.
    folder : path
        Made when missing; files of the same names are replaced.

    Returns
    -------
    list of pathlib.Path
        One file per kind of resource, and ``mapping.json`` with what is known about the study:
        `read_fhir` of the folder and the mapping gives these tables again: subjects, sessions,
        assessments, items, monitoring, adverse_events and follow_up.

    Notes
    -----
    R4 has places for the patient's sex and clinic, the drug, route, dose, length and completion of
    a session, scale, answers, totals and who answered, vital signs, and what happened, how severe,
    serious, related and with which outcome. What it has no place for goes into extensions below
    ``urn:ketamine-outcomes:``, which other programs leave alone. The tables actions, diagnoses,
    encounters, concomitant and calendar are not written. Hours from a dose are kept where they
    agree with the day of the assessment, to the microsecond.

    Raises
    ------
    DataError
        When a pseudonym is no id of FHIR, sessions are there twice, or answers belong to no
        assessment, or a category is not among the allowed ones.
    ReportError
        When a file cannot be written.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from analysis.formats.fhir import read_fhir
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> with TemporaryDirectory() as folder:
    ...     files = write_fhir(study, folder)
    >>> files[0].name
    'Patient.ndjson'
    """
    require_vocabulary(study, _WRITTEN)
    _refuse_what_cannot_be_written(study)
    root = Path(folder)
    written = [
        storage.write_text(root / f"{kind}.ndjson", "".join(map(_line, resources)))
        for kind, resources in _resources(study)
    ]
    return [*written, storage.write_text(root / "mapping.json", _mapping(study))]


def _line(resource: Mapping[str, Any]) -> str:
    """Write one resource as one line."""
    return json.dumps(resource, ensure_ascii=False, separators=(",", ":")) + "\n"


def _refuse_what_cannot_be_written(study: Study) -> None:
    """Refuse what would not come back."""
    ids = study.tables["subjects"]["subject_id"].astype("string")
    n_wrong = int((~ids.str.fullmatch(_ID)).sum())
    sessions = study.tables["sessions"]
    n_twice = int(sessions.duplicated(["subject_id", "session_no"]).sum())
    key = ["subject_id", "instrument", "rel_day", "occurrence"]
    scores = study.tables["assessments"].astype({"instrument": "string"})
    items = study.tables.get("items", pd.DataFrame(columns=key)).astype({"instrument": "string"})
    known = pd.MultiIndex.from_frame(scores[key])
    n_alone = int((~pd.MultiIndex.from_frame(items[key]).isin(known)).sum())
    pair = ["subject_id", "session_no"]
    monitored = study.tables.get("monitoring", pd.DataFrame(columns=pair))[pair]
    of_session = pd.MultiIndex.from_frame(sessions[pair])
    n_alone += int((~pd.MultiIndex.from_frame(monitored).isin(of_session)).sum())
    if n_wrong or n_twice or n_alone or known.has_duplicates:
        raise DataError(
            f"The study cannot be written as FHIR: {n_wrong} pseudonyms have other characters than "
            "letters, digits, dots and hyphens or are longer than 40, "
            f"{n_twice} sessions and {int(known.duplicated().sum())} assessments are there twice, "
            f"and {n_alone} answers or measurements belong to no assessment or session. "
            "Check the study and correct them."
        )


def _rows(study: Study, table: str) -> list[dict[str, Any]]:
    """Give the rows of a table without the cells that are missing."""
    if not study.has(table):
        return []
    frame = study.tables[table]
    columns = {
        str(name): frame[name].astype(object).where(frame[name].notna(), None) for name in frame
    }
    names = list(columns)
    return [
        {name: cell for name, cell in zip(names, cells, strict=True) if cell is not None}
        for cells in zip(*columns.values(), strict=True)
    ]


def _resources(study: Study) -> Iterator[tuple[str, Iterator[dict[str, Any]]]]:
    """Give the resources of each kind."""
    sessions = _rows(study, "sessions")
    yield "Patient", map(patient_of, _rows(study, "subjects"))
    yield "EpisodeOfCare", map(episode_of, _rows(study, "follow_up"))
    yield "MedicationAdministration", map(dose_of, sessions)
    yield "QuestionnaireResponse", responses_of(_rows(study, "assessments"), _rows(study, "items"))
    yield "Observation", _observations(sessions, _rows(study, "monitoring"))
    yield "AdverseEvent", map(event_of, _rows(study, "adverse_events"))


def _observations(sessions: list[dict[str, Any]], monitoring: Rows) -> Iterator[dict[str, Any]]:
    """Give weights and monitoring."""
    yield from (weight_of(row) for row in sessions if "weight_kg" in row)
    yield from observations_of(monitoring, sessions)


def _mapping(study: Study) -> str:
    """Write what is known about the study."""
    return json.dumps({"kind": "fhir", **about_entries(study)}, indent=1, ensure_ascii=False) + "\n"
