"""Sums and slopes of many data sets against the engine, and optima in closed form."""

import numpy as np
import pytest

from analysis.missing import batched_sums
from analysis.missing.batched_likelihood import column_products, matrices_of, slopes_at
from analysis.missing.batched_steps import maximise_all
from analysis.missing.batched_sums import numbers_per_set, sums_weighted, sums_without
from analysis.mixed.engine.blocks import cross_products
from analysis.mixed.engine.likelihood import derivatives, profile
from tests.missing.test_batched_refits import prepared, resamples


def start_of(refits):
    return np.concatenate(refits.engine.optimum.coordinates.residual)


@pytest.mark.identity
@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("covariance_by", [None, "arm"])
def test_the_slope_is_that_of_the_engine_away_from_the_optimum(method, covariance_by):
    refits = prepared(method=method, covariance_by=covariance_by)
    engine, size = refits.engine, 6 * (2 if covariance_by else 1)
    step = np.random.default_rng(2).normal(0.0, 0.05, size)
    moved = engine.optimum.coordinates.moved(step)
    at = profile(engine.model, moved.variances())
    sums = sums_weighted(refits, np.ones((2, 64)))
    theta = np.stack([start_of(refits), start_of(refits) + step])
    found = slopes_at(sums, theta, reml=method == "reml")
    expected = derivatives(engine.model, at).gradient
    assert abs(expected).max() > 1.0
    np.testing.assert_allclose(found.gradient[1], expected, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found.beta[1], at.beta, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(found.gradient[0], np.zeros(size), atol=1e-6)


@pytest.mark.identity
def test_products_of_columns_are_those_of_the_engine():
    refits = prepared()
    found = column_products(sums_weighted(refits, np.full((1, 64), 2.0)))
    theirs = np.sum([cross_products(part.blocks) for part in refits.engine.model.strata], axis=0)
    np.testing.assert_allclose(found[0], 2.0 * theirs[:-1, :-1], atol=1e-10)


@pytest.mark.identity
def test_a_patient_left_out_has_no_weight():
    refits = prepared(gaps=0.2)
    weights = np.ones((64, 64)) - np.eye(64)
    subtracted, added = sums_without(refits, np.arange(64)), sums_weighted(refits, weights)
    assert subtracted.n_rows.tolist() == added.n_rows.tolist()
    for ours, theirs in zip(subtracted.parts, added.parts, strict=True):
        assert ours.counts.tolist() == theirs.counts.tolist()
        np.testing.assert_allclose(ours.products, theirs.products, atol=1e-9)
    largest = max(part.products[0].size for part in added.parts)
    assert numbers_per_set(refits) > largest


@pytest.mark.identity
def test_sums_do_not_depend_on_how_many_patients_are_added_at_once(monkeypatch):
    refits, weights = prepared(), resamples(64, 3)
    whole = sums_weighted(refits, weights)
    monkeypatch.setattr(batched_sums, "_AT_ONCE", 150)  # a few patients
    for ours, theirs in zip(sums_weighted(refits, weights).parts, whole.parts, strict=True):
        np.testing.assert_allclose(ours.products, theirs.products, atol=1e-10)


@pytest.mark.unit
def test_lower_triangles_fill_one_matrix_per_group():
    found = matrices_of(np.array([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]), 2)
    assert found.tolist() == [[[[1.0, 2.0], [2.0, 3.0]], [[4.0, 5.0], [5.0, 6.0]]]]


@pytest.mark.truth
@pytest.mark.parametrize("method", ["reml", "ml"])
def test_weighted_complete_patients_have_the_covariance_of_their_residuals(method):
    """With the same columns at every visit, all seen, the optimum is that of least squares."""
    refits = prepared(method=method)
    whole = next(part for part in refits.patterns if part.visits.size == 3)
    weights = np.zeros((4, 64))
    weights[:, whole.patients] = resamples(64, 4)[:, whole.patients]
    sums = sums_weighted(refits, weights)
    optima = maximise_all(
        sums,
        start_of(refits),
        np.linalg.inv(refits.engine.optimum.local.hessian),
        reml=method == "reml",
    )
    assert optima.reached.all()
    features = whole.wide[:, :3]  # constant, baseline, arm
    outcomes = whole.wide[:, 3:] * refits.engine.standard.columns[0, -1, -1]
    for own, theta in zip(weights[:, whole.patients], optima.theta, strict=True):
        root = np.sqrt(own)[:, None]
        beta = np.linalg.lstsq(features * root, outcomes * root, rcond=None)[0]
        residual = (outcomes - features @ beta) * root
        n = own.sum() - (3 if method == "reml" else 0)
        expected = residual.T @ residual / n
        np.testing.assert_allclose(theta, expected[np.tril_indices(3)], rtol=1e-8)


@pytest.mark.unit
def test_what_strays_is_not_called_an_optimum():
    """Twice the optimum, with a deviance taken for flat: the step passes zero by far."""
    refits = prepared()
    start = 2.0 * start_of(refits)
    far = maximise_all(sums_weighted(refits, np.ones((2, 64))), start, 100.0 * np.eye(6), reml=True)
    assert far.reached.tolist() == [False, False]


@pytest.mark.unit
def test_some_data_sets_can_be_kept():
    sums = sums_weighted(prepared(), resamples(64, 3))
    kept = sums.of(np.array([True, False, True]))
    assert kept.n_rows.tolist() == sums.n_rows[[0, 2]].tolist()
    assert np.array_equal(kept.parts[0].products, sums.parts[0].products[[0, 2]])
    assert kept.n_visits == 3
