"""Try resamples in order, some at a time, until enough succeeded or too many failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from analysis.errors import ConvergenceError, ModelError
from analysis.missing.places import Codes
from analysis.progress import progress

__all__ = ["Succeeded", "tried"]

_MOST_FAILED = 0.1

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, eq=False)
class Succeeded(Generic[T]):
    """Answers of the resamples that succeeded.

    Parameters
    ----------
    answers : list
        One per resample.
    attempts : array of int, shape (R,)
        Numbers of these resamples.
    n_failed : int
        Resamples before the last of them that failed.
    """

    answers: list[T]
    attempts: Codes
    n_failed: int


def tried(
    answered: Callable[[Codes], Iterator[T | ModelError]], wanted: int, at_once: int
) -> Succeeded[T]:
    """Go through resamples by number until enough succeeded.

    Parameters
    ----------
    answered : callable
        From numbers of resamples to the answer of each, or why it failed.
    wanted : int
        How many must succeed.
    at_once : int
        How many are answered together at most; it does not change which succeed.

    Returns
    -------
    Succeeded
        The first that did.

    Raises
    ------
    ConvergenceError
        When more than a tenth of those wanted, and more than two, fail.

    Examples
    --------
    >>> def answered(numbers):
    ...     yield from (ModelError("odd") if number == 1 else 10 * number for number in numbers)
    >>> found = tried(answered, wanted=3, at_once=2)
    >>> [int(answer) for answer in found.answers], found.attempts.tolist(), found.n_failed
    ([0, 20, 30], [0, 2, 3], 1)
    """
    answers: list[T] = []
    attempts: list[int] = []
    bar = progress(range(wanted), doing="resamples", unit="resample")
    done = 0
    while len(answers) < wanted:
        numbers = np.arange(done, done + min(at_once, wanted - len(answers)))
        done += numbers.size
        for number, answer in zip(numbers, answered(numbers), strict=True):
            if isinstance(answer, ModelError):
                _check_few(int(number) + 1 - len(answers), wanted, answer)
                continue
            answers.append(answer)
            attempts.append(int(number))
            next(bar)
    next(bar, None)  # takes the bar away
    return Succeeded(
        answers=answers,
        attempts=np.array(attempts, dtype=np.intp),
        n_failed=done - len(answers),
    )


def _check_few(n_failed: int, wanted: int, last: ModelError) -> None:
    """Give up when so many failed that the others are no fair sample."""
    if n_failed > max(2, _MOST_FAILED * wanted):
        raise ConvergenceError(
            f"{n_failed} resamples of {wanted} could not be fitted, more than a "
            "tenth, so that the others are no fair sample. Take inference='jackknife', a "
            f"smaller formula, or fewer visits. The last one: {last}"
        )
