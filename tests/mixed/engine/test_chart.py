"""Coordinates of the optimiser: the way out, the derivatives, and the pivots."""

import numpy as np
import pytest

from analysis.mixed.engine.chart import (
    Coordinates,
    duplication,
    local_of,
    pivoted,
    random_gradient,
)
from analysis.mixed.engine.likelihood import derivatives, profile
from tests.mixed.engine.models import build, point, sample, some_theta

RESIDUAL = (np.array([0.2, 0.3]),)


def chart(model, ranks, clinic, seed=1):
    """Choose coordinates of given ranks in general position."""
    rng = np.random.default_rng(seed)
    pairs = [
        pivoted(rng.normal(size=(block.size, rank)))
        for block, rank in zip(model.random, ranks, strict=True)
    ]
    residual = [some_theta(model)[where] for where in model.residual_slices]
    return Coordinates(
        factors=tuple(factor for factor, _ in pairs),
        orders=tuple(order for _, order in pairs),
        residual=tuple(residual),
        clinic=clinic,
    )


@pytest.mark.unit
def test_variances_by_hand():
    at = Coordinates(
        factors=(np.array([[2.0, 0.0], [1.0, 3.0]]), np.array([[0.5]])),
        orders=((0, 1), (0,)),
        residual=RESIDUAL,
        clinic=-3.0,
    ).variances()
    assert at.G.tolist() == [[4.0, 2.0, 0.0], [2.0, 10.0, 0.0], [0.0, 0.0, 0.25]]
    assert at.clinic == 9.0
    assert at.residual is RESIDUAL


@pytest.mark.unit
def test_clinic_that_is_held_and_no_random_terms():
    at = Coordinates(factors=(), orders=(), residual=RESIDUAL, clinic=None).variances()
    assert at.clinic == 0.0
    assert at.G.shape == (0, 0)


@pytest.mark.unit
def test_free_entries_follow_the_pivots_and_the_rank():
    full = Coordinates(
        factors=(np.eye(2), np.ones((3, 1))),
        orders=((1, 0), (2, 0, 1)),
        residual=RESIDUAL,
        clinic=None,
    )
    assert list(full.free()) == [
        (0, 1, 0), (0, 0, 0), (0, 0, 1), (1, 2, 0), (1, 0, 0), (1, 1, 0),
    ]  # fmt: skip


@pytest.mark.unit
def test_a_step_moves_factors_then_residuals_then_the_clinic():
    at = Coordinates(
        factors=(np.array([[1.0, 0.0], [2.0, 3.0]]),),
        orders=((0, 1),),
        residual=(np.array([4.0]), np.array([5.0, 6.0])),
        clinic=7.0,
    )
    moved = at.moved(np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]))
    np.testing.assert_allclose(moved.factors[0], [[1.1, 0.0], [2.2, 3.3]])
    np.testing.assert_allclose(np.concatenate(moved.residual), [4.4, 5.5, 6.6])
    assert moved.clinic == pytest.approx(7.7)
    assert at.factors[0].tolist() == [[1.0, 0.0], [2.0, 3.0]]


@pytest.mark.unit
def test_duplication_by_hand():
    G = np.array([[1.0, 2.0, 4.0], [2.0, 3.0, 5.0], [4.0, 5.0, 6.0]])
    assert (duplication(3) @ G[np.tril_indices(3)]).tolist() == G.ravel().tolist()


@pytest.mark.identity
@pytest.mark.parametrize(("q", "rank"), [(1, 1), (2, 1), (3, 1), (3, 2), (3, 3), (2, 0)])
def test_pivoting_keeps_the_product(q, rank):
    for seed in range(5):
        F = np.random.default_rng(seed).normal(size=(q, rank))
        factor, order = pivoted(F)
        np.testing.assert_allclose(factor @ factor.T, F @ F.T, atol=1e-12)
        assert sorted(order) == list(range(q))
        lower = factor[list(order)]
        assert np.abs(np.triu(lower, 1)).max(initial=0.0) == 0.0
        sizes = np.abs(np.diag(lower[:rank]))
        assert (np.diff(sizes) <= 1e-12).all()


@pytest.mark.identity
@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize(
    ("random", "ranks", "clinics", "clinic"),
    [
        ((2,), (2,), 0, None),
        ((3,), (3,), 3, 0.7),
        ((3,), (2,), 3, -0.4),
        ((3,), (1,), 3, None),
        ((2, 1), (1, 1), 0, None),
        ((1, 1), (0, 1), 3, 0.5),
        ((), (), 3, 0.6),
        ((1,), (0,), 3, 0.0),
    ],
)
def test_derivatives_are_those_of_central_differences(random, ranks, clinics, clinic, reml):
    s = sample(6, n_clinics=clinics)
    model = build(s, "ar1", random=random, n_clinics=clinics, reml=reml)
    at = chart(model, ranks, clinic)

    def deviance(coordinates):
        return profile(model, coordinates.variances()).deviance

    def gradient(coordinates):
        slope = derivatives(model, profile(model, coordinates.variances()))
        return local_of(model, coordinates, slope).gradient

    local = local_of(model, at, derivatives(model, profile(model, at.variances())))
    size, h = local.gradient.size, 1e-5
    slope = [(deviance(at.moved(d)) - deviance(at.moved(-d))) / (2 * h) for d in h * np.eye(size)]
    bend = [(gradient(at.moved(d)) - gradient(at.moved(-d))) / (2 * h) for d in h * np.eye(size)]
    np.testing.assert_allclose(local.gradient, slope, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(
        local.hessian, bend, rtol=1e-5, atol=1e-6 * max(1.0, np.abs(bend).max())
    )
    assert np.linalg.eigvalsh(local.scoring)[0] > -1e-9
    assert local.jacobian.shape[1] == size


@pytest.mark.identity
def test_random_gradient_traces_the_slope_of_any_change():
    model = build(sample(6), "independent", random=(2, 1))
    theta = some_theta(model)
    slope = derivatives(model, profile(model, point(model, theta)))
    matrices = random_gradient(model, slope)
    rng = np.random.default_rng(0)
    change = np.zeros((3, 3))
    A = rng.normal(size=(2, 2))
    change[:2, :2], change[2, 2] = A + A.T, 0.7
    basis = model.random_basis()
    step = np.array([change[tuple(np.argwhere(b)[0])] for b in basis])
    by_trace = np.trace(matrices[0] @ change[:2, :2]) + matrices[1][0, 0] * change[2, 2]
    assert by_trace == pytest.approx(float(slope.gradient[:4] @ step), rel=1e-12)
