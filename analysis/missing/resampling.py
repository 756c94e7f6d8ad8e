"""Repeat imputation and analysis: without each patient, for resamples, or with drawn scores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analysis.errors import ModelError
from analysis.missing.analyses import Analysis, Inference
from analysis.missing.answers import estimates_of, inferences_of
from analysis.missing.attempts import tried
from analysis.missing.batched_refits import Refits
from analysis.missing.completing import Imputation
from analysis.missing.places import Codes
from analysis.missing.pooling import (
    Pooled,
    bootstrap_spread,
    jackknife_spread,
    rubin,
    spread_error,
)
from analysis.progress import progress
from analysis.results import FloatArray

__all__ = ["INFERENCE", "Repeats", "bootstrap", "draws", "jackknife", "repeat"]

INFERENCE = ("jackknife", "bootstrap", "draws")


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
        Estimates of all patients with jackknife standard errors and their degrees of freedom.

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
    pooled = _resampled(imputation, analysis, *jackknife_spread(replicates))
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


def _resampled(
    imputation: Imputation,
    analysis: Analysis,
    std_error: FloatArray,
    df: FloatArray,
    std_error_error: FloatArray | None = None,
) -> Pooled:
    """Put the estimates of all patients beside standard errors from resampling."""
    everyone = np.ones(imputation.arm.size)
    estimate = analysis.estimate(imputation.means(imputation.fitted), everyone)
    return Pooled(
        estimate=estimate,
        std_error=std_error,
        df=df,
        estimate_error=np.zeros(estimate.shape),
        std_error_error=np.zeros(estimate.shape) if std_error_error is None else std_error_error,
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
    spread = bootstrap_spread(replicates)
    pooled = _resampled(imputation, analysis, *spread, spread_error(replicates))
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


def repeat(
    imputation: Imputation, analysis: Analysis, inference: str, n_draws: int, seed: int
) -> Repeats:
    """Repeat by the inference that was asked for.

    Parameters
    ----------
    imputation : Imputation
        The model and who misses what.
    analysis : Analysis
        The question.
    inference : str
        One of `INFERENCE`.
    n_draws, seed : int
        Repeats and where their random numbers begin; not used by the jackknife.

    Returns
    -------
    Repeats
        As `jackknife`, `bootstrap` or `draws`.
    """
    if inference == "jackknife":
        return jackknife(imputation, analysis)
    return (bootstrap if inference == "bootstrap" else draws)(imputation, analysis, n_draws, seed)
