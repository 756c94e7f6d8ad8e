"""The Aalen-Johansen estimate of state occupancy in one group, and influences on it.

Pure functions on arrays; frames, groups and checks are in multistate.py and state_rows.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.results import FloatArray
from analysis.survival.states.matrix_products import prefix_products, suffix_products

__all__ = ["Occupancy", "StateCourses", "mean_times", "occupancies", "state_occupancy"]

IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, eq=False)
class StateCourses:
    """Where the patients of a group are and go.

    Parameters
    ----------
    start, stop : array, shape (n,)
        Rows of observation, sorted by patient and time, not overlapping.
    origin : array of int, shape (n,)
        State during the row.
    target : array of int, shape (n,)
        State entered at the end of the row; -1 without a transition.
    patient : array of int, shape (n,)
        Number of the patient.
    n_states : int
        Number of states.
    """

    start: FloatArray
    stop: FloatArray
    origin: IntArray
    target: IntArray
    patient: IntArray
    n_states: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Occupancy:
    """State occupancy at the distinct times of transitions.

    Parameters
    ----------
    courses : StateCourses
        The rows it was estimated from; they give standard errors at any time.
    time : array, shape (k,)
        Distinct times of transitions, rising.
    at_risk : array, shape (k, s)
        Patients in each state just before each time.
    hazard : array, shape (k, s, s)
        Share of those in the first state who go to the second; minus the sum on the diagonal.
    initial : array, shape (s,)
        Distribution over the states among those at risk at the first transition.
    probability : array, shape (k, s)
        Chance of being in each state at each time.
    last : float
        Last time at which a patient was seen.
    """

    courses: StateCourses
    time: FloatArray
    at_risk: FloatArray
    hazard: FloatArray
    initial: FloatArray
    probability: FloatArray
    last: float


def state_occupancy(courses: StateCourses) -> Occupancy:
    """Estimate the chance of being in each state over time.

    Parameters
    ----------
    courses : StateCourses
        Rows with at least one transition.

    Returns
    -------
    Occupancy
        The chances at every time of a transition.

    References
    ----------
    Aalen OO, Johansen S (1978). Scand J Stat 5:141-150.
    """
    s = courses.n_states
    moved = courses.target >= 0
    times, at = np.unique(courses.stop[moved], return_inverse=True)
    k = times.size
    cells = (at * s + courses.origin[moved]) * s + courses.target[moved]
    moves = np.bincount(cells, minlength=k * s * s).reshape(k, s, s).astype(np.float64)
    at_risk = _numbers_at_risk(courses, times)
    hazard = moves / np.maximum(at_risk, 1.0)[:, :, None]
    diagonal = np.arange(s)
    hazard[:, diagonal, diagonal] = -hazard.sum(axis=2)
    initial = at_risk[0] / at_risk[0].sum()
    return Occupancy(
        courses=courses,
        time=times,
        at_risk=at_risk,
        hazard=hazard,
        initial=initial,
        probability=initial @ prefix_products(np.eye(s) + hazard),
        last=float(courses.stop.max()),
    )


def occupancies(fit: Occupancy, times: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Read state occupancy off at given times, with its variance.

    Parameters
    ----------
    fit : Occupancy
        The estimate.
    times : array, shape (m,)
        Times, at least 0.

    Returns
    -------
    probability, variance : array, shape (m, s)
        Chances and their infinitesimal-jackknife variances, robust by patient.
    """
    s = fit.courses.n_states
    place = np.searchsorted(fit.time, times, side="right")
    probability = np.vstack([fit.initial, fit.probability])[place]
    variance = np.empty((times.size, s))
    steps = np.eye(s) + fit.hazard
    for number, count in enumerate(place):
        ahead = suffix_products(steps[:count])
        variance[number] = _variance(fit, ahead[0], ahead[1:])
    return probability, variance


def mean_times(fit: Occupancy, tau: float) -> tuple[FloatArray, FloatArray]:
    """Compute the mean time spent in each state from 0 to tau.

    Parameters
    ----------
    fit : Occupancy
        The estimate.
    tau : float
        End of the time counted.

    Returns
    -------
    mean, variance : array, shape (s,)
        Mean times and their infinitesimal-jackknife variances, robust by patient.
    """
    s = fit.courses.n_states
    count = int(np.searchsorted(fit.time, tau, side="right"))
    gaps = np.diff(np.concatenate([[0.0], fit.time[:count], [tau]]))
    paired = np.zeros((count, 2 * s, 2 * s))
    paired[:, :s, :s] = np.eye(s) + fit.hazard[:count]
    paired[:, :s, s:] = gaps[:count, None, None] * np.eye(s)
    paired[:, s:, s:] = np.eye(s)
    ends = np.vstack([gaps[count] * np.eye(s), np.eye(s)])
    ahead = (suffix_products(paired) @ ends)[:, :s]
    return fit.initial @ ahead[0], _variance(fit, ahead[0], ahead[1:])


def _numbers_at_risk(courses: StateCourses, times: FloatArray) -> FloatArray:
    """Count the patients in each state just before each time."""
    s, k = courses.n_states, times.size
    come = np.searchsorted(times, courses.start, side="right") * s + courses.origin
    gone = np.searchsorted(times, courses.stop, side="right") * s + courses.origin
    size = (k + 1) * s
    change = np.bincount(come, minlength=size) - np.bincount(gone, minlength=size)
    return change.reshape(k + 1, s)[:k].cumsum(axis=0).astype(np.float64)


def _variance(fit: Occupancy, from_start: FloatArray, ahead: FloatArray) -> FloatArray:
    """Sum the squared influences of the patients on what is ahead of each state.

    `ahead`, shape (m, s, s), is the value for a patient in each state just after each of the
    first m transition times; `from_start` the same at time 0. A patient pulls the value by how
    far the patient's moves, less the moves expected while at risk, change what is ahead.
    """
    courses, m, s = fit.courses, ahead.shape[0], fit.courses.n_states
    before = np.vstack([fit.initial, fit.probability[:-1]])[:m]
    share = np.divide(
        before, fit.at_risk[:m], out=np.zeros((m, s)), where=fit.at_risk[:m] > 0.0
    )  # fmt: skip
    expected = np.zeros((m + 1, s, s))
    expected[1:] = np.cumsum(share[:, :, None] * (fit.hazard[:m] @ ahead), axis=0)
    first = np.minimum(np.searchsorted(fit.time, courses.start, side="right"), m)
    last = np.minimum(np.searchsorted(fit.time, courses.stop, side="right"), m)
    pull = expected[first, courses.origin] - expected[last, courses.origin]
    moved = np.flatnonzero(
        (courses.target >= 0) & (courses.stop <= fit.time[m - 1] if m else False)
    )
    at, origin = last[moved] - 1, courses.origin[moved]
    change = ahead[at, courses.target[moved]] - ahead[at, origin]
    pull[moved] += share[at, origin][:, None] * change
    opening = (courses.start < fit.time[0]) & (courses.stop >= fit.time[0])
    value = from_start[courses.origin[opening]] - fit.initial @ from_start
    pull[opening] += value / fit.at_risk[0].sum()
    columns = [np.bincount(courses.patient, weights=column) for column in pull.T]
    return np.asarray((np.column_stack(columns) ** 2).sum(axis=0))
