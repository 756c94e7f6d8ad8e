"""Fine-Gray regression: numbers of crr and finegray, identities, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, ConvergenceError, DataError, ModelError
from analysis.survival import cumulative_incidence, fine_gray
from tests.survival.competing.competing_reference import EXPECTED, RELAPSE, TIMES

FORMULA = "arm + age + severity"
DATA = RELAPSE.assign(untied=RELAPSE["time"] + np.arange(1, len(RELAPSE) + 1) / 1e4)
NEW = pd.DataFrame({"arm": ["im", "iv"], "age": [40, 50], "severity": [0.5, -1]})


def check(fit, reference):
    """Compare coefficients, likelihood and predictions with those of R."""
    found = fit.tidy()
    np.testing.assert_allclose(found["estimate"], reference["estimate"], rtol=1e-9)
    np.testing.assert_allclose(found["std_error"], reference["std_error"], rtol=1e-9)
    log_likelihood = fit.glance()["log_likelihood"].iloc[0]
    assert log_likelihood == pytest.approx(reference["log_likelihood"], rel=1e-11)
    predicted = fit.predict(NEW, TIMES).pivot(index="time", columns="row", values="estimate")
    np.testing.assert_allclose(predicted, reference["predicted"], rtol=1e-9)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("key", "time", "cause"),
    [("tied_1", "time", 1), ("tied_2", "time", 2), ("untied_1", "untied", 1)],
)
def test_estimates_and_robust_errors_are_those_of_crr(key, time, cause):
    reference = EXPECTED["crr"][key]
    fit = fine_gray(FORMULA, DATA, time=time, cause=cause)
    check(fit, reference)
    np.testing.assert_allclose(fit.covariance(), reference["vcov"], rtol=1e-8, atol=1e-12)
    null = fit.glance()["log_likelihood_null"].iloc[0]
    assert null == pytest.approx(reference["log_likelihood_null"], rel=1e-11)


@pytest.mark.reference
@pytest.mark.parametrize(("key", "time"), [("tied", "time"), ("untied", "untied")])
def test_the_other_convention_is_finegray_with_coxph_clustered_by_patient(key, time):
    fit = fine_gray(FORMULA, DATA, time=time, convention="finegray")
    check(fit, EXPECTED["finegray"][key]["efron"])


@pytest.mark.identity
def test_without_other_causes_this_is_a_cox_model():
    from lifelines import CoxPHFitter

    data = DATA.loc[DATA["event"] != 2, ["untied", "event", "age", "severity"]]
    other = CoxPHFitter().fit(data, "untied", "event", robust=True)
    found = fine_gray("age + severity", data, time="untied", convention="finegray").tidy()
    np.testing.assert_allclose(found["estimate"], other.params_, rtol=1e-5)
    np.testing.assert_allclose(found["std_error"], other.standard_errors_, rtol=1e-4)


@pytest.mark.identity
@pytest.mark.parametrize("convention", ["crr", "finegray"])
def test_order_of_rows_and_unit_of_time_do_not_matter(convention):
    base = fine_gray(FORMULA, DATA, convention=convention)
    other = DATA.sample(frac=1, random_state=4).assign(time=lambda rows: rows["time"] * 0.1 / 3)
    again = fine_gray(FORMULA, other.set_index("clinic"), convention=convention)
    pd.testing.assert_frame_equal(again.tidy(), base.tidy(), rtol=1e-8)


@pytest.mark.identity
def test_location_and_scale_of_covariates_do_not_matter():
    moved = DATA.assign(age=2000 + DATA["age"] * 10, severity=DATA["severity"] / 100)
    base, again = fine_gray(FORMULA, DATA), fine_gray(FORMULA, moved)
    scale = np.array([1, 10, 1 / 100])
    for column in ("estimate", "std_error"):
        np.testing.assert_allclose(again.tidy()[column] * scale, base.tidy()[column], rtol=1e-8)
    new = NEW.assign(age=2000 + NEW["age"] * 10, severity=NEW["severity"] / 100)
    np.testing.assert_allclose(
        again.predict(new, TIMES)["estimate"], base.predict(NEW, TIMES)["estimate"], rtol=1e-9
    )


@pytest.mark.identity
def test_mirrored_covariate_has_mirrored_effect():
    base = fine_gray("severity", DATA).tidy().iloc[0]
    other = fine_gray("severity", DATA.assign(severity=-DATA["severity"])).tidy().iloc[0]
    assert other["estimate"] == pytest.approx(-base["estimate"], rel=1e-10)
    assert other["conf_low"] == pytest.approx(-base["conf_high"], rel=1e-10)


@pytest.mark.unit
def test_ratios_are_exponentials_and_keep_the_error_of_the_coefficient():
    fit = fine_gray(FORMULA, DATA)
    plain, ratio = fit.tidy(), fit.tidy(exponentiate=True)
    for column in ("estimate", "conf_low", "conf_high"):
        np.testing.assert_allclose(ratio[column], np.exp(plain[column]))
    assert ratio["std_error"].tolist() == plain["std_error"].tolist()
    assert fit.tidy(0.5)["conf_low"].gt(plain["conf_low"]).all()


@pytest.mark.unit
def test_glance_counts_rows_and_names_conventions():
    data = DATA.assign(age=DATA["age"].where(DATA.index > 5))
    row = fine_gray("age", data).glance().iloc[0]
    used = data.loc[data["age"].notna(), "event"].value_counts()
    assert (row["n_obs"], row["n_dropped"]) == (len(DATA) - 6, 6)
    assert (row["n_event"], row["n_competing"], row["n_censored"]) == (used[1], used[2], used[0])
    assert (row["convention"], row["ties"], row["cause"]) == ("crr", "breslow", 1)
    assert bool(row["converged"])
    assert row["newton_decrement"] <= 1e-12
    tidy = fine_gray("age", data).tidy().iloc[0]
    assert row["statistic"] == pytest.approx(tidy["statistic"] ** 2)
    assert row["p_value"] == pytest.approx(tidy["p_value"])
    other = fine_gray("age", data, convention="finegray").glance().iloc[0]
    assert (other["convention"], other["ties"]) == ("finegray", "efron")


@pytest.mark.unit
def test_predictions_begin_at_zero_and_end_with_the_data():
    found = fine_gray(FORMULA, DATA).predict(NEW, [0, 2, 210, 211])
    assert list(found.columns) == ["row", "time", "estimate"]
    assert found["row"].tolist() == [0] * 4 + [1] * 4
    assert found["estimate"].isna().tolist() == [False, False, False, True] * 2
    assert found["estimate"].iloc[0] == 0.0


@pytest.mark.unit
def test_labels_name_the_cause():
    labels = DATA["event"].map({0: "in care", 1: "relapse", 2: "switch"})
    fit = fine_gray("age", DATA.assign(event=labels), cause="switch", censored="in care")
    base = fine_gray("age", DATA, cause=2)
    pd.testing.assert_frame_equal(fit.tidy(), base.tidy())
    assert "cause switch (crr convention)" in repr(fit)


@pytest.mark.unit
def test_text_and_html():
    fit = fine_gray(FORMULA, DATA)
    assert repr(fit) == fit.summary()
    title, header, first, *_ = repr(fit).splitlines()
    assert title == (
        "Fine-Gray model of cause 1 (crr convention), subdistribution hazard ratios; "
        "251 events, 93 competing, 411 rows"
    )
    assert header.split()[:3] == ["term", "estimate", "std_error"]
    assert first.split()[:3] == ["arm[T.iv]", "0.746", "0.126"]
    named = fine_gray("arm", DATA.assign(arm=DATA["arm"].map({"im": "0", "iv": "<b>"})))
    assert "arm[T.&lt;b&gt;]" in named._repr_html_()


@pytest.mark.unit
def test_frames_are_new_each_time():
    fit = fine_gray("age", DATA)
    fit.glance().pop("n_obs")
    covariance = fit.covariance()
    covariance.loc["age", "age"] = -1.0
    assert fit.glance()["n_obs"].tolist() == [411]
    assert fit.covariance().iloc[0, 0] > 0


@pytest.mark.unit
@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"convention": "sas"}, ModelError, "allowed are crr, finegray"),
        ({"cause": 3}, DataError, "No row used has the cause"),
        ({"causes": [1]}, DataError, "causes= does not name"),
        ({"time": "nowhere"}, ColumnError, "time= names 'nowhere'"),
    ],
)
def test_requests_that_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        fine_gray("age", DATA, **options)


@pytest.mark.unit
def test_a_level_without_events_is_named():
    data = DATA.assign(never=(DATA["event"] == 1).astype(float))
    with pytest.raises(ConvergenceError, match="without end along 'never'"):
        fine_gray("age + never", data)


@pytest.mark.unit
@pytest.mark.parametrize("convention", ["crr", "finegray"])
def test_an_infinite_effect_is_not_reported_as_a_finite_one(convention):
    # crr says "converged: FALSE" at such data; without the check the estimate would be -30.5
    data = pd.DataFrame(
        {
            "time": np.arange(1.0, 41.0),
            "event": [1, 2, 0, 1] * 5 + [2, 0, 2, 2] * 5,
            "level": ["a"] * 20 + ["b"] * 20,
        }
    ).sample(frac=1, random_state=1)
    with pytest.raises(ConvergenceError, match="without end along"):
        fine_gray("level", data, convention=convention)


@pytest.mark.unit
def test_new_rows_that_are_refused():
    fit = fine_gray("arm", DATA)
    with pytest.raises(DataError):
        fit.predict(pd.DataFrame({"arm": ["oral"]}), [30])
    with pytest.raises(DataError, match="finite numbers from 0 on"):
        fit.predict(NEW, [-1])


@pytest.mark.truth
def test_coefficient_of_a_subdistribution_model_is_recovered():
    # Fine and Gray's own design: F1(t | z) = 1 - (1 - p (1 - exp(-t)))^exp(b z)
    rng = np.random.default_rng(11)
    n, p, b = 20_000, 0.5, 0.6
    z = rng.integers(0, 2, n)
    mass = 1 - (1 - p) ** np.exp(b * z)
    first = rng.random(n) < mass
    u = rng.random(n) * mass
    t1 = -np.log(1 - (1 - (1 - u) ** np.exp(-b * z)) / p)
    ends = np.where(first, t1, rng.exponential(1, n))
    censored = rng.uniform(0.5, 4, n)
    data = pd.DataFrame(
        {
            "time": np.minimum(ends, censored),
            "event": np.where(ends <= censored, 2 - first, 0),
            "z": z,
        }
    )
    row = fine_gray("z", data).tidy().iloc[0]
    assert row["estimate"] == pytest.approx(b, abs=3.5 * row["std_error"])
    assert row["std_error"] < 0.03
    # predictions are close to the curve of each group
    fit, curve = fine_gray("z", data), cumulative_incidence(data, by="z").at([1.0])
    found = fit.predict(pd.DataFrame({"z": [0, 1]}), [1.0])["estimate"]
    np.testing.assert_allclose(found, curve.loc[curve["event"] == 1, "estimate"], atol=0.02)
