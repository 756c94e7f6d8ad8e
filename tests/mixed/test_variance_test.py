"""The test of a variance: ratios of two fits, mixtures by hand, and the level that it keeps."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.errors import ModelError
from analysis.mixed import fit_moments, lmm, mmrm, moments, variance_test
from tests.mixed.frames import simulated
from tests.mixed.networks import clinic_network

DATA = simulated(6, n_patients=40)
NOMINAL = DATA.assign(day=7.0 * DATA.groupby("patient").cumcount())
NETWORK = clinic_network(2, n_patients=80, n_clinics=8, n_visits=3)
NETWORK["change"] += 2.0 * (NETWORK["site_id"].str[-1].astype(int) % 4)
FORMULA = "change ~ arm + day"


def log_likelihood(fit):
    return float(fit.glance()["log_likelihood"].iloc[0])


def check(found, larger, smaller, *, df):
    """Compare with the difference of log-likelihoods and the mixture of chi-squares."""
    ratio = 2 * (log_likelihood(larger) - log_likelihood(smaller))
    row = found.iloc[0]
    assert list(found.columns) == ["term", "statistic", "df_low", "df_high", "p_value"]
    assert row["statistic"] == pytest.approx(ratio, rel=1e-7, abs=1e-8)
    assert (row["df_low"], row["df_high"]) == (df - 1, df)
    low = stats.chi2.sf(ratio, df - 1) if df > 1 else float(row["statistic"] == 0.0)
    assert row["p_value"] == pytest.approx((low + stats.chi2.sf(ratio, df)) / 2, rel=1e-6)


@pytest.mark.identity
@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("data", [DATA, NOMINAL], ids=["own days", "shared days"])
def test_slope_with_its_covariance(data, method):
    options = {"subject": "patient", "method": method}
    larger = lmm(FORMULA, data, random="1 + day", **options)
    check(variance_test(larger, "day"), larger, lmm(FORMULA, data, **options), df=2)
    without = lmm(FORMULA, data, random="0 + day", **options)
    check(variance_test(larger, "Intercept"), larger, without, df=2)


@pytest.mark.identity
@pytest.mark.parametrize("data", [DATA, NOMINAL], ids=["own days", "shared days"])
def test_independent_slope_has_no_covariance(data):
    options = {"subject": "patient", "random_covariance": "independent"}
    larger = lmm(FORMULA, data, random="1 + day", **options)
    smaller = lmm(FORMULA, data, subject="patient")
    check(variance_test(larger, "day"), larger, smaller, df=1)


@pytest.mark.identity
@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("data", [DATA, NOMINAL], ids=["own days", "shared days"])
def test_only_random_term_leaves_least_squares(data, method):
    larger = lmm(FORMULA, data, subject="patient", method=method)
    turn = data.groupby("patient").cumcount()
    smaller = mmrm(FORMULA, data.assign(turn=turn), subject="patient", visit="turn",
                   covariance="independent", method=method)  # fmt: skip
    check(variance_test(larger, "Intercept"), larger, smaller, df=1)


@pytest.mark.identity
def test_clinic_beside_random_effects():
    options = {"subject": "patient", "random": "1"}
    larger = lmm("change ~ arm * visit", NETWORK, nested_in="site_id", **options)
    smaller = lmm("change ~ arm * visit", NETWORK, **options)
    check(variance_test(larger, "site_id"), larger, smaller, df=1)
    assert variance_test(larger, "site_id")["term"].tolist() == ["site_id"]
    assert variance_test(larger, "Intercept")["p_value"].iloc[0] < 0.001


@pytest.mark.identity
@pytest.mark.parametrize("covariance", ["unstructured", "ar1"])
def test_clinic_beside_a_covariance_of_visits(covariance):
    roles = {"subject": "patient", "visit": "visit"}
    larger = mmrm("change ~ arm * visit", NETWORK, nested_in="site_id", covariance=covariance,
                  **roles)  # fmt: skip
    smaller = mmrm("change ~ arm * visit", NETWORK, covariance=covariance, **roles)
    check(variance_test(larger, "site_id"), larger, smaller, df=1)
    sums = moments("change ~ arm * visit", NETWORK, nested_in="site_id", **roles)
    by_sums = variance_test(fit_moments(sums, covariance=covariance), "site_id")
    pd.testing.assert_frame_equal(by_sums, variance_test(larger, "site_id"), rtol=1e-6)


@pytest.mark.identity
def test_residual_structure_stays():
    data = NOMINAL.loc[NOMINAL["day"] < 35].assign(visit=lambda d: d["day"] / 7)
    options = {"subject": "patient", "residual": "ar1", "visit": "visit"}
    larger = lmm(FORMULA, data, random="1", **options)
    smaller = mmrm(FORMULA, data, subject="patient", visit="visit", covariance="ar1")
    check(variance_test(larger, "Intercept"), larger, smaller, df=1)


@pytest.mark.unit
def test_variance_that_is_zero_has_no_evidence_against_it():
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(30, 4))
    scores -= scores.mean(axis=1, keepdims=True)  # patients do not differ at all
    data = pd.DataFrame({"patient": np.repeat(np.arange(30), 4), "score": scores.ravel()})
    row = variance_test(lmm("score ~ 1", data, subject="patient"), "Intercept").iloc[0]
    assert row["statistic"] == 0.0
    assert row["p_value"] == 1.0


@pytest.mark.truth
def test_level_is_kept_when_there_is_no_variance():
    rng = np.random.default_rng(12)
    data = pd.DataFrame({"patient": np.repeat(np.arange(25), 4)})
    rows = [
        variance_test(
            lmm("score ~ 1", data.assign(score=rng.normal(size=100)), subject="patient"),
            "Intercept",
        ).iloc[0]
        for _ in range(250)
    ]
    found = pd.DataFrame(rows)
    # 3.5 Monte-Carlo standard errors of 250 tests: .066 at a level of .1, .11 at .5
    assert (found["p_value"] < 0.1).mean() == pytest.approx(0.1, abs=0.066)
    assert (found["p_value"] == 1.0).mean() == pytest.approx(0.5, abs=0.13)


@pytest.mark.truth
def test_variance_that_is_there_is_found():
    assert variance_test(lmm(FORMULA, DATA, subject="patient"), "Intercept")["p_value"][0] < 1e-4
    fit = lmm(FORMULA, simulated(3, n_patients=150), subject="patient", random="1 + day")
    assert variance_test(fit, "day")["p_value"][0] < 1e-4


@pytest.mark.unit
def test_unknown_term_lists_the_known():
    fit = lmm("change ~ arm", NETWORK, subject="patient", nested_in="site_id", random="1")
    with pytest.raises(ModelError, match="no random term 'slope'; it has Intercept, site_id"):
        variance_test(fit, "slope")
    plain = mmrm("change ~ arm", NETWORK, subject="patient", visit="visit")
    with pytest.raises(ModelError, match="no random term 'site_id'; it has none"):
        variance_test(plain, "site_id")
    with pytest.raises(ModelError, match="no random term 'None'"):
        variance_test(plain, "None")
