"""Cluster-robust covariances: R, the published formulas on whole matrices, and least squares."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.errors import ModelError
from analysis.mixed import lmm, mmrm
from tests.mixed.frames import expected_of_r, reference_data, simulated
from tests.mixed.networks import clinic_network

POWERS = {"empirical": 0.0, "bias-reduced": -0.5, "jackknife": -1.0}
NETWORK = clinic_network(3, n_patients=48, n_clinics=7, n_visits=3)
FORMULA = "change ~ arm * visit + baseline"
ROLES = {"subject": "patient", "visit": "visit"}


def power_of(matrix, power):
    """Take a power of a symmetric matrix; zero along axes on which it is zero."""
    values, vectors = np.linalg.eigh(matrix)
    left = np.where(values > 1e-9, values, 1.0) ** power
    return (vectors * np.where(values > 1e-9, left, 0.0)) @ vectors.T


def by_brute_force(X, r, V, cluster, kind):
    """Compute the covariance and all degrees of freedom with one matrix of all rows."""
    root = np.linalg.cholesky(V)
    white, left = np.linalg.solve(root, X), np.linalg.solve(root, r)
    M = np.linalg.inv(white.T @ white)
    H = white @ M @ white.T
    vcov, influences = np.zeros_like(M), []
    for name in pd.unique(cluster):
        own = np.flatnonzero(cluster == name)
        A = power_of(np.eye(own.size) - H[np.ix_(own, own)], POWERS[kind])
        step = M @ white[own].T @ A
        vcov += np.outer(step @ left[own], step @ left[own])
        influences.append(step @ (np.eye(len(X)) - H)[own])
    df = []
    for at in range(X.shape[1]):
        G = sum(np.outer(step[at], step[at]) for step in influences)
        df.append(np.trace(G) ** 2 / np.trace(G @ G))
    return vcov, np.array(df)


def same(labels):
    labels = np.asarray(labels)
    return labels[:, None] == labels[None, :]


def covariance_of_rows(fit, data, clinic=None):
    """Write the fitted covariance of all rows as one matrix."""
    W = fit.covariance()
    V = W.loc[data["visit"], data["visit"]].to_numpy() * same(data["patient"])
    if clinic is None:
        return V
    parts = fit.variance_components().set_index("group")["estimate"]
    return V + parts[clinic] * same(data[clinic])


def check(fit, data, V, cluster, kind):
    X = fit.population.design(data)
    b = fit.tidy()["estimate"].to_numpy()
    vcov, df = by_brute_force(X, data["change"] - X @ b, V, data[cluster].to_numpy(), kind)
    np.testing.assert_allclose(fit.tidy()["std_error"], np.sqrt(np.diag(vcov)), rtol=1e-6)
    np.testing.assert_allclose(fit.tidy()["df"], df, rtol=1e-6)


@pytest.mark.reference
def test_empirical_covariance_and_its_df_are_those_of_r():
    theirs = expected_of_r("mmrm|unstructured|empirical")["coef"]
    ours = mmrm("change ~ arm * visit + baseline + sex", reference_data(), **ROLES,
                vcov="empirical").tidy()  # fmt: skip
    assert ours["term"].tolist() == theirs["term"].tolist()
    for column in ("std_error", "df"):
        np.testing.assert_allclose(ours[column], theirs[column], rtol=1e-6)


@pytest.mark.identity
@pytest.mark.parametrize("cluster", [None, "site_id"])
@pytest.mark.parametrize("kind", list(POWERS))
def test_patterns_of_patients_give_the_published_formulas(kind, cluster):
    fit = mmrm(FORMULA, NETWORK, **ROLES, vcov=kind, cluster=cluster)
    check(fit, NETWORK, covariance_of_rows(fit, NETWORK), cluster or "patient", kind)


@pytest.mark.identity
@pytest.mark.parametrize("cluster", [None, "site_id", "region"])
@pytest.mark.parametrize("kind", list(POWERS))
def test_clinic_intercept_gives_the_published_formulas(kind, cluster):
    data = NETWORK.assign(
        region="r" + (NETWORK["site_id"].str[-1].astype(int) // 2).astype(str),
        change=NETWORK["change"] + 2.0 * (NETWORK["site_id"].str[-1].astype(int) % 3),
    )
    fit = mmrm(FORMULA, data, **ROLES, covariance="compound symmetry", nested_in="site_id",
               vcov=kind, cluster=cluster)  # fmt: skip
    assert fit.glance()["boundary"].iloc[0] == "none"
    check(fit, data, covariance_of_rows(fit, data, "site_id"), cluster or "site_id", kind)


@pytest.mark.identity
@pytest.mark.parametrize("kind", list(POWERS))
def test_days_of_the_patient_give_the_published_formulas(kind):
    data = simulated(4, n_patients=14)
    fit = lmm("change ~ arm + day", data, subject="patient", random="1 + day", vcov=kind)
    v0, c, v1, residual = fit.variance_components()["estimate"]
    day = data["day"].to_numpy()
    V = v0 + c * (day[:, None] + day[None, :]) + v1 * np.outer(day, day)
    check(fit, data, V * same(data["patient"]) + residual * np.eye(len(data)), "patient", kind)


@pytest.mark.identity
@pytest.mark.parametrize("kind", list(POWERS))
def test_weights_give_the_published_formulas(kind):
    fit = mmrm(FORMULA, NETWORK, **ROLES, weights="weight", vcov=kind)
    root = np.sqrt(NETWORK["weight"].to_numpy())
    V = covariance_of_rows(fit, NETWORK) / np.outer(root, root)
    check(fit, NETWORK, V, "patient", kind)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("kind", "white"), [("empirical", "HC0"), ("bias-reduced", "HC2"), ("jackknife", "HC3")]
)
def test_independent_rows_give_those_of_white(kind, white):
    data = NETWORK.loc[NETWORK["visit"] == "v1"]
    fit = mmrm("change ~ arm + baseline", data, **ROLES, covariance="independent", vcov=kind)
    X = fit.population.design(data)
    other = sm.OLS(data["change"].to_numpy(), X).fit(cov_type=white)
    np.testing.assert_allclose(fit.tidy()["estimate"], other.params, rtol=1e-9)
    np.testing.assert_allclose(fit.tidy()["std_error"], other.bse, rtol=1e-8)


@pytest.mark.identity
def test_jackknife_is_the_spread_of_the_fits_without_each_patient():
    data = NETWORK.loc[NETWORK["visit"] == "v1"]
    fit = mmrm("change ~ arm + baseline", data, **ROLES, covariance="independent",
               vcov="jackknife")  # fmt: skip
    X, y, whole = fit.population.design(data), data["change"].to_numpy(), fit.tidy()["estimate"]
    left = [np.linalg.lstsq(np.delete(X, at, 0), np.delete(y, at), rcond=None)[0]
            for at in range(len(y))]  # fmt: skip
    spread = np.square(np.array(left) - whole.to_numpy()).sum(axis=0)
    np.testing.assert_allclose(fit.tidy()["std_error"] ** 2, spread, rtol=1e-8)


@pytest.mark.identity
def test_coefficients_stay_and_joint_tests_take_the_sandwich():
    plain = mmrm(FORMULA, NETWORK, **ROLES, df="satterthwaite")
    robust = mmrm(FORMULA, NETWORK, **ROLES, vcov="bias-reduced")
    np.testing.assert_allclose(robust.tidy()["estimate"], plain.tidy()["estimate"], rtol=1e-12)
    assert (robust.tidy()["std_error"] / plain.tidy()["std_error"] - 1).abs().max() > 1e-3
    assert robust.glance()[["vcov", "df_method"]].iloc[0].tolist() == [
        "bias-reduced", "bell-mccaffrey",
    ]  # fmt: skip
    row = robust.tidy().set_index("term").loc["baseline"]
    test = robust.joint_tests().set_index("term").loc["baseline"]
    assert test["statistic"] == pytest.approx(row["statistic"] ** 2, rel=1e-8)
    assert test["df2"] == pytest.approx(row["df"], rel=1e-8)
    assert test["p_value"] == pytest.approx(row["p_value"], rel=1e-6)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"vcov": "HC3"}, "vcov is 'HC3'; allowed are model, empirical, bias-reduced, jackknife"),
        ({"vcov": "empirical", "df": "kenward-roger"}, "goes with vcov='model' only"),
        ({"cluster": "site_id"}, "cluster= is for a sandwich"),
        ({"vcov": "empirical", "cluster": "all"}, "at least 2 clusters; there are 1"),
    ],
)
@pytest.mark.parametrize("model", [mmrm, lmm])
def test_what_does_not_go_together_is_refused(model, options, match):
    roles = ROLES if model is mmrm else {"subject": "patient"}
    with pytest.raises(ModelError, match=match):
        model("change ~ arm", NETWORK.assign(all="one"), **roles, **options)


@pytest.mark.identity
def test_cluster_that_alone_determines_a_coefficient_has_no_jackknife():
    data = NETWORK.assign(own=(NETWORK["patient"] == 5).astype(float))
    with pytest.raises(ModelError, match="A coefficient rests on one cluster alone"):
        mmrm("change ~ visit + own", data, **ROLES, vcov="jackknife")
    fit = mmrm("change ~ visit + own", data, **ROLES, vcov="bias-reduced")
    check(fit, data, covariance_of_rows(fit, data), "patient", "bias-reduced")


@pytest.mark.identity
def test_names_of_clusters_do_not_matter_beside_a_clinic_intercept():
    names = NETWORK["site_id"].map({f"clinic-0{at}": f"k{(5 * at) % 7}" for at in range(7)})
    options = {"covariance": "compound symmetry", "nested_in": "site_id", "vcov": "bias-reduced"}
    first = mmrm("change ~ arm", NETWORK, **ROLES, **options)
    second = mmrm("change ~ arm", NETWORK.assign(k=names), **ROLES, **options, cluster="k")
    pd.testing.assert_frame_equal(second.tidy(), first.tidy(), rtol=1e-8)


@pytest.mark.unit
def test_clusters_that_cut_through_clinics_with_an_intercept_are_refused():
    with pytest.raises(ModelError, match="7 clinics with patients in more than one level of clus"):
        mmrm("change ~ arm", NETWORK, **ROLES, covariance="compound symmetry",
             nested_in="site_id", vcov="empirical", cluster="patient")  # fmt: skip
