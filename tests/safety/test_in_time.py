"""Peaks, returns and minutes above a limit: sessions worked by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.safety.in_time import (
    before_dose,
    extreme,
    minutes_above,
    reading_near,
    returned,
)
from analysis.safety.readings import NO_READINGS, Series

unit, identity = pytest.mark.unit, pytest.mark.identity


def series(*sessions: dict[float, float]) -> Series:
    rows = [(k, t, v) for k, session in enumerate(sessions) for t, v in sorted(session.items())]
    columns = np.array(rows, dtype=float).reshape(-1, 3)
    return Series(session=columns[:, 0].astype(np.int64), minute=columns[:, 1], value=columns[:, 2])


def same(found, *expected):
    for array, wanted in zip(found, expected, strict=True):
        np.testing.assert_array_equal(np.asarray(array, dtype=float), wanted)


nan = float("nan")


@unit
def test_the_last_reading_up_to_minute_0_is_the_one_before_the_dose():
    read = series({-30: 118, 0: 121, 10: 140}, {-1: 99}, {1: 130}, {})
    same(before_dose(read, 4), [121, 99, nan, nan], [0, -1, nan, nan])


@unit
def test_the_peak_is_the_first_of_the_greatest_readings_after_the_dose():
    read = series({-5: 190, 20: 140, 40: 150, 60: 150}, {0: 200}, {30: 90})
    same(extreme(read, 3), [150, nan, 90], [40, nan, 30])
    same(extreme(read, 3, lowest=True), [140, nan, 90], [20, nan, 30])


@unit
def test_a_return_lies_between_the_last_reading_outside_and_the_next():
    read = series(
        {-5: 9, 40: 12, 80: 5, 110: 4},  # exactly at the limit is inside
        {40: 2, 80: 4},  # never outside
        {40: 3, 80: 6},  # outside at the last reading
        {40: 9, 60: 2, 80: 7, 100: 1},  # inside for a while only
        {},
    )
    left, after, by = returned(read, read.value <= 4, 5)
    same((left,), [1, 0, 1, 1, 0])
    same((after, by), [80, nan, 80, 80, nan], [110, nan, nan, 100, nan])


@unit
def test_the_nearest_reading_stands_for_a_minute_the_earlier_of_two():
    read = series({36: 1, 44: 2}, {31: 3, 42: 4}, {51: 5})
    same(reading_near(read, 3, 40, 10), [1, 4, nan], [36, 42, nan])


# --- Minutes above -------------------------------------------------------------------------------


def above(limits, n=1, gap=60.0, **readings):
    return minutes_above(limits, readings, n, widest_gap=gap)


@unit
@pytest.mark.parametrize(
    ("readings", "minutes"),
    [
        ({0: 170, 20: 190, 40: 170}, 20.0),  # up through 180 at 10, down at 30
        ({0: 150, 30: 180, 60: 150}, 0.0),  # touches the limit and is never above it
        ({0: 180, 30: 180}, 0.0),  # stays exactly at the limit
        ({0: 181, 30: 181}, 30.0),
        ({0: 150, 10: 190}, 2.5),  # 10 of 40 mm[Hg] over: a quarter of 10 minutes
        ({-10: 190, 10: 190}, 10.0),  # only what is after the dose counts
        ({-10: 200, 10: 160}, 0.0),  # 180 at minute 0, falling
        ({-20: 200, 20: 170}, 20 / 3),  # 185 at minute 0, 180 two thirds of ten minutes later
        ({5: 200, 15: 200}, 10.0),  # nothing is said of minutes 0 to 5
    ],
)
def test_minutes_above_are_on_straight_lines(readings, minutes):
    np.testing.assert_allclose(above({"sbp": 180.0}, sbp=series(readings))[0], [minutes])


@unit
def test_gaps_and_ends_are_not_observed():
    read = series({0: 200, 60: 200, 121: 200, 130: 200}, {0: 200}, {})
    same(above({"sbp": 180.0}, n=3, sbp=read), [69, nan, nan], [69, nan, nan])
    wide = series({0: 200, 61: 200})
    same(above({"sbp": 180.0}, sbp=wide), [nan], [nan])
    same(above({"sbp": 180.0}, sbp=wide, gap=61.0), [61], [61])


@unit
def test_either_pressure_counts_once():
    sbp = series({0: 170, 20: 190, 40: 170})  # above 180 from 10 to 30
    dbp = series({0: 100, 20: 100, 40: 120})  # above 110 from 30 to 40
    same(above({"sbp": 180.0, "dbp": 110.0}, sbp=sbp, dbp=dbp), [30], [40])
    both = series({0: 120, 20: 100, 40: 100})  # above 110 from 0 to 10
    same(above({"sbp": 180.0, "dbp": 110.0}, sbp=sbp, dbp=both), [30], [40])
    during = series({0: 105, 20: 125, 40: 105})  # from 5 to 35, around the other
    same(above({"sbp": 180.0, "dbp": 110.0}, sbp=sbp, dbp=during), [30], [40])


@unit
def test_parameters_may_be_read_at_other_minutes():
    sbp = series({0: 170, 20: 190, 40: 170})
    dbp = series({0: 100, 30: 100, 40: 120})  # above 110 from 35
    same(above({"sbp": 180.0, "dbp": 110.0}, sbp=sbp, dbp=dbp), [25], [40])


@unit
def test_nothing_is_known_without_readings():
    same(above({"sbp": 180.0}, n=2), [nan, nan], [nan, nan])
    same(above({"sbp": 180.0}, n=2, sbp=NO_READINGS), [nan, nan], [nan, nan])


readings_of_a_session = st.dictionaries(
    st.integers(-60, 240), st.integers(100, 220), min_size=1, max_size=8
)


@identity
@given(st.lists(readings_of_a_session, min_size=1, max_size=5))
def test_minutes_above_and_below_make_up_what_is_observed(sessions):
    read, n = series(*sessions), len(sessions)
    mirrored = Series(session=read.session, minute=read.minute, value=-read.value)
    high, observed = above({"sbp": 170.5}, n=n, sbp=read)
    low, again = above({"sbp": -170.5}, n=n, sbp=mirrored)
    np.testing.assert_array_equal(observed, again)
    np.testing.assert_allclose(high + low, observed, atol=1e-9)
    walked = [_walked(session) for session in sessions]
    np.testing.assert_allclose(np.nan_to_num(high), [m for m, _ in walked], atol=8 * STEP)
    np.testing.assert_array_equal(np.nan_to_num(observed), [m for _, m in walked])


STEP = 1 / 16


def _walked(session):
    """Walk through a session in small steps, one piece between readings at a time."""
    times = sorted(session)
    total = observed = 0.0
    for first, second in itertools.pairwise(times):
        if second - first > 60 or second <= 0:
            continue
        start = max(first, 0)
        middles = np.arange(start, second, STEP) + STEP / 2
        values = np.interp(middles, [first, second], [session[first], session[second]])
        total += STEP * float((values > 170.5).sum())
        observed += second - start
    return total, observed


@identity
@given(st.lists(readings_of_a_session, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_sessions_do_not_touch_each_other(sessions, random):
    order = list(range(len(sessions)))
    random.shuffle(order)
    whole = above({"sbp": 160.0}, n=len(sessions), sbp=series(*sessions))[0]
    mixed = above({"sbp": 160.0}, n=len(sessions), sbp=series(*(sessions[k] for k in order)))[0]
    np.testing.assert_allclose(mixed, whole[order])
