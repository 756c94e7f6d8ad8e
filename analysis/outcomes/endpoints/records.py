"""Events that a table records with their day: the first of each patient in follow-up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.outcomes.endpoints.sources import RecordedEvent
from analysis.study import Study

__all__ = ["first_records"]

_ENDS_CONTACT = "follow_up"
_HALF_A_DAY = 0.5


def first_records(
    source: RecordedEvent, study: Study, patients: pd.DataFrame, closes: pd.Series
) -> pd.DataFrame:
    """Take the first record of each patient after the origin was seen, within observation.

    Parameters
    ----------
    source : RecordedEvent
        What is recorded where.
    study : Study
        A checked study.
    patients : pandas.DataFrame
        Frame of a cohort.
    closes : pandas.Series of float
        Last day that counts, from the day on which the origin was seen; one per patient.

    Returns
    -------
    pandas.DataFrame
        Columns ``subject_id, day`` (from the day on which the origin was seen, above 0) and
        ``row``, the position in the table. The end of contact on that very day is half a day
        after it; other records of that day do not count.

    Raises
    ------
    DataError
        When the study lacks a column.
    """
    about = patients[["subject_id", "seen_day", "last_induction_day"]]
    rows = _matching(source, study).merge(
        about.assign(closes=closes.to_numpy()), on="subject_id", how="inner"
    )
    rows = rows.assign(day=rows["rel_day"] - rows["seen_day"])
    if source.after_induction:
        rows = rows[rows["rel_day"].gt(rows["last_induction_day"])]
    at_once = rows["day"].eq(0.0) & (source.table == _ENDS_CONTACT)
    rows = rows[(rows["day"].gt(0.0) | at_once) & rows["day"].le(rows["closes"])]
    rows = rows.assign(day=rows["day"].mask(at_once, _HALF_A_DAY))
    rows = rows.sort_values(["subject_id", "day", "row"], kind="stable")
    return rows.drop_duplicates("subject_id")[["subject_id", "day", "row"]]


def _matching(source: RecordedEvent, study: Study) -> pd.DataFrame:
    """Take the rows that the source asks for, with their day and position."""
    table = study.table(source.table)
    asked = [source.day, *(name for name, _ in source.conditions)]
    absent = [name for name in asked if name not in table]
    if absent:
        raise DataError(
            f"The study's {source.table} have no column {', '.join(absent)}, which the endpoint "
            f"needs for {source.label}. Add it, or leave the event out."
        )
    rows = pd.DataFrame(
        {
            "subject_id": table["subject_id"],
            "rel_day": table[source.day].astype("float64"),
            "row": np.arange(len(table)),
        }
    )
    for name, values in source.conditions:
        rows = rows[table.loc[rows.index, name].isin(values).astype(bool)]
    return rows
