"""Which score stands for which planned visit."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.errors import DataError
from analysis.outcomes import (
    BASELINE,
    END_OF_INDUCTION,
    SCHEDULE,
    WEEKLY,
    Schedule,
    Window,
    place_in_windows,
    window_named,
)
from analysis.outcomes.windows import as_schedule

unit, identity = pytest.mark.unit, pytest.mark.identity


def scores(*pairs):
    frame = pd.DataFrame(pairs, columns=["subject_id", "rel_day", "total"])
    types = {"subject_id": "string", "rel_day": "Int64", "total": "float64"}
    return frame.astype(types)


# the schedule as the project defines it: label, target, first and last day
PLAN = [
    ("week 1", 7, 4, 10),
    ("week 2", 14, 11, 20),
    ("week 4", 28, 21, 41),
    ("week 8", 56, 42, 69),
    ("week 12", 84, 70, 97),
    ("week 16", 112, 98, 125),
]


@unit
def test_the_schedule():
    assert [(w.label, w.target, w.low, w.high) for w in SCHEDULE] == PLAN
    assert [w.week for w in SCHEDULE] == [1, 2, 4, 8, 12, 16]
    assert (BASELINE.target, BASELINE.low, BASELINE.high) == (0, -30, 0)


@unit
def test_windows_touch_and_no_day_belongs_to_two():
    days = [day for _, _, low, high in PLAN for day in range(low, high + 1)]
    assert days == list(range(4, 126))


@unit
@pytest.mark.parametrize(("label", "low", "high"), [(a, b, c) for a, _, b, c in PLAN])
def test_both_ends_belong_to_a_window(label, low, high):
    for day in (low, high):
        assert place_in_windows(scores(("a", day, 9.0)))["visit"].tolist() == [label]
    outside = place_in_windows(scores(("a", low - 1, 9.0), ("a", high + 1, 9.0)))
    assert label not in outside["visit"].tolist()


@unit
@pytest.mark.parametrize("day", [-30, -1, 0, 3, 126, 400])
def test_days_between_baseline_and_the_first_window_and_after_the_last_are_no_visit(day):
    placed = place_in_windows(scores(("a", day, 9.0)))
    assert placed.empty
    assert list(placed.columns) == ["subject_id", "rel_day", "total", "visit", "week"]
    assert placed["visit"].cat.categories.tolist() == [label for label, *_ in PLAN]


@unit
@pytest.mark.parametrize(
    ("days", "taken"),
    [
        ([27, 30], 27),
        ([25, 30], 30),
        ([26, 30], 26),  # as near: the earlier
        ([30, 26], 26),
        ([28, 27, 29], 28),
        ([21, 41], 21),
        ([35, 21], 21),
        ([34, 21], 34),
    ],
)
def test_the_score_nearest_to_the_planned_day_is_taken_and_the_earlier_of_two_as_near(days, taken):
    placed = place_in_windows(scores(*(("a", day, float(day)) for day in days)))
    assert placed["rel_day"].tolist() == [taken]
    assert placed["total"].tolist() == [float(taken)]


@unit
def test_a_row_without_a_total_does_not_push_out_a_score():
    placed = place_in_windows(scores(("a", 28, None), ("a", 40, 5.0)))
    assert placed[["rel_day", "total"]].to_numpy().tolist() == [[40, 5.0]]


@unit
def test_a_missing_day_is_no_visit():
    assert place_in_windows(scores(("a", None, 5.0), ("a", 28, 6.0)))["total"].tolist() == [6.0]


@unit
def test_patients_and_visits_have_one_row_each_in_order():
    placed = place_in_windows(
        scores(("b", 7, 1.0), ("a", 56, 2.0), ("a", 8, 3.0), ("a", 6, 4.0), ("b", 100, 5.0))
    )
    assert placed["subject_id"].tolist() == ["a", "a", "b", "b"]
    assert placed["visit"].astype(str).tolist() == ["week 1", "week 8", "week 1", "week 16"]
    assert placed["week"].tolist() == [1, 8, 1, 16]
    assert placed["total"].tolist() == [4.0, 2.0, 1.0, 5.0]
    assert placed["visit"].cat.ordered


@unit
def test_other_columns_travel_along_and_the_input_stays():
    frame = scores(("a", 7, 1.0)).assign(rater="self")
    before = frame.copy()
    assert place_in_windows(frame)["rater"].tolist() == ["self"]
    pd.testing.assert_frame_equal(frame, before)


@unit
@pytest.mark.parametrize("second", [(10, 20), (4, 10), (0, 30), (7, 8)])
def test_windows_that_overlap_are_refused(second):
    schedule = (
        Window(label="one", target=7, low=4, high=10),
        Window(label="two", target=15, low=second[0], high=second[1]),
    )
    for order in (schedule, schedule[::-1]):
        with pytest.raises(DataError, match="overlap"):
            place_in_windows(scores(("a", 7, 1.0)), order)


# after the last induction session: McInnes et al. 2022, days 14 to 31
@unit
def test_other_schedules():
    assert [(w.label, w.target, w.low, w.high) for w in END_OF_INDUCTION] == [
        ("end of induction", 1, 1, 13),
        ("after induction", 14, 14, 31),
    ]
    assert END_OF_INDUCTION.anchor == "last induction session"
    assert SCHEDULE.anchor == WEEKLY.anchor == "start of the course"
    weeks = [(w.label, w.target, w.low, w.high) for w in WEEKLY]
    assert len(WEEKLY) == 16
    assert weeks[0] == ("week 1", 7, 4, 10)
    assert weeks[15] == ("week 16", 112, 109, 115)
    for plan in (SCHEDULE, WEEKLY, END_OF_INDUCTION):
        chosen = (plan.rule, plan.ties, plan.same_day, plan.of_one_day)
        assert chosen == ("nearest", "earlier", "before the dose", "first")


@unit
@pytest.mark.parametrize(
    ("rules", "days", "taken"),
    [
        ({"ties": "earlier"}, [26, 30], 26),
        ({"ties": "later"}, [26, 30], 30),
        ({"ties": "later"}, [30, 26, 27], 27),
        ({"ties": "later"}, [28, 29], 28),
        ({"rule": "last"}, [28, 40, 35], 40),
        ({"rule": "last"}, [41, 42, 28], 41),
        ({"rule": "last", "ties": "earlier"}, [21, 22], 22),
    ],
)
def test_other_rules_for_several_scores_of_a_window(rules, days, taken):
    plan = Schedule(name="one", windows=(window_named("week 4"),), **rules)
    for order in (days, days[::-1]):
        placed = place_in_windows(scores(*(("a", day, float(day)) for day in order)), plan)
        assert placed["rel_day"].tolist() == [taken]


@unit
def test_courses_of_one_patient_are_kept_apart_and_days_may_have_another_name():
    frame = scores(("a", 28, 9.0), ("a", 300, 7.0)).assign(course=[1, 2], day=[28, 30])
    placed = place_in_windows(frame, day="day", keys=("subject_id", "course"))
    assert placed[["course", "total"]].to_numpy().tolist() == [[1, 9], [2, 7]]
    assert place_in_windows(frame, day="day")["total"].tolist() == [9]


@unit
@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"rule": "first"}, "rule of a schedule must be one of: nearest, last"),
        ({"ties": "both"}, "ties of a schedule must be one of: earlier, later"),
        ({"anchor": "birth"}, "anchor of a schedule must be one of: start of the course"),
        ({"same_day": "never"}, "same_day of a schedule must be one of: before the dose"),
        ({"of_one_day": "any"}, "of_one_day of a schedule must be one of: first, last"),
        ({"windows": ()}, "needs planned visits"),
        ({"windows": (window_named("week 4"), window_named("week 4"))}, "a label of its own"),
    ],
)
def test_schedules_that_say_too_little_are_refused(rules, message):
    with pytest.raises(DataError, match=message):
        Schedule(**{"name": "x", "windows": SCHEDULE.windows, **rules})


@unit
def test_a_window_must_not_end_before_it_begins():
    assert Window(label="x", target=5, low=5, high=5).high == 5
    with pytest.raises(DataError, match="runs from day 5 to day 4"):
        Window(label="x", target=5, low=5, high=4)


@unit
def test_a_schedule_prints_its_rules():
    assert repr(END_OF_INDUCTION).splitlines() == [
        'Schedule "end of induction", 2 visits',
        "  end of induction: planned on day 1, days 1 to 13",
        "  after induction: planned on day 14, days 14 to 31",
        "  Day 0 is the last induction session.",
        (
            "  Of several scores of a window the nearest to the planned day is taken; of two the "
            "earlier."
        ),
        "  Of the day of a session, scores before the dose count: hours_post is not above 0.",
        "  Of several such scores of one day the first is taken.",
    ]
    other = Schedule(
        name="x", windows=SCHEDULE.windows, rule="last", same_day="either", of_one_day="last"
    )
    text = repr(other)
    assert "Of several scores of a window the last is taken." in text
    assert "scores before and after the dose count" in text
    assert "of one day the last is taken" in text
    assert "hours_post is above 0" in repr(
        Schedule(name="x", windows=SCHEDULE.windows, same_day="after the dose")
    )


@unit
def test_bare_windows_get_the_usual_rules():
    plan = as_schedule(SCHEDULE.windows)
    assert (plan.windows, plan.rules) == (SCHEDULE.windows, SCHEDULE.rules)
    assert as_schedule(WEEKLY) is WEEKLY


@unit
def test_windows_may_have_gaps_and_any_order():
    schedule = (
        Window(label="late", target=50, low=40, high=60),
        Window(label="early", target=5, low=1, high=9),
    )
    placed = place_in_windows(scores(("a", 5, 1.0), ("a", 20, 2.0), ("a", 50, 3.0)), schedule)
    assert dict(zip(placed["visit"].astype(str), placed["total"], strict=True)) == {
        "early": 1.0,
        "late": 3.0,
    }


@unit
def test_a_window_is_found_by_its_label():
    assert window_named("week 8").target == 56
    with pytest.raises(DataError, match="Planned visits are: week 1, week 2, week 4") as caught:
        window_named("Jane Doe")
    assert "Jane" not in str(caught.value)


_ROWS = st.lists(
    st.tuples(
        st.sampled_from("abc"), st.integers(-40, 140), st.one_of(st.none(), st.integers(0, 27))
    ),
    max_size=25,
    unique_by=lambda row: row[:2],
)


@identity
@settings(deadline=None, max_examples=60, derandomize=True)
@given(rows=_ROWS, seed=st.integers(0, 9))
def test_the_choice_is_that_of_a_plain_search_and_ignores_the_order_of_rows(rows, seed):
    expected = []
    for patient in "abc":
        for label, target, low, high in PLAN:
            near = [
                (abs(day - target), day, total)
                for who, day, total in rows
                if who == patient and low <= day <= high and total is not None
            ]
            if near:
                expected.append((patient, label, min(near)[1], float(min(near)[2])))
    frame = scores(*rows)
    for mixed in (frame, frame.iloc[np.random.default_rng(seed).permutation(len(frame))]):
        placed = place_in_windows(mixed)
        visits = placed["visit"].astype(str)
        assert (
            list(zip(placed["subject_id"], visits, placed["rel_day"], placed["total"], strict=True))
            == expected
        )
