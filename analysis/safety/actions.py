"""Whom somebody should look at, from data that are days old: a list, not an alert system."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.disclosure import CONFIDENTIAL
from analysis.errors import DataError
from analysis.instruments import load_instrument
from analysis.outcomes import treated_patients, valid_scores
from analysis.results import counted, frame_to_html, frame_to_text
from analysis.safety.suicidal_thoughts import item9_answers
from analysis.study import Study

__all__ = ["ActionList", "action_list"]

OPEN_ITEM9 = "item 9 positive, no action since"
NOT_BETTER = "less than 20 % better by session 4"
OVERDUE = "score overdue"
REASONS = (OPEN_ITEM9, NOT_BETTER, OVERDUE)
"""Why a patient is listed, the most urgent first."""

_COLUMNS = ["subject_id", "site_id", "reason", "since_day", "days"]
_SESSION, _FALL = 4, 0.2
_AFTER_SESSION = 3


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ActionList:
    """Patients to look at. It never leaves the clinic, and is refused by `release`.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``subject_id, site_id, reason, since_day`` (day of the treatment from which the reason
        holds) and ``days`` (from then to the end of the data); one row per patient and reason,
        the most urgent reason and those who wait longest first. Patient-level.
    days_old : int
        Days from the end of the data to the day of the list.
    not_computable : tuple of str
        Reasons that the study cannot tell, with what they need.
    """

    frame: pd.DataFrame = field(repr=False)
    days_old: int
    not_computable: tuple[str, ...]

    @property
    def warning(self) -> str:
        """What must stand above the list wherever it is shown."""
        return (
            f"Not an alert system: the data are {counted(self.days_old, 'day')} old. Who needs "
            "help today may not be on this list, and who is on it may have been seen since."
        )

    def summary(self) -> str:
        """Return the warning and how many patients are listed for each reason, without ids."""
        shown = frame_to_text(self._counts())
        return "\n".join([self.warning, shown, *self.not_computable, CONFIDENTIAL])

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        caption = " ".join([self.warning, *self.not_computable, CONFIDENTIAL])
        return frame_to_html(self._counts(), caption=caption)

    def _counts(self) -> pd.DataFrame:
        """Count the patients by reason."""
        reasons = list(REASONS)
        counts = self.frame["reason"].value_counts()
        return pd.DataFrame(
            {"reason": reasons, "patients": [int(counts.get(r, 0)) for r in reasons]}
        )


def action_list(
    study: Study,
    *,
    instrument: str = "PHQ-9",
    overdue_after: int = 28,
    days_old: int | None = None,
    today: dt.date | None = None,
) -> ActionList:
    """List the patients in care whom somebody should look at, for use inside the clinic.

    Answers whose item 9 is positive without a documented action, who is not getting better, and
    whose next score is missing.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Scale of the last two reasons.
    overdue_after : int
        Days without a score after which the next one is overdue.
    days_old : int, optional
        How many days ago the data ended. Needed where the study has no calendar.
    today : datetime.date, optional
        Day of the list, for a study with a calendar; the day of the computer when left out.

    Returns
    -------
    ActionList
        Patients whose ``end_reason`` is "ongoing":

        - item 9: the last answer is 1 or more, and no action about suicidal ideation is recorded
          on that day or later;
        - not better: the last score after the first session of the latest course, up to 3 days
          after its fourth session, is not at least 20 % better than the baseline, and no later one
          is;
        - overdue: more than `overdue_after` days from the last score, or from the first session
          where there is none, to the end of the data.

    Raises
    ------
    DataError
        When nothing tells how old the data are, they end after `today`, or a number is out of
        range.

    Notes
    -----
    Patients without a baseline, or without a score in those days, are not "not better": whether
    they are is not known. Item 9 is a reason to ask, not a prediction.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> found = action_list(read_study(example_folder("first-clinic")), days_old=9)
    >>> found.warning[:45]
    'Not an alert system: the data are 9 days old.'
    """
    if overdue_after < 1:
        raise DataError(f"overdue_after= is {overdue_after}; allowed are days, 1 or more.")
    age = _age(study, days_old, today)
    care = _in_care(study)
    parts = [_not_better(study, instrument, care), _overdue(study, instrument, care, overdue_after)]
    missing = [
        f"Not computable: {OPEN_ITEM9}; needs the table {table}."
        for table in ("items", "actions")
        if not study.has(table)
    ]
    if not missing:
        parts.insert(0, _open_item9(study, care))
    rows = pd.concat(parts, ignore_index=True)
    ends = care.set_index("subject_id")
    rows = rows.assign(
        site_id=rows["subject_id"].map(ends["site_id"]).astype("string"),
        days=rows["subject_id"].map(ends["end"]).astype("int64") - rows["since_day"],
    )
    rows = rows.assign(place=rows["reason"].map({name: k for k, name in enumerate(REASONS)}))
    rows = rows.sort_values(["place", "days", "subject_id"], ascending=[True, False, True])
    rows = rows[_COLUMNS].reset_index(drop=True)
    rows.attrs["patient_level"] = True
    return ActionList(frame=rows, days_old=age, not_computable=tuple(missing))


def _age(study: Study, days_old: int | None, today: dt.date | None) -> int:
    """Work out how old the data are, or take what the analyst says."""
    if days_old is not None:
        if days_old < 0:
            raise DataError(f"days_old= is {days_old}; allowed are days, 0 or more.")
        return days_old
    if not study.has("calendar"):
        raise DataError(
            "How old the data are is not computable: it needs the table calendar. Say it with "
            "days_old=, so that nobody takes the list for today's."
        )
    starts = study.tables["calendar"].merge(study.tables["follow_up"], on="subject_id")
    until = pd.to_datetime(starts["start_date"]) + pd.to_timedelta(
        starts["observed_until_day"].astype("Int64"), unit="D"
    )
    age = (pd.Timestamp(today or dt.date.today()) - until.max()).days  # noqa: DTZ011 - a local day
    if age < 0:
        raise DataError("The data end after today=; give the day on which the list is made.")
    return int(age)


def _in_care(study: Study) -> pd.DataFrame:
    """List the patients who are still in care: clinic, first session, end of the data."""
    ends = study.tables["follow_up"]
    ongoing = ends[ends["end_reason"].eq("ongoing").fillna(value=False)]
    first = study.tables["sessions"].groupby("subject_id")["rel_day"].min().rename("first")
    care = ongoing[["subject_id", "observed_until_day"]].merge(first, on="subject_id")
    homes = study.tables["subjects"][["subject_id", "site_id"]]
    care = care.merge(homes, on="subject_id").rename(columns={"observed_until_day": "end"})
    return care.dropna(subset=["end", "first"])


def _listed(subjects: pd.Series, days: pd.Series, reason: str) -> pd.DataFrame:
    """Put patients on the list for one reason."""
    frame = pd.DataFrame({"subject_id": subjects.astype(object), "since_day": days.astype("int64")})
    return frame.assign(reason=reason)


def _open_item9(study: Study, care: pd.DataFrame) -> pd.DataFrame:
    """Find those whose last answer is positive, and about whom nothing was done since."""
    answers = item9_answers(study)
    last = answers[answers["subject_id"].isin(care["subject_id"])]
    last = last.drop_duplicates("subject_id", keep="last")
    positive = last[last["positive"]]
    actions = study.tables["actions"]
    about = actions[actions["trigger"].eq("suicidal ideation").fillna(value=False)]
    latest = about.groupby("subject_id")["rel_day"].max().astype(float)
    done = positive["subject_id"].map(latest).ge(positive["rel_day"].astype(float))
    still = positive[~done.to_numpy(dtype=bool)]
    return _listed(still["subject_id"], still["rel_day"], OPEN_ITEM9)


def _not_better(study: Study, instrument: str, care: pd.DataFrame) -> pd.DataFrame:
    """Find those whose score by the fourth session of the latest course has hardly moved."""
    courses = treated_patients(study, instrument=instrument, course="all")
    latest = courses.sort_values(["subject_id", "course"]).drop_duplicates(
        "subject_id", keep="last"
    )
    latest = latest[latest["subject_id"].isin(care["subject_id"]) & latest["baseline"].notna()]
    sessions = study.tables["sessions"].merge(
        latest[["subject_id", "course", "start_day", "baseline"]], on="subject_id"
    )
    own = sessions[sessions["course_no"].eq(sessions["course"]).fillna(value=False)]
    own = own.sort_values(["subject_id", "session_no"], kind="stable")
    fourth = own[own.groupby("subject_id").cumcount().eq(_SESSION - 1)]
    fourth = fourth[["subject_id", "rel_day", "start_day", "baseline"]].rename(
        columns={"rel_day": "fourth"}
    )
    scores = valid_scores(study, instrument).merge(fourth, on="subject_id")
    scores = scores[scores["rel_day"].gt(scores["start_day"])]
    early = scores["rel_day"].le(scores["fourth"] + _AFTER_SESSION)
    better = _is_better(scores["total"], scores["baseline"], instrument)
    later = set(scores.loc[better & ~early.to_numpy(dtype=bool), "subject_id"])
    last = scores.assign(better=better)[early].drop_duplicates("subject_id", keep="last")
    better = (last["better"] | last["subject_id"].isin(later)).to_numpy(dtype=bool)
    return _listed(last.loc[~better, "subject_id"], last.loc[~better, "fourth"], NOT_BETTER)


def _is_better(total: pd.Series, baseline: pd.Series, instrument: str) -> np.ndarray:
    """Tell whose score is better by a fifth of the baseline or more."""
    change = total.to_numpy(dtype=float) - baseline.to_numpy(dtype=float)
    sign = -1.0 if load_instrument(instrument).direction == "lower is better" else 1.0
    return np.asarray(sign * change >= _FALL * np.abs(baseline.to_numpy(dtype=float)) - 1e-9)


def _overdue(study: Study, instrument: str, care: pd.DataFrame, after: int) -> pd.DataFrame:
    """Find those whose last score is long ago."""
    last = valid_scores(study, instrument, same_day="either").groupby("subject_id")["rel_day"].max()
    seen = care["subject_id"].map(last).astype(float).fillna(care["first"].astype(float))
    late = (care["end"].astype(float) - seen).gt(after)
    return _listed(care.loc[late, "subject_id"], seen[late], OVERDUE)
