"""Named arrays as one vector and back."""

import numpy as np
import pytest

from analysis.distributed.masks import Layout, RoundTerms, laid_out, taken_apart
from analysis.errors import DataError

pytestmark = pytest.mark.unit

LAYOUT = Layout(shapes={"n": (), "cross": (2, 3), "counts": (2,)})
ARRAYS = {
    "cross": np.array([[1.5, 2.5, 3.5], [4.5, 5.5, 6.5]]),
    "n": np.array(12),
    "counts": np.array([3, -4], dtype=np.int8),
}


def test_arrays_are_in_the_order_of_their_names():
    assert LAYOUT.size == 9
    vector = laid_out(ARRAYS, LAYOUT)
    assert vector.tolist() == [3.0, -4.0, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 12.0]
    again = taken_apart(vector, LAYOUT)
    assert list(again) == ["counts", "cross", "n"]
    for name, values in ARRAYS.items():
        np.testing.assert_array_equal(again[name], values)
    again["n"][...] = 0
    assert vector[-1] == 12.0


def test_the_digest_is_that_of_names_and_shapes():
    same = Layout(shapes={"counts": (2,), "cross": (2, 3), "n": ()})
    assert same == LAYOUT
    assert same.sha256 == LAYOUT.sha256
    others = [
        {"n": (), "cross": (3, 2), "counts": (2,)},
        {"n": (1,), "cross": (2, 3), "counts": (2,)},
        {"m": (), "cross": (2, 3), "counts": (2,)},
        {"cross": (2, 3), "counts": (2,)},
    ]
    digests = {Layout(shapes=shapes).sha256 for shapes in others}
    assert len(digests | {LAYOUT.sha256}) == 5


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"n": None}, "arrays n are either missing or not in the layout"),
        ({"extra": np.zeros(1)}, "arrays extra are either missing"),
        ({"cross": np.zeros((3, 2))}, r"array cross has another shape than the agreed \(2, 3\)"),
        ({"n": np.array("12")}, "array n holds something else than numbers"),
        ({"n": np.array(12 + 1j)}, "array n holds something else than numbers"),
        ({"counts": np.array([1, None])}, "array counts holds something else than numbers"),
        ({"n": np.array(2**53 + 1)}, "array n holds whole numbers beyond"),
        ({"n": np.array(-(2**53) - 1)}, "array n holds whole numbers beyond"),
        ({"n": np.array(2**63, dtype=np.uint64)}, "array n holds whole numbers beyond"),
        ({"n": np.array(np.nan)}, "array n holds numbers that are missing or infinite"),
        ({"counts": np.array([0.0, -np.inf])}, "array counts holds numbers that are missing"),
    ],
)
def test_what_does_not_fit_is_named(change, said):
    arrays = {name: values for name, values in {**ARRAYS, **change}.items() if values is not None}
    with pytest.raises(DataError, match=said):
        laid_out(arrays, LAYOUT)


def test_whole_numbers_up_to_the_last_exact_double_pass():
    layout = Layout(shapes={"n": (2,)})
    assert laid_out({"n": np.array([2**53, -(2**53)])}, layout).tolist() == [2.0**53, -(2.0**53)]


def test_a_vector_of_another_length_is_refused():
    with pytest.raises(DataError, match="has 9 numbers"):
        taken_apart(np.zeros(8), LAYOUT)


@pytest.mark.parametrize("shapes", [{}, {"a": (0,)}, {"a": (2, -1)}])
def test_a_layout_of_nothing_is_refused(shapes):
    with pytest.raises(DataError, match="at least one"):
        Layout(shapes=shapes)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "name of a round"),
        ({"name": " a"}, "name of a round"),
        ({"name": "a\n"}, "name of a round"),
        ({"name": "x" * 65}, "name of a round"),
        ({"name": "r\u200b1"}, "name of a round"),  # a space without width
        ({"spec_sha": "A" * 64}, "SHA-256"),
        ({"spec_sha": "a" * 63}, "SHA-256"),
        ({"fixed_bits": -1}, "fixed_bits is -1"),
        ({"fixed_bits": 101}, "fixed_bits is 101"),
    ],
)
def test_terms_that_cannot_be_agreed_on_are_refused(change, said):
    with pytest.raises(DataError, match=said):
        RoundTerms(**{"name": "r1", "spec_sha": "a" * 64, "layout": LAYOUT, **change})
