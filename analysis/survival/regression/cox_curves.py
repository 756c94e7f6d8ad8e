"""The baseline hazard of a Cox model and survival curves predicted from it.

Pure functions on arrays; frames are made in cox_result.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.results import FloatArray
from analysis.survival.regression.cox_fit import CoxFit

__all__ = ["BaselineHazard", "baseline_hazard", "predicted_hazard"]

Positions = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, eq=False)
class BaselineHazard:
    """Cumulative sums over event times, for the mean covariates of each stratum.

    Parameters
    ----------
    time : array, shape (k,)
        Event times, rising within strata.
    starts : array of int, shape (s + 1,)
        Where the event times of each stratum start; the last is k.
    hazard : array, shape (k + 1,)
        Cumulative hazard before each event time and after the last, running over strata.
    variance : array, shape (k + 1,)
        The same of its variance at known coefficients.
    means : array, shape (p, k + 1)
        The same of hazard times mean covariates at risk, standardised.
    """

    time: FloatArray
    starts: Positions
    hazard: FloatArray
    variance: FloatArray
    means: FloatArray

    def until(self, stratum: Positions, times: FloatArray) -> tuple[Positions, Positions]:
        """Find the event times of a stratum up to and including each time.

        Parameters
        ----------
        stratum : array of int, shape (m,)
            Positions of strata; -1 for one without an event.
        times : array, shape (t,)
            Times.

        Returns
        -------
        start : array of int, shape (m, 1)
            Position before the first event time of the stratum.
        stop : array of int, shape (m, t)
            Position after the last event time up to each time.
        """
        counts = np.stack(
            [
                np.searchsorted(self.time[start:stop], times, side="right")
                for start, stop in zip(self.starts[:-1], self.starts[1:], strict=True)
            ]
        )
        counts = np.vstack([counts, np.zeros((1, times.size), dtype=np.intp)])
        start = np.append(self.starts[:-1], 0)[stratum][:, None]
        return start, start + counts[stratum]


def baseline_hazard(fit: CoxFit) -> BaselineHazard:
    """Estimate the baseline hazard that goes with the handling of ties.

    Parameters
    ----------
    fit : CoxFit
        The fit.

    Returns
    -------
    BaselineHazard
        Breslow's estimate, or Efron's where ties are handled by Efron's method, as R's survfit.

    References
    ----------
    Breslow N (1972). JRSS B 34:216-217.
    Tsiatis AA (1981). Annals of Statistics 9:93-108.
    """
    sets, at = fit.sets, fit.at
    unit = np.exp(-np.repeat(at.log_shift, np.diff(sets.starts)))
    hazard = at.hazard(sets)
    means = np.stack([sets.sum_events(hazard * row) for row in at.means]) * unit
    return BaselineHazard(
        time=sets.time,
        starts=sets.starts,
        hazard=_cumulated(sets.sum_events(hazard) * unit),
        variance=_cumulated(sets.sum_events(hazard / at.total) * unit**2),
        means=np.stack([_cumulated(row) for row in means]),
    )


def predicted_hazard(
    fit: CoxFit, base: BaselineHazard, X: FloatArray, stratum: Positions, times: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Predict cumulative hazards of rows with fixed covariates.

    Parameters
    ----------
    fit : CoxFit
        The fit.
    base : BaselineHazard
        Its baseline hazard.
    X : array, shape (m, p)
        Covariates in the units of the data.
    stratum : array of int, shape (m,)
        Position of each row's stratum among those with events; -1 for one without.
    times : array, shape (t,)
        Times.

    Returns
    -------
    hazard, variance : array, shape (m, t)
        Cumulative hazards and their variances; those of the coefficients as reported.

    References
    ----------
    Tsiatis AA (1981). Annals of Statistics 9:93-108.
    """
    standard, risk = relative_risk(fit, X, stratum)
    start, stop = base.until(stratum, times)
    hazard = base.hazard[stop] - base.hazard[start]
    variance = base.variance[stop] - base.variance[start]
    drift = standard.T[:, :, None] * hazard - (base.means[:, stop] - base.means[:, start])
    of_beta = np.einsum("pmt,pq,qmt->mt", drift, fit.vcov, drift)
    return risk[:, None] * hazard, risk[:, None] ** 2 * (variance + of_beta)


def relative_risk(fit: CoxFit, X: FloatArray, stratum: Positions) -> tuple[FloatArray, FloatArray]:
    """Standardise covariates as in the fit, and give their relative risks.

    Parameters
    ----------
    fit : CoxFit
        The fit.
    X : array, shape (m, p)
        Covariates in the units of the data.
    stratum : array of int, shape (m,)
        Position of each row's stratum among those with events; -1 for one without.

    Returns
    -------
    standard : array, shape (m, p)
        Covariates less the mean of the stratum, over their spread.
    risk : array, shape (m,)
        Relative risk against that mean; 1 in a stratum without an event, whose hazard is 0.
    """
    standard = (X - fit.centre[stratum]) / fit.scale
    return standard, np.where(stratum < 0, 1.0, np.exp(standard @ fit.beta))


def _cumulated(steps: FloatArray) -> FloatArray:
    """Sum up, from 0."""
    return np.append(0.0, np.cumsum(steps))
