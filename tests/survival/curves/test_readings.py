"""Where asked times fall among the steps of a curve."""

import numpy as np
import pytest

from analysis.survival.curves.product_limit import product_limit
from analysis.survival.curves.readings import reading


def steps(event):
    return product_limit(
        np.array([3 * 0.1, 1.0, 2.0]),
        np.array(event),
        entry=np.array([-np.inf, -np.inf, 0.5]),
        weight=np.ones(3),
    )


@pytest.mark.unit
def test_positions_and_numbers_at_risk():
    found = reading(steps([True, True, False]), np.array([0.0, 0.3, 0.5, 0.6, 2.0, 2.1]))
    assert found.place.tolist() == [0, 1, 1, 1, 3, 3]
    assert found.n_risk.tolist() == [2, 2, 1, 2, 1, 0]
    assert found.unknown.tolist() == [False] * 5 + [True]


@pytest.mark.unit
def test_nothing_is_unknown_after_all_had_the_event():
    assert not reading(steps([True, True, True]), np.array([9.0])).unknown[0]


@pytest.mark.unit
def test_values_hold_from_their_step_on_and_are_unknown_after_the_last_time():
    found = reading(steps([True, True, False]), np.array([0.0, 1.5, 2.0, 2.1]))
    np.testing.assert_array_equal(found.values(np.array([3.0, 5.0, 6.0])), [0.0, 5.0, 6.0, np.nan])
    np.testing.assert_array_equal(
        found.values(np.array([[0.9, 0.1], [0.7, 0.3], [0.4, 0.6]]), start=1.0),
        [[1.0, 1.0], [0.7, 0.3], [0.4, 0.6], [np.nan, np.nan]],
    )


@pytest.mark.unit
def test_sums_so_far_stay_known_after_the_last_time():
    found = reading(steps([True, True, False]), np.array([0.0, 1.5, 2.0, 2.1]))
    assert found.so_far(np.array([1.0, 2.0, 4.0])).tolist() == [0, 3, 7, 7]
    both = np.array([[1.0, 0.0], [0.0, 1.0], [2.0, 0.0]])
    assert found.so_far(both).tolist() == [[0, 0], [1, 1], [3, 1], [3, 1]]
