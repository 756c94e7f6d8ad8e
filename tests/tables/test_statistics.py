"""What a cell shows becomes statistics, and what it hides does not."""

import math

import pandas as pd
import pytest

from analysis.tables import Column, TableResult
from analysis.tables.statistics import denominators_of, statistics_in

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("cell", "key", "expected"),
    [
        ("45.3 (40.1 to 50.6)", "x", {"estimate": 45.3, "conf_low": 40.1, "conf_high": 50.6}),
        ("45.3% (40.1 to 50.6)", "x", {"estimate": 45.3, "conf_low": 40.1, "conf_high": 50.6}),
        ("\u22123.0 (\u22124.1 to \u22122.0)", "x",
         {"estimate": -3.0, "conf_low": -4.1, "conf_high": -2.0}),
        ("1,234", "n", {"n": 1234.0}),
        ("12 (34.5%)", "IV", {"n": 12.0, "percent": 34.5}),
        ("155 of 1,342", "counts", {"n": 155.0, "denominator": 1342.0}),
        ("43.0 (12.1)", "IV", {"mean": 43.0, "sd": 12.1}),
        ("41.0 [35.0, 55.0]", "IV", {"median": 41.0, "q1": 35.0, "q3": 55.0}),
        ("\u22121.00 to \u221e", "interval", {"conf_low": -1.0, "conf_high": math.inf}),
        ("0.012", "p", {"p_value": 0.012}),
        ("32.4", "estimate_missing_as_no", {"estimate_missing_as_no": 32.4}),
        ("30.1\u201333.4", "x", {"low": 30.1, "high": 33.4}),
        ("1,234", "c2", {"value": 1234.0}),
        ("76", "estimate_0", {"value": 76.0}),
        ("0.046", "p_1", {"p_value": 0.046}),
        ("", "x", {}),
    ],
)  # fmt: skip
def test_numbers_are_read_as_they_are_shown(cell, key, expected):
    found = statistics_in(cell, key=key)
    assert {each.name: each.value for each in found} == expected
    assert not any(each.flag for each in found)


@pytest.mark.parametrize(
    ("cell", "key", "name", "flag"),
    [
        ("<11", "n", "n", "small"),
        ("—", "n", "n", "hidden"),
        ("<11 of 342", "counts", "counts", "small"),
        ("not computable", "estimate", "text", ""),
        ("ketamine IV", "x", "text", ""),
    ],
)
def test_what_is_hidden_has_no_value(cell, key, name, flag):
    (found,) = statistics_in(cell, key=key)
    assert (found.name, found.flag) == (name, flag)
    assert math.isnan(found.value)


def test_a_p_value_under_its_bound_is_flagged():
    (found,) = statistics_in("<0.001", key="p")
    assert (found.name, found.value, found.flag) == ("p_value", 0.001, "below")


def test_denominators_of_columns_and_of_rows():
    frame = pd.DataFrame({"group": ["Sex"], "label": ["female"], "a": ["12 (40.0%)"], "b": ["<11"]})
    columns = (Column(key="a", label="IV"), Column(key="b", label="IM"))
    of_columns = pd.DataFrame({"column": ["IV", "IM"], "n": ["30", "20"]})
    long = TableResult(title="T", frame=frame, columns=columns, denominators=of_columns).to_long()
    assert long["denominator"].tolist() == ["30", "30", "20"]
    assert long["flag"].tolist() == ["", "", "small"]
    of_rows = denominators_of(frame.assign(observed="50"), {"a": "observed", "b": "observed"})
    long = TableResult(title="T", frame=frame, columns=columns, denominators=of_rows).to_long()
    assert long["denominator"].tolist() == ["50"] * 3
