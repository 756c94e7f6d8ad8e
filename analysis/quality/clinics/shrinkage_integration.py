"""Integrate over what is not known of clinics: their mean, their spread, and each one's value.

The values of clinics are normal around a mean; both are unknown. With few clinics the spread is
hardly known, and an interval that takes it as known is too short: so that it is integrated over.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import interpolate, optimize, special

from analysis.errors import ConvergenceError
from analysis.quality.clinics.shrinkage_likelihood import ClinicLikelihood
from analysis.results import FloatArray

__all__ = ["Posterior", "integrated", "log_marginal", "maximum_likelihood", "modes"]

_STEP = 0.2  # in conditional standard deviations: the trapezoid rule is exact to many digits
_NODES = np.arange(-10.0, 8.0 + _STEP / 2.0, _STEP)  # longer below: no events leave a long tail
_GOLDEN = (5.0**0.5 - 1.0) / 2.0
_SPREADS, _MEANS = 40, 41
_WIDEST = 4.0  # in scales of the prior
_MOST_STEPS = 100
_NOTHING = 1e-9  # weight of a mean and spread that changes no digit


@dataclass(frozen=True, kw_only=True, eq=False)
class Posterior:
    """Values of clinics, of all together and of the spread, on the scale of the likelihood.

    Parameters
    ----------
    middle, low, high : array, shape (k,)
        Medians and limits of each clinic.
    above : array, shape (k,)
        Probability that the clinic is above all together.
    mean, between : tuple of float
        Median and limits of the mean of clinics, and of their standard deviation.
    """

    middle: FloatArray
    low: FloatArray
    high: FloatArray
    above: FloatArray
    mean: tuple[float, float, float]
    between: tuple[float, float, float]


def integrated(data: ClinicLikelihood, *, scale: float, level: float) -> Posterior:
    """Compute medians and intervals of clinics, with mean and spread integrated out.

    Parameters
    ----------
    data : ClinicLikelihood
        The clinics.
    scale : float
        Scale of the half-normal prior of the standard deviation between clinics. The prior of the
        mean is flat.
    level : float
        Share inside an interval.

    Returns
    -------
    Posterior
        By numerical integration, without random numbers.
    """
    mean, between, weight = _grid(data, scale)
    k = len(data.observed)
    for clinic in range(k):
        weight = weight + log_marginal(data.row(clinic), mean, between)[0]
    weight = np.exp(weight - special.logsumexp(weight))
    likely = weight > _NOTHING
    tails = np.array([0.5, (1.0 - level) / 2.0, (1.0 + level) / 2.0])
    found = np.empty((k, 3))
    above = np.empty(k)
    for clinic in range(k):
        theta, inside = _conditional(data.row(clinic), mean[likely], between[likely])
        mass = weight[likely, None] * inside[0]
        width = np.broadcast_to(np.diff(theta[0, :, :2]), theta[0].shape)
        found[clinic] = _quantiles(theta[0].ravel(), mass.ravel(), width.ravel(), tails)
        above[clinic] = float(mass[theta[0] > mean[likely, None]].sum())
    of_mean = _mean_quantiles(mean, weight, tails)
    of_between = _spread_quantiles(weight, scale, tails)
    return Posterior(
        middle=found[:, 0],
        low=found[:, 1],
        high=found[:, 2],
        above=above,
        mean=(float(of_mean[0]), float(of_mean[1]), float(of_mean[2])),
        between=(float(of_between[0]), float(of_between[1]), float(of_between[2])),
    )


def maximum_likelihood(data: ClinicLikelihood) -> tuple[float, float]:
    """Estimate the mean and the standard deviation of clinics by maximum likelihood.

    Parameters
    ----------
    data : ClinicLikelihood
        The clinics.

    Returns
    -------
    tuple of float
        Mean and standard deviation on the scale; the latter is almost 0 where chance explains
        all differences.

    Raises
    ------
    ConvergenceError
        When no maximum is found.
    """
    crude = data.crude()

    def loss(at: FloatArray) -> float:
        mean, between = np.array([at[0]]), np.array([np.exp(at[1])])
        return -float(log_marginal(data, mean, between).sum())

    start = np.array([crude.mean(), np.log(max(float(crude.std()), 1e-2))])
    done = optimize.minimize(
        loss,
        start,
        method="Nelder-Mead",  # flat where the spread is 0: nothing to follow there
        bounds=[(None, None), (np.log(1e-4), np.log(50.0))],
        options={"xatol": 1e-7, "fatol": 1e-11, "maxiter": 5000},
    )
    if not done.success:
        raise ConvergenceError(
            "The spread between clinics has no maximum of its likelihood. Use method='bayes'."
        )
    return float(done.x[0]), float(np.exp(done.x[1]))


def _grid(data: ClinicLikelihood, scale: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Lay a grid over mean and spread with the logarithms of its weights and of the prior."""
    nodes, weights = np.polynomial.legendre.leggauss(_SPREADS)
    spread = (nodes + 1.0) / 2.0 * _WIDEST * scale
    prior = -0.5 * (spread / scale) ** 2 + np.log(weights)
    crude = data.crude()
    pooled = np.full((len(crude), 1), np.average(crude, weights=data.size[:, 0]))
    own = 1.0 / data.slopes(pooled)[1]
    precision = 1.0 / (own + spread**2)  # clinics x spreads
    centre = (precision * crude[:, None]).sum(axis=0) / precision.sum(axis=0)
    error = 1.0 / np.sqrt(precision.sum(axis=0))
    steps = np.linspace(-7.0, 7.0, _MEANS)
    mean = (centre[:, None] + error[:, None] * steps).ravel()
    weight = np.broadcast_to((prior + np.log(error))[:, None], (_SPREADS, _MEANS)).ravel()
    return mean, np.repeat(spread, _MEANS), np.array(weight)


def log_marginal(data: ClinicLikelihood, mean: FloatArray, between: FloatArray) -> FloatArray:
    """Integrate the likelihood of each clinic over its value.

    Parameters
    ----------
    data : ClinicLikelihood
        k clinics.
    mean, between : array, shape (m,)
        Mean and standard deviation of clinics.

    Returns
    -------
    array, shape (k, m)
        Logarithms, without the constants of `ClinicLikelihood.value`.
    """
    mode, error = modes(data, mean, between)
    height = _heights(data, mean, between, mode, error)[1]
    total = special.logsumexp(height, axis=2)
    return np.asarray(total + np.log(error * _STEP / between) - 0.5 * np.log(2.0 * np.pi))


def _conditional(
    data: ClinicLikelihood, mean: FloatArray, between: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Give values of one clinic and their probabilities for each mean and spread."""
    mode, error = modes(data, mean, between)
    theta, height = _heights(data, mean, between, mode, error)
    return theta, np.exp(height - special.logsumexp(height, axis=2, keepdims=True))


def _heights(
    data: ClinicLikelihood,
    mean: FloatArray,
    between: FloatArray,
    mode: FloatArray,
    error: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Evaluate log densities at nodes around the modes; shapes (k, m, nodes)."""
    shift = _STEP * ((np.arange(mean.size) * _GOLDEN) % 1.0)  # nodes of all grids interleave
    theta = mode[:, :, None] + error[:, :, None] * (_NODES + shift[:, None])
    flat = data.value(theta.reshape(len(theta), -1)).reshape(theta.shape)
    return theta, flat - 0.5 * ((theta - mean[:, None]) / between[:, None]) ** 2


def modes(
    data: ClinicLikelihood, mean: FloatArray, between: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Find the most probable value of each clinic, given mean and spread, by Newton's method.

    Parameters
    ----------
    data : ClinicLikelihood
        k clinics.
    mean, between : array, shape (m,)
        Mean and standard deviation of clinics.

    Returns
    -------
    tuple of array, shape (k, m)
        Modes, and standard deviations by the curvature there; lme4's conditional modes.
    """
    at = np.broadcast_to(mean, (len(data.observed), mean.size)).copy()
    for _ in range(_MOST_STEPS):
        score, information = data.slopes(at)
        curved = information + between**-2
        step = (score - (at - mean) / between**2) / curved
        at = at + np.clip(step, -1.0, 1.0)  # far from the mode the curvature misleads
        if float(np.abs(step * np.sqrt(curved)).max()) < 1e-9:
            break
    return at, np.asarray(1.0 / np.sqrt(data.slopes(at)[1] + between**-2))


def _spread_quantiles(weight: FloatArray, scale: float, at: FloatArray) -> FloatArray:
    """Read quantiles of the spread: each node stands for as much as its weight in the rule."""
    nodes, rule = np.polynomial.legendre.leggauss(_SPREADS)
    density = weight.reshape(_SPREADS, _MEANS).sum(axis=1) / rule
    whole = interpolate.CubicSpline((nodes + 1.0) / 2.0 * _WIDEST * scale, density)
    fine = np.linspace(0.0, _WIDEST * scale, 4001)
    reached = whole.antiderivative()(fine)
    return np.asarray(np.interp(at, (reached - reached[0]) / (reached[-1] - reached[0]), fine))


def _mean_quantiles(mean: FloatArray, weight: FloatArray, at: FloatArray) -> FloatArray:
    """Read quantiles of the mean from its distributions at each spread."""
    rows = mean.reshape(_SPREADS, _MEANS), weight.reshape(_SPREADS, _MEANS)
    fine = np.linspace(mean.min(), mean.max(), 4001)
    reached = np.zeros(fine.shape)
    for values, mass in zip(*rows, strict=True):
        rising = interpolate.CubicSpline(values, mass).antiderivative()
        reached += rising(np.clip(fine, values[0], values[-1])) / (values[1] - values[0])
    return np.asarray(np.interp(at, reached / reached[-1], fine))


def _quantiles(
    values: FloatArray, mass: FloatArray, width: FloatArray, at: FloatArray
) -> FloatArray:
    """Read quantiles where the mass of each node is spread over its cell."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(mass[order])
    found = np.interp(at, reached, values[order])
    for _ in range(2):  # Newton's steps on the distribution of the cells
        inside = (found[:, None] - values) / width
        below = np.clip(inside + 0.5, 0.0, 1.0) @ mass
        density = (np.abs(inside) < 0.5) @ (mass / width)
        found = found - (below - at) / density
    return np.asarray(found)
