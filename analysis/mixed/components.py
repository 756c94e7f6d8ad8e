"""Variances and covariances of the random part: estimates, intervals, and their boundary.

Takes the optimum of newton.py back to the units of the data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.results import FloatArray, check_conf_level, critical_value

__all__ = ["VarianceParameters", "boundary_text", "component_frame"]

_ZERO = 1e-10


@dataclass(frozen=True, kw_only=True, eq=False)
class VarianceParameters:
    """Estimated variances in the units of the data.

    Parameters
    ----------
    G : array, shape (q, q)
        Covariance of the patients' random part.
    sigma2 : float
        Residual variance.
    theta_cov : array, shape (k, k)
        Covariance of the lower triangle of `G` by rows and `sigma2`; singular on the boundary.
    terms : tuple of str
        Random terms.
    group : str
        Patient column.
    rank : int
        Rank of `G`; below q the estimate is on the boundary.
    """

    G: FloatArray
    sigma2: float
    theta_cov: FloatArray
    terms: tuple[str, ...]
    group: str
    rank: int


def component_frame(parameters: VarianceParameters, *, conf_level: float) -> pd.DataFrame:
    """List variances, covariances and the residual with confidence intervals.

    Parameters
    ----------
    parameters : VarianceParameters
        Estimates and their covariance.
    conf_level : float
        Two-sided coverage.

    Returns
    -------
    pandas.DataFrame
        ``group, term_1, term_2, estimate, conf_low, conf_high, kind``; a variance has the same
        term twice, the residual has none.

    Notes
    -----
    Variances: Satterthwaite's chi-square with ``2 (estimate / std_error)^2`` degrees of freedom;
    covariances: normal. Both as SAS PROC MIXED with the CL option. A ``G`` on the boundary has
    no interval.
    """
    check_conf_level(conf_level)
    rows, columns = np.tril_indices(len(parameters.terms))
    estimate = np.append(parameters.G[rows, columns], parameters.sigma2)
    std_error = np.sqrt(np.maximum(np.diag(parameters.theta_cov), 0.0))
    is_variance = np.append(rows == columns, True)
    low, high = _intervals(estimate, std_error, is_variance, conf_level)
    if parameters.rank < len(parameters.terms):
        low[:-1], high[:-1] = np.nan, np.nan
    names = np.array([*parameters.terms, ""], dtype=object)
    kinds = [*np.where(rows == columns, "variance", "covariance"), "residual"]
    return pd.DataFrame(
        {
            "group": [*[parameters.group] * rows.size, "residual"],
            "term_1": names[np.append(columns, -1)],
            "term_2": names[np.append(rows, -1)],
            "estimate": estimate,
            "conf_low": low,
            "conf_high": high,
            "kind": [str(kind) for kind in kinds],
        }
    )


def _intervals(
    estimate: FloatArray,
    std_error: FloatArray,
    is_variance: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    conf_level: float,
) -> tuple[FloatArray, FloatArray]:
    """Return chi-square limits for variances and normal limits for covariances."""
    margin = critical_value(np.inf, conf_level) * std_error
    tail = (1.0 - conf_level) / 2.0
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        degrees = 2.0 * (estimate / std_error) ** 2
        chi_low = degrees * estimate / stats.chi2.isf(tail, degrees)
        chi_high = degrees * estimate / stats.chi2.ppf(tail, degrees)
    low = np.where(is_variance, chi_low, estimate - margin)
    high = np.where(is_variance, chi_high, estimate + margin)
    return low, high


def boundary_text(parameters: VarianceParameters) -> str:
    """Name what lies on the boundary of the parameter space.

    Parameters
    ----------
    parameters : VarianceParameters
        Estimates.

    Returns
    -------
    str
        ``"none"``, the variances that are zero, or the rank of a singular ``G``.
    """
    q = len(parameters.terms)
    if parameters.rank == q:
        return "none"
    variances = np.diag(parameters.G)
    zero = [
        term
        for term, variance in zip(parameters.terms, variances, strict=True)
        if variance <= _ZERO * max(float(variances.max()), parameters.sigma2)
    ]
    if q - parameters.rank <= len(zero):
        return "; ".join(f"variance of {term} is 0" for term in zero)
    if q == 2:
        return f"correlation of {parameters.terms[0]} and {parameters.terms[1]} is ±1"
    return f"random covariance has rank {parameters.rank} of {q}"
