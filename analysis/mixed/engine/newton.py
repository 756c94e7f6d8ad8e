"""Maximise the likelihood over variances, to the optimum, also when it lies on the boundary."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import linalg

from analysis.errors import ConvergenceError, ModelError
from analysis.mixed.engine.chart import Coordinates, Local, local_of, pivoted, random_gradient
from analysis.mixed.engine.covariance import Model
from analysis.mixed.engine.likelihood import InfeasibleError, Profile, derivatives, profile
from analysis.mixed.engine.structures import Structure
from analysis.results import FloatArray

__all__ = ["DECREMENT", "Optimum", "maximise"]

DECREMENT = 1e-12
"""Converged: the Newton decrement of the deviance, g'H^-1 g, is at most this."""

_ITERATIONS = 100
_SCORING = 3
_SMALL_PIVOT = 1e-3
_LONGEST = 2.0
_SADDLE = 1e-8
_ESCAPE = 0.5
_SIGN = -1e-6
_IDENTIFIED = 1e-9
_FURTHER = 12
_ROUNDING = 1e-12
_SINGULAR = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class Optimum:
    """The maximum of the likelihood and what inference needs there.

    Parameters
    ----------
    at : Profile
        Likelihood and coefficients at the optimum.
    coordinates : Coordinates
        Where that is in the chart.
    local : Local
        Derivatives there.
    decrement : float
        Newton decrement of the deviance over the free coordinates.
    """

    at: Profile
    coordinates: Coordinates
    local: Local
    decrement: float

    @property
    def n_free(self) -> int:
        """Free variance parameters."""
        return int(self.local.gradient.size)

    def parameter_covariance(self, information: str) -> FloatArray:
        """Return the covariance of the covariance parameters.

        Parameters
        ----------
        information : str
            ``"observed"`` or ``"expected"``.

        Returns
        -------
        array, shape (k, k)
            From the free directions; singular on the boundary.
        """
        curvature = self.local.hessian if information == "observed" else self.local.scoring
        factor = linalg.cho_factor(curvature)
        J = self.local.jacobian
        cov = 2.0 * J @ linalg.cho_solve(factor, J.T)
        return np.asarray((cov + cov.T) / 2.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Point:
    """A point and the likelihood there."""

    coordinates: Coordinates
    at: Profile


def maximise(model: Model, start: Coordinates, names: tuple[str, ...]) -> Optimum:
    """Find the variances that maximise the likelihood.

    Newton steps where the deviance is convex and scoring or downhill steps elsewhere, each halved
    until the deviance falls. A nearly singular random covariance is compared with the optimum of
    lower rank, which is taken when it is no worse and the deviance rises in every direction that
    leaves it; likewise a clinic variance near zero.

    Parameters
    ----------
    model : Model
        Strata and structures, in standardised coordinates.
    start : Coordinates
        Where to begin.
    names : tuple of str
        What each covariance parameter is, for messages.

    Returns
    -------
    Optimum
        Converged by the Newton decrement.

    Raises
    ------
    ModelError
        When the rows cannot tell the variances apart.
    ConvergenceError
        When the optimum is not reached.
    """
    point = _repivoted(_point(model, start))
    local = _local(model, point)
    _check_identified(local, names)
    point = _newton(model, point, names, local)
    tried: set[int] = set()
    while (block := _smallest(model, point, tried)) is not None:
        lower = _newton(model, _lowered(model, point, block), names)
        if _is_optimal_boundary(model, lower, point):
            point = lower
        else:
            tried.add(block)
    local = _local(model, point)
    solved = linalg.cho_solve(linalg.cho_factor(local.hessian), local.gradient)
    return Optimum(
        at=point.at,
        coordinates=point.coordinates,
        local=local,
        decrement=float(local.gradient @ solved),
    )


def _point(model: Model, coordinates: Coordinates) -> _Point:
    return _Point(coordinates=coordinates, at=profile(model, coordinates.variances()))


def _local(model: Model, point: _Point) -> Local:
    return local_of(model, point.coordinates, derivatives(model, point.at))


def _newton(
    model: Model, point: _Point, names: tuple[str, ...], known: Local | None = None
) -> _Point:
    """Iterate at fixed rank until the Newton decrement is negligible."""
    for iteration in range(_ITERATIONS):
        if known is None or iteration:
            point = _repivoted(point)
            local = _local(model, point)
        else:
            local = known
        step, is_newton = _step(local, scoring=iteration < _SCORING)
        decrement = -float(local.gradient @ step)
        if is_newton and decrement <= DECREMENT:
            return _last(model, point, step)
        try:
            point = _searched(model, point, step, decrement)
        except _StuckError:
            _check_bounded(model, point)
            raise ConvergenceError(
                "No step lowers the deviance any further although its slope is not zero, mostly "
                f"in the {_at_fault(local, step, names)}. Centre and rescale the numeric "
                "columns, or take a covariance with fewer parameters."
            ) from None
    _check_bounded(model, point)
    raise ConvergenceError(
        f"The variances did not reach an optimum in {_ITERATIONS} iterations; what moves most is "
        f"the {_at_fault(local, step, names)}. Take a covariance with fewer parameters or fewer "
        "random terms, or centre and rescale the columns behind them."
    )


def _check_bounded(model: Model, point: _Point) -> None:
    """Say so where the search went towards a singular covariance between visits."""
    for index, structure in enumerate(model.structures):
        is_free = structure.correlations is None or structure.n_correlations > 0
        if structure.needs_distances or not is_free or not _is_singular(model, point, index):
            continue
        if structure.correlations is None:
            raise ConvergenceError(_unbounded(model, structure, index))
        raise ConvergenceError(
            f"The likelihood keeps rising while the {structure.name} covariance becomes "
            "singular: some combination of a patient's scores hardly varies between patients, "
            "such as a sum that is always the same. Take 'unstructured', or leave out a visit."
        )


def _unbounded(model: Model, structure: Structure, index: int) -> str:
    """Describe a likelihood without a maximum.

    Fewer patients at all visits than a combination of visits has free numbers are fitted by it
    exactly, whatever the optimiser.
    """
    parts = [part.blocks for part in model.strata if part.structure == index]
    n = sum(float(part.counts.sum()) for part in parts)
    full = sum(float(part.counts[part.present.all(axis=1)].sum()) for part in parts)
    return (
        "The likelihood keeps rising while the unstructured covariance becomes singular, "
        f"so that it may have no maximum: {full:.0f} of {n:.0f} patients have all "
        f"{structure.n_visits} visits. Take a covariance with fewer parameters, such as "
        "'heterogeneous toeplitz', or leave out visits that few patients reached."
    )


def _is_singular(model: Model, point: _Point, index: int) -> bool:
    """Look for a combination of visits without variance."""
    distances = next(part.distances for part in model.strata if part.structure == index)
    matrix = model.structures[index].shape(point.coordinates.residual[index], distances).matrix
    spread = np.sqrt(np.diag(matrix))
    return bool(np.linalg.eigvalsh(matrix / np.outer(spread, spread))[0] < _SINGULAR)


def _last(model: Model, point: _Point, step: FloatArray) -> _Point:
    """Take the last Newton step, which squares what was left, if it can be taken."""
    try:
        return _point(model, point.coordinates.moved(step))
    except InfeasibleError:
        return point


def _at_fault(local: Local, step: FloatArray, names: tuple[str, ...]) -> str:
    """Name the covariance parameter that the step would change most for its size."""
    change = np.abs(local.jacobian @ step * local.slope.gradient)
    return names[int(np.argmax(change))]


def _step(local: Local, *, scoring: bool) -> tuple[FloatArray, bool]:
    """Take the Newton step where the deviance is convex.

    Elsewhere a scoring step at first. Later the Newton step with the sign of negative curvature
    turned: a scoring step would follow the chart's own flatness where a factor is nearly zero. At
    a saddle, such as a factor of exactly zero, along the negative curvature.
    """
    try:
        return -linalg.cho_solve(linalg.cho_factor(local.hessian), local.gradient), True
    except linalg.LinAlgError:
        values, vectors = np.linalg.eigh(local.scoring if scoring else local.hessian)
    sizes = np.maximum(np.abs(values), 1e-8 * np.abs(values).max())
    step = -vectors @ ((vectors.T @ local.gradient) / sizes)
    if -float(local.gradient @ step) > _SADDLE:
        return step, False
    return _ESCAPE * np.linalg.eigh(local.hessian)[1][:, 0], False


class _StuckError(Exception):
    """No length of a step lowers the deviance."""


def _searched(model: Model, point: _Point, step: FloatArray, decrement: float) -> _Point:
    """Shorten the step until the deviance falls, up to rounding."""
    rounding = _ROUNDING * max(1.0, abs(point.at.deviance))
    length = min(1.0, _longest(point) / max(float(np.abs(step).max()), 1e-300))
    for _ in range(40):
        try:
            trial = _point(model, point.coordinates.moved(length * step))
        except InfeasibleError:
            length /= 2.0
            continue
        if trial.at.deviance <= point.at.deviance - 1e-4 * length * decrement + rounding:
            return trial
        length /= 2.0
    raise _StuckError


def _longest(point: _Point) -> float:
    """Bound a step by the size of the coordinates."""
    sizes = [np.abs(part).max(initial=0.0) for part in point.coordinates.factors]
    sizes += [np.abs(theta).max(initial=0.0) for theta in point.coordinates.residual]
    return max(_LONGEST, float(max(sizes)))


def _residual_size(model: Model, point: _Point) -> float:
    """Return the mean residual variance."""
    total = [
        np.diagonal(
            model.structures[stratum.structure]
            .shape(point.coordinates.residual[stratum.structure], stratum.distances)
            .matrix,
            axis1=-2,
            axis2=-1,
        ).mean()
        for stratum in model.strata[:1]
    ]
    return float(total[0])


def _smallest(model: Model, point: _Point, tried: set[int]) -> int | None:
    """Find a random block, or the clinic (-1), whose smallest variance is next to nothing."""
    scale = _residual_size(model, point)
    for index, factor in enumerate(point.coordinates.factors):
        if factor.shape[1] and index not in tried:
            smallest = float(np.linalg.svd(factor, compute_uv=False)[-1] ** 2)
            if smallest < _SMALL_PIVOT * scale:
                return index
    clinic = point.coordinates.clinic
    if clinic is not None and -1 not in tried and clinic**2 < _SMALL_PIVOT * scale:
        return -1
    return None


def _lowered(model: Model, point: _Point, block: int) -> _Point:
    """Drop the smallest principal direction of a random block, or the clinic intercept."""
    if block < 0:
        return _point(model, replace(point.coordinates, clinic=None))
    factor = point.coordinates.factors[block]
    rank = factor.shape[1] - 1
    left, values, _ = np.linalg.svd(factor, full_matrices=False)
    lower, order = pivoted(left[:, :rank] * values[:rank])
    return _point(model, _with_factor(point.coordinates, block, lower, order))


def _with_factor(
    at: Coordinates, block: int, factor: FloatArray, order: tuple[int, ...]
) -> Coordinates:
    """Exchange the factor of a random block."""
    factors, orders = list(at.factors), list(at.orders)
    factors[block], orders[block] = factor, order
    return replace(at, factors=tuple(factors), orders=tuple(orders))


def _repivoted(point: _Point) -> _Point:
    """Rotate all factors into the smooth part of the chart."""
    coordinates = point.coordinates
    for block, factor in enumerate(coordinates.factors):
        coordinates = _with_factor(coordinates, block, *pivoted(factor))
    return _Point(coordinates=coordinates, at=point.at)


def _is_optimal_boundary(model: Model, lower: _Point, upper: _Point) -> bool:
    """Check that the boundary is no worse and that leaving it raises the deviance."""
    if lower.at.deviance > upper.at.deviance + 1e-8:
        return False
    slope = derivatives(model, lower.at)
    scale = _residual_size(model, lower)
    for factor, gradient in zip(
        lower.coordinates.factors, random_gradient(model, slope), strict=True
    ):
        q, rank = factor.shape
        if rank == q:
            continue
        basis = np.linalg.svd(factor, full_matrices=True)[0][:, rank:] if rank else np.eye(q)
        if float(np.linalg.eigvalsh(scale * (basis.T @ gradient @ basis))[0]) < _SIGN:
            return False
    held = model.n_clinics > 0 and lower.coordinates.clinic is None
    return not held or float(scale * slope.gradient[-1]) >= _SIGN


def _check_identified(local: Local, names: tuple[str, ...]) -> None:
    """Refuse designs whose information about the variances is singular."""
    spread = np.sqrt(np.maximum(np.diag(local.scoring), 1e-300))
    values, vectors = np.linalg.eigh(local.scoring / np.outer(spread, spread))
    if values[0] < _IDENTIFIED:
        weight = np.abs(local.jacobian @ (vectors[:, 0] / spread))
        blurred = [name for name, w in zip(names, weight, strict=True) if w > 0.2 * weight.max()]
        raise ModelError(
            f"The rows cannot tell apart, or say nothing about: {', '.join(blurred[:_FURTHER])}. "
            "Too few patients have enough rows, or two parts of the covariance carry the same "
            "information. Take fewer random terms or a covariance with fewer parameters."
        )
