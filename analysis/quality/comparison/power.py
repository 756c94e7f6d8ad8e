"""Which difference from a published figure would be found, and how often.

Pure functions of numbers. The published side varies too: its patients are a sample.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import optimize, stats

from analysis.quality.comparison.difference import Mean, Proportion, newcombe_limits, welch_error
from analysis.results import FloatArray, check_conf_level

__all__ = [
    "detectable_mean_difference",
    "detectable_proportion_difference",
    "mean_power",
    "proportion_power",
]

_TAIL = 6.5  # standard deviations of a count beyond which nothing is summed
_POINTS = 500
_LARGEST_GAP = 1e-6  # distance from 0 and 1 within which no share is tried


def _counts(share: float, n: float) -> tuple[FloatArray, FloatArray]:
    """Return counts that may come, and how likely each is; thinned out where there are many."""
    spread = math.sqrt(n * share * (1.0 - share)) + 1.0
    low = max(0, math.floor(n * share - _TAIL * spread))
    high = min(round(n), math.ceil(n * share + _TAIL * spread))
    counts = np.unique(np.linspace(low, high, _POINTS).round())
    chance = stats.binom.pmf(counts, round(n), share)
    return counts / round(n), chance / chance.sum()


def proportion_power(first: Proportion, second: Proportion, *, conf_level: float = 0.95) -> float:
    """Compute how often the interval of two proportions leaves out 0, if these are the truth.

    Both counts vary; their distribution is summed up, without a normal approximation (above some
    hundred likely counts on a grid of 500).

    Parameters
    ----------
    first, second : Proportion
        True shares and numbers of patients.
    conf_level : float
        Coverage of the interval.

    Returns
    -------
    float
        0 to 1.

    Examples
    --------
    >>> power = proportion_power(Proportion(share=0.636, n=300), Proportion(share=0.536, n=537))
    >>> round(power, 2)
    0.8
    """
    z = float(stats.norm.isf(0.5 * (1.0 - check_conf_level(conf_level))))
    one, chance_one = _counts(first.share, first.n)
    two, chance_two = _counts(second.share, second.n)
    low, high = newcombe_limits(one[:, None], round(first.n), two[None, :], round(second.n), z)
    return float(chance_one @ ((low > 0.0) | (high < 0.0)) @ chance_two)


def detectable_proportion_difference(
    n: float, published: Proportion, *, power: float = 0.8, conf_level: float = 0.95
) -> float:
    """Find the smallest excess over a published proportion that is found with a given power.

    Parameters
    ----------
    n : float
        Patients of one's own.
    published : Proportion
        The published share, taken as the truth there.
    power : float
        Chance of finding it.
    conf_level : float
        Coverage of the interval.

    Returns
    -------
    float
        Difference of shares; NaN when even a share of 1 is not found with this power.

    Examples
    --------
    >>> round(detectable_proportion_difference(300, Proportion(share=0.536, n=537)), 3)
    0.099
    """

    def lacks(gap: float) -> float:
        """Return the power that is wanted and not there."""
        own = Proportion(share=published.share + gap, n=n)
        return power - proportion_power(own, published, conf_level=conf_level)

    most = 1.0 - published.share - _LARGEST_GAP
    if most <= 0.0 or lacks(most) > 0.0:
        return math.nan
    return float(optimize.brentq(lacks, 0.0, most, xtol=1e-4))


def mean_power(first: Mean, second: Mean, gap: float, *, conf_level: float = 0.95) -> float:
    """Compute how often Welch's interval leaves out 0 when the true means differ by `gap`.

    Parameters
    ----------
    first, second : Mean
        Standard deviations and numbers; the means are not used.
    gap : float
        True difference, points.
    conf_level : float
        Coverage of the interval.

    Returns
    -------
    float
        By the noncentral t distribution.

    Examples
    --------
    >>> one = Mean(mean=0, standard_deviation=6, n=64)
    >>> round(mean_power(one, one, 3), 2)
    0.8
    """
    error, df = welch_error(first, second)
    critical = float(stats.t.isf(0.5 * (1.0 - check_conf_level(conf_level)), df))
    shift = abs(gap) / error
    other_side = np.nan_to_num(stats.nct.cdf(-critical, df, shift))  # NaN where it is nothing
    return float(stats.nct.sf(critical, df, shift) + other_side)


def detectable_mean_difference(
    first: Mean, second: Mean, *, power: float = 0.8, conf_level: float = 0.95
) -> float:
    """Find the smallest difference of means that is found with a given power.

    Parameters
    ----------
    first, second : Mean
        Standard deviations and numbers; the means are not used.
    power : float
        Chance of finding it.
    conf_level : float
        Coverage of the interval.

    Returns
    -------
    float
        Points, above 0.

    Examples
    --------
    >>> one = Mean(mean=0, standard_deviation=6, n=64)
    >>> round(detectable_mean_difference(one, one), 1)
    3.0
    """
    error, _ = welch_error(first, second)
    most = error

    def lacks(gap: float) -> float:
        """Return the power that is wanted and not there."""
        return power - mean_power(first, second, gap, conf_level=conf_level)

    while lacks(most) > 0.0:
        most *= 2.0
    return float(optimize.brentq(lacks, 0.0, most))
