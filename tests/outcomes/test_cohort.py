"""Who started, and what was known at the first treatment."""

import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.outcomes import BaselineRule, Window, baseline_scores, treated_patients, valid_scores
from tests.builders import CLEAN, clean_study, scored_study, with_cell

unit, identity = pytest.mark.unit, pytest.mark.identity


def baseline(*scores):
    frame = baseline_scores(scored_study({"a": scores}), "PHQ-9")
    return frame[["baseline", "baseline_day"]].to_numpy().tolist()


@unit
@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([(-20, 24), (-2, 15)], [[15, -2]]),  # the last, not the worst
        ([(-2, 15), (-20, 24)], [[15, -2]]),
        ([(-2, 15), (0, 12)], [[12, 0]]),  # day 0 is before the dose
        ([(-30, 15)], [[15, -30]]),
        ([(-31, 15)], []),
        ([(1, 15)], []),
        ([(-5, 15), (-2, None)], [[15, -5]]),
        ([(-5, None)], []),
        ([(-5, 0)], [[0, -5]]),
        ([], []),
    ],
)
def test_the_baseline_is_the_last_score_of_the_30_days_up_to_the_first_treatment(scores, expected):
    assert baseline(*scores) == expected


@unit
def test_of_two_scores_of_one_day_the_first_is_taken():
    assert baseline((0, 20), (0, 5)) == [[20, 0]]
    assert baseline((0, None), (0, 5)) == [[5, 0]]


@unit
def test_another_baseline_window():
    study = scored_study({"a": [(-50, 20)]})
    window = Window(label="baseline", target=0, low=-60, high=-40)
    assert baseline_scores(study, "PHQ-9", rule=BaselineRule(method="last", window=window))[
        "baseline"
    ].tolist() == [20]


@unit
def test_scores_are_those_of_one_scale_sorted_by_patient_and_day():
    scores = valid_scores(clean_study(), "PHQ-9")
    assert scores.to_numpy().tolist() == [
        ["p1", -2, 18],
        ["p1", 28, 9],
        ["p2", 0, 27],
        ["p3", 14, 0],
    ]
    assert valid_scores(clean_study(), "MADRS")["total"].tolist() == [31]


@unit
def test_a_scale_without_scores_gives_no_rows():
    scores = valid_scores(clean_study(), "GAD-7")
    assert scores.empty
    assert list(scores.columns) == ["subject_id", "rel_day", "total"]


@unit
def test_an_unknown_scale_is_refused_without_repeating_it():
    with pytest.raises(DataError, match="Known scales are") as caught:
        valid_scores(clean_study(), "Jane Doe")
    assert "Jane" not in str(caught.value)


@unit
def test_the_treated_are_the_subjects_with_a_session():
    patients = treated_patients(clean_study()).set_index("subject_id")
    assert list(patients.index) == ["p1", "p2", "p3", "p4"]  # p5 was never treated
    assert patients["route"].tolist() == ["IV", "IM", "IN", "SL"]
    assert patients["route"].cat.categories.tolist() == ["IM", "IN", "IV", "SL"]  # PO came later
    assert patients["agent"].tolist() == ["ketamine", "ketamine", "esketamine", "ketamine"]
    assert patients["dose_mg"].tolist()[0] == 35
    assert patients["n_induction"].tolist() == [2, 1, 1, 1]
    assert patients["baseline"].fillna(-1).tolist() == [18, 27, -1, -1]
    assert patients["observed_until_day"].tolist() == [120, 10, 60, 300]
    assert patients["last_contact_day"].tolist() == [40, 0, 14, 200]


@unit
def test_a_patient_without_induction_sessions_has_none():
    text = with_cell(CLEAN["sessions"], "phase", "maintenance", row=3)
    patients = treated_patients(clean_study(sessions=text)).set_index("subject_id")
    assert patients.loc["p2", "n_induction"] == 0


@unit
def test_the_scale_of_the_baseline_can_be_chosen():
    patients = treated_patients(clean_study(), instrument="MADRS")
    assert patients["baseline"].fillna(-1).tolist() == [31, -1, -1, -1]


@identity
def test_the_order_of_rows_does_not_matter():
    study, other = clean_study(), clean_study()
    for name, frame in other.tables.items():
        other.tables[name] = frame.iloc[::-1].reset_index(drop=True)
    frames = [
        treated_patients(each).sort_values("subject_id", ignore_index=True)
        for each in (study, other)
    ]
    pd.testing.assert_frame_equal(*frames)
