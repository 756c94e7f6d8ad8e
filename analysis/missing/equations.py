"""Marginal means of scores by weighted estimating equations, with standard errors by patient.

The fit is that of statsmodels; formulas are read, and rows refused, as in the other models.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from statsmodels.genmod import cov_struct, families
from statsmodels.genmod.generalized_estimating_equations import GEE

from analysis.errors import DataError, ModelError
from analysis.formulas.columns import check_present
from analysis.formulas.parsing import read_fixed
from analysis.missing.clustered_model import ClusteredModel, counts_behind
from analysis.missing.logistic_fit import read_flags, read_patients
from analysis.results import FloatArray, check_option
from analysis.survival.coefficients import Coefficients
from analysis.survival.reading.covariates import Covariates, read_covariates
from analysis.survival.reading.events import read_weights

__all__ = ["gee"]

_FAMILIES = {
    "gaussian": families.Gaussian,
    "binomial": families.Binomial,
    "poisson": families.Poisson,
}


def gee(
    formula: str,
    data: pd.DataFrame,
    *,
    subject: str,
    weights: str | None = None,
    family: str = "gaussian",
) -> ClusteredModel:
    """Model marginal means by generalised estimating equations under working independence.

    Without weights the estimates are right when scores are missing completely at random; with
    the weights of `attrition_weights`, when leaving depends on what its model holds. Rows with a
    missing covariate or outcome are left out and counted; a missing weight or patient is an error.

    Parameters
    ----------
    formula : str
        The mean, such as ``"change ~ arm * visit"``; an intercept is always there.
    data : pandas.DataFrame
        One row per patient and visit.
    subject : str
        Column of the patient.
    weights : str, optional
        Column of positive weights of rows.
    family : str
        ``"gaussian"`` (identity link), ``"binomial"`` (logit; outcome 0 or 1) or ``"poisson"``
        (log).

    Returns
    -------
    ClusteredModel
        The fit; the covariance is Liang and Zeger's sandwich by patient, as R's geepack.

    Raises
    ------
    ColumnError
        When a column is not there or of the wrong type.
    DataError
        When an outcome or weight cannot be used, or no row is complete.
    ModelError
        When the formula or the family cannot be used, or a covariate does not vary.

    Notes
    -----
    Weights that change from visit to visit go with working independence only: another working
    correlation mixes rows of other weights into the equation of a row (Pepe and Anderson 1994).
    Weights are taken as known. When they are estimated by the right model, intervals are wider
    than they need be (Robins, Rotnitzky and Zhao 1995).

    References
    ----------
    Liang KY, Zeger SL (1986). Biometrika 73:13-22.
    Pepe MS, Anderson GL (1994). Communications in Statistics - Simulation 23:939-951.
    Robins JM, Rotnitzky A, Zhao LP (1995). JASA 90:106-121.

    Examples
    --------
    >>> data = pd.DataFrame({"patient": list("aabbcc"), "visit": ["v1", "v2"] * 3,
    ...                      "change": [-4.0, -9.0, -2.0, -3.0, -6.0, -6.0]})
    >>> gee("change ~ visit", data, subject="patient").tidy()[["term", "estimate"]].round(3)
              term  estimate
    0    Intercept      -4.0
    1  visit[T.v2]      -2.0
    """
    check_option("family", family, _FAMILIES)
    outcome, terms = _sides(formula)
    check_present(data, [outcome, subject, *([weights] if weights else [])], "gee()")
    scored = data.loc[data[outcome].notna()]
    covariates = read_covariates(terms, scored)
    kept = scored.loc[covariates.complete]
    y = _outcome(kept, outcome, family)
    patient = read_patients(kept, subject)
    weight = np.ones(len(kept)) if weights is None else read_weights(kept, weights)
    estimate, vcov = _fit(covariates, y, patient, weight, family)
    return ClusteredModel(
        formula=terms,
        outcome=outcome,
        subject=subject,
        family=family,
        title="Estimating equations under working independence",
        weights=weights,
        coefficients=Coefficients(
            terms=("Intercept", *covariates.terms), estimate=estimate, vcov=vcov
        ),
        covariates=covariates,
        fit=_fit_row(data, y, patient, estimate, family).assign(vcov=f"robust by {subject}"),
        behind=counts_behind(covariates, kept, patient, y == 1.0 if family == "binomial" else None),
    )


def _sides(formula: str) -> tuple[str, str]:
    """Split a formula at its tilde; the outcome must be a column as it is."""
    parsed = read_fixed(formula)
    left, _, right = formula.partition("~")
    if left.strip().strip("`") != parsed.outcome[0]:
        raise ModelError(
            "The outcome of the formula must be a column as it is; compute its transform first."
        )
    return parsed.outcome[0], right.strip()


def _outcome(kept: pd.DataFrame, column: str, family: str) -> FloatArray:
    """Read the outcome: 0 and 1, counts, or any numbers."""
    if family == "binomial":
        return read_flags(kept, column).astype(float)
    if not pd.api.types.is_numeric_dtype(kept[column]):
        raise DataError(f"The outcome {column!r} is not numeric.")
    values = kept[column].to_numpy(dtype=float)
    bad = int((~np.isfinite(values)).sum() + (family == "poisson") * (values < 0.0).sum())
    if bad:
        raise DataError(f"The outcome {column!r} has {bad} rows that are infinite or below 0.")
    return values


def _fit(
    covariates: Covariates,
    y: FloatArray,
    patient: np.ndarray,
    weight: FloatArray,
    family: str,
) -> tuple[FloatArray, FloatArray]:
    """Solve the equations; statsmodels wants the rows of a patient together."""
    order = np.argsort(patient, kind="stable")
    X = np.column_stack([np.ones(y.size), covariates.X])
    model = GEE(
        y[order],
        X[order],
        groups=patient[order],
        weights=weight[order],
        family=_FAMILIES[family](),
        cov_struct=cov_struct.Independence(),
    )
    fit = model.fit(maxiter=100, ctol=1e-10)
    return np.asarray(fit.params), np.asarray(fit.cov_params())


def _fit_row(
    data: pd.DataFrame, y: FloatArray, patient: np.ndarray, estimate: FloatArray, family: str
) -> pd.DataFrame:
    """Put what is known of the fit in one row."""
    row = {
        "n_obs": [y.size],
        "n_subjects": [int(np.unique(patient).size)],
        "n_dropped": [len(data) - y.size],
        "df": [estimate.size],
        "family": [family],
    }
    return pd.DataFrame(row | ({"n_event": [int(y.sum())]} if family == "binomial" else {}))
