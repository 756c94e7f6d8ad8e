"""Standardised coordinates of a fit."""

import numpy as np
import pytest

from analysis.errors import ModelError
from analysis.mixed.design.build import build_design
from analysis.mixed.design.description import Roles
from analysis.mixed.design.layout import lay_out
from analysis.mixed.sums.standard import standardise
from tests.mixed.frames import simulated


def laid_out(formula, data):
    design = build_design(formula, data, Roles(subject="patient"))
    return design, lay_out(design.encoding, design.columns, design.panel, None)


def standard_of(X, y):
    """Standardise columns that are features of rows as they are."""
    T = np.column_stack([np.ones(len(y)), X, (y - y.mean()) / y.std()])
    width = X.shape[1]
    columns = np.zeros((1, width + 2, width + 1))
    columns[0, 1 : width + 1, :width] = np.eye(width)
    columns[0, 0, width], columns[0, -1, width] = y.mean(), y.std()
    total = T.T @ T
    names = tuple(f"x{at}" for at in range(width))
    return T, standardise(columns, lambda c: c[0].T @ total @ c[0], names, len(y))


@pytest.mark.identity
def test_raw_columns_give_back_formula_and_outcome():
    data = simulated()
    design, layout = laid_out("change ~ arm*day + baseline", data)
    y = (design.y - 3.0) / 2.0
    features = np.column_stack([design.panel.of_patients(layout.patient), layout.row, y])
    T = features @ layout.map.columns(3.0, 2.0)[0]
    X = design.encoding.matrix(design.columns, design.n_rows)
    np.testing.assert_allclose(T[:, :-1], X, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(T[:, -1], design.y, rtol=1e-12)


@pytest.mark.identity
@pytest.mark.parametrize("offset", [0.0, 1e5])
def test_standardised_columns_are_orthonormal_and_lead_back(offset):
    rng = np.random.default_rng(2)
    X = np.column_stack([np.ones(30), rng.normal(offset, 3, 30), 1e-4 * rng.normal(size=30)])
    y = rng.normal(offset, 5, 30)
    T, standard = standard_of(X, y)
    turned = T @ standard.columns[0]
    rtol = 1e-12 if offset == 0.0 else 1e-6
    np.testing.assert_allclose(turned[:, :3].T @ turned[:, :3], np.eye(3), atol=rtol)
    np.testing.assert_allclose(turned[:, :3], X @ standard.back, atol=rtol)
    np.testing.assert_allclose(turned[:, 3] @ turned[:, 3], 27.0, rtol=1e-6)
    back = X @ standard.start + standard.scale * turned[:, 3]
    np.testing.assert_allclose(back, y, rtol=1e-9)
    assert standard.log_det == pytest.approx(np.linalg.slogdet(X.T @ X)[1], rel=1e-6)


@pytest.mark.unit
def test_outcome_that_the_mean_explains_exactly_is_refused():
    X = np.column_stack([np.ones(5), np.arange(5.0)])
    with pytest.raises(ModelError, match="explains the outcome exactly"):
        standard_of(X, 3.0 - 2.0 * np.arange(5.0))


@pytest.mark.unit
def test_small_residual_of_a_large_outcome_is_kept():
    noise = np.array([1.0, -1.0, 0.5, -0.5, 0.0, 2.0])
    _, standard = standard_of(np.ones((6, 1)), 1e7 + noise)
    assert standard.scale == pytest.approx(noise.std(ddof=1), rel=1e-6)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("columns", "named"),
    [
        ([[1, 0], [1, 1], [1, 2], [1, 5]], None),
        ([[1, 0, 0], [1, 1, 2], [1, 2, 4], [1, 5, 10]], "'x2'"),
        ([[1, 0, 0], [1, 1, 0], [1, 2, 0], [1, 5, 0]], "'x2'"),
        ([[1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2, 3]], "'x1', 'x2'"),
    ],
)
def test_columns_that_others_determine_are_named(columns, named):
    X, y = np.array(columns, dtype=float), np.array([1.0, 4.0, 2.0, 3.0])
    if named is None:
        standard_of(X, y)
        return
    with pytest.raises(ModelError, match=f"terms {named} are determined by the terms before"):
        standard_of(X, y)


@pytest.mark.unit
def test_as_many_rows_as_coefficients_are_too_few():
    with pytest.raises(ModelError, match="2 coefficients but only 2 complete rows"):
        standard_of(np.eye(2), np.array([1.0, 2.0]))
