"""Proportional hazards of interval-censored times: references, identities, truth, refusals."""

import warnings

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, ConvergenceError, DataError, ModelError
from analysis.survival import interval_cox, turnbull
from analysis.survival.interval.cox_fit import maximise_hazards
from analysis.survival.interval.cox_likelihood import Baseline, curvature, lay_out, log_likelihood
from analysis.survival.interval.estimate import estimate_intervals
from analysis.survival.reading.interval_times import read_intervals
from tests.survival.reference import REFERENCE

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lifelines.datasets import load_diabetes, load_mice

COSMESIS = pd.read_csv(REFERENCE / "cosmesis.csv")
MIXED = pd.read_csv(REFERENCE / "mixed_intervals.csv")
VISITS = pd.read_csv(REFERENCE / "visit_intervals.csv")


@pytest.mark.reference
def test_cosmesis_is_that_of_icenreg():
    # icenReg 2.0.16, ic_sp(model = "ph"): 0.7974, log-likelihood -133.0342
    fit = interval_cox("arm", COSMESIS)
    np.testing.assert_allclose(fit.tidy()["estimate"], 0.7974, atol=5e-5)
    np.testing.assert_allclose(fit.glance()["log_likelihood"], -133.0342, atol=5e-5)


@pytest.mark.reference
def test_mice_are_those_of_icenreg():
    # icenReg's miceData, which lifelines ships: 0.6785, log-likelihood -76.56894
    fit = interval_cox("grp", load_mice(), lower="l", upper="u")
    np.testing.assert_allclose(fit.tidy()["estimate"], 0.6785, atol=5e-5)
    np.testing.assert_allclose(fit.glance()["log_likelihood"], -76.56894, atol=6e-6)


@pytest.mark.reference
def test_diabetes_is_that_of_icenreg():
    # icenReg's IR_diabetes, with exact times: -0.14024, log-likelihood -1964.96
    fit = interval_cox("gender", load_diabetes(), lower="left", upper="right")
    np.testing.assert_allclose(fit.tidy()["estimate"], -0.14024, atol=5e-6)
    np.testing.assert_allclose(fit.glance()["log_likelihood"], -1964.96, atol=5e-3)


def laid_out(data, X, stratum):
    """Lay rows out with their curves without covariates."""
    estimates = []
    for number in np.unique(stratum):
        part = data[stratum == number]
        estimates.append(
            estimate_intervals(
                read_intervals(part, lower="lower", upper="upper"), np.ones(len(part))
            )
        )
    return lay_out(X, stratum, estimates)


@pytest.mark.identity
def test_derivatives_are_those_of_the_log_likelihood():
    stratum = (MIXED["number"] > 1).to_numpy().astype(int)
    rng = np.random.default_rng(3)
    rows, baseline = laid_out(MIXED, rng.normal(size=(120, 2)), stratum)
    beta, free, step = np.array([0.3, -0.2]), baseline.free(), 1e-4

    def value(change):
        level = baseline.level.copy()
        level[free] += change[: free.size]
        moved = Baseline(place=baseline.place, level=level, ends=baseline.ends)
        return log_likelihood(rows, moved, beta + change[free.size :])

    unit = step * np.eye(free.size + 2)
    here = curvature(rows, baseline, beta)
    np.testing.assert_allclose(here.log_likelihood, value(0 * unit[0]), rtol=1e-12)
    slopes = [(value(u) - value(-u)) / (2 * step) for u in unit]
    np.testing.assert_allclose(here.gradient, slopes, atol=2e-5)
    bends = [
        [(value(u + v) - value(u - v) - value(v - u) + value(-u - v)) / (4 * step**2) for v in unit]
        for u in unit
    ]
    np.testing.assert_allclose(here.information, -np.array(bends), atol=2e-3)


def slopes_of_a_fit(fit, data, X):
    """Derivatives of the log-likelihood at a fit, row by row: by coefficients and by jumps."""
    base = fit.baseline()
    reference = X - X.mean(axis=0)
    ratio = np.exp(reference @ fit.tidy()["estimate"].to_numpy())
    place = np.array([*base["upper"][:-1], np.inf])
    total = base["cumulative_hazard"].to_numpy()
    low, high = data["lower"].to_numpy(dtype=float), data["upper"].fillna(np.inf).to_numpy()
    steps = np.append(0.0, total)
    A = steps[np.searchsorted(place, low, side="right")] * ratio
    B = steps[np.searchsorted(place, high, side="right")] * ratio
    odds = np.exp(-(B - A)) / -np.expm1(-(B - A))
    finite = np.where(np.isinf(B), 0.0, B)
    by_beta = X.T @ (-A * (1 + odds) + finite * odds)
    times = np.unique(high[np.isfinite(high)])
    by_jump = [
        (ratio * (odds * (high >= t) * np.isfinite(B) - (1 + odds) * (low >= t)))[
            np.isfinite(A)
        ].sum()
        for t in times[times < place[-2]]
    ]
    return by_beta, np.array(by_jump), np.log(np.exp(-A) - np.exp(-B)).sum()


@pytest.mark.identity
def test_no_change_of_coefficients_or_jumps_gains():
    # an upper end is where every innermost interval ends, so jumps are tried at all of them
    fit = interval_cox("age", VISITS)
    X = VISITS[["age"]].to_numpy(dtype=float)
    by_beta, by_jump, log_likelihood_here = slopes_of_a_fit(fit, VISITS, X)
    np.testing.assert_allclose(by_beta, 0.0, atol=1e-6)
    assert by_jump.max() < 1e-6
    np.testing.assert_allclose(
        fit.glance()["log_likelihood"].iloc[0], log_likelihood_here, rtol=1e-11
    )


@pytest.mark.identity
def test_without_an_effect_the_baseline_is_the_curve_without_covariates():
    twice = pd.concat([COSMESIS.assign(x="a"), COSMESIS.assign(x="b")])
    fit = interval_cox("x", twice)
    np.testing.assert_allclose(fit.tidy()["estimate"], 0.0, atol=1e-9)
    base, curve = fit.baseline(), turnbull(COSMESIS).curve()
    assert base["upper"].tolist() == curve["upper"].tolist()
    np.testing.assert_allclose(base["estimate"], curve["estimate"], atol=1e-8)
    glance = fit.glance().iloc[0]
    np.testing.assert_allclose(glance["log_likelihood"], glance["log_likelihood_null"], rtol=1e-10)
    times = [10, 24.5, 50]
    found = fit.survival(pd.DataFrame({"x": ["a"]}), times).drop(columns=["row", "x"])
    pd.testing.assert_frame_equal(found, turnbull(COSMESIS).at(times), rtol=1e-7)


@pytest.mark.identity
def test_strata_that_are_the_same_change_only_the_certainty():
    twice = pd.concat([COSMESIS.assign(site="a"), COSMESIS.assign(site="b")])
    plain, both = interval_cox("arm", COSMESIS), interval_cox("arm", twice, strata="site")
    np.testing.assert_allclose(both.tidy()["estimate"], plain.tidy()["estimate"], rtol=1e-8)
    np.testing.assert_allclose(
        both.tidy()["std_error"], plain.tidy()["std_error"] / np.sqrt(2), rtol=1e-7
    )
    base = both.baseline()
    assert base["site"].unique().tolist() == ["a", "b"]
    np.testing.assert_allclose(
        base.loc[base["site"] == "b", "estimate"], plain.baseline()["estimate"], atol=1e-8
    )


@pytest.mark.identity
def test_log_likelihood_of_strata_is_their_sum():
    data = VISITS.assign(old=VISITS["age"] > 45)
    fit = interval_cox("arm", data, strata=["old"]).glance().iloc[0]
    parts = [turnbull(part).glance()["log_likelihood"].iloc[0] for _, part in data.groupby("old")]
    np.testing.assert_allclose(fit["log_likelihood_null"], sum(parts), rtol=1e-12)
    assert fit["n_strata"] == 2
    assert fit["statistic"] > 0


@pytest.mark.identity
def test_order_of_rows_unit_and_centre_of_covariates_do_not_matter():
    plain = interval_cox("arm + age", VISITS)
    mixed = interval_cox("arm + age", VISITS.sample(frac=1, random_state=4))
    pd.testing.assert_frame_equal(plain.tidy(), mixed.tidy(), rtol=1e-9)
    months = interval_cox("arm + age", VISITS.assign(age=12 * VISITS["age"] + 1000))
    np.testing.assert_allclose(
        months.tidy()["estimate"] * [1, 12], plain.tidy()["estimate"], rtol=1e-8
    )
    pd.testing.assert_frame_equal(plain.baseline(), months.baseline(), rtol=1e-7)


def profile(rows, baseline, beta):
    """Log-likelihood with the coefficients held, at the best levels between the jumps given."""
    for _ in range(30):
        here, free = curvature(rows, baseline, beta), baseline.free()
        part = slice(free.size)
        level = baseline.level.copy()
        level[free] += np.linalg.solve(here.information[part, part], here.gradient[part])
        baseline = Baseline(place=baseline.place, level=level, ends=baseline.ends)
    return here.log_likelihood


@pytest.mark.identity
def test_standard_error_is_the_curvature_of_the_profile():
    arm = (COSMESIS["arm"] != "radiation").to_numpy(dtype=float)[:, None]
    rows, begin = laid_out(COSMESIS, arm - arm.mean(), np.zeros(94, dtype=int))
    found = maximise_hazards(rows, begin, ("arm",))
    low, top, high = (
        profile(rows, found.baseline, found.beta + shift) for shift in (-0.01, 0.0, 0.01)
    )
    curved = -(low + high - 2 * top) / 0.01**2
    fit = interval_cox("arm", COSMESIS)
    np.testing.assert_allclose(fit.tidy()["std_error"], curved**-0.5, rtol=1e-4)
    np.testing.assert_allclose(top, fit.glance()["log_likelihood"].iloc[0], rtol=1e-12)


@pytest.mark.truth
def test_effects_are_recovered_and_intervals_hold_them():
    # 100 trials of 150 patients with monthly visits of their own: 95 % intervals should hold 95
    # each, give or take 2.2
    held, estimates = np.zeros(2), []
    for trial in range(100):
        rng = np.random.default_rng([50, trial])
        x, z = rng.integers(0, 2, 150), rng.normal(size=150)
        time = rng.exponential(80.0, 150) / np.exp(-0.5 * x + 0.3 * z)
        visits = rng.uniform(0, 28, 150)[:, None] + 28.0 * np.arange(6)
        kept = rng.random(visits.shape) >= 0.25
        lower = np.where(kept & (visits < time[:, None]), visits, 0.0).max(axis=1)
        upper = np.where(kept & (visits >= time[:, None]), visits, np.inf).min(axis=1)
        tidy = interval_cox(
            "x + z", pd.DataFrame({"lower": lower, "upper": upper, "x": x, "z": z})
        ).tidy()
        estimates.append(tidy["estimate"])
        held += (tidy["conf_low"] <= [-0.5, 0.3]) & (tidy["conf_high"] >= [-0.5, 0.3])
    assert (held >= 88).all()
    np.testing.assert_allclose(np.mean(estimates, axis=0), [-0.5, 0.3], atol=0.08)


@pytest.mark.unit
def test_survival_of_new_rows():
    data = VISITS.assign(old=VISITS["age"] > 45)
    fit = interval_cox("arm", data, strata="old")
    new = pd.DataFrame({"arm": ["iv", "im"], "old": [True, False]})
    found = fit.survival(new, [28, 56, 500])
    assert list(found.columns) == [
        "row", "old", "arm", "time", "estimate", "estimate_low", "estimate_high",
    ]  # fmt: skip
    assert found["row"].tolist() == [0, 0, 0, 1, 1, 1]
    assert np.isnan(found["estimate"].iloc[2])
    known = found[found["time"] < 100]
    assert (known["estimate"] <= known["estimate_high"]).all()
    assert (known["estimate"] >= known["estimate_low"]).all()
    with pytest.raises(DataError, match="stratum"):
        fit.survival(new.assign(old="maybe"), [28])
    with pytest.raises(ColumnError, match="old"):
        fit.survival(new[["arm"]], [28])
    with pytest.raises(DataError, match="arm"):
        fit.survival(new.assign(arm="oral"), [28])


@pytest.mark.unit
def test_glance_and_dropped_rows():
    data = COSMESIS.assign(age=50.0 + np.arange(94) % 9, site="a")
    data.loc[0, "age"] = None
    data.loc[1, "site"] = None
    glance = interval_cox("arm + age", data, strata="site").glance().iloc[0]
    assert list(glance.index) == [
        "n_obs", "n_exact", "n_interval", "n_right", "n_dropped", "n_strata",
        "log_likelihood_null", "log_likelihood", "statistic", "df", "p_value", "n_jumps",
        "converged", "newton_decrement", "iterations",
    ]  # fmt: skip
    assert (glance["n_obs"], glance["n_dropped"], glance["df"]) == (92, 2, 2)
    assert glance["newton_decrement"] <= 1e-12


@pytest.mark.unit
def test_texts_are_short():
    fit = interval_cox("arm", COSMESIS)
    assert repr(fit).startswith("Proportional hazards of interval-censored times: arm")
    assert "<table" in fit._repr_html_()
    ratio = fit.tidy(exponentiate=True)["estimate"].iloc[0]
    assert ratio == pytest.approx(np.exp(0.79743), abs=1e-4)
    assert fit.covariance().shape == (1, 1)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("formula", "change", "options", "error", "part"),
    [
        ("arm", {"upper": np.inf}, {}, DataError, "right-censored"),
        ("arm", {"lower": 99.0}, {}, DataError, "above"),
        ("arm", {}, {"strata": "site"}, ColumnError, "strata="),
        ("route", {}, {}, ColumnError, "route"),
        ("arm", {"arm": "a"}, {}, ModelError, "nothing is compared"),
        ("arm", {}, {"upper": "end"}, ColumnError, "upper="),
    ],
)
def test_refusals(formula, change, options, error, part):
    with pytest.raises(error, match=part):
        interval_cox(formula, COSMESIS.assign(**change), **options)


@pytest.mark.unit
def test_coefficient_without_a_finite_maximum_is_named():
    data = pd.DataFrame({"lower": [0, 0, 7, 14, 28], "upper": [7, 14, 14, 28, None]})
    data = pd.concat([data.assign(arm="im"), data.assign(lower=28, upper=np.inf, arm="iv")])
    with pytest.raises(ConvergenceError, match=r"arm\[T.iv\]"):
        interval_cox("arm", data)
