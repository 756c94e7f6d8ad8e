"""Survival had all patients been in one group: curves averaged over their covariates.

Pure functions on arrays; frames are made in cox_result.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.results import FloatArray
from analysis.survival.regression.cox_curves import baseline_hazard, relative_risk
from analysis.survival.regression.cox_fit import CoxFit

__all__ = ["Standardised", "standardise"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Standardised:
    """Averaged probabilities of no event.

    Parameters
    ----------
    survival : array, shape (g, t)
        Per group and time.
    covariance : array, shape (t, g, g)
        Their covariance between groups.
    """

    survival: FloatArray
    covariance: FloatArray


def standardise(
    fit: CoxFit,
    designs: Sequence[FloatArray],
    stratum: npt.NDArray[np.intp],
    weight: FloatArray,
    times: FloatArray,
) -> Standardised:
    """Average predicted survival over patients, each put into every group.

    Parameters
    ----------
    fit : CoxFit
        The fit.
    designs : sequence of array, shape (n, p)
        Covariates of the patients, per group put into.
    stratum : array of int, shape (n,)
        Position of each patient's stratum among those with events; -1 for one without.
    weight : array, shape (n,)
        Case weights.
    times : array, shape (t,)
        Times.

    Returns
    -------
    Standardised
        Averages and their covariance.

    Notes
    -----
    The delta method, with three sources that do not covary: the coefficients, the baseline
    hazard at known coefficients, and which patients were sampled.
    """
    base = baseline_hazard(fit)
    size = fit.sets.stratum.size
    share = weight / weight.sum()
    risks = [relative_risk(fit, X, stratum) for X in designs]
    survival = np.empty((len(designs), times.size))
    covariance = np.empty((times.size, len(designs), len(designs)))
    start, stop = base.until(np.append(np.arange(size), -1), times)
    for t in range(times.size):
        hazard = (base.hazard[stop[:, t]] - base.hazard[start[:, 0]])[stratum]
        means = (base.means[:, stop[:, t]] - base.means[:, start[:, 0]])[:, stratum]
        variance = base.variance[stop[:, t]] - base.variance[start[:, 0]]
        each = np.stack([np.exp(-risk * hazard) for _, risk in risks])
        slopes = share * each * np.stack([risk for _, risk in risks])
        of_hazard = np.stack([np.bincount(stratum + 1, row, size + 1) for row in slopes])
        of_beta = np.stack(
            [(X.T * hazard - means) @ row for (X, _), row in zip(risks, slopes, strict=True)]
        )
        survival[:, t] = each @ share
        apart = (each - survival[:, t : t + 1]) * share
        covariance[t] = (
            (of_hazard * np.roll(variance, 1)) @ of_hazard.T
            + of_beta @ fit.vcov @ of_beta.T
            + apart @ apart.T
        )
    return Standardised(survival=survival, covariance=covariance)
