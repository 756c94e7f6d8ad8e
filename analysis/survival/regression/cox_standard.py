"""Standardised survival of a Cox model as frames: by level, and differences of levels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.results import FloatArray, check_conf_level, check_option, tidy_frame
from analysis.survival.curves.product_limit import CONF_TYPES, confidence_limits
from analysis.survival.reading.regression_rows import RegressionRows
from analysis.survival.regression.cox_fit import CoxFit
from analysis.survival.regression.cox_prediction import (
    events_of_strata,
    last_times,
)
from analysis.survival.regression.standardised_survival import Standardised, standardise

__all__ = ["difference_frame", "standardised_frame"]


def standardised_frame(
    fit: CoxFit,
    rows: RegressionRows,
    variable: str,
    times: FloatArray,
    *,
    levels: Sequence[Any] | None,
    conf_level: float,
    conf_type: str,
) -> pd.DataFrame:
    """Lay out standardised survival by level.

    Parameters
    ----------
    fit : CoxFit
        The fit.
    rows : RegressionRows
        Its rows.
    variable : str
        The covariate.
    times : array, shape (t,)
        Times.
    levels : sequence or None
        Levels; all of a factor when None.
    conf_level : float
        Two-sided, pointwise coverage.
    conf_type : str
        Scale of the limits.

    Returns
    -------
    pandas.DataFrame
        `variable`, ``time, estimate, std_error, conf_low, conf_high``.
    """
    check_conf_level(conf_level)
    check_option("conf_type", conf_type, CONF_TYPES)
    chosen = _levels(rows, variable, levels)
    result = _standardised(fit, rows, variable, chosen, times)
    survival = result.survival.ravel()
    std_error = np.sqrt(np.diagonal(result.covariance, axis1=1, axis2=2)).T.ravel()
    with np.errstate(divide="ignore", invalid="ignore"):
        log_variance = (std_error / survival) ** 2
    low, high = confidence_limits(
        survival, log_variance, conf_type=conf_type, conf_level=conf_level
    )
    return pd.DataFrame(
        {
            variable: chosen.repeat(times.size),
            "time": np.tile(times, len(chosen)),
            "estimate": survival,
            "std_error": std_error,
            "conf_low": low,
            "conf_high": high,
        }
    )


def difference_frame(
    fit: CoxFit,
    rows: RegressionRows,
    variable: str,
    times: FloatArray,
    *,
    levels: Sequence[Any] | None,
    reference: Any,
    conf_level: float,
) -> pd.DataFrame:
    """Lay out differences of standardised survival from a reference level.

    Parameters
    ----------
    fit : CoxFit
        The fit.
    rows : RegressionRows
        Its rows.
    variable : str
        The covariate.
    times : array, shape (t,)
        Times.
    levels : sequence or None
        Levels; all of a factor when None.
    reference : object
        The level to compare with; the first when None.
    conf_level : float
        Two-sided, pointwise coverage.

    Returns
    -------
    pandas.DataFrame
        ``contrast, time`` and the tidy columns.
    """
    chosen = _levels(rows, variable, levels)
    base = chosen[0] if reference is None else reference
    if base not in chosen:
        raise ModelError(
            f"reference is {base!r}, which is no level of {variable!r}; allowed are "
            f"{', '.join(map(str, chosen))}."
        )
    result = _standardised(fit, rows, variable, chosen, times)
    place = list(chosen).index(base)
    others = [index for index in range(len(chosen)) if index != place]
    covariance = result.covariance
    variances = np.diagonal(covariance, axis1=1, axis2=2).T
    between = variances[others] + variances[place] - 2.0 * covariance[:, others, place].T
    labels = [f"{chosen[index]} - {base}" for index in others]
    return tidy_frame(
        pd.DataFrame(
            {"contrast": np.repeat(labels, times.size), "time": np.tile(times, len(others))}
        ),
        estimate=(result.survival[others] - result.survival[place]).ravel(),
        std_error=np.sqrt(np.maximum(between, 0.0)).ravel(),
        conf_level=conf_level,
    )


def _levels(rows: RegressionRows, variable: str, levels: Sequence[Any] | None) -> pd.Index:
    """Decide about the levels to compare."""
    population = rows.covariates.population
    if variable not in population.predictors:
        raise ModelError(
            f"{variable!r} is not among the covariates of the model "
            f"({', '.join(population.predictors)})."
        )
    if levels is None and variable not in population.levels:
        raise ModelError(f"{variable!r} is a number; name the values to compare by levels=.")
    chosen: pd.Index = pd.Index(population.levels[variable] if levels is None else list(levels))
    return chosen


def _standardised(
    fit: CoxFit, rows: RegressionRows, variable: str, levels: pd.Index, times: FloatArray
) -> Standardised:
    """Put every patient at every level; a curve ends where the first stratum ends."""
    subject = rows.subject
    if subject is not None and np.unique(subject).size < subject.size:
        raise ModelError(
            "Standardised survival needs one row per patient: with several, covariates change "
            "over time, and it is not said which patients would have had which."
        )
    designs = [
        rows.covariates.design(rows.predictors.assign(**{variable: level})) for level in levels
    ]
    stratum = events_of_strata(fit, len(rows.strata))[rows.stratum]
    result = standardise(fit, designs, stratum, rows.times.weight, times)
    known = times <= last_times(rows).min()
    return Standardised(
        survival=np.where(known, result.survival, np.nan),
        covariance=np.where(known[:, None, None], result.covariance, np.nan),
    )
