"""Running products of matrices equal a plain loop, whatever the number of matrices."""

import numpy as np
import pytest

from analysis.survival.states.matrix_products import prefix_products, suffix_products


@pytest.mark.identity
@pytest.mark.parametrize("m", [0, 1, 2, 3, 4, 15, 16, 17, 50])
def test_products_are_those_of_a_loop(m):
    matrices = np.random.default_rng(m).normal(size=(m, 3, 3))
    expected, running = np.empty((m, 3, 3)), np.eye(3)
    for number, matrix in enumerate(matrices):
        running = running @ matrix
        expected[number] = running
    np.testing.assert_allclose(prefix_products(matrices), expected, rtol=1e-10, atol=1e-12)
    suffix = suffix_products(matrices)
    assert suffix.shape == (m + 1, 3, 3)
    np.testing.assert_allclose(suffix[0], running, rtol=1e-10, atol=1e-12)
    np.testing.assert_array_equal(suffix[m], np.eye(3))
    if m > 2:
        np.testing.assert_allclose(suffix[m - 2], matrices[m - 2] @ matrices[m - 1], rtol=1e-10)


@pytest.mark.unit
def test_the_matrices_given_are_left_as_they_were():
    matrices = np.full((5, 1, 1), 2.0)
    prefix_products(matrices)
    suffix_products(matrices)
    assert (matrices == 2.0).all()
