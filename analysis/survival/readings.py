"""What is read off one product-limit curve, as frames: probabilities, quantiles, numbers, steps.

Pure functions of the steps of one group; groups are stacked in curve.py.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.results import FloatArray
from analysis.survival.events import settle
from analysis.survival.product_limit import Steps, confidence_limits, crossing_time

__all__ = ["numbers_at", "probabilities_at", "quantile_times", "step_table"]


def probabilities_at(
    steps: Steps, asked: FloatArray, *, conf_type: str, conf_level: float
) -> pd.DataFrame:
    """Read the curve off at given times.

    Parameters
    ----------
    steps : Steps
        The curve of one group.
    asked : array, shape (k,)
        Times, at least 0.
    conf_type : str
        Scale of the confidence limits.
    conf_level : float
        Two-sided, pointwise coverage.

    Returns
    -------
    pandas.DataFrame
        ``time, n_risk, estimate, std_error, conf_low, conf_high``; NaN after the last time unless
        the curve has reached 0.
    """
    settled = _settled(steps, asked)
    place = np.searchsorted(steps.time, settled, side="right")
    survival = np.append(1.0, steps.survival)[place]
    log_variance = np.append(0.0, steps.log_variance)[place]
    unknown = (settled > steps.time[-1]) & (survival > 0.0)
    estimate = np.where(unknown, np.nan, survival)
    low, high = confidence_limits(
        estimate, log_variance, conf_type=conf_type, conf_level=conf_level
    )
    return pd.DataFrame(
        {
            "time": asked,
            "n_risk": _at_risk(steps, settled),
            "estimate": estimate,
            "std_error": estimate * np.sqrt(log_variance),
            "conf_low": low,
            "conf_high": high,
        }
    )


def quantile_times(
    steps: Steps, probabilities: FloatArray, *, conf_type: str, conf_level: float, style: str
) -> pd.DataFrame:
    """Invert the curve and its limits.

    Parameters
    ----------
    steps : Steps
        The curve of one group.
    probabilities : array, shape (k,)
        Shares who had the event, within (0, 1).
    conf_type : str
        Scale of the confidence limits.
    conf_level : float
        Two-sided coverage.
    style : str
        Convention for flat pieces, see `crossing_time`.

    Returns
    -------
    pandas.DataFrame
        ``probability, estimate, conf_low, conf_high``; NaN is "not reached".
    """
    low, high = confidence_limits(
        steps.survival, steps.log_variance, conf_type=conf_type, conf_level=conf_level
    )
    curves = {"estimate": steps.survival, "conf_low": low, "conf_high": high}
    times = {
        name: [
            crossing_time(steps.time, curve, 1.0 - share, style=style) for share in probabilities
        ]
        for name, curve in curves.items()
    }
    return pd.DataFrame({"probability": probabilities, **times})


def numbers_at(steps: Steps, asked: FloatArray) -> pd.DataFrame:
    """Count those at risk, and events and censorings so far.

    Parameters
    ----------
    steps : Steps
        The curve of one group.
    asked : array, shape (k,)
        Times, at least 0.

    Returns
    -------
    pandas.DataFrame
        ``time, n_risk, n_event, n_censored``; the last two up to and including the time.
    """
    settled = _settled(steps, asked)
    place = np.searchsorted(steps.time, settled, side="right")
    return pd.DataFrame(
        {
            "time": asked,
            "n_risk": _at_risk(steps, settled),
            "n_event": np.append(0.0, np.cumsum(steps.n_event))[place],
            "n_censored": np.append(0.0, np.cumsum(steps.n_censored))[place],
        }
    )


def step_table(steps: Steps, *, conf_type: str, conf_level: float) -> pd.DataFrame:
    """Lay out all steps.

    Parameters
    ----------
    steps : Steps
        The curve of one group.
    conf_type : str
        Scale of the confidence limits.
    conf_level : float
        Two-sided, pointwise coverage.

    Returns
    -------
    pandas.DataFrame
        ``time, n_risk, n_event, n_censored, estimate, std_error, conf_low, conf_high``.
    """
    low, high = confidence_limits(
        steps.survival, steps.log_variance, conf_type=conf_type, conf_level=conf_level
    )
    return pd.DataFrame(
        {
            "time": steps.time,
            "n_risk": steps.n_risk,
            "n_event": steps.n_event,
            "n_censored": steps.n_censored,
            "estimate": steps.survival,
            "std_error": steps.survival * np.sqrt(steps.log_variance),
            "conf_low": low,
            "conf_high": high,
        }
    )


def _settled(steps: Steps, asked: FloatArray) -> FloatArray:
    """Take an asked time that differs from an exit or an entry by rounding only for it."""
    return settle(settle(asked, steps.time), steps.entry[np.isfinite(steps.entry)])


def _at_risk(steps: Steps, asked: FloatArray) -> FloatArray:
    """Count those with entry < t <= time, and those from the origin on at t = 0."""
    entered = np.append(0.0, steps.n_entered)[np.searchsorted(steps.entry, asked, side="left")]
    left = np.append(0.0, np.cumsum(steps.n_event + steps.n_censored))
    return np.asarray(entered - left[np.searchsorted(steps.time, asked, side="left")])
