"""Fits of many data sets at once against the careful optimiser, one by one."""

import numpy as np
import pytest

from analysis.errors import ConvergenceError
from analysis.missing.batched_refits import refits_weighted, refits_without
from analysis.missing.model import fit_model
from analysis.missing.refits import Refitter, refitter
from analysis.missing.schedule import arrange
from analysis.missing.strategies import make_plan
from tests.missing.trials import FORMULA, ROLES, trial

MODELS = {
    "reml": {},
    "ml": {"method": "ml"},
    "covariance per arm": {"covariance_by": "arm"},
    "covariance per arm, ml": {"covariance_by": "arm", "method": "ml"},
}


def prepared(n=64, gaps=0.1, without_scores=(), **options):
    _, seen = trial(n=n, n_visits=3, gaps=gaps)
    seen.loc[seen["patient"].isin(without_scores), "change"] = np.nan
    places = arrange(FORMULA, seen, visits=None, needed=(), **ROLES)
    fit = fit_model(
        FORMULA,
        places,
        make_plan(places, "MAR", None, "analysis"),
        **{"covariance": "unstructured", "covariance_by": None, "method": "reml", **options},
    )
    return refitter(fit, places)


def resamples(n, size, seed=8):
    """Resample half of the patients within each arm, so that no arm runs out of them."""
    rng = np.random.default_rng(seed)
    weights = np.zeros((size, n))
    for arm in (0, 1):
        own = np.arange(arm, n, 2)
        weights[:, own] = rng.multinomial(own.size, np.full(own.size, 1.0 / own.size), size)
    return weights


def check_same(found, alone):
    for place, theirs in enumerate(alone):
        ours = found.parameters.beta[place], found.parameters.covariances[place]
        np.testing.assert_allclose(ours[0], theirs.beta, rtol=1e-8, atol=1e-9)
        np.testing.assert_allclose(ours[1], theirs.covariances, rtol=1e-8, atol=1e-9)


@pytest.fixture
def together_only(monkeypatch):
    """Let the careful optimiser fail, so that what arrives was fitted together."""

    def refuse(*_):
        raise AssertionError("fitted alone")

    return lambda: monkeypatch.setattr(Refitter, "_fit", refuse)


@pytest.mark.identity
@pytest.mark.parametrize("name", MODELS)
def test_leaving_out_each_patient_at_once_is_leaving_them_out_one_by_one(name, together_only):
    refits = prepared(**MODELS[name])
    alone = [refits.without(patient) for patient in range(64)]
    together_only()
    found = refits_without(refits, np.arange(64))
    assert found.fitted.tolist() == list(range(64))
    assert found.errors == {}
    check_same(found, alone)


@pytest.mark.identity
@pytest.mark.parametrize("name", ["reml", "ml"])
def test_resamples_at_once_are_resamples_one_by_one(name, together_only):
    refits = prepared(**MODELS[name])
    weights = resamples(64, 15)
    alone = [refits.weighted(own) for own in weights]
    together_only()
    check_same(refits_weighted(refits, weights), alone)


@pytest.mark.identity
def test_resamples_with_a_covariance_per_arm_agree_whether_or_not_they_need_care():
    refits = prepared(covariance_by="arm")
    weights = resamples(64, 15)
    found = refits_weighted(refits, weights)
    assert found.fitted.size == 15
    check_same(found, [refits.weighted(own) for own in weights])


@pytest.mark.unit
def test_a_patient_without_scores_changes_nothing():
    refits = prepared(without_scores=("p004",))
    found = refits_without(refits, np.array([4, 5]))
    everyone = refits_weighted(refits, np.ones((1, 64))).parameters
    np.testing.assert_allclose(found.parameters.beta[0], everyone.beta[0], rtol=1e-10, atol=1e-12)
    assert abs(found.parameters.beta[1] - everyone.beta[0]).max() > 1e-4


@pytest.mark.identity
@pytest.mark.parametrize("covariance", ["heterogeneous ar1", "compound symmetry"])
def test_other_covariances_are_fitted_with_care(covariance):
    refits = prepared(covariance=covariance)
    found = refits_without(refits, np.array([3, 40]))
    check_same(found, [refits.without(3), refits.without(40)])


@pytest.mark.identity
def test_few_patients_at_a_pair_of_visits_are_fitted_with_care():
    refits = prepared(n=24)
    found = refits_without(refits, np.arange(24))
    check_same(found, [refits.without(patient) for patient in range(24)])


@pytest.mark.unit
def test_a_data_set_that_fails_says_why_and_leaves_the_others_alone():
    refits = prepared(n=160, gaps=0.03)
    weights = np.ones((3, 160))
    weights[1, ::2] = 0.0  # an arm is missing
    found = refits_weighted(refits, weights)
    assert found.fitted.tolist() == [0, 2]
    assert list(found.errors) == [1]
    assert isinstance(found.errors[1], ConvergenceError)
    assert "does not determine the imputation model" in str(found.errors[1])
    assert found.parameters.beta.shape == (2, 9)


@pytest.mark.unit
def test_all_may_fail():
    found = refits_weighted(prepared(), np.zeros((2, 64)))
    assert sorted(found.errors) == [0, 1]
    assert found.parameters.covariances.shape == (0, 1, 3, 3)


@pytest.mark.unit
def test_visits_that_nobody_has_together_are_noticed():
    """Their covariance is not determined, although the slope in it is zero everywhere."""
    refits = prepared(n=120, gaps=0.4)
    weights = np.ones((2, 120))
    for pattern in refits.patterns:
        if {1, 2} <= set(pattern.visits.tolist()):
            weights[1, pattern.patients] = 0.0
    found = refits_weighted(refits, weights)
    assert found.fitted.tolist() == [0]
    assert "cannot tell apart" in str(found.errors[1])
