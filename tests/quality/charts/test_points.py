"""Rows become points: order, gaps, parts, marks; and what is refused, without repeating it."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError
from analysis.quality import spc_chart

pytestmark = pytest.mark.unit

FRAME = pd.DataFrame({"month": [3, 1, 2, 5], "y": [4, 2, 3, 5], "n": [10, 20, 30, 40]})


def points(frame, **options):
    return spc_chart(frame, **{"y": "y", "x": "month", "n": "n", "kind": "p", **options}).frame


def test_points_stand_in_order_with_gaps_for_missing_whole_numbers():
    frame = points(FRAME)
    assert frame["x"].tolist() == [1, 2, 3, 4, 5]
    np.testing.assert_allclose(frame["value"], [0.1, 0.1, 0.4, np.nan, 0.125])
    assert frame["upper"].isna().tolist() == [False, False, False, True, False]
    assert frame["centre"].tolist() == [0.14] * 5


def test_missing_months_are_gaps_and_dates_are_taken_as_they_are():
    months = pd.PeriodIndex(["2024-01", "2024-02", "2024-04"], freq="M")
    frame = points(pd.DataFrame({"month": months, "y": [1, 2, 3], "n": 50}))
    assert frame["x"].astype(str).tolist() == ["2024-01", "2024-02", "2024-03", "2024-04"]
    assert frame["value"].isna().tolist() == [False, False, True, False]
    dates = pd.to_datetime(["2024-04-01", "2024-01-01", "2024-02-01"])
    frame = points(pd.DataFrame({"month": dates, "y": [3, 1, 2], "n": 50}))
    assert frame["y"].tolist() == [1, 2, 3]


def test_numbers_far_apart_are_no_steps():
    assert len(points(FRAME.assign(month=[1, 2, 3, 8]))) == 8
    assert len(points(FRAME.assign(month=[1, 2, 3, 9]))) == 4
    assert len(points(FRAME.assign(month=[2, 4, 6, 10]))) == 5
    frame = points(FRAME.assign(month=[1, 2, 40, 90]))
    assert frame["x"].tolist() == [1, 2, 40, 90]


def test_texts_and_rows_without_x_stay_in_order():
    frame = points(FRAME.assign(month=["May", "June", "July", "April"]))
    assert frame["x"].tolist() == ["May", "June", "July", "April"]
    assert points(FRAME, x=None)["x"].tolist() == [1, 2, 3, 4]
    ordered = pd.Categorical(["b", "a", "c", "d"], ["a", "b", "c", "d"], ordered=True)
    assert points(FRAME.assign(month=ordered))["x"].tolist() == ["a", "b", "c", "d"]


def test_texts_of_dates_and_dates_of_python_are_put_in_order():
    months = ["2024-03", "2024-01", "2024-02", "2024-05"]
    assert points(FRAME.assign(month=months))["x"].tolist() == sorted(months)
    days = [date(2024, 3, 1), date(2024, 1, 1), date(2024, 2, 1), date(2024, 5, 1)]
    assert points(FRAME.assign(month=days))["y"].tolist() == [2, 3, 4, 5]
    parts = points(FRAME.assign(month=months), rebase="2024-02-15")["part"]
    assert parts.tolist() == [1, 1, 2, 2]


def test_a_period_without_patients_is_a_gap_that_ends_no_run():
    values = [0, 1] * 5
    frame = pd.DataFrame({"y": [*values, 0, *values], "n": [10] * 10 + [0] + [10] * 10})
    chart = spc_chart(frame, y="y", n="n", kind="p")
    assert chart.frame["value"].isna().sum() == 1
    assert chart.glance()["n_points"].iloc[0] == 20
    assert chart.glance()["crossings"].iloc[0] == 19
    above = pd.DataFrame({"y": [9.0] * 4 + [np.nan] + [9.0] * 4 + [1.0, 5.0] * 6})
    found = spc_chart(above, y="y", kind="i", rules="nhs", freeze=21).glance()
    assert found["longest_run"].iloc[0] >= 8


@pytest.mark.parametrize(
    ("change", "kind", "what"),
    [
        ({"n": [10, 20, 0, 40]}, "p", "1 numerators stand over a denominator of 0"),
        ({"n": [10, 20, -5, 40]}, "p", "1 denominators are below 0"),
        ({"n": [10, 20, np.nan, 40]}, "u", "1 numerators have no denominator"),
        ({"n": [3, 1, 30, 40]}, "p", "2 numerators exceed"),
        ({"n": [10.5, 20, 30, 40]}, "p", "1 denominators are no whole numbers"),
        ({"y": [4.5, 2, 3, 5]}, "u", "1 numerators are no whole numbers"),
        ({"y": [-4, 2, 3, 5]}, "p", "1 values are below 0"),
        ({"y": [np.inf, 2, 3, 5]}, "run", "1 numbers are infinite"),
        ({"month": [1, 1, 1, 2]}, "p", "2 rows are for a point that already has one"),
        ({"month": [1, 2, None, 3]}, "p", "x is missing in 1 rows"),
        ({"y": ["a", "2", "3", "5"]}, "p", "1 cells of y are no numbers"),
    ],
)
def test_rows_that_make_no_chart_are_refused_by_their_number(change, kind, what):
    with pytest.raises(DataError, match=what):
        points(FRAME.assign(**change), kind=kind)


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"kind": "xbar-r"}, "no such kind"),
        ({"kind": "p", "n": None}, "needs denominators"),
        ({"kind": "c"}, "has no denominators"),
        ({"y": "absent"}, "lacks 1 of the columns"),
        ({"rules": "nelson"}, "no such set of rules"),
        ({"improvement": "better"}, "'up', 'down' or 'neutral'"),
        ({"freeze": 1}, "freeze is 1"),
        ({"freeze": 9}, "freeze is 9"),
        ({"freeze": 2, "rebase": [2]}, "cannot both be given"),
        ({"exclude": [7]}, "exclude names 1 points"),
        ({"rebase": [9]}, "leaves a part of the chart without a point"),
        ({"rebase": [2, 2]}, "leaves a part of the chart without a point"),
        ({"rebase": ["soon"]}, "not written as x is"),
        ({"notes": "absent"}, "notes names no column"),
        ({"target": {"A": 3}}, "target names 1 groups"),
    ],
)
def test_choices_that_do_not_fit_are_refused(options, what):
    with pytest.raises((ColumnError, DataError), match=what):
        points(FRAME, **options)


def test_times_of_zero_and_frames_without_rows_are_refused():
    with pytest.raises(DataError, match="1 times between events are 0"):
        spc_chart(pd.DataFrame({"y": [0.0, 3.0]}), y="y", kind="t")
    with pytest.raises(DataError, match="no rows"):
        spc_chart(FRAME.iloc[:0], y="y")


def test_parts_have_their_own_lines_and_runs_do_not_cross():
    values = [1.0, 3.0] * 6 + [11.0, 13.0] * 6
    chart = spc_chart(pd.DataFrame({"y": values}), y="y", kind="i", rebase=[13])
    assert chart.glance()["centre"].tolist() == [2.0, 12.0]
    assert chart.glance()["signal"].tolist() == [False, False]
    assert chart.frame["part"].tolist() == [1] * 12 + [2] * 12
    assert "12 points since 13" in chart.sentences()["sentence"].iloc[0]
    dates = pd.date_range("2024-01-01", periods=24, freq="MS")
    later = spc_chart(
        pd.DataFrame({"y": values, "x": dates}), y="y", x="x", kind="i", rebase="2024-12-15"
    )
    assert later.frame["part"].tolist() == [1] * 12 + [2] * 12


def test_parts_and_exclusions_of_texts_and_categories_are_named_as_they_are():
    names = ["May", "June", "July", "August"]
    frame = points(FRAME.assign(month=names), rebase=["July"], exclude="June")
    assert frame["part"].tolist() == [1, 1, 2, 2]
    assert frame["excluded"].tolist() == [False, True, False, False]
    ordered = pd.Categorical(names, names, ordered=True)
    assert points(FRAME.assign(month=ordered), rebase="July")["part"].tolist() == [1, 1, 2, 2]


def test_marks_of_groups():
    frame = pd.DataFrame({"clinic": ["A"] * 3 + ["B"] * 3, "x": [1, 2, 3] * 2, "y": [1, 2, 3] * 2})
    chart = spc_chart(
        frame, y="y", x="x", by="clinic", target={"A": 5.0}, exclude={"B": [2]}, notes={3: "moved"}
    )
    assert chart.frame["target"].isna().tolist() == [False] * 3 + [True] * 3
    assert chart.frame["excluded"].tolist() == [False] * 4 + [True, False]
    assert chart.frame["note"].tolist() == ["", "", "moved"] * 2
    assert chart.frame["clinic"].tolist() == frame["clinic"].tolist()
    column = spc_chart(frame.assign(why=["x", None] * 3), y="y", x="x", by="clinic", notes="why")
    assert column.frame["note"].tolist() == ["x", ""] * 3


def test_rows_in_any_order_give_the_same_chart():
    shuffled = FRAME.sample(frac=1.0, random_state=3)
    pd.testing.assert_frame_equal(points(FRAME), points(shuffled))


def test_values_are_multiplied_with_their_lines():
    plain, percent = points(FRAME), points(FRAME, per=100.0)
    for name in ("value", "centre", "lower", "upper"):
        np.testing.assert_allclose(percent[name], 100.0 * plain[name])
