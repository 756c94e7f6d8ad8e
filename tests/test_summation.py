"""Compensated sums against Python's exact sum."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.summation import compensated_sum

NUMBERS = st.floats(-1e150, 1e150, allow_nan=False)
ROUNDING = 2.0**-53


@pytest.mark.identity
@given(st.lists(NUMBERS, min_size=1, max_size=60))
def test_the_error_is_that_of_one_rounding_and_of_a_sum_in_twice_the_digits(values):
    exact = math.fsum(values)
    allowed = 2 * ROUNDING * abs(exact)
    allowed += 2 * (len(values) * ROUNDING) ** 2 * math.fsum(map(abs, values))
    found = float(compensated_sum(np.array(value) for value in values))
    assert abs(found - exact) <= allowed


@pytest.mark.unit
def test_what_a_plain_sum_loses_is_kept():
    values = [1.0, 1e100, 1.0, -1e100] * 500
    assert sum(values) == 0.0
    assert float(compensated_sum(map(np.array, values))) == 1000.0


@pytest.mark.unit
def test_elements_are_summed_apart_and_the_parts_left_as_they_were():
    parts = [np.array([[1.0, 1e16]]), np.array([[2.0, 1.0]]), np.array([[3.0, -1e16]])]
    before = [part.copy() for part in parts]
    assert compensated_sum(parts).tolist() == [[6.0, 1.0]]
    assert all((part == kept).all() for part, kept in zip(parts, before, strict=True))
    assert compensated_sum([parts[0]]) is not parts[0]
