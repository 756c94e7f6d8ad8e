"""Maximum-likelihood probabilities of places, when each row tells a set of places only.

A constrained Newton method: places enter where the likelihood would gain, probabilities come
from a non-negative least-squares problem, and places that end at 0 leave. Pure arrays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular
from scipy.optimize import nnls

from analysis.errors import ConvergenceError
from analysis.results import FloatArray

__all__ = ["Coverage", "Masses", "fit_masses"]

Positions = npt.NDArray[np.intp]

AIM, ENOUGH = 1e-9, 1e-4
"""Largest gain of log-likelihood left: what is aimed at, and what is accepted in the end."""

_ITERATIONS = 300
_BLOCK = 500  # probabilities solved for together; more are taken in blocks
_FIRST_EM, _EM = 60, 5  # steps of EM that carry probability between blocks
_RIDGE = 1e-11  # relative; places that no row tells apart leave the Hessian singular
_ASCENT, _SMALLEST_STEP = 1e-4, 1e-12
_ROUNDING = 1e-13  # relative error of a log-likelihood
_EMPTY = 1e-13  # masses below are what rounding left of 0: those of rows are at least 1 / n


@dataclass(frozen=True, kw_only=True, eq=False)
class Coverage:
    """Rows of which each covers a run of places in a certain order of the places.

    Parameters
    ----------
    order : array of int, shape (m,)
        The places in the order in which runs are runs.
    first, last : array of int, shape (k,)
        Row i covers ``order[first[i]:last[i]]``.
    weight : array, shape (k,)
        Number of patients.
    """

    order: Positions
    first: Positions
    last: Positions
    weight: FloatArray

    def probability(self, mass: FloatArray) -> FloatArray:
        """Sum the masses (m,) that each row covers."""
        summed = np.append(0.0, np.cumsum(mass[self.order]))
        return np.asarray(summed[self.last] - summed[self.first])

    def total(self, value: FloatArray) -> FloatArray:
        """Sum the values (k,) of the rows that cover each place."""
        size = self.order.size + 1
        change = np.bincount(self.first, value, size) - np.bincount(self.last, value, size)
        totals = np.empty(self.order.size)
        totals[self.order] = np.cumsum(change)[:-1]
        return totals

    def products(self, value: FloatArray, places: Positions) -> FloatArray:
        """Sum the values (k,) of the rows that cover both of each pair of some places."""
        among = np.zeros(self.order.size, dtype=bool)
        among[places] = True
        kept = among[self.order]
        before = np.append(0, np.cumsum(kept))
        size = places.size + 1
        runs = before[self.first] * size + before[self.last]
        begun = np.bincount(runs, value, size * size).reshape(size, size).cumsum(axis=0)
        covered = np.triu(begun[:-1, ::-1].cumsum(axis=1)[:, -2::-1])
        both = covered + np.triu(covered, 1).T
        at = np.searchsorted(places, self.order[kept])
        result = np.empty_like(both)
        result[np.ix_(at, at)] = both
        return np.asarray(result)

    def stabs(self) -> Positions:
        """Find few places of which every row covers at least one."""
        size = self.order.size
        nearest = np.full(size + 1, size + 1)
        np.minimum.at(nearest, self.first, self.last)
        nearest = np.minimum.accumulate(nearest[::-1])[::-1]
        found, here = [], int(nearest[0])
        while here <= size:
            found.append(here - 1)
            here = int(nearest[here])
        return self.order[found]


@dataclass(frozen=True, kw_only=True, eq=False)
class Masses:
    """Probabilities of places at the maximum of the likelihood.

    Parameters
    ----------
    place : array of int, shape (s,)
        Places with a positive probability, rising.
    mass : array, shape (s,)
        Their probabilities, which sum to 1.
    log_likelihood : float
        Sum of the logs of the probabilities of the rows.
    kkt_gap : float
        A bound on how much the log-likelihood could still gain, see `fit_masses`.
    iterations : int
        Newton steps.
    """

    place: Positions
    mass: FloatArray
    log_likelihood: float
    kkt_gap: float
    iterations: int


@dataclass(frozen=True, kw_only=True, eq=False)
class _State:
    """Masses (m,), the probabilities of the rows, and the derivative by each mass (m,)."""

    mass: FloatArray
    probability: tuple[FloatArray, ...]
    gradient: FloatArray
    log_likelihood: float


def fit_masses(rows: Sequence[Coverage]) -> Masses:
    """Find the probabilities of places that make the rows most likely.

    Parameters
    ----------
    rows : sequence of Coverage
        All over the same m places; every row covers a place.

    Returns
    -------
    Masses
        The maximum; always the same for the same rows.

    Raises
    ------
    ConvergenceError
        When the gap stays above 1e-4.

    Notes
    -----
    The gap is the largest derivative of the log-likelihood by a mass, minus the sum of the
    weights. As the log-likelihood is concave, no probabilities reach more than the present
    log-likelihood plus the gap. The probabilities of the rows are unique; the masses nearly
    always are.

    References
    ----------
    Wang Y (2007). JRSS B 69:185-198.
    Wang Y, Fani S (2018). Statistics and Computing 28:879-896.

    Examples
    --------
    >>> rows = Coverage(order=np.arange(2), first=np.array([0, 0]), last=np.array([1, 2]),
    ...                 weight=np.array([1.0, 1.0]))
    >>> fit_masses([rows]).place.tolist()
    [0]
    """
    total = sum(float(part.weight.sum()) for part in rows)
    state, before = _evaluate(rows, _initial(rows)), np.inf
    for iteration in range(_ITERATIONS):
        state = _expectation(rows, state, total, _EM if iteration else _FIRST_EM)
        gap = float(state.gradient.max()) - total
        stalled = gap > before / 2.0  # Newton steps do far better until only rounding is left
        if gap <= AIM or (gap <= ENOUGH and stalled):
            break
        before = gap
        state = _newton(rows, state, total)
    if not gap <= ENOUGH:
        raise ConvergenceError(
            f"The estimate from intervals stopped with {gap:.2g} of log-likelihood possibly left "
            f"(allowed are {ENOUGH:g}). Round the times, for example to whole days."
        )
    place = np.flatnonzero(state.mass > 0.0)
    return Masses(
        place=place,
        mass=state.mass[place],
        log_likelihood=state.log_likelihood,
        kkt_gap=max(gap, 0.0),
        iterations=iteration,
    )


def _initial(rows: Sequence[Coverage]) -> FloatArray:
    """Begin with equal masses at few places."""
    places = np.unique(np.concatenate([part.stabs() for part in rows]))
    mass = np.zeros(rows[0].order.size)
    mass[places] = 1.0 / places.size
    return mass


def _evaluate(rows: Sequence[Coverage], mass: FloatArray) -> _State:
    """Compute log-likelihood and gradient."""
    probability = tuple(part.probability(mass) for part in rows)
    pairs = list(zip(rows, probability, strict=True))
    return _State(
        mass=mass,
        probability=probability,
        gradient=np.sum([part.total(part.weight / chance) for part, chance in pairs], axis=0),
        log_likelihood=sum(float(part.weight @ np.log(chance)) for part, chance in pairs),
    )


def _expectation(rows: Sequence[Coverage], state: _State, total: float, steps: int) -> _State:
    """Take steps of EM when the masses are too many for one Newton step."""
    if np.count_nonzero(state.mass) <= _BLOCK:
        return state
    for _ in range(steps):
        state = _evaluate(rows, state.mass * state.gradient / total)
    return state


def _newton(rows: Sequence[Coverage], state: _State, total: float) -> _State:
    """Let places enter, solve for the masses, and search along the way there."""
    places = _with_candidates(state, total)
    target = np.zeros_like(state.mass)
    curvature = [
        part.weight / chance**2 for part, chance in zip(rows, state.probability, strict=True)
    ]
    for block in _blocks(places):
        hessian = sum(
            part.products(value, block) for part, value in zip(rows, curvature, strict=True)
        )
        target[block] = _nonnegative(
            np.asarray(hessian), state.mass[block], state.gradient[block] - total
        )
    return _search(rows, state, target - state.mass, total)


def _with_candidates(state: _State, total: float) -> Positions:
    """Add the place of the largest gradient between neighbouring places in use."""
    used = np.flatnonzero(state.mass > 0.0)
    piece = np.append(0, np.cumsum(state.mass > 0.0)[:-1])
    order = np.lexsort((-state.gradient, piece))
    best = order[np.append(True, np.diff(piece[order]) > 0)]
    return np.union1d(used, best[state.gradient[best] > total])


def _blocks(places: Positions) -> Iterator[Positions]:
    """Cut the places into blocks of neighbours."""
    n_blocks = -(-places.size // _BLOCK)
    yield from np.array_split(places, n_blocks)


def _nonnegative(hessian: FloatArray, mass: FloatArray, gradient: FloatArray) -> FloatArray:
    """Maximise the quadratic approximation over non-negative masses."""
    scale = 1.0 / np.sqrt(np.diag(hessian))
    scaled = hessian * np.outer(scale, scale) + _RIDGE * np.eye(mass.size)
    factor = np.linalg.cholesky(scaled)
    aim = factor.T @ (mass / scale) + solve_triangular(factor, gradient * scale, lower=True)
    free = solve_triangular(factor, aim, lower=True, trans="T")
    return np.asarray((free if (free >= 0.0).all() else nnls(factor.T, aim)[0]) * scale)


def _search(rows: Sequence[Coverage], state: _State, direction: FloatArray, total: float) -> _State:
    """Halve the step until the likelihood rises enough; stay when no step is left.

    Masses need not sum to 1 on the way: the likelihood less the sum of the masses, times the
    weights, has its maximum where they do.
    """
    slope = float((state.gradient - total) @ direction)
    begin = state.log_likelihood - total * float(state.mass.sum())
    step = 1.0
    while step > _SMALLEST_STEP:
        mass = state.mass + step * direction
        mass[mass < _EMPTY] = 0.0
        chances = [part.probability(mass) for part in rows]
        if all((chance > 0.0).all() for chance in chances):
            logs = zip(rows, chances, strict=True)
            value = sum(float(part.weight @ np.log(chance)) for part, chance in logs)
            gain = value - total * float(mass.sum()) - begin
            if gain >= _ASCENT * step * slope - _ROUNDING * abs(begin):
                return _evaluate(rows, mass / mass.sum())
        step /= 2.0
    return state
