"""The partial likelihood of the Cox model at given coefficients, with score and information.

Pure functions on arrays, linear in the rows: what depends on time enters by its sum over the
times at which a row is at risk, so that no sum of squares is kept per event time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.results import FloatArray
from analysis.survival.regression.risk_sets import RiskSets

__all__ = ["PartialLikelihood", "evaluate", "score_residuals"]

_VANISHED = 1e-200


@dataclass(frozen=True, kw_only=True, eq=False)
class PartialLikelihood:
    """What one pass over the rows gives at given coefficients.

    Parameters
    ----------
    log_likelihood : float
        Log partial likelihood; minus infinity where it cannot be computed.
    risk : array, shape (n,)
        Relative risk of each row, against the largest of its stratum.
    log_shift : array, shape (s,)
        Log of the largest relative risk of each stratum.
    total : array, shape (d,)
        Weighted risk of those at risk at each event, less Efron's part of the tied events.
    means : array, shape (p, d)
        Mean covariates of those at risk at each event.
    """

    log_likelihood: float
    risk: FloatArray
    log_shift: FloatArray
    total: FloatArray
    means: FloatArray

    def hazard(self, sets: RiskSets) -> FloatArray:
        """Return each event's step of the baseline hazard, in units of `log_shift`, shape (d,)."""
        return sets.share / self.total

    def score(self, sets: RiskSets, X: FloatArray, at: FloatArray | None = None) -> FloatArray:
        """Return the score of the coefficients.

        Parameters
        ----------
        sets : RiskSets
            The layout.
        X : array, shape (p, n)
            Covariates in its order.
        at : array, shape (d,), optional
            Numbers that multiply the terms of the events, such as functions of time.

        Returns
        -------
        array, shape (p,)
            Observed minus expected covariates.
        """
        by = 1.0 if at is None else at
        weight = sets.weight[sets.event_row] * by
        return np.asarray(X[:, sets.event_row] @ weight - self.means @ (sets.share * by))

    def information(
        self, sets: RiskSets, X: FloatArray, at: FloatArray | None = None
    ) -> FloatArray:
        """Return the observed information of the coefficients.

        Parameters
        ----------
        sets : RiskSets
            The layout.
        X : array, shape (p, n)
            Covariates in its order.
        at : array, shape (d,), optional
            Numbers that multiply the terms of the events.

        Returns
        -------
        array, shape (p, p)
            Summed covariances of the covariates of those at risk.

        Notes
        -----
        The sum of squares at each event time, summed over time, is a sum over rows of the square
        times the hazard while at risk; so one product of matrices gives it.
        """
        by = 1.0 if at is None else at
        exposure = sets.weight * self.risk * _exposure(sets, self.hazard(sets) * by)
        squares = (X * exposure) @ X.T
        return np.asarray(squares - (self.means * (sets.share * by)) @ self.means.T)


def evaluate(sets: RiskSets, X: FloatArray, beta: FloatArray) -> PartialLikelihood:
    """Evaluate the partial likelihood.

    Parameters
    ----------
    sets : RiskSets
        The layout.
    X : array, shape (p, n)
        Covariates in its order, a contiguous row per covariate.
    beta : array, shape (p,)
        Coefficients.

    Returns
    -------
    PartialLikelihood
        Its value and what score and information are made of.

    Notes
    -----
    The largest linear predictor of each stratum is taken off before the exponential; this leaves
    the partial likelihood as it is.

    References
    ----------
    Cox DR (1972). JRSS B 34:187-220.
    Efron B (1977). JASA 72:557-565.
    Breslow N (1974). Biometrics 30:89-99.
    """
    predictor = beta @ X
    shift = np.maximum.reduceat(predictor, sets.row_starts())
    predictor -= shift[sets.row_strata()] if shift.size > 1 else shift[0]
    risk = np.exp(predictor)
    weighted = sets.weight * risk
    total = _at_events(sets, weighted)
    if not (total > _VANISHED).all():
        return _impossible(risk, shift, total.size, len(X))
    means = np.empty((len(X), total.size))
    for row, values in zip(means, X, strict=True):
        row[:] = _at_events(sets, weighted * values)
    means /= total
    own = sets.weight[sets.event_row] @ predictor[sets.event_row]
    return PartialLikelihood(
        log_likelihood=float(own - sets.share @ np.log(total)),
        risk=risk,
        log_shift=shift,
        total=total,
        means=means,
    )


def score_residuals(sets: RiskSets, X: FloatArray, at: PartialLikelihood) -> FloatArray:
    """Compute each row's part of the score.

    Parameters
    ----------
    sets : RiskSets
        The layout.
    X : array, shape (p, n)
        Covariates in its order.
    at : PartialLikelihood
        The likelihood at the estimate.

    Returns
    -------
    array, shape (p, n)
        Unweighted score residuals, in the order of the layout; the weighted sum is the score.

    Notes
    -----
    A row has its own covariates minus their mean at its event, less the same difference summed
    over the hazard while at risk. Tied events see Efron's reduced hazard and the mean of the
    tied means, as R's ``residuals(fit, "score")``. Entry counts: a row sees hazard only after it.

    References
    ----------
    Lin DY, Wei LJ (1989). JASA 84:1074-1078.
    """
    hazard = at.hazard(sets)
    exposure = at.risk * _exposure(sets, hazard)
    residuals = -X * exposure
    for place, (values, mean) in enumerate(zip(X, at.means, strict=True)):
        residuals[place] += at.risk * _exposure(sets, hazard * mean)
        residuals[place, sets.event_row] += values[sets.event_row] - _tied_mean(sets, mean)
    return residuals


def _at_events(sets: RiskSets, values: FloatArray) -> FloatArray:
    """Sum a value over those at risk at each event, less Efron's part of the tied events."""
    sums = sets.sum_at_risk(values)
    if sums.size == sets.event_at.size:
        return sums
    tied = sets.sum_events(values[sets.event_row])
    return np.asarray(sums[sets.event_at] - sets.fraction * tied[sets.event_at])


def _exposure(sets: RiskSets, steps: FloatArray) -> FloatArray:
    """Sum steps of the events over the time at risk; a row's own tied events count in part."""
    exposure = sets.sum_while_at_risk(sets.sum_events(steps))
    if sets.fraction.any():
        exposure[sets.event_row] -= sets.sum_events(steps * sets.fraction)[sets.event_at]
    return exposure


def _tied_mean(sets: RiskSets, values: FloatArray) -> FloatArray:
    """Average a value of each event over the events tied with it."""
    if sets.time.size == sets.event_at.size:
        return values
    count = np.bincount(sets.event_at)
    return np.asarray((sets.sum_events(values) / count)[sets.event_at])


def _impossible(risk: FloatArray, shift: FloatArray, n_events: int, p: int) -> PartialLikelihood:
    """Mark coefficients at which the risk of some set vanishes."""
    return PartialLikelihood(
        log_likelihood=-np.inf,
        risk=risk,
        log_shift=shift,
        total=np.full(n_events, np.nan),
        means=np.full((p, n_events), np.nan),
    )
