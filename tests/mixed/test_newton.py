"""The optimiser: at the optimum, inside and on the boundary, whatever the data."""

import numpy as np
import pytest
from analysis.mixed.likelihood import derivatives, profile
from analysis.mixed.moments import cross_products, standardise
from analysis.mixed.newton import DECREMENT, maximise
from scipy.optimize import minimize

from analysis.errors import ConvergenceError, ModelError
from analysis.mixed import newton
from tests.mixed.frames import expected, reference_data


def random_moments(seed):
    """Draw data whose random covariance has a random rank, often zero or singular."""
    rng = np.random.default_rng(seed)
    q, n_patients = int(rng.integers(1, 4)), int(rng.integers(10, 40))
    patient = np.repeat(np.arange(n_patients), rng.integers(1, 8, n_patients))
    day = rng.uniform(0, 10, patient.size)
    Z = np.column_stack([np.ones(patient.size), day, day**2])[:, :q]
    rank = int(rng.integers(0, q + 1))
    scale = np.array([2.0, 0.3, 0.03])[:q, None] * rng.choice([0.05, 0.3, 1.0])
    effects = rng.normal(size=(n_patients, rank)) @ (rng.normal(size=(q, rank)) * scale).T
    y = day + np.einsum("nq,nq->n", Z, effects[patient]) + rng.normal(size=patient.size)
    X = np.column_stack([np.ones(patient.size), day])
    columns, scaled, _ = standardise(X, y, Z)
    moments = cross_products(columns, scaled, np.flatnonzero(np.diff(patient, prepend=-1)))
    return moments, q, bool(seed % 2)


def lowest_by_bfgs(moments, q, reml):
    """Minimise over an unconstrained factor from several starts."""
    lower = np.tril_indices(q)

    def deviance(values):
        L = np.zeros((q, q))
        L[lower] = values[:-1]
        s = float(np.exp(values[-1]))
        return profile(moments, G=s * L @ L.T, sigma2=s, reml=reml).deviance

    starts = [np.append((size * np.eye(q))[lower], 0.0) for size in (1.0, 0.3)]
    return min(minimize(deviance, x, method="BFGS").fun for x in starts)


@pytest.mark.identity
@pytest.mark.parametrize(
    ("seed", "size", "rank"),
    [
        *((seed, 1, 0) for seed in (11, 38)),
        *((seed, 1, 1) for seed in (23, 30)),
        *((seed, 2, 0) for seed in (40, 63)),
        *((seed, 2, 1) for seed in (6, 9, 62)),
        *((seed, 2, 2) for seed in (16, 19)),
        *((seed, 3, 1) for seed in (17, 32, 71)),
        *((seed, 3, 2) for seed in (8, 59, 104)),
        *((seed, 3, 3) for seed in (5, 72)),
    ],
)
def test_no_other_optimiser_gets_lower(seed, size, rank):
    moments, q, reml = random_moments(seed)
    best = maximise(moments, reml=reml, random_terms=("a", "b", "c")[:q])
    assert (q, best.rank) == (size, rank)
    assert best.decrement <= DECREMENT
    assert best.at.deviance <= lowest_by_bfgs(moments, q, reml) + 1e-8
    assert np.linalg.eigvalsh(best.at.G)[0] >= -1e-12
    assert np.linalg.matrix_rank(best.theta_cov, hermitian=True) == best.n_free


@pytest.mark.reference
def test_the_optimum_is_closer_than_the_one_r_stopped_at():
    data = reference_data().sort_values("patient", kind="stable")
    arm = data["arm"].to_numpy()
    iv, oral = (arm == "iv").astype(float), (arm == "oral").astype(float)
    day = data["day"].to_numpy(dtype=float)
    X = np.column_stack([np.ones(day.size), iv, oral, day, data["baseline"], iv * day, oral * day])
    codes = data["patient"].factorize()[0]
    Z = np.column_stack([np.ones(day.size), day])
    columns = np.column_stack([X, data["change"]])
    moments = cross_products(columns, Z, np.flatnonzero(np.diff(codes, prepend=-1)))
    v0, v1, c, sigma2 = expected()["slope_reml"]["varcorr"]
    at = profile(moments, G=np.array([[v0, c], [c, v1]]), sigma2=sigma2, reml=True)
    slope = derivatives(moments, at)
    decrement = slope.gradient @ np.linalg.solve(slope.observed, slope.gradient)
    best = maximise(moments, reml=True, random_terms=("Intercept", "day"))
    assert 1e-11 < decrement < 1e-8
    assert best.decrement <= DECREMENT
    assert best.at.deviance <= at.deviance


@pytest.mark.unit
@pytest.mark.parametrize("rows", [1, 2])
def test_variances_that_the_rows_cannot_tell_apart_are_refused(rows):
    rng = np.random.default_rng(4)
    Z = np.column_stack([np.ones(20 * rows), np.tile(np.arange(rows), 20)])[:, :rows]
    columns = np.column_stack([np.ones(20 * rows), rng.normal(size=20 * rows)])
    moments = cross_products(columns, Z, np.arange(0, 20 * rows, rows))
    with pytest.raises(ModelError, match=r"cannot tell the variances of a.*residual"):
        maximise(moments, reml=True, random_terms=("a", "b")[:rows])


@pytest.mark.unit
def test_too_few_iterations_are_an_error_with_advice(monkeypatch):
    moments, q, _ = random_moments(1)
    monkeypatch.setattr(newton, "_ITERATIONS", 2)
    with pytest.raises(ConvergenceError, match=r"not reach an optimum in 2.*fewer random terms"):
        maximise(moments, reml=True, random_terms=("a", "b", "c")[:q])
