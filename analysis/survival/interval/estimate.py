"""The estimate from the intervals of one group, and what it says about each time.

Inside an innermost interval the likelihood does not say where the probability lies, so the curve
is known at its ends and bounded between.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.results import FloatArray
from analysis.survival.interval.innermost import Innermost, find_innermost, merge_rows
from analysis.survival.interval.masses import Coverage, Masses, fit_masses
from analysis.survival.reading.events import settle
from analysis.survival.reading.interval_times import IntervalTimes

__all__ = [
    "IntervalEstimate",
    "IntervalSteps",
    "estimate_intervals",
    "mean_bounds",
    "median_bounds",
    "steps_of",
    "values_at",
]

_EXACT = float(np.sqrt(np.finfo(float).eps))


@dataclass(frozen=True, kw_only=True, eq=False)
class IntervalSteps:
    """The innermost intervals of one curve that have probability, in order of time.

    Parameters
    ----------
    lower, upper : array, shape (s,)
        Ends; half-open, equal for an exact time, infinite for what lies beyond observation.
    mass : array, shape (s,)
        Probabilities, which sum to 1.
    before, after : array, shape (s,)
        Probability of no event up to the lower and the upper end.
    """

    lower: FloatArray
    upper: FloatArray
    mass: FloatArray
    before: FloatArray
    after: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class IntervalEstimate:
    """The curve of one group.

    Parameters
    ----------
    steps : IntervalSteps
        Where its probability lies.
    innermost : Innermost
        All innermost intervals, and what each row covers.
    fit : Masses
        How the maximum was reached.
    """

    steps: IntervalSteps
    innermost: Innermost
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
    >>> found.steps.lower.tolist(), found.steps.upper.tolist()
    ([2.0], [3.0])
    """
    innermost = find_innermost(times)
    first, last, merged = merge_rows(innermost.first, innermost.last, weight)
    order = np.arange(innermost.lower.size)
    fit = fit_masses([Coverage(order=order, first=first, last=last, weight=merged)])
    steps = steps_of(innermost.lower[fit.place], innermost.upper[fit.place], fit.mass)
    return IntervalEstimate(steps=steps, innermost=innermost, fit=fit)


def steps_of(lower: FloatArray, upper: FloatArray, mass: FloatArray) -> IntervalSteps:
    """Sum masses to a curve that ends at 0.

    Parameters
    ----------
    lower, upper, mass : array, shape (s,)
        Innermost intervals and their probabilities.

    Returns
    -------
    IntervalSteps
        With the probabilities of no event at the ends.
    """
    after = np.maximum(1.0 - np.cumsum(mass), 0.0)
    after[-1] = 0.0
    before = np.append(1.0, after[:-1])
    return IntervalSteps(lower=lower, upper=upper, mass=mass, before=before, after=after)


def values_at(curve: IntervalSteps, asked: FloatArray) -> pd.DataFrame:
    """Read the probability of no event off, with the bounds where it is not known.

    Parameters
    ----------
    curve : IntervalSteps
        One group.
    asked : array, shape (k,)
        Times, at least 0.

    Returns
    -------
    pandas.DataFrame
        ``time, estimate, estimate_low, estimate_high``; inside an innermost interval the estimate
        lies on the straight line between its ends, beyond observation it is NaN.
    """
    if curve.mass.size == 0:  # a cause that nobody has
        known = dict.fromkeys(["estimate", "estimate_low", "estimate_high"], 1.0)
        return pd.DataFrame({"time": asked}).assign(**known)
    ends = np.unique(np.concatenate([curve.lower, curve.upper]))
    times = settle(asked, ends[np.isfinite(ends)])
    levels = np.append(1.0, curve.after)
    low = levels[np.searchsorted(curve.lower, times, side="left")]
    low = np.minimum(low, levels[np.searchsorted(curve.upper, times, side="right")])
    high = levels[np.searchsorted(curve.upper, times, side="right")]
    return pd.DataFrame(
        {
            "time": asked,
            "estimate": _on_line(curve, times, low, high),
            "estimate_low": low,
            "estimate_high": high,
        }
    )


def _on_line(
    curve: IntervalSteps, times: FloatArray, low: FloatArray, high: FloatArray
) -> FloatArray:
    """Spread the probability of an innermost interval evenly over it."""
    place = np.minimum(np.searchsorted(curve.upper, times), curve.upper.size - 1)
    length = curve.upper[place] - curve.lower[place]
    gone = (times - curve.lower[place]) / np.where(length > 0.0, length, 1.0)
    inside = high - np.clip(gone, 0.0, 1.0) * (high - low)
    return np.where(np.isinf(length) & (low < high), np.nan, inside)


def median_bounds(curve: IntervalSteps) -> pd.DataFrame:
    """Find where half have had the event.

    Parameters
    ----------
    curve : IntervalSteps
        One group.

    Returns
    -------
    pandas.DataFrame
        One row with ``estimate, estimate_low, estimate_high``: every curve that fits the data as
        well has its median between the two; the estimate is that of the straight lines. An upper
        bound of infinity, with no estimate, says that half is not reached under observation.
    """
    reached = int(np.argmax(curve.after <= 0.5 + _EXACT))
    below = int(np.argmax(curve.after < 0.5 - _EXACT))
    low, high = curve.lower[reached], curve.upper[below]
    if below > reached:  # a flat piece at one half: its middle, as for the Kaplan-Meier curve
        middle = (curve.upper[reached] + curve.lower[below]) / 2.0
    elif np.isinf(high):
        middle = np.nan
    else:
        middle = low + (curve.before[below] - 0.5) / curve.mass[below] * (high - low)
    return pd.DataFrame({"estimate": [middle], "estimate_low": [low], "estimate_high": [high]})


def mean_bounds(curve: IntervalSteps, tau: float) -> pd.DataFrame:
    """Integrate the curve and its bounds up to a time.

    Parameters
    ----------
    curve : IntervalSteps
        One group.
    tau : float
        End of the integral, above 0.

    Returns
    -------
    pandas.DataFrame
        One row with ``tau, estimate, estimate_low, estimate_high``; no estimate when `tau` is
        beyond observation.
    """
    lower, upper = np.minimum(curve.lower, tau), np.minimum(curve.upper, tau)
    length = curve.upper - curve.lower
    inside = upper - lower
    with np.errstate(invalid="ignore", divide="ignore"):
        # An event at time t takes tau - t away; spread evenly, those before tau lose on average
        # half of the stretch of the interval before tau, and from there on the rest.
        share = np.where(length > 0.0, inside / length, (curve.upper < tau).astype(float))
    mean = tau - curve.mass @ (share * (tau - (lower + upper) / 2.0))
    known = bool(np.isfinite(curve.upper[-1]) or tau <= curve.lower[-1])
    return pd.DataFrame(
        {
            "tau": [tau],
            "estimate": [mean if known else np.nan],
            "estimate_low": [curve.mass @ lower],
            "estimate_high": [curve.mass @ upper],
        }
    )
