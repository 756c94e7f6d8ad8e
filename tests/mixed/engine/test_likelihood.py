"""The likelihood and its derivatives, held to dense matrices and finite differences."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from analysis.mixed.engine.likelihood import InfeasibleError, derivatives, profile
from tests.mixed.engine.models import build, dense, point, sample, some_theta

pytestmark = pytest.mark.identity

CASES = {
    "unstructured": {"structure": "unstructured"},
    "unstructured, clinics": {"structure": "unstructured", "n_clinics": 3},
    "patients, toeplitz": {"structure": "toeplitz", "per_patient": True},
    "slope, heterogeneous ar1": {"structure": "heterogeneous ar1", "random": (2,)},
    "groups, clinics": {"structure": "heterogeneous toeplitz", "groups": 2, "n_clinics": 3},
    "groups, ante-dependence": {"structure": "heterogeneous ante-dependence", "groups": 2},
    "independent terms, clinics": {"structure": "ar1", "random": (1, 1), "n_clinics": 3},
    "three terms": {"structure": "independent", "random": (3,), "per_patient": True},
    "own days": {
        "structure": "spatial exponential",
        "random": (1,),
        "per_patient": True,
        "own_days": True,
    },
    "own days, slope, clinics": {
        "structure": "spatial exponential",
        "random": (2,),
        "n_clinics": 3,
        "per_patient": True,
        "own_days": True,
    },
    "weighted rows, clinics": {
        "structure": "compound symmetry",
        "n_clinics": 3,
        "per_patient": True,
        "weighted": True,
    },
}


def case(name, *, reml=True):
    options = dict(CASES[name])
    s = sample(3, n_clinics=options.get("n_clinics", 0), weighted=options.pop("weighted", False))
    model = build(s, options.pop("structure"), reml=reml, **options)
    theta = some_theta(model)
    return s, model, theta, dense(model, s, theta, own_days=options.get("own_days", False))


def gls(d):
    """Return coefficients, their covariance, and the inverse covariance of the rows."""
    W = np.linalg.inv(d.V)
    vcov = np.linalg.inv(d.X.T @ W @ d.X)
    return vcov @ d.X.T @ W @ d.y, vcov, W


@pytest.mark.parametrize("name", CASES)
def test_full_likelihood_is_the_normal_density_at_generalised_least_squares(name):
    _, model, theta, d = case(name, reml=False)
    at = profile(model, point(model, theta))
    beta, vcov, _ = gls(d)
    np.testing.assert_allclose(at.beta, beta, rtol=1e-9)
    np.testing.assert_allclose(at.vcov, vcov, rtol=1e-9)
    density = stats.multivariate_normal(d.X @ beta, d.V).logpdf(d.y)
    np.testing.assert_allclose(at.deviance, -2 * density, rtol=1e-11)
    np.testing.assert_array_equal(at.residual, [*-at.beta, 1.0])


@pytest.mark.parametrize("name", CASES)
def test_restricted_likelihood_is_that_of_error_contrasts(name):
    _, model, theta, d = case(name)
    at = profile(model, point(model, theta))
    K = np.linalg.svd(d.X, full_matrices=True)[0][:, d.X.shape[1] :]
    contrasts = stats.multivariate_normal(np.zeros(K.shape[1]), K.T @ d.V @ K).logpdf(K.T @ d.y)
    expected = -2 * contrasts + np.linalg.slogdet(d.X.T @ d.X)[1]
    np.testing.assert_allclose(at.deviance, expected, rtol=1e-11)


@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize("name", CASES)
def test_derivatives_are_those_of_central_differences(name, reml):
    _, model, theta, _ = case(name, reml=reml)
    exact = derivatives(model, profile(model, point(model, theta)))
    h = 2e-5
    above = [profile(model, point(model, theta + step)) for step in h * np.eye(theta.size)]
    below = [profile(model, point(model, theta - step)) for step in h * np.eye(theta.size)]
    pairs = list(zip(above, below, strict=True))
    slope = [(a.deviance - b.deviance) / (2 * h) for a, b in pairs]
    np.testing.assert_allclose(exact.gradient, slope, rtol=1e-5, atol=1e-5)
    bend = [(derivatives(model, a).gradient - derivatives(model, b).gradient) / (2 * h)
            for a, b in pairs]  # fmt: skip
    observed = exact.observed + exact.curvature
    scale = np.abs(bend).max()
    np.testing.assert_allclose(observed, bend, rtol=1e-6, atol=1e-7 * scale)
    vcov_slope = [(a.vcov - b.vcov) / (2 * h) for a, b in pairs]
    at = profile(model, point(model, theta))
    np.testing.assert_allclose(
        at.vcov @ exact.precision @ at.vcov, vcov_slope, rtol=1e-6, atol=1e-8
    )


@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize("name", CASES)
def test_expected_information_is_the_trace_of_the_textbook(name, reml):
    _, model, theta, d = case(name, reml=reml)
    exact = derivatives(model, profile(model, point(model, theta)))
    _, vcov, W = gls(d)
    P = W - W @ d.X @ vcov @ d.X.T @ W if reml else W
    expected = [[np.trace(P @ E @ P @ F) for F in d.E] for E in d.E]
    np.testing.assert_allclose(exact.expected, expected, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize(
    "options",
    [
        {"structure": "unstructured"},
        {"structure": "toeplitz", "random": (1,), "n_clinics": 3},
        {"structure": "ar1", "random": (2,), "groups": 2},
    ],
)
def test_patterns_and_patients_give_the_same_likelihood(options):
    s = sample(4, n_clinics=3)
    structure = options.pop("structure")
    models = [build(s, structure, per_patient=each, **options) for each in (False, True)]
    theta = some_theta(models[0])
    at = [profile(model, point(model, theta)) for model in models]
    assert at[0].deviance == pytest.approx(at[1].deviance, rel=1e-12)
    np.testing.assert_allclose(at[0].vcov, at[1].vcov, rtol=1e-9)
    slopes = [derivatives(model, one) for model, one in zip(models, at, strict=True)]
    for part in ("gradient", "observed", "expected", "curvature", "precision"):
        first, second = (getattr(one, part) for one in slopes)
        np.testing.assert_allclose(first, second, rtol=1e-8, atol=1e-8)


def test_no_random_variance_and_no_clinic_variance_is_least_squares():
    s = sample(3, n_clinics=3)
    model = build(s, "independent", random=(2,), n_clinics=3)
    theta = np.array([0.0, 0.0, 0.0, np.log(2.0), 0.0])
    at = profile(model, point(model, theta))
    X, y = s.T[:, :-1], s.T[:, -1]
    np.testing.assert_allclose(at.beta, np.linalg.lstsq(X, y, rcond=None)[0], rtol=1e-9)
    np.testing.assert_allclose(at.vcov, 4.0 * np.linalg.inv(X.T @ X), rtol=1e-9)


def test_covariance_that_is_not_positive_definite_is_infeasible():
    model = build(sample(3), "compound symmetry")
    with pytest.raises(InfeasibleError):
        profile(model, point(model, np.array([0.0, -0.5])))


def test_covariance_of_all_visits_must_be_possible_even_if_no_patient_has_them():
    s = sample(3)
    first = np.concatenate([[True], s.patient[1:] != s.patient[:-1]])
    keep = first | np.concatenate([[False], first[:-1]])  # two rows of each patient
    parts = ("patient", "visit", "day", "w", "root")
    short = replace(s, **{name: getattr(s, name)[keep] for name in parts})
    model = build(short, "compound symmetry")
    assert model.strata[0].blocks.present.sum(axis=1).max() == 2
    profile(model, point(model, np.array([0.0, -0.3])))
    with pytest.raises(InfeasibleError):
        profile(model, point(model, np.array([0.0, -0.4])))  # 1 - 3 x 0.4 < 0


def test_random_columns_of_visits_beside_distances_of_patients():
    s = sample(3)
    model = build(s, "spatial exponential", random=(2,), per_patient=True, own_days=True)
    stratum = model.strata[0]
    shared = np.column_stack([np.ones(4), np.arange(4.0)])
    repeated = replace(stratum, Z=np.repeat(shared[None], len(stratum.distances), axis=0))
    at = point(model, some_theta(model))
    once = at.shape_of(model, replace(stratum, Z=shared))
    often = at.shape_of(model, repeated)
    np.testing.assert_allclose(once.matrix, often.matrix)
    np.testing.assert_allclose(once.first, often.first)
