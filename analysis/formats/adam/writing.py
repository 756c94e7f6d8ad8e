"""Writing a canonical study as ADaM data sets, as SAS transport files or CSV."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import pandas as pd

from analysis import storage
from analysis.errors import DataError
from analysis.formats.adam.parameters import parameter_codes
from analysis.formats.adam.rows import exposure, harms, laid_out, questionnaires, subject_level
from analysis.formats.adam.times import times_to_events
from analysis.formats.adam.transport import write_transport
from analysis.study import Study

__all__ = ["write_adam"]


def write_adam(
    study: Study,
    folder: Path | str,
    *,
    file_format: Literal["xpt", "csv"] = "xpt",
    events: Mapping[str, tuple[str, pd.DataFrame]] | None = None,
    codes: Mapping[str, str] | None = None,
    study_id: str = "",
) -> list[Path]:
    """Write a study as ADaM data sets.

    Parameters
    ----------
    study : Study
        The study. ADaM's days have no 0: day 0 of the study is day 1, the day before is -1.
    folder : path
        Made when missing; files of the same names are replaced.
    file_format : {"xpt", "csv"}
        SAS transport version 5, or CSV in UTF-8.
    events : mapping of str to (str, pandas.DataFrame), optional
        Times to events by PARAMCD: PARAM, and the frame of an event table. CNSR is its ``cnsr``:
        0 for an event, a positive integer for a reason of censoring.
    codes : mapping of str to str, optional
        PARAMCD of a scale, at most 5 characters; else the first 5 letters and digits of its name.
        Items add ``_01`` and so on.
    study_id : str
        STUDYID; the title of the study when empty.

    Returns
    -------
    list of pathlib.Path
        adsl, adqs, adex, and adae and adtte when there are such rows.

    Raises
    ------
    DataError
        When codes are not unique, an item has a number above 99, a text is too long for the
        format, or ``events`` holds rows that are no times to an event.

    Notes
    -----
    Not written, for it has no place in these data sets: monitoring, actions, diagnoses, encounters,
    other drugs, the calendar, and what is known of the study beside its title. There are no dates,
    and no BASE and CHG: which score is the baseline is a choice of the analysis. DTYPE is empty,
    for nothing is imputed. Harms keep their words: nothing is coded in MedDRA. CDISC has no term
    for another sex; it is written OTHER. Variables that ADaM does not name, such as COURSENO, keep
    what only a canonical study knows.

    References
    ----------
    CDISC, Analysis Data Model Implementation Guide; SAS, TS-140, transport files of version 5.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> study = read_study(example_folder("clinic-network"))
    >>> with TemporaryDirectory() as folder:
    ...     [path.name for path in write_adam(study, folder, file_format="csv")]
    ['adsl.csv', 'adqs.csv', 'adex.csv', 'adae.csv']
    """
    if file_format not in ("xpt", "csv"):
        raise DataError('file_format must be "xpt" or "csv".')
    _refuse_items(study)
    named = parameter_codes(study.instruments, codes or {})
    rows = {
        "ADSL": subject_level(study),
        "ADQS": questionnaires(study, named),
        "ADEX": exposure(study),
    }
    if study.has("adverse_events"):
        rows["ADAE"] = harms(study)
    if events:
        rows["ADTTE"] = times_to_events(events, study.tables["subjects"]["subject_id"])
    frames = {name: laid_out(name, each, study_id or study.title) for name, each in rows.items()}
    return [_written(Path(folder), name, each, file_format) for name, each in frames.items()]


def _refuse_items(study: Study) -> None:
    """Refuse items whose number does not fit into a code of 8 characters."""
    if study.has("items"):
        n_above = int(study.tables["items"]["item_no"].gt(99).sum())
        if n_above:
            raise DataError(
                f"items, item_no: {n_above} rows have a number above 99, which PARAMCD cannot "
                "hold. Leave these items out."
            )


def _written(folder: Path, name: str, frame: pd.DataFrame, file_format: str) -> Path:
    """Write one data set."""
    target = folder / f"{name.lower()}.{file_format}"
    if file_format == "xpt":
        return write_transport(target, name, frame)
    return storage.write_text(target, frame.to_csv(index=False, lineterminator="\n"))
