"""Tests of the coefficients of a Cox model: all at once, and term by term."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from analysis.results import FloatArray
from analysis.survival.coefficients import Coefficients
from analysis.survival.newton import Optimum

__all__ = ["overall_tests", "wald_tests"]


def overall_tests(optimum: Optimum[Any], vcov: FloatArray) -> pd.DataFrame:
    """Test that all coefficients are 0.

    Parameters
    ----------
    optimum : Optimum
        The maximum, whose search began at 0.
    vcov : array, shape (p, p)
        Covariance of its parameters as reported.

    Returns
    -------
    pandas.DataFrame
        ``test, statistic, df, p_value``: likelihood ratio, Wald and score. The Wald test takes
        the covariance as reported; the other two take rows to be independent.
    """
    beta = optimum.point.parameters
    statistic = [
        2.0 * (optimum.point.log_likelihood - optimum.start.log_likelihood),
        _quadratic(beta, vcov),
        optimum.score_test,
    ]
    p = beta.size
    return pd.DataFrame(
        {
            "test": ["likelihood ratio", "wald", "score"],
            "statistic": statistic,
            "df": [p] * 3,
            "p_value": stats.chi2.sf(statistic, p),
        }
    )


def wald_tests(coefficients: Coefficients, terms: Sequence[str]) -> pd.DataFrame:
    """Test that the coefficients of each term are 0, by Wald's test.

    Parameters
    ----------
    coefficients : Coefficients
        Estimates and their covariance.
    terms : sequence of str
        The term of each coefficient.

    Returns
    -------
    pandas.DataFrame
        ``term, statistic, df, p_value``.
    """
    names = np.asarray(terms)
    rows = []
    for term in dict.fromkeys(terms):
        mine = np.flatnonzero(names == term)
        statistic = _quadratic(coefficients.estimate[mine], coefficients.vcov[np.ix_(mine, mine)])
        rows.append((term, statistic, mine.size, float(stats.chi2.sf(statistic, mine.size))))
    return pd.DataFrame(rows, columns=["term", "statistic", "df", "p_value"])


def _quadratic(estimate: FloatArray, vcov: FloatArray) -> float:
    """Compute Wald's statistic; NaN when too few clusters leave the covariance singular."""
    size = np.sqrt(np.diag(vcov))
    correlation = vcov / np.outer(size, size)
    if np.linalg.matrix_rank(correlation, hermitian=True) < size.size:
        return float("nan")
    scaled = estimate / size
    return float(scaled @ np.linalg.solve(correlation, scaled))
