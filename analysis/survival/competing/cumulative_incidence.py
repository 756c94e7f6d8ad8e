"""Estimate cumulative incidence of competing causes by group from a frame.

The arithmetic of one group is in aalen_johansen.py, the reading of frames in causes.py, and what
is read off the curves in incidence_curve.py.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.results import check_option
from analysis.survival.competing.aalen_johansen import VARIANCES, IncidenceSteps, aalen_johansen
from analysis.survival.competing.incidence_curve import IncidenceCurve
from analysis.survival.curves.product_limit import CONF_TYPES
from analysis.survival.reading.causes import CompetingTimes, read_competing_times

__all__ = ["cumulative_incidence"]


def cumulative_incidence(
    data: pd.DataFrame,
    time: str = "time",
    event: str = "event",
    *,
    by: str | None = None,
    entry: str | None = None,
    weights: str | None = None,
    causes: Sequence[Hashable] | None = None,
    censored: Hashable = 0,
    conf_type: str = "log-log",
    variance: str = "infinitesimal jackknife",
) -> IncidenceCurve:
    """Estimate the probability of each of several competing causes over time (Aalen-Johansen).

    Answers how many patients have relapsed by a day when others switched treatment, died or
    dropped out before. One minus Kaplan-Meier, with those censored, says how many would relapse if
    nobody could switch, and is larger. Rows with a missing group are left out and counted; other
    missing values are errors.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per patient.
    time : str
        Column of the time of event or censoring, at least 0.
    event : str
        Column of how the time ended: 0 for censored and 1, 2, … for the causes; or labels, with
        the one that says censored in `censored`.
    by : str, optional
        Column of the groups; one set of curves each.
    entry : str, optional
        Column of delayed entry, below the time; a patient is at risk at t when entry < t <= time.
    weights : str, optional
        Column of positive weights, each of one patient.
    causes : sequence, optional
        The causes there can be, in order; a cause in the data that is not among them is an error.
        By default those in the data.
    censored : hashable
        The value of `event` that says censored.
    conf_type : str
        ``"log-log"`` (as SAS and R's tidycmprsk), ``"log"`` (R's survfit) or ``"plain"``, on the
        scale of the incidence.
    variance : str
        ``"infinitesimal jackknife"`` (as R's survfit) or ``"aalen"`` (as R's cuminc).

    Returns
    -------
    IncidenceCurve
        A result with ``at``, ``curve`` and ``risk_table``.

    Raises
    ------
    ColumnError
        When a column is missing or of the wrong type.
    DataError
        When a time is missing or negative, an event is missing or none of `causes`, an entry is
        not before the time, all rows are censored, or a declared group has no row.
    ModelError
        When `conf_type` or `variance` is unknown, or Aalen's variance is asked with weights.

    Notes
    -----
    Exact with tied times, as they are at visits: events of all causes precede censorings, and
    times that differ by rounding only are one time. With the causes pooled, the infinitesimal
    jackknife is Greenwood's variance. While a curve is 0 both its limits are 0.

    References
    ----------
    Aalen OO, Johansen S (1978). Scand J Stat 5:141-150.
    Marubini E, Valsecchi MG (1995). Analysing Survival Data from Clinical Trials. Wiley.

    Examples
    --------
    >>> data = pd.DataFrame({"time": [4, 4, 8, 8, 12, 12], "event": [1, 0, 1, 2, 2, 0]})
    >>> cumulative_incidence(data).at([8])[["event", "n_risk", "estimate"]].round(3)
       event  n_risk  estimate
    0      1       4     0.375
    1      2       4     0.208
    """
    _check_choices(conf_type, variance, weights)
    rows = read_competing_times(
        data, time=time, event=event, entry=entry, by=by, weights=weights, causes=causes,
        censored=censored,
    )  # fmt: skip
    groups = tuple(_group_steps(rows, code, variance) for code in range(len(rows.times.levels)))
    fit = _fit_row(rows).assign(
        conf_type=conf_type,
        variance=variance,
        delayed_entry=entry is not None,
        weighted=weights is not None,
    )
    return IncidenceCurve(
        groups=groups,
        levels=rows.times.levels.rename(by),
        causes=rows.causes,
        conf_type=conf_type,
        weighted=weights is not None,
        fit=fit,
    )


def _check_choices(conf_type: str, variance: str, weights: str | None) -> None:
    """Refuse scales and variances that there are not."""
    check_option("conf_type", conf_type, CONF_TYPES)
    check_option("variance", variance, VARIANCES)
    if variance == "aalen" and weights is not None:
        raise ModelError(
            "Aalen's variance counts patients and does not take weights; use "
            "variance='infinitesimal jackknife'."
        )


def _group_steps(rows: CompetingTimes, code: int, variance: str) -> IncidenceSteps:
    """Estimate the curves of one group."""
    times = rows.times
    mine = times.codes == code
    return aalen_johansen(
        times.time[mine],
        rows.cause[mine],
        entry=times.entry[mine],
        weight=times.weight[mine],
        n_causes=len(rows.causes),
        variance=variance,
    )


def _fit_row(rows: CompetingTimes) -> pd.DataFrame:
    """Count rows, groups and causes."""
    n_event = int(np.count_nonzero(rows.cause))
    return pd.DataFrame(
        {
            "n_obs": [rows.cause.size],
            "n_event": [n_event],
            "n_censored": [rows.cause.size - n_event],
            "n_dropped": [rows.times.n_dropped],
            "n_groups": [len(rows.times.levels)],
            "n_causes": [len(rows.causes)],
        }
    )
