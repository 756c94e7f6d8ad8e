"""Fit a Gaussian linear mixed model with random effects of patients.

The steps are in their own modules (design, moments, newton, components, effects), the result in
result.py.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.mixed.components import VarianceParameters, boundary_text
from analysis.mixed.design import Design, build_design
from analysis.mixed.effects import predict_effects, random_effect_frame
from analysis.mixed.inference import FixedEffects
from analysis.mixed.moments import Moments, Scaling, check_variation, cross_products, standardise
from analysis.mixed.newton import Optimum, maximise
from analysis.mixed.result import LinearMixedModel

__all__ = ["fit_design", "lmm"]

METHODS = ("reml", "ml")
DF_METHODS = ("satterthwaite", "residual")

_GLANCE = (
    "log_likelihood",
    "aic",
    "aicc",
    "bic",
    "n_subjects",
    "n_obs",
    "n_dropped",
    "converged",
    "newton_decrement",
    "df_method",
    "method",
    "information",
    "boundary",
)


def lmm(
    formula: str,
    data: pd.DataFrame,
    *,
    subject: str,
    random: str = "1",
    method: str = "reml",
    df: str = "satterthwaite",
) -> LinearMixedModel:
    """Fit a linear mixed model of a score with random effects of patients.

    Answers how the mean score depends on arm, time and baseline when visits fall on
    patient-specific days. Rows with a missing value in a used column are left out and counted;
    the estimates are valid when scores are missing at random given the model. Confidence
    intervals are those of Student's t.

    Parameters
    ----------
    formula : str
        The mean as a Wilkinson formula, such as ``"change ~ arm * day + baseline"``. Allowed in
        it are columns, arithmetic in ``I()``, and the functions C, bs, cc, center, cr, cs, exp,
        log, log10, log2, poly, scale, standardize.
    data : pandas.DataFrame
        One row per patient and time, in any order.
    subject : str
        Patient column.
    random : str
        What varies between patients, such as ``"1"`` or ``"1 + day"``; unstructured covariance.
    method : str
        ``"reml"`` or ``"ml"``.
    df : str
        ``"satterthwaite"`` (from the observed information) or ``"residual"`` (rows minus
        coefficients).

    Returns
    -------
    LinearMixedModel
        Converged by the Newton decrement, on the boundary with the sign condition.

    Raises
    ------
    ColumnError
        When a column is missing or of the wrong type.
    DataError
        When values are infinite or no row is complete.
    ModelError
        When the model cannot be fitted as asked: terms aliased, variances that the rows cannot
        tell apart, an outcome without variation, code in the formula, an unknown option.
    ConvergenceError
        When the optimum is not reached.

    Notes
    -----
    A variance of zero, or a singular covariance of the random part, is allowed: `glance` names
    it, and it is left out of the uncertainty, as in SAS PROC MIXED. Satterthwaite's degrees of
    freedom equal those of R's lmerTest.

    References
    ----------
    Laird NM, Ware JH (1982). Biometrics 38:963-974.
    Giesbrecht FG, Burns JC (1985). Biometrics 41:477-486.

    Examples
    --------
    >>> data = pd.DataFrame({
    ...     "patient": ["a", "a", "b", "b", "c", "c"],
    ...     "visit": ["v1", "v2"] * 3,
    ...     "score": [20.0, 14.0, 18.0, 15.0, 26.0, 20.0]})
    >>> fit = lmm("score ~ visit", data, subject="patient")
    >>> fit.tidy()[["term", "estimate", "std_error", "df"]].round(3)
              term  estimate  std_error     df
    0    Intercept    21.333      2.147  2.229
    1  visit[T.v2]    -5.000      1.000  2.000
    """
    _check_option("method", method, METHODS)
    _check_option("df", df, DF_METHODS)
    design = build_design(formula, data, subject=subject, random=random)
    return fit_design(design, formula=formula, random=random, method=method, df=df)


def fit_design(
    design: Design, *, formula: str, random: str, method: str, df: str
) -> LinearMixedModel:
    """Fit a design that is built already.

    Parameters
    ----------
    design : Design
        Arrays sorted by patient.
    formula, random : str
        What the design was built from, for the record.
    method, df : str
        As in `lmm`, checked there.

    Returns
    -------
    LinearMixedModel
        As `lmm`.
    """
    T, Z, scaling = standardise(design.X, design.y, design.Z)
    moments = cross_products(T, Z, design.starts)
    check_variation(moments, design.random_terms)
    optimum = maximise(moments, reml=method == "reml", random_terms=design.random_terms)
    variances = _variances(optimum, scaling, design)
    return LinearMixedModel(
        formula=formula,
        random=random,
        method=method,
        fixed=_fixed_effects(optimum, scaling, design, df),
        variances=variances,
        population=design.population,
        fit=_fit_row(optimum, scaling, moments, len(design.subjects)).assign(
            n_dropped=design.n_dropped, df_method=df, boundary=boundary_text(variances)
        )[list(_GLANCE)],
        effects=_effects(optimum, scaling, moments, design),
    )


def _check_option(name: str, value: str, allowed: tuple[str, ...]) -> None:
    """Refuse an unknown option and list the known ones."""
    if value not in allowed:
        raise ModelError(f"{name} is {value!r}; allowed are {', '.join(allowed)}.")


def _fixed_effects(
    optimum: Optimum, scaling: Scaling, design: Design, df_method: str
) -> FixedEffects:
    """Take the coefficients back to the columns of the formula."""
    back = np.linalg.inv(scaling.R)
    vcov = optimum.at.vcov
    slope = vcov @ optimum.slope.precision @ vcov
    n, p = design.X.shape
    return FixedEffects(
        terms=design.terms,
        estimate=back @ (scaling.start + scaling.scale * optimum.at.beta),
        vcov=scaling.scale**2 * back @ vcov @ back.T,
        vcov_slope=scaling.scale**2 * back @ slope @ back.T,
        theta_cov=optimum.theta_cov,
        residual_df=float(n - p),
        df_method=df_method,
    )


def _variances(optimum: Optimum, scaling: Scaling, design: Design) -> VarianceParameters:
    """Take the variances back to the units of the outcome and the random columns."""
    unit = scaling.scale / scaling.z_scale
    rows, columns = np.tril_indices(unit.size)
    factor = np.append(unit[rows] * unit[columns], scaling.scale**2)
    return VarianceParameters(
        G=optimum.at.G * np.outer(unit, unit),
        sigma2=optimum.at.sigma2 * scaling.scale**2,
        theta_cov=optimum.theta_cov * np.outer(factor, factor),
        terms=design.random_terms,
        group=str(design.subjects.name),
        rank=optimum.rank,
    )


def _fit_row(optimum: Optimum, scaling: Scaling, moments: Moments, n_subjects: int) -> pd.DataFrame:
    """Compute the likelihood in the units of the data and the criteria from it."""
    n, p, reml = moments.n_rows, moments.n_fixed, optimum.at.reml
    rows = n - p if reml else n
    count = optimum.n_free if reml else optimum.n_free + p
    deviance = optimum.at.deviance + 2.0 * rows * np.log(scaling.scale)
    if reml:
        deviance += 2.0 * np.log(np.abs(np.diag(scaling.R))).sum()
    small = rows - count - 1
    return pd.DataFrame(
        {
            "log_likelihood": [-deviance / 2.0],
            "aic": [deviance + 2.0 * count],
            "aicc": [deviance + 2.0 * count * rows / small if small > 0 else np.nan],
            "bic": [deviance + count * np.log(n_subjects)],
            "n_subjects": [n_subjects],
            "n_obs": [n],
            "converged": [True],
            "newton_decrement": [optimum.decrement],
            "method": ["reml" if reml else "ml"],
            "information": ["observed"],
        }
    )


def _effects(optimum: Optimum, scaling: Scaling, moments: Moments, design: Design) -> pd.DataFrame:
    """Predict the patients' random effects in the units of the data."""
    effects, std_error = predict_effects(optimum.at, moments.n_fixed)
    unit = scaling.scale / scaling.z_scale
    return random_effect_frame(
        design.subjects,
        design.random_terms,
        effects=effects * unit,
        std_error=std_error * unit,
    )
