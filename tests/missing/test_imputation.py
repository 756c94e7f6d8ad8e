"""Conditional means and draws of a normal vector, by hand."""

import numpy as np
import pytest

from analysis.missing.imputation import Imputer, ModelParameters
from analysis.missing.strategies import STRATEGIES

SIGMA = np.array([[4.0, 2.0, 1.0], [2.0, 9.0, 3.0], [1.0, 3.0, 16.0]])
REFERENCE = np.array([[5.0, 1.0, 0.5], [1.0, 6.0, 2.0], [0.5, 2.0, 7.0]])
MEANS = np.array([1.0, 2.0, 3.0])


def imputer(known, *, first=3, strategy="MAR", arm=0, n=1, scores=(3.0, 5.0, 7.0)):
    known = np.array([known])
    return Imputer(
        scores=np.repeat(np.where(known, np.array([scores]), np.nan), n, axis=0),
        who=np.arange(n),
        designs=np.repeat(MEANS.reshape(1, 3, 1), n, axis=0),
        known=known,
        first=np.array([first]),
        strategy=np.array([STRATEGIES.index(strategy)]),
        arm=np.array([arm]),
        group=np.zeros(n, dtype=int),
    )


def parameters(*covariances):
    return ModelParameters(beta=np.ones(1), covariances=np.stack(covariances))


@pytest.mark.unit
def test_a_score_is_predicted_by_the_one_before_it():
    found = imputer([True, True, False]).means(parameters(SIGMA))
    slope = np.linalg.solve(SIGMA[:2, :2], SIGMA[:2, 2])
    assert found[0, :2].tolist() == [3.0, 5.0]
    assert found[0, 2] == pytest.approx(3.0 + slope @ np.array([2.0, 3.0]), rel=1e-12)


@pytest.mark.unit
def test_a_gap_is_predicted_from_both_sides_and_nothing_by_the_mean():
    found = imputer([True, False, True]).means(parameters(SIGMA))
    slope = np.linalg.solve(SIGMA[np.ix_([0, 2], [0, 2])], SIGMA[[0, 2], 1])
    assert found[0, 1] == pytest.approx(2.0 + slope @ np.array([2.0, 4.0]), rel=1e-12)
    assert imputer([False] * 3).means(parameters(SIGMA))[0].tolist() == MEANS.tolist()


@pytest.mark.unit
def test_jumping_arms_regress_as_the_reference_does():
    """Covariances differ: before the event the own one, after it the reference's regression."""
    both = parameters(REFERENCE, SIGMA)
    jump = imputer([True, False, False], first=1, strategy="JR", arm=1).means(both)
    np.testing.assert_allclose(jump[0, 1:], [2.0 + 2.0 / 5.0, 3.0 + 2.0 * 0.5 / 5.0], rtol=1e-12)
    own = imputer([True, False, False], first=1, strategy="MAR", arm=1).means(both)
    np.testing.assert_allclose(own[0, 1:], [2.0 + 2.0 * 2.0 / 4.0, 3.0 + 2.0 / 4.0], rtol=1e-12)
    copied = imputer([True, True, False], first=2, strategy="CR", arm=1).means(both)
    slope = np.linalg.solve(REFERENCE[:2, :2], REFERENCE[:2, 2])
    assert copied[0, 2] == pytest.approx(3.0 + slope @ np.array([2.0, 3.0]), rel=1e-12)


@pytest.mark.truth
def test_draws_have_the_conditional_mean_and_covariance():
    n = 200_000
    many = imputer([True, False, False], n=n)
    drawn = many.draws(parameters(SIGMA), np.random.default_rng(4))
    assert np.array_equal(drawn[:, 0], np.full(n, 3.0))
    rest = SIGMA[1:, 1:] - np.outer(SIGMA[1:, 0], SIGMA[0, 1:]) / SIGMA[0, 0]
    error = np.sqrt(np.diag(rest) / n)
    np.testing.assert_array_less(np.abs(drawn[:, 1:].mean(axis=0) - [3.0, 3.5]), 4.0 * error)
    np.testing.assert_allclose(np.cov(drawn[:, 1:].T), rest, rtol=0.02)


@pytest.mark.truth
def test_draws_after_a_jump_have_the_covariance_of_carpenter_roger_and_kenward():
    n = 200_000
    many = imputer([False, False, False], first=1, strategy="JR", arm=1, n=n)
    drawn = many.draws(parameters(REFERENCE, SIGMA), np.random.default_rng(4))
    slope = REFERENCE[1:, 0] / REFERENCE[0, 0]
    expected = np.empty((3, 3))
    expected[0, 0] = SIGMA[0, 0]
    expected[1:, 0] = expected[0, 1:] = slope * SIGMA[0, 0]
    gap = REFERENCE[0, 0] - SIGMA[0, 0]
    expected[1:, 1:] = REFERENCE[1:, 1:] - gap * np.outer(slope, slope)
    np.testing.assert_allclose(np.cov(drawn.T), expected, rtol=0.03, atol=0.05)
