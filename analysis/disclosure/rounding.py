"""Compute what rests on counts again from rounded counts, so that it does not tell the exact ones.

How a single count is rounded is the business of `policy`, what an attacker still knows that of
`attack`.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.disclosure.policy import RELEASE, Policy, rounded_count
from analysis.results import critical_value

__all__ = ["coarse_curve", "from_rounded", "wilson_limits"]

FloatArray = npt.NDArray[np.float64]

_OF_CURVES = ("estimate", "mass")
_LIMITS = ("conf_low", "conf_high")
_TOUCHES = 1e-9
_DIGITS = 12


def wilson_limits(
    n: FloatArray, of: FloatArray, conf_level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Compute Wilson's confidence limits of proportions.

    Parameters
    ----------
    n, of : array of float, shape (k,)
        Numerators and denominators.
    conf_level : float
        Two-sided coverage.

    Returns
    -------
    tuple of array of float, shape (k,)
        Limits; missing where the denominator is 0.

    References
    ----------
    Wilson, E. B. (1927). Journal of the American Statistical Association 22, 209-212.

    Examples
    --------
    >>> low, high = wilson_limits(np.array([30.0]), np.array([60.0]))
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.377], [0.623])
    """
    z = float(critical_value(float("inf"), conf_level))
    size = np.where(of > 0, of, np.nan)
    middle = (n + z**2 / 2) / (size + z**2)
    margin = z / (size + z**2) * np.sqrt(n * (size - n) / size + z**2 / 4)
    return np.clip(middle - margin, 0.0, 1.0), np.clip(middle + margin, 0.0, 1.0)


def from_rounded(
    frame: pd.DataFrame,
    *,
    numerator: str = "n",
    denominator: str = "observed",
    policy: Policy = RELEASE,
) -> pd.DataFrame:
    """Compute proportions and their Wilson limits again from rounded counts.

    Parameters
    ----------
    frame : pandas.DataFrame
        Counts, and any of ``estimate, conf_low, conf_high, estimate_missing_as_no``, the last
        with ``evaluable``. ``attrs["conf_level"]`` is the level, 0.95 if absent.
    numerator, denominator : str
        Columns of true counts.
    policy : Policy
        How counts are rounded.

    Returns
    -------
    pandas.DataFrame
        A copy, its counts as they were; the frame itself where nothing is rounded. Missing where
        the rounded denominator is 0.

    Examples
    --------
    >>> rate = pd.DataFrame({"n": [21], "observed": [48], "estimate": [0.4375]})
    >>> from_rounded(rate, policy=Policy(minimum_count=8, round_to=5))["estimate"].tolist()
    [0.4]
    """
    if not policy.rounds:
        return frame
    of = rounded_count(frame[denominator], policy)
    n = np.minimum(rounded_count(frame[numerator], policy), of)
    low, high = wilson_limits(n, of, float(frame.attrs.get("conf_level", 0.95)))
    new = {"estimate": _ratio(n, of), "conf_low": low, "conf_high": high}
    if "estimate_missing_as_no" in frame:
        due = rounded_count(frame["evaluable"], policy)
        new["estimate_missing_as_no"] = _ratio(np.minimum(n, due), due)
    return frame.assign(**{name: values for name, values in new.items() if name in frame})


def _ratio(n: FloatArray, of: FloatArray) -> FloatArray:
    """Divide; missing where the denominator is 0."""
    return np.asarray(n / np.where(of > 0, of, np.nan))


def coarse_curve(
    ordered: pd.DataFrame, curves: pd.Series, *, policy: Policy = RELEASE
) -> pd.DataFrame:
    """Round estimates of curves to what one patient stands for, and their limits to match.

    Parameters
    ----------
    ordered : pandas.DataFrame
        Steps in order of time, with ``n_risk`` and any of ``estimate, mass, std_error, conf_low,
        conf_high``. ``attrs["conf_type"]`` and ``attrs["conf_level"]`` say how limits are computed,
        log-log at 0.95 if absent.
    curves : pandas.Series
        Number of the curve of each row.
    policy : Policy
        How counts are rounded.

    Returns
    -------
    pandas.DataFrame
        A copy without standard errors. Estimates are multiples of 0.1, 0.05, 0.02, 0.01 …: of the
        last that is no finer than one patient of all at the start. Limits are computed from these
        and from the effective number of patients, of which they tell no more than between which
        two of the numbers 0, 12, 24 … below the start it lies. Where the policy rounds counts,
        estimates are multiples of what ``round_to`` patients stand for, and limits are missing.

    Notes
    -----
    The effective number of patients, p (1 - p) / variance, is what a proportion p with this
    variance would have. From exact limits the number at risk at each step follows, and from exact
    estimates, which are products of fractions of whole numbers, often as well. The lower end of
    the interval is taken, so that the band is never narrower than it should be.

    References
    ----------
    Cutler SJ, Ederer F (1958). Journal of Chronic Diseases 8:699-712.

    Examples
    --------
    >>> steps = pd.DataFrame({"n_risk": [60, 45], "estimate": [0.753, 0.5], "std_error": 0.06,
    ...                       "conf_low": 0.6, "conf_high": 0.9})
    >>> coarse_curve(steps, pd.Series([0, 0]))["estimate"].tolist()
    [0.76, 0.5]
    """
    start = ordered["n_risk"].groupby(curves).transform("max").to_numpy(float)
    if policy.rounds:
        step = policy.round_to / np.maximum(rounded_count(start, policy), policy.round_to)
    else:
        step = _decimal_step(start)
    rounded = {
        name: ((ordered[name] / step).round() * step).round(_DIGITS)  # 0.7, not 0.7000000000000001
        for name in _OF_CURVES
        if name in ordered
    }
    coarse = ordered.drop(columns="std_error", errors="ignore").assign(**rounded)
    limits = [name for name in _LIMITS if name in ordered]
    if policy.rounds or "std_error" not in ordered:
        return coarse.assign(**dict.fromkeys(limits, np.nan))
    estimate = ordered["estimate"].to_numpy(float)
    n = _effective(estimate, ordered["std_error"].to_numpy(float), start, policy)
    low, high = _limits_of(coarse["estimate"].to_numpy(float), n, ordered.attrs)
    new = {"conf_low": low, "conf_high": high}
    return coarse.assign(**{name: new[name] for name in limits})


def _decimal_step(n: FloatArray) -> FloatArray:
    """Give the least of 0.1, 0.05, 0.02, 0.01 … that is not less than one of n."""
    one = 1.0 / np.maximum(n, 1.0)
    ten = 10.0 ** np.floor(np.log10(one) + _TOUCHES)
    ratio = one / ten * (1.0 - _TOUCHES)
    return np.asarray(ten * np.select([ratio <= 1, ratio <= 2, ratio <= 5], [1, 2, 5], default=10))


def _effective(
    estimate: FloatArray, std_error: FloatArray, start: FloatArray, policy: Policy
) -> FloatArray:
    """Give the lower ends of the intervals in which the effective numbers of patients lie."""
    width = policy.minimum_count + 1  # from the least to the greatest in it is minimum_count
    with np.errstate(divide="ignore", invalid="ignore"):
        n = np.minimum(estimate * (1.0 - estimate) / std_error**2, start)
    least = start - width * np.floor((start - n) / width + _TOUCHES) - width + 1
    return np.where(least >= 1, least, np.nan)


def _limits_of(
    estimate: FloatArray, n: FloatArray, how: Mapping[Hashable, Any]
) -> tuple[FloatArray, FloatArray]:
    """Compute limits of probabilities from an effective number of patients."""
    z = float(critical_value(float("inf"), float(how.get("conf_level", 0.95))))
    with np.errstate(divide="ignore", invalid="ignore"):
        margin = z * np.sqrt((1.0 - estimate) / (estimate * n))  # of the logarithm
        if how.get("conf_type", "log-log") == "log-log":
            spread = np.exp(margin / -np.log(estimate))
            low, high = estimate**spread, estimate ** (1.0 / spread)
        elif how["conf_type"] == "log":
            low, high = estimate * np.exp(-margin), estimate * np.exp(margin)
        else:
            low, high = estimate * (1.0 - margin), estimate * (1.0 + margin)
    inside = (estimate > 0.0) & (estimate < 1.0)
    low, high = (np.where(inside, np.clip(limit, 0.0, 1.0), np.nan) for limit in (low, high))
    return low, high
