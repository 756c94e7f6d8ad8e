"""Courses of treatment: who came back, where, and that no small number follows."""

import pandas as pd
import pytest

from analysis.disclosure import INTERNAL
from analysis.errors import ColumnError
from analysis.outcomes import treated_patients
from analysis.tables import courses_table
from tests.outcomes.treatment import two_courses

unit = pytest.mark.unit


def everybody(*groups):
    """Make rows; a group is (patients, courses, clinics of each course, first clinic, regimen)."""
    rows, who = [], 0
    for patients, courses, n_sites, clinic, regimen in groups:
        for _ in range(patients):
            who += 1
            rows += [
                (
                    f"p{who}",
                    course,
                    "A",
                    clinic,
                    n_sites,
                    6 if course == 1 else 2,
                    course == 1,
                    regimen,
                )
                for course in range(1, courses + 1)
            ]
    names = "subject_id course site_id first_site_id n_sites n_sessions completed_induction regimen"
    return pd.DataFrame(rows, columns=names.split())


@unit
def test_patients_count_once_and_by_their_number_of_courses():
    table = courses_table(
        everybody((60, 1, 1, "A", "ketamine IV"), (15, 2, 1, "A", "ketamine IV"),
                  (12, 3, 1, "A", "ketamine IV"))
    )  # fmt: skip
    assert table.inline("1 course", "Overall") == "60 (69.0%)"  # of 87 patients
    assert table.inline("2 or more courses", "Overall") == "27 (31.0%)"
    assert table.inline("Mean (SD)", "Overall") == "6.0 (0.0)"  # of the first course only
    assert table.columns[0].sublabel == "n = 87"


@unit
@pytest.mark.parametrize(
    ("n_sites", "clinic", "at_home"), [(1, "A", True), (2, "A", False), (1, "B", False)]
)
def test_home_clinic_only_means_every_session_there(n_sites, clinic, at_home):
    rows = everybody((30, 1, 1, "A", "ketamine IV"), (20, 1, n_sites, clinic, "ketamine IV"))
    home = courses_table(rows).inline("home clinic only", "Overall")
    assert home == ("50 (100.0%)" if at_home else "30 (60.0%)")


@unit
def test_a_second_course_elsewhere_makes_a_patient_of_several_clinics():
    study = two_courses({"a": [(0, 20)], "b": [(0, 20)]})  # later sessions in clinic B
    table = courses_table(treated_patients(study, course="all"), policy=INTERNAL)
    assert table.inline("another clinic too, or instead", "Overall") == "2 (100.0%)"
    assert table.inline("2 or more courses", "Overall") == "2 (100.0%)"


@unit
def test_few_who_came_back_are_hidden_with_what_gives_them_away():
    table = courses_table(
        everybody((40, 1, 1, "A", "ketamine IV"), (4, 2, 1, "A", "ketamine IV"),
                  (30, 1, 1, "A", "ketamine IM"), (20, 2, 1, "A", "ketamine IM")),
        by="regimen",
    )  # fmt: skip
    assert table.inline("2 or more courses", "ketamine IV") == "<11"
    assert table.inline("1 course", "ketamine IV") == "—"
    # with the total of those who came back, those of the other regimen would give them away
    known = [table.inline("2 or more courses", name)[:1].isdigit() for name in
             ("ketamine IM", "Overall")]  # fmt: skip
    assert not all(known)


@unit
def test_nobody_with_a_second_course_is_a_count_of_zero():
    table = courses_table(everybody((40, 1, 1, "A", "ketamine IV")), by="regimen")
    assert table.inline("2 or more courses", "Overall") == "0"
    assert table.frame["label"].tolist()[:2] == ["1 course", "2 or more courses"]


@unit
def test_the_gap_is_stated_or_said_not_to_be():
    rows = everybody((40, 1, 1, "A", "ketamine IV"))
    assert courses_table(rows, gap_days=90).notes[0] == (
        "A new course begins 90 days or more after the last session of the one before, as the "
        "study states."
    )
    assert "course_gap_days" in courses_table(rows).notes[0]


@unit
def test_other_frames_are_refused_with_what_to_call():
    rows = everybody((40, 1, 1, "A", "ketamine IV"))
    with pytest.raises(ColumnError, match=r"absent: n_sites. Use treated_patients\(study, course"):
        courses_table(rows.drop(columns="n_sites"))
