"""Logistic regression of rows that belong to patients, with standard errors robust by patient.

The fit is that of statsmodels; formulas are read, and rows refused, as in the other models.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.genmod import families
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.tools.sm_exceptions import (
    ConvergenceWarning,
    PerfectSeparationError,
    PerfectSeparationWarning,
)

from analysis.errors import ColumnError, ConvergenceError, DataError
from analysis.formulas.columns import check_present, read_group
from analysis.missing.clustered_model import ClusteredModel, counts_behind
from analysis.results import FloatArray
from analysis.survival.coefficients import Coefficients
from analysis.survival.reading.covariates import Covariates, read_covariates

__all__ = ["logistic", "read_flags", "read_patients"]

_NO_FINITE_ESTIMATE = 50.0  # standard error of the log odds over the range of a column
_MOST_STEPS = 100

BoolArray = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.intp]


def logistic(
    formula: str,
    data: pd.DataFrame,
    *,
    event: str,
    subject: str,
    title: str = "Logistic regression",
) -> ClusteredModel:
    """Model the odds of an event by covariates, with standard errors robust by patient.

    Rows with a missing covariate are left out and counted; a missing event or patient is an error.

    Parameters
    ----------
    formula : str
        Covariates, such as ``"visit + last_score"``; an intercept is always there.
    data : pandas.DataFrame
        One or more rows per patient.
    event : str
        Column of the event: 1 or True, 0 or False.
    subject : str
        Column of the patient.
    title : str
        What the model is.

    Returns
    -------
    ClusteredModel
        The fit.

    Raises
    ------
    ColumnError
        When a column is not there or of the wrong type.
    DataError
        When an event or a patient is missing, or all rows have the same outcome.
    ModelError
        When the formula cannot be used, or a covariate does not vary.
    ConvergenceError
        When an odds ratio has no finite estimate (separation), with the terms named.

    Notes
    -----
    The covariance is the sandwich by patient with the factor G / (G - 1) × (N - 1) / (N - K) for
    G patients, N rows and K coefficients: R's ``sandwich::vcovCL(fit, type = "HC1")``.

    References
    ----------
    Liang KY, Zeger SL (1986). Biometrika 73:13-22.

    Examples
    --------
    >>> data = pd.DataFrame({"patient": list("aabbccdd"), "left": [0, 1, 0, 0, 0, 1, 0, 0],
    ...                      "score": [9.0, 14.0, 7.0, 8.0, 12.0, 6.0, 15.0, 10.0]})
    >>> fit = logistic("score", data, event="left", subject="patient")
    >>> fit.tidy()["estimate"].round(3).tolist()
    [-0.918, -0.018]
    """
    check_present(data, [event, subject], "the model")
    covariates = read_covariates(formula, data)
    kept = data.loc[covariates.complete]
    outcome = read_flags(kept, event)
    patient = read_patients(kept, subject)
    if outcome.all() or not outcome.any():
        raise DataError(
            f"All {len(kept)} rows used have the same value of {event!r}, so that nothing can be "
            "compared. Check the column and the rows left out."
        )
    estimate, vcov, log_likelihood = _fit(covariates, outcome, patient)
    return ClusteredModel(
        formula=formula,
        outcome=event,
        subject=subject,
        family="binomial",
        title=title,
        weights=None,
        coefficients=Coefficients(
            terms=("Intercept", *covariates.terms), estimate=estimate, vcov=vcov
        ),
        covariates=covariates,
        fit=pd.DataFrame(
            {
                "n_obs": [len(kept)],
                "n_subjects": [int(np.unique(patient).size)],
                "n_event": [int(outcome.sum())],
                "n_dropped": [len(data) - len(kept)],
                "log_likelihood": [log_likelihood],
                "df": [estimate.size],
                "family": ["binomial"],
                "vcov": [f"robust by {subject}"],
            }
        ),
        behind=counts_behind(covariates, kept, patient, outcome),
    )


def read_patients(data: pd.DataFrame, column: str) -> Codes:
    """Give each patient a number.

    Parameters
    ----------
    data : pandas.DataFrame
        The rows.
    column : str
        Column of the patient.

    Returns
    -------
    array of int, shape (n,)
        Codes from 0 on.

    Raises
    ------
    DataError
        When a patient is missing.
    """
    absent = int(data[column].isna().sum())
    if absent:
        raise DataError(
            f"Column {column!r} is missing in {absent} rows; every row must say whose it is."
        )
    return np.asarray(read_group(data[column], None).data, dtype=np.intp)


def read_flags(data: pd.DataFrame, column: str) -> BoolArray:
    """Read a column of 0 and 1, or of booleans, without missing values.

    Parameters
    ----------
    data : pandas.DataFrame
        The rows.
    column : str
        Name of the column.

    Returns
    -------
    array of bool, shape (n,)
        True for 1.

    Raises
    ------
    ColumnError
        When it is neither numeric nor boolean.
    DataError
        When a value is missing, or neither 0 nor 1.
    """
    if not pd.api.types.is_numeric_dtype(data[column]):
        raise ColumnError(f"Column {column!r} is not numeric or boolean; allowed are 0 and 1.")
    numbers = data[column].to_numpy(dtype=float, na_value=np.nan)
    bad = int((~np.isin(numbers, [0.0, 1.0])).sum())
    if bad:
        raise DataError(
            f"Column {column!r} has {bad} rows that are neither 0 nor 1. Allowed are 1 or True, "
            "and 0 or False; leave rows out for which it is not known, and say so."
        )
    return np.asarray(numbers == 1.0)


def _fit(
    covariates: Covariates, outcome: BoolArray, patient: Codes
) -> tuple[FloatArray, FloatArray, float]:
    """Fit by iteratively reweighted least squares; columns are centred and scaled meanwhile."""
    centre, scale = covariates.X.mean(axis=0), covariates.X.std(axis=0)
    X = np.column_stack([np.ones(outcome.size), (covariates.X - centre) / scale])
    fit = _reweighted(outcome, X, patient)
    _require_finite(covariates, np.sqrt(np.diag(fit.normalized_cov_params))[1:] / scale)
    back = np.diag(np.append(1.0, 1.0 / scale))
    back[0, 1:] = -centre / scale
    vcov = back @ np.asarray(fit.cov_params()) @ back.T
    return back @ np.asarray(fit.params), vcov, float(fit.llf)


def _reweighted(outcome: BoolArray, X: FloatArray, patient: Codes) -> Any:
    """Run statsmodels, and turn its ways of failing into one error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        warnings.simplefilter("error", PerfectSeparationWarning)
        warnings.simplefilter("ignore", RuntimeWarning)  # probabilities of 0 or 1 are refused later
        try:
            model = GLM(outcome.astype(float), X, family=families.Binomial())
            clustered = {"cov_type": "cluster", "cov_kwds": {"groups": patient}}
            return model.fit(maxiter=_MOST_STEPS, tol=1e-12, **clustered)
        except (
            ConvergenceWarning,
            PerfectSeparationWarning,
            PerfectSeparationError,
            np.linalg.LinAlgError,
        ):
            raise ConvergenceError(_separated("The covariates")) from None


def _require_finite(covariates: Covariates, std_error: FloatArray) -> None:
    """Name the terms whose log odds ratio is not known to within any useful size."""
    span = covariates.X.max(axis=0) - covariates.X.min(axis=0)
    endless = [
        term
        for term, error in zip(covariates.terms, std_error * span, strict=True)
        if not error < _NO_FINITE_ESTIMATE
    ]
    if endless:
        raise ConvergenceError(_separated(f"The terms {', '.join(map(repr, endless))}"))


def _separated(what: str) -> str:
    """Say that there is no finite odds ratio, and what to do."""
    return (
        f"{what} tell some rows with the event from all without it, so that an odds ratio has no "
        "finite estimate. Merge levels with few events, or leave the term out."
    )
