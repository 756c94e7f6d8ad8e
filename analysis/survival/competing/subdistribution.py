"""Risk sets of a Fine-Gray model: who is at risk with what weight, and sums over them.

A patient who had another event stays in the risk set with the chance of being uncensored since.
The weight is a product of a function of time and one of the patient, so that sums over all risk
sets are one forward and one backward cumulative sum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.results import FloatArray

__all__ = ["Censoring", "RiskSets", "censoring_weights", "risk_sets"]

IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, eq=False)
class Censoring:
    """The censoring distribution at all distinct times.

    Parameters
    ----------
    uncensored : array, shape (k,)
        Chance of being uncensored just before each time.
    hazard : array, shape (k,)
        Hazard of censoring at each time.
    at_risk : array, shape (k,)
        Patients under observation at each time.
    """

    uncensored: FloatArray
    hazard: FloatArray
    at_risk: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class RiskSets:
    """Rows in order of time, and where the events of the cause are among them.

    Parameters
    ----------
    X : array, shape (n, p)
        Covariates.
    time_at : array of int, shape (n,)
        Position of each row's time among all distinct times, rising.
    event, censored : array of bool, shape (n,)
        Whether the row ended by the cause, and whether it was censored.
    carried : array, shape (n,)
        One over the chance of being uncensored at the row's other event; 0 for all other rows.
    step_time : array of int, shape (m,)
        Position of each step's time among all distinct times; a time with tied events has one
        step (Breslow) or one per event (Efron).
    step_row : array of int, shape (m,)
        First row at each step's time.
    step_count : array, shape (m,)
        Events that each step stands for.
    step_part : array, shape (m,)
        Part of the tied events that has left the risk set already; 0 for Breslow.
    censoring : Censoring
        The censoring distribution.
    """

    X: FloatArray
    time_at: IntArray
    event: npt.NDArray[np.bool_]
    censored: npt.NDArray[np.bool_]
    carried: FloatArray
    step_time: IntArray
    step_row: IntArray
    step_count: FloatArray
    step_part: FloatArray
    censoring: Censoring

    def totals(self, values: FloatArray) -> FloatArray:
        """Sum values over the weighted risk set of every step.

        Parameters
        ----------
        values : array, shape (n,)
            One value per row.

        Returns
        -------
        array, shape (m,)
            Sums.
        """
        later = np.cumsum(values[::-1])[::-1][self.step_row]
        earlier = np.append(0.0, np.cumsum(values * self.carried))[self.step_row]
        total = later + self.censoring.uncensored[self.step_time] * earlier
        if self.step_part.any():
            tied = np.bincount(
                self.time_at, weights=values * self.event, minlength=self.censoring.hazard.size
            )
            total = total - self.step_part * tied[self.step_time]
        return np.asarray(total)

    def by_time(self, values: FloatArray) -> FloatArray:
        """Sum values of the steps, shape (m,), by distinct time, shape (k,)."""
        k = self.censoring.hazard.size
        return np.bincount(self.step_time, weights=values, minlength=k).astype(np.float64)


def risk_sets(
    X: FloatArray,
    time: FloatArray,
    cause: IntArray,
    *,
    of_interest: int,
    events_first: bool,
    efron: bool,
) -> RiskSets:
    """Order rows by time and find the steps.

    Parameters
    ----------
    X : array, shape (n, p)
        Covariates.
    time : array, shape (n,)
        Time of event or censoring.
    cause : array of int, shape (n,)
        0 for a censoring, else the number of the cause.
    of_interest : int
        Number of the cause that is modelled.
    events_first : bool
        Whether those with an event have left when others are censored at the same time.
    efron : bool
        Whether tied events leave one after the other.

    Returns
    -------
    RiskSets
        Rows and steps.
    """
    order = np.lexsort((cause, time))
    times, time_at = np.unique(time[order], return_inverse=True)
    cause = cause[order]
    event = cause == of_interest
    censored = cause == 0
    censoring = censoring_weights(time_at, censored, times.size, events_first=events_first)
    carried = np.where(event | censored, 0.0, 1.0 / censoring.uncensored[time_at])
    events = np.bincount(time_at[event], minlength=times.size)
    with_event = np.flatnonzero(events)
    tied = events[with_event]
    if efron:
        opens = np.cumsum(tied) - tied
        step_time, count = np.repeat(with_event, tied), np.ones(int(tied.sum()))
        part = (np.arange(count.size) - np.repeat(opens, tied)) / np.repeat(tied, tied)
    else:
        step_time, count, part = with_event, tied.astype(np.float64), np.zeros(tied.size)
    return RiskSets(
        X=X[order],
        time_at=time_at,
        event=event,
        censored=censored,
        carried=carried,
        step_time=step_time,
        step_row=np.searchsorted(time_at, step_time),
        step_count=count,
        step_part=part,
        censoring=censoring,
    )


def censoring_weights(
    time_at: IntArray, censored: npt.NDArray[np.bool_], n_times: int, *, events_first: bool
) -> Censoring:
    """Estimate the chance of being uncensored by the product-limit method.

    Parameters
    ----------
    time_at : array of int, shape (n,)
        Position of each row's time.
    censored : array of bool, shape (n,)
        Whether the row was censored.
    n_times : int
        Number of distinct times.
    events_first : bool
        Whether those with an event have left when others are censored at the same time: R's
        finegray says yes, its crr no.

    Returns
    -------
    Censoring
        The distribution at every time.

    Examples
    --------
    >>> both = censoring_weights(
    ...     np.array([0, 0, 1]), np.array([True, False, False]), 2, events_first=False)
    >>> both.uncensored.tolist(), both.at_risk.tolist()
    ([1.0, 0.6666666666666667], [3.0, 1.0])
    """
    leaving = np.bincount(time_at, minlength=n_times)
    lost = np.bincount(time_at, weights=censored, minlength=n_times)
    at_risk = (leaving[::-1].cumsum()[::-1]).astype(np.float64)
    exposed = at_risk - (leaving - lost) if events_first else at_risk
    hazard = np.divide(lost, exposed, out=np.zeros(n_times), where=exposed > 0.0)
    return Censoring(
        uncensored=np.append(1.0, np.cumprod(1.0 - hazard))[:-1],
        hazard=hazard,
        at_risk=at_risk,
    )
