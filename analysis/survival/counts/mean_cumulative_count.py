"""Estimate the mean cumulative count of recurrent events by group from a frame.

The arithmetic of one group is in mean_count.py, the reading of rows in subject_rows.py, and what
is read off the counts in count_curve.py.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import DataError
from analysis.results import check_option, counted
from analysis.survival.counts.count_curve import CONF_TYPES, CountCurve
from analysis.survival.counts.mean_count import CountSteps, mean_count
from analysis.survival.reading.named_columns import require_columns
from analysis.survival.reading.subject_rows import SubjectRows, read_subject_rows

__all__ = ["mean_cumulative_count"]


def mean_cumulative_count(
    data: pd.DataFrame,
    start: str = "start",
    stop: str = "stop",
    event: str = "event",
    subject: str = "subject",
    *,
    by: str | None = None,
    terminal: str | None = None,
    conf_type: str = "log",
) -> CountCurve:
    """Estimate the mean number of events per patient over time, such as episodes or infusions.

    Answers how many events a patient has had by a day on average, when patients can have several
    and are followed for different times. Censoring must be independent of the events within
    groups. With `terminal`, such as death, no more events come after it, which is no censoring.
    Rows with a missing group are left out and counted; other missing values are errors.

    Parameters
    ----------
    data : pandas.DataFrame
        One or more rows per patient, in any order; a row ends with each event.
    start, stop : str
        Columns of the beginning and the end of the row; at risk at t when start < t <= stop.
    event : str
        Column of whether an event ended the row: 1 or True, 0 or False.
    subject : str
        Column of the patient.
    by : str, optional
        Column of the groups; one curve each.
    terminal : str, optional
        Column of whether a terminal event ended the row: 1 or True in the last row of a patient
        only. It may be together with an event, which then counts.
    conf_type : str
        ``"log"``, which keeps limits above 0, or ``"plain"``.

    Returns
    -------
    CountCurve
        A result with ``at``, ``curve`` and ``risk_table``.

    Raises
    ------
    ColumnError
        When a column is missing or of the wrong type.
    DataError
        When a value is missing or out of order, rows of a patient overlap, a patient is in
        several groups, a row follows the terminal event, or there is no event.
    ModelError
        When `conf_type` is unknown.

    Notes
    -----
    Without `terminal` the Nelson-Aalen mean count with the variance of R's ``survfit(Surv(start,
    stop, event) ~ 1, id = subject)``, robust to events of a patient going together. With it the
    mean of Ghosh and Lin, as in R's mets: events are discounted by the chance of being alive.
    A patient is not at risk in a gap between rows.

    References
    ----------
    Lawless JF, Nadeau C (1995). Technometrics 37:158-168.
    Ghosh D, Lin DY (2000). Biometrics 56:554-562.

    Examples
    --------
    >>> data = pd.DataFrame({
    ...     "subject": ["a", "a", "a", "b"], "start": [0, 10, 20, 0], "stop": [10, 20, 40, 30],
    ...     "event": [1, 1, 0, 1]})
    >>> mean_cumulative_count(data).at([20, 30])[["time", "n_risk", "estimate", "std_error"]]
       time  n_risk  estimate  std_error
    0  20.0       2       1.0   0.707107
    1  30.0       2       1.5   0.353553
    """
    check_option("conf_type", conf_type, CONF_TYPES)
    rows = read_subject_rows(data, subject=subject, start=start, stop=stop, event=event, by=by)
    if not rows.event.any():
        raise DataError(
            f"No row of {event!r} (event=) has an event, so there is nothing to count. Check the "
            "selection and the coding: 1 or True is an event."
        )
    ended = np.zeros(rows.stop.size, dtype=bool)
    if terminal is not None:
        require_columns(data, terminal=terminal)
        ended = read_subject_rows(
            data, subject=subject, start=start, stop=stop, event=terminal, by=by
        ).event
        _check_terminal(rows, ended, terminal)
    return CountCurve(
        groups=tuple(_group_steps(rows, ended, code) for code in range(len(rows.levels))),
        levels=rows.levels.rename(by),
        conf_type=conf_type,
        fit=_fit_row(rows, ended).assign(
            conf_type=conf_type,
            estimator="Nelson-Aalen" if terminal is None else "Ghosh-Lin",
            variance="robust by subject",
        ),
    )


def _check_terminal(rows: SubjectRows, ended: npt.NDArray[np.bool_], terminal: str) -> None:
    """Refuse rows of a patient after the terminal event."""
    late = int((rows.follows[1:] & ended[:-1]).sum())
    if late:
        raise DataError(
            f"{counted(late, 'row')} follow a terminal event of the same patient ({terminal!r}, "
            "terminal=). It can end the last row of a patient only."
        )


def _group_steps(rows: SubjectRows, ended: npt.NDArray[np.bool_], code: int) -> CountSteps:
    """Estimate the count of one group."""
    mine = rows.codes == code
    return mean_count(
        rows.start[mine], rows.stop[mine], rows.event[mine], ended[mine], rows.patient[mine]
    )


def _fit_row(rows: SubjectRows, ended: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Count patients, rows and events."""
    return pd.DataFrame(
        {
            "n_subjects": [np.unique(rows.patient).size],
            "n_obs": [rows.stop.size],
            "n_event": [int(rows.event.sum())],
            "n_terminal": [int(ended.sum())],
            "n_gaps": [int(rows.after_gap.sum())],
            "n_dropped": [rows.n_dropped],
            "n_groups": [len(rows.levels)],
        }
    )
