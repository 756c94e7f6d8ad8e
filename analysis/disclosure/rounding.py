"""Compute what rests on counts again from rounded counts, so that it does not tell the exact ones.

How a single count is rounded is the business of `policy`, what an attacker still knows that of
`attack`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.disclosure.policy import RELEASE, Policy, rounded_count
from analysis.results import critical_value

__all__ = ["coarse_curve", "from_rounded", "wilson_limits"]

FloatArray = npt.NDArray[np.float64]

_OF_CURVES = ("estimate", "mass")
_UNCERTAINTY = ("std_error", "conf_low", "conf_high")


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
    """Round the estimates of curves to what ``round_to`` patients stand for at the start.

    Parameters
    ----------
    ordered : pandas.DataFrame
        Steps in order of time, with ``n_risk`` and any of ``estimate, mass, std_error, conf_low,
        conf_high``.
    curves : pandas.Series
        Number of the curve of each row.
    policy : Policy
        How counts are rounded.

    Returns
    -------
    pandas.DataFrame
        A copy; the frame itself where nothing is rounded. Standard errors and limits are missing:
        they follow from the exact counts.
    """
    if not policy.rounds:
        return ordered
    start = ordered["n_risk"].groupby(curves).transform("first")
    step = pd.Series(
        policy.round_to / np.maximum(rounded_count(start, policy), policy.round_to),
        index=ordered.index,
    )
    rounded = {
        name: (ordered[name] / step).round() * step for name in _OF_CURVES if name in ordered
    }
    hidden = dict.fromkeys([name for name in _UNCERTAINTY if name in ordered], np.nan)
    return ordered.assign(**rounded, **hidden)
