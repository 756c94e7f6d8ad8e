"""Repeat imputation and analysis: without each patient, for resamples, or with drawn scores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analysis.errors import ConvergenceError, ModelError
from analysis.missing.analyses import Analysis
from analysis.missing.imputation import Imputer, ModelParameters
from analysis.missing.model import parameters_of
from analysis.missing.places import Codes
from analysis.missing.pooling import (
    Pooled,
    bootstrap_covariance,
    jackknife_covariance,
    rubin,
    spread_error,
)
from analysis.missing.refits import Refitter
from analysis.progress import progress
from analysis.results import FloatArray

__all__ = ["INFERENCE", "Imputation", "Repeats", "bootstrap", "draws", "jackknife"]

INFERENCE = ("jackknife", "bootstrap", "draws")
_MOST_FAILED = 0.1


@dataclass(frozen=True, kw_only=True, eq=False)
class Imputation:
    """All that imputing once needs.

    Parameters
    ----------
    refits : Refitter
        The imputation model.
    imputer : Imputer
        Who misses what.
    delta : array, shape (N, T)
        What is added to imputed scores.
    arm : array of int, shape (N,)
        Arms, within which patients are resampled.
    """

    refits: Refitter
    imputer: Imputer
    delta: FloatArray
    arm: Codes

    @property
    def fitted(self) -> ModelParameters:
        """Parameters of the fit of all patients."""
        return parameters_of(self.refits.engine)

    def means(self, parameters: ModelParameters) -> FloatArray:
        """Complete the scores by conditional means and deltas, shape (N, T)."""
        return self.imputer.means(parameters) + self.delta

    def drawn(self, parameters: ModelParameters, rng: np.random.Generator) -> FloatArray:
        """Complete the scores by draws and deltas, shape (N, T)."""
        return self.imputer.draws(parameters, rng) + self.delta

    def without(self, patient: int) -> ModelParameters:
        """Fit without a patient; nothing needs fitting where nothing is imputed."""
        return self.refits.without(patient) if self.imputer.who.size else self.fitted

    def weighted(self, weights: FloatArray) -> ModelParameters:
        """Fit a resample; nothing needs fitting where nothing is imputed."""
        return self.refits.weighted(weights) if self.imputer.who.size else self.fitted

    def resample(self, seed: int, attempt: int) -> tuple[FloatArray, np.random.Generator]:
        """Draw patients with replacement within arms, by random numbers of the attempt's own."""
        rng = np.random.default_rng([seed, attempt])
        weights = np.zeros(self.arm.size)
        for label in np.unique(self.arm):
            own = np.flatnonzero(self.arm == label)
            weights[own] = np.bincount(rng.integers(own.size, size=own.size), minlength=own.size)
        return weights, rng


@dataclass(frozen=True, kw_only=True, eq=False)
class Repeats:
    """Answers of the repeats, and what they say together.

    Parameters
    ----------
    pooled : Pooled
        Estimates and their inference.
    replicates : array, shape (R, k)
        Answers of every repeat.
    attempts : array of int, shape (R,)
        The patient left out, or the number that seeds the resample.
    n_failed : int
        Resamples that did not determine the model and were drawn anew.
    """

    pooled: Pooled
    replicates: FloatArray
    attempts: Codes
    n_failed: int


def jackknife(imputation: Imputation, analysis: Analysis) -> Repeats:
    """Leave out each patient in turn.

    Parameters
    ----------
    imputation : Imputation
        The model and who misses what.
    analysis : Analysis
        The question.

    Returns
    -------
    Repeats
        Estimates of all patients with jackknife standard errors, normal inference.

    Raises
    ------
    ConvergenceError, ModelError
        When the model or the analysis is not determined without some patient.
    """
    n = imputation.arm.size
    replicates = np.empty((n, len(analysis.labels)))
    for patient in progress(range(n), doing="jackknife", unit="patient"):
        weights = np.ones(n)
        weights[patient] = 0.0
        completed = imputation.means(imputation.without(patient))
        replicates[patient] = analysis.estimate(completed, weights)
    pooled = _resampled(imputation, analysis, np.diag(jackknife_covariance(replicates)))
    return Repeats(pooled=pooled, replicates=replicates, attempts=np.arange(n), n_failed=0)


def _resampled(imputation: Imputation, analysis: Analysis, variance: FloatArray) -> Pooled:
    """Put the estimates of all patients beside variances from resampling."""
    everyone = np.ones(imputation.arm.size)
    estimate = analysis.estimate(imputation.means(imputation.fitted), everyone)
    return Pooled(
        estimate=estimate,
        std_error=np.sqrt(variance),
        df=np.full(estimate.shape, np.inf),
        estimate_error=np.zeros(estimate.shape),
        std_error_error=np.zeros(estimate.shape),
    )


def bootstrap(imputation: Imputation, analysis: Analysis, n_draws: int, seed: int) -> Repeats:
    """Resample the patients of every arm.

    Parameters
    ----------
    imputation : Imputation
        The model and who misses what.
    analysis : Analysis
        The question.
    n_draws : int
        Resamples.
    seed : int
        Where the random numbers begin.

    Returns
    -------
    Repeats
        Estimates of all patients with bootstrap standard errors, normal inference.

    Raises
    ------
    ConvergenceError
        When more than a tenth of the resamples fail.
    """
    found, attempts = [], []
    tries = _Tries(n_draws)
    for attempt in tries:
        weights, _ = imputation.resample(seed, attempt)
        try:
            completed = imputation.means(imputation.weighted(weights))
            found.append(analysis.estimate(completed, weights))
        except ModelError as error:
            tries.failed(error)
            continue
        attempts.append(attempt)
    replicates = np.stack(found)
    pooled = _resampled(imputation, analysis, np.diag(bootstrap_covariance(replicates)))
    pooled = Pooled(
        estimate=pooled.estimate,
        std_error=pooled.std_error,
        df=pooled.df,
        estimate_error=pooled.estimate_error,
        std_error_error=spread_error(replicates),
    )
    return Repeats(
        pooled=pooled,
        replicates=replicates,
        attempts=np.array(attempts, dtype=np.intp),
        n_failed=tries.n_failed,
    )


def draws(imputation: Imputation, analysis: Analysis, n_draws: int, seed: int) -> Repeats:
    """Impute several times and pool by Rubin's rules.

    Parameters
    ----------
    imputation : Imputation
        The model and who misses what.
    analysis : Analysis
        The question.
    n_draws : int
        Completed data sets.
    seed : int
        Where the random numbers begin.

    Returns
    -------
    Repeats
        Pooled estimates. Parameters are those of a bootstrap resample (approximate Bayesian), and
        scores are drawn around the conditional means of all patients.

    Raises
    ------
    ConvergenceError
        When more than a tenth of the resamples fail.
    """
    found, attempts = [], []
    tries = _Tries(n_draws)
    for attempt in tries:
        weights, rng = imputation.resample(seed, attempt)
        try:
            parameters = imputation.weighted(weights)
        except ModelError as error:
            tries.failed(error)
            continue
        found.append(analysis.inference(imputation.drawn(parameters, rng)))
        attempts.append(attempt)
    estimates, errors, degrees = (np.stack(part) for part in zip(*found, strict=True))
    return Repeats(
        pooled=rubin(estimates, errors, degrees.mean(axis=0)),
        replicates=estimates,
        attempts=np.array(attempts, dtype=np.intp),
        n_failed=tries.n_failed,
    )


class _Tries:
    """Numbers of attempts until enough succeeded, or too many failed."""

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self.n_failed = 0

    def __iter__(self) -> Iterator[int]:
        done = 0
        for _ in progress(range(self.wanted), doing="resamples", unit="resample"):
            failures = -1
            while failures != self.n_failed:  # until an attempt passes
                failures = self.n_failed
                yield done
                done += 1

    def failed(self, error: ModelError) -> None:
        """Count a failure, and give up when they are too many."""
        self.n_failed += 1
        if self.n_failed > max(2, _MOST_FAILED * self.wanted):
            raise ConvergenceError(
                f"{self.n_failed} resamples of {self.wanted} could not be fitted, more than a "
                "tenth, so that the others are no fair sample. Take inference='jackknife', a "
                f"smaller formula, or fewer visits. The last one: {error}"
            ) from None
