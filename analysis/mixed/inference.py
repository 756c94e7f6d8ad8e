"""Estimates, standard errors, degrees of freedom and tests of linear functions of coefficients.

Knows coefficients and their covariance only; which functions are asked for is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.results import FloatArray, tidy_frame

__all__ = [
    "FixedEffects",
    "degrees_of_freedom",
    "joint_test",
    "satterthwaite_df",
    "tidy_linear",
]

_ZERO = 1e-10


@dataclass(frozen=True, kw_only=True, eq=False)
class FixedEffects:
    """Coefficients of the mean and what their inference needs.

    Parameters
    ----------
    terms : tuple of str
        Names of the coefficients.
    estimate : array, shape (p,)
        Coefficients.
    vcov : array, shape (p, p)
        Their covariance as reported: of the model, adjusted, or a sandwich.
    model_vcov : array, shape (p, p)
        Their covariance at the estimated variances.
    vcov_slope : array, shape (k, p, p)
        Derivative of `model_vcov` in each covariance parameter.
    theta_cov : array, shape (k, k)
        Covariance of the covariance parameters.
    residual_df : float
        Rows minus coefficients.
    df_method : str
        ``"satterthwaite"``, ``"kenward-roger"``, ``"between-within"`` or ``"residual"``.
    between_df, within_df : float
        Degrees of freedom between and within patients; NaN unless asked for.
    is_within : array of bool, shape (p,)
        Coefficients whose column varies within patients; empty unless asked for.
    sandwich_df : callable or None
        Degrees of freedom of linear functions (m, p) to (m,) under a sandwich covariance.
    """

    terms: tuple[str, ...]
    estimate: FloatArray
    vcov: FloatArray
    model_vcov: FloatArray
    vcov_slope: FloatArray
    theta_cov: FloatArray
    residual_df: float
    df_method: str
    between_df: float = np.nan
    within_df: float = np.nan
    is_within: np.ndarray[tuple[int], np.dtype[np.bool_]] | None = None
    sandwich_df: Callable[[FloatArray], FloatArray] | None = None


def satterthwaite_df(contrasts: FloatArray, fixed: FixedEffects) -> FloatArray:
    """Compute Satterthwaite's degrees of freedom for linear functions of the coefficients.

    Parameters
    ----------
    contrasts : array, shape (m, p)
        One linear function per row.
    fixed : FixedEffects
        Coefficients and covariances.

    Returns
    -------
    array, shape (m,)
        ``2 v^2 / (g' C g)`` with ``v`` the variance of the function, ``g`` its derivative in the
        covariance parameters and ``C`` their covariance; infinite where ``g`` is zero.

    References
    ----------
    Satterthwaite FE (1946). Biometrics Bulletin 2:110-114.
    Giesbrecht FG, Burns JC (1985). Biometrics 41:477-486.
    """
    variance = np.einsum("mi,ij,mj->m", contrasts, fixed.model_vcov, contrasts)
    turned = np.tensordot(contrasts, fixed.vcov_slope, axes=(1, 1))  # m, k, p
    slope = np.einsum("mkj,mj->mk", turned, contrasts)
    spread = np.einsum("mh,hk,mk->m", slope, fixed.theta_cov, slope)
    with np.errstate(divide="ignore", invalid="ignore"):
        degrees = 2.0 * variance**2 / spread
    return np.asarray(np.where(spread > 0.0, degrees, np.inf))


def degrees_of_freedom(contrasts: FloatArray, fixed: FixedEffects) -> FloatArray:
    """Compute degrees of freedom by the method of the fit.

    Parameters
    ----------
    contrasts : array, shape (m, p)
        One linear function per row.
    fixed : FixedEffects
        Coefficients and covariances.

    Returns
    -------
    array, shape (m,)
        For a single linear function Kenward and Roger's are Satterthwaite's. Between-within: the
        fewest of all coefficients in the function, as in R's mmrm.
    """
    if fixed.df_method == "residual":
        return np.full(len(contrasts), fixed.residual_df)
    if fixed.df_method == "between-within":
        used = np.abs(contrasts) > _ZERO
        own = np.where(np.asarray(fixed.is_within), fixed.within_df, fixed.between_df)
        return np.asarray(np.where(used, own, np.inf).min(axis=1))
    if fixed.sandwich_df is not None:
        return fixed.sandwich_df(contrasts)
    return satterthwaite_df(contrasts, fixed)


def tidy_linear(
    labels: pd.DataFrame, contrasts: FloatArray, fixed: FixedEffects, *, conf_level: float
) -> pd.DataFrame:
    """Estimate linear functions of the coefficients and lay them out in the tidy columns.

    Parameters
    ----------
    labels : pandas.DataFrame
        One row per linear function.
    contrasts : array, shape (m, p)
        The functions.
    fixed : FixedEffects
        Coefficients and covariances.
    conf_level : float
        Two-sided coverage of the t intervals.

    Returns
    -------
    pandas.DataFrame
        Labels and tidy columns.
    """
    variance = np.einsum("mi,ij,mj->m", contrasts, fixed.vcov, contrasts)
    return tidy_frame(
        labels,
        estimate=contrasts @ fixed.estimate,
        std_error=np.sqrt(variance),
        df=degrees_of_freedom(contrasts, fixed),
        conf_level=conf_level,
    )


def joint_test(contrasts: FloatArray, fixed: FixedEffects) -> dict[str, float]:
    """Test that several linear functions of the coefficients are all zero.

    Parameters
    ----------
    contrasts : array, shape (q, p)
        The functions, linearly independent.
    fixed : FixedEffects
        Coefficients and covariances.

    Returns
    -------
    dict
        ``df1, df2, statistic, p_value`` of an F test.

    Notes
    -----
    Satterthwaite: Fai and Cornelius's method. Kenward-Roger: the scaled F with their
    denominator. Otherwise Wald's F; between-within takes the fewest degrees of freedom of all
    coefficients in the functions, as R's mmrm.

    References
    ----------
    Fai AHT, Cornelius PL (1996). J Stat Comput Simul 54:363-378.
    Kenward MG, Roger JH (1997). Biometrics 53:983-997.
    """
    q = len(contrasts)
    covariance = contrasts @ fixed.vcov @ contrasts.T
    effect = contrasts @ fixed.estimate
    statistic = float(effect @ np.linalg.solve(covariance, effect)) / q
    if fixed.df_method == "kenward-roger":
        df2, factor = _kenward_roger(contrasts, fixed)
        statistic *= factor
    elif fixed.df_method in ("residual", "between-within"):
        used = (np.abs(contrasts) > _ZERO).any(axis=0).astype(float)
        df2 = float(degrees_of_freedom(used[None, :], fixed)[0])
    else:
        df2 = _fai_cornelius(contrasts, covariance, fixed)
    is_known = np.isinf(df2)
    p_value = stats.chi2.sf(q * statistic, q) if is_known else stats.f.sf(statistic, q, df2)
    return {"df1": float(q), "df2": df2, "statistic": statistic, "p_value": float(p_value)}


def _fai_cornelius(contrasts: FloatArray, covariance: FloatArray, fixed: FixedEffects) -> float:
    """Match the expectation of F to independent t statistics along the principal axes."""
    q = len(contrasts)
    vectors = np.linalg.eigh(covariance)[1]
    degrees = degrees_of_freedom(vectors.T @ contrasts, fixed)
    if q == 1 or degrees.max() <= (1.0 + 1e-8) * degrees.min():
        return float(degrees.mean())
    large = degrees[degrees > 2.0]
    total = float(np.sum(1.0 + 2.0 / (large - 2.0)))
    return float(2.0 * total / (total - q)) if total > q else float(degrees.min())


def _kenward_roger(contrasts: FloatArray, fixed: FixedEffects) -> tuple[float, float]:
    """Return Kenward and Roger's denominator degrees of freedom and scale of F."""
    q = len(contrasts)
    inside = np.linalg.inv(contrasts @ fixed.model_vcov @ contrasts.T)
    turned = inside @ (contrasts @ fixed.vcov_slope @ contrasts.T)  # k, q, q
    traces = np.einsum("hii->h", turned)
    a1 = float(traces @ fixed.theta_cov @ traces)
    a2 = float(np.einsum("hj,hab,jba->", fixed.theta_cov, turned, turned, optimize=True))
    if a2 <= 0.0:
        return np.inf, 1.0
    if q == 1:
        return 2.0 / a2, 1.0
    b = (a1 + 6.0 * a2) / (2.0 * q)
    g = ((q + 1.0) * a1 - (q + 4.0) * a2) / ((q + 2.0) * a2)
    c1, c2, c3 = np.array([g, q - g, q + 2.0 - g]) / (3.0 * q + 2.0 * (1.0 - g))
    mean = 1.0 / (1.0 - a2 / q)
    variance = (2.0 / q) * (1.0 + c1 * b) / ((1.0 - c2 * b) ** 2 * (1.0 - c3 * b))
    rho = variance / (2.0 * mean**2)
    df2 = 4.0 + (q + 2.0) / (q * rho - 1.0)
    return float(df2), float(df2 / (mean * (df2 - 2.0)))
