"""Test that groups have one survival curve: logrank, weighted, stratified, for trend.

The arithmetic is in logrank_sums.py, the reading of frames in reading/events.py, and the test of a
score in group_test.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import DataError, ModelError
from analysis.results import counted
from analysis.survival.curves.logrank_sums import LogrankSums, logrank_sums
from analysis.survival.group_test import GroupTest, quadratic_test
from analysis.survival.reading.events import EventTimes, read_event_times
from analysis.survival.reading.strata import number_strata, rows_with_strata
from analysis.survival.stacking import beside_group

__all__ = ["logrank"]


def logrank(
    data: pd.DataFrame,
    time: str,
    event: str,
    by: str,
    *,
    strata: str | Sequence[str] | None = None,
    entry: str | None = None,
    rho: float = 0.0,
    gamma: float = 0.0,
    trend: bool = False,
) -> GroupTest:
    """Test that groups have the same risk of an event at all times.

    Answers whether, for instance, relapse after response differs between routes. The logrank test
    has most power when hazards are proportional. Rows whose group or stratum is missing are left
    out and counted; other missing values are errors.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per patient.
    time : str
        Column of the time of event or censoring, at least 0.
    event : str
        Column of the event: 1 or True seen, 0 or False censored.
    by : str
        Column of the groups, two or more.
    strata : str or list of str, optional
        Columns of the strata, such as clinics: groups are compared within each combination.
    entry : str, optional
        Column of delayed entry, below the time; a patient is at risk at t when entry < t <= time.
    rho, gamma : float
        Fleming-Harrington weights S(t-)^rho (1 - S(t-))^gamma: rho above 0 stresses early
        differences, gamma above 0 late ones. Choose them before seeing the data.
    trend : bool
        Test for a trend over the groups, with one degree of freedom and the scores 0, 1, 2 ... in
        the order of the levels; the column must be numeric or an ordered category.

    Returns
    -------
    GroupTest
        ``tidy()`` has ``statistic, df, p_value, n_dropped``; ``glance()`` has observed and
        expected numbers of events per group, weighted where the test is.

    Raises
    ------
    ColumnError
        When a column is missing or of the wrong type.
    DataError
        When a value cannot be used as in `kaplan_meier`, there is one group only, no event, or
        never an event while more than one group was at risk.
    ModelError
        When a weight is negative, or a trend is asked for over groups without an order.

    Notes
    -----
    The variance is the hypergeometric one with ties, as in R's survdiff and SAS's LIFETEST. S is
    the Kaplan-Meier curve of all groups together, just before each time, within strata; with
    rho=1 this is survdiff's test, which calls it Peto-Peto, whereas LIFETEST's TEST=PETO takes
    another estimate of S. survdiff refuses delayed entry; the score test of coxph with exact ties
    is the same test.

    References
    ----------
    Mantel N (1966). Cancer Chemotherapy Reports 50:163-170.
    Harrington DP, Fleming TR (1982). Biometrika 69:553-566.
    Tarone RE (1975). Biometrika 62:679-682.

    Examples
    --------
    >>> data = pd.DataFrame({
    ...     "day": [6, 7, 10, 15, 19, 25, 9, 20, 21, 22, 34, 35],
    ...     "relapse": [1, 1, 1, 1, 0, 1, 1, 0, 1, 0, 1, 0],
    ...     "route": ["im"] * 6 + ["iv"] * 6})
    >>> logrank(data, "day", "relapse", "route").tidy().round(3)
       statistic  df  p_value  n_dropped
    0      3.282   1     0.07          0
    """
    _check_weights(rho, gamma)
    used, columns = rows_with_strata(data, strata)
    rows = read_event_times(used, time=time, event=event, entry=entry, by=by)
    if trend:
        _check_order(used[by], by)
    _check_groups(rows, by)
    blocks, _ = number_strata(used.loc[used[by].notna()], columns)
    sums = logrank_sums(rows, blocks, rho=rho, gamma=gamma)
    return GroupTest(
        name=_name(rho, gamma, stratified=bool(columns), trend=trend),
        groups=_group_rows(rows, sums, by),
        result=_test_row(sums, trend=trend).assign(n_dropped=len(data) - rows.time.size),
        notes=_notes(len(data) - rows.time.size, delayed_entry=entry is not None),
    )


def _group_rows(rows: EventTimes, sums: LogrankSums, by: str) -> pd.DataFrame:
    """Put sizes and sums of the groups beside their levels."""
    groups = pd.DataFrame(
        {
            "n": np.bincount(rows.codes, minlength=len(rows.levels)),
            "observed": sums.observed,
            "expected": sums.expected,
        }
    )
    return beside_group(groups, rows.levels, by)


def _test_row(sums: LogrankSums, *, trend: bool) -> pd.DataFrame:
    """Test the sums, or refuse when they compare nothing."""
    if not sums.covariance.any():
        raise DataError(
            "No event happened while more than one group was at risk, so that nothing can be "
            "compared; look at the strata, the entries, the groups and the weights."
        )
    score, covariance = sums.observed - sums.expected, sums.covariance
    if trend:
        along = np.arange(score.size, dtype=float)[None, :]
        score, covariance = along @ score, along @ covariance @ along.T
    statistic, df, p_value = quadratic_test(score, covariance)
    return pd.DataFrame({"statistic": [statistic], "df": [df], "p_value": [p_value]})


def _check_weights(rho: float, gamma: float) -> None:
    """Refuse weights that are not of the Fleming-Harrington family."""
    for name, value in {"rho": rho, "gamma": gamma}.items():
        if not (np.isfinite(value) and value >= 0.0):
            raise ModelError(f"{name} is {value:g}; allowed are finite numbers from 0 on.")


def _check_groups(rows: EventTimes, by: str) -> None:
    """Refuse data in which nothing can be compared."""
    if len(rows.levels) < 2:
        raise DataError(f"Column {by!r} (by=) has one group only; a test needs two or more.")
    if not rows.event.any():
        raise DataError("All rows are censored; a test of curves needs events.")


def _check_order(column: pd.Series[Any], by: str) -> None:
    """Refuse a trend over groups that have no order."""
    kind = column.dtype
    ordered = isinstance(kind, pd.CategoricalDtype) and kind.ordered
    if not (ordered or pd.api.types.is_numeric_dtype(kind)):
        raise ModelError(
            f"The groups of {by!r} have no order, so that no trend can be tested; make the column "
            "numeric or an ordered category."
        )


def _name(rho: float, gamma: float, *, stratified: bool, trend: bool) -> str:
    """Name the test."""
    plain = rho == 0.0 and gamma == 0.0
    name = "logrank test" if plain else "Fleming-Harrington test"
    name = f"stratified {name}" if stratified else name
    weights = "" if plain else f", rho={rho:g}, gamma={gamma:g}"
    return f"{name[0].upper()}{name[1:]}{' for trend' if trend else ''}{weights}"


def _notes(n_dropped: int, *, delayed_entry: bool) -> tuple[str, ...]:
    """Say which rows count."""
    notes = []
    if delayed_entry:
        notes.append("Patients count from their entry on.")
    if n_dropped:
        notes.append(f"Left out without group or stratum: {counted(n_dropped, 'row')}.")
    return tuple(notes)
