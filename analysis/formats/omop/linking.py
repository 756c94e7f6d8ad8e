"""What the canonical tables share while they are made: persons, days 0, and counts."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

import pandas as pd

from analysis.formats.cut_off import AFTER, NOT_YET, day_limits, is_after
from analysis.formats.omop.options import OmopOptions
from analysis.study import Finding

__all__ = ["Linking", "values_of"]


@dataclass(kw_only=True, eq=False)
class Linking:
    """Tables of an export with what is known of their persons.

    Parameters
    ----------
    raw : dict of str to pandas.DataFrame
        Tables of the model as `loading.load_table` gives them.
    options : OmopOptions
        Decisions of the analyst.
    subjects : pandas.Series
        Pseudonym by person_id.
    zero : pandas.Series
        Date of the first session by person_id.
    cut_off : datetime.date, optional
        Last day that counts.
    not_yet : pandas.Index
        Persons whose first session lies after the cut-off.
    left_out : Counter of (str, str, str)
        Rows left out, by source, canonical table and reason.
    findings : list of Finding
        What was noticed.
    """

    raw: dict[str, pd.DataFrame]
    options: OmopOptions
    subjects: pd.Series
    zero: pd.Series = field(default_factory=lambda: pd.Series(dtype="datetime64[ns]"))
    cut_off: dt.date | None = None
    not_yet: pd.Index = field(default_factory=lambda: pd.Index([], dtype=object))
    left_out: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    def keep(self, frame: pd.DataFrame, table: str, reason: str, good: pd.Series) -> pd.DataFrame:
        """Keep the rows that are good, and count the others by their ``source``."""
        good = good.fillna(value=False).astype(bool)
        for source, count in frame.loc[~good, "source"].value_counts().items():
            if count:
                self.left_out[str(source), table, reason] += int(count)
        return frame[good]

    def begin(self, first: pd.Series) -> None:
        """Set the days 0; persons whose first session lies after the cut-off have none."""
        late = day_limits(self.cut_off, first) < 0
        self.zero, self.not_yet = first[~late], first.index[late]

    def limits(self, persons: pd.Series) -> pd.Series:
        """Say on which day of each row's person the data end; NaN without a session."""
        return day_limits(self.cut_off, persons.map(self.zero))

    def is_late(self, frame: pd.DataFrame) -> pd.Series:
        """Tell which rows with a day lie after the cut-off."""
        late = is_after(frame["rel_day"].astype(float), self.limits(frame["person_id"]))
        return pd.Series(late, frame.index)

    def placed(self, frame: pd.DataFrame, date: str, table: str) -> pd.DataFrame:
        """Give rows their pseudonym and their day; leave out those of persons without a session.

        Parameters
        ----------
        frame : pandas.DataFrame
            Rows with ``person_id, source`` and a date.
        date : str
            Column of the date.
        table : str
            Canonical table, for the counts.

        Returns
        -------
        pandas.DataFrame
            With ``subject_id, rel_day``, up to the cut-off; no date is needed afterwards.
        """
        frame = frame.assign(subject_id=frame["person_id"].map(self.subjects))
        known = frame["subject_id"].notna()
        frame = self.keep(frame, table, "person is not in the export", known)
        frame = self.keep(frame, table, NOT_YET, ~frame["person_id"].isin(self.not_yet))
        zero = frame["person_id"].map(self.zero)
        frame = frame.assign(rel_day=(frame[date].dt.normalize() - zero).dt.days.astype("Int64"))
        frame = self.keep(frame, table, "person has no session", frame["rel_day"].notna())
        return self.keep(frame, table, AFTER, ~self.is_late(frame))


def values_of(linking: Linking) -> pd.DataFrame:
    """Put the values of measurement and observation under each other: scales are found in both.

    Parameters
    ----------
    linking : Linking
        Tables of the export.

    Returns
    -------
    pandas.DataFrame
        ``source, person_id, concept, date, moment, value, text, unit, visit_occurrence_id`` of
        the rows whose concept has a meaning.
    """
    concepts = linking.options.concepts
    meant = [*concepts.totals, *concepts.items, *concepts.vitals]
    frames = []
    for name in ("measurement", "observation"):
        raw = linking.raw[name]
        known = raw[f"{name}_concept_id"].isin(meant)
        linking.left_out[name, "", "concept has no meaning in the mapping"] += int((~known).sum())
        frames.append(_renamed(raw[known], name))
    filled = [frame for frame in frames if len(frame)] or frames[:1]
    return pd.concat(filled, ignore_index=True)


def _renamed(raw: pd.DataFrame, name: str) -> pd.DataFrame:
    """Give the fields of both tables the same names."""
    text = raw.get("value_as_string")
    return pd.DataFrame(
        {
            "source": name,
            "person_id": raw["person_id"],
            "concept": raw[f"{name}_concept_id"],
            "date": raw[f"{name}_date"],
            "moment": raw[f"{name}_datetime"],
            "value": raw["value_as_number"].astype(float),
            "text": pd.Series(text, index=raw.index, dtype="string"),
            "unit": raw["unit_concept_id"],
            "visit_occurrence_id": raw["visit_occurrence_id"],
        }
    )
