"""Everything that completes the scores of a data set once: the model, who misses what, deltas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.missing.batched_refits import Refits, refits_weighted, refits_without
from analysis.missing.batched_sums import numbers_per_set
from analysis.missing.imputation import Imputer, ModelParameters
from analysis.missing.model import parameters_of
from analysis.missing.places import Codes
from analysis.missing.refits import Refitter
from analysis.results import FloatArray

__all__ = ["Imputation"]

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
