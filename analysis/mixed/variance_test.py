"""The test of a variance that may be zero: of a random term, or between clinics."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import ModelError
from analysis.mixed.engine.covariance import Model, RandomBlock
from analysis.mixed.engine.newton import maximise
from analysis.mixed.inference.fitting import start_of
from analysis.mixed.result import LinearMixedModel
from analysis.results import FloatArray

__all__ = ["variance_test"]

_ROUNDING = 1e-8


def variance_test(fit: LinearMixedModel, term: str) -> pd.DataFrame:
    """Test that a random term, or the clinic intercept, has no variance.

    Parameters
    ----------
    fit : LinearMixedModel
        As of `lmm`.
    term : str
        A random term such as ``"day"``, or the column of the clinic.

    Returns
    -------
    pandas.DataFrame
        One row: ``term, statistic`` (likelihood ratio), ``df_low, df_high, p_value``.

    Raises
    ------
    ModelError
        When the fit has no such term.
    ConvergenceError
        When the model without the term does not reach its optimum.

    Notes
    -----
    A variance of zero lies on the boundary, so that the ratio follows an equal mixture of
    chi-squares with q - 1 and q degrees of freedom, q the number of parameters that go with the
    term: its variance and its covariances (Stram and Lee, 1994). The mean stays the same, so that
    REML ratios are valid. With few patients the mixture is approximate.

    References
    ----------
    Self SG, Liang KY (1987). JASA 82:605-610.
    Stram DO, Lee JW (1994). Biometrics 50:1171-1177.
    """
    model = fit.engine.model
    smaller, q = _without(model, term, fit.engine.units.clinic)
    names = tuple(f"parameter {number}" for number in range(smaller.n_parameters + 1))
    m = len(fit.engine.about.visits)
    optimum = maximise(smaller, start_of(smaller, [np.eye(m)] * len(model.structures)), names)
    ratio = optimum.at.deviance - fit.engine.optimum.at.deviance
    if ratio < _ROUNDING:  # both optima are the same
        ratio = 0.0
    p_value = 0.5 * (_tail(ratio, q - 1) + _tail(ratio, q))
    return pd.DataFrame(
        {
            "term": [term],
            "statistic": [ratio],
            "df_low": [q - 1],
            "df_high": [q],
            "p_value": [p_value],
        }
    )


def _tail(statistic: float, df: int) -> float:
    """Return the upper tail of a chi-square; with no degree of freedom it is all at zero."""
    if df == 0:
        return 1.0 if statistic <= 0.0 else 0.0
    return float(stats.chi2.sf(statistic, df))


def _without(model: Model, term: str, clinic: str) -> tuple[Model, int]:
    """Leave out a random term or the clinic intercept; count the parameters that go."""
    if model.n_clinics and term == clinic:
        return replace(model, n_clinics=0), 1
    position, blocks, gone = 0, [], -1
    for block in model.random:
        if term in block.terms:
            gone = block.columns.start + block.terms.index(term)
            lost = block.size
        terms = tuple(name for name in block.terms if name != term)
        if terms:
            columns = slice(position, position + len(terms))
            blocks.append(RandomBlock(terms=terms, columns=columns))
            position += len(terms)
    if gone < 0:
        known = [name for block in model.random for name in block.terms]
        known += [clinic] if model.n_clinics else []
        raise ModelError(
            f"The fit has no random term {term!r}; it has {', '.join(known) or 'none'}."
        )
    strata = tuple(replace(stratum, Z=_deleted(stratum.Z, gone)) for stratum in model.strata)
    return replace(model, strata=strata, random=tuple(blocks)), lost


def _deleted(Z: FloatArray, column: int) -> FloatArray:
    """Drop one random column."""
    return np.delete(Z, column, axis=-1)
