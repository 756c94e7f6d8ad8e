"""Linear functions of the coefficients, their degrees of freedom, and joint tests."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.mixed import mmrm
from analysis.mixed.inference.fixed_effects import (
    FixedEffects,
    degrees_of_freedom,
    joint_test,
    satterthwaite_df,
    tidy_linear,
)

# One coefficient with variance theta / 4, theta a mean square on 10 degrees of freedom: its
# variance is 2 theta^2 / 10, and Satterthwaite must give the 10 back.
THETA = 3.0
VCOV = np.diag([THETA / 4, THETA])
FIXED = FixedEffects(
    terms=("a", "b"),
    estimate=np.array([2.0, -1.0]),
    vcov=VCOV,
    model_vcov=VCOV,
    vcov_slope=np.array([[[0.25, 0.0], [0.0, 1.0]]]),
    theta_cov=np.array([[2 * THETA**2 / 10]]),
    residual_df=17.0,
    df_method="satterthwaite",
    between_df=8.0,
    within_df=21.0,
    is_within=np.array([False, True]),
)
LABELS = pd.DataFrame({"term": ["a", "b"]})


@pytest.mark.unit
def test_degrees_of_freedom_of_a_mean_square_come_back():
    functions = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, -1.0]])
    np.testing.assert_allclose(satterthwaite_df(functions, FIXED), 10.0)


@pytest.mark.unit
def test_two_variances_give_the_degrees_of_welch():
    # variances 4 and 9 on 5 and 7 degrees of freedom, by Welch's formula
    fixed = replace(
        FIXED,
        model_vcov=np.diag([4.0, 9.0]),
        vcov_slope=np.array([np.diag([1.0, 0.0]), np.diag([0.0, 1.0])]),
        theta_cov=np.diag([2 * 16 / 5, 2 * 81 / 7]),
    )
    welch = 13.0**2 / (16 / 5 + 81 / 7)
    np.testing.assert_allclose(satterthwaite_df(np.array([[1.0, -1.0]]), fixed), welch)


@pytest.mark.unit
def test_function_without_uncertain_variance_has_infinite_df():
    known = replace(FIXED, theta_cov=np.zeros((1, 1)))
    assert satterthwaite_df(np.eye(2), known).tolist() == [np.inf, np.inf]


@pytest.mark.unit
def test_degrees_of_freedom_are_those_of_the_model_and_not_of_what_is_reported():
    sandwich = replace(FIXED, vcov=5.0 * VCOV)
    np.testing.assert_allclose(degrees_of_freedom(np.eye(2), sandwich), 10.0)
    told = replace(FIXED, sandwich_df=lambda functions: 3.0 + np.arange(len(functions)))
    assert degrees_of_freedom(np.eye(2), told).tolist() == [3.0, 4.0]


@pytest.mark.unit
def test_tidy_row_by_hand():
    labels = pd.DataFrame({"term": ["difference"]})
    row = tidy_linear(labels, np.array([[1.0, -1.0]]), FIXED, conf_level=0.95).iloc[0]
    assert row["estimate"] == 3.0
    assert row["std_error"] == pytest.approx(np.sqrt(3.75))
    assert row["df"] == pytest.approx(10.0)
    # t(0.975, 10) = 2.228139, from any table of Student's t
    assert row["conf_high"] == pytest.approx(3.0 + 2.228139 * np.sqrt(3.75), rel=1e-6)


@pytest.mark.unit
def test_residual_method_takes_rows_minus_coefficients():
    residual = replace(FIXED, df_method="residual")
    frame = tidy_linear(LABELS, np.eye(2), residual, conf_level=0.9)
    assert frame["df"].tolist() == [17.0, 17.0]


@pytest.mark.unit
def test_between_within_takes_the_fewest_of_the_coefficients_in_a_function():
    fixed = replace(FIXED, df_method="between-within")
    functions = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, -1.0], [1e-14, 2.0]])
    assert degrees_of_freedom(functions, fixed).tolist() == [8.0, 21.0, 8.0, 21.0]
    few = replace(fixed, within_df=4.0)
    assert degrees_of_freedom(functions, few).tolist() == [8.0, 4.0, 4.0, 4.0]
    assert joint_test(np.eye(2), fixed)["df2"] == 8.0
    assert joint_test(np.eye(2)[1:], fixed)["df2"] == 21.0


@pytest.mark.unit
@pytest.mark.parametrize("method", ["satterthwaite", "kenward-roger", "residual"])
def test_joint_test_of_one_function_is_the_squared_t(method):
    fixed = replace(FIXED, df_method=method)
    function = np.array([[1.0, -1.0]])
    test = joint_test(function, fixed)
    row = tidy_linear(LABELS.head(1), function, fixed, conf_level=0.95).iloc[0]
    assert test["df1"] == 1.0
    assert test["statistic"] == pytest.approx(row["statistic"] ** 2)
    assert test["df2"] == pytest.approx(row["df"])
    assert test["p_value"] == pytest.approx(row["p_value"])


@pytest.mark.unit
def test_joint_test_of_two_functions_by_hand():
    # independent t statistics on 10 degrees of freedom: F = (4 / .75 + 1 / 3) / 2, and Fai and
    # Cornelius's denominator is 10 again
    test = joint_test(np.eye(2), FIXED)
    statistic = (4 / 0.75 + 1 / 3) / 2
    assert test["statistic"] == pytest.approx(statistic)
    assert (test["df1"], test["df2"]) == (2.0, pytest.approx(10.0))
    assert test["p_value"] == pytest.approx(stats.f.sf(statistic, 2, 10))


@pytest.mark.unit
def test_fai_and_cornelius_with_unequal_degrees_by_hand():
    # degrees 5 and 7: E = 5/3 + 7/5, df2 = 2E / (E - 2)
    fixed = replace(
        FIXED,
        vcov=np.diag([4.0, 9.0]),
        model_vcov=np.diag([4.0, 9.0]),
        vcov_slope=np.array([np.diag([1.0, 0.0]), np.diag([0.0, 1.0])]),
        theta_cov=np.diag([2 * 16 / 5, 2 * 81 / 7]),
    )
    total = 5 / 3 + 7 / 5
    assert joint_test(np.eye(2), fixed)["df2"] == pytest.approx(2 * total / (total - 2))


@pytest.mark.unit
def test_known_variances_give_a_chi_square():
    known = replace(FIXED, theta_cov=np.zeros((1, 1)), df_method="kenward-roger")
    test = joint_test(np.eye(2), known)
    assert test["df2"] == np.inf
    assert test["p_value"] == pytest.approx(stats.chi2.sf(2 * test["statistic"], 2))


def unbalanced(n=15, seed=4):
    rng = np.random.default_rng(seed)
    scores = rng.normal(20, 4, (n, 1)) + rng.normal(0, 2, (n, 3)) - np.array([0.0, 3.0, 5.0])
    scores += np.array([-9.0, 0.0, 9.0, 5.0, -5.0])[np.arange(n) % 5][:, None]
    data = pd.DataFrame(
        {
            "patient": np.repeat(np.arange(n), 3),
            "clinic": np.repeat(np.array(["c1", "c2", "c3", "c4", "c5"])[np.arange(n) % 5], 3),
            "arm": np.repeat(np.array(["iv", "im"])[(np.arange(n) // 2) % 2], 3),
            "visit": np.tile(["v1", "v2", "v3"], n),
            "score": scores.ravel(),
        }
    )
    return data.drop(index=[4, 8, 14]).reset_index(drop=True)


def dense_fit(data, fit):
    """Write out the covariance of all rows at the estimates, in the units of the data."""
    S = fit.covariance().to_numpy()
    visit = data["visit"].astype("category").cat.codes.to_numpy()
    same = np.equal.outer(data["patient"].to_numpy(), data["patient"].to_numpy())
    V = S[np.ix_(visit, visit)] * same
    E = []
    for row, column in zip(*np.tril_indices(3), strict=True):
        B = np.zeros((3, 3))
        B[row, column] = B[column, row] = 1.0
        E.append(B[np.ix_(visit, visit)] * same)
    parts = fit.variance_components().set_index("group")["estimate"]
    if "clinic" in parts.index:
        clinic = np.equal.outer(data["clinic"].to_numpy(), data["clinic"].to_numpy())
        V, E = V + parts["clinic"] * clinic, [*E, clinic.astype(float)]
    return V, E


def published(data, fit, L, information):
    """Kenward and Roger (1997), section 3, every matrix written out."""
    X = fit.engine.rows.design.encoding.matrix(fit.engine.rows.design.columns, len(data))
    y = data["score"].to_numpy()
    V, E = dense_fit(data, fit)
    W = np.linalg.inv(V)
    phi = np.linalg.inv(X.T @ W @ X)
    beta = phi @ X.T @ W @ y
    G = W - W @ X @ phi @ X.T @ W
    r = y - X @ beta
    expected = np.array([[np.trace(G @ A @ G @ B) for A in E] for B in E]) / 2
    observed = np.array([[r @ W @ A @ G @ B @ W @ r for A in E] for B in E]) - expected
    w = np.linalg.inv({"expected": expected, "observed": observed}[information])
    P = [-X.T @ W @ A @ W @ X for A in E]
    total = np.zeros_like(phi)
    for i, A in enumerate(E):
        for j, B in enumerate(E):
            total += w[i, j] * (X.T @ W @ A @ W @ B @ W @ X - P[i] @ phi @ P[j])
    adjusted = phi + 2 * phi @ total @ phi
    theta = L.T @ np.linalg.inv(L @ phi @ L.T) @ L
    q, k = len(L), len(E)
    C = [theta @ phi @ A @ phi for A in P]
    a1 = sum(w[i, j] * np.trace(C[i]) * np.trace(C[j]) for i in range(k) for j in range(k))
    a2 = sum(w[i, j] * np.trace(C[i] @ C[j]) for i in range(k) for j in range(k))
    b = (a1 + 6 * a2) / (2 * q)
    g = ((q + 1) * a1 - (q + 4) * a2) / ((q + 2) * a2)
    d = 3 * q + 2 * (1 - g)
    c1, c2, c3 = g / d, (q - g) / d, (q + 2 - g) / d
    mean = 1 / (1 - a2 / q)
    variance = 2 / q * (1 + c1 * b) / ((1 - c2 * b) ** 2 * (1 - c3 * b))
    rho = variance / (2 * mean**2)
    df2 = 4 + (q + 2) / (q * rho - 1)
    scale = df2 / (mean * (df2 - 2))
    effect = L @ beta
    statistic = scale / q * effect @ np.linalg.solve(L @ adjusted @ L.T, effect)
    return beta, adjusted, df2, statistic


@pytest.mark.identity
@pytest.mark.parametrize("information", ["observed", "expected"])
@pytest.mark.parametrize("nested_in", [None, "clinic"])
def test_kenward_roger_is_the_published_one_written_out(nested_in, information):
    data = unbalanced(15)
    fit = mmrm(
        "score ~ arm * visit", data, subject="patient", visit="visit", nested_in=nested_in,
        information=information,
    )  # fmt: skip
    assert fit.glance()["boundary"].iloc[0] == "none"
    for rows in ([1], [2, 3], [4, 5], [1, 4, 5]):
        L = np.eye(6)[rows]
        beta, adjusted, df2, statistic = published(data, fit, L, information)
        np.testing.assert_allclose(fit.fixed.estimate, beta, rtol=1e-8)
        np.testing.assert_allclose(fit.fixed.vcov, adjusted, rtol=1e-6)
        test = joint_test(L, fit.fixed)
        assert test["df2"] == pytest.approx(df2, rel=1e-6)
        assert test["statistic"] == pytest.approx(statistic, rel=1e-6)
