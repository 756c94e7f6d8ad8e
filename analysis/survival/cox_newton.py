"""Maximise the partial likelihood by Newton steps, and name coefficients that have no maximum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from analysis.errors import ConvergenceError, ModelError
from analysis.formulas.rank import determined_columns
from analysis.results import FloatArray
from analysis.survival.partial_likelihood import PartialLikelihood, evaluate
from analysis.survival.risk_sets import RiskSets

__all__ = ["DECREMENT", "Optimum", "maximise"]

DECREMENT = 1e-12
"""Newton decrement below which a fit has converged."""

_EXACT = 1e-20
_ITERATIONS = 50
_HALVINGS = 40
_FLAT = 1e-6
_LARGE_STEP = 0.1
_NO_SIZE = 1e-7


@dataclass(frozen=True, kw_only=True, eq=False)
class Optimum:
    """The maximum of the partial likelihood.

    Parameters
    ----------
    beta : array, shape (p,)
        Coefficients.
    information : array, shape (p, p)
        Observed information there.
    at, null : PartialLikelihood
        The likelihood there and at 0.
    score_test : float
        Score statistic of all coefficients being 0.
    decrement : float
        Newton decrement reached.
    iterations : int
        Newton steps.
    """

    beta: FloatArray
    information: FloatArray
    at: PartialLikelihood
    null: PartialLikelihood
    score_test: float
    decrement: float
    iterations: int


def maximise(sets: RiskSets, X: FloatArray, terms: Sequence[str]) -> Optimum:
    """Find the coefficients that maximise the partial likelihood.

    Parameters
    ----------
    sets : RiskSets
        The layout.
    X : array, shape (p, n)
        Covariates in its order, centred and of a common size.
    terms : sequence of str
        Names for messages, shape (p,).

    Returns
    -------
    Optimum
        The maximum, one step beyond the first at which the decrement is at most `DECREMENT`.

    Raises
    ------
    ModelError
        When a covariate does not vary among those at risk at the events.
    ConvergenceError
        When the likelihood rises without end along a coefficient, or Newton's method fails.
    """
    beta = np.zeros(len(X))
    null = at = evaluate(sets, X, beta)
    information = at.information(sets, X)
    _check_information(information, terms)
    score_test, reach, is_last = None, np.inf, False
    for iteration in range(_ITERATIONS):
        score = at.score(sets, X)
        step = _newton_step(information, score, X, beta, terms)
        decrement = float(score @ step)
        score_test = decrement if score_test is None else score_test
        if decrement <= _EXACT or (is_last and decrement <= DECREMENT):
            return Optimum(
                beta=beta,
                information=information,
                at=at,
                null=null,
                score_test=score_test,
                decrement=decrement,
                iterations=iteration,
            )
        if decrement <= _FLAT:
            reach = _check_bounded(X, step, reach, terms)
        is_last = decrement <= DECREMENT
        beta, at = _advance(sets, X, beta, step, at, exact=decrement <= _FLAT)
        information = at.information(sets, X)
    raise _not_converged(terms)


def _newton_step(
    information: FloatArray,
    score: FloatArray,
    X: FloatArray,
    beta: FloatArray,
    terms: Sequence[str],
) -> FloatArray:
    """Solve for the step; an information that is lost on the way means a flat likelihood."""
    try:
        return np.asarray(linalg.cho_solve(linalg.cho_factor(information), score))
    except np.linalg.LinAlgError:
        raise _monotone(X, beta, terms) from None


def _advance(
    sets: RiskSets,
    X: FloatArray,
    beta: FloatArray,
    step: FloatArray,
    at: PartialLikelihood,
    *,
    exact: bool,
) -> tuple[FloatArray, PartialLikelihood]:
    """Take the step, halved until the likelihood does not fall; near the maximum as it is."""
    for _ in range(_HALVINGS):
        there = evaluate(sets, X, beta + step)
        if there.log_likelihood >= at.log_likelihood or (
            exact and np.isfinite(there.log_likelihood)
        ):
            return beta + step, there
        step = step / 2.0
    raise ConvergenceError(
        "The partial likelihood could not be raised along a Newton step. Rescale covariates of "
        "extreme size, or leave out rows that are at risk for a moment only."
    )


def _check_information(information: FloatArray, terms: Sequence[str]) -> None:
    """Refuse covariates that do not vary, beside others, among those at risk at the events."""
    size = np.sqrt(np.maximum(np.diag(information), 0.0))
    length = np.where(size > _NO_SIZE * size.max(), size, np.inf)
    idle = [terms[index] for index in determined_columns(information / np.outer(length, length))]
    if idle:
        raise ModelError(
            f"The terms {', '.join(map(repr, idle))} do not vary, or are determined by those "
            "before them, among the rows at risk at the events (within strata). Remove them from "
            "the formula, merge levels, or do not also stratify by them."
        )


def _check_bounded(X: FloatArray, step: FloatArray, reach: float, terms: Sequence[str]) -> float:
    """Refuse steps that stay large although the likelihood is flat; return their size."""
    size = float(np.abs(step @ X).max())
    if size > _LARGE_STEP and size > reach / 2.0:
        raise _monotone(X, step, terms)
    return size


def _monotone(X: FloatArray, direction: FloatArray, terms: Sequence[str]) -> ConvergenceError:
    """Name the coefficients that move most along a direction without a maximum."""
    moves = np.abs(direction) * np.ptp(X, axis=1)
    named = [term for term, move in zip(terms, moves, strict=True) if move >= 0.25 * moves.max()]
    return ConvergenceError(
        f"The likelihood rises without end along {', '.join(map(repr, named))}: a level has no "
        "event, or the covariates order all events (separation), so the hazard ratio is 0 or "
        "infinite. Merge levels, leave the term out, or compare the groups by a logrank test."
    )


def _not_converged(terms: Sequence[str]) -> ConvergenceError:
    """Say that Newton's method ran out of steps."""
    return ConvergenceError(
        f"Cox regression on {len(terms)} terms did not converge in {_ITERATIONS} Newton steps. "
        "Look for covariates that are nearly collinear or have extreme values."
    )
