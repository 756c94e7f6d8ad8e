"""Doubles as fixed-point numbers and back, held to Python's integers and fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.distributed.masks.fixed_point import (
    add_to,
    from_limbs,
    largest_value,
    subtract_from,
    to_limbs,
)
from analysis.errors import DataError
from tests.distributed.masks.network import integer

WORDS = st.integers(0, 2**64 - 1)
# high and low limbs at which rounding, carrying and signs turn
TURNS = [0, 1, 2**10, 2**11, 2**52, 2**53 - 1, 2**53 + 1, 2**54 - 1, 2**62, 2**63 - 1, 2**63,
         2**63 + 2**10, 2**64 - 2**10, 2**64 - 1]  # fmt: skip


def limbs_of(*pairs):
    return np.array(pairs, dtype=np.uint64).T


@pytest.mark.identity
@pytest.mark.parametrize("fixed_bits", [0, 1, 10, 64, 100])
def test_doubles_are_rounded_as_fractions_are(fixed_bits):
    draw = np.random.default_rng(fixed_bits)
    values = draw.choice([-1.0, 1.0], 3000) * 2.0 ** draw.uniform(-140, 125 - fixed_bits, 3000)
    half = 2.0 ** (-fixed_bits - 1)
    special = [0.0, -0.0, 5e-324, -5e-324, half, -half, 3 * half, -3 * half, 5 * half,
               np.nextafter(half, 1), np.nextafter(half, 0), half / 2, 2.2e-308,
               np.nextafter(largest_value(fixed_bits, 2), 0),
               -np.nextafter(largest_value(fixed_bits, 2), 0)]  # fmt: skip
    values = np.concatenate([values, special])
    limbs = to_limbs(values, fixed_bits=fixed_bits, n_sites=2)
    expected = [round(Fraction(value) * 2**fixed_bits) for value in values.tolist()]
    assert [integer(column) for column in limbs.T] == expected


@pytest.mark.unit
def test_known_numbers():
    limbs = to_limbs(np.array([1.0, -1.0, 0.5, 2.0**-64]), fixed_bits=64, n_sites=3)
    assert limbs[0].tolist() == [1, 2**64 - 1, 0, 0]
    assert limbs[1].tolist() == [0, 0, 2**63, 1]


def nearest(pair, fixed_bits):
    """The double nearest to a fixed-point number; Python divides integers correctly rounded."""
    return integer(pair) / 2**fixed_bits


@pytest.mark.identity
@pytest.mark.parametrize("fixed_bits", [0, 64, 100])
def test_back_to_the_nearest_double_where_rounding_turns(fixed_bits):
    pairs = [(high, low) for high in TURNS for low in TURNS]
    found = from_limbs(limbs_of(*pairs), fixed_bits=fixed_bits)
    assert found.tolist() == [nearest(pair, fixed_bits) for pair in pairs]


@pytest.mark.identity
@given(st.integers(0, 127), WORDS, WORDS, st.integers(0, 100))
def test_back_to_the_nearest_double(bits, high, low, fixed_bits):
    value = ((high << 64) | low) >> bits
    pair = (value >> 64, value & (2**64 - 1))
    found = from_limbs(limbs_of(pair), fixed_bits=fixed_bits)
    assert found.tolist() == [nearest(pair, fixed_bits)]


@pytest.mark.identity
@given(WORDS, WORDS, WORDS, WORDS)
def test_limbs_are_added_and_subtracted_modulo_2_to_the_128(a, b, c, d):
    for change, sign in ((add_to, 1), (subtract_from, -1)):
        total = limbs_of((a, b), (c, d))
        change(total, limbs_of((c, d), (a, b)))
        one, two = (a << 64) | b, (c << 64) | d
        expected = [(one + sign * two) % 2**128, (two + sign * one) % 2**128]
        assert [(int(h) << 64) | int(low) for h, low in total.T] == expected


@pytest.mark.unit
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 2.0**62, -(2.0**62), 1e300])
def test_numbers_that_could_wrap_around_are_refused(bad):
    with pytest.raises(DataError, match=r"^1 of 2 numbers are missing, infinite, or not between"):
        to_limbs(np.array([1.0, bad]), fixed_bits=64, n_sites=2)


@pytest.mark.unit
def test_the_bound_holds_for_the_sum_of_all_sites():
    for n_sites in (3, 7, 40):
        largest = np.nextafter(largest_value(64, n_sites), 0)
        limbs = to_limbs(np.array([largest, -largest]), fixed_bits=64, n_sites=n_sites)
        total = np.zeros((2, 2), dtype=np.uint64)
        for _ in range(n_sites):
            add_to(total, limbs)
        expected = n_sites * int(Fraction(largest) * 2**64)
        assert [integer(column) for column in total.T] == [expected, -expected]
