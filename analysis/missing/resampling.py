"""Repeat imputation and analysis: without each patient, for resamples, or with drawn scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.errors import ModelError
from analysis.missing.analyses import Analysis, Inference
from analysis.missing.answers import estimates_of, inferences_of
from analysis.missing.attempts import tried
from analysis.missing.batched_refits import Refits, refits_weighted, refits_without
from analysis.missing.batched_sums import numbers_per_set
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
_MOST_AT_ONCE = 250
_NUMBERS = 12_000_000
"""Numbers that a batch of data sets may take: about 100 MB."""


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
        """Complete the scores by conditional means and deltas, shape (N, T) or (B, N, T)."""
        return self.imputer.means(parameters) + self.delta

    def drawn(self, parameters: ModelParameters, noise: FloatArray) -> FloatArray:
        """Complete the scores by draws and deltas, shape (N, T) or (B, N, T)."""
        return self.imputer.with_noise(parameters, noise) + self.delta

    def noise(self, generators: Sequence[np.random.Generator]) -> FloatArray:
        """Draw the noise of each data set by random numbers of its own, shape (B, n, T)."""
        noise = [self.imputer.noise(rng) for rng in generators]
        return np.array(noise).reshape(len(noise), self.imputer.who.size, self.delta.shape[1])

    def without(self, patients: Codes) -> Refits:
        """Fit without each of some patients; nothing is fitted where nothing is imputed."""
        if not self.imputer.who.size:
            return self._unchanged(patients.size)
        return refits_without(self.refits, patients)

    def weighted(self, weights: FloatArray) -> Refits:
        """Fit resamples (B, N); nothing is fitted where nothing is imputed."""
        if not self.imputer.who.size:
            return self._unchanged(len(weights))
        return refits_weighted(self.refits, weights)

    def _unchanged(self, n_sets: int) -> Refits:
        """Repeat the fit of all patients."""
        fitted = self.fitted
        parameters = ModelParameters(
            beta=np.tile(fitted.beta, (n_sets, 1)),
            covariances=np.tile(fitted.covariances, (n_sets, 1, 1, 1)),
        )
        return Refits(parameters=parameters, fitted=np.arange(n_sets), errors={})

    @property
    def n_at_once(self) -> int:
        """Data sets whose sums and completed scores fit into a bounded memory."""
        n, n_visits = self.delta.shape
        of_scores = n * (3 * n_visits + 2) + 3 * self.imputer.who.size * n_visits**2
        numbers = numbers_per_set(self.refits) + of_scores
        return int(np.clip(_NUMBERS // numbers, 1, _MOST_AT_ONCE))

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
    answers = _left_out(imputation, analysis)
    replicates = np.stack([
        _checked(next(answers)) for _ in progress(range(n), doing="jackknife", unit="patient")
    ])  # fmt: skip
    pooled = _resampled(imputation, analysis, np.diag(jackknife_covariance(replicates)))
    return Repeats(pooled=pooled, replicates=replicates, attempts=np.arange(n), n_failed=0)


def _left_out(imputation: Imputation, analysis: Analysis) -> Iterator[FloatArray | ModelError]:
    """Answer without each patient, some at a time."""
    n, size = imputation.arm.size, imputation.n_at_once
    for first in range(0, n, size):
        patients = np.arange(first, min(first + size, n))
        weights = np.ones((patients.size, n))
        weights[np.arange(patients.size), patients] = 0.0
        yield from _estimated(imputation, analysis, imputation.without(patients), weights)


def _estimated(
    imputation: Imputation, analysis: Analysis, refits: Refits, weights: FloatArray
) -> Iterator[FloatArray | ModelError]:
    """Impute means and analyse where the fit succeeded; pass on the errors of other fits."""
    completed = imputation.means(refits.parameters)
    answers = estimates_of(analysis, completed, weights[refits.fitted])
    for index in range(len(weights)):
        yield refits.errors[index] if index in refits.errors else next(answers)


def _checked(answer: FloatArray | ModelError) -> FloatArray:
    """Raise what came instead of an answer."""
    if isinstance(answer, ModelError):
        raise answer
    return answer


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

    def answered(attempts: Codes) -> Iterator[FloatArray | ModelError]:
        weights = np.stack([imputation.resample(seed, int(number))[0] for number in attempts])
        yield from _estimated(imputation, analysis, imputation.weighted(weights), weights)

    succeeded = tried(answered, n_draws, imputation.n_at_once)
    replicates = np.stack(succeeded.answers)
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
        attempts=succeeded.attempts,
        n_failed=succeeded.n_failed,
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

    def answered(attempts: Codes) -> Iterator[Inference | ModelError]:
        resamples = [imputation.resample(seed, int(number)) for number in attempts]
        refits = imputation.weighted(np.stack([weights for weights, _ in resamples]))
        generators = [resamples[index][1] for index in refits.fitted]
        answers = inferences_of(
            analysis, imputation.drawn(refits.parameters, imputation.noise(generators))
        )
        for index in range(attempts.size):
            yield refits.errors[index] if index in refits.errors else next(answers)

    succeeded = tried(answered, n_draws, imputation.n_at_once)
    estimates, errors, degrees = (np.stack(part) for part in zip(*succeeded.answers, strict=True))
    return Repeats(
        pooled=rubin(estimates, errors, degrees.mean(axis=0)),
        replicates=estimates,
        attempts=succeeded.attempts,
        n_failed=succeeded.n_failed,
    )
