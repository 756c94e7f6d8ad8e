"""The Study in memory."""

import dataclasses

import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.study import TABLES, Study
from tests.builders import CLEAN, clean_study

pytestmark = pytest.mark.unit


def test_a_table_goes_out_as_a_copy():
    study = clean_study()
    frame = study.table("subjects")
    frame.loc[0, "age_years"] = 1
    assert study.table("subjects")["age_years"][0] == 34


def test_a_table_that_is_not_there_is_an_error_with_the_known_names():
    study = clean_study()
    with pytest.raises(DataError, match=r"no table 'visits'.*adverse_events, assessments"):
        study.table("visits")


@pytest.mark.parametrize(
    ("table", "column", "there"),
    [
        ("subjects", None, True),
        ("subjects", "sex", True),
        ("subjects", "shoe_size", False),
        ("calendar", None, False),
        ("calendar", "sex", False),
    ],
)
def test_what_a_study_has(table, column, there):
    assert clean_study().has(table, column) is there


def test_the_overview_counts_rows_in_the_order_of_the_schema():
    overview = clean_study().overview()
    assert overview["table"].tolist() == [name for name in TABLES if name in CLEAN]
    assert overview["rows"].tolist() == [len(text.splitlines()) - 1 for text in CLEAN.values()]


def test_a_study_cannot_be_reassigned():
    with pytest.raises(dataclasses.FrozenInstanceError):
        clean_study().title = "other"  # type: ignore[misc]


def test_what_is_shown_says_whether_the_patients_are_invented():
    study = clean_study()
    assert repr(study).startswith(
        "Study: Five invented patients (synthetic data, 2 clinics, no dates)\n"
    )
    real = Study(title="T", sites=("A",), instruments=("PHQ-9",), tables=study.tables)
    assert "(clinic data, 1 clinic, no dates)" in repr(real)


def test_the_html_is_escaped():
    study = Study(title="<b>", sites=("A",), instruments=("<i>",), tables={})
    shown = study._repr_html_()
    assert "<b>" not in shown
    assert "<i>" not in shown
    assert "&lt;b&gt;" in shown


def test_the_class_of_the_data_stands_wherever_a_study_is_shown():
    study = clean_study()
    assert "(synthetic data, 2 clinics, no dates)" in repr(study)
    assert "<p>synthetic data, 2 clinics, no dates</p>" in study._repr_html_()
    dated = dataclasses.replace(
        study, synthetic=False, sites=("A",), tables={**study.tables, "calendar": pd.DataFrame()}
    )
    assert "(clinic data, 1 clinic, limited data set)" in repr(dated)
    assert "<p>clinic data, 1 clinic, limited data set</p>" in dated._repr_html_()
