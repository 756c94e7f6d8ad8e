"""The optimiser: at the optimum, inside and on the boundary, whatever the data."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize

from analysis.errors import ConvergenceError, ModelError
from analysis.mixed.engine import newton
from analysis.mixed.engine.blocks import PatientBlocks
from analysis.mixed.engine.chart import Coordinates
from analysis.mixed.engine.covariance import Model, RandomBlock, Stratum, Variances
from analysis.mixed.engine.likelihood import InfeasibleError, derivatives, profile
from analysis.mixed.engine.newton import DECREMENT, maximise
from analysis.mixed.engine.structures import structure_named
from tests.mixed.frames import expected, reference_data

NAMES = ("a", "b", "c")


def standardised(X, y, Z):
    """Return orthonormal columns beside the scaled residual, and scaled random columns."""
    Q = np.linalg.qr(X)[0]
    residual = y - Q @ (Q.T @ y)
    T = np.column_stack([Q, residual / np.sqrt(residual @ residual / (y.size - X.shape[1]))])
    return T, Z / np.sqrt(np.mean(Z**2, axis=0))


def model_of(T, Z, patient, *, reml, independent=False, clinic=None):
    """Give every patient a block of rows."""
    sizes = np.bincount(patient)
    turn = np.concatenate([np.arange(size) for size in sizes])
    rows = np.zeros((sizes.size, sizes.max(), T.shape[1]))
    random = np.zeros((sizes.size, sizes.max(), Z.shape[1]))
    present = np.zeros(rows.shape[:2], dtype=bool)
    rows[patient, turn], random[patient, turn], present[patient, turn] = T, Z, True
    n_clinics = 0 if clinic is None else int(clinic.max()) + 1
    blocks = PatientBlocks(
        rows=rows,
        present=present,
        ones=present.astype(float),
        clinic=np.zeros(sizes.size, dtype=int) if clinic is None else clinic,
        n_clinics=n_clinics,
    )
    q = Z.shape[1]
    whole = (RandomBlock(terms=NAMES[:q], columns=slice(0, q)),)
    single = tuple(RandomBlock(terms=NAMES[k : k + 1], columns=slice(k, k + 1)) for k in range(q))
    stratum = Stratum(blocks=blocks, structure=0, distances=np.zeros((sizes.max(),) * 2), Z=random)
    return Model(
        strata=(stratum,),
        random=single if independent else whole,
        structures=(structure_named("independent", 1),),
        n_rows=len(T),
        n_fixed=T.shape[1] - 1,
        n_clinics=n_clinics,
        reml=reml,
    )


def solved(model):
    """Maximise from the usual start."""
    start = Coordinates(
        factors=tuple(np.eye(block.size) for block in model.random),
        orders=tuple(tuple(range(block.size)) for block in model.random),
        residual=(np.zeros(1),),
        clinic=0.3 if model.n_clinics else None,
    )
    names = [f"covariance {index}" for index in range(model.n_random_parameters)]
    names += ["residual"] + (["variance of clinic"] if model.n_clinics else [])
    return maximise(model, start, tuple(names))


def random_model(seed, *, independent=False, with_clinics=False):
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
    clinic = None
    if with_clinics:
        clinic = rng.integers(0, 5, n_patients)
        clinic[:5] = np.arange(5)
        y = y + (rng.choice([0.0, 1.5]) * rng.normal(size=5))[clinic][patient]
    X = np.column_stack([np.ones(patient.size), day])
    T, Z = standardised(X, y, Z)
    return model_of(T, Z, patient, reml=bool(seed % 2), independent=independent, clinic=clinic)


def lowest_by_bfgs(model):
    """Minimise over unconstrained factors from several starts."""
    counts = [block.n_parameters for block in model.random]

    def deviance(values):
        G, at = np.zeros((model.n_random,) * 2), 0
        for block, count in zip(model.random, counts, strict=True):
            L = np.zeros((block.size,) * 2)
            L[np.tril_indices(block.size)] = values[at : at + count]
            G[block.columns, block.columns] = L @ L.T
            at += count
        clinic = float(values[at + 1] ** 2) if model.n_clinics else 0.0
        try:
            return profile(
                model, Variances(G=G, residual=(values[at : at + 1],), clinic=clinic)
            ).deviance
        except InfeasibleError:
            return 1e10

    def start(size):
        parts = [(size * np.eye(block.size))[np.tril_indices(block.size)] for block in model.random]
        return np.concatenate([*parts, [0.0], [0.5 * size] * (model.n_clinics > 0)])

    return min(minimize(deviance, start(size), method="BFGS").fun for size in (1.0, 0.3))


def ranks(best):
    return tuple(factor.shape[1] for factor in best.coordinates.factors)


def check_optimum(model, best):
    """No other optimiser gets lower, and what is returned belongs together."""
    assert 0.0 <= best.decrement <= DECREMENT == 1e-12
    assert best.at.deviance <= lowest_by_bfgs(model) + 1e-8
    assert np.linalg.eigvalsh(best.at.variances.G)[0] >= -1e-12
    for information in ("observed", "expected"):
        covariance = best.parameter_covariance(information)
        np.testing.assert_array_equal(covariance, covariance.T)
        unit = np.sqrt(np.maximum(np.diag(covariance), 1e-300))
        rank = np.linalg.matrix_rank(covariance / np.outer(unit, unit), tol=1e-9, hermitian=True)
        assert rank == best.n_free


PINNED = {
    (1, (0,)): (11, 38),
    (1, (1,)): (23, 30),
    (2, (0,)): (40, 63),
    (2, (1,)): (6, 9, 62),
    (2, (2,)): (16, 19),
    (3, (1,)): (17, 71),
    (3, (2,)): (8, 59),
    (3, (3,)): (5,),
}
INDEPENDENT = {
    (0, 0): 40,
    (0, 1): 51,
    (1, 0): 6,
    (1, 1): 16,
    (0, 0, 1): 8,
    (1, 0, 0): 20,
    (1, 0, 1): 7,
    (1, 1, 1): 5,
}
WITH_CLINICS = (
    (11, (0,), False),
    (14, (0,), True),
    (23, (1,), False),
    (21, (1,), True),
    (36, (1,), False),
    (9, (1,), True),
    (25, (2,), False),
    (16, (2,), True),
    (2, (1,), True),
)


@pytest.mark.identity
@pytest.mark.parametrize(
    ("seed", "size", "rank"),
    [(seed, size, rank) for (size, rank), seeds in PINNED.items() for seed in seeds],
)
def test_no_other_optimiser_gets_lower(seed, size, rank):
    model = random_model(seed)
    best = solved(model)
    assert (model.n_random, ranks(best)) == (size, rank)
    check_optimum(model, best)


@pytest.mark.identity
@pytest.mark.parametrize(("expected_ranks", "seed"), INDEPENDENT.items())
def test_no_other_optimiser_gets_lower_with_independent_terms(expected_ranks, seed):
    model = random_model(seed, independent=True)
    best = solved(model)
    assert ranks(best) == expected_ranks
    check_optimum(model, best)
    assert np.count_nonzero(best.at.variances.G) == sum(expected_ranks)


@pytest.mark.identity
@pytest.mark.parametrize(("seed", "expected_ranks", "is_free"), WITH_CLINICS)
def test_no_other_optimiser_gets_lower_with_clinics(seed, expected_ranks, is_free):
    model = random_model(seed, with_clinics=True)
    best = solved(model)
    assert ranks(best) == expected_ranks
    assert (best.coordinates.clinic is not None) == is_free
    assert (best.at.variances.clinic > 0.0) == is_free
    check_optimum(model, best)


@pytest.mark.identity
def test_small_variance_is_kept_and_the_zero_behind_it_is_found():
    rng = np.random.default_rng(8)
    n, day = 20, np.array([-3.0, -1.0, 1.0, 3.0])
    within = np.column_stack([np.ones(4), day])
    noise = rng.normal(size=(n, 4))
    noise -= noise @ within @ np.linalg.inv(within.T @ within) @ within.T  # no slopes of patients
    square = (noise**2).sum() / (3 * n - 1)
    means = rng.normal(size=n)
    means = (means - means.mean()) / means.std(ddof=1)
    y = noise + means[:, None] * np.sqrt(square * (1 + 4 * 5e-4) / 4)  # a ratio of 5e-4
    X = np.column_stack([np.ones(4 * n), np.tile(day, n)])
    T, Z = standardised(X, y.ravel(), X)
    model = model_of(T, Z, np.repeat(np.arange(n), 4), reml=True, independent=True)
    best = solved(model)
    assert ranks(best) == (1, 0)
    ratio = best.at.variances.G[0, 0] / np.exp(2.0 * best.coordinates.residual[0][0])
    assert ratio == pytest.approx(5e-4, rel=1e-6)
    check_optimum(model, best)


@pytest.mark.reference
def test_the_optimum_is_closer_than_the_one_r_stopped_at():
    data = reference_data().sort_values("patient", kind="stable")
    arm = data["arm"].to_numpy()
    iv, oral = (arm == "iv").astype(float), (arm == "oral").astype(float)
    day = data["day"].to_numpy(dtype=float)
    X = np.column_stack([np.ones(day.size), iv, oral, day, data["baseline"], iv * day, oral * day])
    codes = data["patient"].factorize()[0]
    Z = np.column_stack([np.ones(day.size), day])
    T = np.column_stack([X, data["change"]])
    raw = model_of(T, Z, codes, reml=True)
    v0, v1, c, sigma2 = expected()["slope_reml"]["varcorr"]
    theirs = Variances(
        G=np.array([[v0, c], [c, v1]]), residual=(np.array([np.log(sigma2) / 2]),), clinic=0.0
    )
    at = profile(raw, theirs)
    slope = derivatives(raw, at)
    observed = slope.observed + slope.curvature
    decrement = slope.gradient @ np.linalg.solve(observed, slope.gradient)
    T, Z = standardised(X, data["change"].to_numpy(), Z)
    best = solved(model_of(T, Z, codes, reml=True))
    assert 1e-11 < decrement < 1e-8
    assert best.decrement <= DECREMENT


@pytest.mark.unit
@pytest.mark.parametrize("rows", [1, 2])
def test_variances_that_the_rows_cannot_tell_apart_are_refused(rows):
    rng = np.random.default_rng(4)
    patient = np.repeat(np.arange(20), rows)
    Z = np.column_stack([np.ones(20 * rows), np.tile(np.arange(rows), 20)])[:, :rows]
    T, Z = standardised(np.ones((20 * rows, 1)), rng.normal(size=20 * rows), Z)
    with pytest.raises(ModelError, match=r"cannot tell apart.*: covariance 0.*residual\. Too few"):
        solved(model_of(T, Z, patient, reml=True))


@pytest.mark.unit
def test_clinics_of_one_patient_each_are_refused():
    rng = np.random.default_rng(4)
    patient = np.repeat(np.arange(20), 3)
    T, Z = standardised(np.ones((60, 1)), rng.normal(size=60), np.ones((60, 1)))
    model = model_of(T, Z, patient, reml=True, clinic=np.arange(20))
    with pytest.raises(ModelError, match=r"cannot tell apart.*covariance 0, variance of clinic\."):
        solved(model)


@pytest.mark.unit
def test_too_few_iterations_are_an_error_that_names_a_parameter(monkeypatch):
    monkeypatch.setattr(newton, "_ITERATIONS", 2)
    with pytest.raises(
        ConvergenceError, match=r"not reach an optimum in 2 .*the (covariance \d|residual)\. Take"
    ):
        solved(random_model(1))


@pytest.mark.unit
def test_a_step_that_never_helps_is_an_error_that_names_a_parameter(monkeypatch):
    real = newton.profile
    model = random_model(16)

    def worse_and_worse(model, variances):
        worse_and_worse.calls += 1
        at = real(model, variances)
        return replace(at, deviance=at.deviance + worse_and_worse.calls)

    worse_and_worse.calls = 0
    monkeypatch.setattr(newton, "profile", worse_and_worse)
    with pytest.raises(ConvergenceError, match=r"No step lowers.*the (covariance \d|residual)\."):
        solved(model)
