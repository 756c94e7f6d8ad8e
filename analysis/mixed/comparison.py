"""Covariance structures side by side, and the test of a variance that may be zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import ConvergenceError, ModelError
from analysis.mixed.engine.covariance import Model, RandomBlock
from analysis.mixed.engine.newton import maximise
from analysis.mixed.engine.structures import STRUCTURES
from analysis.mixed.fitting import start_of
from analysis.mixed.mmrm import fit_moments
from analysis.mixed.moments import Moments
from analysis.mixed.result import LinearMixedModel
from analysis.results import FloatArray

__all__ = ["compare_covariances", "variance_test"]

_COLUMNS = ("covariance", "n_parameters", "deviance", "aic", "aicc", "bic", "converged", "note")


def compare_covariances(
    moments: Moments, covariances: Sequence[str] | None = None, *, method: str = "reml"
) -> pd.DataFrame:
    """Fit several covariance structures to the same data and list their criteria.

    Parameters
    ----------
    moments : Moments
        As of `moments`; the rows are read once for all structures.
    covariances : sequence of str, optional
        Structures; all that need no coordinates unless given.
    method : str
        ``"reml"`` or ``"ml"``. The mean is the same in all, so that REML may be compared.

    Returns
    -------
    pandas.DataFrame
        ``covariance, n_parameters, deviance`` (minus twice the log-likelihood), ``aic, aicc, bic,
        converged, note``, in the order of AICC; structures that did not converge come last with
        the reason.

    Notes
    -----
    A structure chosen here by its criterion makes the tests of the same data optimistic: name the
    structure, or an ordered fallback, before looking.

    Examples
    --------
    >>> from analysis.mixed import moments
    >>> data = pd.DataFrame({
    ...     "patient": ["a", "a", "b", "b", "c", "c", "d", "d"],
    ...     "visit": ["v1", "v2"] * 4,
    ...     "score": [20.0, 14.0, 18.0, 15.0, 26.0, 20.0, 22.0, 20.0]})
    >>> sums = moments("score ~ visit", data, subject="patient", visit="visit")
    >>> table = compare_covariances(sums, ["independent", "compound symmetry"])
    >>> table["covariance"].tolist()
    ['compound symmetry', 'independent']
    """
    if covariances is None:
        covariances = [name for name in STRUCTURES if name != "spatial exponential"]
    rows = [_compared(moments, covariance, method) for covariance in covariances]
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    return table.sort_values("aicc", kind="stable", ignore_index=True)


def _compared(moments: Moments, covariance: str, method: str) -> dict[str, object]:
    """Fit one structure, or say why it cannot be had."""
    try:
        fit = fit_moments(moments, covariance=covariance, method=method, df="residual")
    except ConvergenceError as error:
        return {"covariance": covariance, "converged": False, "note": str(error)}
    except ModelError as error:
        if covariance not in STRUCTURES:
            raise
        return {"covariance": covariance, "converged": False, "note": str(error)}
    row = fit.glance().iloc[0]
    return {
        "covariance": covariance,
        "n_parameters": int(row["n_parameters"]),
        "deviance": -2.0 * float(row["log_likelihood"]),
        **{name: float(row[name]) for name in ("aic", "aicc", "bic")},
        "converged": True,
        "note": "" if row["boundary"] == "none" else str(row["boundary"]),
    }


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
    ratio = max(0.0, optimum.at.deviance - fit.engine.optimum.at.deviance)
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
