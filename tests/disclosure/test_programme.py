"""A programme that is solved again gives what a new one gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from analysis.disclosure.programme import Programme


def one_sum() -> Programme:
    """Two parts, and a total of at most 30."""
    return Programme(
        sparse.csr_array(np.array([[1.0, 1.0, -1.0]])),
        np.zeros(1),
        np.zeros(3),
        np.array([np.inf, np.inf, 30.0]),
        goals=np.array([0, 1]),
    )


@pytest.mark.unit
def test_the_least_cost_is_found() -> None:
    assert one_sum().least(np.array([-1.0, 0.0, 0.0])).tolist() == [30, 0, 30]


@pytest.mark.unit
def test_goals_are_raised_together_and_no_further_than_asked() -> None:
    values = one_sum().raise_together(np.array([True, True]), 11.0)
    assert values[:2].tolist() == [11, 11]


@pytest.mark.unit
def test_limits_hold_for_the_next_question_only_as_long_as_they_are_set() -> None:
    programme = one_sum()
    programme.limit(np.array([4.0, 0.0, 20.0]), np.array([4.0, np.inf, 20.0]))
    assert programme.least(np.array([0.0, -1.0, 0.0])).tolist() == [4, 16, 20]
    programme.limit(np.zeros(3), np.array([5.0, 7.0, np.inf]))
    assert programme.least(np.array([-1.0, -1.0, 0.0])).tolist() == [5, 7, 12]


@pytest.mark.unit
def test_limits_that_nothing_fits_give_missing_values() -> None:
    programme = one_sum()
    programme.limit(np.array([20.0, 20.0, 0.0]), np.array([20.0, 20.0, 30.0]))
    assert np.isnan(programme.least(np.zeros(3))).all()


@pytest.mark.unit
def test_unknowns_without_equations_stop_at_their_limits() -> None:
    nothing = sparse.csr_array((0, 2))
    programme = Programme(
        nothing, np.zeros(0), np.zeros(2), np.array([5.0, 9.0]), goals=np.zeros(0, dtype=int)
    )
    assert programme.least(np.array([-1.0, 1.0])).tolist() == [5, 0]


@pytest.mark.unit
def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    one_sum().least(np.zeros(3))
    assert capfd.readouterr() == ("", "")


@pytest.mark.reference
@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_every_question_has_the_answer_of_a_new_programme(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lines = rng.integers(-1, 2, (4, 9)).astype(float)
    counts = rng.integers(0, 40, 9).astype(float)
    high = np.full(9, 500.0)
    programme = Programme(
        sparse.csr_array(lines), lines @ counts, np.zeros(9), high, goals=np.arange(3)
    )
    for _ in range(6):
        fixed = rng.random(9) < 0.3
        low, most = np.where(fixed, counts, 0.0), np.where(fixed, counts, high)
        cost = rng.integers(-3, 4, 9).astype(float)
        programme.limit(low, most)
        anew = linprog(cost, A_eq=lines, b_eq=lines @ counts, bounds=np.column_stack([low, most]))
        assert cost @ programme.least(cost) == pytest.approx(anew.fun, abs=1e-6)
