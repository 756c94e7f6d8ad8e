"""The model of patients behind case mix: fitted by statsmodels, with its variance in clinics."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from statsmodels.genmod import families
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.tools.sm_exceptions import (
    ConvergenceWarning,
    PerfectSeparationError,
    PerfectSeparationWarning,
)

from analysis.errors import ConvergenceError
from analysis.quality.clinics.case_mix_covariates import CaseMixDesign
from analysis.results import FloatArray

__all__ = ["PatientFit", "dispersion_within", "fit_patients"]

_FAMILIES: dict[str, Any] = {
    "proportion": families.Binomial,
    "rate": families.Poisson,
    "mean": families.Gaussian,
}
_MOST_STEPS = 100
_ENDLESS = 15.0  # standard error of a log odds ratio that has no finite estimate


@dataclass(frozen=True, kw_only=True, eq=False)
class PatientFit:
    """A fitted model of patients.

    Parameters
    ----------
    fitted : array, shape (n,)
        Expected outcome of each patient.
    weight : array, shape (n,)
        Its variance, before dispersion.
    estimate : array, shape (p,)
        Coefficients.
    inverse : array, shape (p, p)
        Inverse of the weighted cross-products of the columns.
    """

    fitted: FloatArray
    weight: FloatArray
    estimate: FloatArray
    inverse: FloatArray


def fit_patients(
    design: CaseMixDesign, value: FloatArray, size: FloatArray, kind: str
) -> PatientFit:
    """Fit by statsmodels, and turn its ways of failing into one error.

    Parameters
    ----------
    design : CaseMixDesign
        Coded patients.
    value, size : array, shape (n,)
        Outcomes, and exposures of a rate.
    kind : {"proportion", "rate", "mean"}
        Logistic, Poisson, or linear regression.

    Returns
    -------
    PatientFit
        The fit.

    Raises
    ------
    ConvergenceError
        When what to expect of a level has no finite estimate.
    """
    family = _FAMILIES[kind]()
    offset = np.log(size) if kind == "rate" else None
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        warnings.simplefilter("error", PerfectSeparationWarning)
        warnings.simplefilter("ignore", RuntimeWarning)  # fitted 0 or 1: refused by their errors
        try:
            model = GLM(value, design.X, family=family, offset=offset)
            found = model.fit(maxiter=_MOST_STEPS, tol=1e-10)
        except (ConvergenceWarning, PerfectSeparationWarning, PerfectSeparationError):
            raise ConvergenceError(_SEPARATED) from None
    fitted = np.asarray(found.fittedvalues, dtype=float)
    weight = np.asarray(family.variance(fitted), dtype=float)
    inverse = np.asarray(np.linalg.pinv(design.X.T @ (weight[:, None] * design.X)), dtype=float)
    if kind != "mean" and not float(np.sqrt(np.diag(inverse)).max()) < _ENDLESS:
        raise ConvergenceError(_SEPARATED)
    return PatientFit(
        fitted=fitted, weight=weight, estimate=np.asarray(found.params, float), inverse=inverse
    )


_SEPARATED = (
    "Some levels of the covariates have the outcome always or never, so that what to expect of "
    "them has no finite estimate. Leave a covariate out or join its levels."
)


def dispersion_within(
    fit: PatientFit, value: FloatArray, codes: Any, n_terms: int, kind: str
) -> float:
    """Estimate the variance of patients within clinics, relative to the model's.

    Parameters
    ----------
    fit : PatientFit
        The fit.
    value : array, shape (n,)
        Outcomes.
    codes : array of int, shape (n,)
        Number of the clinic of each patient.
    n_terms : int
        Coefficients.
    kind : {"proportion", "rate", "mean"}
        What was fitted.

    Returns
    -------
    float
        1 for proportions; Pearson's dispersion, not under 1, for rates; the variance for means.
    """
    if kind == "proportion":
        return 1.0
    k = int(codes.max()) + 1
    df = max(value.size - n_terms - k + 1, 1)
    if kind == "mean":
        rest = value - fit.fitted
        own = np.bincount(codes, rest, k) / np.bincount(codes, minlength=k)
        return float(((rest - own[codes]) ** 2).sum() / df)
    ratio = np.bincount(codes, value, k) / np.bincount(codes, fit.fitted, k)
    mean = np.maximum(fit.fitted * ratio[codes], np.finfo(float).tiny)
    return max(float(((value - fit.fitted * ratio[codes]) ** 2 / mean).sum() / df), 1.0)
