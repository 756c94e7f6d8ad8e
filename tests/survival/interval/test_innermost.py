"""Innermost intervals: half-open ends, exact times, and what rows cover."""

import numpy as np
import pytest

from analysis.survival.interval.innermost import find_innermost, merge_rows
from analysis.survival.reading.interval_times import IntervalTimes


def found(*intervals):
    lower, upper = np.array(intervals, dtype=float).T
    return find_innermost(IntervalTimes(lower=lower, upper=upper))


def ends(innermost):
    return list(zip(innermost.lower.tolist(), innermost.upper.tolist(), strict=True))


@pytest.mark.unit
def test_neighbours_that_share_an_end_have_nothing_in_common():
    innermost = found((1, 3), (3, 5))
    assert ends(innermost) == [(1, 3), (3, 5)]
    assert innermost.first.tolist() == [0, 1]
    assert innermost.last.tolist() == [1, 2]


@pytest.mark.unit
def test_exact_time_is_in_the_interval_that_it_ends_and_not_in_the_one_that_it_begins():
    innermost = found((3, 3), (1, 3), (3, 5))
    assert ends(innermost) == [(3, 3), (3, 5)]
    assert innermost.first.tolist() == [0, 0, 1]
    assert innermost.last.tolist() == [1, 1, 2]


@pytest.mark.unit
def test_censoring_at_an_exact_time_is_after_it():
    innermost = found((4, 4), (4, np.inf))
    assert ends(innermost) == [(4, 4), (4, np.inf)]
    assert innermost.first.tolist() == [0, 1]


@pytest.mark.unit
def test_overlap_is_what_counts():
    innermost = found((0, 10), (4, 6), (5, 12), (8, np.inf))
    assert ends(innermost) == [(5, 6), (8, 10)]
    assert innermost.first.tolist() == [0, 0, 0, 1]
    assert innermost.last.tolist() == [2, 1, 2, 2]


@pytest.mark.identity
def test_each_row_covers_the_innermost_intervals_within_it():
    rng = np.random.default_rng(4)
    lower = rng.integers(0, 30, 80).astype(float)
    upper = lower + rng.integers(0, 12, 80)
    upper[rng.random(80) < 0.2] = np.inf
    innermost = find_innermost(IntervalTimes(lower=lower, upper=upper))
    exact = innermost.lower == innermost.upper
    for row in range(80):
        low, high = lower[row], upper[row]
        after = (innermost.lower >= low) & ((innermost.lower > low) | ~exact | (low == high))
        within = after & (innermost.upper <= high)
        if low == high:
            within &= exact
        covered = np.zeros(within.size, dtype=bool)
        covered[innermost.first[row] : innermost.last[row]] = True
        np.testing.assert_array_equal(covered, within)


@pytest.mark.unit
def test_equal_rows_are_merged():
    first, last, weight = merge_rows(
        np.array([2, 0, 2]), np.array([3, 3, 3]), np.array([1, 2, 4.0])
    )
    assert (first.tolist(), last.tolist(), weight.tolist()) == ([0, 2], [3, 3], [2.0, 5.0])
