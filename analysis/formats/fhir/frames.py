"""Frames of what was kept of an export, with the patient and the day of each row."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from analysis.formats.cut_off import AFTER, NOT_YET, is_after
from analysis.formats.fhir.collecting import Collected
from analysis.formats.fhir.options import FhirOptions
from analysis.text_numbers import text_numbers

__all__ = ["EXTRAS", "Linking", "days_of", "extra_columns", "frame_of", "placed", "whole"]

EXTRAS = {
    "subjects": (
        *("age_years", "indication", "secondary_indications", "race_ethnicity", "payer"),
        *("prior_failures", "cohort", "treated_before_data"),
    ),
    "sessions": (
        *("session_no", "site_id", "course_no", "dose_mg_kg", "phase", "ae_assessed"),
        *("stop_reason", "discharge_ready_min", "discharged_min"),
    ),
    "assessments": ("occurrence", "visit", "n_answered"),
    "adverse_events": ("ae_no", "end_day", "severity", "related"),
    "follow_up": ("last_contact_day", "observed_until_day", "end_reason"),
}
"""Canonical columns that extensions of this project carry, since R4 has no place for them."""

DAY_ZERO = "day_zero"
"""Extension of a patient with the date of day 0, for patients without a dose in the export."""

_LARGEST = 2**31


@dataclass(kw_only=True, eq=False)
class Linking:
    """What all tables share while they are made.

    Parameters
    ----------
    collected : Collected
        What was kept of the resources.
    options : FhirOptions
        Decisions of the analyst.
    zero : pandas.Series
        Number of the day that is day 0, by patient.
    not_yet : pandas.Index
        Patients whose day 0 lies after the cut-off.
    seen_later : set of str
        Patients with something dated after the cut-off.
    left_out : Counter of (str, str)
        Rows left out, by table and reason.
    derived : Counter of str
        Rows with a derived column, by the rule of the finding.
    """

    collected: Collected
    options: FhirOptions
    zero: pd.Series = field(default_factory=lambda: pd.Series(dtype="float64"))
    not_yet: pd.Index = field(default_factory=lambda: pd.Index([], dtype=object))
    seen_later: set[str] = field(default_factory=set)
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)
    derived: Counter[str] = field(default_factory=Counter)

    def begin(self, zero: pd.Series) -> None:
        """Set the days 0; patients whose day 0 lies after the cut-off have none."""
        late = zero > self.last_day
        self.zero, self.not_yet = zero[~late], zero.index[late]

    @property
    def last_day(self) -> float:
        """Number of the last day that counts; infinite when there is none."""
        return math.inf if self.options.cut_off is None else float(self.options.cut_off)

    def limits(self, patients: pd.Series) -> pd.Series:
        """Say on which day of each row's patient the data end; NaN for patients without day 0."""
        return self.last_day - patients.map(self.zero).astype(float)

    def keep(self, frame: pd.DataFrame, table: str, reason: str, good: pd.Series) -> pd.DataFrame:
        """Keep the rows that are good, and count the others."""
        n_left = int((~good).sum())
        if n_left:
            self.left_out[table, reason] += n_left
        return frame[good]


def frame_of(rows: Sequence[Any], kind: Any) -> pd.DataFrame:
    """Make a frame of kept rows, one column per part.

    Parameters
    ----------
    rows : sequence of NamedTuple
        Rows of one kind.
    kind : type
        The kind.

    Returns
    -------
    pandas.DataFrame
        Rows in the order of the files.
    """
    columns = list(zip(*rows, strict=True)) or [()] * len(kind._fields)
    series = {
        name: pd.Series(list(cells), dtype=object)
        for name, cells in zip(kind._fields, columns, strict=True)
    }
    return pd.DataFrame(series)


def days_of(when: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the day numbers and seconds of moments; NaN where there is none."""
    days = [each[0] if each else np.nan for each in when]
    seconds = [each[1] if each else np.nan for each in when]
    return pd.Series(days, when.index, dtype=float), pd.Series(seconds, when.index, dtype=float)


def placed(frame: pd.DataFrame, when: str, table: str, linking: Linking) -> pd.DataFrame:
    """Find the patient and the day of each row, and leave out rows without them.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows with a ``subject`` key and a moment.
    when : str
        Column of the moment.
    table : str
        Canonical table, for the counts.
    linking : Linking
        Patients, days 0 and counts.

    Returns
    -------
    pandas.DataFrame
        With ``subject_id, day, seconds``, and ``rel_day`` from day 0; none after the cut-off.
    """
    day, seconds = days_of(frame[when])
    patient = frame["subject"].map(linking.collected.patient_of).astype(object)
    frame = frame.assign(subject_id=patient, day=day, seconds=seconds)
    frame = linking.keep(frame, table, "patient is not in the export", frame["subject_id"].notna())
    frame = linking.keep(frame, table, "no whole date", frame["day"].notna())
    frame = linking.keep(frame, table, NOT_YET, ~frame["subject_id"].isin(linking.not_yet))
    frame = frame.assign(rel_day=frame["day"] - frame["subject_id"].map(linking.zero).astype(float))
    frame = linking.keep(frame, table, "no day 0", frame["rel_day"].notna())
    late = pd.Series(is_after(frame["rel_day"], linking.limits(frame["subject_id"])), frame.index)
    linking.seen_later.update(frame.loc[late, "subject_id"])
    return linking.keep(frame, table, AFTER, ~late)


def extra_columns(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """Put what extensions of this project say into the columns of a table.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows with ``extras``.
    table : str
        Canonical table.

    Returns
    -------
    pandas.DataFrame
        An extension wins over what was there.
    """
    frame = frame.copy()
    for name in EXTRAS[table]:
        told = pd.Series([each.get(name) for each in frame["extras"]], frame.index, dtype=object)
        if told.notna().any():
            before = frame[name].astype(object) if name in frame else pd.Series(pd.NA, frame.index)
            frame[name] = told.where(told.notna(), before)
    return frame


def whole(cells: pd.Series) -> pd.Series:
    """Return whole numbers; missing where a cell is something else."""
    numbers = text_numbers(cells).astype(float)
    good = np.isfinite(numbers) & (numbers == np.floor(numbers)) & (numbers.abs() < _LARGEST)
    return numbers.where(good).astype("Int64")
