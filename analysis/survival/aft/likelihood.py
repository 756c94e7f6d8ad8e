"""The likelihood of an accelerated failure time model with exact and censored times.

In the parameters a = 1 / scale and g = coefficients / scale the standardised log time
z = a log t - x'g is linear, so that the log-likelihood of these distributions is concave.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.results import FloatArray
from analysis.survival.aft.distributions import Distribution
from analysis.survival.newton import Point

__all__ = ["AftRows", "evaluate_aft"]


@dataclass(frozen=True, kw_only=True, eq=False)
class AftRows:
    """Rows of an accelerated failure time model.

    Parameters
    ----------
    X : array, shape (p, n)
        Covariates with an intercept.
    lower, upper : array, shape (n,)
        Log of the ends of the intervals: minus and plus infinity where there is none.
    exact : array of bool, shape (n,)
        Whether both ends are the time of the event.
    weight : array, shape (n,)
        Case weights.
    """

    X: FloatArray
    lower: FloatArray
    upper: FloatArray
    exact: npt.NDArray[np.bool_]
    weight: FloatArray


def evaluate_aft(rows: AftRows, distribution: Distribution, parameters: FloatArray) -> Point[None]:
    """Evaluate log-likelihood, score and observed information.

    Parameters
    ----------
    rows : AftRows
        The rows.
    distribution : Distribution
        Of the standardised log time.
    parameters : array, shape (p,) or (p + 1,)
        Coefficients over the scale; then 1 / scale, if it is estimated.

    Returns
    -------
    Point
        Of the log-likelihood of log times; minus infinity when the scale is not positive.
    """
    p = len(rows.X)
    inverse_scale = float(parameters[p]) if distribution.has_scale else 1.0
    if inverse_scale <= 0.0:
        return _nowhere(parameters)
    location = parameters[:p] @ rows.X
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        parts = [
            _exact(rows, distribution, location, inverse_scale),
            _censored(rows, distribution, location, inverse_scale),
        ]
    value = sum(part[0] for part in parts)
    score = sum((part[1] for part in parts), np.zeros(p + 1))
    information = sum((part[2] for part in parts), np.zeros((p + 1, p + 1)))
    free = slice(0, parameters.size)
    return Point(
        parameters=parameters,
        log_likelihood=float(value) if np.isfinite(value) else -np.inf,
        score=score[free],
        information=information[free, free],
        state=None,
    )


def _exact(
    rows: AftRows, distribution: Distribution, location: FloatArray, inverse_scale: float
) -> tuple[float, FloatArray, FloatArray]:
    """Sum over rows with an exact time: log f(z) + log a."""
    at = rows.exact
    weight, total = rows.weight[at], float(rows.weight[at].sum())
    directions = np.vstack([-rows.X[:, at], rows.upper[at]])
    log_density, slope, bend = distribution.log_density(
        inverse_scale * rows.upper[at] - location[at]
    )
    score = directions @ (weight * slope)
    information = -(directions * (weight * bend)) @ directions.T
    score[-1] += total / inverse_scale
    information[-1, -1] += total / inverse_scale**2
    return float(weight @ log_density + total * np.log(inverse_scale)), score, information


def _censored(
    rows: AftRows, distribution: Distribution, location: FloatArray, inverse_scale: float
) -> tuple[float, FloatArray, FloatArray]:
    """Sum over censored rows: log(S(z lower) - S(z upper)), accurate in both tails.

    Slopes are taken along the middle of an interval and along its length, because those along
    its ends are large and cancel when it is short.
    """
    at = ~rows.exact
    lower, upper, weight = rows.lower[at], rows.upper[at], rows.weight[at]
    has_low, has_high = np.isfinite(lower), np.isfinite(upper)
    low, high = np.where(has_low, lower, upper), np.where(has_high, upper, lower)
    is_known = has_low | has_high
    low, high = np.where(is_known, low, 0.0), np.where(is_known, high, 0.0)
    z_low, z_high = inverse_scale * low - location[at], inverse_scale * high - location[at]
    from_low = np.where(has_low, distribution.log_survival(z_low), 0.0)
    from_high = np.where(has_high, distribution.log_survival(z_high), -np.inf)
    log_mass = from_low + np.log(-np.expm1(from_high - from_low))
    if not np.isfinite(log_mass).all():
        size = len(rows.X) + 1
        return -np.inf, np.full(size, np.nan), np.full((size, size), np.nan)
    rate_low, bend_low = _rates(distribution, z_low, log_mass, has_low)
    rate_high, bend_high = _rates(distribution, z_high, log_mass, has_high)
    middle = np.vstack([-rows.X[:, at], (low + high) / 2.0])
    length = high - low
    along, across = rate_high - rate_low, (rate_high + rate_low) / 2.0
    score = middle @ (weight * along)
    score[-1] += (weight * across) @ length
    information = (middle * (weight * (along**2 - (bend_high - bend_low)))) @ middle.T
    mixed = middle @ (weight * (along * across - (bend_high + bend_low) / 2.0) * length)
    information[-1] += mixed
    information[:, -1] += mixed
    information[-1, -1] += (weight * (across**2 - (bend_high - bend_low) / 4.0)) @ length**2
    return float(weight @ log_mass), score, information


def _rates(
    distribution: Distribution,
    z: FloatArray,
    log_mass: FloatArray,
    there: npt.NDArray[np.bool_],
) -> tuple[FloatArray, FloatArray]:
    """Divide the density at an end, and its slope, by the mass of the interval."""
    log_density, slope, _ = distribution.log_density(z)
    rate = np.where(there, np.exp(log_density - log_mass), 0.0)
    return rate, rate * slope


def _nowhere(parameters: FloatArray) -> Point[None]:
    """Mark parameters at which there is no likelihood."""
    size = parameters.size
    return Point(
        parameters=parameters,
        log_likelihood=-np.inf,
        score=np.full(size, np.nan),
        information=np.full((size, size), np.nan),
        state=None,
    )
