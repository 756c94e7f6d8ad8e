"""Estimate Kaplan-Meier curves by group from a frame.

The arithmetic of one group is in product_limit.py, the reading of frames in reading/events.py, and
what is read off the curves in curve.py.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.results import check_option
from analysis.survival.curves.curve import SurvivalCurve
from analysis.survival.curves.product_limit import CONF_TYPES, Steps, product_limit
from analysis.survival.reading.events import EventTimes, read_event_times

__all__ = ["kaplan_meier", "survival_curve"]


def kaplan_meier(
    data: pd.DataFrame,
    time: str = "time",
    event: str = "event",
    *,
    entry: str | None = None,
    by: str | None = None,
    weights: str | None = None,
    conf_type: str = "log-log",
    origin: str | None = None,
) -> SurvivalCurve:
    """Estimate the probability of no event over time by the Kaplan-Meier method.

    Answers how long patients stay free of an event, such as a relapse after response, when some
    are censored before it. Censoring must be independent of the event within groups. Rows with a
    missing group are left out and counted; other missing values are errors. Confidence limits
    are pointwise, by Greenwood's variance on the scale of `conf_type`.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per patient.
    time : str
        Column of the time of event or censoring, at least 0.
    event : str
        Column of the event: 1 or True seen, 0 or False censored.
    entry : str, optional
        Column of delayed entry, below the time; a patient is at risk at t when entry < t <= time.
    by : str, optional
        Column of the groups; one curve each.
    weights : str, optional
        Column of positive weights. Whole weights count patients; with others the variance is the
        infinitesimal jackknife, as in R.
    conf_type : str
        ``"log-log"`` (SAS's default), ``"log"`` (R's default) or ``"plain"``.
    origin : str, optional
        What time 0 is, such as ``"first infusion"``; shown with the result.

    Returns
    -------
    SurvivalCurve
        A result with ``at``, ``median``, ``quantile``, ``rmst``, ``rmst_difference``,
        ``risk_table`` and ``curve``.

    Raises
    ------
    ColumnError
        When a column is missing or of the wrong type.
    DataError
        When a time is missing or negative, an event is neither 0 nor 1, an entry is not before
        the time, or a declared group has no row.
    ModelError
        When `conf_type` is unknown.

    Notes
    -----
    Events precede censorings at the same time. Times that differ by rounding only are one time,
    as in R. While the curve is 1 both limits are 1 on every scale (R leaves those of log-log
    empty); where it is 0 there are none. With delayed entry few patients may be at risk early: a
    curve that falls to 0 there stays at 0, so look at ``n_risk``.

    References
    ----------
    Kaplan EL, Meier P (1958). JASA 53:457-481.

    Examples
    --------
    >>> data = pd.DataFrame({"time": [6, 6, 6, 7, 10, 13], "event": [1, 1, 0, 1, 0, 1]})
    >>> kaplan_meier(data).at([6, 10])[["time", "n_risk", "estimate"]].round(3)
       time  n_risk  estimate
    0   6.0       6     0.667
    1  10.0       2     0.444
    """
    rows = read_event_times(data, time=time, event=event, entry=entry, by=by, weights=weights)
    return survival_curve(
        rows,
        by=by,
        conf_type=conf_type,
        delayed_entry=entry is not None,
        weighted=weights is not None,
        origin=origin,
    )


def survival_curve(
    rows: EventTimes,
    *,
    by: str | None,
    conf_type: str,
    delayed_entry: bool,
    weighted: bool,
    origin: str | None,
    title: str = "Kaplan-Meier curve",
) -> SurvivalCurve:
    """Estimate the curves of rows that were read.

    Parameters
    ----------
    rows : EventTimes
        Times, events and groups.
    by : str or None
        Column of the groups.
    conf_type : str
        One of `CONF_TYPES`.
    delayed_entry, weighted : bool
        Whether entries and weights were given.
    origin : str or None
        What time 0 is.
    title : str
        What the curves are.

    Returns
    -------
    SurvivalCurve
        One curve per group.

    Raises
    ------
    ModelError
        When `conf_type` is unknown.
    """
    check_option("conf_type", conf_type, CONF_TYPES)
    whole = np.array_equal(rows.weight, np.round(rows.weight))
    return SurvivalCurve(
        groups=tuple(
            _group_steps(rows, code, jackknife=not whole) for code in range(len(rows.levels))
        ),
        levels=rows.levels.rename(by),
        conf_type=conf_type,
        weighted=weighted,
        fit=_fit_row(rows).assign(
            n_groups=len(rows.levels),
            conf_type=conf_type,
            variance="greenwood" if whole else "infinitesimal jackknife",
            delayed_entry=delayed_entry,
            weighted=weighted,
        ),
        title=title,
        origin=origin,
    )


def _group_steps(rows: EventTimes, code: int, *, jackknife: bool) -> Steps:
    """Estimate the curve of one group."""
    mine = rows.codes == code
    return product_limit(
        rows.time[mine],
        rows.event[mine],
        entry=rows.entry[mine],
        weight=rows.weight[mine],
        jackknife=jackknife,
    )


def _fit_row(rows: EventTimes) -> pd.DataFrame:
    """Count rows."""
    n_event = int(rows.event.sum())
    return pd.DataFrame(
        {
            "n_obs": [rows.time.size],
            "n_event": [n_event],
            "n_censored": [rows.time.size - n_event],
            "n_dropped": [rows.n_dropped],
        }
    )
