"""Covariance structures side by side, fitted to the same sums."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.errors import ConvergenceError, ModelError
from analysis.mixed.engine.structures import STRUCTURES
from analysis.mixed.inference.fitting import METHODS
from analysis.mixed.mmrm import fit_moments
from analysis.mixed.sums.moments import Moments
from analysis.results import check_option

__all__ = ["compare_covariances"]

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
    ['independent', 'compound symmetry']
    """
    check_option("method", method, METHODS)
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
