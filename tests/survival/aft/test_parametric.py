"""Parametric regression: references, derivatives, identities and refusals."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, ConvergenceError, DataError, ModelError
from analysis.survival import parametric
from analysis.survival.aft.distributions import DISTRIBUTIONS
from analysis.survival.aft.likelihood import AftRows, evaluate_aft
from tests.survival.published import PUBLISHED, check_columns, printed
from tests.survival.reference import REFERENCE

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lifelines.datasets import load_diabetes, load_lcd, load_mice

EXPECTED = json.loads((REFERENCE / "expected_cox.json").read_text(encoding="utf-8"))
RELAPSE = pd.read_csv(REFERENCE / "regression.csv").assign(
    relapse=lambda d: (d["type"] == 1).astype(int), whole=lambda d: np.ceil(d["weight"])
)
SEEN = RELAPSE.assign(lower=RELAPSE["left"].astype(float), upper=RELAPSE["right"])
_EXACT = (np.arange(1, len(SEEN) + 1) % 7 == 0) & (SEEN["relapse"] == 1)
SEEN.loc[_EXACT, "lower"] = SEEN.loc[_EXACT, "time"]
SEEN.loc[_EXACT, "upper"] = SEEN.loc[_EXACT, "time"]
NEW = pd.DataFrame({"arm": ["iv", "im"], "age": [30, 50], "severity": [0, 1]})
ADJUSTED = "arm + age + severity"


def right(distribution="weibull", **options):
    return parametric(
        ADJUSTED, RELAPSE, time="time", event="relapse", distribution=distribution, **options
    )


def interval(distribution="weibull", data=SEEN, **options):
    return parametric(
        "arm + age", data, lower="lower", upper="upper", distribution=distribution, **options
    )


def check(fit, expected):
    found, row = fit.tidy(), fit.glance().iloc[0]
    np.testing.assert_allclose(found["estimate"], expected["estimate"], rtol=1e-9)
    np.testing.assert_allclose(found["std_error"], expected["std_error"], rtol=1e-9)
    found = [row["log_likelihood_null"], row["log_likelihood"]]
    np.testing.assert_allclose(found, expected["log_likelihood"], rtol=1e-12)
    assert row["newton_decrement"] <= 1e-12


@pytest.mark.reference
@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_right_censored_numbers_are_those_of_survreg(distribution):
    check(right(distribution), EXPECTED["aft"]["right"][distribution])


@pytest.mark.reference
@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_exact_left_and_interval_censored_numbers_are_those_of_survreg(distribution):
    fit = interval(distribution)
    row = fit.glance().iloc[0]
    assert min(row["n_exact"], row["n_left"], row["n_interval"], row["n_right"]) > 10
    check(fit, EXPECTED["aft"]["interval"][distribution])


@pytest.mark.reference
def test_weighted_numbers_are_those_of_survreg():
    fit = parametric("arm + age", RELAPSE, time="time", event="relapse", weights="whole")
    check(fit, EXPECTED["aft"]["weights"])


@pytest.mark.reference
@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_medians_are_those_of_survreg(distribution):
    found, expected = right(distribution).median(NEW), EXPECTED["aft_median"][distribution]
    np.testing.assert_allclose(found["estimate"], expected["median"], rtol=1e-9)
    np.testing.assert_allclose(found["std_error"], expected["std_error"], rtol=1e-9)


@pytest.mark.reference
def test_mice_have_the_published_hazard_ratio():
    # icenReg 2.0.16, miceData: Weibull proportional hazards, ge against ce
    fit = parametric("grp", load_mice(), lower="l", upper="u", scale="ph")
    row = fit.tidy().set_index("term").loc["grp[T.ge]"]
    assert row["estimate"] == pytest.approx(0.7862, abs=5e-5)
    assert row["std_error"] == pytest.approx(0.3358, abs=5e-5)
    assert fit.glance()["log_likelihood"].iloc[0] == pytest.approx(-80.3202, abs=5e-5)


@pytest.mark.reference
def test_diabetes_has_the_published_odds_ratio():
    # icenReg 2.0.16, IR_diabetes: loglogistic proportional odds, male 0.3852
    fit = parametric(
        "gender", load_diabetes(), lower="left", upper="right", distribution="loglogistic"
    )
    male, log_scale = fit.tidy()["estimate"].iloc[1:]
    # lower odds of an event so far are a longer time: male is the level that is modelled
    assert male / np.exp(log_scale) == pytest.approx(0.3852, abs=5e-5)
    # R's survreg and the second derivatives of the likelihood, 0.138443; icenReg prints 0.1383
    slope = np.array([0.0, 1.0, -male]) / np.exp(log_scale)
    error = np.sqrt(slope @ fit.covariance().to_numpy() @ slope)
    assert error == pytest.approx(0.138443420, abs=5e-9)
    assert fit.glance()["log_likelihood"].iloc[0] == pytest.approx(-2003.695, abs=5e-4)


def read_metal():
    """Copper and zinc in ground water: below the limit of detection means left-censored."""
    data = load_lcd()
    return data.assign(lower=data["T"].where(data["E"] == 1, 0), upper=data["T"])


@pytest.mark.reference
@pytest.mark.parametrize("distribution", ["weibull", "lognormal", "loglogistic"])
@pytest.mark.parametrize(
    ("table", "read", "formula", "columns"),
    [
        ("cosmesis", lambda: printed("cosmesis"), "arm", ("lower", "upper")),
        ("mice", load_mice, "grp", ("l", "u")),
        ("diabetes", load_diabetes, "gender", ("left", "right")),
        ("metal", read_metal, "group", ("lower", "upper")),
    ],
)
def test_published_tables_have_the_numbers_of_survreg(table, read, formula, columns, distribution):
    lower, upper = columns
    fit = parametric(formula, read(), lower=lower, upper=upper, distribution=distribution)
    expected = PUBLISHED["aft"][table][distribution]
    check_columns(fit.tidy(), pd.DataFrame(expected), ["estimate", "std_error"], rtol=1e-8)
    found = fit.glance()["log_likelihood"]
    np.testing.assert_allclose(found, expected["log_likelihood"], rtol=1e-11)


@pytest.mark.reference
def test_cosmesis_has_the_published_hazard_ratio():
    # icenReg 2.0.16: Weibull 0.916380, log-likelihood -143.3208, without arms -148.7924; as time
    # ratio -0.567551 with log scale -0.479101
    fit = parametric("arm", printed("cosmesis"), lower="lower", upper="upper")
    expected = [-0.567551, -0.479101]
    np.testing.assert_allclose(fit.tidy()["estimate"].iloc[1:], expected, atol=5e-7)
    row = fit.glance().iloc[0]
    assert row["log_likelihood"] == pytest.approx(-143.3208, abs=5e-5)
    assert row["log_likelihood_null"] == pytest.approx(-148.7924, abs=5e-5)
    hazards = parametric("arm", printed("cosmesis"), lower="lower", upper="upper", scale="ph")
    assert hazards.tidy()["estimate"].iloc[1] == pytest.approx(0.916380, abs=5e-7)


@pytest.mark.identity
@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_score_and_information_are_derivatives(distribution):
    rng = np.random.default_rng(6)
    lower = rng.normal(size=40)
    upper = lower + rng.exponential(size=40)
    upper[:10], lower[10:20], upper[20:30] = lower[:10], -np.inf, np.inf
    rows = AftRows(
        X=np.vstack([np.ones(40), rng.normal(size=40)]),
        lower=lower,
        upper=upper,
        exact=np.arange(40) < 10,
        weight=rng.uniform(0.5, 2, 40),
    )
    family = DISTRIBUTIONS[distribution]
    at = np.array([0.2, -0.4, 1.3])[: 2 + family.has_scale]
    found, h = evaluate_aft(rows, family, at), 1e-5
    ahead = [evaluate_aft(rows, family, at + s) for s in np.eye(at.size) * h]
    behind = [evaluate_aft(rows, family, at - s) for s in np.eye(at.size) * h]
    slope = [
        (a.log_likelihood - b.log_likelihood) / (2 * h) for a, b in zip(ahead, behind, strict=True)
    ]
    bend = [(b.score - a.score) / (2 * h) for a, b in zip(ahead, behind, strict=True)]
    np.testing.assert_allclose(found.score, slope, atol=1e-6)
    np.testing.assert_allclose(found.information, bend, atol=1e-6)


@pytest.mark.identity
@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_narrow_intervals_are_exact_times(distribution):
    width = 1e-5
    narrow = RELAPSE.assign(
        lower=np.where(RELAPSE["relapse"] == 1, RELAPSE["time"] - width / 2, RELAPSE["time"]),
        upper=np.where(RELAPSE["relapse"] == 1, RELAPSE["time"] + width / 2, np.inf),
    )
    found = interval(distribution, narrow).tidy()
    exact = parametric(
        "arm + age", RELAPSE, time="time", event="relapse", distribution=distribution
    ).tidy()
    np.testing.assert_allclose(found["estimate"], exact["estimate"], rtol=1e-6)
    np.testing.assert_allclose(found["std_error"], exact["std_error"], rtol=1e-5)


@pytest.mark.identity
def test_weibull_hazard_ratios_are_minus_coefficients_over_the_scale():
    aft, ph = interval().tidy(), interval(scale="ph").tidy()
    assert ph["term"].tolist() == ["Intercept", "arm[T.iv]", "age", "log(shape)"]
    scale = np.exp(aft["estimate"].iloc[-1])
    np.testing.assert_allclose(ph["estimate"][1:3], -aft["estimate"][1:3] / scale, rtol=1e-12)
    assert ph["estimate"].iloc[-1] == pytest.approx(-aft["estimate"].iloc[-1], rel=1e-12)
    # the intercept is the log cumulative hazard of a row of zeros at time 1
    zero = pd.DataFrame({"arm": ["im"], "age": [0.0]})
    survival = interval().predict(zero, [1.0])["estimate"].iloc[0]
    assert np.log(-np.log(survival)) == pytest.approx(ph["estimate"].iloc[0], rel=1e-9)


@pytest.mark.identity
def test_unit_of_time_moves_the_intercept_only():
    days, weeks = interval(), interval(data=SEEN.assign(lower=SEEN["lower"] / 7,
                                                        upper=SEEN["upper"] / 7))  # fmt: skip
    change = days.tidy()["estimate"] - weeks.tidy()["estimate"]
    np.testing.assert_allclose(change, [np.log(7), 0, 0, 0], atol=1e-9)


@pytest.mark.identity
def test_median_is_where_the_curve_is_one_half():
    for distribution in DISTRIBUTIONS:
        fit = right(distribution)
        medians = fit.median(NEW)["estimate"]
        curves = fit.predict(NEW, medians.tolist()).set_index(["row", "time"])["estimate"]
        found = [curves.loc[(row, time)] for row, time in enumerate(medians)]
        np.testing.assert_allclose(found, [0.5, 0.5], rtol=1e-12)


@pytest.mark.identity
def test_standard_error_of_a_probability_is_the_delta_method():
    fit = right("loglogistic")
    beta, vcov, h = fit.tidy()["estimate"].to_numpy(), fit.covariance().to_numpy(), 1e-6
    x = np.array([1.0, 1.0, 30.0, 0.0])

    def survival(beta):
        return 1 / (1 + np.exp((np.log(60.0) - x @ beta[:-1]) / np.exp(beta[-1])))

    slope = [(survival(beta + s) - survival(beta - s)) / (2 * h) for s in np.eye(beta.size) * h]
    row = fit.predict(NEW, [60]).iloc[0]
    assert row["estimate"] == pytest.approx(survival(beta), rel=1e-12)
    assert row["std_error"] == pytest.approx(np.sqrt(slope @ vcov @ slope), rel=1e-6)
    assert row["conf_low"] < row["estimate"] < row["conf_high"]


@pytest.mark.truth
def test_intervals_cover_the_truth_when_relapse_is_seen_at_visits_only():
    rng = np.random.default_rng(13)
    hits = []
    for _ in range(200):
        arm = rng.integers(0, 2, 150)
        relapse = 60 * np.exp(0.4 * arm) * rng.weibull(1.3, 150)
        step = np.where(arm == 1, 28.0, 7.0)
        lower = np.floor(relapse / step) * step
        lost = lower >= 168
        data = pd.DataFrame(
            {"lower": np.where(lost, 168.0, lower), "upper": np.where(lost, np.inf, lower + step),
             "arm": arm}
        )  # fmt: skip
        row = parametric("arm", data, lower="lower", upper="upper").tidy().iloc[1]
        hits.append(row["conf_low"] < 0.4 < row["conf_high"])
    # 3.5 Monte-Carlo standard errors of 200 intervals at 95 % are 0.054
    assert np.mean(hits) == pytest.approx(0.95, abs=0.054)


@pytest.mark.unit
def test_curve_starts_at_one():
    row = right().predict(NEW, [0]).iloc[0]
    found = row[["estimate", "std_error", "conf_low", "conf_high"]].tolist()
    assert found == [1.0, 0.0, 1.0, 1.0]


@pytest.mark.unit
def test_exponential_has_no_scale():
    fit = right("exponential")
    assert fit.tidy()["term"].tolist() == ["Intercept", "arm[T.iv]", "age", "severity"]
    ratios = right("exponential", scale="ph").tidy()
    np.testing.assert_allclose(ratios["estimate"], -fit.tidy()["estimate"], rtol=1e-12)
    np.testing.assert_allclose(ratios["std_error"], fit.tidy()["std_error"], rtol=1e-12)


@pytest.mark.unit
def test_rows_with_gaps_are_dropped_and_counted_and_text_says_so():
    data = SEEN.assign(age=SEEN["age"].where(SEEN.index > 3))
    fit = interval(data=data)
    assert fit.glance()["n_dropped"].tolist() == [4]
    assert repr(fit) == fit.summary()
    first, header, *_, last = repr(fit).splitlines()
    assert first == "Weibull regression of log time, arm + age"
    assert header.split() == ["term", "estimate", "std_error", "p_value", "conf_low", "conf_high"]
    assert last.startswith("407 rows:")
    assert last.endswith("4 left out")
    assert "<caption>Weibull regression" in fit._repr_html_()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"distribution": "gamma"}, "allowed are weibull, exponential, lognormal, loglogistic"),
        ({"scale": "po"}, "allowed are aft, ph"),
        ({"scale": "ph", "distribution": "lognormal"}, "no proportional hazards"),
        ({"time": "time"}, "both columns of one pair"),
        ({"upper": None}, "both columns of one pair"),
    ],
)
def test_calls_that_ask_for_what_there_is_not_are_refused(options, message):
    with pytest.raises(ModelError, match=message):
        parametric("arm", SEEN, **{"lower": "lower", "upper": "upper", **options})


@pytest.mark.unit
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"lower": -1.0}, DataError, "below 0"),
        ({"lower": np.nan}, DataError, "missing"),
        ({"lower": 9e9}, DataError, "above 'upper'"),
        ({"lower": "3"}, ColumnError, "not numeric"),
        ({"upper": np.inf}, DataError, "All 411 rows used are right-censored"),
        ({"lower": 0.0, "upper": 0.0}, DataError, "event at time 0"),
    ],
)
def test_intervals_that_cannot_be_are_refused(change, error, message):
    with pytest.raises(error, match=message):
        interval(data=SEEN.assign(**change))


@pytest.mark.unit
def test_missing_column_is_named():
    with pytest.raises(ColumnError, match="lower= names 'from'"):
        parametric("arm", SEEN, lower="from", upper="upper")


@pytest.mark.unit
@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_group_without_an_event_is_refused_and_named(distribution):
    iv = RELAPSE["arm"] == "iv"
    with pytest.raises(ConvergenceError, match=r"without end along 'arm\[T.iv\]'"):
        parametric(
            "arm + age",
            RELAPSE.assign(relapse=RELAPSE["relapse"].where(~iv, 0)),
            time="time",
            event="relapse",
            distribution=distribution,
        )
