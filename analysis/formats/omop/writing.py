"""Writing a canonical study as OMOP CDM 5.4: one CSV file per table, and the mapping to read it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import storage
from analysis.errors import DataError
from analysis.formats.omop.numbers import Numbers
from analysis.formats.omop.rows import conditions, doses, people, periods
from analysis.formats.omop.value_rows import values
from analysis.formats.vocabulary import require_vocabulary
from analysis.study import Study
from analysis.study.about import about_entries

__all__ = ["write_omop"]

_WRITTEN = (
    *("subjects", "sessions", "assessments", "items", "monitoring", "diagnoses", "follow_up"),
)


def write_omop(study: Study, folder: Path | str) -> list[Path]:
    """Write a study as tables of OMOP CDM 5.4.

    Parameters
    ----------
    study : Study
        The study. It has no dates, so day 0 of every subject becomes 1 January 2000, and every
        session begins at noon: only differences between dates mean anything.
    folder : path
        Made when missing; files of the same names are replaced.

    Returns
    -------
    list of pathlib.Path
        One CSV per table, and ``mapping.json``. Scales, vital signs, units, drugs and routes have
        local concepts (above 2 000 000 000, as the model reserves them), which ``mapping.json``
        explains: no standard concept is claimed that the study does not know.

    Raises
    ------
    DataError
        When a subject has no session on day 0, which is how the model's dates are read again; when
        sessions are not numbered in their order; when two assessments of a scale would get the
        same time; when diagnoses have several code systems; or when a category is not among the
        allowed ones, or a cell is empty that must not be.

    Notes
    -----
    Not written, for the model has no place for it: indications, payer, language, ethnicity, prior
    failures, dose per kilogram, course and phase (derived again), whether harms were asked for,
    times of discharge, visit names, assessments with neither total nor items, number of answers
    where there are no items, end of follow-up other than death, day of last contact, and the
    tables of adverse events, actions, encounters and other drugs.
    A subject without an age gets no year of birth, though the model requires one.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> with TemporaryDirectory() as folder:
    ...     files = write_omop(study, folder)
    >>> files[0].name
    'cdm_source.csv'
    """
    require_vocabulary(study, _WRITTEN)
    _refuse_what_cannot_be_written(study)
    numbers = Numbers.of(study)
    measured, observed = values(study, numbers)
    tables = {
        "cdm_source": _source(study),
        **people(study, numbers),
        **doses(study, numbers),
        "measurement": measured,
        "observation": observed,
        **periods(study, numbers),
        **conditions(study, numbers),
    }
    root = Path(folder)
    written = [
        storage.write_text(root / f"{name}.csv", frame.to_csv(index=False, lineterminator="\n"))
        for name, frame in tables.items()
    ]
    return [*written, storage.write_text(root / "mapping.json", _mapping(study, numbers))]


def _refuse_what_cannot_be_written(study: Study) -> None:
    """Refuse what would come back as something else."""
    sessions = study.tables["sessions"].sort_values(["subject_id", "session_no"])
    first = sessions.groupby("subject_id")["rel_day"].min()
    n_shifted = int(first.ne(0).sum())
    n_without = int((~study.tables["subjects"]["subject_id"].isin(first.index)).sum())
    number = sessions.groupby("subject_id").cumcount() + 1
    back = sessions.groupby("subject_id")["rel_day"].diff().lt(0)
    n_misnumbered = int((sessions["session_no"].ne(number) | back.fillna(value=False)).sum())
    systems = study.tables["diagnoses"]["code_system"].nunique() if study.has("diagnoses") else 0
    if n_shifted or n_without or n_misnumbered or systems > 1:
        raise DataError(
            f"The study cannot be written as OMOP: {n_without} subjects have no session, the first "
            f"session of {n_shifted} is not on day 0, {n_misnumbered} sessions are not numbered "
            f"from 1 in their order, and diagnoses have {systems} code systems (at most 1 can be). "
            "Leave these subjects or diagnoses out."
        )


def _source(study: Study) -> pd.DataFrame:
    """Say what the tables are."""
    return pd.DataFrame(
        {
            "cdm_source_name": [study.title],
            "cdm_source_abbreviation": ["study"],
            "cdm_holder": ["study"],
            "source_release_date": ["2000-01-01"],
            "cdm_release_date": ["2000-01-01"],
            "cdm_version": ["5.4"],
            "cdm_version_concept_id": [0],
            "vocabulary_version": ["local concepts"],
        }
    )


def _mapping(study: Study, numbers: Numbers) -> str:
    """Write what the concepts mean, and what is known about the study."""
    about: dict[str, Any] = {
        "kind": "omop",
        **about_entries(study),
        "subject_id": "person_source_value",
        "concepts": numbers.sections(),
    }
    if study.has("diagnoses"):
        about["condition_codes"] = str(study.tables["diagnoses"]["code_system"].iloc[0])
    return json.dumps(about, indent=1, ensure_ascii=False) + "\n"
