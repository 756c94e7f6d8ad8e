"""State occupancy of groups, and what is read off it: chances, times in states, transitions.

Estimating it from a frame is in multistate.py.
"""

from __future__ import annotations

import numbers
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import DataError
from analysis.results import (
    FloatArray,
    check_conf_level,
    frame_to_html,
    frame_to_text,
    tidy_frame,
)
from analysis.survival.asked import asked_times
from analysis.survival.curves.probability_limits import with_limits
from analysis.survival.reading.events import settle
from analysis.survival.stacking import repeat_times, stack_groups
from analysis.survival.states.state_occupancy import (
    Occupancy,
    StateCourses,
    mean_times,
    occupancies,
)

__all__ = ["MultistateCurve"]

_NOBODY = 1e-12


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class MultistateCurve:
    """Chance of being in each state over time in one or more groups.

    Holds the rows of the patients, from which standard errors are computed at the times asked.

    Parameters
    ----------
    groups : tuple of Occupancy
        One set of curves per level.
    levels : pandas.Index
        Groups in order; its name is the column, None without groups.
    states : pandas.Index
        States in order.
    conf_type : str
        Scale of the confidence limits of chances.
    fit : pandas.DataFrame
        One row about the curves, see `glance`.
    """

    groups: tuple[Occupancy, ...]
    levels: pd.Index
    states: pd.Index
    conf_type: str
    fit: pd.DataFrame

    def at(self, times: Iterable[float], conf_level: float = 0.95) -> pd.DataFrame:
        """Return the chance of being in each state at each time.

        Parameters
        ----------
        times : iterable of float
            Times in the units of the data, at least 0.
        conf_level : float
            Two-sided, pointwise coverage.

        Returns
        -------
        pandas.DataFrame
            The ``by`` column, ``state, time, n_risk`` (rows in the state, start < t <= stop),
            ``estimate, std_error, conf_low, conf_high``; NaN after the last time of a group, unless
            all patients are in states that nobody leaves.
        """
        asked = asked_times(times)
        check_conf_level(conf_level)
        return self._stack(lambda fit: self._read_off(fit, asked, conf_level))

    def curve(self) -> pd.DataFrame:
        """Return every step of every curve, without standard errors, which `at` gives.

        Returns
        -------
        pandas.DataFrame
            The ``by`` column, ``state, time, n_risk, estimate``; one row per state and time of any
            transition.
        """
        return self._stack(
            lambda fit: repeat_times(
                "state", self.states, fit.time, n_risk=fit.at_risk, estimate=fit.probability
            )
        )

    def time_in_state(self, tau: float, conf_level: float = 0.95) -> pd.DataFrame:
        """Return the mean time spent in each state from 0 to tau.

        Parameters
        ----------
        tau : float
            End of the time counted, not after the last time of any group.
        conf_level : float
            Two-sided coverage.

        Returns
        -------
        pandas.DataFrame
            The ``by`` column, ``state`` and the tidy columns, normal inference; the means of a
            group sum to tau.

        Raises
        ------
        DataError
            When tau is not positive, or later than a group was followed.
        """
        check_conf_level(conf_level)
        end = min(fit.last for fit in self.groups)
        if not isinstance(tau, numbers.Real) or not 0.0 < tau <= end:
            raise DataError(
                "tau must be a number above 0, not after the last time at which every group was "
                "followed, which curve() shows."
            )
        return self._stack(lambda fit: self._mean_times(fit, tau, conf_level))

    def transitions(self) -> pd.DataFrame:
        """Return how often patients went from each state to each other.

        Returns
        -------
        pandas.DataFrame
            The ``by`` column, ``from_state, to_state, n_event, time_at_risk`` (patients' time in
            the first state); one row per transition seen in any group.
        """
        seen = np.sum([_moves(fit.courses) for fit in self.groups], axis=0) > 0
        return self._stack(lambda fit: self._transitions(fit, seen))

    def glance(self) -> pd.DataFrame:
        """Return one row about the curves.

        Returns
        -------
        pandas.DataFrame
            ``n_subjects, n_obs`` (rows), ``n_event`` (transitions), ``n_gaps`` (spells out of
            sight), ``n_dropped, n_groups, n_states, conf_type, variance``.
        """
        return self.fit.copy()

    def summary(self) -> str:
        """Return the states at the end of follow-up and the transitions as text."""
        parts = [self._title(), frame_to_text(self._overview()), frame_to_text(self.transitions())]
        return "\n".join(parts)

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return frame_to_html(self._overview(), caption=self._title())

    def _title(self) -> str:
        """Name the estimate and its conventions."""
        return (
            "State occupancy (Aalen-Johansen) at the last transition, infinitesimal jackknife "
            f"variance by patient, {self.conf_type} confidence limits"
        )

    def _overview(self) -> pd.DataFrame:
        """Show the chances at the last transition of each group."""
        return self._stack(lambda fit: self._read_off(fit, fit.time[-1:], 0.95))

    def _stack(self, table: Callable[[Occupancy], pd.DataFrame]) -> pd.DataFrame:
        """Make one table per group and stack them beside the group column."""
        tables = [table(fit) for fit in self.groups]
        return stack_groups(tables, self.levels, whole_numbers=True)

    def _read_off(self, fit: Occupancy, asked: FloatArray, conf_level: float) -> pd.DataFrame:
        """Read chances off at the asked times."""
        times = settle(asked, np.unique(fit.courses.stop))
        probability, variance = occupancies(fit, times)
        moving = _moves(fit.courses).sum(axis=1) > 0
        unknown = (times > fit.last) & (probability[:, moving].sum(axis=1) > _NOBODY)
        probability[unknown] = np.nan
        variance[unknown] = np.nan
        return with_limits(
            repeat_times("state", self.states, asked, n_risk=_present(fit.courses, times)),
            probability,
            variance,
            conf_type=self.conf_type,
            conf_level=conf_level,
        )

    def _mean_times(self, fit: Occupancy, tau: float, conf_level: float) -> pd.DataFrame:
        """Compute the mean times in the states of one group."""
        mean, variance = mean_times(fit, tau)
        return tidy_frame(
            pd.DataFrame({"state": self.states}),
            estimate=mean,
            std_error=np.sqrt(variance),
            conf_level=conf_level,
        )

    def _transitions(self, fit: Occupancy, seen: npt.NDArray[np.bool_]) -> pd.DataFrame:
        """List the transitions of one group."""
        courses = fit.courses
        spent = courses.stop - np.maximum(courses.start, 0.0)
        at_risk = np.bincount(courses.origin, weights=spent, minlength=courses.n_states)
        origin, target = np.nonzero(seen)
        return pd.DataFrame(
            {
                "from_state": self.states[origin],
                "to_state": self.states[target],
                "n_event": _moves(courses)[origin, target],
                "time_at_risk": at_risk[origin],
            }
        )


def _moves(courses: StateCourses) -> npt.NDArray[np.int64]:
    """Count transitions, states by states."""
    s = courses.n_states
    moved = courses.target >= 0
    cells = courses.origin[moved] * s + courses.target[moved]
    return np.bincount(cells, minlength=s * s).reshape(s, s).astype(np.int64)


def _present(courses: StateCourses, times: FloatArray) -> FloatArray:
    """Count the rows in each state at each time: start < t <= stop, and from 0 on at t = 0."""
    columns = []
    for state in range(courses.n_states):
        mine = courses.origin == state
        come = np.searchsorted(np.sort(courses.start[mine]), times, side="left")
        columns.append(come - np.searchsorted(np.sort(courses.stop[mine]), times, side="left"))
    return np.column_stack(columns)
