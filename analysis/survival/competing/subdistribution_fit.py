"""Estimating equations of a Fine-Gray model: Newton steps, then the robust covariance.

Pure functions on arrays; the risk sets are in subdistribution.py, the frame in fine_gray.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.results import FloatArray
from analysis.survival.competing.subdistribution import RiskSets
from analysis.survival.newton import Point, maximise

__all__ = ["SubdistributionFit", "fit_subdistribution"]


@dataclass(frozen=True, kw_only=True, eq=False)
class SubdistributionFit:
    """Estimates of a Fine-Gray model.

    Parameters
    ----------
    estimate : array, shape (p,)
        Log subdistribution hazard ratios.
    vcov : array, shape (p, p)
        Robust covariance.
    log_likelihood, log_likelihood_null : float
        Pseudo-likelihood at the estimate and at 0.
    newton_decrement : float
        At the last step.
    baseline : array, shape (k,)
        Cumulative subdistribution hazard at all distinct times, with all covariates 0.
    """

    estimate: FloatArray
    vcov: FloatArray
    log_likelihood: float
    log_likelihood_null: float
    newton_decrement: float
    baseline: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class _Equations:
    """What the pseudo-likelihood and its derivatives at one point were made of."""

    relative: FloatArray
    hazard: FloatArray
    mean: FloatArray
    offset: float


def fit_subdistribution(
    sets: RiskSets, terms: tuple[str, ...], *, censoring_estimated: bool
) -> SubdistributionFit:
    """Solve the estimating equations and compute their covariance.

    Parameters
    ----------
    sets : RiskSets
        Rows and steps; covariates of any location and scale.
    terms : tuple of str
        Names of the covariates, for messages.
    censoring_estimated : bool
        Whether the covariance accounts for the estimation of the censoring distribution.

    Returns
    -------
    SubdistributionFit
        Estimates for the covariates as given.

    Raises
    ------
    ModelError
        When a covariate does not vary, beside those before it, where it could tell.
    ConvergenceError
        When the pseudo-likelihood rises without end along a covariate.

    References
    ----------
    Fine JP, Gray RJ (1999). JASA 94:496-509.
    Kawaguchi ES, Shen JI, Suchard MA, Li G (2021). R Journal 13(2):43-60.
    """
    found = maximise(lambda beta: _equations(sets, beta), np.zeros(len(terms)), sets.X.T, terms)
    at_end = found.point.state
    bread = np.linalg.inv(found.point.information)
    residual = _residuals(sets, at_end)
    if censoring_estimated:
        residual += _censoring_residuals(sets, at_end)
    influence = residual @ bread
    hazard = sets.by_time(at_end.hazard) * np.exp(-at_end.offset)
    return SubdistributionFit(
        estimate=found.point.parameters,
        vcov=influence.T @ influence,
        log_likelihood=found.point.log_likelihood,
        log_likelihood_null=found.start.log_likelihood,
        newton_decrement=found.decrement,
        baseline=np.cumsum(hazard),
    )


def _equations(sets: RiskSets, beta: FloatArray) -> Point[_Equations]:
    """Compute the pseudo-likelihood, its score and its information."""
    X = sets.X
    n_terms = X.shape[1]
    linear = X @ beta
    offset = float(linear.max())
    linear -= offset
    relative = np.exp(linear)
    s0 = sets.totals(relative)
    hazard = sets.step_count / s0
    weighted = X * relative[:, None]
    mean = np.column_stack([sets.totals(weighted[:, j]) for j in range(n_terms)]) / s0[:, None]
    information = np.empty((n_terms, n_terms))
    for j in range(n_terms):
        for k in range(j + 1):
            crossed = hazard @ sets.totals(weighted[:, j] * X[:, k])
            crossed -= (sets.step_count * mean[:, j]) @ mean[:, k]
            information[j, k] = information[k, j] = crossed
    return Point(
        parameters=beta,
        log_likelihood=float(linear[sets.event].sum() - sets.step_count @ np.log(s0)),
        score=X[sets.event].sum(axis=0) - sets.step_count @ mean,
        information=information,
        state=_Equations(relative=relative, hazard=hazard, mean=mean, offset=offset),
    )


def _residuals(sets: RiskSets, at: _Equations) -> FloatArray:
    """Score residuals: each row's observed minus expected part of the score.

    Rows are exposed up to their own time, those with another event by their weight after it too;
    of tied events each leaves in its turn by Efron's method.
    """
    until = np.cumsum(_exposure(sets, at, np.ones_like(at.hazard)), axis=0)[sets.time_at]
    after = _after(_exposure(sets, at, sets.censoring.uncensored[sets.step_time]))[sets.time_at]
    expected = _against_mean(sets.X, until)
    expected += sets.carried[:, None] * _against_mean(sets.X, after)
    if sets.step_part.any():
        tied = _exposure(sets, at, sets.step_part)[sets.time_at]
        expected -= sets.event[:, None] * _against_mean(sets.X, tied)
    expected *= at.relative[:, None]
    count = np.maximum(sets.by_time(sets.step_count), 1.0)
    columns = [sets.by_time(sets.step_count * mean) / count for mean in at.mean.T]
    observed = sets.X - np.column_stack(columns)[sets.time_at]
    return np.asarray(sets.event[:, None] * observed - expected)


def _censoring_residuals(sets: RiskSets, at: _Equations) -> FloatArray:
    """Return what estimating the censoring distribution adds to the score residuals.

    A censoring at u lowers the later weights of those who had another event before u.
    """
    k = sets.censoring.hazard.size
    exposure = _exposure(sets, at, sets.censoring.uncensored[sets.step_time])
    from_now = exposure + _after(exposure)
    carried = at.relative * sets.carried
    before = [_summed_before(sets.time_at, carried * x, k) for x in sets.X.T]
    size = _summed_before(sets.time_at, carried, k)[:, None]
    change = np.column_stack(before) * from_now[:, :1] - size * from_now[:, 1:]
    change /= sets.censoring.at_risk[:, None]
    compensator = np.cumsum(change * sets.censoring.hazard[:, None], axis=0)
    return np.asarray(sets.censored[:, None] * change[sets.time_at] - compensator[sets.time_at])


def _exposure(sets: RiskSets, at: _Equations, factor: FloatArray) -> FloatArray:
    """Sum steps by time: the hazard, and the hazard times the mean covariates, shape (k, 1 + p)."""
    hazard = factor * at.hazard
    return np.column_stack([sets.by_time(hazard), *(sets.by_time(hazard * m) for m in at.mean.T)])


def _against_mean(X: FloatArray, exposure: FloatArray) -> FloatArray:
    """Turn exposures of rows into covariates minus means, times the hazard."""
    return np.asarray(X * exposure[:, :1] - exposure[:, 1:])


def _after(values: FloatArray) -> FloatArray:
    """Sum what comes strictly after each time."""
    return np.asarray(np.cumsum(values[::-1], axis=0)[::-1] - values)


def _summed_before(time_at: npt.NDArray[np.intp], values: FloatArray, k: int) -> FloatArray:
    """Sum the values of rows strictly before each time."""
    sums = np.bincount(time_at, weights=values, minlength=k)
    return np.append(0.0, np.cumsum(sums))[:-1]
