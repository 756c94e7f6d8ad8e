"""Covariance structures: derivatives, counts, and starts that are possible."""

import numpy as np
import pytest

from analysis.mixed.engine.structures import STRUCTURES, structure_named

DAYS = np.array([0.0, 3.0, 7.0, 8.0, 20.0])


def distances_of(name, m):
    points = DAYS[:m] if name == "spatial exponential" else np.arange(float(m))
    return np.abs(np.subtract.outer(points, points))


def empirical(m, seed=0):
    A = np.random.default_rng(seed).normal(size=(m, 2 * m)) + 0.7
    return A @ A.T / m


def start_and_away(name, m):
    """Return a structure, distances, and parameters that are not those of a start."""
    structure, distances = structure_named(name, m), distances_of(name, m)
    start = structure.start(empirical(m), distances)
    nudge = np.random.default_rng(1).uniform(-0.05, 0.05, start.size)
    return structure, distances, start + nudge


@pytest.mark.identity
@pytest.mark.parametrize("m", [1, 2, 3, 5])
@pytest.mark.parametrize("name", STRUCTURES)
def test_derivatives_are_those_of_central_differences(name, m):
    structure, distances, theta = start_and_away(name, m)
    shape = structure.shape(theta, distances)
    h = 1e-5 * np.eye(theta.size)
    above = [structure.shape(theta + step, distances) for step in h]
    below = [structure.shape(theta - step, distances) for step in h]
    first = np.array([(a.matrix - b.matrix) / 2e-5 for a, b in zip(above, below, strict=True)])
    np.testing.assert_allclose(shape.first, first, rtol=1e-7, atol=1e-8)
    second = np.array([(a.first - b.first) / 2e-5 for a, b in zip(above, below, strict=True)])
    if shape.second.size:
        np.testing.assert_allclose(shape.second, second, rtol=1e-7, atol=1e-8)
    else:
        np.testing.assert_allclose(second, 0.0, atol=1e-8)


@pytest.mark.unit
@pytest.mark.parametrize("m", [1, 2, 3, 5])
@pytest.mark.parametrize("name", STRUCTURES)
def test_start_is_positive_definite_and_of_the_right_size(name, m):
    structure, distances = structure_named(name, m), distances_of(name, m)
    for seed in range(8):
        theta = structure.start(empirical(m, seed), distances)
        assert theta.shape == (structure.n_parameters,)
        matrix = structure.shape(theta, distances).matrix
        np.testing.assert_array_equal(matrix, matrix.T)
        assert np.linalg.eigvalsh(matrix)[0] > 1e-3 * np.trace(matrix) / m


@pytest.mark.unit
@pytest.mark.parametrize(
    ("name", "one", "two", "five"),
    [
        ("unstructured", 1, 3, 15),
        ("independent", 1, 1, 1),
        ("compound symmetry", 1, 2, 2),
        ("toeplitz", 1, 2, 5),
        ("ar1", 1, 2, 2),
        ("ante-dependence", 1, 2, 5),
        ("heterogeneous independent", 1, 2, 5),
        ("heterogeneous compound symmetry", 1, 3, 6),
        ("heterogeneous toeplitz", 1, 3, 9),
        ("heterogeneous ar1", 1, 3, 6),
        ("heterogeneous ante-dependence", 1, 3, 9),
        ("spatial exponential", 2, 2, 2),
    ],
)
def test_number_of_parameters(name, one, two, five):
    assert [structure_named(name, m).n_parameters for m in (1, 2, 5)] == [one, two, five]


@pytest.mark.unit
def test_the_counts_above_are_of_all_structures():
    assert len(STRUCTURES) == len(set(STRUCTURES)) == 12


@pytest.mark.unit
@pytest.mark.parametrize(
    ("name", "theta", "matrix"),
    [
        ("unstructured", [4, 1, 9, 2, 3, 16], [[4, 1, 2], [1, 9, 3], [2, 3, 16]]),
        ("independent", [0], np.eye(3)),
        ("compound symmetry", [0, 0.5], [[1, 0.5, 0.5], [0.5, 1, 0.5], [0.5, 0.5, 1]]),
        ("toeplitz", [0, 0.5, 0.2], [[1, 0.5, 0.2], [0.5, 1, 0.5], [0.2, 0.5, 1]]),
        ("ar1", [np.log(2), 0.5], [[4, 2, 1], [2, 4, 2], [1, 2, 4]]),
        ("ante-dependence", [0, 0.5, 0.2], [[1, 0.5, 0.1], [0.5, 1, 0.2], [0.1, 0.2, 1]]),
        ("heterogeneous independent", np.log([1, 2, 3]), np.diag([1, 4, 9])),
        (
            "heterogeneous compound symmetry",
            [*np.log([1, 2, 3]), 0.5],
            [[1, 1, 1.5], [1, 4, 3], [1.5, 3, 9]],
        ),
        (
            "heterogeneous toeplitz",
            [*np.log([1, 2, 3]), 0.5, 0.2],
            [[1, 1, 0.6], [1, 4, 3], [0.6, 3, 9]],
        ),
        ("heterogeneous ar1", [*np.log([1, 2, 3]), 0.5], [[1, 1, 0.75], [1, 4, 3], [0.75, 3, 9]]),
        (
            "heterogeneous ante-dependence",
            [*np.log([1, 2, 3]), 0.5, 0.2],
            [[1, 1, 0.3], [1, 4, 1.2], [0.3, 1.2, 9]],
        ),
    ],
)
def test_matrices_by_hand(name, theta, matrix):
    shape = structure_named(name, 3).shape(np.array(theta, dtype=float), distances_of(name, 3))
    np.testing.assert_allclose(shape.matrix, matrix, atol=1e-14)


@pytest.mark.unit
def test_exponential_falls_to_a_half_at_log_two_over_the_rate():
    structure = structure_named("spatial exponential", 1)
    assert structure.needs_distances
    shape = structure.shape(np.array([np.log(3.0), np.log(np.log(2.0) / 10)]), np.array([[0, 10.0],
                            [10.0, 0]]))  # fmt: skip
    np.testing.assert_allclose(shape.matrix, [[9.0, 4.5], [4.5, 9.0]])


@pytest.mark.identity
def test_exponential_takes_distances_of_every_patient():
    structure = structure_named("spatial exponential", 1)
    theta = np.array([0.3, -1.2])
    days = np.random.default_rng(2).uniform(0, 30, (4, 3))
    distances = np.abs(days[:, :, None] - days[:, None, :])
    together = structure.shape(theta, distances)
    for index, own in enumerate(distances):
        alone = structure.shape(theta, own)
        for part in ("matrix", "first", "second"):
            np.testing.assert_array_equal(getattr(together, part)[index], getattr(alone, part))


@pytest.mark.unit
def test_start_is_the_empirical_covariance_where_that_is_of_the_family():
    covariance = structure_named("heterogeneous ar1", 3).shape(
        np.log([1, 2, 3, np.e**0.6]), distances_of("ar1", 3)
    ).matrix  # fmt: skip
    for name in ("unstructured", "heterogeneous ar1", "heterogeneous ante-dependence"):
        structure = structure_named(name, 3)
        theta = structure.start(covariance, distances_of(name, 3))
        found = structure.shape(theta, distances_of(name, 3)).matrix
        np.testing.assert_allclose(found, covariance, rtol=1e-12)


@pytest.mark.unit
@pytest.mark.parametrize("name", ["toeplitz", "heterogeneous toeplitz"])
def test_start_of_impossible_lags_is_drawn_towards_none(name):
    impossible = np.array([[1.0, 0.9, -0.8], [0.9, 1.0, 0.9], [-0.8, 0.9, 1.0]])
    structure = structure_named(name, 3)
    lags = structure.start(impossible, distances_of(name, 3))[-2:]
    assert lags[0] / lags[1] == pytest.approx(0.9 / -0.8)
    theta = structure.start(impossible, distances_of(name, 3))
    assert np.linalg.eigvalsh(structure.shape(theta, distances_of(name, 3)).matrix)[0] > 0.02
