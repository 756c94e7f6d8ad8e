"""Whether the days between maintenance sessions of a patient become fewer."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.disclosure import RELEASE, CountedTable, Policy
from analysis.errors import DataError
from analysis.results import check_conf_level
from analysis.safety.clustered import exact_share
from analysis.safety.grouped import members_of, with_group
from analysis.safety.shown import shown_statement, with_group_name
from analysis.safety.treatments import treated_sessions
from analysis.study import Study

__all__ = ["dose_intervals"]

_EACH = 3
_SHARE = ("patient_estimate", "patient_conf_low", "patient_conf_high")
_DAYS = ("first_days", "last_days")


def dose_intervals(
    study: Study, *, shorter_by: float = 1 / 3, conf_level: float = 0.95, policy: Policy = RELEASE
) -> CountedTable:
    """Tell in how many patients in maintenance the interval between doses shrinks.

    Answers whether doses come ever sooner, which may be a sign of tolerance, of relapse or of
    misuse; the table cannot tell which.

    Parameters
    ----------
    study : Study
        A checked study.
    shorter_by : float
        Least fall, as a share of the interval at the start, that counts as shrinking.
    conf_level : float
        Two-sided coverage.
    policy : Policy
        For whom what is printed and released is.

    Returns
    -------
    CountedTable
        ``treatment, patients`` (with six intervals or more between maintenance sessions of one
        course), ``n`` (the median of the last three is shorter than that of the first three by at
        least `shorter_by`), ``patient_estimate, patient_conf_low, patient_conf_high`` (exact), and
        ``first_days, last_days`` (means over patients of both medians).

    Raises
    ------
    DataError
        When `shorter_by` is not between 0 and 1.
    ModelError
        When `conf_level` is not between 0 and 1.

    Notes
    -----
    The interval from induction to the first maintenance session does not count. The treatment is
    that of the last session of the course; of several courses the longest one counts.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> found = dose_intervals(read_study(example_folder("first-clinic"))).tidy()
    >>> bool(found["n"].le(found["patients"]).all())
    True
    """
    check_conf_level(conf_level)
    if not 0.0 < shorter_by < 1.0:
        raise DataError("shorter_by= must be between 0 and 1, such as 1/3.")
    judged = _judged(study, shorter_by)
    rows, sets = [], {}
    for group, own in with_group(judged, "treatment").groupby("group", observed=True):
        shrinking = own[own["shrinks"]]
        share = exact_share(len(shrinking), len(own), conf_level)
        days = dict(zip(_DAYS, (own["first"].mean(), own["last"].mean()), strict=True))
        counts = {"group": str(group), "patients": len(own), "n": len(shrinking)}
        rows.append(counts | dict(zip(_SHARE, share.numbers, strict=True)) | days)
        sets["patients", str(group)] = own["subject_id"]
        sets["n", str(group)] = shrinking["subject_id"]
    frame = pd.DataFrame(rows, columns=["group", "patients", "n", *_SHARE, *_DAYS])
    statement = shown_statement(
        frame,
        named_by=["group"],
        sums={"patients": ("n", "patients without")},
        numbers={
            **dict.fromkeys(_SHARE, ("patients", "n")),
            **dict.fromkeys(_DAYS, ("patients",)),
        },
        about="shrinking dose intervals by treatment",
        members=members_of(judged["subject_id"], sets),
        policy=policy,
    )
    return CountedTable(
        title="Patients whose maintenance intervals shrink, by treatment",
        notes=(_note(shorter_by), policy.rule),
        true=frame.rename(columns={"group": "treatment"}),
        statement=with_group_name(statement, "treatment"),
    )


def _note(shorter_by: float) -> str:
    """Say who is judged and what shrinks."""
    return (
        f"Patients with {2 * _EACH} intervals or more between maintenance sessions; n: the median "
        f"of the last {_EACH} is shorter than that of the first {_EACH} by "
        f"{100.0 * shorter_by:.0f} % or more."
    )


def _judged(study: Study, shorter_by: float) -> pd.DataFrame:
    """Give the medians of the first and last intervals of each patient who has enough."""
    sessions = treated_sessions(study)
    rows = sessions[sessions["phase"].eq("maintenance").fillna(value=False)]
    rows = rows.dropna(subset=["course_no", "rel_day"])
    rows = rows.sort_values(["subject_id", "course_no", "rel_day"], kind="stable")
    key = ["subject_id", "course_no"]
    course = rows.groupby(key)
    rows = rows.assign(
        gap=course["rel_day"].diff().astype(float),
        size=course["rel_day"].transform("size"),
        place=course.cumcount() - 1,
        left=course.cumcount(ascending=False),
    )
    gaps = rows[rows["gap"].notna() & rows["size"].gt(2 * _EACH)]
    first = gaps[gaps["place"].lt(_EACH)].groupby(key)["gap"].median().rename("first")
    last = gaps[gaps["left"].lt(_EACH)].groupby(key)["gap"].median().rename("last")
    ends = gaps[gaps["left"].eq(0)].set_index(key)[["treatment", "size"]]
    found = pd.concat([first, last, ends], axis="columns").reset_index()
    found = found.sort_values(["subject_id", "size", "course_no"], kind="stable")
    longest = found.drop_duplicates("subject_id", keep="last").reset_index(drop=True)
    fall = 1.0 - longest["last"].to_numpy() / np.maximum(longest["first"].to_numpy(), 1e-9)
    return longest.assign(shrinks=fall >= shorter_by - 1e-12)
