"""Weights over levels: literal tables, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError
from analysis.mixed.means.comparisons import compare_levels, lay_out, level_name

pytestmark = pytest.mark.unit

ARMS = ["im", "iv", "oral"]


@pytest.mark.parametrize(
    ("method", "names", "weights"),
    [
        ("pairwise", ["iv - im", "oral - im", "oral - iv"], [[-1, 1, 0], [-1, 0, 1], [0, -1, 1]]),
        ("consecutive", ["iv - im", "oral - iv"], [[-1, 1, 0], [0, -1, 1]]),
        ("iv", ["im - iv", "oral - iv"], [[1, -1, 0], [0, -1, 1]]),
        ({"others": {"im": 1, "oral": -0.25, "iv": -0.75}}, ["others"], [[1, -0.75, -0.25]]),
    ],
)
def test_weights(method, names, weights):
    found = compare_levels(ARMS, method)
    assert list(found.names) == names
    np.testing.assert_array_equal(found.weights, weights)
    assert found.sums == ()


def test_each_level_against_the_mean_of_all():
    found = compare_levels(ARMS, "mean")
    assert found.names == ("im - mean", "iv - mean", "oral - mean")
    third = 1 / 3
    np.testing.assert_allclose(found.weights[0], [2 * third, -third, -third])
    assert found.kind == "mean"


def test_kinds():
    kinds = [compare_levels(ARMS, method).kind for method in ("pairwise", "consecutive", "im")]
    assert kinds == ["pairwise", "consecutive", "reference"]
    assert compare_levels(ARMS, {"one": {"im": 1, "iv": -1}}).kind == "weights"


def test_levels_are_named_by_text_number_or_tuple():
    assert level_name(0.5) == "0.5"
    assert level_name(np.int64(3)) == "3"
    numbers = compare_levels(["0", "28"], {"change": {28: 1, 0.0: -1}})
    assert numbers.weights.tolist() == [[-1, 1]]
    assert compare_levels(["1", "2"], 2).names == ("1 - 2",)
    pairs = compare_levels(["iv F", "iv M"], {"sexes": {("iv", "F"): 1, "iv M": -1}})
    assert pairs.weights.tolist() == [[1, -1]]
    assert compare_levels(["iv F", "iv M"], ("iv", "F")).names == ("iv M - iv F",)


def test_weights_without_a_minus_are_sums_and_called_so():
    found = compare_levels(
        ARMS, {"average": {"im": 0.5, "iv": 0.5}, "difference": {"im": 1, "iv": -1}}
    )
    assert found.sums == ("average",)


def test_thirds_cancel():
    third = 1 / 3
    levels = ["a", "b", "c", "d"]
    row = {"a": 1, "b": -third, "c": -third, "d": -third}
    assert compare_levels(levels, {"a vs others": row}).sums == ()


@pytest.mark.parametrize(
    ("method", "match"),
    [
        ("nasal", "'pairwise', 'consecutive', 'mean', .* the levels are im, iv, oral"),
        ({}, "name at least one comparison"),
        ({"x": 1.0}, r"'x' needs weights by level, such as \{'im': 1\}"),
        ({"x": {"im": 1, "nasal": -1}}, "'x' weighs nasal; the levels are im, iv, oral"),
        ({"x": {"im": 0.0}}, "'x' needs finite weights, at least one of them different from 0"),
        ({"x": {}}, "'x' needs finite weights"),
        ({"x": {"im": np.nan, "iv": 1}}, "'x' needs finite weights"),
        ({"x": {"im": 1, "iv": -0.33, "oral": -0.33}}, "sum to 0.34.*write 1/3, not 0.33"),
    ],
)
def test_what_cannot_be_compared_is_refused(method, match):
    with pytest.raises(ModelError, match=match):
        compare_levels(ARMS, method)


def test_one_level_has_nothing_to_compare_with():
    with pytest.raises(ModelError, match="at least two levels"):
        compare_levels(["im"], "pairwise")


def test_rows_are_found_in_any_order():
    labels = pd.DataFrame({"arm": ["iv", "im", "im", "iv"], "visit": [1, 2, 1, 2]})
    levels, groups, position = lay_out(labels, ("arm",), ("visit",))
    assert levels == ["iv", "im"]
    assert groups["visit"].tolist() == [1, 2]
    assert position.tolist() == [[0, 3], [2, 1]]
