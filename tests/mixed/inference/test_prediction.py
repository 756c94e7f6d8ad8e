"""Predictions, residuals and simulated outcomes against the formulas of the normal distribution."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.errors import ColumnError, DataError, ModelError
from analysis.mixed import lmm, mmrm
from tests.mixed.frames import simulated
from tests.mixed.networks import clinic_network

NETWORK = clinic_network(5, n_patients=60, n_clinics=6, n_visits=3)
NETWORK["sex"] = np.where(NETWORK["patient"] % 3 == 0, "F", "M")
NETWORK["day"] = 7.0 * NETWORK["visit"].str[1].astype(int) + NETWORK["patient"] % 4
NETWORK["change"] += 3.0 * (NETWORK["site_id"].str[-1].astype(int) % 3)
ROLES = {"subject": "patient", "visit": "visit"}
FORMULA = "change ~ arm * visit + baseline"
SLOPES = simulated(2, n_patients=20)


def same(labels):
    labels = np.asarray(labels)
    return labels[:, None] == labels[None, :]


def fitted(name):
    """Fit a model and write the covariance of all its rows as one matrix."""
    if name == "slope":
        fit = lmm("change ~ arm * day", SLOPES, subject="patient", random="1 + day")
        v0, c, v1, residual = fit.variance_components()["estimate"]
        day = SLOPES["day"].to_numpy()
        V = v0 + c * (day[:, None] + day[None, :]) + v1 * np.outer(day, day)
        return fit, SLOPES, V * same(SLOPES["patient"]) + residual * np.eye(len(SLOPES))
    data, within = NETWORK, same(NETWORK["patient"])
    if name == "spatial":
        fit = mmrm(FORMULA, data, **ROLES, covariance="spatial exponential", coordinates="day")
        variance, reach = fit.variance_components()["estimate"]
        day = data["day"].to_numpy()
        return fit, data, variance * np.exp(-np.abs(day[:, None] - day) / reach) * within
    if name == "slope and weights":
        fit = lmm("change ~ arm * day", data, subject="patient", random="1 + day", weights="weight")
        v0, c, v1, residual = fit.variance_components()["estimate"]
        day = data["day"].to_numpy()
        V = v0 + c * (day[:, None] + day[None, :]) + v1 * np.outer(day, day)
        return fit, data, V * within + np.diag(residual / data["weight"].to_numpy())
    if name == "intercepts and clinics":
        fit = lmm(FORMULA, data, **ROLES, random="1", residual="ar1", nested_in="site_id")
        clinic = fit.variance_components().set_index("group").loc["site_id", "estimate"]
        W = fit.covariance().loc[data["visit"], data["visit"]].to_numpy()
        return fit, data, (W + clinic) * within
    options = {
        "unstructured": {},
        "groups": {"covariance_by": "sex"},
        "weights": {"weights": "weight"},
        "clinics": {"nested_in": "site_id", "covariance": "ar1"},
        "clinics and weights": {"nested_in": "site_id", "weights": "weight"},
    }[name]
    fit = mmrm(FORMULA, data, **ROLES, **options)
    found = fit.covariance()
    matrices = found if isinstance(found, dict) else {"F": found, "M": found}
    V = np.zeros((len(data), len(data)))
    for sex, matrix in matrices.items():
        own = (data["sex"] == sex).to_numpy()
        V += matrix.loc[data["visit"], data["visit"]].to_numpy() * np.outer(own, own) * within
    if "weights" in name:
        V /= np.sqrt(np.outer(data["weight"], data["weight"]))
    if "clinics" in name:
        V += fit.variance_components().set_index("group").loc["site_id", "estimate"] * within
    return fit, data, V


MODELS = (
    "unstructured", "groups", "weights", "clinics", "clinics and weights", "spatial", "slope",
    "slope and weights", "intercepts and clinics",
)  # fmt: skip
FITS = {name: fitted(name) for name in MODELS}


def by_hand(fit, data, V, hidden):
    """Condition on the outcomes that are not hidden, with one matrix of all rows."""
    X, b = fit.population.design(data), fit.tidy()["estimate"].to_numpy()
    r = data["change"].to_numpy() - X @ b
    K = V[np.ix_(hidden, ~hidden)] @ np.linalg.inv(V[np.ix_(~hidden, ~hidden)])
    mean = X[hidden] @ b + K @ r[~hidden]
    score = np.diag(V[np.ix_(hidden, hidden)] - K @ V[np.ix_(~hidden, hidden)])
    turned = X[hidden] - K @ X[~hidden]
    return mean, np.einsum("ni,ij,nj->n", turned, fit.fixed.vcov, turned), score


@pytest.mark.identity
@pytest.mark.parametrize("name", MODELS)
def test_history_enters_by_the_conditional_normal_distribution(name):
    fit, data, V = FITS[name]
    hidden = np.random.default_rng(1).random(len(data)) < 0.4
    asked = data.assign(change=data["change"].mask(hidden))
    order = np.random.default_rng(2).permutation(len(data))
    mean, of_mean, of_score = by_hand(fit, data, V, hidden)
    for interval, variance in (("confidence", of_mean), ("prediction", of_mean + of_score)):
        found = fit.predict(asked.iloc[order], conditional=True, interval=interval)
        found = found.loc[data.index]
        np.testing.assert_allclose(found["estimate"][hidden], mean, rtol=1e-7)
        np.testing.assert_allclose(found["std_error"][hidden] ** 2, variance, rtol=1e-6)
        known = found.loc[~hidden]
        np.testing.assert_allclose(known["estimate"], data["change"][~hidden], rtol=1e-8)
        np.testing.assert_allclose(known["std_error"], 0.0, atol=1e-7)


@pytest.mark.identity
@pytest.mark.parametrize("name", MODELS)
def test_without_history_the_mean_is_that_of_the_population(name):
    fit, data, V = FITS[name]
    asked = data.assign(change=np.nan)
    for interval in ("confidence", "prediction"):
        plain = fit.predict(asked, interval=interval)
        given = fit.predict(asked, conditional=True, interval=interval)
        pd.testing.assert_frame_equal(given, plain, rtol=1e-9)
    mean = fit.predict(asked.drop(columns="change"))
    score = fit.predict(asked.drop(columns="change"), interval="prediction")
    added = score["std_error"] ** 2 - mean["std_error"] ** 2
    np.testing.assert_allclose(added, np.diag(V), rtol=1e-7)
    X = fit.population.design(data)
    np.testing.assert_allclose(mean["estimate"], X @ fit.tidy()["estimate"], rtol=1e-10)
    margin = stats.t.ppf(0.975, score["df"]) * score["std_error"]
    np.testing.assert_allclose(score["conf_high"] - score["estimate"], margin, rtol=1e-9)


@pytest.mark.identity
def test_new_row_of_a_known_patient_is_mean_plus_random_effects():
    fit = FITS["slope"][0]
    new = SLOPES.drop_duplicates("patient").assign(day=70.0, change=np.nan)
    asked = pd.concat([SLOPES, new], ignore_index=True)
    found = fit.predict(asked, conditional=True).iloc[len(SLOPES) :]
    effects = fit.random_effects().pivot(index="patient", columns="term", values="estimate")
    effects = effects.loc[new["patient"]]
    by_hand = fit.predict(new)["estimate"].to_numpy() + effects["Intercept"] + 70 * effects["day"]
    np.testing.assert_allclose(found["estimate"], by_hand, rtol=1e-8)


@pytest.mark.identity
def test_patients_that_were_not_fitted_are_predicted_from_their_own_history():
    fit = FITS["unstructured"][0]
    V = fit.covariance().to_numpy()
    new = pd.DataFrame({"patient": ["x", "x"], "visit": ["v3", "v1"], "arm": "iv",
                        "baseline": 20.0, "change": [np.nan, -9.0]}, index=[8, 3])  # fmt: skip
    mean = fit.predict(new)["estimate"]
    found = fit.predict(new, conditional=True, interval="prediction")
    assert found.index.tolist() == [8, 3]
    expected = mean[8] + V[2, 0] / V[0, 0] * (-9.0 - mean[3])
    assert found.loc[8, "estimate"] == pytest.approx(expected, rel=1e-10)
    assert found.loc[3, ["estimate", "std_error", "conf_low", "conf_high"]].tolist() == [
        pytest.approx(value, abs=1e-9) for value in (-9.0, 0.0, -9.0, -9.0)
    ]


@pytest.mark.unit
def test_level_of_confidence_and_index_of_predictions():
    fit, data, _ = FITS["unstructured"]
    rows = data.iloc[[5, 1, 9]]
    narrow, wide = fit.predict(rows, 0.8), fit.predict(rows, 0.99)
    assert narrow.index.tolist() == [5, 1, 9]
    assert list(narrow.columns) == ["estimate", "std_error", "df", "conf_low", "conf_high"]
    assert (wide["conf_low"] < narrow["conf_low"]).all()


@pytest.mark.identity
@pytest.mark.parametrize("name", MODELS)
def test_residuals_are_divided_by_the_root_of_their_covariance(name):
    fit, data, V = FITS[name]
    raw, pearson, normal = (fit.residuals(kind) for kind in ("response", "pearson", "normalized"))
    assert raw.index.tolist() == list(range(len(data)))
    assert raw["patient"].tolist() == data["patient"].tolist()
    mean = fit.population.design(data) @ fit.tidy()["estimate"].to_numpy()
    r = data["change"].to_numpy() - mean
    np.testing.assert_allclose(raw["fitted"], mean, rtol=1e-8)
    np.testing.assert_allclose(raw["residual"], r, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(pearson["residual"], r / np.sqrt(np.diag(V)), rtol=1e-6, atol=1e-9)
    for patient in data["patient"].unique()[:12]:
        own = np.flatnonzero(data["patient"] == patient)
        L = np.linalg.cholesky(V[np.ix_(own, own)])
        if "slope" not in name:  # there the order of a patient's rows is not that of visits
            by_hand = np.linalg.solve(L, r[own])
            np.testing.assert_allclose(normal["residual"][own], by_hand, rtol=1e-6, atol=1e-9)
        length = r[own] @ np.linalg.solve(V[np.ix_(own, own)], r[own])
        assert np.square(normal["residual"][own]).sum() == pytest.approx(length, rel=1e-6)
    for frame in (raw, pearson, normal):
        assert frame.attrs == {"patient_level": True}
        assert ("visit" in frame.columns) == ("slope" not in name)


@pytest.mark.truth
@pytest.mark.parametrize("name", MODELS)
def test_simulated_outcomes_have_the_fitted_mean_and_covariance(name):
    fit, data, V = FITS[name]
    n_draws = 1500
    frame = fit.simulate(7, n_draws)
    draws = frame[[f"draw_{at + 1}" for at in range(n_draws)]].to_numpy()
    mean = fit.population.design(data) @ fit.tidy()["estimate"].to_numpy()
    spread = np.sqrt(np.diag(V))
    # 5 Monte-Carlo standard errors, for the largest of some hundred and some ten thousand
    assert (np.abs(draws.mean(axis=1) - mean) < 5 * spread / np.sqrt(n_draws)).all()
    if "clinics" in name:  # patients of a clinic share its intercept
        parts = fit.variance_components().set_index("group")["estimate"]
        V = V + parts["site_id"] * (same(data["site_id"]) & ~same(data["patient"]))
    found = np.cov(draws)
    error = np.sqrt((np.outer(np.diag(V), np.diag(V)) + V**2) / n_draws)
    assert (np.abs(found - V) < 5.5 * error).all()


@pytest.mark.truth
@pytest.mark.parametrize("name", ["unstructured", "slope"])
def test_normalised_residuals_of_simulated_outcomes_are_independent(name):
    fit, data, _ = FITS[name]
    draws = fit.simulate(3, 60)
    patients = data.groupby("patient").size()
    wanted = patients.index[patients >= 3]
    kept = []
    for at in range(60):
        again = data.assign(change=draws[f"draw_{at + 1}"].to_numpy())
        other = (
            mmrm(FORMULA, again, **ROLES, df="residual")
            if name == "unstructured"
            else lmm("change ~ arm * day", again, subject="patient", random="1 + day")
        )
        residual = other.residuals("normalized")
        first = residual[residual["patient"].isin(wanted)].groupby("patient").head(3)
        kept.append(first["residual"].to_numpy().reshape(-1, 3))
    rows = np.concatenate(kept)
    # fitted to 60 draws of n patients: 4.5 standard errors of a covariance, and the few
    # coefficients that each fit takes from its residuals (up to 8 of at least 75 rows)
    bound = 4.5 * np.sqrt(2 / len(rows)) + 8 / len(data)
    np.testing.assert_allclose(rows.T @ rows / len(rows), np.eye(3), atol=bound)


@pytest.mark.unit
def test_seed_decides_the_draws():
    fit = FITS["clinics"][0]
    first, again, other = fit.simulate(1, 2), fit.simulate(1, 2), fit.simulate(2, 2)
    pd.testing.assert_frame_equal(first, again)
    assert list(first.columns) == ["patient", "visit", "draw_1", "draw_2"]
    assert not np.isclose(first["draw_1"], first["draw_2"]).any()
    assert not np.isclose(first["draw_1"], other["draw_1"]).any()
    assert first.attrs == {"patient_level": True}
    assert fit.simulate(1).shape[1] == 3


@pytest.mark.unit
def test_rows_keep_their_place_when_some_are_left_out_and_order_changes():
    data = NETWORK.sample(frac=1.0, random_state=4).reset_index(drop=True)
    data.loc[[2, 11], "change"] = np.nan
    fit = mmrm(FORMULA, data, **ROLES)
    raw = fit.residuals()
    assert raw.index.name == "row"
    assert raw.index.tolist() == [at for at in range(len(data)) if at not in (2, 11)]
    np.testing.assert_allclose(raw["fitted"] + raw["residual"], data["change"].dropna(), rtol=1e-9)
    assert (raw["visit"] == data["visit"].drop([2, 11])).all()
    assert fit.simulate(1).index.equals(raw.index)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("name", "change", "options", "error", "match"),
    [
        ("unstructured", {}, {"interval": "tolerance"}, ModelError, "interval is 'tolerance'"),
        ("unstructured", {}, {"conf_level": 95}, ModelError, "conf_level is 95"),
        ("unstructured", {"arm": "sl"}, {}, DataError, "'arm' has 4 rows without a level"),
        ("unstructured", {"baseline": np.nan}, {}, DataError, "4 rows without a finite number"),
        ("groups", {"sex": "X"}, {"interval": "prediction"}, DataError, "'sex' has 4 rows"),
        ("weights", {"weight": np.nan}, {"interval": "prediction"}, DataError, "'weight' has 4"),
        ("spatial", {"day": np.inf}, {"conditional": True}, DataError, "'day' has 4 rows"),
        ("weights", {"weight": 0.0}, {"interval": "prediction"}, DataError, "not positive"),
    ],
)
def test_rows_that_cannot_be_predicted_are_refused(name, change, options, error, match):
    with pytest.raises(error, match=match):
        FITS[name][0].predict(NETWORK.head(4).assign(**change), **options)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("name", "absent"),
    [("unstructured", "patient"), ("unstructured", "change"), ("groups", "sex"),
     ("weights", "weight"), ("spatial", "day")],
)  # fmt: skip
def test_columns_that_history_needs_are_named(name, absent):
    fit = FITS[name][0]
    rows = NETWORK.head(4).drop(columns=absent)
    with pytest.raises(ColumnError, match=f"'{absent}'"):
        fit.predict(rows, conditional=True)
    assert len(fit.predict(rows)) == 4


@pytest.mark.unit
def test_history_needs_an_outcome_that_is_a_column():
    data = NETWORK.assign(score=NETWORK["change"] + 100.0)
    fit = mmrm("log(score) ~ visit", data, **ROLES)
    assert len(fit.predict(data.head(3), interval="prediction")) == 3
    with pytest.raises(ModelError, match=r"compute 'log\(score\)' as a column"):
        fit.predict(data.head(3), conditional=True)


@pytest.mark.unit
@pytest.mark.parametrize(("name", "at"), [("unstructured", "visit"), ("spatial", "day")])
def test_patient_with_two_rows_at_a_point_has_no_history(name, at):
    rows = NETWORK.head(1).loc[[0, 0, 0]]
    with pytest.raises(DataError, match=f"1 patient with more than one row at the same '{at}'"):
        FITS[name][0].predict(rows, conditional=True)
    assert len(FITS[name][0].predict(rows, interval="prediction")) == 3


@pytest.mark.identity
def test_random_effects_take_several_rows_on_a_day():
    fit = FITS["slope"][0]
    first = SLOPES.head(1)
    asked = pd.concat([first, first, first.assign(change=np.nan)], ignore_index=True)
    v0, c, v1, residual = fit.variance_components()["estimate"]
    day = first["day"].iloc[0]
    shared = v0 + 2 * c * day + v1 * day**2
    mean = fit.predict(first)["estimate"].iloc[0]
    expected = mean + 2 * shared / (2 * shared + residual) * (first["change"].iloc[0] - mean)
    found = fit.predict(asked, conditional=True)["estimate"].iloc[2]
    assert found == pytest.approx(expected, rel=1e-9)


@pytest.mark.unit
def test_rows_without_a_patient_have_no_history():
    rows = NETWORK.head(3).astype({"patient": object})
    rows.loc[1, "patient"] = None
    with pytest.raises(DataError, match="'patient' has 1 row without a patient"):
        FITS["unstructured"][0].predict(rows, conditional=True)


@pytest.mark.unit
def test_unknown_kind_of_residual_lists_the_known():
    with pytest.raises(ModelError, match="kind is 'raw'; allowed are response, pearson, norm"):
        FITS["slope"][0].residuals("raw")


@pytest.mark.unit
@pytest.mark.parametrize("name", ["groups", "clinics", "slope"])
@pytest.mark.parametrize("conditional", [False, True])
def test_no_rows_have_no_predictions(name, conditional):
    fit, data, _ = FITS[name]
    found = fit.predict(data.iloc[:0], conditional=conditional, interval="prediction")
    assert len(found) == 0
    assert "conf_high" in found.columns


@pytest.mark.unit
@pytest.mark.parametrize(("seed", "draws"), [(-1, 1), (1, 0), (1, -1)])
def test_draws_and_seeds_below_their_least_are_refused(seed, draws):
    fit = lmm("change ~ arm", NETWORK, subject="patient")
    with pytest.raises(ModelError, match="seed of 0 or more and at least 1 draw"):
        fit.simulate(seed, draws)


@pytest.mark.unit
def test_a_spline_does_not_reach_beyond_the_rows():
    fit = lmm("change ~ bs(day, df=3)", NETWORK, subject="patient")
    with pytest.raises(DataError, match="spline stands only between the smallest and the largest"):
        fit.predict(pd.DataFrame({"day": [1e4]}))
