"""The Aalen-Johansen estimate of cumulative incidence in one group, with two variances.

Pure functions on arrays; frames and groups are in cumulative_incidence.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.results import FloatArray
from analysis.survival.curves.influence import influence_variance, patient_rows
from analysis.survival.curves.product_limit import Steps, product_limit

__all__ = ["VARIANCES", "IncidenceSteps", "aalen_johansen"]

VARIANCES = ("infinitesimal jackknife", "aalen")
"""As R's survfit, and as R's cuminc."""


@dataclass(frozen=True, kw_only=True, eq=False)
class IncidenceSteps:
    """Cumulative incidence of every cause at the distinct exit times of a group.

    Parameters
    ----------
    free : Steps
        Probability of no event of any cause, and the numbers at risk.
    n_event : array, shape (k, c)
        Weighted events of each cause at each time.
    incidence : array, shape (k, c)
        Probability of an event of each cause up to and including each time.
    variance : array, shape (k, c)
        Variance of `incidence`.
    """

    free: Steps
    n_event: FloatArray
    incidence: FloatArray
    variance: FloatArray


def aalen_johansen(
    time: FloatArray,
    cause: npt.NDArray[np.intp],
    *,
    entry: FloatArray,
    weight: FloatArray,
    n_causes: int,
    variance: str = "infinitesimal jackknife",
) -> IncidenceSteps:
    """Estimate the probability of an event of each cause.

    Parameters
    ----------
    time : array, shape (n,)
        Time of event or censoring.
    cause : array of int, shape (n,)
        0 for a censoring, else 1 to `n_causes`.
    entry : array, shape (n,)
        Start of observation; minus infinity from the origin on.
    weight : array, shape (n,)
        Positive weights.
    n_causes : int
        Number of causes.
    variance : str
        One of `VARIANCES`; Aalen's takes weights for numbers of patients.

    Returns
    -------
    IncidenceSteps
        The curves at every distinct exit time.

    Notes
    -----
    Exact with ties: events of all causes come before censorings at the same time.

    References
    ----------
    Aalen OO, Johansen S (1978). Scand J Stat 5:141-150.
    Aalen OO (1978). Ann Stat 6:534-545.
    """
    # Neighbours in time are neighbours in memory, and sums do not depend on the order of the rows.
    order = np.lexsort((weight, entry, cause, time))
    time, cause, entry, weight = time[order], cause[order], entry[order], weight[order]
    free = product_limit(time, cause > 0, entry=entry, weight=weight)
    exit_at = np.searchsorted(free.time, time)
    k = free.time.size
    counts = [
        np.bincount(exit_at, weights=weight * (cause == number), minlength=k)
        for number in range(1, n_causes + 1)
    ]
    n_event = np.column_stack(counts).astype(np.float64)
    before = np.append(1.0, free.survival)[:-1]
    incidence = np.cumsum((before / free.n_risk)[:, None] * n_event, axis=0)
    if variance == "aalen":
        spread = _aalen_variance(free, before, n_event, incidence)
    else:
        spread = _jackknife(free, before, n_event, incidence, (exit_at, cause, entry, weight))
    return IncidenceSteps(free=free, n_event=n_event, incidence=incidence, variance=spread)


def _jackknife(
    free: Steps,
    before: FloatArray,
    n_event: FloatArray,
    incidence: FloatArray,
    patients: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], FloatArray, FloatArray],
) -> FloatArray:
    """Sum squared influences: an event lowers what is left to happen, and adds to its own cause."""
    exit_at, cause, entry, weight = patients
    rows = patient_rows(free.time, entry, exit_at, weight=weight)
    survivors = np.where(free.survival > 0.0, free.n_risk - free.n_event, np.inf)
    hazard = free.n_event / free.n_risk / survivors
    loss = 1.0 / survivors
    gain = before / free.n_risk
    columns = [
        influence_variance(
            rows,
            curve=curve,
            sum_a=np.cumsum(hazard),
            sum_b=np.cumsum(curve * hazard + gain * events / free.n_risk),
            jump_a=(cause > 0) * loss[exit_at],
            jump_b=(cause > 0) * (curve * loss)[exit_at] + (cause == j + 1) * gain[exit_at],
        )
        for j, (curve, events) in enumerate(zip(incidence.T, n_event.T, strict=True))
    ]
    return np.column_stack(columns)


def _aalen_variance(
    free: Steps, before: FloatArray, n_event: FloatArray, incidence: FloatArray
) -> FloatArray:
    """Sum the variances of the cause-specific hazards, each times its squared effect.

    An event of any cause at v changes the curve at t by ``ratio (F(v) - F(t))``, one of the cause
    itself by ``before`` besides; squares of these are quadratic in F(t).
    """
    ratio = np.divide(before, free.survival, out=np.zeros_like(before), where=free.survival > 0.0)
    at_risk = free.n_risk[:, None]
    spread = n_event * (at_risk - n_event) / (at_risk**2 * np.maximum(at_risk - 1.0, 1.0))
    total = spread.sum(axis=1)
    columns = []
    for j, curve in enumerate(incidence.T):
        own = spread[:, j]
        constant = ratio * curve
        squares = np.cumsum((total - own) * constant**2 + own * (constant + before) ** 2)
        products = np.cumsum(ratio * ((total - own) * constant + own * (constant + before)))
        slopes = np.cumsum(total * ratio**2)
        columns.append(np.maximum(squares - 2.0 * curve * products + curve**2 * slopes, 0.0))
    return np.column_stack(columns)
