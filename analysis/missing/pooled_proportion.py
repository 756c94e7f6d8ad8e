"""Pool a proportion over imputed data sets, with an interval that stays between 0 and 1."""

from __future__ import annotations

import numpy as np
from scipy import stats

from analysis.errors import DataError
from analysis.results import FloatArray, check_conf_level

__all__ = ["pooled_proportion"]


def pooled_proportion(
    counts: FloatArray, n: int, conf_level: float = 0.95
) -> tuple[float, float, float]:
    """Pool the numbers with an outcome over imputations, with Wilson's interval.

    Parameters
    ----------
    counts : array, shape (m,)
        Patients with the outcome in each completed data set.
    n : int
        Patients.
    conf_level : float
        Two-sided coverage.

    Returns
    -------
    tuple of float
        Estimate and limits; missing when there is no patient.

    Raises
    ------
    DataError
        When there are fewer than two imputations.
    ModelError
        When `conf_level` is not between 0 and 1.

    Notes
    -----
    Wilson's quadratic with the variance of Rubin's rules: p (1 - p) / n grows by 1 + r, where r is
    the variance between imputations, times 1 + 1 / m, over that within; the quantile is Student's
    with (m - 1) (1 + 1 / r)² degrees of freedom. Without differences between imputations it is
    Wilson's interval.

    References
    ----------
    Rubin DB (1987). Multiple Imputation for Nonresponse in Surveys. Wiley.
    Lott A, Reiter JP (2020). The American Statistician 74:109-115.

    Examples
    --------
    >>> [round(x, 4) for x in pooled_proportion(np.array([20.0, 23.0, 20.0, 24.0, 22.0]), 50)]
    [0.436, 0.2894, 0.5947]
    """
    check_conf_level(conf_level)
    m = counts.size
    if m < 2:
        raise DataError(f"{m} imputation is given; at least two are needed to pool.")
    if n == 0:
        return np.nan, np.nan, np.nan
    shares = counts / n
    estimate = float(shares.mean())
    within = float((shares * (1.0 - shares)).mean()) / n
    between = (1.0 + 1.0 / m) * float(shares.var(ddof=1))
    ratio = between / within if between > 0.0 else 0.0
    df = (m - 1.0) * (1.0 + 1.0 / ratio) ** 2 if ratio > 0.0 else np.inf
    square = float(stats.t.isf((1.0 - conf_level) / 2.0, df)) ** 2 * (1.0 + ratio) / n
    centre = (2.0 * estimate + square) / (2.0 * (1.0 + square))
    spread = np.sqrt(max(centre**2 - estimate**2 / (1.0 + square), 0.0))
    return estimate, float(centre - spread), float(centre + spread)
