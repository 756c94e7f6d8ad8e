"""What sites are asked in the next round of a Cox regression, and whether they answered it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from analysis.distributed.bundles.rounds import Ask
from analysis.distributed.bundles.specification import Specification
from analysis.distributed.cox.rounds import SAME, NextRound
from analysis.errors import DataError
from analysis.results import FloatArray

__all__ = ["is_answered", "next_ask", "require_answers"]


def next_ask(
    specification: Specification, results: Mapping[str, Any], before: Ask | None
) -> Ask | None:
    """Collect what the next round is asked.

    Parameters
    ----------
    specification : Specification
        The agreement.
    results : mapping of str to object
        Of all rounds so far.
    before : Ask or None
        What the last round was asked.

    Returns
    -------
    Ask or None
        None when every analysis is finished.
    """
    open_ = {name: each.beta for name, each in results.items() if isinstance(each, NextRound)}
    if not open_:
        return None
    number = 2 if before is None else before.round + 1
    return Ask(round=number, specification_sha256=specification.sha256, coefficients=open_)


def is_answered(ask: Ask, answered: Mapping[str, FloatArray]) -> bool:
    """Tell whether answers are those to a question.

    Parameters
    ----------
    ask : Ask
        The question.
    answered : mapping of str to array, shape (p,)
        Coefficients at which an analysis was evaluated.

    Returns
    -------
    bool
        Also where another machine, with other linear algebra, asked for the same but for rounding.
    """
    return set(ask.coefficients) == set(answered) and all(
        np.allclose(answered[name], beta, rtol=SAME, atol=SAME * SAME)
        for name, beta in ask.coefficients.items()
    )


def require_answers(
    number: int,
    asks: Sequence[Ask | None],
    fits: Callable[[Ask], bool],
    answered: Mapping[str, FloatArray] | None = None,
) -> None:
    """Refuse bundles of a round that answer another question than the one that was to be asked.

    Parameters
    ----------
    number : int
        The round, as its bundles say.
    asks : sequence of Ask or None
        What the bundles before it ask, round by round from the second on; the last is of this
        round. None: nothing, since all was finished.
    fits : callable
        Whether the bundles answer a question.
    answered : mapping of str to array, optional
        Their coefficients, where they can be read.

    Raises
    ------
    DataError
        With the round that was answered, the one that was expected, and what to do.
    """
    asked = asks[-1]
    if asked is None:
        raise DataError(
            f"There are bundles of round {number}, but every Cox regression was finished after "
            f"round {number - 1}, so that nothing was asked. Pool without them."
        )
    if fits(asked):
        return
    before = [ask.round for ask in asks[:-1] if ask is not None and fits(ask)]
    found = f"round {before[0]} once more" if before else "a question that these bundles never ask"
    between = "round 1" if number == 2 else f"rounds 1 to {number - 1}"
    raise DataError(
        f"The bundles of round {number} answer {found}. Expected are answers to what the bundles "
        f"of {between} ask{_difference(asked, answered)}. Take the bundles of round {number} out, "
        "pool the others with --out, and send all sites the next-round.json that is written."
    )


def _difference(ask: Ask, answered: Mapping[str, FloatArray] | None) -> str:
    """Say in what answers differ from the question, so that the two files can be told apart."""
    if answered is None:
        return ""
    if set(answered) != set(ask.coefficients):
        asked, found = (
            ", ".join(map(repr, sorted(names))) for names in (ask.coefficients, answered)
        )
        return f": {asked}, instead of {found}"
    parts = [
        f"{name!r} at {_numbers(beta)}, instead of {_numbers(answered[name])}"
        for name, beta in ask.coefficients.items()
        if not np.array_equal(beta, answered[name])
    ]
    return f": {'; '.join(parts)}"


def _numbers(beta: FloatArray) -> str:
    """Write coefficients as the file of a round begins them."""
    return ", ".join(f"{value:.6g}" for value in beta)
