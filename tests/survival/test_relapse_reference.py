"""Every quantity once against R: estimates to 1e-6, standard errors to 1e-5, tests to 1e-6.

The call of R stands above each test; the numbers are in tests/reference/survival/relapse.json.
"""

import json

import numpy as np
import pandas as pd
import pytest

from analysis.survival import (
    cox,
    cumulative_incidence,
    fine_gray,
    gray_test,
    kaplan_meier,
    logrank,
    parametric,
    recurrent_events,
    turnbull,
)
from tests.survival.reference import REFERENCE

R = json.loads((REFERENCE / "relapse.json").read_text(encoding="utf-8"))
ROWS = pd.read_csv(REFERENCE / "regression.csv").assign(relapse=lambda d: d["type"].eq(1))
TIMES = [30, 60, 90, 120, 180]
ADJUSTED = "arm + age + severity"
RELAPSE = {"time": "time", "event": "relapse"}

pytestmark = pytest.mark.reference


def near(found, expected, tolerance=1e-6):
    np.testing.assert_allclose(found, np.asarray(expected, dtype=float), rtol=tolerance)


def check_terms(fit, key, error="std_error"):
    expected = pd.DataFrame(R[key])
    np.testing.assert_allclose(fit.tidy()["estimate"], expected["estimate"], rtol=0, atol=1e-6)
    near(fit.tidy()["std_error"], expected[error], 1e-5)


def test_kaplan_meier():
    # survfit(Surv(entry, time, type == 1) ~ arm, conf.type = "log-log")
    found = kaplan_meier(ROWS, **RELAPSE, entry="entry", by="arm").at(TIMES)
    expected = pd.DataFrame(R["km"])
    assert found["n_risk"].tolist() == expected["n_risk"].tolist()
    for column in ("estimate", "conf_low", "conf_high"):
        near(found[column], expected[column])
    near(found["std_error"], expected["std_error"], 1e-5)


def test_median_and_restricted_mean():
    # quantile(survfit(Surv(time, type == 1) ~ arm, conf.type = "log-log"), .5); rmean = 120
    curve, means = kaplan_meier(ROWS, **RELAPSE, by="arm"), pd.DataFrame(R["rmst120"])
    medians = pd.DataFrame(R["median"])[["X50", "X50.1", "X50.2"]]
    near(curve.median()[["estimate", "conf_low", "conf_high"]], medians)
    near(curve.rmst(120)["estimate"], means["rmean"])
    near(curve.rmst(120)["std_error"], means["se(rmean)"], 1e-5)


@pytest.mark.parametrize(
    ("key", "options"),
    [("logrank", {}), ("logrank_strata", {"strata": "clinic"}), ("peto", {"rho": 1})],
)
def test_logrank(key, options):
    # survdiff(Surv(time, type == 1) ~ arm), + strata(clinic), rho = 1
    found = logrank(ROWS, "time", "relapse", "arm", **options).tidy()
    near(found["statistic"], [R[key]["chisq"]])


def test_cumulative_incidence():
    # survfit(Surv(time, factor(type)) ~ arm)
    found = cumulative_incidence(ROWS, "time", "type", by="arm").at(TIMES)
    expected = pd.DataFrame(R["aj"])
    for cause, name in ((1, "relapse"), (2, "switch")):
        own = found[found["event"].eq(cause)]
        near(own["estimate"], expected[name])
        near(own["std_error"], expected[f"{name}_se"], 1e-5)


def test_gray():
    # cuminc(time, type, arm)$Tests
    found, expected = gray_test(ROWS, "time", "type", "arm").tidy(), pd.DataFrame(R["gray"])
    near(found["statistic"], expected["stat"])
    near(found["p_value"], expected["pv"])


def test_fine_gray():
    # crr(time, type, model.matrix(~ arm + age + severity)[, -1])
    check_terms(fine_gray(ADJUSTED, ROWS, time="time", event="type", cause=1), "fine_gray")


def test_cox():
    # coxph(Surv(entry, time, type == 1) ~ arm + age + severity + strata(clinic), ties = "efron")
    fit = cox(ADJUSTED, ROWS, **RELAPSE, entry="entry", strata="clinic")
    check_terms(fit, "cox")
    near(fit.glance()[["log_likelihood_null", "log_likelihood"]].iloc[0], R["cox_loglik"], 1e-9)


def test_cox_with_weights_and_clusters():
    # coxph(Surv(time, type == 1) ~ arm + age + severity + cluster(clinic), weights = weight)
    fit = cox(ADJUSTED, ROWS, **RELAPSE, weights="weight", cluster="clinic")
    check_terms(fit, "cox_weighted", "robust_se")


def test_proportional_hazards():
    # cox.zph(coxph(Surv(time, type == 1) ~ arm + age + severity))
    found = cox(ADJUSTED, ROWS, **RELAPSE).proportional_hazards()
    expected = pd.DataFrame(R["zph"])
    near(found["statistic"], expected["chisq"])
    near(found["p_value"], expected["p"])


@pytest.mark.parametrize("arm", [None, "im", "iv"])
def test_interval_censored_curve(arm):
    # survfit(Surv(left, right, type = "interval2") ~ 1) and ~ arm: its middle of a region is one
    # of many curves that fit, so that it must be ours where the curve is known, and within bounds
    rows = ROWS if arm is None else ROWS[ROWS["arm"].eq(arm)]
    expected = pd.DataFrame(R["turnbull" if arm is None else "turnbull_arm"])
    if arm is not None:
        expected = expected[expected["strata"].eq(f"arm={arm}")]
    found = turnbull(rows, "left", "right").at(expected["time"])
    surv = expected["surv"].to_numpy()
    known = found["estimate_low"].eq(found["estimate_high"]).to_numpy()
    assert known.sum() > len(surv) / 2
    np.testing.assert_allclose(found["estimate"].to_numpy()[known], surv[known], atol=1e-6)
    assert (surv >= found["estimate_low"] - 1e-6).all()
    assert (surv <= found["estimate_high"] + 1e-6).all()


@pytest.mark.parametrize(
    ("key", "formula", "columns"),
    [
        # survreg(Surv(time, type == 1) ~ arm + age + severity, dist = "weibull")
        ("weibull", ADJUSTED, RELAPSE),
        # survreg(Surv(ifelse(left == 0, NA, left), right, type = "interval2") ~ arm)
        ("weibull_interval", "arm", {"lower": "left", "upper": "right"}),
    ],
)
def test_weibull(key, formula, columns):
    fit, expected = parametric(formula, ROWS, **columns), R[key]
    *terms, log_scale = fit.tidy()["estimate"]
    near(terms, list(expected["coef"].values()))
    near(np.exp(log_scale), expected["scale"])
    near(fit.glance()["log_likelihood"], [expected["loglik"]], 1e-9)


@pytest.mark.parametrize(
    ("key", "options"),
    [
        # coxph(Surv(start, stop, event) ~ maintenance + cluster(patient))
        ("andersen_gill", {"model": "andersen-gill"}),
        # … + strata(pmin(episode, 4))
        ("pwp", {"model": "pwp-total", "pool_from": 4}),
    ],
)
def test_recurrent_events(key, options):
    rows = pd.read_csv(REFERENCE / "recurrent.csv")
    fit = recurrent_events("maintenance", rows, subject="patient", **options).tidy()
    near(fit["estimate"], [R[key]["estimate"]])
    near(fit["std_error"], [R[key]["robust_se"]], 1e-5)
