"""Variances of replicates and Rubin's rules, typed from the formulas."""

import numpy as np
import pytest

from analysis.missing.pooling import (
    bootstrap_spread,
    jackknife_spread,
    rubin,
    spread_error,
)


@pytest.mark.unit
def test_the_jackknife_of_a_mean_is_its_usual_error():
    values = np.array([3.0, 8.0, 1.0, 4.0, 9.0])
    without = (values.sum() - values) / 4.0
    error, df = jackknife_spread(without[:, None])
    assert error[0] == pytest.approx(np.sqrt(values.var(ddof=1) / 5.0), rel=1e-12)
    assert df[0] == 4.0  # light tails: no more than those of a mean


@pytest.mark.unit
def test_one_patient_who_carries_an_estimate_leaves_few_degrees_of_freedom():
    """Squares .81 and nine times .01: kurtosis 10 x .657 / .81; 20 / (kurtosis - 7 / 9)."""
    replicates = np.zeros((10, 2))
    replicates[3, 0] = 1.0
    error, df = jackknife_spread(replicates)
    assert error.tolist() == pytest.approx([0.9, 0.0], rel=1e-12)
    assert df.tolist() == pytest.approx([30.0 / 11.0, 9.0], rel=1e-12)


@pytest.mark.truth
def test_degrees_of_freedom_say_how_much_the_variance_of_a_jackknife_varies():
    """20,000 samples of 40: of normal values 39, of uniform ones no more, of heavy tails fewer.

    By ``2 E(v)^2 / var(v)``. What few values in the tails show of them is on the side of many.
    """
    rng = np.random.default_rng(5)
    found = {}
    for name, values in {
        "uniform": rng.uniform(size=(40, 20_000)),
        "normal": rng.normal(size=(40, 20_000)),
        "heavy": rng.standard_t(9, size=(40, 20_000)),
    }.items():
        error, df = jackknife_spread((values.sum(axis=0) - values) / 39.0)
        truth = 2.0 * (error**2).mean() ** 2 / (error**2).var()
        found[name] = (truth, 1.0 / (1.0 / df).mean())
    assert found["uniform"][0] > found["uniform"][1] == pytest.approx(39.0, rel=0.01)
    assert found["normal"] == (pytest.approx(39.0, rel=0.05), pytest.approx(39.0, rel=0.15))
    assert found["heavy"] == (pytest.approx(24.0, rel=0.1), pytest.approx(29.0, rel=0.05))


@pytest.mark.unit
def test_the_bootstrap_takes_the_spread_of_replicates():
    replicates = np.array([[1.0, 2.0], [3.0, 1.0], [5.0, 6.0]])
    error, df = bootstrap_spread(replicates)
    np.testing.assert_allclose(error**2, [4.0, 7.0])
    assert np.isinf(df).all()


@pytest.mark.unit
def test_rubins_rules_with_the_degrees_of_barnard_and_rubin():
    """Within 4, between 1, five data sets, 30 degrees of freedom if nothing were missing.

    Total 4 + 1.2 = 5.2; share 3 / 13; 4 / share^2 = 75.11; 31 / 33 x 30 x 10 / 13 = 21.678.
    """
    estimates = np.array([[10.0], [11.0], [12.0], [10.5], [11.5]])
    estimates = 11.0 + (estimates - 11.0) / estimates.std(ddof=1)
    pooled = rubin(estimates, np.full((5, 1), 2.0), np.array([30.0]))
    assert pooled.estimate[0] == pytest.approx(11.0, rel=1e-12)
    assert pooled.std_error[0] == pytest.approx(np.sqrt(5.2), rel=1e-12)
    assert pooled.df[0] == pytest.approx(1.0 / (1.0 / 75.1111111 + 1.0 / 21.6783217), rel=1e-7)
    assert pooled.estimate_error[0] == pytest.approx(np.sqrt(0.2), rel=1e-12)


@pytest.mark.unit
def test_without_complete_degrees_they_are_rubins_own():
    pooled = rubin(np.array([[1.0], [3.0]]), np.ones((2, 1)), np.array([np.inf]))
    assert pooled.df[0] == pytest.approx(1.0 / 0.75**2, rel=1e-12)


@pytest.mark.unit
def test_data_sets_that_agree_have_the_degrees_of_complete_data():
    pooled = rubin(np.full((4, 1), 2.0), np.full((4, 1), 0.5), np.array([17.0]))
    assert (pooled.std_error[0], pooled.df[0], pooled.estimate_error[0]) == (0.5, 17.0, 0.0)


@pytest.mark.truth
def test_monte_carlo_errors_are_the_spread_over_seeds():
    """Draw 400 times 60 data sets, and compare the spread of standard errors with its estimate."""
    rng = np.random.default_rng(8)
    estimates = rng.normal(0.0, 1.0, (60, 400))
    errors = np.sqrt(rng.chisquare(20.0, (60, 400)) / 20.0)
    pooled = rubin(estimates, errors, np.full(400, 50.0))
    ratio = np.mean(pooled.std_error_error) / pooled.std_error.std(ddof=1)
    assert 0.9 < ratio < 1.1
    assert np.mean(pooled.estimate_error) == pytest.approx(pooled.estimate.std(ddof=1), rel=0.1)
    spread = estimates.std(axis=0, ddof=1)
    assert np.mean(spread_error(estimates)) == pytest.approx(spread.std(ddof=1), rel=0.12)
