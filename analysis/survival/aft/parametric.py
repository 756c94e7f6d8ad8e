"""Parametric regression of times to an event, from a frame: exact, censored and interval times.

Reading is in interval_times.py, the fit in aft_fit.py, and the result in parametric_result.py.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import DataError, ModelError
from analysis.results import FloatArray, check_option
from analysis.survival.aft.distributions import DISTRIBUTIONS
from analysis.survival.aft.fit import AftFit, fit_aft
from analysis.survival.aft.parametric_result import ParametricModel
from analysis.survival.coefficients import Coefficients
from analysis.survival.reading.covariates import Covariates, read_covariates
from analysis.survival.reading.events import read_event_times, read_weights
from analysis.survival.reading.interval_times import (
    IntervalTimes,
    intervals_of_events,
    read_intervals,
)

__all__ = ["parametric"]

SCALES = ("aft", "ph")


def parametric(
    formula: str,
    data: pd.DataFrame,
    *,
    time: str | None = None,
    event: str | None = None,
    lower: str | None = None,
    upper: str | None = None,
    distribution: str = "weibull",
    scale: str = "aft",
    weights: str | None = None,
) -> ParametricModel:
    """Model how covariates stretch or shorten the time to an event, with a distribution of times.

    Answers by what factor the time to an event, such as relapse, is longer in one group than in
    another; also when relapse is only known to lie between two visits. Either `time` and `event`
    or `lower` and `upper` are given. Rows with a missing covariate are left out and counted.

    Parameters
    ----------
    formula : str
        Covariates, such as ``"arm + age"``.
    data : pandas.DataFrame
        One row per patient.
    time, event : str, optional
        Columns of the time and of the event: 1 or True seen, 0 or False censored.
    lower, upper : str, optional
        Columns of an interval (lower, upper] that holds the event: equal ends are an exact time,
        an infinite or missing upper end is right-censored, a lower end of 0 left-censored.
    distribution : str
        ``"weibull"``, ``"lognormal"``, ``"loglogistic"`` or ``"exponential"``.
    scale : str
        ``"aft"``: coefficients of log time, as R's survreg and SAS PROC LIFEREG; or ``"ph"``: log
        hazard ratios, for Weibull and exponential times.
    weights : str, optional
        Column of positive weights that count patients.

    Returns
    -------
    ParametricModel
        The fit.

    Raises
    ------
    ColumnError
        When a column is missing or of the wrong type.
    DataError
        When times are missing, out of order, or exact and not above 0, or all are right-censored.
    ModelError
        When the call asks for what there is not.
    ConvergenceError
        When a coefficient has no finite estimate, with the terms named.

    Notes
    -----
    log time = coefficients + scale x error. Newton's method in 1 / scale and coefficients /
    scale, in which the log-likelihood is concave; standard errors from the observed information.
    The log-likelihood is that of times, as R reports; SAS PROC LIFEREG reports that of log times.

    References
    ----------
    Burridge J (1981). JRSS B 43:41-45.
    Kalbfleisch JD, Prentice RL (2002). The Statistical Analysis of Failure Time Data. Wiley.

    Examples
    --------
    >>> data = pd.DataFrame({"lower": [14, 0, 28, 56, 28, 42], "upper": [28, 14, 56, np.inf, 42,
    ...                      np.inf], "arm": ["im", "im", "im", "iv", "iv", "iv"]})
    >>> fit = parametric("arm", data, lower="lower", upper="upper")
    >>> fit.tidy(exponentiate=True)[["term", "estimate"]].round(2)
             term  estimate
    0   Intercept     25.22
    1   arm[T.iv]      3.06
    2  log(scale)      0.48
    """
    _check_choices(distribution, scale)
    kept, times, weight, covariates = _rows(formula, data, (time, event, lower, upper), weights)
    family = DISTRIBUTIONS[distribution]
    fit = fit_aft(covariates.X, covariates.terms, times, weight, family)
    null = fit_aft(np.empty((len(kept), 0)), (), times, weight, family)
    free = slice(0, len(covariates.terms) + 1 + family.has_scale)
    estimate, vcov = fit.accelerated() if scale == "aft" else fit.proportional()
    last = "log(scale)" if scale == "aft" else "log(shape)"
    terms = ("Intercept", *covariates.terms, last)[free]
    return ParametricModel(
        formula=formula,
        distribution=distribution,
        scale=scale,
        coefficients=Coefficients(
            terms=terms,
            estimate=estimate[free],
            vcov=vcov[free, free],
        ),
        fit=_fit_row(times, fit, null, len(estimate[free])).assign(
            n_dropped=len(data) - len(kept), distribution=distribution, scale=scale
        ),
        covariates=covariates,
        engine=fit,
        behind=_behind(terms, kept, covariates, times, weighted=weights is not None),
    )


def _behind(
    terms: tuple[str, ...],
    kept: pd.DataFrame,
    covariates: Covariates,
    times: IntervalTimes,
    *,
    weighted: bool,
) -> pd.DataFrame:
    """Count the patients and events behind each parameter; scale and intercept rest on all."""
    event = np.isfinite(times.upper)
    of_terms = covariates.support(kept, event=event).set_index("term").reindex(list(terms))
    everybody = {"n": event.size, "n_event": int(event.sum())}
    spare = everybody["n_event"] - len(terms)
    counts = of_terms.fillna(everybody).assign(residual_df=spare).reset_index()
    return counts.assign(n=np.nan) if weighted else counts


def _check_choices(distribution: str, scale: str) -> None:
    """Refuse unknown distributions, scales and combinations."""
    check_option("distribution", distribution, DISTRIBUTIONS)
    check_option("scale", scale, SCALES)
    if scale == "ph" and distribution not in ("weibull", "exponential"):
        raise ModelError(
            f"{distribution.capitalize()} times have no proportional hazards; use scale='aft', "
            "or distribution='weibull'."
        )


def _rows(
    formula: str,
    data: pd.DataFrame,
    columns: tuple[str | None, str | None, str | None, str | None],
    weights: str | None,
) -> tuple[pd.DataFrame, IntervalTimes, FloatArray, Covariates]:
    """Read the complete rows."""
    time, event, lower, upper = columns
    covariates = read_covariates(formula, data)
    kept = data.loc[covariates.complete]
    weight = np.ones(len(kept)) if weights is None else read_weights(kept, weights)
    if time is not None and event is not None and lower is None and upper is None:
        times = intervals_of_events(read_event_times(kept, time=time, event=event))
    elif lower is not None and upper is not None and time is None and event is None:
        times = read_intervals(kept, lower=lower, upper=upper)
    else:
        raise ModelError(
            "Give either time= and event= (right-censored times), or lower= and upper= "
            "(intervals), both columns of one pair and none of the other."
        )
    _check_times(times)
    return kept, times, weight, covariates


def _check_times(times: IntervalTimes) -> None:
    """Refuse exact times of 0, and rows that are all right-censored."""
    zero = int(((times.upper == times.lower) & (times.upper <= 0.0)).sum())
    if zero:
        raise DataError(
            f"{zero} rows have an event at time 0, whose log does not exist. Count the day of "
            "the event as at least half a day, or give an interval (0, upper]."
        )
    if np.isinf(times.upper).all():
        raise DataError(
            f"All {times.upper.size} rows used are right-censored, so that nothing is known of "
            "the times. Check the event column and the rows left out."
        )


def _fit_row(times: IntervalTimes, fit: AftFit, null: AftFit, n_parameters: int) -> pd.DataFrame:
    """Put what is known of the fit in one row."""
    row = {
        "n_obs": times.lower.size,
        **times.kinds(),
        "n_dropped": 0,
        "log_likelihood_null": null.log_likelihood,
        "log_likelihood": fit.log_likelihood,
        "aic": 2.0 * n_parameters - 2.0 * fit.log_likelihood,
        "df": fit.g.size - 1,
        "converged": True,
        "newton_decrement": fit.decrement,
        "iterations": fit.iterations,
    }
    return pd.DataFrame([row])
