"""Fits without a patient, and of resamples, against fits of the rows themselves."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ConvergenceError
from analysis.missing.model import fit_model, parameters_of
from analysis.missing.refits import refitter
from analysis.missing.schedule import arrange
from analysis.missing.strategies import make_plan
from analysis.mixed import mmrm
from tests.missing.trials import FORMULA, ROLES, trial

_, SEEN = trial(gaps=0.1)
PLACES = arrange(FORMULA, SEEN, visits=None, needed=(), **ROLES)
PLAN = make_plan(PLACES, "MAR", None, "analysis")


def prepared(covariance="unstructured", covariance_by=None):
    fit = fit_model(FORMULA, PLACES, PLAN, covariance=covariance, covariance_by=covariance_by,
                    method="reml")  # fmt: skip
    return refitter(fit, PLACES)


def check_same(found, fit, by_visit=None):
    theirs = fit.tidy().set_index("term")["estimate"]
    np.testing.assert_allclose(np.sort(found.beta), np.sort(theirs), rtol=1e-6, atol=1e-7)
    covariance = fit.covariance()
    matrices = covariance.values() if isinstance(covariance, dict) else [covariance]
    np.testing.assert_allclose(found.covariances, np.stack(list(matrices)), rtol=1e-6, atol=1e-7)


@pytest.mark.identity
@pytest.mark.parametrize("covariance", ["unstructured", "heterogeneous ar1"])
def test_a_fit_without_a_patient_is_that_of_the_other_rows(covariance):
    refits = prepared(covariance)
    for patient in (0, 7, 39):
        rest = PLACES.rows_of(PLAN.modelled)
        rest = rest[rest["patient"] != PLACES.subjects[patient]]
        fit = mmrm(FORMULA, rest, subject="patient", visit="visit", covariance=covariance)
        check_same(refits.without(patient), fit)


@pytest.mark.identity
def test_a_fit_without_a_patient_keeps_a_covariance_per_arm():
    rest = PLACES.rows_of(PLAN.modelled)
    rest = rest[rest["patient"] != PLACES.subjects[3]]
    fit = mmrm(FORMULA, rest, subject="patient", visit="visit", covariance_by="arm")
    check_same(prepared(covariance_by="arm").without(3), fit)


@pytest.mark.identity
def test_weights_are_numbers_of_copies():
    weights = np.ones(PLACES.n_subjects)
    weights[[1, 5]], weights[[2, 8, 30]] = 3.0, 0.0
    copies = [
        SEEN[SEEN["patient"] == patient].assign(patient=f"{patient} {copy}")
        for patient, weight in zip(PLACES.subjects, weights, strict=True)
        for copy in range(int(weight))
    ]
    rows = pd.concat(copies).assign(arm=lambda d: pd.Categorical(d["arm"], ["oral", "iv"]))
    fit = mmrm(FORMULA, rows, subject="patient", visit="visit")
    check_same(prepared().weighted(weights), fit)


@pytest.mark.identity
def test_everyone_once_is_the_fit_itself():
    refits = prepared()
    found = refits.weighted(np.ones(PLACES.n_subjects))
    np.testing.assert_allclose(found.beta, parameters_of(refits.engine).beta, rtol=1e-7)


@pytest.mark.unit
def test_a_resample_without_an_arm_is_refused():
    weights = (PLACES.arm == 0).astype(float)
    with pytest.raises(ConvergenceError, match="does not determine the imputation model"):
        prepared().weighted(weights)
