"""Reading times and events: ties, groups, and everything that is refused."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError
from analysis.survival.reading.events import merge_ties, read_event_times, settle

DATA = pd.DataFrame(
    {
        "time": [5.0, 8.0, 8.0, 12.0],
        "event": [1, 0, 1, 1],
        "entry": [0.0, 2.0, 0.0, 7.0],
        "arm": ["iv", "im", "iv", "im"],
        "share": [1.0, 0.5, 2.0, 1.5],
    }
)


def read(data=DATA, **options):
    return read_event_times(data, time="time", event="event", **options)


@pytest.mark.unit
def test_arrays_of_a_small_frame():
    rows = read(entry="entry", by="arm", weights="share")
    assert rows.time.tolist() == [5.0, 8.0, 8.0, 12.0]
    assert rows.entry.tolist() == [-np.inf, 2.0, -np.inf, 7.0]
    assert rows.event.tolist() == [True, False, True, True]
    assert rows.weight.tolist() == [1.0, 0.5, 2.0, 1.5]
    assert rows.codes.tolist() == [1, 0, 1, 0]
    assert list(rows.levels) == ["im", "iv"]
    assert rows.n_dropped == 0


@pytest.mark.unit
@pytest.mark.parametrize("dtype", ["bool", "boolean", "float64", "Int64", "int8"])
def test_events_of_every_dtype(dtype):
    assert read(DATA.astype({"event": dtype})).event.tolist() == [True, False, True, True]


@pytest.mark.unit
def test_order_of_categories_is_kept():
    arm = pd.Categorical(DATA["arm"], categories=["iv", "im"])
    assert list(read(DATA.assign(arm=arm), by="arm").levels) == ["iv", "im"]


@pytest.mark.unit
def test_rows_without_a_group_are_dropped_and_counted():
    rows = read(DATA.assign(arm=["iv", None, "iv", "im"]), by="arm")
    assert rows.n_dropped == 1
    assert rows.time.size == 3


@pytest.mark.unit
def test_floating_point_ties_are_one_time():
    # 3 * 0.1 is 0.30000000000000004; R's survival 3.5-3 merges the two as well
    time, entry = merge_ties(np.array([3 * 0.1, 0.3, 1.0]), np.array([-np.inf, 0.1, 0.3]))
    assert time.tolist() == [0.3, 0.3, 1.0]
    assert entry.tolist() == [-np.inf, 0.1, 0.3]


@pytest.mark.unit
def test_times_that_differ_stay_apart():
    given = np.array([1.0, 1.0 + 1e-6, 2.0])
    assert merge_ties(given, np.full(3, -np.inf))[0].tolist() == given.tolist()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"entry": "start"}, "entry= names 'start'"),
        ({"by": "group"}, "by= names 'group'"),
        ({"weights": "w"}, r"weights= names 'w'.*5 columns"),
    ],
)
def test_missing_column_is_named_with_its_argument(options, match):
    with pytest.raises(ColumnError, match=match):
        read(**options)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("column", "values", "match"),
    [
        ("time", [5.0, np.nan, np.nan, 1.0], r"'time' \(time=\) has 2 rows that are missing"),
        ("time", [5.0, np.inf, 8.0, 1.0], r"'time' \(time=\) has 1 rows that are missing or inf"),
        ("time", [5.0, -1.0, 8.0, 1.0], r"'time' \(time=\) has 1 rows below 0"),
        ("event", [1, 2, 0, 3], r"'event' \(event=\) has 2 rows that are neither 0 nor 1"),
        ("event", [1, None, 0, 1], r"'event' \(event=\) has 1 rows that are neither 0 nor 1"),
        ("entry", [0, 9, 0, 12], "2 rows have 'entry'.*at or after 'time'"),
        ("entry", [0, -3, 0, 1], r"'entry' \(entry=\) has 1 rows below 0"),
        ("entry", [0, None, 0, 1], r"'entry' \(entry=\) has 1 rows that are missing"),
        ("share", [0, 1, 1, 0], r"'share' \(weights=\) has 2 rows of weight 0"),
        ("share", [-1, 1, 1, 1], r"'share' \(weights=\) has 1 rows below 0"),
    ],
)
def test_values_that_cannot_be_are_counted(column, values, match):
    with pytest.raises(DataError, match=match):
        read(DATA.assign(**{column: values}), entry="entry", weights="share")


@pytest.mark.unit
@pytest.mark.parametrize("column", ["time", "event"])
def test_text_is_refused(column):
    with pytest.raises(ColumnError, match=f"'{column}'.*not numeric"):
        read(DATA.assign(**{column: ["a", "b", "c", "d"]}))


@pytest.mark.unit
def test_declared_group_without_rows_is_an_error():
    arm = pd.Categorical(DATA["arm"], categories=["iv", "im", "oral"])
    with pytest.raises(DataError, match="1 of the 3 categories of 'arm' have no row"):
        read(DATA.assign(arm=arm), by="arm")


@pytest.mark.unit
@pytest.mark.parametrize("data", [DATA.head(0), DATA.assign(arm=None)])
def test_no_row_is_an_error(data):
    with pytest.raises(DataError, match="No row is left"):
        read(data, by="arm")


@pytest.mark.unit
def test_messages_carry_no_value():
    with pytest.raises(DataError) as caught:
        read(DATA.assign(time=[5.0, -77.25, 8.0, 1.0]))
    assert "77" not in str(caught.value)


@pytest.mark.unit
def test_asked_times_settle_on_known_ones_within_rounding_only():
    known = np.array([0.1, 3 * 0.1, 5.0, 6.0])
    found = settle(np.array([0.0, 0.3, 0.3000001, 5.0, 5.0 + 1e-9, 7.0]), known)
    assert found.tolist() == [0.0, 3 * 0.1, 0.3000001, 5.0, 5.0, 7.0]
    assert settle(np.array([0.3]), np.array([])).tolist() == [0.3]
