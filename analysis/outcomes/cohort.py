"""The cohort: one row per treated patient, with what was known at the first treatment.

Started means a first treatment in the data; nothing here looks at what came after.
"""

from __future__ import annotations

import pandas as pd

from analysis.instruments import load_instrument
from analysis.outcomes.windows import BASELINE, Window
from analysis.study import Study

__all__ = ["baseline_scores", "named_groups", "treated_patients", "valid_scores"]

NOT_RECORDED = "not recorded"


def valid_scores(study: Study, instrument: str) -> pd.DataFrame:
    """Return the totals of one scale, one row per patient and day.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Name of the scale.

    Returns
    -------
    pandas.DataFrame
        Columns ``subject_id, rel_day, total``, sorted; rows without a total are left out, and of
        several scores of one day the first occurrence is taken.

    Raises
    ------
    DataError
        When the toolkit does not know the scale.
    """
    name = load_instrument(instrument).name
    rows = study.table("assessments")
    rows = rows[rows["instrument"].eq(name) & rows["total"].notna()]
    ordered = rows.sort_values(["subject_id", "rel_day", "occurrence"], kind="stable")
    first = ordered.drop_duplicates(["subject_id", "rel_day"])
    return first[["subject_id", "rel_day", "total"]].reset_index(drop=True)


def baseline_scores(study: Study, instrument: str, *, window: Window = BASELINE) -> pd.DataFrame:
    """Take the last score before the first treatment as the baseline.

    The last score, not the worst: choosing the worst of several makes patients look better
    afterwards by regression to the mean alone.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Name of the scale.
    window : Window
        Days that count as baseline.

    Returns
    -------
    pandas.DataFrame
        Columns ``subject_id, baseline, baseline_day``; patients without one are absent.
    """
    scores = valid_scores(study, instrument)
    inside = scores[scores["rel_day"].between(window.low, window.high)]
    last = inside.drop_duplicates("subject_id", keep="last")
    renamed = last.rename(columns={"total": "baseline", "rel_day": "baseline_day"})
    return renamed[["subject_id", "baseline", "baseline_day"]].reset_index(drop=True)


def named_groups(column: pd.Series) -> pd.Series:
    """Turn a column of groups into named ones, in the order of their names.

    Parameters
    ----------
    column : pandas.Series
        A group per patient.

    Returns
    -------
    pandas.Series
        Categories without unused ones; a missing group is "not recorded", the last.
    """
    names = column.astype("string")
    known = sorted(names.dropna().unique())
    order = [*known, *([NOT_RECORDED] if names.isna().any() else [])]
    return names.fillna(NOT_RECORDED).astype(pd.CategoricalDtype(order))


def treated_patients(study: Study, *, instrument: str = "PHQ-9") -> pd.DataFrame:
    """List every patient with a first treatment, one row each.

    A first session that was not completed counts: the patient was treated.

    Parameters
    ----------
    study : Study
        A checked study.
    instrument : str
        Scale of the baseline score.

    Returns
    -------
    pandas.DataFrame
        Columns of ``subjects`` and ``route``, ``agent``, ``dose_mg`` of the first session,
        ``n_induction`` sessions of the first course, ``n_maintenance`` sessions, ``baseline``
        (missing when there is none),
        ``observed_until_day`` and ``last_contact_day``.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> patients = treated_patients(read_study(example_folder("clinic-network")))
    >>> patients["subject_id"].is_unique
    True
    """
    sessions = study.table("sessions").sort_values(["subject_id", "session_no"], kind="stable")
    first = sessions.drop_duplicates("subject_id")[["subject_id", "route", "agent", "dose_mg"]]
    phases = pd.DataFrame(
        {
            "subject_id": sessions["subject_id"],
            "n_induction": sessions["phase"].eq("induction") & sessions["course_no"].eq(1),
            "n_maintenance": sessions["phase"].eq("maintenance"),
        }
    )
    counts = phases.groupby("subject_id", as_index=False).sum()
    days = study.table("follow_up")[["subject_id", "observed_until_day", "last_contact_day"]]
    patients = (
        study.table("subjects")
        .merge(first, on="subject_id")
        .merge(counts, on="subject_id")
        .merge(baseline_scores(study, instrument), on="subject_id", how="left")
        .merge(days, on="subject_id", how="left")
    )
    patients["route"] = patients["route"].cat.remove_unused_categories()
    return patients
