"""Courses of treatment: their numbers, what is known of each, and outcomes counted from them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import ColumnError, DataError
from analysis.outcomes import (
    END_OF_INDUCTION,
    BaselineRule,
    assign_courses,
    completeness,
    courses,
    patient_flow,
    response_rates,
    time_to_loss_of_response,
    treated_patients,
    visit_outcomes,
    visit_status,
)
from analysis.outcomes.courses import treatment_courses
from tests.builders import CLEAN, clean_study, scored_study, with_cell
from tests.outcomes.treatment import two_courses, with_sessions

unit, identity = pytest.mark.unit, pytest.mark.identity


def numbered(days, gap, *, who="a"):
    frame = pd.DataFrame({"subject_id": who, "rel_day": pd.array(days, dtype="Int64")})
    return assign_courses(frame, gap_days=gap)["course_no"].tolist()


@unit
@pytest.mark.parametrize(
    ("days", "gap", "expected"),
    [
        ([0, 89], 90, [1, 1]),
        ([0, 90], 90, [1, 2]),  # the stated gap separates
        ([0, 3, 93, 96, 186], 90, [1, 1, 2, 2, 3]),
        ([0, 60, 120, 180], 90, [1, 1, 1, 1]),  # maintenance bridges
        ([93, 0, 3], 90, [2, 1, 1]),  # rows keep their order
        ([0, 0, 1], 1, [1, 1, 2]),
        ([5], 90, [1]),
    ],
)
def test_a_course_begins_after_the_stated_gap(days, gap, expected):
    assert numbered(days, gap) == expected


@unit
def test_gaps_are_those_of_one_patient_and_the_index_of_rows_does_not_matter():
    frame = pd.DataFrame(
        {"subject_id": ["a", "b", "a", "b"], "rel_day": [0, 200, 300, 210]}, index=[7, 7, 3, 1]
    )
    found = assign_courses(frame.assign(route="IV"), gap_days=90)
    assert found["course_no"].tolist() == [1, 1, 2, 1]
    assert found.index.tolist() == [7, 7, 3, 1]
    assert found["route"].eq("IV").all()
    assert "course_no" not in frame
    by_patient = frame.set_index("subject_id", drop=False)
    assert assign_courses(by_patient, gap_days=90)["course_no"].tolist() == [1, 1, 2, 1]


@unit
def test_sessions_without_days_and_gaps_of_nothing_are_refused():
    with pytest.raises(DataError, match="1 or more"):
        numbered([0], 0)
    with pytest.raises(ColumnError, match="every day known"):
        numbered([0, None], 90)
    with pytest.raises(ColumnError, match="subject_id and rel_day"):
        assign_courses(pd.DataFrame({"rel_day": [0]}), gap_days=90)


@identity
@given(days=st.lists(st.integers(0, 900), min_size=1, max_size=12), gap=st.integers(1, 200))
def test_numbers_agree_with_a_plain_walk(days, gap):
    expected, number, before = {}, 1, None
    for day in sorted(days):
        number += before is not None and day - before >= gap
        expected[day] = number
        before = day
    assert numbered(days, gap) == [expected[day] for day in days]


@unit
def test_what_is_known_of_each_course():
    found = courses(two_courses({"a": [(-1, 22), (195, 17)]})).iloc[:, 1:]
    first, second = found.to_dict("records")
    assert pd.isna(first.pop("gap_days"))
    assert first == {
        "course_no": 1, "course": 1, "start_day": 0, "end_day": 7, "last_induction_day": 3,
        "agent": "ketamine", "route": "IV", "regimen": "ketamine IV", "dose_mg": 35,
        "first_site_id": "A", "n_sites": 2,
        "n_sessions": 3, "n_induction": 2, "n_maintenance": 1, "completed_induction": False,
        "baseline": 22, "baseline_day": -1, "n_baseline": 1, "before_data": False,
    }  # fmt: skip
    expected = {"start_day": 200, "end_day": 200, "gap_days": 193, "route": "IM", "course": 2,
                "first_site_id": "B", "n_sessions": 1, "n_induction": 1, "n_maintenance": 0,
                "last_induction_day": 200, "baseline": 17, "baseline_day": 195}  # fmt: skip
    assert {name: second[name] for name in expected} == expected


@unit
@pytest.mark.parametrize(("needed", "completed"), [(1, True), (2, True), (3, False)])
def test_an_induction_is_completed_by_full_induction_sessions(needed, completed):
    rows = [("a", n, "A", 1, n, "IV", "induction", "true") for n in (1, 2)]
    rows += [("a", 3, "A", 1, 3, "IV", "induction", "false")]
    rows += [("a", 4, "A", 1, 4, "IV", "maintenance", "true")]
    study = with_sessions(scored_study({"a": []}), *rows)
    found = courses(study, induction_sessions=needed)["completed_induction"]
    assert found.tolist() == [completed]
    with pytest.raises(DataError, match="1 or more"):
        courses(study, induction_sessions=0)


@unit
@pytest.mark.parametrize(("given", "completed"), [(3, False), (4, True)])
def test_four_full_induction_sessions_complete_an_induction_unless_stated(given, completed):
    days = [(n + 1, 3 * n) for n in range(given)]
    study = with_sessions(
        scored_study({"a": [(0, 20)]}),
        *(("a", n, "A", 1, day, "IV", "induction", "true") for n, day in days),
    )
    assert treatment_courses(study)["completed_induction"].tolist() == [completed]


@unit
def test_a_session_of_which_it_is_not_known_whether_it_was_completed_completes_nothing():
    rows = [("a", n, "A", 1, n, "IV", "induction", full) for n, full in ((1, "true"), (2, ""))]
    study = with_sessions(scored_study({"a": []}), *rows)
    assert courses(study, induction_sessions=1)["completed_induction"].tolist() == [True]
    assert courses(study, induction_sessions=2)["completed_induction"].tolist() == [False]


@unit
def test_courses_are_in_the_order_of_time_and_rows_are_counted_in_it():
    study = with_sessions(
        scored_study({"a": []}),
        ("a", 1, "A", 2, 0, "IV", "induction", "true"),
        ("a", 2, "A", 1, 100, "IM", "induction", "true"),
    )
    found = treatment_courses(study)
    assert found["start_day"].to_dict() == {0: 0, 1: 100}
    assert found["course"].tolist() == [1, 2]


@unit
def test_the_least_induction_is_of_four_sessions():  # McInnes et al. 2022: 4 to 8 infusions
    def completed(n):
        rows = [("a", k, "A", 1, k, "IV", "induction", "true") for k in range(1, n + 1)]
        return courses(with_sessions(scored_study({"a": []}), *rows))["completed_induction"].item()

    assert (completed(3), completed(4)) == (False, True)


@unit
def test_the_first_course_in_the_data_is_the_first_whatever_its_number():
    study = with_sessions(
        scored_study({"a": []}),
        ("a", 1, "A", 3, 0, "IV", "induction", "true"),
        ("a", 2, "A", 4, 100, "IM", "induction", "true"),
    )
    found = courses(study)
    assert found["course"].tolist() == [1, 2]
    assert found["course_no"].tolist() == [3, 4]
    assert treated_patients(study)["route"].tolist() == ["IV"]
    assert treated_patients(study, course=2)["route"].tolist() == ["IM"]
    assert treated_patients(study, course=3).empty


SCORES = {
    "a": [(0, 20), (28, 10), (200, 16), (228, 4)],
    "b": [(0, 20), (28, 15), (228, 4)],  # no baseline of the second course
    "c": [(0, 20), (200, 9), (228, 4)],  # mild before the second course
}


@unit
def test_outcomes_are_counted_from_the_start_of_their_course():
    study = two_courses(SCORES)
    first = visit_outcomes(study, "PHQ-9")
    second = visit_outcomes(study, "PHQ-9", course=2)
    both = visit_outcomes(study, "PHQ-9", course="all")
    about = ["subject_id", "course", "visit", "rel_day", "day", "baseline", "change"]
    assert first[about].astype({"visit": str}).to_numpy().tolist() == [
        ["a", 1, "week 4", 28, 28, 20, -10],
        ["b", 1, "week 4", 28, 28, 20, -5],
    ]
    assert second[about].astype({"visit": str}).to_numpy().tolist() == [
        ["a", 2, "week 4", 228, 28, 16, -12]
    ]
    assert len(both) == 3
    assert sorted(both["course"]) == [1, 1, 2]
    assert second["route"].tolist() == ["IM"]
    assert second.attrs["patient_level"] is True


@unit
def test_denominators_of_a_later_course():
    rates = response_rates(two_courses(SCORES), "PHQ-9", visit="week 4", course=2).iloc[0]
    counts = ["started", "evaluable", "observed", "n"]
    assert rates[counts].tolist() == [3, 1, 1, 1]
    # week 4 of the course that began on day 200 closes on day 241
    for until, evaluable in ((240, 0), (241, 1)):
        study = two_courses(SCORES, until=until)
        rates = response_rates(study, "PHQ-9", visit="week 4", course=2).iloc[0]
        assert rates[counts].tolist() == [3, evaluable, evaluable, evaluable]
        flow = patient_flow(study, "PHQ-9", visit="week 4", course=2)
        assert flow["n"].tolist() == [3, 3, 2, 1, evaluable, evaluable]
    counted = completeness(two_courses(SCORES, until=241), "PHQ-9", course=2)
    week_4 = counted[counted["visit"].eq("week 4")].iloc[0]
    assert week_4[["started", "due", "scored"]].tolist() == [3, 3, 3]


@unit
def test_a_flow_of_a_later_course_says_who_has_none():
    study = two_courses(SCORES)
    once = study.tables["sessions"]
    study.tables["sessions"] = once[~(once["subject_id"].eq("c") & once["course_no"].eq(2))]
    flow = patient_flow(study, "PHQ-9", visit="week 4", course=2)
    assert flow.to_numpy().tolist() == [
        ["Registered", 3, "no course 2 of treatment in the data", 1],
        ["Treated", 2, "no PHQ-9 score in the 30 days before the course", 1],
        ["Baseline score", 1, "PHQ-9 under 10 before the course", 0],
        ["Baseline at threshold", 1, "week 4 not yet due", 0],
        ["Evaluable", 1, "no score at week 4", 0],
        ["Analysed", 1, "", 0],
    ]
    both = patient_flow(study, "PHQ-9", visit="week 4", course="all")
    assert both["n"].tolist()[:2] == [5, 5]


@unit
def test_loss_of_response_in_a_later_course():
    scores = {"a": [(0, 20), (200, 16), (228, 4), (250, 8), (260, 9)]}
    frame = time_to_loss_of_response(two_courses(scores), "PHQ-9", visit="week 4", course=2).frame
    assert frame[["time", "event", "lower", "upper"]].to_numpy().tolist() == [[32, True, 22, 32]]


@identity
@settings(max_examples=8)
@given(shift=st.integers(0, 300))
def test_shifting_a_later_course_shifts_nothing_but_days(shift):
    def outcomes(by):
        scores = {"a": [(0, 20), (200 + by, 16), (207 + by, 11), (228 + by, 4)]}
        return visit_outcomes(two_courses(scores, second=200 + by, until=2000), "PHQ-9", course=2)

    one, other = outcomes(0), outcomes(shift)
    moved = ["rel_day", "start_day", "end_day", "last_induction_day", "gap_days", "baseline_day"]
    pd.testing.assert_frame_equal(one.drop(columns=moved), other.drop(columns=moved))
    for name in moved:
        assert (other[name] - one[name]).eq(shift).all()


@unit
def test_home_clinic_and_clinic_of_the_first_session():
    rows = [("a", 1, "B", 1, 0, "IV", "induction", "true"),
            ("a", 2, "A", 1, 7, "IV", "induction", "true"),
            ("b", 1, "A", 1, 0, "IV", "induction", "true")]  # fmt: skip
    scores = {who: [(0, 20), (28, 10)] for who in "ab"}
    study = with_sessions(scored_study(scores), *rows)
    by_home = response_rates(study, "PHQ-9", visit="week 4", by="site_id").query("n > 0")
    by_first = response_rates(study, "PHQ-9", visit="week 4", by="first_site_id")
    assert by_home["site_id"].tolist() == ["A"]
    assert by_first["first_site_id"].tolist()[:2] == ["A", "B"]
    assert by_first["n"].tolist()[:2] == [1, 1]


@unit
@pytest.mark.parametrize("course", [0, -1, "first", 1.5])
def test_a_course_is_a_number_or_all(course):
    with pytest.raises(DataError, match='number from 1 on, or "all"'):
        treated_patients(clean_study(), course=course)


# --- treated before the data -----------------------------------------------------------------


def seen_before(flags, scores=None):
    scores = scores or {who: [(0, 20), (28, 10), (200, 20), (228, 10)] for who in flags}
    study = two_courses(scores)
    study.tables["subjects"]["treated_before_data"] = pd.array(
        list(flags.values()), dtype="boolean"
    )
    return study


@unit
def test_who_was_treated_before_the_data_has_no_baseline_and_is_counted_as_such():
    study = seen_before({"a": True, "b": False, "c": None})
    patients = treated_patients(study).set_index("subject_id")
    assert patients["baseline"].isna().to_dict() == {"a": True, "b": False, "c": False}
    assert patients["before_data"].to_dict() == {"a": True, "b": False, "c": False}
    status = visit_status(study, "PHQ-9", visit="week 4")
    assert status.set_index("subject_id")["observed"].to_dict() == {
        "a": False, "b": True, "c": True,
    }  # fmt: skip
    flow = patient_flow(study, "PHQ-9", visit="week 4")
    assert flow.to_numpy().tolist()[:3] == [
        ["Registered", 3, "no treatment in the data", 0],
        [
            "Treated",
            3,
            "treated before the data begin, so no score is from before treatment",
            1,
        ],
        ["Treated", 3, "no PHQ-9 score in the 30 days before treatment", 0],
    ]
    assert flow["n"].tolist()[3:] == [2, 2, 2, 2]
    assert flow.index.tolist() == list(range(7))
    assert flow["n"].iloc[0] - flow["n_excluded"].sum() == 2


@unit
def test_a_later_course_has_a_baseline_even_so():
    study = seen_before({"a": True})
    assert visit_outcomes(study, "PHQ-9").empty
    assert visit_outcomes(study, "PHQ-9", course=2)["baseline"].tolist() == [20]


@unit
def test_the_flag_of_the_clean_study():
    found = courses(clean_study()).set_index(["subject_id", "course"])["before_data"]
    assert found[found].index.tolist() == [("p4", 1)]


# --- counted from the last induction session -------------------------------------------------


# last induction session on day 3 (day 7 is maintenance); days 1-13 and 14-31 after it
@unit
@pytest.mark.parametrize(
    ("day", "visit"),
    [
        (3, []),
        (4, ["end of induction"]),
        (16, ["end of induction"]),
        (17, ["after induction"]),
        (34, ["after induction"]),
        (35, []),
    ],
)
def test_windows_after_the_last_induction_session(day, visit):
    study = two_courses({"a": [(0, 20), (day, 9)]})
    rows = visit_outcomes(study, "PHQ-9", schedule=END_OF_INDUCTION)
    assert rows["visit"].astype(str).tolist() == visit
    assert (rows["day"] == day - 3).all()


@unit
@pytest.mark.parametrize(("until", "due"), [(33, False), (34, True)])
def test_such_a_window_closes_after_the_last_induction_session_too(until, due):
    study = two_courses({"a": [(0, 20), (20, 9)]}, until=until)
    options = {"visit": "after induction", "schedule": END_OF_INDUCTION}
    status = visit_status(study, "PHQ-9", **options).iloc[0]
    assert bool(status["due"]) is bool(status["observed"]) is due
    counts = completeness(study, "PHQ-9", schedule=END_OF_INDUCTION)
    assert counts["due"].tolist() == [1, int(due)]
    assert counts["scored"].tolist() == [0, int(due)]


@unit
def test_without_an_induction_session_there_is_no_day_to_count_from():
    text = with_cell(CLEAN["sessions"], "phase", "maintenance", row=3)
    study = clean_study(sessions=text)
    options = {"visit": "after induction", "schedule": END_OF_INDUCTION}
    flow = patient_flow(study, "PHQ-9", **options)
    assert ["Treated", 4, "no induction session to count from", 1] in flow.to_numpy().tolist()
    assert flow["n"].iloc[0] - flow["n_excluded"].sum() == flow["n"].iloc[-1]
    status = visit_status(study, "PHQ-9", **options).set_index("subject_id")
    assert not status.loc["p2", "has_anchor"]
    assert not status.loc["p2", "evaluable"]


@unit
def test_the_reasons_for_leaving_do_not_count_anybody_twice():
    study = seen_before({"a": True, "b": False})
    sessions = study.tables["sessions"]
    study.tables["sessions"] = sessions.assign(
        phase=pd.Categorical(["maintenance"] * len(sessions), ["induction", "maintenance"])
    )
    flow = patient_flow(study, "PHQ-9", visit="after induction", schedule=END_OF_INDUCTION)
    treated = flow[flow["step"].eq("Treated")]
    assert treated["n_excluded"].tolist() == [1, 1, 0]
    assert (flow["n_excluded"] >= 0).all()


@identity
def test_the_order_of_rows_does_not_matter():
    study, other = two_courses(SCORES), two_courses(SCORES)
    rng = np.random.default_rng(3)
    for name, frame in other.tables.items():
        other.tables[name] = frame.iloc[rng.permutation(len(frame))].reset_index(drop=True)
    rule = BaselineRule(method="mean")
    for derive in (
        lambda s: courses(s, baseline=rule),
        lambda s: visit_outcomes(s, "PHQ-9", course="all"),
        lambda s: visit_status(s, "PHQ-9", visit="week 4", course="all"),
    ):
        left, right = (
            derive(s).sort_values(["subject_id", "course"], ignore_index=True)
            for s in (study, other)
        )
        pd.testing.assert_frame_equal(left, right)
