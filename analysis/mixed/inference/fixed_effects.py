"""Estimates, standard errors, degrees of freedom and tests of linear functions of coefficients.

Knows coefficients and their covariance only; which functions are asked for is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from analysis.results import FloatArray, tidy_frame

__all__ = [
    "FixedEffects",
    "degrees_of_freedom",
    "estimable_part",
    "joint_test",
    "satterthwaite_df",
    "tidy_coefficients",
    "tidy_linear",
]

_ESTIMABLE = 1e-6
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
    unknown : array, shape (p, r), or None
        Directions of the coefficients about which the rows say nothing.
    dropped : array of int or None
        Coefficients that were left out for that reason; they stand at zero.
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
    unknown: FloatArray | None = None
    dropped: NDArray[np.intp] | None = None

    def is_estimable(self, contrasts: FloatArray) -> NDArray[np.bool_]:
        """Mark linear functions that do not depend on what the rows say nothing about.

        Parameters
        ----------
        contrasts : array, shape (m, p)
            One linear function per row.

        Returns
        -------
        array of bool, shape (m,)
            All True unless columns were dropped.
        """
        if self.unknown is None or not self.unknown.size:
            return np.ones(len(contrasts), dtype=bool)
        reach = np.abs(contrasts) @ np.abs(self.unknown)
        left = np.abs(contrasts @ self.unknown) > _ESTIMABLE * reach
        return np.asarray(~left.any(axis=1))


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
        Labels and tidy columns; missing where a function cannot be estimated.
    """
    variance = np.einsum("mi,ij,mj->m", contrasts, fixed.vcov, contrasts)
    is_known = fixed.is_estimable(contrasts)
    return tidy_frame(
        labels,
        estimate=np.where(is_known, contrasts @ fixed.estimate, np.nan),
        std_error=np.where(is_known, np.sqrt(variance), np.nan),
        df=np.where(is_known, degrees_of_freedom(contrasts, fixed), np.nan),
        conf_level=conf_level,
    )


def tidy_coefficients(fixed: FixedEffects, *, conf_level: float) -> pd.DataFrame:
    """Lay out the coefficients themselves; those that were dropped are not among them.

    Parameters
    ----------
    fixed : FixedEffects
        Coefficients and covariances.
    conf_level : float
        Two-sided coverage.

    Returns
    -------
    pandas.DataFrame
        ``term`` and the tidy columns. With columns dropped, a coefficient is what it is with
        those at zero, as in R's lm.
    """
    dropped = np.zeros(0, dtype=np.intp) if fixed.dropped is None else fixed.dropped
    kept = np.delete(np.arange(len(fixed.terms)), dropped)
    labels = pd.DataFrame({"term": [fixed.terms[index] for index in kept]})
    own = np.eye(len(fixed.terms))[kept]
    return tidy_linear(labels, own, replace(fixed, unknown=None), conf_level=conf_level)


def estimable_part(contrasts: FloatArray, fixed: FixedEffects) -> FloatArray:
    """Keep of a hypothesis what the rows can test.

    Parameters
    ----------
    contrasts : array, shape (q, p)
        Linear functions that the hypothesis sets to zero.
    fixed : FixedEffects
        Coefficients, and what is unknown of them.

    Returns
    -------
    array, shape (r, p), r <= q
        The combinations of the functions that can be estimated.
    """
    if fixed.is_estimable(contrasts).all():
        return contrasts
    unknown = np.asarray(fixed.unknown)
    reach = np.abs(contrasts) @ np.abs(unknown)
    touched = contrasts @ unknown
    touched[np.abs(touched) <= _ESTIMABLE * reach] = 0.0
    touched /= np.where(reach.max(axis=0) > 0.0, reach.max(axis=0), 1.0)
    vectors, sizes, _ = np.linalg.svd(touched)
    rank = int((sizes > _ESTIMABLE * sizes[0]).sum())
    return np.asarray(vectors[:, rank:].T @ contrasts)


def joint_test(contrasts: FloatArray, fixed: FixedEffects) -> dict[str, float]:
    """Test that several linear functions of the coefficients are all zero.

    Parameters
    ----------
    contrasts : array, shape (q, p)
        The functions, linearly independent; what cannot be estimated is left out, and `df1`
        is so much smaller.
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
    contrasts = estimable_part(contrasts, fixed)
    q = len(contrasts)
    if q == 0:
        return {"df1": 0.0, "df2": np.nan, "statistic": np.nan, "p_value": np.nan}
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
