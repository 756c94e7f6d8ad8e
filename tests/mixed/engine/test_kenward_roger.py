"""The adjusted covariance of Kenward and Roger, held to the published sum over pairs."""

import numpy as np
import pytest

from analysis.mixed.engine.kenward_roger import adjusted_covariance
from analysis.mixed.engine.likelihood import derivatives, profile
from tests.mixed.engine.models import build, dense, point, sample, some_theta

pytestmark = pytest.mark.identity


def published(d, parameter_covariance):
    """Sum over pairs of parameters, formula (6) of the paper without second derivatives of V."""
    W = np.linalg.inv(d.V)
    phi = np.linalg.inv(d.X.T @ W @ d.X)
    P = [-d.X.T @ W @ E @ W @ d.X for E in d.E]
    total = np.zeros_like(phi)
    for h, E in enumerate(d.E):
        for j, F in enumerate(d.E):
            Q = d.X.T @ W @ E @ W @ F @ W @ d.X
            total += parameter_covariance[h, j] * (Q - P[h] @ phi @ P[j])
    return phi + 2.0 * phi @ total @ phi


@pytest.mark.parametrize("singular", [False, True])
@pytest.mark.parametrize(
    ("structure", "options"),
    [
        ("unstructured", {}),
        ("unstructured", {"n_clinics": 3}),
        ("heterogeneous ar1", {"n_clinics": 3, "groups": 2}),
        ("toeplitz", {"random": (1,)}),
        ("independent", {"random": (2,), "n_clinics": 3, "per_patient": True}),
        ("spatial exponential", {"random": (1,), "per_patient": True, "own_days": True}),
        ("compound symmetry", {"n_clinics": 3, "per_patient": True, "weighted": True}),
    ],
)
def test_adjusted_covariance_is_the_published_sum(structure, options, singular):
    options = dict(options)
    s = sample(7, n=8, n_clinics=3, weighted=options.pop("weighted", False))
    model = build(s, structure, **options)
    theta = some_theta(model)
    A = np.random.default_rng(9).normal(size=(theta.size, 2 if singular else 2 * theta.size))
    covariance = A @ A.T / theta.size
    at = profile(model, point(model, theta))
    ours = adjusted_covariance(model, at, derivatives(model, at).precision, covariance)
    d = dense(model, s, theta, own_days=options.get("own_days", False))
    expected = published(d, covariance)
    assert np.abs(expected - at.vcov).max() > 1e-3 * np.abs(at.vcov).max()
    np.testing.assert_allclose(ours, expected, rtol=1e-8, atol=1e-10)


def test_known_variances_need_no_adjustment():
    model = build(sample(7, n=8), "unstructured")
    theta = some_theta(model)
    at = profile(model, point(model, theta))
    zero = np.zeros((theta.size, theta.size))
    ours = adjusted_covariance(model, at, derivatives(model, at).precision, zero)
    np.testing.assert_array_equal(ours, at.vcov)
