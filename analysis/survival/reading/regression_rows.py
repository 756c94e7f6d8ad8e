"""Read the rows of a regression of times: covariates, times, strata, clusters and subjects.

Rows with a missing covariate, stratum, cluster or subject are left out and counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import DataError
from analysis.formulas.columns import check_present, read_group
from analysis.results import FloatArray
from analysis.survival.reading.covariates import Covariates, read_covariates
from analysis.survival.reading.events import EventTimes, read_event_times
from analysis.survival.reading.strata import number_strata

__all__ = ["Outcome", "RegressionRows", "check_overlap", "read_regression_rows"]

Codes = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcome:
    """The columns of a regression beside its covariates.

    Parameters
    ----------
    time, event : str
        Columns of the time and of the event.
    entry, weights, cluster, subject : str or None
        Columns of the delayed entry, of case weights, of rows that belong together, and of the
        subject whose rows must not overlap.
    strata : tuple of str
        Columns of the strata.
    """

    time: str
    event: str
    entry: str | None = None
    weights: str | None = None
    cluster: str | None = None
    subject: str | None = None
    strata: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class RegressionRows:
    """The complete rows of a regression.

    Parameters
    ----------
    covariates : Covariates
        Columns of the n rows used.
    predictors : pandas.DataFrame
        The covariates as given, n rows.
    times : EventTimes
        Times, entries, events and weights, n rows.
    stratum : array of int, shape (n,)
        Row of `strata` of each row.
    strata : pandas.DataFrame
        The strata in order; one row without columns when there are none.
    cluster, subject : array of int, shape (n,), or None
        Codes of clusters and subjects.
    n_dropped : int
        Rows left out.
    """

    covariates: Covariates
    predictors: pd.DataFrame
    times: EventTimes
    stratum: Codes
    strata: pd.DataFrame
    cluster: Codes | None
    subject: Codes | None
    n_dropped: int


def read_regression_rows(formula: str, data: pd.DataFrame, outcome: Outcome) -> RegressionRows:
    """Read the rows of a regression.

    Parameters
    ----------
    formula : str
        Terms, such as ``"arm + age"``.
    data : pandas.DataFrame
        One or more rows per subject.
    outcome : Outcome
        The other columns.

    Returns
    -------
    RegressionRows
        The complete rows.

    Raises
    ------
    ColumnError
        When a column is missing or of the wrong type.
    DataError
        When times are missing or out of order, rows of a subject overlap, or no event is left.
    ModelError
        When the formula cannot be used.
    """
    groups = [*outcome.strata, *filter(None, (outcome.cluster, outcome.subject))]
    check_present(data, dict.fromkeys(groups), "the call")
    known = data.loc[data[groups].notna().all(axis=1).to_numpy()] if groups else data
    covariates = read_covariates(formula, known)
    kept = known.loc[covariates.complete]
    times = read_event_times(
        kept,
        time=outcome.time,
        event=outcome.event,
        entry=outcome.entry,
        weights=outcome.weights,
    )
    if not times.event.any():
        raise DataError(
            f"None of the {len(kept)} rows used has an event, so that nothing can be compared. "
            "Check the event column and the rows left out."
        )
    subject = _codes(kept, outcome.subject)
    if subject is not None:
        check_overlap(times.time, times.entry, subject, outcome)
    stratum, strata = number_strata(kept, outcome.strata)
    return RegressionRows(
        covariates=covariates,
        predictors=kept[covariates.population.predictors].reset_index(drop=True),
        times=times,
        stratum=stratum,
        strata=strata,
        cluster=_codes(kept, outcome.cluster),
        subject=subject,
        n_dropped=len(data) - len(kept),
    )


def check_overlap(time: FloatArray, entry: FloatArray, subject: Codes, outcome: Outcome) -> None:
    """Refuse subjects who are at risk twice at the same time.

    Parameters
    ----------
    time, entry : array, shape (n,)
        Intervals (entry, time].
    subject : array of int, shape (n,)
        Codes of the subjects.
    outcome : Outcome
        Names of the columns, for the message.

    Raises
    ------
    DataError
        When intervals of a subject overlap.
    """
    order = np.lexsort((time, entry, subject))
    again = subject[order][1:] == subject[order][:-1]
    overlapping = again & (entry[order][1:] < time[order][:-1])
    if overlapping.any():
        n = np.unique(subject[order][1:][overlapping]).size
        cure = "correct the intervals" if outcome.entry else "give their starts by entry="
        raise DataError(
            f"{n} of {np.unique(subject).size} subjects ({outcome.subject!r}) have rows that "
            f"overlap in time; intervals are (entry, time]. Either {cure}, or, for clocks that "
            "start anew, give the column by cluster= alone."
        )


def _codes(data: pd.DataFrame, column: str | None) -> Codes | None:
    """Give each group of a column a number."""
    return None if column is None else np.asarray(read_group(data[column], None).data, np.intp)
