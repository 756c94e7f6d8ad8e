"""Cross-products, standardised coordinates, and outcomes without residual variation."""

import numpy as np
import pytest
from analysis.mixed.moments import check_variation, cross_products, standardise

from analysis.errors import ModelError

STARTS = np.array([0, 2, 3])
T = np.array([[1.0, 5.0], [1.0, 3.0], [1.0, 2.0], [1.0, 0.0], [1.0, 4.0]])
Z = np.array([[1.0], [2.0], [1.0], [3.0], [1.0]])


@pytest.mark.unit
def test_cross_products_of_three_patients_by_hand():
    moments = cross_products(T, Z, STARTS)
    assert moments.A[:, 0, 0].tolist() == [5.0, 1.0, 10.0]
    assert moments.B[:, 0, :].tolist() == [[3.0, 11.0], [1.0, 2.0], [4.0, 4.0]]
    assert moments.C.tolist() == [[5.0, 14.0], [14.0, 54.0]]
    assert moments.n_rows == 5
    assert moments.n_fixed == 1


@pytest.mark.identity
def test_standardised_columns_are_orthonormal_and_lead_back():
    rng = np.random.default_rng(2)
    X = np.column_stack([np.ones(30), rng.normal(1e6, 3, 30), rng.normal(size=30)])
    y, Z = rng.normal(1e3, 5, 30), rng.normal(0, 50, (30, 2))
    columns, scaled, scaling = standardise(X, y, Z)
    np.testing.assert_allclose(columns[:, :3].T @ columns[:, :3], np.eye(3), atol=1e-13)
    np.testing.assert_allclose(columns[:, :3] @ scaling.R, X, rtol=1e-12)
    np.testing.assert_allclose(np.mean(scaled**2, axis=0), 1.0)
    np.testing.assert_allclose(columns[:, 3] @ columns[:, 3], 27.0)
    back = columns[:, :3] @ scaling.start + scaling.scale * columns[:, 3]
    np.testing.assert_allclose(back, y, rtol=1e-12)


@pytest.mark.unit
def test_outcome_that_the_mean_explains_exactly_is_refused():
    X = np.column_stack([np.ones(5), np.arange(5.0)])
    with pytest.raises(ModelError, match="explains the outcome exactly"):
        standardise(X, 3.0 - 2.0 * np.arange(5.0), np.ones((5, 1)))


@pytest.mark.unit
def test_outcome_constant_within_patients_is_refused():
    columns = np.column_stack([np.ones(6), [1.0, 1.0, 4.0, 4.0, 9.0, 9.0]])
    moments = cross_products(columns, np.ones((6, 1)), np.array([0, 2, 4]))
    with pytest.raises(ModelError, match="does not vary within patients"):
        check_variation(moments, ("Intercept",))
