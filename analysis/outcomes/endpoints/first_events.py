"""The first event and the first end of each patient, and the last score without an event.

Days count from the day on which the origin was seen.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.outcomes.endpoints.event_table import visit_gaps
from analysis.outcomes.endpoints.sources import End, RecordedEvent, ScoreEvent, in_words
from analysis.study import Study

__all__ = ["first_ends", "first_events", "last_scores"]


def first_ends(
    ends: Sequence[End], study: Study, patients: pd.DataFrame, observed: pd.Series
) -> pd.DataFrame:
    """Find the first intercurrent event of each patient.

    Parameters
    ----------
    ends : sequence of End
        As declared.
    study : Study
        A checked study.
    patients : pandas.DataFrame
        ``subject_id, seen_day``, one row per patient.
    observed : pandas.Series
        Days of observation of each patient from ``seen_day`` on.

    Returns
    -------
    pandas.DataFrame
        ``subject_id``, ``day`` from ``seen_day`` on and ``number`` in the declaration, one row per
        patient in their order; missing without one.

    Raises
    ------
    DataError
        When the study lacks a column.
    """
    found = [
        _recorded(end.source, study, patients, observed).assign(number=float(number))
        for number, end in enumerate(ends)
    ]
    empty = pd.DataFrame({"subject_id": [], "day": [], "number": []})
    every = pd.concat(found) if found else empty.astype({"day": "float64", "number": "float64"})
    every = every.sort_values(["day", "number"], kind="stable").drop_duplicates("subject_id")
    return every.set_index("subject_id").reindex(patients["subject_id"]).reset_index()


def first_events(
    declared: Sequence[ScoreEvent | RecordedEvent],
    study: Study,
    patients: pd.DataFrame,
    closes: pd.Series,
    visits: list[pd.DataFrame],
) -> pd.DataFrame:
    """Find the earliest event of each patient, with the interval in which it lies.

    Parameters
    ----------
    declared : sequence of ScoreEvent or RecordedEvent
        On one day the first in this order counts.
    study : Study
        A checked study.
    patients : pandas.DataFrame
        ``subject_id, seen_day``, one row per patient.
    closes : pandas.Series
        Day from ``seen_day`` on after which nothing counts.
    visits : list of pandas.DataFrame
        Scores in the follow-up, one frame per ScoreEvent, from `scores_in_follow_up`.

    Returns
    -------
    pandas.DataFrame
        ``subject_id, day, row, lower, number, evntdesc, source``, one row per patient with an
        event.

    Raises
    ------
    DataError
        When the study lacks a column.
    """
    found, seen = [], iter(visits)
    for number, event in enumerate(declared):
        if isinstance(event, ScoreEvent):
            own = _from_scores(next(seen))
            source = "assessments"
        else:
            own = _recorded(event, study, patients, closes)
            own = own.assign(lower=own["day"])
            source = event.table
        label = event.label or in_words(event)
        found.append(own.assign(number=number, evntdesc=label, source=source))
    every = pd.concat(found, ignore_index=True)
    every = every.sort_values(["day", "number"], kind="stable")
    return every.drop_duplicates("subject_id")


def last_scores(who: pd.Series, visits: list[pd.DataFrame]) -> pd.DataFrame:
    """Find the last score that shows no event, how many scores there are and their gaps.

    Parameters
    ----------
    who : pandas.Series
        The patients.
    visits : list of pandas.DataFrame
        Scores in the follow-up, as for `first_events`.

    Returns
    -------
    pandas.DataFrame
        ``day, row, n_visits, visit_gap``, one row per patient in their order.
    """
    if not visits:
        columns = ("day", "row", "n_visits", "visit_gap")
        return pd.DataFrame(dict.fromkeys(columns, np.nan), index=who.index)
    every = pd.concat(visits).sort_values(["subject_id", "day"], kind="stable")
    free = every[~every["event"] & ~every["open"]].drop_duplicates("subject_id", keep="last")
    days = every.drop_duplicates(["subject_id", "day"])
    patients = days.groupby("subject_id")["day"]
    found = free.set_index("subject_id")[["day", "row"]].reindex(who)
    found["n_visits"] = patients.size()
    found["visit_gap"] = visit_gaps(days).groupby(days["subject_id"]).median()
    return found.reset_index(drop=True)


def _recorded(
    source: RecordedEvent, study: Study, patients: pd.DataFrame, closes: pd.Series
) -> pd.DataFrame:
    """Take the first record of each patient after the origin was seen, within observation."""
    table = study.table(source.table)
    absent = [name for name in (source.day, *source.where) if name not in table]
    if absent:
        raise DataError(
            f"The study's {source.table} have no column {', '.join(absent)}, which the endpoint "
            f"needs for {source.label}. Add it, or leave the event out."
        )
    rows = table.assign(row=np.arange(len(table)))
    for name, value in source.where.items():
        wanted = list(value) if isinstance(value, (tuple, list, set)) else [value]
        rows = rows[rows[name].isin(wanted).fillna(value=False).astype(bool)]
    about = patients[["subject_id", "seen_day"]].assign(closes=closes.to_numpy())
    rows = rows[["subject_id", source.day, "row"]].merge(about, on="subject_id")
    rows = rows.assign(day=rows[source.day].astype("float64") - rows["seen_day"])
    rows = rows[rows["day"].gt(0) & rows["day"].le(rows["closes"])]
    rows = rows.sort_values(["subject_id", "day", "row"], kind="stable")
    return rows.drop_duplicates("subject_id")[["subject_id", "day", "row"]]


def _from_scores(visits: pd.DataFrame) -> pd.DataFrame:
    """Reduce the scores of each patient to the first that is an event, and the last one before."""
    first = visits[visits["event"]].drop_duplicates("subject_id")
    first = first[["subject_id", "day", "row"]]
    before = visits[~visits["event"]].merge(first[["subject_id", "day"]], on="subject_id",
                                            suffixes=("", "_event"))  # fmt: skip
    before = before[before["day"].lt(before["day_event"])]
    lower = before.groupby("subject_id")["day"].max()
    return first.assign(lower=first["subject_id"].map(lower).fillna(0.0))
