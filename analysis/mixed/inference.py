"""Estimates, standard errors and degrees of freedom of linear functions of the coefficients.

Knows coefficients and their covariance only; which functions are asked for is decided elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.results import FloatArray, tidy_frame

__all__ = ["FixedEffects", "satterthwaite_df", "tidy_linear"]


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
        Their covariance at the estimated variances.
    vcov_slope : array, shape (k, p, p)
        Derivative of `vcov` in each variance parameter.
    theta_cov : array, shape (k, k)
        Covariance of the variance parameters.
    residual_df : float
        Rows minus coefficients.
    df_method : str
        ``"satterthwaite"`` or ``"residual"``.
    """

    terms: tuple[str, ...]
    estimate: FloatArray
    vcov: FloatArray
    vcov_slope: FloatArray
    theta_cov: FloatArray
    residual_df: float
    df_method: str


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
        variance parameters and ``C`` their covariance; infinite where ``g`` is zero.

    References
    ----------
    Satterthwaite FE (1946). Biometrics Bulletin 2:110-114.
    Giesbrecht FG, Burns JC (1985). Biometrics 41:477-486.
    """
    variance = np.einsum("mi,ij,mj->m", contrasts, fixed.vcov, contrasts)
    slope = np.einsum("mi,hij,mj->mh", contrasts, fixed.vcov_slope, contrasts)
    spread = np.einsum("mh,hk,mk->m", slope, fixed.theta_cov, slope)
    with np.errstate(divide="ignore", invalid="ignore"):
        degrees = 2.0 * variance**2 / spread
    return np.asarray(np.where(spread > 0.0, degrees, np.inf))


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
    if fixed.df_method == "residual":
        degrees = np.full(len(contrasts), fixed.residual_df)
    else:
        degrees = satterthwaite_df(contrasts, fixed)
    variance = np.einsum("mi,ij,mj->m", contrasts, fixed.vcov, contrasts)
    return tidy_frame(
        labels,
        estimate=contrasts @ fixed.estimate,
        std_error=np.sqrt(variance),
        df=degrees,
        conf_level=conf_level,
    )
