"""What the measures read of a study, read once: patients, and what happened to them by day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import DataError
from analysis.outcomes.cohort import courses
from analysis.outcomes.courses import treatment_courses
from analysis.outcomes.scores import valid_scores
from analysis.outcomes.windows import SameDay
from analysis.quality.measures.codes import rows_with_code
from analysis.quality.measures.decision import BoolArray, FloatArray
from analysis.study import Study

__all__ = ["Period", "Record", "as_period", "numbers_of", "read_record"]

IntArray = npt.NDArray[np.intp]

Period = tuple[dt.date, dt.date]
"""First and last date, both included."""

_OF_COURSE = [
    "start_day", "last_induction_day", "completed_induction", "agent", "route", "regimen",
    "first_site_id",
]  # fmt: skip


def as_period(period: tuple[str, str] | Period | None) -> Period | None:
    """Read a period of the calendar.

    Parameters
    ----------
    period : tuple of two dates, or of two texts such as "2024-01-01", optional
        First and last date.

    Returns
    -------
    tuple of two datetime.date, or None
        The same as dates.

    Raises
    ------
    DataError
        When there are not two dates in order.

    Examples
    --------
    >>> as_period(("2024-01-01", "2024-12-31"))[1].year
    2024
    """
    if period is None:
        return None
    try:
        first, last = (dt.date.fromisoformat(str(end)) for end in period)
    except (TypeError, ValueError):
        first, last = dt.date.max, dt.date.min
    if last < first:
        raise DataError(
            'period= needs a first and a last date in order, such as ("2024-01-01", "2024-12-31").'
        )
    return first, last


def numbers_of(column: pd.Series) -> FloatArray:
    """Turn a column of whole numbers with gaps into floats; missing ones are NaN.

    Parameters
    ----------
    column : pandas.Series
        Such as days.

    Returns
    -------
    numpy.ndarray of float
        The same numbers.
    """
    return column.to_numpy(dtype=float, na_value=np.nan)


@dataclass(frozen=True, kw_only=True, eq=False)
class Record:
    """The patients of a study, and the events that measures ask for.

    Parameters
    ----------
    study : Study
        A checked study.
    people : pandas.DataFrame
        One row per patient: the columns of ``subjects``, ``observed_until_day, last_contact_day,
        end_reason``, and of the first course ``start_day, last_induction_day,
        completed_induction, agent, route, regimen, first_site_id``, missing for who was not
        treated. Rows are counted from 0; events name their patient by this number, ``person``.
    codes : mapping
        Lists of diagnosis codes, as `checked_codes` returns them.
    period : tuple of two dates, optional
        In which the index event of a patient must lie.
    """

    study: Study
    people: pd.DataFrame
    codes: Mapping[str, Mapping[str, Sequence[str]]]
    period: Period | None
    _read: dict[tuple[str, ...], pd.DataFrame] = field(default_factory=dict, repr=False)
    _baselines: dict[str, FloatArray] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        """Count the patients."""
        return len(self.people)

    @property
    def until(self) -> FloatArray:
        """Day of the data cut-off of each patient."""
        return numbers_of(self.people["observed_until_day"])

    @property
    def start(self) -> FloatArray:
        """Day of the first treatment; missing for who was not treated."""
        return numbers_of(self.people["start_day"])

    @property
    def treated(self) -> BoolArray:
        """Who was treated."""
        return ~np.isnan(self.start)

    @property
    def before_data(self) -> BoolArray:
        """Whose treatment began before the data, so that no score is from before treatment."""
        if "treated_before_data" not in self.people:
            return np.zeros(len(self), dtype=bool)
        return self.people["treated_before_data"].eq(True).fillna(value=False).to_numpy(dtype=bool)

    def knows(self, instrument: str) -> bool:
        """Tell whether there is any total of a scale."""
        rows = self.study.tables["assessments"]
        return bool((rows["instrument"].eq(instrument) & rows["total"].notna()).any())

    def lists(self, group: str) -> bool:
        """Tell whether any code of a group of diagnoses was given."""
        return any(len(codes) for codes in self.codes[group].values())

    def numbered(self, ids: pd.Series) -> IntArray:
        """Give the numbers of patients by their ids; -1 for who is no patient of the study."""
        known = pd.Index(self.people["subject_id"].astype("string"))
        return np.asarray(known.get_indexer(pd.Index(ids.astype("string"))), dtype=np.intp)

    def events(self, table: str, day: str = "rel_day") -> pd.DataFrame:
        """Return a table with ``person`` and ``day`` (float), in order of both."""
        key = (table, day)
        if key not in self._read:
            self._read[key] = self._in_order(self.study.tables[table], day)
        return self._read[key]

    def scores(self, instrument: str, same_day: SameDay = "before the dose") -> pd.DataFrame:
        """Return ``person, day, total`` of a scale: the last score of each day that counts."""
        key = ("scores", instrument, same_day)
        if key not in self._read:
            rows = valid_scores(self.study, instrument, same_day=same_day, of_one_day="last")
            self._read[key] = self._in_order(rows, "rel_day")[["person", "day", "total"]]
        return self._read[key]

    def baselines(self, instrument: str) -> FloatArray:
        """Return the baseline of the first course; missing where there is none."""
        if instrument not in self._baselines:
            rows = courses(self.study, instrument)
            first = rows[rows["course"].eq(1)]
            found, person = np.full(len(self), np.nan), self.numbered(first["subject_id"])
            found[person[person >= 0]] = numbers_of(first["baseline"])[person >= 0]
            self._baselines[instrument] = found
        return self._baselines[instrument]

    def diagnosed(self, group: str, first: FloatArray, last: FloatArray) -> BoolArray:
        """Tell who has a diagnosis of a group on some day from `first` to `last`."""
        rows = self._diagnoses(group)
        person, begin = rows["person"].to_numpy(), rows["day"].to_numpy()
        end = numbers_of(rows["end_day"]) if "end_day" in rows else np.full(len(rows), np.nan)
        with np.errstate(invalid="ignore"):
            inside = (begin <= last[person]) & ~(end < first[person])
        found = np.zeros(len(self), dtype=bool)
        found[person[inside]] = True
        return found

    def diagnosed_then(self, group: str, person: IntArray, day: FloatArray) -> BoolArray:
        """Tell for each of several patients and days whether a diagnosis of a group applied."""
        rows = self._diagnoses(group)
        asked = pd.DataFrame({"row": np.arange(len(person)), "person": person, "on": day})
        end = rows["end_day"] if "end_day" in rows else pd.Series(pd.NA, rows.index, "Int64")
        pairs = asked.merge(
            pd.DataFrame({"person": rows["person"], "begin": rows["day"], "end": numbers_of(end)}),
            on="person",
        )
        applies = pairs["begin"].le(pairs["on"]) & ~pairs["end"].lt(pairs["on"])
        found = np.zeros(len(person), dtype=bool)
        found[pairs.loc[applies, "row"].to_numpy()] = True
        return found

    def in_period(self, person: IntArray, day: FloatArray) -> BoolArray:
        """Tell which days of patients lie in the period; all do where none is asked for."""
        if self.period is None:
            return np.ones(len(person), dtype=bool)
        first, last = (self.days_of(date) for date in self.period)
        with np.errstate(invalid="ignore"):
            return np.asarray((day >= first[person]) & (day <= last[person]))

    def days_of(self, date: dt.date) -> FloatArray:
        """Give a date as ``rel_day`` of each patient; missing where the start is not known."""
        calendar = self.study.tables["calendar"]
        start = pd.to_datetime(calendar["start_date"])
        days = (pd.Timestamp(date) - start).dt.days.to_numpy(dtype=float, na_value=np.nan)
        found, person = np.full(len(self), np.nan), self.numbered(calendar["subject_id"])
        found[person[person >= 0]] = days[person >= 0]
        return found

    def _diagnoses(self, group: str) -> pd.DataFrame:
        """Return the diagnoses of a group."""
        key = ("diagnoses of", group)
        if key not in self._read:
            rows = self.events("diagnoses", "start_day")
            self._read[key] = rows[rows_with_code(rows, self.codes[group])]
        return self._read[key]

    def _in_order(self, rows: pd.DataFrame, day: str) -> pd.DataFrame:
        """Add the numbers of the patients, and sort."""
        numbered = rows.assign(person=self.numbered(rows["subject_id"]), day=numbers_of(rows[day]))
        known = numbered[numbered["person"].ge(0) & numbered["day"].notna()]
        return known.sort_values(["person", "day"], kind="stable", ignore_index=True)


def read_record(
    study: Study,
    *,
    codes: Mapping[str, Mapping[str, Sequence[str]]],
    period: Period | None,
) -> Record:
    """Read the patients of a study; their events are read when a measure asks for them.

    Parameters
    ----------
    study : Study
        A checked study.
    codes : mapping
        What `checked_codes` returned.
    period : tuple of two dates, optional
        In which the index event of a patient must lie.

    Returns
    -------
    Record
        Patient-level.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> record = read_record(read_study(example_folder("clinic-network")), codes={}, period=None)
    >>> bool(record.treated.all())
    True
    """
    given = treatment_courses(study)
    first = given.loc[given["course"].eq(1), ["subject_id", *_OF_COURSE]]
    follow_up = study.table("follow_up").drop(columns="start_day")
    people = (
        study.table("subjects")
        .merge(follow_up, on="subject_id", how="left")
        .merge(first, on="subject_id", how="left")
    )
    people.attrs["patient_level"] = True
    return Record(study=study, people=people, codes=codes, period=period)
