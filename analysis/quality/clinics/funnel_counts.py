"""Counts of events that a clinic can have by chance: their mean, their variance, their law.

A count with variance under its mean is binomial, with one equal to it Poisson, with a larger one
negative binomial. The mean and the variance choose the law, its size need not be whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from analysis.results import FloatArray

__all__ = ["CountLaw", "first_above"]

_SAME = 1e-9  # variance ÷ mean this near to 1 is Poisson
_FAR = 12.0  # standard deviations beyond which no quantile is looked for


@dataclass(frozen=True, kw_only=True, eq=False)
class CountLaw:
    """The law of the count of each clinic, chosen by its mean and variance.

    Parameters
    ----------
    mean : array, shape (k,)
        Expected counts, above 0.
    variance : array, shape (k,)
        Variances, above 0.

    Notes
    -----
    The number of patients with an outcome whose probabilities differ is a sum of unlike coins;
    the binomial with the same mean and variance, of size mean² ÷ (mean − variance), is near to it
    (Ehm 1991).

    References
    ----------
    Ehm W (1991). Binomial approximation to the Poisson binomial distribution. Statistics &
    Probability Letters 11:7-16.

    Examples
    --------
    >>> law = CountLaw(mean=np.array([14.0]), variance=np.array([9.1]))  # 40 patients, 0.35
    >>> law.size.round(6).tolist(), law.cdf(np.array([14.0])).round(4).tolist()
    ([40.0], [0.5721])
    """

    mean: FloatArray
    variance: FloatArray

    @property
    def size(self) -> FloatArray:
        """Binomial size; infinite where Poisson, negative where negative binomial."""
        spare = self.mean - self.variance
        poisson = np.abs(spare) <= _SAME * self.mean
        return np.where(poisson, np.inf, self.mean**2 / np.where(poisson, 1.0, spare))

    def cdf(self, count: FloatArray) -> FloatArray:
        """Give the probability of at most so many events.

        Parameters
        ----------
        count : array, shape (k,)
            Counts; what is not whole is rounded down.

        Returns
        -------
        array, shape (k,)
            Probabilities; 0 below 0.
        """
        at = np.floor(count)
        inside = np.maximum(at, 0.0)
        size, mean = np.broadcast_arrays(self.size, self.mean)
        binomial, negative = np.isfinite(size) & (size > 0), size < 0
        share = np.clip(mean / np.where(np.isfinite(size), np.abs(size), 1.0), 0.0, None)
        found = special.pdtr(inside, mean)
        rest = np.where(binomial, size - inside, 1.0)
        within = special.betainc(
            np.maximum(rest, _SAME), inside + 1.0, 1.0 - np.where(binomial, share, 0.0)
        )
        found = np.where(binomial, np.where(rest > 0, within, 1.0), found)
        clustered = special.betainc(
            np.where(negative, -size, 1.0), inside + 1.0, 1.0 / (1.0 + share)
        )
        return np.where(at < 0, 0.0, np.where(negative, clustered, found))

    def interpolated(self, p: float) -> FloatArray:
        """Interpolate the quantile between counts (Spiegelhalter 2005).

        Parameters
        ----------
        p : float
            Probability.

        Returns
        -------
        array, shape (k,)
            The least count r with more than `p` at or below it, less the share
            (F(r) − p) ÷ (F(r) − F(r − 1)).
        """
        top = np.ceil(self.mean + _FAR * np.sqrt(self.variance) + _FAR**2)
        at = first_above(self.cdf, p, top)
        above, below = self.cdf(at), self.cdf(at - 1.0)
        return at - (above - p) / np.maximum(above - below, np.finfo(float).tiny)

    def outside(self, low: FloatArray, high: FloatArray) -> FloatArray:
        """Give the probability of a count below one limit or above the other.

        Parameters
        ----------
        low, high : array, shape (k,)
            Limits on the scale of counts; a count on a limit is not outside.

        Returns
        -------
        array, shape (k,)
            Probabilities.
        """
        over = 1.0 - self.cdf(np.floor(high + _SAME * np.maximum(1.0, np.abs(high))))
        under = self.cdf(np.ceil(low - _SAME * np.maximum(1.0, np.abs(low))) - 1.0)
        return np.asarray(over + under)


def first_above(
    cdf: Callable[[FloatArray], FloatArray], p: float, top: FloatArray
) -> npt.NDArray[np.float64]:
    """Find the least whole number whose cumulative probability exceeds p, by bisection.

    Parameters
    ----------
    cdf : callable
        From counts, shape (k,), to probabilities.
    p : float
        Probability under 1.
    top : array, shape (k,)
        Counts that are far enough.

    Returns
    -------
    array, shape (k,)
        Whole numbers from 0 on.
    """
    low, high = np.full(top.shape, -1.0), top.astype(float)
    while bool((high - low > 1.0).any()):
        middle = np.floor((low + high) / 2.0)
        above = cdf(middle) > p
        open_ones = high - low > 1.0
        high = np.where(open_ones & above, middle, high)
        low = np.where(open_ones & ~above, middle, low)
    return high
