"""Fit a Cox model to arrays: standardise, maximise, and give the covariance of the coefficients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.errors import ModelError
from analysis.results import FloatArray
from analysis.survival.newton import Optimum, Point, maximise
from analysis.survival.reading.regression_rows import RegressionRows
from analysis.survival.regression.partial_likelihood import (
    PartialLikelihood,
    evaluate,
    score_residuals,
)
from analysis.survival.regression.risk_sets import RiskSets, lay_out

__all__ = ["CoxFit", "fit_cox"]

_CONSTANT = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class CoxFit:
    """A maximised partial likelihood, in standardised covariates.

    Parameters
    ----------
    sets : RiskSets
        The layout of the rows.
    X : array, shape (p, n)
        Covariates in its order, less their mean within the stratum, over `scale`.
    centre : array, shape (s, p)
        Means within the strata of `sets`.
    scale : array, shape (p,)
        Root mean squares about them.
    optimum : Optimum
        The maximum, in standardised coefficients; the search began at 0.
    inverse : array, shape (p, p)
        Inverse information, in standardised covariates.
    vcov : array, shape (p, p)
        Covariance of the standardised coefficients as reported.
    n_clusters : int or None
        Clusters of the robust covariance; None for the inverse information.
    """

    sets: RiskSets
    X: FloatArray
    centre: FloatArray
    scale: FloatArray
    optimum: Optimum[PartialLikelihood]
    inverse: FloatArray
    vcov: FloatArray
    n_clusters: int | None

    @property
    def at(self) -> PartialLikelihood:
        """The partial likelihood at the estimate."""
        return self.optimum.point.state

    @property
    def beta(self) -> FloatArray:
        """Standardised coefficients, shape (p,)."""
        return self.optimum.point.parameters

    def coefficients(self) -> FloatArray:
        """Return the coefficients in the units of the data, shape (p,)."""
        return np.asarray(self.beta / self.scale)

    def covariance(self) -> FloatArray:
        """Return their covariance as reported, shape (p, p)."""
        return np.asarray(self.vcov / np.outer(self.scale, self.scale))


def fit_cox(rows: RegressionRows, *, ties: str, cluster: npt.NDArray[np.intp] | None) -> CoxFit:
    """Fit a Cox model.

    Parameters
    ----------
    rows : RegressionRows
        The rows.
    ties : str
        ``"efron"`` or ``"breslow"``.
    cluster : array of int, shape (n,), or None
        Codes of the clusters of a robust covariance; None for the inverse information.

    Returns
    -------
    CoxFit
        The fit.

    Raises
    ------
    ModelError
        When a covariate says nothing within strata or among those at risk.
    ConvergenceError
        When a coefficient has no finite estimate.
    """
    times, terms = rows.times, rows.covariates.terms
    sets = lay_out(
        times.time,
        times.event,
        entry=times.entry,
        weight=times.weight,
        stratum=rows.stratum,
        ties=ties,
    )
    X = np.ascontiguousarray(rows.covariates.X[sets.order].T)
    centre, scale = _standardise(sets, X, terms)
    optimum = maximise(_likelihood(sets, X), np.zeros(len(X)), X, terms)
    inverse = np.asarray(np.linalg.inv(optimum.point.information), dtype=np.float64)
    n_clusters, vcov = None, inverse
    if cluster is not None:
        n_clusters = int(np.unique(cluster).size)
        vcov = _robust(sets, X, optimum.point.state, inverse, cluster)
    return CoxFit(
        sets=sets,
        X=X,
        centre=centre,
        scale=scale,
        optimum=optimum,
        inverse=inverse,
        vcov=vcov,
        n_clusters=n_clusters,
    )


def _likelihood(sets: RiskSets, X: FloatArray) -> Callable[[FloatArray], Point[PartialLikelihood]]:
    """Give the partial likelihood as a function of the coefficients."""

    def point(beta: FloatArray) -> Point[PartialLikelihood]:
        at = evaluate(sets, X, beta)
        return Point(
            parameters=beta,
            log_likelihood=at.log_likelihood,
            score=at.score(sets, X),
            information=at.information(sets, X),
            state=at,
        )

    return point


def _standardise(
    sets: RiskSets, X: FloatArray, terms: tuple[str, ...]
) -> tuple[FloatArray, FloatArray]:
    """Centre the covariates within strata and divide by their spread, in place."""
    starts = sets.row_starts()
    size = np.diff(np.append(starts, X.shape[1]))
    longest = np.abs(X).max(axis=1)
    centre = np.add.reduceat(X, starts, axis=1) / size
    X -= np.repeat(centre, size, axis=1) if size.size > 1 else centre
    scale = np.sqrt(np.einsum("pn,pn->p", X, X) / X.shape[1])
    idle = [term for term, flat in zip(terms, scale <= _CONSTANT * longest, strict=True) if flat]
    if idle:
        raise ModelError(
            f"The terms {', '.join(map(repr, idle))} do not vary among the rows at risk at an "
            "event, or not within strata. Remove them, or do not also stratify by them."
        )
    X /= scale[:, None]
    return np.ascontiguousarray(centre.T), scale


def _robust(
    sets: RiskSets,
    X: FloatArray,
    at: PartialLikelihood,
    inverse: FloatArray,
    cluster: npt.NDArray[np.intp],
) -> FloatArray:
    """Sum squared influences of the clusters (Lin and Wei's sandwich)."""
    influence = inverse @ (score_residuals(sets, X, at) * sets.weight)
    mine = cluster[sets.order]
    sums = np.stack([np.bincount(mine, weights=row) for row in influence])
    return np.asarray(sums @ sums.T)
