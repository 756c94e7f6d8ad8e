"""Survival curves predicted by a Cox model for rows of a frame."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.results import FloatArray, check_conf_level, check_option
from analysis.survival.asked import repeated_rows
from analysis.survival.curves.product_limit import CONF_TYPES, confidence_limits
from analysis.survival.reading.regression_rows import RegressionRows
from analysis.survival.reading.strata import strata_of
from analysis.survival.regression.cox_curves import baseline_hazard, predicted_hazard
from analysis.survival.regression.cox_fit import CoxFit

__all__ = [
    "baseline_frame",
    "events_of_strata",
    "last_times",
    "survival_frame",
]

Positions = npt.NDArray[np.intp]


def survival_frame(
    fit: CoxFit,
    rows: RegressionRows,
    new_data: pd.DataFrame,
    times: FloatArray,
    *,
    conf_level: float,
    conf_type: str,
) -> pd.DataFrame:
    """Predict the probability of no event for rows with fixed covariates.

    Parameters
    ----------
    fit : CoxFit
        The fit.
    rows : RegressionRows
        Its rows.
    new_data : pandas.DataFrame
        Covariates and strata, one row per curve.
    times : array, shape (t,)
        Times.
    conf_level : float
        Two-sided, pointwise coverage.
    conf_type : str
        Scale of the limits.

    Returns
    -------
    pandas.DataFrame
        ``row``, the covariates and strata, ``time, estimate, std_error, conf_low, conf_high``.

    Raises
    ------
    ColumnError, DataError
        When a covariate or stratum is absent, missing, or has a level that the fit has not seen.
    """
    check_conf_level(conf_level)
    check_option("conf_type", conf_type, CONF_TYPES)
    place = strata_of(new_data, rows.strata)
    with_events = events_of_strata(fit, len(rows.strata))[place]
    X = rows.covariates.design(new_data)
    hazard, variance = predicted_hazard(fit, baseline_hazard(fit), X, with_events, times)
    unknown = times > last_times(rows)[place][:, None]
    survival = np.where(unknown, np.nan, np.exp(-hazard)).ravel()
    low, high = confidence_limits(
        survival, variance.ravel(), conf_type=conf_type, conf_level=conf_level
    )
    shown = [*rows.predictors.columns, *rows.strata.columns]
    return repeated_rows(new_data, shown, times.size).assign(
        time=np.tile(times, len(new_data)),
        estimate=survival,
        std_error=survival * np.sqrt(variance.ravel()),
        conf_low=low,
        conf_high=high,
    )


def baseline_frame(fit: CoxFit, rows: RegressionRows, conf_level: float) -> pd.DataFrame:
    """Lay out the hazard of a reference patient at every event time of every stratum.

    Parameters
    ----------
    fit : CoxFit
        The fit.
    rows : RegressionRows
        Its rows.
    conf_level : float
        Two-sided, pointwise coverage.

    Returns
    -------
    pandas.DataFrame
        The strata, ``time, n_risk, n_event, cumulative_hazard, std_error, conf_low, conf_high``.

    Notes
    -----
    Limits of the cumulative hazard are symmetric on its log, as log-log limits of survival.
    """
    check_conf_level(conf_level)
    sets = fit.sets
    X = rows.covariates.design(rows.covariates.population.reference())
    hazard, variance = _hazard_along(fit, X[0])
    with np.errstate(divide="ignore"):
        low, high = confidence_limits(
            np.exp(-hazard), variance, conf_type="log-log", conf_level=conf_level
        )
        limits = {"conf_low": -np.log(high), "conf_high": -np.log(low)}
    strata = rows.strata.iloc[np.repeat(sets.stratum, np.diff(sets.starts))]
    return strata.reset_index(drop=True).assign(
        time=sets.time,
        n_risk=sets.sum_at_risk(sets.weight),
        n_event=sets.sum_events(sets.weight[sets.event_row]),
        cumulative_hazard=hazard,
        std_error=np.sqrt(variance),
        **limits,
    )


def last_times(rows: RegressionRows) -> FloatArray:
    """Return the last time at which anyone was seen, per stratum.

    Parameters
    ----------
    rows : RegressionRows
        The rows.

    Returns
    -------
    array, shape (strata,)
        Largest times.
    """
    order = np.lexsort((rows.times.time, rows.stratum))
    ends = np.append(np.diff(rows.stratum[order]) > 0, True)
    return np.asarray(rows.times.time[order][ends])


def _hazard_along(fit: CoxFit, x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Compute cumulative hazard and variance of one patient at every event time."""
    base, sets = baseline_hazard(fit), fit.sets
    sizes = np.diff(sets.starts)
    start = np.repeat(sets.starts[:-1], sizes)
    stop = np.arange(1, sets.time.size + 1)
    standard = np.repeat((x - fit.centre) / fit.scale, sizes, axis=0)
    risk = np.exp(standard @ fit.beta)
    hazard = base.hazard[stop] - base.hazard[start]
    drift = standard.T * hazard - (base.means[:, stop] - base.means[:, start])
    variance = base.variance[stop] - base.variance[start]
    variance = variance + np.einsum("pk,pq,qk->k", drift, fit.vcov, drift)
    return risk * hazard, risk**2 * variance


def events_of_strata(fit: CoxFit, size: int) -> Positions:
    """Map strata to those with events; -1 for those without."""
    position = np.full(size, -1, dtype=np.intp)
    position[fit.sets.stratum] = np.arange(fit.sets.stratum.size)
    return position
