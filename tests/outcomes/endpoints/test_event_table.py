"""Groups with the day on which they were known, landmarks, and time split at a change."""

import math
from dataclasses import replace

import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError
from analysis.outcomes import EventTable

unit = pytest.mark.unit
INF = math.inf


def table():
    """Five patients: two events, three without."""
    frame = pd.DataFrame(
        {
            "subject_id": list("abcde"),
            "time": [14.0, 40.0, 60.0, 10.0, 90.0],
            "event": [True, True, False, False, False],
            "cnsr": [0, 0, 1, 2, 2],
            "entry": 0.0,
            "lower": [7.0, 20.0, 60.0, 7.0, 84.0],
            "upper": [14.0, 40.0, INF, INF, INF],
            "evntdesc": ["relapse", "relapse", "last score", "dropout", "dropout"],
        }
    )
    frame.attrs["patient_level"] = True
    return EventTable(
        frame=frame,
        origin="start",
        rule="relapse",
        attrition=pd.DataFrame({"step": ["Followed"], "n": [5], "reason": [""], "n_excluded": [0]}),
        codes=pd.DataFrame(
            {
                "cnsr": [0, 1, 2],
                "reason": ["relapse", "last score", "dropout"],
                "kind": ["event", "censored", "competing"],
            }
        ),
        known_day={"clinic": pd.Series(0.0, index=frame.index)},
        contacts=pd.DataFrame(
            {
                "subject_id": ["a", "a", "b", "b", "c"],
                "day": [7.0, 14.0, 14.0, 42.0, 3.0],
                "kind": ["score"] * 4 + ["session"],
            }
        ),
    )


@unit
def test_one_table_feeds_curves_and_causes():
    causes = table().causes()
    assert causes["event"].tolist() == ["relapse", "relapse", "censored", "dropout", "dropout"]
    assert causes[["lower", "upper"]].to_numpy().tolist()[2:] == [[60, INF], [10, 10], [90, 90]]
    assert causes.attrs["patient_level"] is True


@unit
def test_a_landmark_restarts_the_clock_and_counts_who_is_left_out():
    found = table().landmark(14)
    assert found.frame["subject_id"].tolist() == ["b", "c", "e"]
    assert found.frame[["time", "lower", "upper"]].to_numpy().tolist() == [
        [26, 6, 26], [46, 46, INF], [76, 70, INF],
    ]  # fmt: skip
    assert found.origin == "day 14 after the start"
    assert found.attrition[["n", "n_excluded"]].to_numpy().tolist() == [[5, 2], [3, 0]]
    assert found.known_day["clinic"].tolist() == [-14, -14, -14]
    assert found.frame.attrs["patient_level"] is True


@unit
def test_a_landmark_moves_everything_that_is_counted_from_the_origin():
    before = table()
    frame = before.frame.assign(origin_day=3.0, n_visits=2, visit_gap=10.0)
    found = replace(before, frame=frame).landmark(14)
    assert found.frame["origin_day"].tolist() == [17, 17, 17]
    assert found.frame["n_visits"].tolist() == [1, 0, 0]  # the score of the day itself is no later
    assert found.frame["visit_gap"].tolist()[:1] == [28]
    assert found.frame["visit_gap"].isna().tolist() == [False, True, True]
    assert found.contacts.to_numpy().tolist() == [["b", 0, "score"], ["b", 28, "score"]]
    assert before.contacts["day"].tolist() == [7, 14, 14, 42, 3]
    assert list(found.frame) == list(frame)
    next_day = replace(before, frame=frame).landmark(41 - 28)
    assert next_day.frame.set_index("subject_id")["n_visits"].to_dict() == {
        "a": 1, "b": 2, "c": 0, "e": 0,
    }  # fmt: skip


@unit
def test_those_who_are_seen_only_later_are_counted_apart():
    before = table()
    late = replace(before, frame=before.frame.assign(entry=[0.0, 20.0, 0.0, 0.0, 15.0]))
    found = late.landmark(14)
    assert found.frame["subject_id"].tolist() == ["c"]
    assert found.attrition[["n", "reason", "n_excluded"]].to_numpy().tolist() == [
        [5, "an event, or the end of follow-up, by day 14", 2],
        [3, "seen only after day 14", 2],
        [1, "", 0],
    ]


@unit
def test_a_landmark_may_be_early_and_those_who_enter_on_its_day_are_in():
    before = table()
    late = replace(before, frame=before.frame.assign(entry=0.5))
    found = late.landmark(0.5)
    assert found.frame["time"].tolist() == [13.5, 39.5, 59.5, 9.5, 89.5]
    assert found.frame.index.tolist() == [0, 1, 2, 3, 4]
    assert table().landmark(14).frame.index.tolist() == [0, 1, 2]


@unit
def test_attrition_keeps_the_reasons_of_all_steps():
    found = table().landmark(5).landmark(10)
    assert found.attrition[["n", "reason", "n_excluded"]].to_numpy().tolist() == [
        [5, "an event, or the end of follow-up, by day 5", 0],
        [5, "an event, or the end of follow-up, by day 10", 2],
        [3, "", 0],
    ]


@unit
def test_an_interval_that_spans_the_landmark_begins_there():
    assert table().landmark(30).frame.iloc[0][["lower", "upper"]].tolist() == [0, 10]


@unit
@pytest.mark.parametrize(
    ("day", "match"),
    [
        (0, "above 0"),
        (-1, "above 0"),
        (INF, "above 0"),
        (math.nan, "above 0"),
        (90, "beyond the landmark"),
    ],
)
def test_landmarks_that_leave_nobody_are_refused(day, match):
    with pytest.raises(DataError, match=match):
        table().landmark(day)


def maintained():
    """Add maintenance, begun on day 14 by b, on day 30 by c, on day 90 by e, never by a and d."""
    who = list("abcde")
    values = pd.Series([False, True, True, False, True], index=who)
    days = pd.Series([14.0, 14.0, 30.0, 10.0, 90.0], index=who)
    return table().with_group("maintenance", values, days)


@unit
def test_time_is_split_where_a_group_becomes_known():
    rows = maintained().start_stop("maintenance")
    columns = ["subject_id", "start", "stop", "maintenance", "event"]
    assert rows[columns].to_numpy().tolist() == [
        ["a", 0, 14, False, True],
        ["b", 0, 14, False, False],
        ["b", 14, 40, True, True],
        ["c", 0, 30, False, False],
        ["c", 30, 60, True, False],
        ["d", 0, 10, False, False],
        ["e", 0, 90, False, False],
    ]
    assert (rows["stop"] - rows["start"]).sum() == table().frame["time"].sum()
    assert rows["event"].sum() == table().frame["event"].sum()
    assert rows.index.tolist() == list(range(7))
    assert "index" not in rows


@unit
def test_a_group_known_by_the_landmark_may_split():
    left = maintained().landmark(14)
    assert left.known_day["maintenance"].tolist() == [0, 16, 76]


@unit
def test_every_patient_needs_a_day_on_which_the_group_was_known():
    days = pd.Series([1.0], index=["a"])
    with pytest.raises(DataError, match="4 patients of the table have no day"):
        table().with_group("x", pd.Series(True, index=list("abcde")), days)


@unit
@pytest.mark.parametrize(
    ("values", "match"),
    [
        (pd.Series(range(5)), "5 patients of the table have no value of 'x'"),
        (pd.Series(1, index=list("abcd")), "1 patients"),
        (pd.Series(1, index=list("abcdea")), "more than one value"),
    ],
)
def test_groups_are_looked_up_by_patient(values, match):
    with pytest.raises(DataError, match=match):
        table().with_group("x", values, 0)


@unit
def test_a_group_does_not_replace_a_column_of_the_table():
    values = pd.Series(1.0, index=list("abcde"))
    with pytest.raises(ColumnError, match="of its own"):
        table().with_group("time", values, 0)
    again = table().with_group("dose", values, 0).with_group("dose", values + 1, 3)
    assert again.frame["dose"].tolist() == [2] * 5
    assert again.known_day["dose"].tolist() == [3] * 5


@unit
def test_a_group_that_is_not_known_does_not_split_time():
    values = pd.Series([True, False, None, True, False], index=list("abcde"), dtype="boolean")
    with pytest.raises(DataError, match="1 patients have no value of 'maintenance'"):
        table().with_group("maintenance", values, 0).start_stop("maintenance")
    known = table().with_group("maintenance", values.fillna(False), 0).start_stop("maintenance")
    assert known["maintenance"].tolist() == [True, False, False, True, False]


@unit
def test_only_yes_and_no_can_change_over_time():
    found = table().with_group("dose", pd.Series(range(5), index=list("abcde")), 3)
    with pytest.raises(ColumnError, match="not one of True and False"):
        found.start_stop("dose")
    with pytest.raises(ColumnError, match="it has clinic"):
        table().start_stop("maintenance")


@unit
def test_the_caption_states_origin_rule_and_gaps():
    assert table().caption() == (
        "Origin: start. Event: relapse. Days between visits: median 10.5 (quartiles 7 to 17.5). "
        "Median follow-up: 60 days."  # 3 ends of observation: 4/5 at 10, 2/5 at 60
    )
    bare = EventTable(frame=pd.DataFrame(), origin="o", rule="r", attrition=pd.DataFrame())
    assert bare.caption() == "Origin: o. Event: r."


@unit
def test_the_table_itself_stays_as_it_was():
    before = table()
    frame = before.frame.copy()
    maintained().landmark(14)
    pd.testing.assert_frame_equal(before.frame, frame)
