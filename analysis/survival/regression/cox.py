"""Cox regression of times to an event, from a frame.

Reading is in regression_rows.py, the fit in cox_fit.py, and what is read off it in cox_result.py.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import ModelError
from analysis.results import check_option
from analysis.survival.coefficients import Coefficients
from analysis.survival.reading.regression_rows import Outcome, RegressionRows, read_regression_rows
from analysis.survival.reading.strata import strata_columns
from analysis.survival.regression.cox_fit import CoxFit, fit_cox
from analysis.survival.regression.cox_result import CoxModel
from analysis.survival.regression.cox_tests import overall_tests

__all__ = ["cox"]

TIES = ("efron", "breslow")


def cox(
    formula: str,
    data: pd.DataFrame,
    *,
    time: str = "time",
    event: str = "event",
    entry: str | None = None,
    strata: str | Sequence[str] | None = None,
    cluster: str | None = None,
    subject: str | None = None,
    weights: str | None = None,
    ties: str = "efron",
) -> CoxModel:
    """Compare hazards between groups, adjusted for covariates, by Cox's proportional hazards.

    Answers by what factor the rate of an event, such as relapse after response, differs between
    treatments among patients alike in the covariates. Hazards are taken to be proportional over
    time (see `CoxModel.proportional_hazards`) and censoring to be independent of the event given
    the covariates. Rows with a missing covariate, stratum, cluster or subject are left out and
    counted; other missing values are errors.

    Parameters
    ----------
    formula : str
        Covariates, such as ``"arm + age"``.
    data : pandas.DataFrame
        One row per patient, or per interval (entry, time] with its covariates.
    time : str
        Column of the time of event or censoring, at least 0.
    event : str
        Column of the event: 1 or True seen, 0 or False censored.
    entry : str, optional
        Column of delayed entry or of the start of the interval; at risk is entry < t <= time.
    strata : str or sequence of str, optional
        Columns whose combinations have baseline hazards of their own.
    cluster : str, optional
        Column of rows that belong together, such as a patient's or a clinic's; their covariance
        is the robust one of Lin and Wei.
    subject : str, optional
        Column of patients with several rows; their intervals must not overlap. A patient with
        more than one event makes the covariance robust by patient, as R's ``id``.
    weights : str, optional
        Column of positive weights. Whole weights count patients; others make the covariance
        robust by row unless `cluster` or `subject` says otherwise, as in R.
    ties : str
        ``"efron"`` (R's default) or ``"breslow"`` (SAS's default).

    Returns
    -------
    CoxModel
        The fit.

    Raises
    ------
    ColumnError
        When a column is missing or of the wrong type.
    DataError
        When times are missing, negative or not after the entry, rows of a subject overlap, or
        there is no event.
    ModelError
        When the formula or `ties` cannot be used, a covariate does not vary, or there is one
        cluster only.
    ConvergenceError
        When a hazard ratio has no finite estimate (separation), with the terms named.

    Notes
    -----
    Newton's method to a decrement of 1e-12. Events precede censorings at the same time; times
    that differ by rounding only are one time. R warns of separation and reports where it stopped;
    here it is an error.

    References
    ----------
    Cox DR (1972). JRSS B 34:187-220.
    Lin DY, Wei LJ (1989). JASA 84:1074-1078.
    Therneau TM, Grambsch PM (2000). Modeling Survival Data. Springer.

    Examples
    --------
    >>> data = pd.DataFrame({"time": [4, 7, 8, 9, 12, 15], "event": [1, 1, 0, 1, 1, 0],
    ...                      "arm": ["im", "im", "iv", "iv", "im", "iv"]})
    >>> cox("arm", data).tidy(exponentiate=True)[["term", "estimate", "p_value"]].round(3)
            term  estimate  p_value
    0  arm[T.iv]     0.248    0.231
    """
    check_option("ties", ties, TIES)
    outcome = Outcome(
        time=time,
        event=event,
        entry=entry,
        weights=weights,
        cluster=cluster,
        subject=subject,
        strata=strata_columns(strata),
    )
    rows = read_regression_rows(formula, data, outcome)
    groups, vcov = _clusters(rows, outcome)
    if groups is not None and np.unique(groups).size < 2:
        raise ModelError(
            f"The robust covariance ({vcov}) needs at least two clusters; the rows used have one."
        )
    fit = fit_cox(rows, ties=ties, cluster=groups)
    return CoxModel(
        formula=formula,
        outcome=outcome,
        coefficients=Coefficients(
            terms=rows.covariates.terms, estimate=fit.coefficients(), vcov=fit.covariance()
        ),
        fit=_fit_row(rows, fit).assign(ties=ties, vcov=vcov),
        tests=overall_tests(fit.optimum, fit.vcov),
        rows=rows,
        engine=fit,
    )


def _clusters(rows: RegressionRows, outcome: Outcome) -> tuple[npt.NDArray[np.intp] | None, str]:
    """Decide which rows belong together for the covariance, and name it."""
    if rows.cluster is not None:
        return rows.cluster, f"robust by {outcome.cluster}"
    is_fractional = not np.array_equal(rows.times.weight, np.round(rows.times.weight))
    if rows.subject is not None:
        events = np.bincount(rows.subject, weights=rows.times.event)
        if is_fractional or events.max() > 1:
            return rows.subject, f"robust by {outcome.subject}"
    if is_fractional:
        return np.arange(rows.times.time.size), "robust by row"
    return None, "model"


def _fit_row(rows: RegressionRows, fit: CoxFit) -> pd.DataFrame:
    """Put what is known of the fit in one row."""
    log_likelihood = fit.at.log_likelihood
    p = len(fit.X)
    return pd.DataFrame(
        {
            "n_obs": [rows.times.time.size],
            "n_event": [int(rows.times.event.sum())],
            "n_dropped": [rows.n_dropped],
            "n_strata": [len(rows.strata)],
            "n_clusters": pd.array([fit.n_clusters], dtype="Int64"),
            "log_likelihood_null": [fit.optimum.start.log_likelihood],
            "log_likelihood": [log_likelihood],
            "aic": [2.0 * p - 2.0 * log_likelihood],
            "df": [p],
            "converged": [True],
            "newton_decrement": [fit.optimum.decrement],
            "iterations": [fit.optimum.iterations],
        }
    )
