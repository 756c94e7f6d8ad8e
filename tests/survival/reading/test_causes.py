"""Reading competing causes: codes, labels, and everything that is refused."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError
from analysis.survival.reading.causes import read_competing_times

DATA = pd.DataFrame(
    {
        "time": [5.0, 8.0, 8.0, 12.0, 3 * 0.1],
        "event": [1, 0, 2, 1, 0],
        "arm": ["iv", "im", "iv", None, "im"],
    }
)
LABELS = {0: "none", 1: "relapse", 2: "switch"}


def read(data=DATA, **options):
    return read_competing_times(data, time="time", event="event", **options)


@pytest.mark.unit
def test_codes_are_causes_and_zero_is_censored():
    rows = read()
    assert rows.cause.tolist() == [1, 0, 2, 1, 0]
    assert rows.causes.tolist() == [1, 2]
    assert rows.times.event.tolist() == [True, False, True, True, False]
    assert rows.times.n_dropped == 0


@pytest.mark.unit
@pytest.mark.parametrize("dtype", ["object", "str", "category"])
def test_labels_of_every_dtype(dtype):
    data = DATA.assign(event=DATA["event"].map(LABELS).astype(dtype))
    rows = read(data, censored="none")
    assert rows.causes.tolist() == ["relapse", "switch"]
    assert rows.cause.tolist() == [1, 0, 2, 1, 0]


@pytest.mark.unit
def test_causes_come_in_the_order_declared_or_of_the_categories():
    data = DATA.assign(event=DATA["event"].map(LABELS))
    order = ["switch", "death", "relapse"]
    declared = read(data, censored="none", causes=order)
    assert declared.causes.tolist() == order
    assert declared.cause.tolist() == [3, 0, 1, 3, 0]
    kinds = pd.Categorical(data["event"], categories=["switch", "none", "relapse"])
    assert read(data.assign(event=kinds), censored="none").causes.tolist() == ["switch", "relapse"]


@pytest.mark.unit
def test_one_cause_as_a_flag():
    rows = read(DATA.assign(event=DATA["event"] == 1))
    assert rows.cause.tolist() == [1, 0, 0, 1, 0]


@pytest.mark.unit
def test_rows_without_a_group_are_left_out_even_with_a_wrong_event():
    rows = read(DATA.assign(event=[1, 0, 2, -7, 0]), by="arm")
    assert rows.cause.tolist() == [1, 0, 2, 0]
    assert rows.times.n_dropped == 1
    assert rows.times.codes.tolist() == [1, 0, 1, 0]


@pytest.mark.unit
def test_a_column_named_like_the_helper_column_is_left_alone():
    data = DATA.rename(columns={"time": "event of any cause"})
    rows = read_competing_times(data, time="event of any cause", event="event")
    np.testing.assert_allclose(rows.times.time, DATA["time"])


@pytest.mark.unit
@pytest.mark.parametrize(
    ("events", "options", "message"),
    [
        ([1, 0, 2, 3, 0], {"causes": [1, 2]}, "1 row with 1 value that causes= does not name"),
        ([1, 0, 2, -1, 0], {}, "has no code in 1 row"),
        ([1, 0, 1.5, 1, 0], {}, "has no code in 1 row"),
        ([1, np.inf, 2, 1, 0], {}, "has no code in 1 row"),
        ([1, 0, np.nan, 1, 0], {}, "is missing in 1 row"),
        ([0, 0, 0, 0, 0], {}, "All 5 rows of 'event' .* are censored"),
        ([1, 0, 2, 1, 0], {"causes": []}, "nothing to estimate"),
        ([1, 0, 2, 1, 0], {"causes": [0, 1, 2]}, "none of them the value that says censored"),
        ([1, 0, 2, 1, 0], {"causes": [1, 2, 2]}, "must be distinct"),
        (["a", "b", "a", "b", "a"], {}, "Name it by censored="),
        (["a", "b", "a", "b", "a"], {"censored": "c"}, "Name it by censored="),
    ],
)
def test_events_that_are_refused(events, options, message):
    with pytest.raises(DataError, match=message):
        read(DATA.assign(event=events), **options)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"time": [5.0, 8.0, -1.0, 12.0, 1.0]}, "below 0"),
        ({"time": [5.0, 8.0, np.nan, 12.0, 1.0]}, "missing or infinite"),
        ({"entry": [0, 8, 0, 0, 0]}, "never at risk"),
    ],
)
def test_times_that_are_refused(change, message):
    data = DATA.assign(**({"entry": 0} | change))
    with pytest.raises(DataError, match=message):
        read(data, entry="entry")


@pytest.mark.unit
@pytest.mark.parametrize("argument", ["time", "event", "entry", "by", "weights"])
def test_columns_that_are_not_there(argument):
    options = {"time": "time", "event": "event", argument: "nowhere"}
    with pytest.raises(ColumnError, match=f"{argument}= names 'nowhere'"):
        read_competing_times(DATA, **options)


@pytest.mark.unit
def test_messages_hold_no_value_of_a_patient():
    with pytest.raises(DataError) as caught:
        read(DATA.assign(event=["none", "secret", "relapse", "none", "none"]), censored="none",
             causes=["relapse"])  # fmt: skip
    assert "secret" not in str(caught.value)
