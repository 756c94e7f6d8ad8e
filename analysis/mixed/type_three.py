"""Type III hypotheses of the terms of a formula, whatever the coding of its factors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from analysis.errors import ModelError
from analysis.mixed.columns import Column
from analysis.mixed.design import Design
from analysis.results import FloatArray

__all__ = ["type_three_contrasts"]

_INTERCEPT = "1"
_SAME_SPACE = 1e-8


def type_three_contrasts(design: Design) -> dict[str, FloatArray]:
    """Find the linear functions of the coefficients that a term's type III test sets to zero.

    Parameters
    ----------
    design : Design
        Rows and encoding of a fit.

    Returns
    -------
    dict of str to array, shape (df1, p)
        Per term except the intercept.

    Raises
    ------
    ModelError
        When the formula leaves out margins, so that the hypotheses depend on the coding.

    Notes
    -----
    In a formula with deviations-from-mean coding of all factors, the type III hypothesis of a
    term is that its coefficients are zero. The design ``X`` and the recoded one span the same
    space, ``X = S K``, so that the recoded coefficients are ``K`` times ours.
    """
    encoding = design.encoding
    recoded = encoding.with_sums_to_zero()
    columns = _spanning_rows(design)
    n_rows = len(next(iter(columns.values()))) if columns else 1
    X, S = encoding.matrix(columns, n_rows), recoded.matrix(columns, n_rows)
    K, _, _, _ = np.linalg.lstsq(S, X, rcond=None)
    if np.abs(S @ K - X).max(initial=0.0) > _SAME_SPACE * np.abs(X).max(initial=1.0):
        raise ModelError(
            "Type III tests need a formula whose interactions come with their margins, such as "
            "'arm * visit'; compare marginal means instead."
        )
    terms = np.array(encoding.terms)
    return {
        str(term): K[terms == term] for term in dict.fromkeys(encoding.terms) if term != _INTERCEPT
    }


def _spanning_rows(design: Design) -> Mapping[str, Column]:
    """Take a few rows of every combination of factors, enough to span the columns."""
    p, n = len(design.encoding.names), design.n_rows
    factors = [
        design.columns[name]
        for name in design.parsed.predictors
        if design.columns[name].levels is not None
    ]
    cell = np.zeros(n, dtype=np.int64)
    for column in factors:
        cell = cell * len(np.asarray(column.levels)) + column.data
    order = np.argsort(cell, kind="stable")
    first = np.concatenate([[True], np.diff(cell[order]) > 0])
    turn = np.arange(n) - np.maximum.accumulate(np.where(first, np.arange(n), 0))
    rows = order[turn < 2 * p]
    return {name: design.columns[name].take(rows) for name in design.parsed.predictors}
