"""Table of courses of treatment: how many patients had one or more, and what was given first.

Patients go in, only summaries that may be released come out.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from analysis.disclosure import RELEASE, Policy
from analysis.errors import ColumnError
from analysis.tables.baseline import baseline_table
from analysis.tables.result import TableResult

__all__ = ["courses_table"]

_LABELS = {
    "courses": "Courses in the data",
    "clinics": "Clinics of the sessions",
    "completed_induction": "First induction completed",
    "n_sessions": "Sessions of the first course",
    "regimen": "regimen",
}
_NEEDED = (
    "subject_id", "course", "site_id", "first_site_id", "n_sites", "n_sessions",
    "completed_induction",
)  # fmt: skip
_COUNTS = ("1 course", "2 or more courses")
_CLINICS = ("home clinic only", "another clinic too, or instead")


def courses_table(
    patients: pd.DataFrame,
    *,
    by: str | None = None,
    gap_days: int | None = None,
    title: str = "Courses of treatment",
    policy: Policy = RELEASE,
) -> TableResult:
    """Count patients by number of courses, with their clinics and first induction.

    Two and more courses are taken together, so that the number of patients with a second course
    is the same as in a table of its outcomes, and no third course follows by subtraction.

    Parameters
    ----------
    patients : pandas.DataFrame
        What ``outcomes.treated_patients(study, course="all")`` returns: a row per patient and
        course.
    by : str, optional
        Column whose value in the first course splits the patients, such as ``regimen``.
    gap_days : int, optional
        Fewest days between two courses, as `Study.course_gap_days` states it; None: not stated.
    title : str
        Title of the table.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    TableResult
        As `baseline_table`; rows grouped by what is counted.

    Raises
    ------
    ColumnError
        When a column is absent or there are no patients.

    Examples
    --------
    >>> from analysis.outcomes import treated_patients
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> everybody = treated_patients(read_study(example_folder("clinic-network")), course="all")
    >>> courses_table(everybody).inline("2 or more courses", "Overall")
    '29 (4.8%)'
    """
    needed = [*_NEEDED, *([by] if by else [])]
    absent = [name for name in needed if name not in patients.columns]
    if absent:
        raise ColumnError(
            f"courses_table needs a row per patient and course with {', '.join(needed)}; absent: "
            f"{', '.join(absent)}. Use treated_patients(study, course='all')."
        )
    first = _per_patient(patients)
    variables = ["courses", "clinics", "completed_induction", "n_sessions"]
    table = baseline_table(first, variables, by=by, labels=_LABELS, title=title, policy=policy)
    return replace(
        table,
        frame=_with_nobody(table.frame),
        notes=(_gap_note(gap_days), _RULES, *table.notes),
    )


_RULES = (
    "An induction is completed with four or more induction sessions with the full dose (McInnes et "
    "al. 2022): here of all patients and whenever, among the quality measures of those whose 28 "
    "days for it are over. Patients who were also treated at another clinic count at their home "
    "clinic."
)


def _with_nobody(frame: pd.DataFrame) -> pd.DataFrame:
    """Say that nobody came back, where nobody did; a count of 0 is no secret."""
    if frame["label"].eq(_COUNTS[1]).any():
        return frame
    head = frame.iloc[:1]
    nobody = head.assign(**dict.fromkeys(frame.columns.difference(["group", "label"]), "0"))
    parts = [head, nobody.assign(label=_COUNTS[1]), frame.iloc[1:]]
    return pd.concat(parts, ignore_index=True).astype("string")


def _per_patient(patients: pd.DataFrame) -> pd.DataFrame:
    """Reduce the courses of each patient to one row, that of the first course."""
    ordered = patients.sort_values(["subject_id", "course"], kind="stable")
    home = ordered["n_sites"].eq(1) & ordered["first_site_id"].astype("string").eq(
        ordered["site_id"].astype("string")
    )
    counts = ordered.assign(home=home.fillna(value=False).astype(bool)).groupby("subject_id")
    facts = counts.agg(number=("course", "size"), at_home=("home", "all")).reset_index()
    first = ordered.drop_duplicates("subject_id").merge(facts, on="subject_id")
    return first.assign(
        courses=_either(first["number"].eq(1), _COUNTS),
        clinics=_either(first["at_home"], _CLINICS),
        completed_induction=first["completed_induction"].astype(bool),
    )


def _either(is_first: pd.Series, names: tuple[str, str]) -> pd.Series:
    """Name one of two categories per patient, in this order."""
    values = is_first.map({True: names[0], False: names[1]})
    return values.astype(pd.CategoricalDtype(list(names), ordered=True))


def _gap_note(gap_days: int | None) -> str:
    """Say after which pause a new course begins."""
    if gap_days is None:
        return (
            "Courses are those that the data number; the study does not state after how many days "
            "without a session a new course begins (course_gap_days)."
        )
    return (
        f"A new course begins {gap_days} days or more after the last session of the one before, "
        "as the study states."
    )
