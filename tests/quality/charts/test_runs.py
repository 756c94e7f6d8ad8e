"""Runs and crossings, and how often chance makes them unusual."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import DataError
from analysis.quality import run_rules_false_signal_rate
from analysis.quality.charts.runs import (
    count_runs,
    expected_number_of_runs,
    fewest_crossings,
    longest_expected_run,
)


def runs_of(side, **options):
    return count_runs(np.array([side], dtype=np.int8), **options)


@pytest.mark.unit
def test_points_on_the_centre_are_left_out_or_end_a_run():
    side = [1, 1, 0, 1, -1, -1, 0, 0, -1, 1]
    left_out = runs_of(side)
    assert left_out.length.tolist() == [[3, 3, 0, 3, 3, 3, 0, 0, 3, 1]]
    assert left_out.n_useful.tolist() == [7]
    assert left_out.longest.tolist() == [3]
    assert left_out.crossings.tolist() == [2]
    ended = runs_of(side, centre_breaks=True)
    assert ended.length.tolist() == [[2, 2, 0, 1, 2, 2, 0, 0, 1, 1]]


@pytest.mark.unit
def test_a_chart_on_its_centre_has_no_runs():
    nothing = runs_of([0, 0, 0])
    assert (nothing.longest.tolist(), nothing.crossings.tolist()) == ([0], [0])


@pytest.mark.identity
@given(st.lists(st.lists(st.sampled_from([-1, 0, 1]), min_size=6, max_size=6), min_size=1))
def test_runs_are_those_of_the_points_beside_the_centre(charts):
    found = count_runs(np.array(charts, dtype=np.int8))
    for row, side in enumerate(charts):
        lengths = [len(list(same)) for _, same in itertools.groupby(s for s in side if s)]
        assert found.longest[row] == max(lengths, default=0)
        assert found.crossings[row] == max(len(lengths) - 1, 0)
        of_points = [n for n in lengths for _ in range(n)]
        assert found.length[row][np.array(side) != 0].tolist() == of_points


@pytest.mark.reference
@pytest.mark.parametrize(
    ("n", "longest", "fewest"),
    [(10, 6, 2), (12, 7, 3), (16, 7, 4), (20, 7, 6), (24, 8, 8), (30, 8, 10), (36, 8, 13),
     (40, 8, 14), (60, 9, 23)],
)  # fmt: skip
def test_limits_of_runs(n, longest, fewest):  # Anhøj and Olesen 2014
    assert (longest_expected_run(n), fewest_crossings(n)) == (longest, fewest)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("n", "rate"),
    [(10, 0.045), (12, 0.043), (16, 0.047), (20, 0.071), (24, 0.066), (30, 0.064), (36, 0.085),
     (48, 0.068), (60, 0.074)],
)  # fmt: skip
def test_exact_false_signal_rates(n, rate):  # Anhøj and Wentzel-Larsen 2020
    assert round(run_rules_false_signal_rate(n), 3) == rate


@pytest.mark.identity
def test_the_exact_rate_is_that_of_all_sequences():
    sides = np.array(list(itertools.product([-1, 1], repeat=12)), dtype=np.int8)
    found = count_runs(sides)
    signal = (found.longest > 7) | (found.crossings < 3)
    assert run_rules_false_signal_rate(12) == pytest.approx(signal.mean(), abs=1e-15)


@pytest.mark.unit
def test_few_points_have_no_rate():
    with pytest.raises(DataError, match="10 points"):
        run_rules_false_signal_rate(9)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("half", "few", "many"), [(5, 2, 10), (10, 6, 16), (15, 10, 22), (20, 14, 28)]
)
def test_numbers_of_runs_that_are_unusual(half, few, many):  # Swed and Eisenhart 1943, 2.5 %
    assert expected_number_of_runs(2 * half) == (few + 1, many - 1)


@pytest.mark.identity
@pytest.mark.parametrize("half", [5, 6])
def test_the_distribution_of_runs_is_that_of_all_orders(half):
    places = itertools.combinations(range(2 * half), half)
    sides = np.array([[1 if k in at else -1 for k in range(2 * half)] for at in places])
    runs = count_runs(sides.astype(np.int8)).crossings + 1
    least, most = expected_number_of_runs(2 * half)
    assert (runs < least).mean() <= 0.025 < (runs < least + 1).mean()
    assert (runs > most).mean() <= 0.025 < (runs > most - 1).mean()
