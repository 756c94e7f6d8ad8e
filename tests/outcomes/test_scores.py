"""Which score of a day counts: before or after the dose, the first or the last."""

import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.outcomes import Schedule, Window, baseline_scores, valid_scores, visit_outcomes
from tests.builders import CLEAN, clean_study, scored_study, without_column
from tests.outcomes.treatment import timed_study

unit, identity = pytest.mark.unit, pytest.mark.identity


def taken(study, **rules):
    return valid_scores(study, "PHQ-9", **rules)[["rel_day", "total"]].to_numpy().tolist()


@unit
@pytest.mark.parametrize(
    ("session", "hours", "before", "after"),
    [
        ("1", "-0.5", True, False),
        ("1", "0", True, False),  # at the start of the dose
        ("1", "0.01", False, True),
        ("1", "4", False, True),
        ("1", "", True, False),  # hours unknown: before
        ("", "", True, False),
        ("", "4", False, True),  # of the session of the day
        ("2", "4", True, False),  # hours of another day's session say nothing about this dose
    ],
)
def test_a_score_of_a_session_day_is_before_the_dose_unless_its_hours_say_after(
    session, hours, before, after
):
    study = timed_study((0, 1, 20, session, hours), days=(0, 7))
    assert taken(study) == ([[0, 20]] if before else [])
    assert taken(study, same_day="after the dose") == ([[0, 20]] if after else [])
    assert taken(study, same_day="either") == [[0, 20]]


@unit
@pytest.mark.parametrize("dtype", ["float64", "Float64"])
def test_unknown_hours_are_before_the_dose_in_any_type_of_column(dtype):
    study = timed_study((0, 1, 20, "1", ""), (0, 2, 8, "1", "4"))
    rows = study.tables["assessments"]
    study.tables["assessments"] = rows.astype({"hours_post": dtype})
    assert taken(study) == [[0, 20]]
    assert taken(study, same_day="after the dose") == [[0, 8]]


@unit
@pytest.mark.parametrize("same_day", ["before the dose", "after the dose", "either"])
def test_scores_of_other_days_always_count(same_day):
    study = timed_study((1, 1, 9, "1", "24"), (30, 1, 8, "", ""))
    assert taken(study, same_day=same_day) == [[1, 9], [30, 8]]


@unit
@pytest.mark.parametrize(
    ("same_day", "of_one_day", "total"),
    [
        ("before the dose", "first", 20),
        ("before the dose", "last", 19),
        ("after the dose", "first", 8),
        ("after the dose", "last", 7),
        ("either", "first", 20),
        ("either", "last", 7),
    ],
)
def test_of_several_scores_of_one_day_the_stated_one_is_taken(same_day, of_one_day, total):
    study = timed_study(
        (0, 4, 7, "1", "24"),
        (0, 2, 19, "1", "-0.1"),
        (0, 3, 8, "1", "2"),
        (0, 1, 20, "1", "-1"),
    )
    assert taken(study, same_day=same_day, of_one_day=of_one_day) == [[0, total]]


@unit
def test_a_score_after_the_dose_is_never_a_baseline():
    study = timed_study((-3, 1, 18, "", ""), (0, 1, 6, "1", "3"))
    assert baseline_scores(study, "PHQ-9")["baseline"].tolist() == [18]


@unit
def test_a_schedule_may_ask_for_scores_after_the_dose():
    study = timed_study(
        (0, 1, 20, "1", "-1"), (28, 1, 12, "2", "-1"), (28, 2, 3, "2", "4"), days=(0, 28)
    )
    window = Window(label="week 4", target=28, low=21, high=41)
    found = {
        same_day: visit_outcomes(
            study, "PHQ-9", schedule=Schedule(name="x", windows=(window,), same_day=same_day)
        )["total"].tolist()
        for same_day in ("before the dose", "after the dose", "either")
    }
    assert found == {"before the dose": [12], "after the dose": [3], "either": [12]}
    last = Schedule(name="x", windows=(window,), same_day="either", of_one_day="last")
    assert visit_outcomes(study, "PHQ-9", schedule=last)["total"].tolist() == [3]


@unit
def test_without_hours_every_score_is_before_the_dose():
    study = scored_study({"a": [(0, 20), (0, 5)]})
    assert taken(study) == [[0, 20]]
    assert taken(study, of_one_day="last") == [[0, 5]]


@unit
def test_hours_without_session_numbers_belong_to_the_session_of_the_day():
    study = clean_study(assessments=without_column(CLEAN["assessments"], "session_no"))
    rows = valid_scores(study, "PHQ-9")
    assert rows.loc[rows["subject_id"].eq("p2"), "total"].tolist() == [27]
    rows = valid_scores(study, "PHQ-9", same_day="after the dose")
    assert rows.loc[rows["subject_id"].eq("p2"), "total"].tolist() == [26]


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


@identity
def test_the_order_of_rows_does_not_matter():
    study, other = clean_study(), clean_study()
    for name, frame in other.tables.items():
        other.tables[name] = frame.iloc[::-1].reset_index(drop=True)
    for same_day in ("before the dose", "after the dose", "either"):
        left, right = (valid_scores(s, "PHQ-9", same_day=same_day) for s in (study, other))
        pd.testing.assert_frame_equal(left, right)
