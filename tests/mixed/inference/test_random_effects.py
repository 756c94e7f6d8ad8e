"""Predicted effects of patients and clinics, held to dense matrices."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ModelError
from analysis.mixed import lmm, mmrm
from tests.mixed.frames import simulated


def with_clinics(seed=2, *, shared=False):
    data = simulated(seed)
    names = data["patient"].unique()
    clinic = {name: f"c{at % 5}" for at, name in enumerate(names)}
    data["clinic"] = data["patient"].map(clinic)
    data["change"] += data["clinic"].map({f"c{k}": 2.0 * k for k in range(5)})
    data["w"] = np.random.default_rng(1).uniform(0.5, 2, len(data))
    if shared:
        data["day"] = 7.0 * data.groupby("patient").cumcount()
    return data


def dense(fit, data, random, clinics):
    """Effects and errors of prediction with the covariance of all rows written out."""
    X = fit.population.design(data)
    Z1 = np.column_stack([np.ones(len(data))] + [data[name] for name in random])
    patient = np.equal.outer(data["patient"].to_numpy(), data["patient"].unique()).astype(float)
    Z = np.einsum("nq,np->npq", Z1, patient).reshape(len(data), -1)
    parts = fit.variance_components()
    G1 = np.zeros((Z1.shape[1],) * 2)
    lower = np.tril_indices(len(G1))
    G1[lower] = parts.loc[parts["group"] == "patient", "estimate"]
    G1 = G1 + np.tril(G1, -1).T
    G = np.kron(np.eye(patient.shape[1]), G1)
    if clinics:
        labels = np.sort(data["clinic"].unique())
        Z = np.column_stack([Z, np.equal.outer(data["clinic"].to_numpy(), labels)])
        variance = float(parts.loc[parts["group"] == "clinic", "estimate"].iloc[0])
        whole = np.zeros((Z.shape[1],) * 2)
        whole[: len(G), : len(G)] = G
        whole[len(G) :, len(G) :] = variance * np.eye(len(labels))
        G = whole
    weights = data["w"].to_numpy() if fit.engine.rows.design.weights is not None else 1.0
    R = float(parts["estimate"].iloc[-1]) / (weights * np.ones(len(data)))
    W = np.linalg.inv(Z @ G @ Z.T + np.diag(R))
    vcov = np.linalg.inv(X.T @ W @ X)
    P = W - W @ X @ vcov @ X.T @ W
    left = G @ Z.T @ P
    variance = np.diag(G - left @ Z @ G)
    return left @ data["change"].to_numpy(), np.sqrt(np.maximum(variance, 0.0))


@pytest.mark.identity
@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("random", [[], ["day"]])
@pytest.mark.parametrize("options", [{}, {"nested_in": "clinic"}, {"weights": "w"},
                                     {"nested_in": "clinic", "weights": "w"}])  # fmt: skip
def test_effects_are_best_linear_unbiased_predictions(random, options, shared):
    data = with_clinics(shared=shared)
    fit = lmm("change ~ arm + day + baseline", data, subject="patient",
              random=" + ".join(["1", *random]), **options)  # fmt: skip
    estimate, error = dense(fit, data, random, "nested_in" in options)
    found = fit.random_effects()
    order = data["patient"].unique()
    assert found["patient"].drop_duplicates().tolist() == sorted(order)
    n = len(found)
    np.testing.assert_allclose(found["estimate"], estimate[:n], rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(found["std_error"], error[:n], rtol=1e-6, atol=1e-8)
    if "nested_in" in options:
        clinics = fit.clinic_effects()
        assert clinics["clinic"].tolist() == ["c0", "c1", "c2", "c3", "c4"]
        np.testing.assert_allclose(clinics["estimate"], estimate[n:], rtol=1e-6, atol=1e-8)
        np.testing.assert_allclose(clinics["std_error"], error[n:], rtol=1e-6)


@pytest.mark.unit
def test_names_order_and_mark_of_patient_level_detail():
    found = lmm("change ~ day", simulated(), subject="patient", random="1 + day").random_effects()
    assert list(found.columns) == ["patient", "term", "estimate", "std_error"]
    assert found["term"].head(4).tolist() == ["Intercept", "day", "Intercept", "day"]
    assert found["patient"].head(4).tolist() == ["p00", "p00", "p01", "p01"]
    assert found.attrs == {"patient_level": True}


@pytest.mark.unit
def test_variance_of_zero_has_effects_of_zero():
    rng = np.random.default_rng(3)
    scores = rng.normal(size=(10, 4))
    scores -= scores.mean(axis=1, keepdims=True)  # patients differ by less than chance
    data = pd.DataFrame(
        {
            "patient": np.repeat(np.arange(10), 4),
            "site": np.repeat(range(5), 8),
            "y": scores.ravel(),
        }
    )
    fit = lmm("y ~ 1", data, subject="patient", nested_in="site")
    assert fit.glance()["boundary"].iloc[0] == "variance of Intercept is 0; variance of site is 0"
    assert (fit.random_effects()[["estimate", "std_error"]] == 0.0).all(axis=None)
    assert (fit.clinic_effects()[["estimate", "std_error"]] == 0.0).all(axis=None)


@pytest.mark.unit
def test_models_without_effects_say_so():
    data = with_clinics().assign(visit=lambda d: d.groupby("patient").cumcount())
    fit = mmrm("change ~ arm", data, subject="patient", visit="visit", covariance="ar1")
    with pytest.raises(ModelError, match="no random effects of patients; lmm"):
        fit.random_effects()
    with pytest.raises(ModelError, match="no clinic intercept; nested_in= adds"):
        fit.clinic_effects()
    own = lmm("change ~ day", simulated(), subject="patient", random="1 + day")
    with pytest.raises(ModelError, match="no visits to give covariances for"):
        own.covariance()
