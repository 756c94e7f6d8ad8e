"""Maximise the likelihoods of many data sets at once by quasi-Newton steps.

All start at the optimum of all patients with the inverse second derivatives there, which
Broyden's, Fletcher's, Goldfarb's and Shanno's update then fits to each data set (Nocedal and Wright
2006, section 6.1). Steps are not shortened: what strays is left to the careful optimiser.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analysis.missing.batched_likelihood import matrices_of, slopes_at
from analysis.missing.batched_sums import BatchedSums
from analysis.missing.places import Codes, Mask
from analysis.results import FloatArray

__all__ = ["BatchedOptima", "maximise_all"]

_DECREMENT = 1e-18
_ITERATIONS = 30
_SINGULAR = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class BatchedOptima:
    """Optima of B data sets in standardised coordinates.

    Parameters
    ----------
    theta : array, shape (B, q)
        Lower triangles of the covariances, group by group.
    beta : array, shape (B, p)
        Coefficients.
    reached : array of bool, shape (B,)
        Whether the Newton decrement of the deviance is negligible; other rows mean nothing.
    """

    theta: FloatArray
    beta: FloatArray
    reached: Mask


def maximise_all(
    sums: BatchedSums, start: FloatArray, inverse: FloatArray, *, reml: bool
) -> BatchedOptima:
    """Find the covariances that maximise the likelihood of every data set.

    Parameters
    ----------
    sums : BatchedSums
        B data sets, each of which determines the mean.
    start : array, shape (q,)
        Covariances at the optimum of all patients.
    inverse : array, shape (q, q)
        Inverse second derivatives of their deviance there.
    reml : bool
        Restricted likelihood.

    Returns
    -------
    BatchedOptima
        Those that were reached within a bounded number of steps.
    """
    n_sets = len(sums.n_rows)
    theta = np.tile(start, (n_sets, 1))
    slopes = slopes_at(sums, theta, reml=reml)
    state = _Search(
        sets=np.arange(n_sets),
        sums=sums,
        theta=theta,
        gradient=slopes.gradient,
        inverse=np.tile(inverse, (n_sets, 1, 1)),
    )
    found = BatchedOptima(
        theta=theta.copy(), beta=slopes.beta.copy(), reached=np.zeros(n_sets, dtype=bool)
    )
    with np.errstate(over="ignore", invalid="ignore"):  # what strays is left behind
        for _ in range(_ITERATIONS):
            if not state.sets.size:
                break
            state = _moved(state, found, reml=reml)
    return found


def _moved(state: _Search, found: BatchedOptima, *, reml: bool) -> _Search:
    """Take one step, put aside what has arrived, and go on with the others."""
    step = -(state.inverse @ state.gradient[:, :, None])[:, :, 0]
    decrement = -(state.gradient * step).sum(axis=1)
    possible = (decrement >= 0.0) & _definite(state.theta + step, state.sums.n_visits)
    if not possible.all():
        state, step, decrement = state.of(possible), step[possible], decrement[possible]
    if not state.sets.size:
        return state
    theta = state.theta + step
    slopes = slopes_at(state.sums, theta, reml=reml)
    done = decrement <= _DECREMENT  # before this step, which made it smaller still
    arrived = state.sets[done]
    found.theta[arrived], found.beta[arrived] = theta[done], slopes.beta[done]
    found.reached[arrived] = True
    inverse = _updated(state.inverse, step, slopes.gradient - state.gradient)
    state = replace(state, theta=theta, gradient=slopes.gradient, inverse=inverse)
    return state.of(~done) if done.any() else state


@dataclass(frozen=True, kw_only=True, eq=False)
class _Search:
    """Data sets that are still on their way: which, where, and how the deviance bends there."""

    sets: Codes
    sums: BatchedSums
    theta: FloatArray
    gradient: FloatArray
    inverse: FloatArray

    def of(self, kept: Mask) -> _Search:
        """Leave some data sets behind."""
        return _Search(
            sets=self.sets[kept],
            sums=self.sums.of(kept),
            theta=self.theta[kept],
            gradient=self.gradient[kept],
            inverse=self.inverse[kept],
        )


def _definite(theta: FloatArray, n_visits: int) -> Mask:
    """Check that all covariances of a data set are positive definite."""
    finite = np.isfinite(theta).all(axis=1, keepdims=True)
    values = np.linalg.eigvalsh(matrices_of(np.where(finite, theta, 0.0), n_visits))
    return np.asarray((values[..., 0] > _SINGULAR * values[..., -1]).all(axis=1))


def _updated(inverse: FloatArray, step: FloatArray, change: FloatArray) -> FloatArray:
    """Fit the inverse second derivatives to how the slope changed along the last step."""
    along = (step * change).sum(axis=1)
    turned = (inverse @ change[:, :, None])[:, :, 0]
    bent = along > 0.0
    rho = np.divide(1.0, along, out=np.zeros_like(along), where=bent)
    size = rho * (1.0 + rho * (change * turned).sum(axis=1))
    mixed = turned[:, :, None] * step[:, None, :]
    added = size[:, None, None] * step[:, :, None] * step[:, None, :]
    return np.asarray(inverse + added - rho[:, None, None] * (mixed + mixed.transpose(0, 2, 1)))
