"""Arguments that name columns."""

import pandas as pd
import pytest

from analysis.errors import ColumnError
from analysis.survival import (
    cox,
    cumulative_incidence,
    gray_test,
    interval_cumulative_incidence,
    interval_test,
    kaplan_meier,
    landmark,
    logrank,
    mean_cumulative_count,
    multistate,
    turnbull,
)
from analysis.survival.reading.named_columns import require_columns

unit = pytest.mark.unit
ROWS = pd.DataFrame(
    {
        "time": [10.0, 20, 30, 40, 50, 60],
        "event": [1, 0, 1, 1, 0, 1],
        "lower": [5.0, 20, 20, 30, 50, 50],
        "upper": [10.0, None, 30, 40, None, 60],
        "start": 0.0,
        "stop": [10.0, 20, 30, 40, 50, 60],
        "subject": range(6),
        "arm": list("ababab"),
    }
)


@unit
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: kaplan_meier(ROWS, by=["arm", "event"]), "by= is the name of one column"),
        (lambda: turnbull(ROWS, by=["arm"]), "by= is the name of one column"),
        (lambda: logrank(ROWS, "time", "event", by=["arm"]), "by= is the name of one column"),
        (lambda: kaplan_meier(ROWS, time="days"), "time= names 'days'"),
        (lambda: turnbull(ROWS, "left"), "lower= names 'left'"),
        (lambda: interval_test(ROWS, "lower", "upper", by="route"), "by= names 'route'"),
        (lambda: interval_cumulative_incidence(ROWS, event="why"), "event= names 'why'"),
        (lambda: cumulative_incidence(ROWS, by="route"), "by= names 'route'"),
        (lambda: gray_test(ROWS, by="route"), "by= names 'route'"),
        (lambda: mean_cumulative_count(ROWS, subject="who"), "subject= names 'who'"),
        (lambda: mean_cumulative_count(ROWS, terminal="died"), "terminal= names 'died'"),
        (lambda: multistate(ROWS, from_state="x"), "from_state= names 'x'"),
        (lambda: kaplan_meier(twice("time")), "time= names 'time', which the data have more than"),
        (lambda: turnbull(twice("upper")), "upper= names 'upper', which the data have more than"),
    ],
)
def test_the_argument_is_named_that_is_no_column(call, message):
    with pytest.raises(ColumnError, match=message):
        call()


def twice(column):
    """Repeat a column."""
    return pd.concat([ROWS, ROWS[[column]]], axis=1)


@unit
@pytest.mark.parametrize("name", ["time", "n_risk", "estimate"])
def test_groups_that_are_called_like_a_column_of_the_result_are_refused(name):
    rows = ROWS.rename(columns={"time": "day", "arm": name})
    with pytest.raises(ColumnError, match="as a column of the result is"):
        kaplan_meier(rows, time="day", by=name).curve()


@unit
@pytest.mark.parametrize(
    "call",
    [
        lambda rows: logrank(rows, "time", "event", by="n"),
        lambda rows: interval_test(rows, "lower", "upper", by="n"),
        lambda rows: gray_test(rows, by="n"),
        lambda rows: landmark(rows, 5, group="n"),
    ],
)
def test_tests_and_landmarks_refuse_such_groups_too(call):
    with pytest.raises(ColumnError, match="as a column of the result is"):
        call(ROWS.rename(columns={"arm": "n"}))


@unit
def test_reason_is_no_name_of_a_landmark_group_but_code_is():
    with pytest.raises(ColumnError, match="as a column of the result is"):
        landmark(ROWS.rename(columns={"arm": "reason"}), 5, group="reason")
    found = landmark(ROWS.rename(columns={"arm": "code"}), 15, group="code").attrition()
    assert found.to_numpy().tolist() == [
        ["a", "event by the landmark", 1], ["a", "kept", 2], ["b", "kept", 3],
    ]  # fmt: skip


@unit
def test_what_is_not_named_is_not_asked_for():
    require_columns(ROWS, time="time", by=None)
    assert cox("arm", ROWS).glance()["n_obs"].item() == 6
