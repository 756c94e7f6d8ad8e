"""Columns of a frame: types, missing values, levels, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError
from analysis.formulas.columns import check_present, read_columns, read_group, with_levels

pytestmark = pytest.mark.unit

DATA = pd.DataFrame(
    {
        "patient": ["b", "a", "c", "a"],
        "arm": ["iv", None, "im", "iv"],
        "day": [1.0, 2.0, np.nan, 4.0],
        "score": [1, 2, 3, 4],
    }
)


def read(data, *names, factors=(), whole=()):
    return read_columns(data, names, factors=factors, whole=whole)


def test_rows_with_a_gap_are_left_out_and_counted_per_column():
    columns, complete, missing = read(DATA, "arm", "day", "score", whole=["patient"])
    assert complete.tolist() == [True, False, False, True]
    assert missing == {"arm": 1, "day": 1}
    assert columns["day"].data.tolist() == [1.0, 4.0]
    assert columns["arm"].data.tolist() == [0, 0]
    assert list(columns["arm"].levels) == ["iv"]
    assert columns["score"].levels is None
    assert len(columns["score"]) == 2


def test_complete_data_need_no_mask():
    columns, complete, missing = read(DATA, "score")
    assert complete is None
    assert missing == {}
    assert list(columns) == ["score"]


@pytest.mark.parametrize("dtype", ["object", "string", "category"])
def test_text_of_every_dtype_is_a_factor_with_gaps(dtype):
    columns, complete, missing = read(DATA.astype({"arm": dtype}), "arm")
    assert missing == {"arm": 1}
    assert list(columns["arm"].levels) == ["im", "iv"]
    assert columns["arm"].data.tolist() == [1, 0, 1]
    assert complete.sum() == 3


def test_categories_keep_their_order_and_lose_those_without_rows():
    arm = pd.Categorical(["iv", "im", "iv", "im"], categories=["oral", "iv", "sc", "im"])
    (column,) = read(pd.DataFrame({"arm": arm}), "arm")[0].values()
    assert list(column.levels) == ["iv", "im"]
    assert column.data.tolist() == [0, 1, 0, 1]
    assert list(column.series()) == ["iv", "im", "iv", "im"]


def test_numbers_are_a_factor_where_the_formula_says_so():
    data = pd.DataFrame({"week": [3, 1, 3, 2]})
    (column,) = read(data, "week", factors=["week"])[0].values()
    assert list(column.levels) == [1, 2, 3]
    assert column.data.tolist() == [2, 0, 2, 1]
    assert column.values().tolist() == column.series().tolist() == [3, 1, 3, 2]
    assert column.take([3, 1]).values().tolist() == [2, 1]
    (column,) = read(data, "week")[0].values()
    assert column.series().tolist() == [3, 1, 3, 2]


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "int8", "float32", "boolean", "bool"])
def test_numbers_of_every_dtype_are_read(dtype):
    (column,) = read(pd.DataFrame({"x": [0, 1, 1]}).astype(dtype), "x")[0].values()
    assert column.levels is None
    assert column.data.astype(float).tolist() == [0.0, 1.0, 1.0]


def test_nullable_numbers_have_gaps():
    data = pd.DataFrame({"x": pd.array([1, None, 3], dtype="Int64")})
    columns, _, missing = read(data, "x")
    assert missing == {"x": 1}
    assert columns["x"].data.tolist() == [1, 3]


def test_rows_are_taken_with_their_levels():
    (column,) = read(DATA.dropna(), "arm")[0].values()
    taken = column.take(np.array([1, 0]))
    assert (taken.name, list(taken.levels)) == ("arm", ["iv"])


@pytest.mark.parametrize("values", [pd.to_datetime(["2025-01-01"] * 4), pd.to_timedelta([1] * 4)])
def test_dates_and_durations_are_refused(values):
    with pytest.raises(ColumnError, match="'day' holds dates or durations; models take days as"):
        read(DATA.assign(day=values), "day")


def test_infinite_values_are_refused_with_their_count():
    with pytest.raises(DataError, match="'day' has 2 infinite values"):
        read(DATA.assign(day=[np.inf, 1.0, -np.inf, 2.0]), "day")


def test_infinite_value_in_a_row_that_is_left_out_does_not_matter():
    data = DATA.assign(day=[1.0, np.inf, 2.0, 3.0])
    assert read(data, "arm", "day")[0]["day"].data.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("data", [DATA.assign(day=np.nan), DATA.iloc[:0]])
def test_no_complete_row_is_refused(data):
    with pytest.raises(DataError, match=r"No row is complete in the 2 columns.*\(\d rows given\)"):
        read(data, "day", whole=["patient"])


def test_missing_and_repeated_columns_are_named_with_who_asked():
    with pytest.raises(ColumnError, match=r"The formula uses 'dose', 'mood'.*4 columns given"):
        check_present(DATA, ["day", "dose", "mood"], "the formula")
    doubled = pd.concat([DATA, DATA[["day"]]], axis=1)
    with pytest.raises(ColumnError, match="'day' more than once"):
        check_present(doubled, ["day"], "the formula")
    check_present(DATA, ["day", "arm"], "the formula")


@pytest.mark.parametrize(
    ("ids", "levels", "codes"),
    [
        (["007", "07", "7", "007"], ["007", "07", "7"], [0, 1, 2, 0]),
        ([30, 4, 30, 5], [4, 5, 30], [2, 0, 2, 1]),
        ([4, 4, 5, 30], [4, 5, 30], [0, 0, 1, 2]),
        (pd.Categorical(["b", "a", "b", "c"], categories=["c", "b", "x", "a"]), ["c", "b", "a"],
         [1, 2, 1, 0]),
        ([2.5, 1.0, 2.5, 1.0], [1.0, 2.5], [1, 0, 1, 0]),
        (np.array([5, 3, 5, 3], dtype="uint8"), [3, 5], [1, 0, 1, 0]),
        (np.array([0, 0, 3, 255], dtype="uint8"), [0, 3, 255], [0, 0, 1, 2]),
    ],
)  # fmt: skip
def test_labels_become_codes_in_their_order(ids, levels, codes):
    column = read_group(pd.Series(ids, name="id"), None)
    assert list(column.levels) == levels
    assert column.data.tolist() == codes


def test_labels_of_complete_rows_only():
    keep = np.array([True, False, True, True])
    for ids in (["b", "a", "c", "c"], [1, 2, 5, 5]):
        column = read_group(pd.Series(ids, name="id"), keep)
        assert column.data.tolist() == [0, 1, 1]
        assert len(column.levels) == 2


@pytest.mark.unit
def test_numbers_inside_c_are_declared_in_increasing_order():
    data = pd.DataFrame({"dose": [3, 1, 2]})
    columns, _, _ = read_columns(data, ["dose"], factors=["dose"], whole=())
    found = with_levels(columns["dose"], {"dose": [1, 2, 3, 4]})
    assert (found.levels.tolist(), found.data.tolist()) == ([1, 2, 3, 4], [2, 0, 1])
    with pytest.raises(DataError, match=r"'dose' in another order than the increasing one"):
        with_levels(columns["dose"], {"dose": [3, 1, 2]})
