"""Reduction of lattices, points of ellipsoids and covers, on cases whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.distributed.attack.covers import rows_in_every_cover
from analysis.distributed.attack.points import expected_points, points_within
from analysis.distributed.attack.reduction import reduce_gram
from analysis.distributed.attack.whole_numbers import most_away_from_end, whole_scales

pytestmark = pytest.mark.unit


def mixed_basis(n: int, seed: int) -> np.ndarray:
    """A basis of all whole-number points that hides them: rows mixed at random."""
    rng = np.random.default_rng(seed)
    basis = np.eye(n, dtype=np.int64)
    for _ in range(8 * n):
        i, j = rng.choice(n, 2, replace=False)
        basis[:, i] += rng.integers(-2, 3) * basis[:, j]
    return basis


@pytest.mark.parametrize("n", [2, 5, 9])
def test_hidden_unit_vectors_are_found(n: int) -> None:
    basis = mixed_basis(n, seed=n)
    found = reduce_gram(basis.T @ basis)
    assert found.is_complete
    np.testing.assert_array_equal(found.gram, np.eye(n))
    np.testing.assert_array_equal(np.abs(basis @ found.basis).sum(axis=0), np.ones(n))


def test_columns_that_follow_from_others_are_told_apart() -> None:
    rng = np.random.default_rng(5)
    W = rng.integers(0, 28, (30, 4))
    W = np.column_stack([W, W[:, 0] + 2 * W[:, 3], W[:, 1] - W[:, 2]])
    found = reduce_gram(W.T @ W)
    assert found.null.shape == (6, 2)
    assert not (W @ found.null).any()
    np.testing.assert_array_equal(found.gram, (W @ found.basis).T @ (W @ found.basis))
    np.testing.assert_array_equal((W @ found.basis) @ found.rows_of(), W)
    assert round(abs(np.linalg.det(np.hstack([found.null, found.basis]).astype(float)))) == 1


@pytest.mark.parametrize(("radius", "points"), [(0, 1), (1, 5), (2, 9), (5, 21), (25, 81)])
def test_points_of_a_circle(radius: int, points: int) -> None:
    # Gauss's circle problem, OEIS A057655
    found = points_within(np.eye(2), float(radius), 1_000)
    assert found is not None
    assert len(np.unique(found, axis=0)) == points
    assert (np.square(found).sum(axis=1) <= radius).all()


def test_points_of_a_leaning_ellipse_are_those_of_a_search() -> None:
    form = np.array([[3.0, 2.0], [2.0, 2.5]])
    grid = np.stack(np.meshgrid(np.arange(-9, 10), np.arange(-9, 10)), axis=-1).reshape(-1, 2)
    inside = grid[np.einsum("ni,ij,nj->n", grid, form, grid) <= 20.0]
    found = points_within(form, 20.0, 1_000)
    assert found is not None
    np.testing.assert_array_equal(np.unique(found, axis=0), np.unique(inside, axis=0))
    assert 10 ** expected_points(form, 20.0) == pytest.approx(np.pi * 20 / np.sqrt(3.5))


def test_too_many_points_are_not_listed() -> None:
    assert points_within(np.eye(3), 400.0, 1_000) is None


def test_one_set_of_rows_is_certain_and_one_of_two_is_not() -> None:
    rows = np.array([[1, 3], [1, 3], [1, 8]])
    candidates = np.array([[1, k] for k in range(12)])
    found = rows_in_every_cover(rows.T @ rows, 3, candidates)
    np.testing.assert_array_equal(found, rows)
    # 0 + 4 + 5 = 1 + 2 + 6 and 0 + 16 + 25 = 1 + 4 + 36: no row is in both sets
    found = rows_in_every_cover(np.array([[3, 9], [9, 41]]), 3, candidates)
    assert found is not None
    assert len(found) == 0


def test_no_set_of_rows_gives_nothing() -> None:
    found = rows_in_every_cover(np.array([[2, 1], [1, 7]]), 2, np.array([[1, 0], [1, 1]]))
    assert found is not None
    assert len(found) == 0


@pytest.mark.parametrize(
    ("numbers", "most"),
    [([4], 1), ([1, 1, 1], 3), ([5, 1], 2), ([9, 9, 9], 11), ([1] * 15, 11)],
)
def test_bound_on_numbers_above_zero(numbers: list[int], most: int) -> None:
    total, squares = sum(numbers), sum(k * k for k in numbers)
    assert most_away_from_end(total, squares, 11) >= min(len(numbers), 11)
    if len(numbers) != 3 or numbers[0] == 1:
        assert most_away_from_end(total, squares, 11) == most


def test_decimals_are_found_by_the_sums() -> None:
    rng = np.random.default_rng(1)
    W = np.column_stack(
        [np.ones(9), rng.integers(0, 28, 9), rng.integers(300, 900, 9) / 10, rng.normal(size=9)]
    )
    np.testing.assert_array_equal(whole_scales(W.T @ W), [1, 1, 10, 0])
