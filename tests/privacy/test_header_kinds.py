"""What names of columns speak of: ages and what only sounds so, quantities, programs, nothing."""

import pandas as pd
import pytest

from analysis.privacy import deidentify
from analysis.privacy.header_kinds import is_of_versions, names_a_quantity, says_nothing
from analysis.privacy.headers import header_role, meaning_of_header

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("age", "age"),
        ("age_years", "age"),
        ("Alter bei Beginn", "age"),
        ("age_of_onset", "age"),
        ("age_at_first_dose", "age"),
        ("mean_age", "age"),
        ("age_months", "age_months"),
        ("gestational_age_weeks", "age_weeks"),
        ("age_days", "age_days"),
        ("age_group", ""),
        ("age_band", ""),
        ("age_squared", ""),
        ("age_coef", ""),
        ("n_age_65_plus", ""),
        ("stage", ""),
        ("dosage", ""),
        ("language", ""),
        ("average", ""),
        ("average_dose", ""),
        ("percentage", ""),
        ("message", ""),
        ("manager", ""),
        ("alternative", ""),
    ],
)
def test_only_ages_are_ages(header, role):
    assert header_role(header) == role


def test_columns_that_sound_like_ages_stay_as_they_are(tmp_path):
    frame = pd.DataFrame(
        {
            "mrn": ["q1", "q2"],
            "stage": [95, 3],
            "dosage": [120.0, 95.0],
            "language": ["en", "es"],
            "average": [97.5, 93.0],
            "age_group": ["75-89", "90+"],
            "age_of_onset": [22, 97],
            "age_years": [44, 99],
        }
    )
    result = deidentify(frame, id="mrn", crosswalk=tmp_path / "local" / "crosswalk.csv")
    kept = result.frame.sort_values("dosage", ascending=False)
    assert kept["stage"].tolist() == [95, 3]
    assert kept["dosage"].tolist() == [120.0, 95.0]
    assert kept["language"].tolist() == ["en", "es"]
    assert kept["average"].tolist() == [97.5, 93.0]
    assert kept["age_group"].tolist() == ["75-89", "90+"]
    assert kept["age_of_onset"].tolist() == [22, 90]
    assert kept["age_years"].tolist() == [44, 90]


def test_a_name_of_a_moment_is_no_quantity():
    assert [names_a_quantity(h) for h in ("visit", "infusion start", "session day")] == [False] * 3
    assert [names_a_quantity(h) for h in ("cost", "dose_mg", "platelets")] == [True] * 3


def test_names_that_say_nothing():
    assert all(map(says_nothing, ("col_4", "x", "v12", "Unnamed: 3", "Spalte 2")))
    assert not any(map(says_nothing, ("hr", "visit", "age")))


def test_names_of_programs():
    assert is_of_versions("firmware")
    assert not is_of_versions("release_date")
    assert not is_of_versions("visit")


@pytest.mark.parametrize(
    "header",
    ["quarter_of_study", "study_month", "state_name", "name_of_drug", "face_pain_scale", "role"],
)
def test_names_made_harmless_by_another_word(header):
    assert meaning_of_header(header) is None


@pytest.mark.parametrize(
    ("header", "element"), [("gait_sig", 16), ("voice_embedding", 16), ("Hörgerät L/R", 13)]
)
def test_names_of_bodies_and_of_what_is_worn(header, element):
    assert meaning_of_header(header)[0] == element
