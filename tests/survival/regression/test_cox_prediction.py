"""Curves predicted by a Cox model, and standardised ones."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ColumnError, DataError, ModelError
from analysis.survival import cox, kaplan_meier
from tests.survival.published import PUBLISHED, check_columns
from tests.survival.reference import REFERENCE

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lifelines.datasets import (
        load_lung,
        load_psychiatric_patients,
        load_rossi,
        load_stanford_heart_transplants,
    )

EXPECTED = json.loads((REFERENCE / "expected_cox.json").read_text(encoding="utf-8"))
RELAPSE = pd.read_csv(REFERENCE / "regression.csv").assign(
    relapse=lambda d: (d["type"] == 1).astype(int)
)
NEW = pd.DataFrame(
    {"arm": ["iv", "im"], "age": [30, 50], "severity": [0, 1], "clinic": ["c1", "c3"]}
)
FORMULA = "arm + age + severity"
MODELS = {
    "entry": ({"entry": "entry"}, "log-log"),
    "entry_log": ({"entry": "entry"}, "log"),
    "breslow": ({"entry": "entry", "ties": "breslow"}, "log-log"),
    "strata": ({"entry": "entry", "strata": "clinic"}, "log-log"),
    "weights": ({"weights": "weight"}, "log-log"),
    "cluster": ({"cluster": "clinic"}, "log-log"),
}


def relapse(**options):
    return cox(FORMULA, RELAPSE, event="relapse", **options)


@pytest.mark.reference
@pytest.mark.parametrize("key", MODELS)
def test_curves_are_those_of_r(key):
    options, conf_type = MODELS[key]
    found = relapse(**options).survival(NEW, [30, 90], conf_type=conf_type)
    expected = pd.DataFrame(EXPECTED["curves"][key])
    for column in expected.columns:
        np.testing.assert_allclose(found[column], expected[column], rtol=1e-8)


@pytest.mark.reference
def test_baseline_is_that_of_r():
    found = relapse(entry="entry").baseline()
    expected = pd.DataFrame(EXPECTED["baseline"])
    for column in expected.columns:
        np.testing.assert_allclose(found[column], expected[column], rtol=1e-8)
    logs = np.log(found[["conf_low", "cumulative_hazard", "conf_high"]].to_numpy())
    np.testing.assert_allclose(logs[:, 1] - logs[:, 0], logs[:, 2] - logs[:, 1], rtol=1e-9)


@pytest.mark.reference
def test_standardised_survival_is_the_mean_of_rs_curves():
    found = relapse().standardised_survival("arm", [30, 90])
    expected = pd.DataFrame(EXPECTED["standardised"])
    assert found["arm"].tolist() == expected["arm"].tolist()
    np.testing.assert_allclose(found["estimate"], expected["estimate"], rtol=1e-9)


def read_lung():
    data = load_lung().rename(columns={"ph.ecog": "ecog", "status": "event"})
    return cox("age + ecog", data, strata="sex")


def read_psychiatric():
    # lifelines leaves the late entries out of this curve: 0.869, 0.689, 0.536
    data = load_psychiatric_patients()
    data = data.assign(exit=data["Age"] + data["T"])
    return cox("sex", data, time="exit", event="C", entry="Age")


def read_heart():
    # lifelines has neither strata nor predictions where covariates change over time
    data = load_stanford_heart_transplants()
    return cox("age + year + transplant", data, time="stop", entry="start", strata="surgery")


@pytest.mark.reference
@pytest.mark.parametrize(
    ("table", "fitted", "patient", "times"),
    [
        ("lung", read_lung, {"age": 60, "ecog": 1, "sex": 2}, [90, 180, 365]),
        ("mind", read_psychiatric, {"sex": 2}, [52, 59, 63]),
        ("heart", read_heart, {"age": 0, "year": 3, "transplant": 1, "surgery": 0}, [30, 90, 365]),
    ],
)
def test_published_tables_have_the_curves_of_r(table, fitted, patient, times):
    found = fitted().survival(pd.DataFrame([patient]), times)
    columns = ["estimate", "std_error", "conf_low", "conf_high"]
    check_columns(found, PUBLISHED[table]["predicted"], columns, rtol=1e-8)


@pytest.mark.reference
def test_rearrests_have_the_curves_of_r():
    fit = cox(
        "fin + age + race + wexp + mar + paro + prio", load_rossi(), time="week", event="arrest"
    )
    new = pd.DataFrame({"fin": [1, 0], "age": [20, 30], "prio": [3, 1]})
    found = fit.survival(new.assign(race=1, wexp=0, mar=0, paro=1), [10, 25, 52])
    columns = ["estimate", "std_error", "conf_low", "conf_high"]
    check_columns(found, PUBLISHED["rossi"]["predicted"], columns, rtol=1e-8)


@pytest.mark.identity
def test_unit_and_origin_of_covariates_do_not_matter():
    # some software gives a wrong baseline hazard where it standardised covariates inside
    moved = {"age": lambda d: d["age"] / 365.25 + 1e3}
    here = relapse(entry="entry").survival(NEW, [30, 90])
    there = cox(FORMULA, RELAPSE.assign(**moved), event="relapse", entry="entry")
    there = there.survival(NEW.assign(**moved), [30, 90])
    for column in ("estimate", "std_error", "conf_low", "conf_high"):
        np.testing.assert_allclose(there[column], here[column], rtol=1e-7)


@pytest.mark.truth
def test_delayed_entry_gives_the_true_curve():
    # lifelines leaves the entries out of the baseline: 0.850 and 0.598 for 0.607 and 0.368
    rng = np.random.default_rng(5)
    n = 6000
    event, entry, age = rng.exponential(10, n), rng.uniform(0, 8, n), rng.normal(size=n)
    kept = event > entry
    data = pd.DataFrame(
        {"time": event, "event": 1, "entry": entry, "age": age}
    ).loc[kept]  # fmt: skip
    fit = cox("age", data, entry="entry")
    found = fit.survival(pd.DataFrame({"age": [0.0]}), [5, 10])
    error = (found["estimate"] - np.exp([-0.5, -1.0])) / found["std_error"]
    assert (error.abs() < 3.5).all()
    assert (found["std_error"] < 0.02).all()


@pytest.mark.identity
def test_stratified_baseline_without_an_effect_is_the_nelson_aalen_curve_of_the_stratum():
    # a covariate that is balanced at every event time of each stratum has coefficient 0
    twins = pd.concat([RELAPSE.assign(x=0.0), RELAPSE.assign(x=1.0)])
    fit = cox("x", twins, event="relapse", strata="arm", ties="breslow")
    assert fit.tidy()["estimate"].iloc[0] == pytest.approx(0.0, abs=1e-10)
    base = fit.baseline()
    for arm, mine in base.groupby("arm"):
        curve = kaplan_meier(RELAPSE.loc[RELAPSE["arm"] == arm], event="relapse").curve()
        curve = curve.loc[curve["n_event"] > 0]
        expected = (curve["n_event"] / curve["n_risk"]).cumsum()
        np.testing.assert_allclose(mine["cumulative_hazard"], expected, rtol=1e-9)


@pytest.mark.unit
def test_columns_and_what_is_known():
    fit = relapse(strata="clinic")
    found = fit.survival(NEW, [0, 30, 5000])
    assert list(found.columns) == [
        "row", "arm", "age", "severity", "clinic", "time", "estimate", "std_error", "conf_low",
        "conf_high",
    ]  # fmt: skip
    assert found["row"].tolist() == [0, 0, 0, 1, 1, 1]
    assert found["clinic"].tolist() == ["c1"] * 3 + ["c3"] * 3
    assert found.loc[0, ["estimate", "std_error", "conf_low", "conf_high"]].tolist() == [1, 0, 1, 1]
    assert found["estimate"].isna().tolist() == [False, False, True] * 2


@pytest.mark.unit
@pytest.mark.parametrize(
    ("new", "error", "message"),
    [
        (NEW.drop(columns="age"), ColumnError, "age"),
        (NEW.drop(columns="clinic"), ColumnError, "strata 'clinic'"),
        (NEW.assign(clinic="c9"), DataError, "2 of 2 new rows are in a stratum"),
        (NEW.assign(arm="oral"), DataError, "without a level of the fit"),
        (NEW.assign(age=np.nan), DataError, "without a finite number"),
    ],
)
def test_rows_that_cannot_be_predicted_are_refused(new, error, message):
    with pytest.raises(error, match=message):
        relapse(strata="clinic").survival(new, [30])


@pytest.mark.unit
@pytest.mark.parametrize("times", [[], [-1], [np.nan]])
def test_times_that_cannot_be_asked_are_refused(times):
    with pytest.raises(DataError, match="finite numbers from 0 on"):
        relapse().survival(NEW, times)


@pytest.mark.unit
def test_unknown_scale_of_limits_is_refused():
    with pytest.raises(ModelError, match="allowed are log-log, log, plain"):
        relapse().survival(NEW, [30], conf_type="logit")


def standardised_by_hand(fit, data, beta, steps, time):
    """Average survival at one time under Breslow's hazard times steps, at given coefficients."""
    X = np.column_stack([(data["arm"] == "iv").astype(float), data["age"]])
    risk = np.exp(X @ beta)
    hazard = 0.0
    events = np.unique(data.loc[data["relapse"] == 1, "time"])
    for step, t in zip(steps, events, strict=True):
        tied = ((data["time"] == t) & (data["relapse"] == 1)).sum()
        hazard += step * tied / risk[data["time"] >= t].sum() * (t <= time)
    out = []
    for iv in (0.0, 1.0):
        X[:, 0] = iv
        out.append(np.exp(-hazard * np.exp(X @ beta)))
    return np.array(out)


@pytest.mark.identity
def test_variance_of_standardised_survival_is_the_delta_method():
    data = RELAPSE.iloc[:80].assign(age=lambda d: (d["age"] - 44) / 10)
    fit = cox("arm + age", data, event="relapse", ties="breslow")
    beta, time = fit.tidy()["estimate"].to_numpy(), 40.0
    events = np.unique(data.loc[data["relapse"] == 1, "time"])
    ones, h = np.ones(events.size), 1e-5

    def mean(beta, steps):
        return standardised_by_hand(fit, data, beta, steps, time).mean(axis=1)

    by_beta = np.stack([
        (mean(beta + s, ones) - mean(beta - s, ones)) / (2 * h) for s in np.eye(2) * h
    ])  # fmt: skip
    by_step = np.stack([
        (mean(beta, ones + s) - mean(beta, ones - s)) / (2 * h) for s in np.eye(events.size) * h
    ])  # fmt: skip
    # at known coefficients a step d / sum of risks has relative variance 1 / d
    tied = data.loc[data["relapse"] == 1].groupby("time").size().to_numpy()
    each = standardised_by_hand(fit, data, beta, ones, time)
    sampled = np.cov(each, bias=True) / len(data)
    total = by_beta.T @ fit.covariance().to_numpy() @ by_beta
    total = total + by_step.T @ (by_step / tied[:, None]) + sampled
    found = fit.standardised_survival("arm", [time])
    np.testing.assert_allclose(found["estimate"], each.mean(axis=1), rtol=1e-9)
    np.testing.assert_allclose(found["std_error"], np.sqrt(np.diag(total)), rtol=1e-6)
    difference = fit.standardised_differences("arm", [time]).iloc[0]
    assert difference["contrast"] == "iv - im"
    contrast = np.array([-1.0, 1.0])
    assert difference["std_error"] == pytest.approx(np.sqrt(contrast @ total @ contrast), rel=1e-6)
    assert difference["estimate"] == pytest.approx(contrast @ each.mean(axis=1), rel=1e-8)


@pytest.mark.identity
def test_differences_have_opposite_signs_from_either_reference():
    fit = relapse(strata="clinic")
    one = fit.standardised_differences("arm", [30, 60])
    other = fit.standardised_differences("arm", [30, 60], reference="iv")
    np.testing.assert_allclose(one["estimate"], -other["estimate"], rtol=1e-12)
    np.testing.assert_allclose(one["std_error"], other["std_error"], rtol=1e-9)
    assert other["contrast"].tolist() == ["im - iv"] * 2


@pytest.mark.unit
def test_numbers_need_levels_and_curves_end_with_the_first_stratum():
    fit = relapse(strata="clinic")
    with pytest.raises(ModelError, match="'age' is a number; name the values"):
        fit.standardised_survival("age", [30])
    last = RELAPSE.groupby("clinic")["time"].max().min()
    found = fit.standardised_survival("age", [last, last + 1], levels=[30, 60])
    assert found["age"].tolist() == [30, 30, 60, 60]
    assert found["estimate"].isna().tolist() == [False, True, False, True]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda f: f.standardised_survival("clinic", [30]), "not among the covariates"),
        (lambda f: f.standardised_differences("arm", [30], reference="po"), "no level of 'arm'"),
        (lambda f: f.standardised_survival("arm", [30], conf_level=95), "conf_level is 95"),
    ],
)
def test_what_cannot_be_standardised_is_refused(call, message):
    with pytest.raises(ModelError, match=message):
        call(relapse())


@pytest.mark.unit
def test_patients_with_several_rows_are_not_standardised():
    rows = pd.concat([
        RELAPSE.assign(start=0.0, time=1.0, relapse=0), RELAPSE.assign(start=1.0)
    ])  # fmt: skip
    fit = cox("arm", rows, event="relapse", entry="start", subject="patient")
    with pytest.raises(ModelError, match="one row per patient"):
        fit.standardised_survival("arm", [30])


@pytest.mark.unit
def test_strata_of_a_baseline_keep_the_type_of_their_column():
    clinics = pd.CategoricalDtype(["c5", "c4", "c3", "c2", "c1", "none"])
    data = RELAPSE.assign(clinic=RELAPSE["clinic"].astype(clinics))
    found = cox(FORMULA, data, event="relapse", strata="clinic").baseline()
    assert found["clinic"].dtype == clinics
    assert found["clinic"].unique().tolist() == ["c5", "c4", "c3", "c2", "c1"]
