"""Estimates, standard errors and confidence limits of probabilities that start at 0 or anywhere."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.results import FloatArray
from analysis.survival.curves.product_limit import confidence_limits

__all__ = ["with_limits"]


def with_limits(
    shown: pd.DataFrame,
    estimate: FloatArray,
    variance: FloatArray,
    *,
    conf_type: str,
    conf_level: float,
) -> pd.DataFrame:
    """Add estimates, standard errors and pointwise limits to a frame.

    Parameters
    ----------
    shown : pandas.DataFrame
        Labels, k rows.
    estimate, variance : array, shape (k,) or (t, c)
        Probabilities and their variances; of several columns, one goes under the other.
    conf_type : str
        Scale of the limits: ``"log-log"``, ``"log"`` or ``"plain"``, of the probability itself.
    conf_level : float
        Two-sided coverage.

    Returns
    -------
    pandas.DataFrame
        The labels and ``estimate, std_error, conf_low, conf_high``; a probability of 0 has
        limits 0, one of 1 has limits 1.

    Examples
    --------
    >>> with_limits(
    ...     pd.DataFrame({"time": [7.0]}), np.array([0.0]), np.array([0.0]),
    ...     conf_type="log-log", conf_level=0.95)["conf_high"].tolist()
    [0.0]
    """
    estimate, variance = estimate.T.ravel(), variance.T.ravel()
    known = estimate > 0.0
    relative = np.divide(variance, estimate**2, out=np.zeros_like(estimate), where=known)
    low, high = confidence_limits(estimate, relative, conf_type=conf_type, conf_level=conf_level)
    return shown.assign(
        estimate=estimate,
        std_error=np.sqrt(variance),
        conf_low=np.where(estimate == 0.0, 0.0, low),
        conf_high=np.where(estimate == 0.0, 0.0, high),
    )
