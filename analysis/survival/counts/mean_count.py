"""The mean number of events per patient over time in one group, with a robust variance.

Pure functions on arrays; frames and groups are in mean_cumulative_count.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.results import FloatArray
from analysis.survival.curves.influence import influence_variance, patient_rows
from analysis.survival.curves.product_limit import Steps, product_limit

__all__ = ["CountSteps", "mean_count"]


@dataclass(frozen=True, kw_only=True, eq=False)
class CountSteps:
    """A mean count at the distinct ends of rows.

    Parameters
    ----------
    alive : Steps
        Numbers at risk, terminal events, and the probability of none of these.
    n_event : array, shape (k,)
        Events at each time.
    mean : array, shape (k,)
        Mean events per patient up to and including each time.
    variance : array, shape (k,)
        Variance of `mean`, robust to events of a patient going together.
    """

    alive: Steps
    n_event: FloatArray
    mean: FloatArray
    variance: FloatArray


def mean_count(
    start: FloatArray,
    stop: FloatArray,
    event: npt.NDArray[np.bool_],
    terminal: npt.NDArray[np.bool_],
    patient: npt.NDArray[np.intp],
) -> CountSteps:
    """Estimate the mean number of events per patient.

    Parameters
    ----------
    start, stop : array, shape (n,)
        Rows of observation, sorted by patient and time, not overlapping.
    event, terminal : array of bool, shape (n,)
        Whether a row ended by an event, and by one after which there are no more.
    patient : array of int, shape (n,)
        Number of the patient.

    Returns
    -------
    CountSteps
        The mean count at every distinct end of a row.

    Notes
    -----
    Without terminal events the sum of events over numbers at risk (Nelson-Aalen); with them each
    is discounted by the chance of being alive just before (Ghosh-Lin). An event counts even when
    the terminal event comes at the same time. The variance is the one that Ghosh and Lin publish,
    where a terminal event weighs one over the number at risk; the infinitesimal jackknife would
    divide by the number left.

    References
    ----------
    Lawless JF, Nadeau C (1995). Technometrics 37:158-168.
    Ghosh D, Lin DY (2000). Biometrics 56:554-562.
    """
    alive = product_limit(stop, terminal, entry=start, weight=np.ones(stop.size))
    exit_at = np.searchsorted(alive.time, stop)
    n_event = np.bincount(exit_at, weights=event, minlength=alive.time.size).astype(np.float64)
    gain = np.append(1.0, alive.survival)[:-1] / alive.n_risk
    mean = np.cumsum(gain * n_event)
    hazard = alive.n_event / alive.n_risk**2
    weight = 1.0 / alive.n_risk
    variance = influence_variance(
        patient_rows(alive.time, start, exit_at, weight=np.ones(stop.size), patient=patient),
        curve=mean,
        sum_a=np.cumsum(hazard),
        sum_b=np.cumsum(mean * hazard + gain * n_event / alive.n_risk),
        jump_a=terminal * weight[exit_at],
        jump_b=terminal * (mean * weight)[exit_at] + event * gain[exit_at],
    )
    return CountSteps(alive=alive, n_event=n_event, mean=mean, variance=variance)
