"""The maximum-likelihood masses: hand-solved cases, optimality, large and awkward inputs."""

import numpy as np
import pytest

from analysis.survival.interval.innermost import find_innermost, merge_rows
from analysis.survival.interval.masses import Coverage, fit_masses
from analysis.survival.reading.interval_times import IntervalTimes


def coverage(first, last, weight, size):
    return Coverage(
        order=np.arange(size),
        first=np.array(first),
        last=np.array(last),
        weight=np.array(weight, dtype=float),
    )


def drawn(seed, n, share_exact, step=None):
    """Draw visits at arbitrary times, or on a grid; some times are exact."""
    rng = np.random.default_rng(seed)
    time = rng.exponential(56.0, n)
    visits = np.cumsum(rng.uniform(5.0, 40.0, (n, 12)), axis=1)
    if step:
        time, visits = np.ceil(time), np.ceil(visits / step) * step
    ends = np.column_stack([np.zeros(n), visits, np.full(n, np.inf)])
    place = (visits < time[:, None]).sum(axis=1)
    exact = rng.random(n) < share_exact
    lower = np.where(exact, time, ends[np.arange(n), place])
    upper = np.where(exact, time, ends[np.arange(n), place + 1])
    return IntervalTimes(lower=lower, upper=upper)


def fitted(times):
    innermost = find_innermost(times)
    first, last, weight = merge_rows(innermost.first, innermost.last, np.ones(times.lower.size))
    return fit_masses([coverage(first, last, weight, innermost.lower.size)]), innermost


def independent_gap(masses, innermost):
    """Compute the gap anew from a table of rows by places."""
    places = np.arange(innermost.lower.size)
    covers = (innermost.first[:, None] <= places) & (places < innermost.last[:, None])
    mass = np.zeros(places.size)
    mass[masses.place] = masses.mass
    chance = covers @ mass
    return (covers / chance[:, None]).sum(axis=0).max() - chance.size, np.log(chance).sum()


@pytest.mark.unit
def test_two_overlapping_rows_and_one_apart_by_hand():
    # maximise log(p) + 2 log(1 - p) over the mass p of the first place
    masses = fit_masses([coverage([0, 1], [1, 2], [1, 2], 2)])
    np.testing.assert_allclose(masses.mass, [1 / 3, 2 / 3], rtol=1e-9)
    np.testing.assert_allclose(masses.log_likelihood, np.log(1 / 3) + 2 * np.log(2 / 3))


@pytest.mark.unit
def test_place_that_nobody_needs_gets_nothing():
    # rows {0}, {2}, {0, 1}, {1, 2}: places 0 and 2 explain all
    masses = fit_masses([coverage([0, 2, 0, 1], [1, 3, 2, 3], [1, 1, 1, 1], 3)])
    assert masses.place.tolist() == [0, 2]
    np.testing.assert_allclose(masses.mass, [0.5, 0.5])


@pytest.mark.identity
@pytest.mark.parametrize("share_exact", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("step", [None, 7.0])
def test_gap_is_small_by_another_computation(share_exact, step):
    masses, innermost = fitted(drawn(5, 600, share_exact, step))
    gap, log_likelihood = independent_gap(masses, innermost)
    assert gap < 1e-7
    np.testing.assert_allclose(log_likelihood, masses.log_likelihood, rtol=1e-12)
    np.testing.assert_allclose(masses.mass.sum(), 1.0, rtol=1e-12)


@pytest.mark.identity
def test_many_exact_times_are_fitted_in_blocks():
    # more than 500 masses: blocks of neighbours in turn, with EM between them
    masses, innermost = fitted(drawn(6, 3000, 0.4))
    assert masses.place.size > 1000
    gap, _ = independent_gap(masses, innermost)
    assert gap < 1e-6


@pytest.mark.identity
def test_orders_of_the_places_do_not_matter():
    rows = coverage([0, 1, 2, 0], [1, 3, 4, 4], [3, 2, 2, 1], 4)
    turned = Coverage(
        order=np.arange(4)[::-1], first=4 - rows.last, last=4 - rows.first, weight=rows.weight
    )
    np.testing.assert_allclose(fit_masses([turned]).mass, fit_masses([rows]).mass, rtol=1e-9)


@pytest.mark.identity
def test_rows_in_two_parts_are_the_rows_together():
    together = coverage([0, 1, 0, 1], [1, 2, 2, 3], [1, 2, 3, 4], 3)
    parts = [coverage([0, 1], [1, 2], [1, 2], 3), coverage([0, 1], [2, 3], [3, 4], 3)]
    np.testing.assert_allclose(fit_masses(parts).mass, fit_masses([together]).mass, rtol=1e-9)
