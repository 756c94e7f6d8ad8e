"""The estimate from the intervals of one group, and what it says about each time.

Inside an innermost interval the likelihood does not say where the probability lies, so the curve
is known at its ends and bounded between.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.results import FloatArray
from analysis.survival.events import settle
from analysis.survival.interval.innermost import find_innermost, merge_rows
from analysis.survival.interval.masses import Coverage, Masses, fit_masses
from analysis.survival.interval_times import IntervalTimes

__all__ = ["IntervalEstimate", "estimate_intervals", "mean_bounds", "median_bounds", "values_at"]

_EXACT = float(np.sqrt(np.finfo(float).eps))


@dataclass(frozen=True, kw_only=True, eq=False)
class IntervalEstimate:
    """The innermost intervals of one group that have probability, in order of time.

    Parameters
    ----------
    lower, upper : array, shape (s,)
        Ends; half-open, equal for an exact time, infinite for what lies beyond observation.
    mass : array, shape (s,)
        Probabilities, which sum to 1.
    before, after : array, shape (s,)
        Probability of no event up to the lower and the upper end.
    fit : Masses
        How the maximum was reached.
    """

    lower: FloatArray
    upper: FloatArray
    mass: FloatArray
    before: FloatArray
    after: FloatArray
    fit: Masses


def estimate_intervals(times: IntervalTimes, weight: FloatArray) -> IntervalEstimate:
    """Estimate one curve by maximum likelihood.

    Parameters
    ----------
    times : IntervalTimes
        Half-open intervals, n rows.
    weight : array, shape (n,)
        Positive weights.

    Returns
    -------
    IntervalEstimate
        Places and probabilities.

    Examples
    --------
    >>> found = estimate_intervals(
    ...     IntervalTimes(lower=np.array([0.0, 2.0]), upper=np.array([3.0, np.inf])), np.ones(2))
    >>> found.lower.tolist(), found.upper.tolist()
    ([2.0], [3.0])
    """
    innermost = find_innermost(times)
    first, last, merged = merge_rows(innermost.first, innermost.last, weight)
    order = np.arange(innermost.lower.size)
    fit = fit_masses([Coverage(order=order, first=first, last=last, weight=merged)])
    gone = np.cumsum(fit.mass)
    after = np.maximum(1.0 - gone, 0.0)
    after[-1] = 0.0
    return IntervalEstimate(
        lower=innermost.lower[fit.place],
        upper=innermost.upper[fit.place],
        mass=fit.mass,
        before=np.append(1.0, after[:-1]),
        after=after,
        fit=fit,
    )


def values_at(estimate: IntervalEstimate, asked: FloatArray) -> pd.DataFrame:
    """Read the probability of no event off, with the bounds where it is not known.

    Parameters
    ----------
    estimate : IntervalEstimate
        One group.
    asked : array, shape (k,)
        Times, at least 0.

    Returns
    -------
    pandas.DataFrame
        ``time, estimate, estimate_low, estimate_high``; inside an innermost interval the estimate
        lies on the straight line between its ends, beyond observation it is NaN.
    """
    ends = np.unique(np.concatenate([estimate.lower, estimate.upper]))
    times = settle(asked, ends[np.isfinite(ends)])
    steps = np.append(1.0, estimate.after)
    low = steps[np.searchsorted(estimate.lower, times, side="left")]
    low = np.minimum(low, steps[np.searchsorted(estimate.upper, times, side="right")])
    high = steps[np.searchsorted(estimate.upper, times, side="right")]
    return pd.DataFrame(
        {
            "time": asked,
            "estimate": _on_line(estimate, times, low, high),
            "estimate_low": low,
            "estimate_high": high,
        }
    )


def _on_line(
    estimate: IntervalEstimate, times: FloatArray, low: FloatArray, high: FloatArray
) -> FloatArray:
    """Spread the probability of an innermost interval evenly over it."""
    place = np.minimum(np.searchsorted(estimate.upper, times), estimate.upper.size - 1)
    length = estimate.upper[place] - estimate.lower[place]
    gone = (times - estimate.lower[place]) / np.where(length > 0.0, length, 1.0)
    inside = high - np.clip(gone, 0.0, 1.0) * (high - low)
    return np.where(np.isinf(length) & (low < high), np.nan, inside)


def median_bounds(estimate: IntervalEstimate) -> pd.DataFrame:
    """Find where half have had the event.

    Parameters
    ----------
    estimate : IntervalEstimate
        One group.

    Returns
    -------
    pandas.DataFrame
        One row with ``estimate, estimate_low, estimate_high``: every curve that fits the data as
        well has its median between the two; the estimate is that of the straight lines. An upper
        bound of infinity, with no estimate, says that half is not reached under observation.
    """
    reached = int(np.argmax(estimate.after <= 0.5 + _EXACT))
    below = int(np.argmax(estimate.after < 0.5 - _EXACT))
    low, high = estimate.lower[reached], estimate.upper[below]
    if below > reached:  # a flat piece at one half: its middle, as for the Kaplan-Meier curve
        middle = (estimate.upper[reached] + estimate.lower[below]) / 2.0
    elif np.isinf(high):
        middle = np.nan
    else:
        middle = low + (estimate.before[below] - 0.5) / estimate.mass[below] * (high - low)
    return pd.DataFrame({"estimate": [middle], "estimate_low": [low], "estimate_high": [high]})


def mean_bounds(estimate: IntervalEstimate, tau: float) -> pd.DataFrame:
    """Integrate the curve and its bounds up to a time.

    Parameters
    ----------
    estimate : IntervalEstimate
        One group.
    tau : float
        End of the integral, above 0.

    Returns
    -------
    pandas.DataFrame
        One row with ``tau, estimate, estimate_low, estimate_high``; no estimate when `tau` is
        beyond observation.
    """
    lower, upper = np.minimum(estimate.lower, tau), np.minimum(estimate.upper, tau)
    length = estimate.upper - estimate.lower
    inside = upper - lower
    with np.errstate(invalid="ignore", divide="ignore"):
        # An event at time t takes tau - t away; spread evenly, those before tau lose on average
        # half of the stretch of the interval before tau, and from there on the rest.
        share = np.where(length > 0.0, inside / length, (estimate.upper < tau).astype(float))
    mean = tau - estimate.mass @ (share * (tau - (lower + upper) / 2.0))
    known = bool(np.isfinite(estimate.upper[-1]) or tau <= estimate.lower[-1])
    return pd.DataFrame(
        {
            "tau": [tau],
            "estimate": [mean if known else np.nan],
            "estimate_low": [estimate.mass @ lower],
            "estimate_high": [estimate.mass @ upper],
        }
    )
