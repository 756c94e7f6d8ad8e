"""Fit an accelerated failure time model to arrays, and turn its parameters into reported ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.results import FloatArray
from analysis.survival.aft.distributions import Distribution
from analysis.survival.aft.likelihood import AftRows, evaluate_aft
from analysis.survival.newton import Point, maximise
from analysis.survival.reading.interval_times import IntervalTimes

__all__ = ["AftFit", "fit_aft"]


@dataclass(frozen=True, kw_only=True, eq=False)
class AftFit:
    """A fitted model in the parameters g = coefficients / scale and a = 1 / scale.

    Parameters
    ----------
    g : array, shape (p,)
        Intercept first.
    a : float
        Inverse of the scale; 1 for the exponential.
    vcov : array, shape (p + 1, p + 1)
        Inverse observed information of (g, a); 0 for an `a` that was not estimated.
    log_likelihood : float
        Of the times, not of their logs.
    decrement : float
        Newton decrement reached.
    iterations : int
        Newton steps.
    """

    g: FloatArray
    a: float
    vcov: FloatArray
    log_likelihood: float
    decrement: float
    iterations: int

    def accelerated(self) -> tuple[FloatArray, FloatArray]:
        """Return coefficients of log time and log scale, and their covariance, as survreg."""
        p = self.g.size
        slope = np.eye(p + 1) / self.a
        slope[:p, p] = -self.g / self.a**2
        slope[p, p] = -1.0 / self.a
        return np.append(self.g / self.a, -np.log(self.a)), slope @ self.vcov @ slope.T

    def proportional(self) -> tuple[FloatArray, FloatArray]:
        """Return log hazard ratios and log shape of a Weibull model, and their covariance."""
        slope = np.append(np.full(self.g.size, -1.0), 1.0 / self.a)
        return np.append(-self.g, np.log(self.a)), self.vcov * np.outer(slope, slope)


def fit_aft(
    X: FloatArray,
    terms: Sequence[str],
    times: IntervalTimes,
    weight: FloatArray,
    distribution: Distribution,
) -> AftFit:
    """Maximise the likelihood.

    Parameters
    ----------
    X : array, shape (n, q)
        Covariates without an intercept; q may be 0.
    terms : sequence of str
        Their names, shape (q,).
    times : IntervalTimes
        Exact and censored times, n rows.
    weight : array, shape (n,)
        Case weights.
    distribution : Distribution
        Of the standardised log time.

    Returns
    -------
    AftFit
        The fit in the units of the data.

    Raises
    ------
    ModelError, ConvergenceError
        When a coefficient is not identified or has no finite estimate.
    """
    with np.errstate(divide="ignore"):
        lower, upper = np.log(times.lower), np.log(times.upper)
    shift, spread = _centre(lower, upper)
    mean, size = X.mean(axis=0), X.std(axis=0)
    rows = AftRows(
        X=np.vstack([np.ones(len(X)), ((X - mean) / size).T]),
        lower=lower - shift,
        upper=upper - shift,
        exact=times.lower == times.upper,
        weight=weight,
    )
    start = np.zeros(len(rows.X) + distribution.has_scale)
    start[len(rows.X) :] = 1.0 / max(spread, 0.1)
    names = ["Intercept", *terms, "scale"][: start.size]
    optimum = maximise(
        lambda parameters: evaluate_aft(rows, distribution, parameters),
        start,
        _reach(rows, distribution),
        names,
    )
    parameters, vcov = _in_units(optimum.point, _back(mean, size, shift))
    jacobian = float(weight[rows.exact] @ upper[rows.exact])
    return AftFit(
        g=parameters[:-1],
        a=float(parameters[-1]),
        vcov=vcov,
        log_likelihood=optimum.point.log_likelihood - jacobian,
        decrement=optimum.decrement,
        iterations=optimum.iterations,
    )


def _centre(lower: FloatArray, upper: FloatArray) -> tuple[float, float]:
    """Compute mean and spread of log times, each the upper end that is finite, else the lower."""
    typical = np.where(np.isfinite(upper), upper, lower)
    typical = np.where(np.isfinite(typical), typical, 0.0)
    return float(typical.mean()), float(typical.std())


def _in_units(point: Point[None], back: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Turn parameters and covariance to the units of the data; a scale not fitted is 1."""
    n_found = point.parameters.size
    parameters, vcov = np.ones(len(back)), np.zeros_like(back)
    parameters[:n_found] = point.parameters
    vcov[:n_found, :n_found] = np.linalg.inv(point.information)
    return back @ parameters, back @ vcov @ back.T


def _reach(rows: AftRows, distribution: Distribution) -> FloatArray:
    """Say how much each parameter moves z of each row."""
    if not distribution.has_scale:
        return -rows.X
    end = np.where(np.isfinite(rows.upper), rows.upper, rows.lower)
    return np.vstack([-rows.X, np.where(np.isfinite(end), end, 0.0)])


def _back(mean: FloatArray, size: FloatArray, shift: float) -> FloatArray:
    """Make the matrix from parameters of standardised rows to those of the data."""
    back = np.eye(mean.size + 2)
    back[0, 1:-1] = -mean / size
    back[0, -1] = shift
    inner = np.arange(1, mean.size + 1)
    back[inner, inner] = 1.0 / size
    return back
