"""Figures of pairs of scores with their Monte Carlo errors, as publications report them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

__all__ = ["OF_PAIRS", "Estimate", "mean", "share"]

Estimate = tuple[float, float]
"""A figure and its standard error."""


def share(flags: pd.Series) -> Estimate:
    """Estimate a share in percent.

    Parameters
    ----------
    flags : pandas.Series of bool
        One per patient.

    Returns
    -------
    tuple of float
        Percent and its error.
    """
    p, n = float(flags.mean()), len(flags)
    return 100.0 * p, 100.0 * float(np.sqrt(p * (1.0 - p) / n))


def mean(values: pd.Series) -> Estimate:
    """Estimate a mean.

    Parameters
    ----------
    values : pandas.Series of float
        One per patient.

    Returns
    -------
    tuple of float
        Mean and its error.
    """
    points = values.to_numpy(dtype=np.float64)
    return float(points.mean()), float(points.std(ddof=1) / np.sqrt(len(points)))


def _deviation(values: pd.Series) -> Estimate:
    """Estimate a standard deviation, with the error that its fourth moment gives."""
    squares = (values - values.mean()).to_numpy(dtype=np.float64) ** 2
    sd = float(values.std())
    return sd, float(squares.std() / (2.0 * sd * np.sqrt(len(values))))


def _standardised(pairs: pd.DataFrame) -> Estimate:
    """Estimate the mean fall over the pooled standard deviation, its error by influence."""
    before, later = (pairs[name].to_numpy(dtype=np.float64) for name in ("before", "later"))
    b, y = before - before.mean(), later - later.mean()
    pooled = np.sqrt((before.var(ddof=1) + later.var(ddof=1)) / 2.0)
    d = float((before.mean() - later.mean()) / pooled)
    influence = (b - y) / pooled - d * ((b**2 + y**2) / 2.0 - pooled**2) / (2.0 * pooled**2)
    return d, float(influence.std() / np.sqrt(len(pairs)))


def _relative(pairs: pd.DataFrame) -> Estimate:
    """Estimate the change of the mean in percent, its error by influence."""
    before, later = pairs["before"], pairs["later"]
    ratio = float(later.mean() / before.mean())
    influence = (later - ratio * before) / before.mean()
    return 100.0 * (ratio - 1.0), 100.0 * float(influence.std() / np.sqrt(len(pairs)))


OF_PAIRS: dict[str, Callable[[pd.DataFrame], Estimate]] = {
    "response": lambda pairs: share(pairs["later"].le(0.5 * pairs["before"])),
    "remission below 5": lambda pairs: share(pairs["later"].lt(5)),
    "remission at most 5": lambda pairs: share(pairs["later"].le(5)),
    "worse": lambda pairs: share(pairs["later"].gt(pairs["before"])),
    "standardised change": _standardised,
    "percent change": _relative,
    "mean before": lambda pairs: mean(pairs["before"]),
    "SD before": lambda pairs: _deviation(pairs["before"]),
    "mean later": lambda pairs: mean(pairs["later"]),
    "SD later": lambda pairs: _deviation(pairs["later"]),
}
"""Figures by name; `pairs` has columns ``before`` and ``later``, one row per patient."""
