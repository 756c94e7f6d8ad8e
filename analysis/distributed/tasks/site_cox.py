"""Cox regression stratified by site: a site tells log likelihood, score and information only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.distributed.agreement import require_agreement
from analysis.distributed.cox.question import CoxQuestion
from analysis.distributed.cox.rows import CoxRows, read_cox_rows
from analysis.distributed.sums import Sums
from analysis.errors import ModelError
from analysis.results import FloatArray
from analysis.summation import compensated_sum
from analysis.survival.reading.events import check_entry, merge_ties
from analysis.survival.regression.partial_likelihood import evaluate
from analysis.survival.regression.risk_sets import lay_out

__all__ = ["SiteCoxTask", "site_round"]

ROUND = "cox round"
_SAME = ("question", "terms", "beta")
_COUNTS = ("n_obs", "n_event", "n_dropped", "n_strata")


@dataclass(frozen=True, kw_only=True)
class SiteCoxTask:
    """One round of a Cox regression in which every part is a stratum of its own.

    Parameters
    ----------
    question : CoxQuestion
        Formula, columns and levels; its strata are within sites.
    beta : tuple of float, shape (p,)
        Coefficients.
    """

    question: CoxQuestion
    beta: tuple[float, ...]

    @property
    def subject(self) -> str:
        """Column of the patient, if there is one."""
        return self.question.subject

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the rows that are read."""
        return self.question.columns

    @property
    def described(self) -> dict[str, Any]:
        """All that decides the sums."""
        return {"task": ROUND, **self.question.described, "beta": list(self.beta)}

    def of(self, rows: pd.DataFrame) -> Sums:
        """Evaluate the partial likelihood of one site, see `site_round`."""
        return site_round(rows, self.question, np.array(self.beta))

    def added(self, parts: Sequence[Sums]) -> Sums:
        """Add the rounds of sites, in the order given.

        Parameters
        ----------
        parts : sequence of Sums
            One per site, at the same coefficients.

        Returns
        -------
        Sums
            Log likelihood, score and information of all.

        Raises
        ------
        ModelError
            When a site answered another question, or at other coefficients.
        """
        require_agreement(parts, ROUND, _SAME)
        counts = {name: sum(int(part.about[name]) for part in parts) for name in _COUNTS}
        names = ("log_likelihood", "score", "information")
        with np.errstate(invalid="ignore"):  # minus infinity, where a site cannot evaluate
            arrays = {name: compensated_sum(part.arrays[name] for part in parts) for name in names}
        return Sums(kind=ROUND, about={**parts[0].about, **counts}, arrays=arrays)


def site_round(rows: pd.DataFrame, question: CoxQuestion, beta: FloatArray) -> Sums:
    """Evaluate the partial likelihood of one site at given coefficients.

    Parameters
    ----------
    rows : pandas.DataFrame
        The patients of the site; a site without events adds nothing.
    question : CoxQuestion
        The same at all sites; strata are within the site.
    beta : array, shape (p,)
        Coefficients asked for.

    Returns
    -------
    Sums
        Log likelihood, score (p) and information (p, p), with numbers of rows, events and strata;
        no times, and no means of covariates.

    Raises
    ------
    ColumnError, DataError
        As `read_cox_rows`.
    ModelError
        When the formula cannot be used, or has another number of coefficients.

    Notes
    -----
    Sites with one or two events give away much by their score: who may send what is decided
    where bundles are made.
    """
    read = read_cox_rows(question, rows)
    terms = read.encoding.names[1:]
    if np.shape(beta) != (len(terms),):
        raise ModelError(
            f"The formula has {len(terms)} columns, but {np.size(beta)} coefficients were given."
        )
    strata, n_strata = _numbered(read)
    numbers = (read.time.size, int(read.event.sum()), read.n_dropped, n_strata)
    about = {
        "question": question.described,
        "terms": list(terms),
        "beta": [float(value) for value in beta],
        **dict(zip(_COUNTS, numbers, strict=True)),
    }
    return Sums(kind=ROUND, about=about, arrays=_evaluated(read, question, strata, beta))


def _evaluated(
    rows: CoxRows, question: CoxQuestion, stratum: np.ndarray[Any, Any], beta: FloatArray
) -> dict[str, FloatArray]:
    """Evaluate the rows of a site; without events nothing is said about coefficients."""
    p = rows.X.shape[1]
    if not rows.event.any():
        empty = (np.zeros(1), np.zeros(p), np.zeros((p, p)))
        return dict(zip(("log_likelihood", "score", "information"), empty, strict=True))
    time, entry = merge_ties(rows.time, rows.entry)
    if question.entry is not None:
        check_entry(entry, time, question.entry, question.time)
    sets = lay_out(
        time,
        rows.event,
        entry=np.where(entry <= 0.0, -np.inf, entry),
        weight=rows.weight,
        stratum=stratum,
        ties=question.ties,
    )
    X = np.ascontiguousarray((rows.X - rows.X.mean(axis=0))[sets.order].T)
    with np.errstate(over="ignore", invalid="ignore"):
        at = evaluate(sets, X, beta)
    if not np.isfinite(at.log_likelihood):
        unknown = (np.array([-np.inf]), np.full(p, np.nan), np.full((p, p), np.nan))
        return dict(zip(("log_likelihood", "score", "information"), unknown, strict=True))
    return {
        "log_likelihood": np.array([at.log_likelihood]),
        "score": at.score(sets, X),
        "information": at.information(sets, X),
    }


def _numbered(rows: CoxRows) -> tuple[np.ndarray[Any, Any], int]:
    """Give the strata within a site numbers."""
    n = rows.time.size
    if not n:
        return np.zeros(0, dtype=np.intp), 0
    if not rows.strata:
        return np.zeros(n, dtype=np.intp), 1
    codes = np.column_stack([codes for _, codes in rows.strata.values()])
    found, number = np.unique(codes, axis=0, return_inverse=True)
    return number.reshape(-1).astype(np.intp), len(found)
