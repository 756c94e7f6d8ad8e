"""Maximise a concave log-likelihood by Newton steps, and name parameters without a maximum.

What is maximised is in partial_likelihood.py, subdistribution_fit.py and aft_likelihood.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from scipy import linalg

from analysis.errors import ConvergenceError, ModelError
from analysis.formulas.rank import determined_columns
from analysis.results import FloatArray

__all__ = ["DECREMENT", "Optimum", "Point", "maximise"]

State = TypeVar("State")

DECREMENT = 1e-12
"""Newton decrement below which a fit has converged."""

_EXACT = 1e-20
_ITERATIONS = 50
_HALVINGS = 40
_FLAT = 1e-6
_LARGE_STEP = 0.1
_NO_SIZE = 1e-7


@dataclass(frozen=True, kw_only=True, eq=False)
class Point(Generic[State]):
    """A log-likelihood at given parameters.

    Parameters
    ----------
    parameters : array, shape (p,)
        The parameters.
    log_likelihood : float
        Its value; minus infinity where it cannot be computed.
    score : array, shape (p,)
        Its slope.
    information : array, shape (p, p)
        Minus its curvature.
    state : object
        What else was computed there.
    """

    parameters: FloatArray
    log_likelihood: float
    score: FloatArray
    information: FloatArray
    state: State


@dataclass(frozen=True, kw_only=True, eq=False)
class Optimum(Generic[State]):
    """The maximum of a log-likelihood.

    Parameters
    ----------
    point, start : Point
        The maximum, and where the search began.
    score_test : float
        Score statistic of the start.
    decrement : float
        Newton decrement reached.
    iterations : int
        Newton steps.
    """

    point: Point[State]
    start: Point[State]
    score_test: float
    decrement: float
    iterations: int


def maximise(
    evaluate: Callable[[FloatArray], Point[State]],
    start: FloatArray,
    X: FloatArray,
    terms: Sequence[str],
) -> Optimum[State]:
    """Find the parameters that maximise a concave log-likelihood.

    Parameters
    ----------
    evaluate : callable
        Gives the log-likelihood at parameters, shape (p,).
    start : array, shape (p,)
        Where to begin.
    X : array, shape (p, n)
        How much each parameter moves the linear predictor of each row.
    terms : sequence of str
        Names for messages, shape (p,).

    Returns
    -------
    Optimum
        The maximum, one step beyond the first at which the decrement is at most `DECREMENT`.

    Raises
    ------
    ModelError
        When the likelihood does not depend on a parameter beside those before it.
    ConvergenceError
        When the likelihood rises without end along a parameter, or Newton's method fails.
    """
    first = point = evaluate(start)
    _check_information(first.information, terms)
    score_test, reach, is_last = None, np.inf, False
    for iteration in range(_ITERATIONS):
        step = _newton_step(point, X, terms)
        decrement = float(point.score @ step)
        score_test = decrement if score_test is None else score_test
        if decrement <= _EXACT or (is_last and decrement <= DECREMENT):
            return Optimum(
                point=point,
                start=first,
                score_test=score_test,
                decrement=decrement,
                iterations=iteration,
            )
        if decrement <= _FLAT:
            reach = _check_bounded(X, step, reach, terms)
        is_last = decrement <= DECREMENT
        point = _advance(evaluate, point, step, exact=decrement <= _FLAT)
    raise _not_converged(terms)


def _newton_step(point: Point[State], X: FloatArray, terms: Sequence[str]) -> FloatArray:
    """Solve for the step; an information that is lost on the way means a flat likelihood."""
    try:
        return np.asarray(linalg.cho_solve(linalg.cho_factor(point.information), point.score))
    except np.linalg.LinAlgError:
        raise _monotone(X, point.parameters, terms) from None


def _advance(
    evaluate: Callable[[FloatArray], Point[State]],
    point: Point[State],
    step: FloatArray,
    *,
    exact: bool,
) -> Point[State]:
    """Take the step, halved until the likelihood does not fall; near the maximum as it is."""
    for _ in range(_HALVINGS):
        there = evaluate(point.parameters + step)
        value = there.log_likelihood
        if value >= point.log_likelihood or (exact and np.isfinite(value)):
            return there
        step = step / 2.0
    raise ConvergenceError(
        "The likelihood could not be raised along a Newton step. Rescale covariates of extreme "
        "size, or leave out rows that are at risk for a moment only."
    )


def _check_information(information: FloatArray, terms: Sequence[str]) -> None:
    """Refuse covariates that do not vary, beside others, among those at risk at the events."""
    size = np.sqrt(np.maximum(np.diag(information), 0.0))
    length = np.where(size > _NO_SIZE * size.max(), size, np.inf)
    idle = [terms[index] for index in determined_columns(information / np.outer(length, length))]
    if idle:
        raise ModelError(
            f"The terms {', '.join(map(repr, idle))} do not vary, or are determined by those "
            "before them, among the rows that tell about events (within strata). Remove them from "
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
        "event, or the covariates order all events (separation), so that the effect is infinite. "
        "Merge levels, leave the term out, or compare the groups by a logrank test."
    )


def _not_converged(terms: Sequence[str]) -> ConvergenceError:
    """Say that Newton's method ran out of steps."""
    return ConvergenceError(
        f"The regression on {len(terms)} parameters did not converge in {_ITERATIONS} Newton "
        "steps. Look for covariates that are nearly collinear or have extreme values."
    )
