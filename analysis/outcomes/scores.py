"""The totals of one scale, one per patient and day, with the dose of the day taken into account."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from analysis.instruments import load_instrument
from analysis.outcomes.windows import SameDay
from analysis.study import Study

__all__ = ["rows_of_scores", "valid_scores"]


def valid_scores(
    study: Study,
    instrument: str,
    *,
    same_day: SameDay = "before the dose",
    of_one_day: Literal["first", "last"] = "first",
) -> pd.DataFrame:
    """Return the totals of one scale, one row per patient and day.

    A score of the day of a session is after the dose when its ``hours_post`` is above 0, and
    before it otherwise, also where the hours are missing. What the clinic calls the visit decides
    nothing.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Name of the scale.
    same_day : {"before the dose", "after the dose", "either"}
        Which scores of the day of a session count; scores of other days always do.
    of_one_day : {"first", "last"}
        Which of several scores of one day that count is taken, by ``occurrence``.

    Returns
    -------
    pandas.DataFrame
        Columns ``subject_id, rel_day, total``, sorted; rows without a total are left out.

    Raises
    ------
    DataError
        When the toolkit does not know the scale.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> scores = valid_scores(read_study(example_folder("clinic-network")), "PHQ-9")
    >>> bool(scores.duplicated(["subject_id", "rel_day"]).any())
    False
    """
    chosen = rows_of_scores(study, instrument, same_day=same_day, of_one_day=of_one_day)
    return chosen[["subject_id", "rel_day", "total"]]


def rows_of_scores(
    study: Study,
    instrument: str,
    *,
    same_day: SameDay,
    of_one_day: Literal["first", "last"],
) -> pd.DataFrame:
    """Return the scores that `valid_scores` takes, with where they stand in the table.

    Parameters
    ----------
    study, instrument, same_day, of_one_day
        As in `valid_scores`.

    Returns
    -------
    pandas.DataFrame
        Columns ``subject_id, rel_day, total, row``: position in the table of assessments.
    """
    name = load_instrument(instrument).name
    rows = study.tables["assessments"]
    rows = rows.assign(row=np.arange(len(rows)))
    rows = rows[rows["instrument"].eq(name) & rows["total"].notna()]
    if same_day != "either" and "hours_post" in rows:
        rows = rows[_counts(rows, study.tables["sessions"], same_day)]
    ordered = rows.sort_values(["subject_id", "rel_day", "occurrence"], kind="stable")
    chosen = ordered.drop_duplicates(["subject_id", "rel_day"], keep=of_one_day)
    return chosen[["subject_id", "rel_day", "total", "row"]].reset_index(drop=True)


def _counts(rows: pd.DataFrame, sessions: pd.DataFrame, same_day: SameDay) -> pd.Series:
    """Tell which scores count, given that those of the day of a session count by their hour."""
    keys = ["subject_id", "rel_day"]
    dosed = pd.MultiIndex.from_frame(rows[keys]).isin(pd.MultiIndex.from_frame(sessions[keys]))
    later = rows["hours_post"].gt(0).fillna(value=False).astype(bool)
    after: pd.Series = later & dosed & ~_of_another_day(rows, sessions)
    return ~after if same_day == "before the dose" else after | ~dosed


def _of_another_day(rows: pd.DataFrame, sessions: pd.DataFrame) -> pd.Series:
    """Tell which scores have their hours counted from a session of another day."""
    if "session_no" not in rows:
        return pd.Series(data=False, index=rows.index)
    days = sessions.set_index(["subject_id", "session_no"])["rel_day"]
    keys = pd.MultiIndex.from_frame(rows[["subject_id", "session_no"]])
    day = pd.Series(days.reindex(keys).to_numpy(), index=rows.index)
    return (day.notna() & day.ne(rows["rel_day"])).fillna(value=False).astype(bool)
