"""The curve of an event table takes small groups together and refuses a handful of patients."""

import dataclasses
import warnings

import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError
from analysis.outcomes import (
    EventTable,
    curve,
    curve_between_visits,
    time_to_loss_of_response,
)
from tests.builders import scored_study


def table(n_iv, n_im):
    routes = ["IV"] * n_iv + ["IM"] * n_im
    frame = pd.DataFrame(
        {
            "route": pd.Categorical(routes),
            "time": [7.0 + k for k in range(len(routes))],
            "event": [k % 2 == 0 for k in range(len(routes))],
        }
    )
    return EventTable(
        frame=frame, origin="day 0", rule="loss", attrition=pd.DataFrame(),
        known_day={"route": pd.Series(0.0, index=frame.index)},
    )  # fmt: skip


@pytest.mark.unit
@pytest.mark.parametrize(
    ("n_iv", "n_im", "groups"), [(20, 11, 2), (20, 10, 1), (20, 1, 1), (20, 0, 1), (11, 0, 1)]
)
def test_groups_of_fewer_than_eleven_are_taken_together(n_iv, n_im, groups):
    result = curve(table(n_iv, n_im), by="route")
    assert len(result.median()) == groups
    assert result.risk_table([0])["n_risk"].sum() == n_iv + n_im
    together = groups == 1 and n_im > 0
    assert ("all groups of route together" in repr(result)) == together


@pytest.mark.unit
def test_several_columns_are_no_groups():
    with pytest.raises(ColumnError, match="one column"):
        curve(table(20, 20), by=["route", "sex"])


@pytest.mark.unit
@pytest.mark.parametrize("by", [None, "route"])
@pytest.mark.parametrize("n_im", [5, 20])
def test_the_caption_says_how_the_event_was_seen(by, n_im):
    result = curve(table(20, n_im), by=by)
    for text in (repr(result), result._repr_html_()):
        assert "time from day 0" in text
        assert "Event: loss. Median follow-up: " in text


@pytest.mark.unit
def test_without_groups_all_are_one():
    assert len(curve(table(20, 20)).median()) == 1


@pytest.mark.unit
def test_a_handful_is_refused():
    with pytest.raises(DataError, match="too few for a curve"):
        curve(table(6, 4))


@pytest.mark.unit
def test_patients_without_an_entry_are_a_group_too():
    events = table(20, 20)
    events.frame["route"] = events.frame["route"].mask(events.frame.index < 3)
    assert len(curve(events, by="route").median()) == 1


@pytest.mark.unit
@pytest.mark.parametrize("dtype", ["category", "object"])
def test_a_group_that_nobody_is_in_is_none(dtype):
    events = table(20, 20)
    routes = pd.Categorical(events.frame["route"], ["IM", "IV", "SL"])
    events.frame["route"] = pd.Series(routes).astype(dtype)
    assert len(curve(events, by="route").median()) == 2


@pytest.mark.unit
def test_a_clinic_without_responders_is_no_group():
    scores = {f"p{n}": [(0, 20), (28, 8 if n < 22 else 15), (35, 9)] for n in range(30)}
    clinics = {who: {"site_id": "ABC"[n // 11]} for n, who in enumerate(scores)}
    events = time_to_loss_of_response(
        scored_study(scores, subjects=clinics), "PHQ-9", visit="week 4"
    )
    assert len(curve(events, by="site_id").median()) == 2


def with_maintenance(day):
    events = table(30, 30)
    names = [f"p{n}" for n in range(60)]
    frame = events.frame.assign(subject_id=names, entry=0.0, lower=0.0, upper=events.frame["time"])
    events = dataclasses.replace(
        events,
        frame=frame,
        attrition=pd.DataFrame(
            {"step": ["Followed"], "n": [60], "reason": [""], "n_excluded": [0]}
        ),
    )
    given = pd.Series([n % 2 == 0 for n in range(60)], index=events.frame["subject_id"])
    return events.with_group("maintenance", given, day)


@pytest.mark.unit
def test_groups_known_only_after_the_origin_are_refused_with_two_ways_out():
    with pytest.raises(DataError, match=r"known only after the origin in 60 of 60") as error:
        curve(with_maintenance(21), by="maintenance")
    assert "table.landmark(day)" in str(error.value)
    assert "table.start_stop('maintenance')" in str(error.value)


@pytest.mark.unit
@pytest.mark.parametrize("day", [0, -3])
def test_groups_known_at_the_origin_are_compared(day):
    assert len(curve(with_maintenance(day), by="maintenance").median()) == 2


@pytest.mark.unit
def test_a_landmark_makes_a_later_group_comparable():
    left = with_maintenance(10).landmark(10)
    assert len(curve(left, by="maintenance").median()) == 2


@pytest.mark.unit
def test_a_column_without_a_known_day_is_refused():
    events = table(20, 20)
    events.frame["dose"] = "high"
    with pytest.raises(ColumnError, match="does not say when 'dose' was known"):
        curve(events, by="dose")
    with pytest.raises(ColumnError, match="no such column to split by; it has route"):
        curve(events, by="clinic")


@pytest.mark.unit
@pytest.mark.parametrize(("gap", "warns"), [(10.5, False), (10.6, True)])
def test_groups_that_are_seen_at_unequal_gaps_are_pointed_out(gap, warns):
    events = table(20, 20)
    events.frame["visit_gap"] = [7.0] * 20 + [gap] * 20
    if not warns:
        assert len(curve(events, by="route").median()) == 2
        return
    with pytest.warns(UserWarning, match=r"7 days apart in one group of 'route' and 10.6"):
        curve(events, by="route")


@pytest.mark.unit
@pytest.mark.parametrize("by", [None, "route"])
def test_a_curve_says_what_time_zero_is(by):
    assert "time from day 0" in curve(table(20, 20), by=by).summary()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("entry", "delayed"), [([0.0], False), ([0.0, 0.5], True), ([0.5], True), (None, False)]
)
def test_late_entries_are_used_where_there_are_any(entry, delayed):
    made = table(20, 20)
    if entry is not None:
        rows = made.frame.assign(entry=(entry * 40)[:40])
        made = dataclasses.replace(made, frame=rows)
    assert curve(made).glance()["delayed_entry"].item() == delayed


@pytest.mark.unit
def test_a_group_known_half_a_day_after_the_origin_is_known_too_late():
    made = table(20, 20)
    late = dataclasses.replace(made, known_day={"route": pd.Series([0.5] + [0.0] * 39)})
    with pytest.raises(DataError, match="known only after the origin in 1 of 40"):
        curve(late, by="route")


@pytest.mark.unit
def test_the_warning_of_unequal_gaps_points_to_the_caller():
    made = table(20, 20)
    rows = made.frame.assign(visit_gap=[7.0] * 20 + [28.0] * 20)
    with pytest.warns(UserWarning, match="28 in another") as seen:
        curve(dataclasses.replace(made, frame=rows), by="route")
    assert seen[0].filename == __file__


@pytest.mark.unit
@pytest.mark.parametrize("gaps", [[7.0] * 20 + [10.5] * 20, [7.0] * 20 + [None] * 20, [None] * 40])
def test_gaps_that_are_alike_or_not_known_give_no_warning(gaps):
    made = table(20, 20)
    rows = made.frame.assign(visit_gap=pd.array(gaps, dtype="Float64").astype("float64"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        curve(dataclasses.replace(made, frame=rows), by="route")


def between(n_iv, n_im, **columns):
    found = table(n_iv, n_im)
    rows = found.frame.assign(subject_id=[f"p{k}" for k in range(n_iv + n_im)])
    upper = rows["time"].where(rows["event"], float("inf"))
    ends = rows.assign(lower=rows["time"] - 7.0, upper=upper, visit_gap=7.0, **columns)
    return dataclasses.replace(found, frame=ends)


@pytest.mark.unit
def test_the_curve_between_visits_says_who_was_followed_and_until_when_they_were_well():
    found = curve_between_visits(between(12, 11), by="route")
    assert found.origin == "day 0"
    assert found.levels.tolist() == ["IM", "IV"]
    assert found.followed.columns.tolist() == [
        "unit", "entry", "time", "event", "free_until", "route"
    ]  # fmt: skip
    assert (found.followed["time"] - found.followed["free_until"]).eq(7.0).all()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("given", "by", "why"),
    [
        (between(6, 4), None, "Fewer than 11 patients were followed"),
        (between(20, 10), "route", "A group of 'route' has fewer than 11"),
        (between(20, 0, entry=[3.0] + [0.0] * 19), None, "of fewer than 11 patients begins after"),
        (between(20, 0, entry=[3.0] * 12 + [0.0] * 8), None, "of 12 patients begins after"),
    ],
)
def test_too_few_patients_and_late_entries_have_no_curve_between_visits(given, by, why):
    with pytest.raises(DataError, match=why):
        curve_between_visits(given, by=by)
