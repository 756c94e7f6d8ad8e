"""Estimate curves by group from a frame of interval-censored times."""

from __future__ import annotations

import pandas as pd

from analysis.survival.interval.bootstrap import Cells, distinct_intervals
from analysis.survival.interval.curve import IntervalCurve
from analysis.survival.interval.estimate import estimate_intervals
from analysis.survival.interval.fit_row import fit_row
from analysis.survival.interval.rows import IntervalRows, read_interval_rows

__all__ = ["turnbull"]


def turnbull(
    data: pd.DataFrame,
    lower: str = "lower",
    upper: str = "upper",
    *,
    by: str | None = None,
    weights: str | None = None,
) -> IntervalCurve:
    """Estimate the probability of no event over time when events are seen at visits only.

    Answers how long patients stay free of an event, such as a relapse, that lies somewhere
    between the last visit without it and the first visit with it. Taking the date of the first
    positive visit for the event instead makes curves too late, the more the rarer the visits. The
    nonparametric maximum-likelihood estimate; when visits take place must not depend on the
    event. Rows with a missing group are left out and counted; a missing upper end is
    right-censored; other missing values are errors.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per patient.
    lower : str
        Column of the last time known to be without the event, at least 0.
    upper : str
        Column of the first time known to be with the event; infinite or missing when it was not
        seen. The event is after `lower` and at or before `upper`; equal ends are an exact time.
    by : str, optional
        Column of the groups; one curve each.
    weights : str, optional
        Column of positive weights; whole weights count patients.

    Returns
    -------
    IntervalCurve
        A result with ``at``, ``median``, ``curve``, ``rmst_bounds`` and ``confidence``.

    Raises
    ------
    ColumnError
        When a column is missing or of the wrong type.
    DataError
        When a lower end is missing, negative or above the upper, or a declared group has no row.
    ConvergenceError
        When the maximum is not reached within 1e-4 of log-likelihood.

    Notes
    -----
    Intervals are half-open, as in R's icenReg and survival and SAS's ICLIFETEST; lifelines takes
    them as closed, which gives another curve when ends coincide. Ends that differ by rounding
    only are one time. The probability inside an innermost interval is known as a whole only: R's
    survfit puts it at the middle, plots of icenReg and this estimate on a straight line;
    ``estimate_low`` and ``estimate_high`` hold for every convention.

    References
    ----------
    Turnbull BW (1976). JRSS B 38:290-295.
    Wang Y (2007). JRSS B 69:185-198.

    Examples
    --------
    >>> visits = pd.DataFrame({"lower": [0, 14, 14, 28, 28], "upper": [14, 28, 42, 42, None]})
    >>> turnbull(visits).at([14, 28, 35]).round(3)
       time  estimate  estimate_low  estimate_high
    0  14.0     0.800         0.800          0.800
    1  28.0     0.533         0.533          0.533
    2  35.0     0.267         0.000          0.533
    """
    rows = read_interval_rows(data, lower=lower, upper=upper, by=by, weights=weights)
    cells = tuple(_group_cells(rows, code) for code in range(len(rows.levels)))
    groups = tuple(estimate_intervals(part.times, part.number) for part in cells)
    return IntervalCurve(
        groups=groups,
        cells=cells,
        levels=rows.levels.rename(by),
        fit=fit_row(rows, [group.fit for group in groups]).assign(weighted=weights is not None),
    )


def _group_cells(rows: IntervalRows, code: int) -> Cells:
    """Collect the distinct intervals of one group."""
    mine = rows.codes == code
    return distinct_intervals(rows.times.take(mine), rows.weight[mine])
