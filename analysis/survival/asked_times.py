"""The times at which a curve is read off, and where they fall among its steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.errors import DataError
from analysis.results import FloatArray
from analysis.survival.events import settle
from analysis.survival.product_limit import Steps

__all__ = ["Reading", "read_asked_times", "reading"]


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


def read_asked_times(times: Iterable[float]) -> FloatArray:
    """Read the asked times, in the order given.

    Parameters
    ----------
    times : iterable of float
        Times in the units of the data.

    Returns
    -------
    array, shape (k,)
        The times.

    Raises
    ------
    DataError
        When there is none, or one is negative or not finite.

    Examples
    --------
    >>> read_asked_times([28, 14]).tolist()
    [28.0, 14.0]
    """
    asked = np.asarray(list(times), dtype=float)
    if asked.size == 0 or not (np.isfinite(asked).all() and (asked >= 0.0).all()):
        raise DataError("Give at least one time; times are finite numbers from 0 on.")
    return asked


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
