"""Combine estimates: the jackknife, the bootstrap, and Rubin's rules, with Monte-Carlo errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.results import FloatArray

__all__ = ["Pooled", "bootstrap_spread", "jackknife_spread", "rubin", "spread_error"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Pooled:
    """Estimates with their inference, and how far chance in the computation moves them.

    Parameters
    ----------
    estimate, std_error, df : array, shape (k,)
        Of k quantities.
    estimate_error, std_error_error : array, shape (k,)
        Monte-Carlo standard errors of the estimates and of their standard errors; 0 where
        nothing is random.
    """

    estimate: FloatArray
    std_error: FloatArray
    df: FloatArray
    estimate_error: FloatArray
    std_error_error: FloatArray


def jackknife_spread(replicates: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Compute standard errors of estimates from those without each patient.

    Parameters
    ----------
    replicates : array, shape (n, k)
        Estimates without each of n patients.

    Returns
    -------
    std_error : array, shape (k,)
        Root of ``(n - 1) / n`` times the sum of squares about the mean.
    df : array, shape (k,)
        Degrees of freedom of that variance by Satterthwaite's ``2 v**2 / var(v)``, where the
        variance of a variance comes from the second and fourth moments of the replicates; at most
        ``n - 1``. Few where few patients carry the estimate.

    References
    ----------
    Efron B, Stein C (1981). Annals of Statistics 9:586-596.
    Satterthwaite FE (1946). Biometrics Bulletin 2:110-114.

    Examples
    --------
    >>> means = np.array([[2.5], [2.0], [1.5]])  # of 1, 2 and 3, each left out in turn
    >>> error, df = jackknife_spread(means)
    >>> round(float(error[0] ** 2), 12), float(df[0])
    (0.333333333333, 2.0)
    """
    n = len(replicates)
    squares = (replicates - replicates.mean(axis=0)) ** 2
    total = squares.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        kurtosis = n * (squares**2).sum(axis=0) / total**2
    df = 2.0 * n / np.maximum(kurtosis - (n - 3.0) / (n - 1.0), 2.0 * n / (n - 1.0))
    return np.sqrt((n - 1.0) / n * total), np.where(total > 0.0, df, n - 1.0)


def bootstrap_spread(replicates: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Compute standard errors of estimates from those of resamples.

    Parameters
    ----------
    replicates : array, shape (R, k)
        Estimates of R resamples.

    Returns
    -------
    std_error : array, shape (k,)
        Standard deviations, divided by R - 1.
    df : array, shape (k,)
        Infinite: normal inference.

    Examples
    --------
    >>> bootstrap_spread(np.array([[1.0], [2.0], [3.0]]))[0].tolist()
    [1.0]
    """
    return replicates.std(axis=0, ddof=1), np.full(replicates.shape[1], np.inf)


def spread_error(replicates: FloatArray) -> FloatArray:
    """Estimate the Monte-Carlo error of the standard deviation of replicates.

    Parameters
    ----------
    replicates : array, shape (R, k)
        Independent replicates.

    Returns
    -------
    array, shape (k,)
        By the delta method from their second and fourth moments; the replicates need not be
        normal.

    Examples
    --------
    >>> spread_error(np.array([[-1.0], [1.0], [-1.0], [1.0]])).tolist()
    [0.0]
    """
    squares = (replicates - replicates.mean(axis=0)) ** 2
    variance = squares.mean(axis=0)
    of_variance = np.sqrt(((squares - variance) ** 2).mean(axis=0) / len(replicates))
    root = np.sqrt(variance)
    return np.asarray(np.divide(of_variance, 2.0 * root, out=np.zeros_like(root), where=root > 0))


def rubin(estimates: FloatArray, std_errors: FloatArray, complete_df: FloatArray) -> Pooled:
    """Pool the estimates of multiply imputed data.

    Parameters
    ----------
    estimates, std_errors : array, shape (M, k)
        Of each of M completed data sets.
    complete_df : array, shape (k,)
        Degrees of freedom if nothing were missing; ``inf`` for the normal.

    Returns
    -------
    Pooled
        Degrees of freedom of Barnard and Rubin; those of complete data where the data sets agree.

    References
    ----------
    Rubin DB (1987). Multiple imputation for nonresponse in surveys. Wiley.
    Barnard J, Rubin DB (1999). Biometrika 86:948-955.

    Examples
    --------
    >>> pooled = rubin(np.array([[1.0], [3.0]]), np.ones((2, 1)), np.array([50.0]))
    >>> pooled.estimate.tolist(), pooled.std_error.tolist(), pooled.df.round(3).tolist()
    ([2.0], [2.0], [1.549])
    """
    m = len(estimates)
    between = estimates.var(axis=0, ddof=1)
    total = (std_errors**2).mean(axis=0) + (1.0 + 1.0 / m) * between
    return Pooled(
        estimate=estimates.mean(axis=0),
        std_error=np.sqrt(total),
        df=_barnard_rubin((1.0 + 1.0 / m) * between / total, m, complete_df),
        estimate_error=np.sqrt(between / m),
        std_error_error=_error_of_total(estimates, std_errors),
    )


def _barnard_rubin(share: FloatArray, m: int, complete_df: FloatArray) -> FloatArray:
    """Compute the degrees of freedom from the share of variance that is due to imputation."""
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (m - 1) / share**2
        factor = np.where(np.isinf(complete_df), 1.0, (complete_df + 1.0) / (complete_df + 3.0))
        observed = factor * complete_df * (1.0 - share)
        df = 1.0 / (1.0 / between + 1.0 / observed)
    return np.asarray(np.where(share > 0.0, df, complete_df))


def _error_of_total(estimates: FloatArray, std_errors: FloatArray) -> FloatArray:
    """Jackknife the pooled standard error over the data sets, in closed form."""
    m = len(estimates)
    if m < 3:
        return np.full(estimates.shape[1], np.nan)
    squares = (estimates - estimates.mean(axis=0)) ** 2
    rest = (squares.sum(axis=0) - squares * m / (m - 1)) / (m - 2)  # variance without each
    within = ((std_errors**2).sum(axis=0) - std_errors**2) / (m - 1)
    roots = np.sqrt(within + (1.0 + 1.0 / (m - 1)) * np.maximum(rest, 0.0))
    return jackknife_spread(roots)[0]
