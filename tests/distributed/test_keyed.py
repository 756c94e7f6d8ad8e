"""Sums by key, labels and counted rows: what travels and what is refused."""

import numpy as np
import pandas as pd
import pytest

from analysis.distributed.counted_rows import add_counted, count_rows, counted_from
from analysis.distributed.keyed import add_keyed, sum_by
from analysis.distributed.labels import join_labels, labels_from, read_labels, recoded
from analysis.distributed.sums import Sums
from analysis.errors import ColumnError, DataError


@pytest.mark.unit
def test_sums_by_key_hold_missing_keys_and_no_rows():
    keys = {"a": np.array([1.0, np.nan, 1.0, np.nan]), "b": np.array([2, 2, 2, 1])}
    found = sum_by(keys, np.array([[1.5], [2.0], [0.5], [4.0]]))
    assert found.totals.ravel().tolist() == [2.0, 4.0, 2.0]
    np.testing.assert_array_equal(found.keys["a"], [1.0, np.nan, np.nan])
    none = sum_by({name: key[:0] for name, key in keys.items()}, np.zeros((0, 1)))
    added = add_keyed([none, found, found])
    assert added.totals.ravel().tolist() == [4.0, 8.0, 4.0]
    assert sum_by({}, np.ones((3, 1), dtype=int)).totals.tolist() == [[3]]


@pytest.mark.unit
def test_sums_of_parts_keep_what_rounding_would_lose():
    parts = [sum_by({"a": np.array([1])}, np.array([[x]])) for x in (1.0, 1e100, 1.0, -1e100)]
    assert add_keyed(parts).totals.tolist() == [[2.0]]


@pytest.mark.unit
def test_labels_join_in_one_order_and_codes_follow():
    one = read_labels(pd.Series(["iv", None, "oral"], name="route"))
    other = read_labels(pd.Series(["im", "iv"], name="route"))
    none = read_labels(pd.Series([None, None], name="route"))
    joined = join_labels([none, one, other])
    assert joined.levels == ("im", "iv", "oral")
    assert recoded(np.array([0, -1, 1]), one, joined).tolist() == [1, -1, 2]
    assert labels_from(joined.described) == joined
    assert joined.column(np.array([2, -1, 0])).tolist() == ["oral", None, "im"]


@pytest.mark.unit
@pytest.mark.parametrize(
    "values", [[pd.Timestamp("2025-01-01")], ["a", 1], [True, 2], [("a", "b")]]
)
def test_labels_of_other_kinds_are_refused_without_being_shown(values):
    with pytest.raises(ColumnError, match="neither all text nor all numbers") as raised:
        read_labels(pd.Series(values, name="route", dtype=object))
    assert "2025" not in str(raised.value)


@pytest.mark.unit
@pytest.mark.parametrize(
    "change",
    [
        {"totals": np.array([[1.5]])},
        {"totals": np.array([[0]])},
        {"totals": np.array([[1], [1]])},
        {"key_0": np.array([7], dtype=np.int32)},
        {"key_0": np.array([0.5])},
    ],
    ids=["not whole", "nobody", "too many", "no such label", "no code"],
)
def test_crafted_counts_are_refused(change):
    known = read_labels(pd.Series(["im"], name="route"))
    sums = count_rows({"route": (known, np.array([0], dtype=np.int32))}, {}, n=1).sums("x", {})
    assert add_counted([counted_from(sums, "x")] * 2).counts.tolist() == [2]
    with pytest.raises(DataError, match="make them again"):
        counted_from(Sums(kind="x", about=sums.about, arrays={**sums.arrays, **change}), "x")
    with pytest.raises(DataError, match="not y as they are made here"):
        counted_from(sums, "y")
    labels = {"route": {**known.described, "dtype": "no type"}}
    about = {**sums.about, "labels": labels}
    with pytest.raises(DataError, match="make them again"):
        counted_from(Sums(kind="x", about=about, arrays=sums.arrays), "x")
