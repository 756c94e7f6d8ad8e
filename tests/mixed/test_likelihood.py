"""The likelihood from cross-products, held to dense matrices and finite differences."""

import numpy as np
import pytest
from analysis.mixed.likelihood import derivatives, duplication, profile
from analysis.mixed.moments import cross_products
from scipy import stats

pytestmark = pytest.mark.identity


def example(seed=0, q=2):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 6, 15)
    patient = np.repeat(np.arange(15), sizes)
    X = np.column_stack([np.ones(patient.size), rng.normal(size=(patient.size, 2))])
    Z = rng.normal(size=(patient.size, q))
    y = rng.normal(size=patient.size)
    F = rng.normal(size=(q, q))
    return X, y, Z, patient, F @ F.T, 0.7


def moments_of(X, y, Z, patient):
    return cross_products(np.column_stack([X, y]), Z, np.flatnonzero(np.diff(patient, prepend=-1)))


def dense(X, y, Z, patient, G, sigma2):
    same = patient[:, None] == patient[None, :]
    return (Z @ G @ Z.T) * same + sigma2 * np.eye(y.size)


@pytest.mark.parametrize("q", [1, 2, 3])
def test_full_likelihood_is_the_normal_density_at_gls(q):
    X, y, Z, patient, G, sigma2 = example(q=q)
    V = dense(X, y, Z, patient, G, sigma2)
    at = profile(moments_of(X, y, Z, patient), G=G, sigma2=sigma2, reml=False)
    beta = np.linalg.solve(X.T @ np.linalg.solve(V, X), X.T @ np.linalg.solve(V, y))
    density = stats.multivariate_normal(X @ beta, V).logpdf(y)
    np.testing.assert_allclose(at.beta, beta, rtol=1e-10)
    np.testing.assert_allclose(at.deviance, -2 * density, rtol=1e-12)


def test_restricted_likelihood_is_that_of_error_contrasts():
    X, y, Z, patient, G, sigma2 = example()
    V = dense(X, y, Z, patient, G, sigma2)
    at = profile(moments_of(X, y, Z, patient), G=G, sigma2=sigma2, reml=True)
    K = np.linalg.svd(X, full_matrices=True)[0][:, 3:]
    contrasts = stats.multivariate_normal(np.zeros(K.shape[1]), K.T @ V @ K).logpdf(K.T @ y)
    expected = -2 * contrasts + np.linalg.slogdet(X.T @ X)[1]
    np.testing.assert_allclose(at.deviance, expected, rtol=1e-12)


def test_zero_variance_is_ordinary_least_squares():
    X, y, Z, patient, _, sigma2 = example()
    at = profile(moments_of(X, y, Z, patient), G=np.zeros((2, 2)), sigma2=sigma2, reml=True)
    np.testing.assert_allclose(at.beta, np.linalg.lstsq(X, y, rcond=None)[0], rtol=1e-10)
    np.testing.assert_allclose(at.vcov, sigma2 * np.linalg.inv(X.T @ X), rtol=1e-10)


@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize("q", [1, 2, 3])
def test_derivatives_are_those_of_finite_differences(q, reml):
    X, y, Z, patient, G, sigma2 = example(seed=q, q=q)
    moments = moments_of(X, y, Z, patient)
    theta = np.append(G[np.tril_indices(q)], sigma2)

    def at(values):
        matrix = (duplication(q) @ values[:-1]).reshape(q, q)
        return profile(moments, G=matrix, sigma2=values[-1], reml=reml)

    exact = derivatives(moments, at(theta))
    steps = 1e-5 * np.eye(theta.size)
    slope = [(at(theta + h).deviance - at(theta - h).deviance) / 2e-5 for h in steps]
    bend = [
        derivatives(moments, at(theta + h)).gradient - derivatives(moments, at(theta - h)).gradient
        for h in steps
    ]
    np.testing.assert_allclose(exact.gradient, slope, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(exact.observed, np.array(bend) / 2e-5, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(exact.observed, exact.observed.T, rtol=1e-10)


@pytest.mark.parametrize("reml", [True, False])
def test_expected_information_is_that_of_the_projected_covariance(reml):
    X, y, Z, patient, G, sigma2 = example()
    moments = moments_of(X, y, Z, patient)
    exact = derivatives(moments, profile(moments, G=G, sigma2=sigma2, reml=reml))
    W = np.linalg.inv(dense(X, y, Z, patient, G, sigma2))
    P = W - W @ X @ np.linalg.solve(X.T @ W @ X, X.T @ W) if reml else W
    same = patient[:, None] == patient[None, :]
    slopes = [(Z @ column.reshape(2, 2) @ Z.T) * same for column in duplication(2).T] + [
        np.eye(y.size)
    ]
    expected = [[np.trace(P @ E @ P @ F) for F in slopes] for E in slopes]
    np.testing.assert_allclose(exact.expected, expected, rtol=1e-9)


def test_derivative_of_the_coefficients_covariance():
    X, y, Z, patient, G, sigma2 = example()
    moments = moments_of(X, y, Z, patient)
    at = profile(moments, G=G, sigma2=sigma2, reml=True)
    slope = at.vcov @ derivatives(moments, at).precision @ at.vcov
    above = profile(moments, G=G, sigma2=sigma2 + 1e-6, reml=True).vcov
    below = profile(moments, G=G, sigma2=sigma2 - 1e-6, reml=True).vcov
    np.testing.assert_allclose(slope[-1], (above - below) / 2e-6, rtol=1e-6, atol=1e-8)
