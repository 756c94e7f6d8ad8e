"""Distributions of the standardised log time in accelerated failure time models.

Log density with two derivatives, log survival and quantiles; each is a pure function on arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from scipy import special

from analysis.results import FloatArray

__all__ = ["DISTRIBUTIONS", "Distribution"]

_LOG_ROOT_2PI = 0.5 * float(np.log(2.0 * np.pi))


@dataclass(frozen=True, kw_only=True, eq=False)
class Distribution:
    """The distribution of z = (log time - location) / scale.

    Parameters
    ----------
    log_density : callable
        z -> log f(z), and its first and second derivatives.
    log_survival : callable
        z -> log P(Z > z), accurate in both tails.
    quantile : callable
        Probability of an event so far -> z.
    has_scale : bool
        Whether the scale is estimated; 1 otherwise.
    """

    log_density: Callable[[FloatArray], tuple[FloatArray, FloatArray, FloatArray]]
    log_survival: Callable[[FloatArray], FloatArray]
    quantile: Callable[[float], float]
    has_scale: bool = True


def _extreme(z: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Describe the smallest extreme value: the log of a Weibull time."""
    rate = np.exp(z)
    return z - rate, 1.0 - rate, -rate


def _normal(z: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Describe the normal: the log of a lognormal time."""
    return -0.5 * z**2 - _LOG_ROOT_2PI, -z, np.full_like(z, -1.0)


def _logistic(z: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Describe the logistic: the log of a loglogistic time."""
    p = special.expit(z)
    return z - 2.0 * np.logaddexp(0.0, z), 1.0 - 2.0 * p, -2.0 * p * (1.0 - p)


_WEIBULL = Distribution(
    log_density=_extreme,
    log_survival=lambda z: -np.exp(z),
    quantile=lambda p: float(np.log(-np.log1p(-p))),
)

DISTRIBUTIONS: Mapping[str, Distribution] = MappingProxyType(
    {
        "weibull": _WEIBULL,
        "exponential": Distribution(
            log_density=_extreme,
            log_survival=_WEIBULL.log_survival,
            quantile=_WEIBULL.quantile,
            has_scale=False,
        ),
        "lognormal": Distribution(
            log_density=_normal,
            log_survival=lambda z: np.asarray(special.log_ndtr(-z)),
            quantile=lambda p: float(special.ndtri(p)),
        ),
        "loglogistic": Distribution(
            log_density=_logistic,
            log_survival=lambda z: -np.logaddexp(0.0, z),
            quantile=lambda p: float(special.logit(p)),
        ),
    }
)
"""Distributions by the name of the time's."""
