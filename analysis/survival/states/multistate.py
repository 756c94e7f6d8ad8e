"""Estimate the chance of being in each of several states over time from a frame.

The arithmetic of one group is in state_occupancy.py, the reading of rows in state_rows.py, and
what is read off the curves in multistate_curve.py.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd

from analysis.errors import DataError
from analysis.results import check_option, counted
from analysis.survival.curves.product_limit import CONF_TYPES
from analysis.survival.states.multistate_curve import MultistateCurve
from analysis.survival.states.state_occupancy import Occupancy, state_occupancy
from analysis.survival.states.state_rows import StateRows, read_state_rows

__all__ = ["multistate"]


def multistate(
    data: pd.DataFrame,
    subject: str = "subject",
    start: str = "start",
    stop: str = "stop",
    from_state: str = "from_state",
    to_state: str = "to_state",
    *,
    by: str | None = None,
    states: Sequence[Hashable] | None = None,
    conf_type: str = "log-log",
) -> MultistateCurve:
    """Estimate the chance of being in each state over time (Aalen-Johansen).

    Answers which share of patients is ill, responding, relapsed or gone on a day, when they can go
    back and forth, and how long they stay in each on average. Censoring must be independent of the
    course within groups. States are taken to change when the data say so; states that are seen at
    visits only change earlier, so say so beside the curves. Rows with a missing group are left out
    and counted; a missing `to_state` is the end of a row without a transition.

    Parameters
    ----------
    data : pandas.DataFrame
        One or more rows per patient, in any order.
    subject : str
        Column of the patient.
    start, stop : str
        Columns of the beginning and end of the row; at risk at t when start < t <= stop. Patients
        may come late and be out of sight between rows.
    from_state : str
        Column of the state during the row.
    to_state : str
        Column of the state entered at its end; missing without a transition.
    by : str, optional
        Column of the groups, the same in all rows of a patient.
    states : sequence, optional
        All states in order; by default categories in their order, or the values found, sorted.
        A declared state in which nobody ever is has chance 0.
    conf_type : str
        ``"log-log"``, ``"log"`` (R's default) or ``"plain"``, on the scale of the chance.

    Returns
    -------
    MultistateCurve
        A result with ``at``, ``curve``, ``time_in_state`` and ``transitions``.

    Raises
    ------
    ColumnError
        When a column is missing or of the wrong type.
    DataError
        When a value is missing or out of order, rows of a patient overlap or do not begin in the
        state that the row before ended in, a patient is in several groups, a group has no
        transition, or a state with patients in it cannot be reached from the initial ones.
    ModelError
        When `conf_type` is unknown.

    Notes
    -----
    Patients begin in the states in which those at risk at the first transition of their group are,
    as in R's survfit. The variance is the infinitesimal jackknife by patient, including that of
    the initial distribution. R's survfit 3.5-3 gives the same with ``influence = TRUE``; without
    it, its standard errors differ when patients begin in several states. With two states this is
    Kaplan-Meier, with one initial and several final states cumulative incidence.

    References
    ----------
    Aalen OO, Johansen S (1978). Scand J Stat 5:141-150.

    Examples
    --------
    >>> data = pd.DataFrame({
    ...     "subject": [1, 1, 2, 3, 3, 4], "start": [0, 7, 0, 0, 14, 0],
    ...     "stop": [7, 28, 21, 14, 21, 28],
    ...     "from_state": ["ill", "well", "ill", "ill", "well", "ill"],
    ...     "to_state": ["well", None, "left", "well", "ill", None]})
    >>> multistate(data).at([21])[["state", "n_risk", "estimate"]]
      state  n_risk  estimate
    0   ill       2      0.50
    1  left       0      0.25
    2  well       2      0.25
    """
    check_option("conf_type", conf_type, CONF_TYPES)
    read = read_state_rows(
        data, subject=subject, start=start, stop=stop, from_state=from_state, to_state=to_state,
        by=by, states=states,
    )  # fmt: skip
    groups = tuple(_group_occupancy(read, code, by) for code in range(len(read.rows.levels)))
    return MultistateCurve(
        groups=groups,
        levels=read.rows.levels.rename(by),
        states=read.states,
        conf_type=conf_type,
        fit=_fit_row(read).assign(conf_type=conf_type, variance="infinitesimal jackknife"),
    )


def _group_occupancy(read: StateRows, code: int, by: str | None) -> Occupancy:
    """Estimate the occupancy of one group."""
    courses = read.courses(code)
    if not (courses.target >= 0).any():
        raise DataError(
            f"A group of {by!r} (by=) has no transition, so there is nothing to estimate; leave it "
            "out or merge it with another."
        )
    fit = state_occupancy(courses)
    _check_reachable(fit)
    return fit


def _check_reachable(fit: Occupancy) -> None:
    """Refuse patients in states that no observed course leads to from the initial ones."""
    s = fit.initial.size
    steps = np.eye(s) + (fit.hazard > 0.0).sum(axis=0)
    reached = fit.initial @ np.linalg.matrix_power(steps, s) > 0.0
    stranded = np.unique(fit.courses.origin[~reached[fit.courses.origin]]).size
    if stranded:
        raise DataError(
            f"{counted(stranded, 'state')} with patients in them cannot be reached from the states "
            "of those at risk at the first transition, so that their rows would count for nothing. "
            "Check the starts of the rows and whether transitions are missing."
        )


def _fit_row(read: StateRows) -> pd.DataFrame:
    """Count patients, rows and transitions."""
    rows = read.rows
    return pd.DataFrame(
        {
            "n_subjects": [np.unique(rows.patient).size],
            "n_obs": [rows.stop.size],
            "n_event": [int(rows.event.sum())],
            "n_gaps": [int(rows.after_gap.sum())],
            "n_dropped": [rows.n_dropped],
            "n_groups": [len(rows.levels)],
            "n_states": [len(read.states)],
        }
    )
