"""What is read off one product-limit curve, as frames: probabilities, quantiles, numbers, steps.

Pure functions of the steps of one group; groups are stacked in curve.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.results import FloatArray
from analysis.survival.curves.product_limit import Steps, confidence_limits, crossing_time
from analysis.survival.reading.events import settle

__all__ = [
    "Reading",
    "numbers_at",
    "probabilities_at",
    "quantile_times",
    "reading",
    "step_table",
]


@dataclass(frozen=True, kw_only=True, eq=False)
class Reading:
    """Where asked times fall among the steps of a curve.

    Parameters
    ----------
    place : array of int, shape (k,)
        Number of steps up to and including each time.
    n_risk : array, shape (k,)
        Those with entry < t <= time.
    unknown : array of bool, shape (k,)
        Whether a time is after the last one, while some were still free of the event there.
    """

    place: npt.NDArray[np.intp]
    n_risk: FloatArray
    unknown: npt.NDArray[np.bool_]

    def values(self, curve: FloatArray, start: float = 0.0) -> FloatArray:
        """Read off what holds from each step on.

        Parameters
        ----------
        curve : array, shape (steps,) or (steps, c)
            Values from each step on.
        start : float
            Value before the first step.

        Returns
        -------
        array, shape (k,) or (k, c)
            Values at the times; NaN where they are not known.
        """
        found = np.concatenate([np.full_like(curve[:1], start), curve])[self.place]
        found[self.unknown] = np.nan
        return found

    def so_far(self, numbers: FloatArray) -> FloatArray:
        """Sum numbers up to and including each time.

        Parameters
        ----------
        numbers : array, shape (steps,) or (steps, c)
            Numbers at each step.

        Returns
        -------
        array, shape (k,) or (k, c)
            Sums at the times.
        """
        sums = np.cumsum(numbers, axis=0)
        return np.asarray(np.concatenate([np.zeros_like(sums[:1]), sums])[self.place])


def reading(steps: Steps, asked: FloatArray) -> Reading:
    """Find asked times among the steps of a curve; those that differ by rounding only are steps.

    Parameters
    ----------
    steps : Steps
        Times, numbers and the probability of no event.
    asked : array, shape (k,)
        Times.

    Returns
    -------
    Reading
        Positions and numbers at risk.
    """
    entries = steps.entry[np.isfinite(steps.entry)]
    times = settle(settle(asked, steps.time), entries)
    entered = np.append(0.0, steps.n_entered)[np.searchsorted(steps.entry, times, side="left")]
    left = np.append(0.0, np.cumsum(steps.n_event + steps.n_censored))
    return Reading(
        place=np.searchsorted(steps.time, times, side="right"),
        n_risk=entered - left[np.searchsorted(steps.time, times, side="left")],
        unknown=(times > steps.time[-1]) & (steps.survival[-1] > 0.0),
    )


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
    where = reading(steps, asked)
    estimate = where.values(steps.survival, start=1.0)
    log_variance = where.values(steps.log_variance)
    low, high = confidence_limits(
        estimate, log_variance, conf_type=conf_type, conf_level=conf_level
    )
    return pd.DataFrame(
        {
            "time": asked,
            "n_risk": where.n_risk,
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
    where = reading(steps, asked)
    return pd.DataFrame(
        {
            "time": asked,
            "n_risk": where.n_risk,
            "n_event": where.so_far(steps.n_event),
            "n_censored": where.so_far(steps.n_censored),
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
