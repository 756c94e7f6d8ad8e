"""Differences of two independent proportions or means from their summaries.

Pure functions of numbers: a published figure is known by its estimate and its number only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.errors import DataError, ModelError
from analysis.results import FloatArray, check_conf_level

__all__ = [
    "Difference",
    "Mean",
    "Proportion",
    "compare",
    "limits",
    "mean_difference",
    "newcombe_limits",
    "proportion_difference",
    "welch_error",
]


@dataclass(frozen=True, kw_only=True)
class Proportion:
    """A share of patients and how many it rests on; a published one need not be a whole count.

    Parameters
    ----------
    share : float
        0 to 1.
    n : float
        Patients.
    """

    share: float
    n: float

    def __post_init__(self) -> None:
        if not (0.0 <= self.share <= 1.0 and self.n > 0.0):
            raise DataError("A proportion is a share from 0 to 1 of at least one patient.")


@dataclass(frozen=True, kw_only=True)
class Mean:
    """A mean, its standard deviation between patients, and how many it rests on.

    Parameters
    ----------
    mean, standard_deviation : float
        Points; the deviation is that of the change itself where the mean is one of changes.
    n : float
        Patients, at least 2.
    """

    mean: float
    standard_deviation: float
    n: float

    def __post_init__(self) -> None:
        known = math.isfinite(self.mean) and math.isfinite(self.standard_deviation)
        if not (known and self.standard_deviation >= 0.0 and self.n >= 2.0):
            raise DataError("A mean needs a standard deviation and at least two patients.")

    @property
    def variance(self) -> float:
        """Variance of the mean."""
        return self.standard_deviation**2 / self.n


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A difference with its interval.

    Parameters
    ----------
    estimate, conf_low, conf_high : float
        First less second.
    std_error, df : float
        Standard error and degrees of freedom; missing (NaN) where the interval uses none.
    method : str
        How the interval is made.
    """

    estimate: float
    conf_low: float
    conf_high: float
    method: str
    std_error: float = math.nan
    df: float = math.nan


def _wilson(share: FloatArray, n: float, z: float) -> tuple[FloatArray, FloatArray]:
    """Return the limits of Wilson's score interval."""
    middle = (share + z**2 / (2.0 * n)) / (1.0 + z**2 / n)
    half = z * np.sqrt(share * (1.0 - share) / n + z**2 / (4.0 * n**2)) / (1.0 + z**2 / n)
    return middle - half, middle + half


def newcombe_limits(
    first: FloatArray, n_first: float, second: FloatArray, n_second: float, z: float
) -> tuple[FloatArray, FloatArray]:
    """Return the limits of Newcombe's hybrid score interval of first - second.

    Parameters
    ----------
    first, second : array, shapes that broadcast
        Shares.
    n_first, n_second : float
        Patients.
    z : float
        Normal quantile of the coverage.

    Returns
    -------
    low, high : array
        Limits of the difference.
    """
    low_1, high_1 = _wilson(first, n_first, z)
    low_2, high_2 = _wilson(second, n_second, z)
    difference = first - second
    return (
        difference - np.hypot(first - low_1, high_2 - second),
        difference + np.hypot(high_1 - first, second - low_2),
    )


def proportion_difference(
    first: Proportion, second: Proportion, *, conf_level: float = 0.95
) -> Difference:
    """Compare two independent proportions by Newcombe's hybrid score interval.

    Parameters
    ----------
    first, second : Proportion
        The proportions.
    conf_level : float
        Two-sided coverage.

    Returns
    -------
    Difference
        First less second.

    Raises
    ------
    ModelError
        When `conf_level` is not between 0 and 1.

    References
    ----------
    Newcombe RG (1998). Interval estimation for the difference between independent proportions:
    comparison of eleven methods. Statistics in Medicine 17:873-890, method 10.

    Examples
    --------
    >>> found = proportion_difference(Proportion(share=56 / 70, n=70), Proportion(share=0.6, n=80))
    >>> round(found.conf_low, 4), round(found.conf_high, 4)
    (0.0524, 0.3339)
    """
    check_conf_level(conf_level)
    z = float(stats.norm.isf(0.5 * (1.0 - conf_level)))
    low, high = newcombe_limits(np.array(first.share), first.n, np.array(second.share), second.n, z)
    return Difference(
        estimate=first.share - second.share,
        conf_low=float(low),
        conf_high=float(high),
        method="Newcombe's hybrid score interval of two independent proportions",
    )


def mean_difference(first: Mean, second: Mean, *, conf_level: float = 0.95) -> Difference:
    """Compare two independent means by Welch's interval.

    Parameters
    ----------
    first, second : Mean
        The means.
    conf_level : float
        Two-sided coverage.

    Returns
    -------
    Difference
        First less second.

    Raises
    ------
    DataError
        When nobody varies.
    ModelError
        When `conf_level` is not between 0 and 1.

    References
    ----------
    Welch BL (1947). Biometrika 34:28-35.

    Examples
    --------
    >>> found = mean_difference(
    ...     Mean(mean=-8, standard_deviation=6, n=40), Mean(mean=-5, standard_deviation=7, n=60))
    >>> round(found.conf_low, 3), round(found.df, 1)
    (-5.602, 91.9)
    """
    check_conf_level(conf_level)
    error, df = welch_error(first, second)
    margin = float(stats.t.isf(0.5 * (1.0 - conf_level), df)) * error
    estimate = first.mean - second.mean
    return Difference(
        estimate=estimate,
        conf_low=estimate - margin,
        conf_high=estimate + margin,
        method="Welch's interval of two independent means",
        std_error=error,
        df=df,
    )


def welch_error(first: Mean, second: Mean) -> tuple[float, float]:
    """Return standard error and degrees of freedom of a difference of means.

    Parameters
    ----------
    first, second : Mean
        Independent means.

    Returns
    -------
    std_error, df : float
        By Welch and Satterthwaite.

    Raises
    ------
    DataError
        When nobody varies.
    """
    total = first.variance + second.variance
    if not total > 0.0:
        raise DataError("Both standard deviations are 0, so the difference has no interval.")
    parts = first.variance**2 / (first.n - 1.0) + second.variance**2 / (second.n - 1.0)
    return math.sqrt(total), total**2 / parts


def compare(
    first: Proportion | Mean, second: Proportion | Mean, *, conf_level: float = 0.95
) -> Difference:
    """Compare two estimates of one kind.

    Parameters
    ----------
    first, second : Proportion or Mean
        Both proportions or both means.
    conf_level : float
        Two-sided coverage.

    Returns
    -------
    Difference
        By `proportion_difference` or `mean_difference`.

    Raises
    ------
    ModelError
        When they are of two kinds.
    """
    if isinstance(first, Proportion) and isinstance(second, Proportion):
        return proportion_difference(first, second, conf_level=conf_level)
    if isinstance(first, Mean) and isinstance(second, Mean):
        return mean_difference(first, second, conf_level=conf_level)
    raise ModelError("A proportion and a mean have no difference.")


def limits(estimate: Proportion | Mean, *, conf_level: float = 0.95) -> tuple[float, float]:
    """Return the interval of one estimate: Wilson's of a proportion, Student's of a mean.

    Parameters
    ----------
    estimate : Proportion or Mean
        The estimate.
    conf_level : float
        Two-sided coverage.

    Returns
    -------
    tuple of float
        Low and high.

    Examples
    --------
    >>> [round(end, 3) for end in limits(Proportion(share=0.536, n=537))]
    [0.494, 0.578]
    """
    tail = 0.5 * (1.0 - check_conf_level(conf_level))
    if isinstance(estimate, Proportion):
        low, high = _wilson(np.array(estimate.share), estimate.n, float(stats.norm.isf(tail)))
        return float(low), float(high)
    margin = float(stats.t.isf(tail, estimate.n - 1.0)) * math.sqrt(estimate.variance)
    return estimate.mean - margin, estimate.mean + margin
