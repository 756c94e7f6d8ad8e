"""Newton rounds of a Cox regression whose rows are elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.distributed.agreement import require_agreement
from analysis.distributed.cox.behind import support_of
from analysis.distributed.cox.likelihood import partial_likelihood, strata_in
from analysis.distributed.cox.question import CoxQuestion
from analysis.distributed.cox.result import PooledCox
from analysis.distributed.cox.risk_sums import KIND, risk_sums_from
from analysis.distributed.sums import Sums
from analysis.distributed.tasks.cox import START, start_cells
from analysis.distributed.tasks.site_cox import ROUND, SiteCoxTask
from analysis.errors import DataError, ModelError
from analysis.formulas.encoding import Encoding, Product
from analysis.results import FloatArray
from analysis.survival.coefficients import Coefficients
from analysis.survival.newton import Optimum, Point, maximise
from analysis.survival.regression.cox_tests import overall_tests

__all__ = ["SAME", "NextRound", "combine_rounds", "cox_rounds"]

_WIDE = 4.0  # standard deviations that a number may span
SAME = 1e-13
"""Relative difference of coefficients that another machine asks for, with other linear algebra."""


@dataclass(frozen=True, kw_only=True, eq=False)
class NextRound:
    """Coefficients at which all sites are to evaluate next.

    Parameters
    ----------
    number : int
        Which round it is; the first is 1.
    beta : array, shape (p,)
        The coefficients.
    """

    number: int
    beta: FloatArray


class _AskedError(Exception):
    """The search needs coefficients that no round has seen."""

    def __init__(self, beta: FloatArray) -> None:
        super().__init__()
        self.beta = beta


def cox_rounds(
    evaluate: Callable[[FloatArray], Sums], question: CoxQuestion, start: Sums | None = None
) -> PooledCox:
    """Fit a Cox regression by asking for sums at one set of coefficients after the other.

    Parameters
    ----------
    evaluate : callable
        Gives the sums over all parts at coefficients, shape (p,): those of `CoxTask`, or of
        `SiteCoxTask`.
    question : CoxQuestion
        What they are asked.
    start : Sums, optional
        Of `CoxStartTask`, over all parts: what stands behind each coefficient. Without it the
        result cannot be released.

    Returns
    -------
    PooledCox
        The fit of all rows together; of `SiteCoxTask`, stratified by site.

    Raises
    ------
    DataError
        When there is no event.
    ModelError
        When a covariate does not vary among those at risk, beside others.
    ConvergenceError
        When a hazard ratio has no finite estimate (separation), with the terms named.

    Notes
    -----
    Newton's method from 0 to a decrement of 1e-12, as `analysis.survival.cox`.
    """
    encoding = question.coding()
    terms = encoding.names[1:]
    if not terms:
        raise ModelError("The covariates are the same in all rows, so that nothing is compared.")
    seen: dict[bytes, Sums] = {}

    def asked(beta: FloatArray) -> Sums:
        key = (beta + 0.0).tobytes()
        if key not in seen:
            seen[key] = evaluate(beta)
        return seen[key]

    first = asked(np.zeros(len(terms)))
    _require_events(first.about)
    begin = _point(first, question, np.zeros(len(terms)))
    reach = _reach(encoding, begin.information, int(first.about["n_event"]))
    optimum = maximise(
        lambda beta: _point(asked(beta), question, beta),
        np.zeros(len(terms)),
        np.column_stack([np.zeros(len(terms)), np.diag(reach)]),
        terms,
    )
    return _result(question, encoding, optimum, first, start)


def combine_rounds(
    rounds: Sequence[Sequence[Sums]], question: CoxQuestion, start: Sums | None = None
) -> NextRound | PooledCox:
    """Say at which coefficients sites are to evaluate next, or finish the fit.

    Parameters
    ----------
    rounds : sequence of sequence of Sums
        All rounds so far, each with one `site_round` per site; none to begin with.
    question : CoxQuestion
        What sites were asked.
    start : Sums, optional
        As in `cox_rounds`.

    Returns
    -------
    NextRound or PooledCox
        What to ask, or the fit stratified by site.

    Raises
    ------
    ModelError
        When a site answered another question than the first, rounds have other numbers of
        sites, or a round is at coefficients that nobody asked for.
    DataError, ConvergenceError
        As `cox_rounds`.

    Notes
    -----
    Nothing is kept between calls: the search runs again over the rounds that there are, which
    costs next to nothing, and stops where it needs another.
    """
    known = [
        _total(parts, question, number, len(rounds[0]))
        for number, parts in enumerate(rounds, start=1)
    ]
    used: set[int] = set()

    def recorded(beta: FloatArray) -> Sums:
        for place, total in enumerate(known):
            if np.allclose(total.about["beta"], beta, rtol=SAME, atol=SAME * SAME):
                used.add(place)
                return total
        raise _AskedError(beta)

    try:
        found: NextRound | PooledCox = cox_rounds(recorded, question, start)
    except _AskedError as asked:
        found = NextRound(number=len(rounds) + 1, beta=asked.beta)
    if len(used) < len(rounds):
        raise ModelError(
            f"{len(rounds) - len(used)} of {len(rounds)} rounds are at coefficients that were not "
            "asked for, or stand there twice. Give all rounds of one fit, each once."
        )
    return found


def _total(parts: Sequence[Sums], question: CoxQuestion, number: int, n_sites: int) -> Sums:
    """Add the answers of one round."""
    if len(parts) != n_sites:
        raise ModelError(
            f"Round {number} has answers of {len(parts)} sites, the first of {n_sites}. All sites "
            "take part in all rounds; if one has left, begin again without it."
        )
    require_agreement(parts, ROUND, ("question", "terms", "beta"))
    if parts[0].about["question"] != question.described:
        raise ModelError(f"Round {number} answers another question than the one given here.")
    beta = tuple(float(value) for value in parts[0].about["beta"])
    return SiteCoxTask(question=question, beta=beta).added(parts)


def _require_events(about: Mapping[str, Any]) -> None:
    """Refuse rows without an event."""
    if not int(about["n_event"]):
        raise DataError(
            f"None of the {about['n_obs']} rows used has an event, so that nothing can be "
            "compared. Check the event column and the rows left out."
        )


def _point(sums: Sums, question: CoxQuestion, beta: FloatArray) -> Point[None]:
    """Read log likelihood, score and information off the sums."""
    if sums.kind == KIND:
        return partial_likelihood(risk_sums_from(sums), beta, question.ties)
    if sums.kind != ROUND:
        raise DataError(f"These sums are neither {KIND} nor a {ROUND}; make them again.")
    value = float(sums.arrays["log_likelihood"][0])
    return Point(
        parameters=beta,
        log_likelihood=value if np.isfinite(value) else -np.inf,
        score=sums.arrays["score"],
        information=sums.arrays["information"],
        state=None,
    )


def _reach(encoding: Encoding, information: FloatArray, n_event: int) -> FloatArray:
    """Tell how far each coefficient moves the linear predictor from one patient to another.

    For factors it is known from their coding. For numbers no extremes travel, and a few standard
    deviations, as seen by the information at 0, take their place.
    """
    spread = np.sqrt(np.maximum(np.diag(information), 0.0) / n_event)
    coded = np.concatenate([_coded_range(product) for product in encoding.products])[1:]
    return np.where(np.isnan(coded), _WIDE * spread, coded)


def _coded_range(product: Product) -> FloatArray:
    """Compute the range of each column of a product of factors; NaN where numbers take part."""
    ranges = np.full(1, abs(product.scale))
    for factor, is_reduced in product.parts:
        if not factor.codings:
            return np.full(len(product.names), np.nan)
        own = np.ptp(factor.codings[is_reduced], axis=0)
        ranges = (own[:, None] * ranges[None, :]).reshape(-1)  # first factor fastest
    return ranges


def _result(
    question: CoxQuestion,
    encoding: Encoding,
    optimum: Optimum[None],
    first: Sums,
    start: Sums | None,
) -> PooledCox:
    """Put the fit together."""
    vcov = np.asarray(np.linalg.inv(optimum.point.information), dtype=np.float64)
    return PooledCox(
        formula=question.formula,
        outcome=question.outcome,
        coefficients=Coefficients(
            terms=encoding.names[1:], estimate=optimum.point.parameters, vcov=vcov
        ),
        terms=encoding.terms[1:],
        fit=_fit_row(question, optimum, first),
        tests=overall_tests(optimum, vcov),
        behind=None if start is None else _behind(question, start),
    )


def _behind(question: CoxQuestion, start: Sums) -> pd.DataFrame:
    """Read what stands behind each coefficient."""
    if start.kind != START or start.about["question"] != question.described:
        raise ModelError("start= answers another question than the one given here.")
    return support_of(question, start_cells(start), start.arrays["fewest"])


def _fit_row(question: CoxQuestion, optimum: Optimum[None], first: Sums) -> pd.DataFrame:
    """Put what is known of the fit in one row, with the columns of `CoxModel.glance`."""
    p, value = optimum.point.parameters.size, optimum.point.log_likelihood
    strata = first.about.get("n_strata")
    return pd.DataFrame(
        {
            "n_obs": [int(first.about["n_obs"])],
            "n_event": [int(first.about["n_event"])],
            "n_dropped": [int(first.about["n_dropped"])],
            "n_strata": [strata_in(risk_sums_from(first)) if strata is None else int(strata)],
            "n_clusters": pd.array([None], dtype="Int64"),
            "log_likelihood_null": [optimum.start.log_likelihood],
            "log_likelihood": [value],
            "aic": [2.0 * p - 2.0 * value],
            "df": [p],
            "converged": [True],
            "newton_decrement": [optimum.decrement],
            "iterations": [optimum.iterations],
            "ties": [question.ties],
            "vcov": ["model"],
        }
    )
