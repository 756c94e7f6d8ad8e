"""Fill in missing scores given the parameters of a model: conditional means, or draws around them.

Patients who miss the same visits under the same assumption share one matrix, so that nothing here
loops over patients, nor over fits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.formulas.population import Population
from analysis.missing.places import Codes, Mask
from analysis.missing.schedule import Schedule
from analysis.missing.strategies import STRATEGIES, Plan, strategy_designs
from analysis.results import FloatArray

__all__ = ["Imputer", "ModelParameters", "imputer"]

_MIXED = (STRATEGIES.index("JR"), STRATEGIES.index("CIR"))
_COPY = STRATEGIES.index("CR")


@dataclass(frozen=True, kw_only=True, eq=False)
class ModelParameters:
    """Parameters of the imputation model, of one fit or, with an axis before, of B fits.

    Parameters
    ----------
    beta : array, shape (p,) or (B, p)
        Coefficients of the mean.
    covariances : array, shape (G, T, T) or (B, G, T, T)
        Covariance of a patient's scores between visits; one, or one per arm.
    """

    beta: FloatArray
    covariances: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Imputer:
    """Patients with missing scores, grouped by what they miss and what is assumed.

    Parameters
    ----------
    scores : array, shape (N, T)
        Known scores; missing elsewhere.
    who : array of int, shape (n,)
        Patients with a score to impute.
    designs : array, shape (n, T, p)
        Their designs under their strategies.
    known : array of bool, shape (G, T)
        Visits that the patients of a group have.
    first, strategy, arm : array of int, shape (G,)
        First visit affected, strategy, and which covariance is the patients' own.
    group : array of int, shape (n,)
        Group of every patient.
    """

    scores: FloatArray
    who: Codes
    designs: FloatArray
    known: Mask
    first: Codes
    strategy: Codes
    arm: Codes
    group: Codes

    def means(self, parameters: ModelParameters) -> FloatArray:
        """Complete the scores by their conditional means.

        Parameters
        ----------
        parameters : ModelParameters
            Of the imputation model.

        Returns
        -------
        array, shape (N, T) or (B, N, T)
            Known scores as they are.
        """
        slopes, _ = self._conditional(parameters)
        return self._filled(parameters, slopes)

    def draws(self, parameters: ModelParameters, rng: np.random.Generator) -> FloatArray:
        """Complete the scores by draws from their conditional distributions.

        Parameters
        ----------
        parameters : ModelParameters
            Of one fit of the imputation model.
        rng : numpy.random.Generator
            Where the noise comes from.

        Returns
        -------
        array, shape (N, T)
            Known scores as they are.
        """
        return self.with_noise(parameters, self.noise(rng))

    def noise(self, rng: np.random.Generator) -> FloatArray:
        """Draw standard normal numbers for every visit of the incomplete patients, shape (n, T)."""
        return rng.standard_normal((len(self.who), self.known.shape[1]))

    def with_noise(self, parameters: ModelParameters, noise: FloatArray) -> FloatArray:
        """Complete the scores by conditional means and given noise.

        Parameters
        ----------
        parameters : ModelParameters
            Of the imputation model.
        noise : array, shape (n, T) or (B, n, T)
            Standard normal numbers, of `noise`.

        Returns
        -------
        array, shape (N, T) or (B, N, T)
            Known scores as they are.
        """
        slopes, covariance = self._conditional(parameters)
        completed = self._filled(parameters, slopes)
        missing = ~self.known
        pairs = missing[:, :, None] & missing[:, None, :]
        rest = covariance - slopes @ covariance
        rest = np.where(pairs, (rest + np.swapaxes(rest, -1, -2)) / 2.0, np.eye(missing.shape[1]))
        factors = np.linalg.cholesky(rest)[..., self.group, :, :]
        shift = (factors @ noise[..., None])[..., 0] * missing[self.group]
        completed[..., self.who, :] += shift
        return completed

    def _filled(self, parameters: ModelParameters, slopes: FloatArray) -> FloatArray:
        """Put conditional means in the places without a score."""
        n, n_visits, p = self.designs.shape
        fits = parameters.beta.shape[:-1]
        mean = (parameters.beta @ self.designs.reshape(-1, p).T).reshape(*fits, n, n_visits)
        own, known = self.scores[self.who], self.known[self.group]
        residual = np.where(known, own - mean, 0.0)
        fitted = mean + (slopes[..., self.group, :, :] @ residual[..., None])[..., 0]
        completed = np.broadcast_to(self.scores, (*fits, *self.scores.shape)).copy()
        completed[..., self.who, :] = np.where(known, own, fitted)
        return completed

    def _conditional(self, parameters: ModelParameters) -> tuple[FloatArray, FloatArray]:
        """Return regression on the known scores, and the covariance, of groups (..., G, T, T)."""
        covariance = self._covariances(parameters.covariances)
        pairs = self.known[:, :, None] & self.known[:, None, :]
        inverse = np.linalg.inv(np.where(pairs, covariance, np.eye(self.known.shape[1])))
        return covariance @ np.where(pairs, inverse, 0.0), covariance

    def _covariances(self, fitted: FloatArray) -> FloatArray:
        """Choose, or put together, the covariance that each group's strategy implies."""
        if fitted.shape[-3] == 1:
            shape = (*fitted.shape[:-3], len(self.first), *fitted.shape[-2:])
            return np.broadcast_to(fitted, shape)
        covariance, reference = fitted[..., self.arm, :, :].copy(), fitted[..., 0, :, :]
        has_event = self.first < fitted.shape[-1]
        copied = has_event & ((self.strategy == _COPY) | (self.first == 0) & self._mixes)
        covariance[..., copied, :, :] = reference[..., None, :, :]
        for group in np.flatnonzero(self._mixes & has_event & (self.first > 0)):
            own = covariance[..., group, :, :]
            covariance[..., group, :, :] = _joined(own, reference, int(self.first[group]))
        return covariance

    @property
    def _mixes(self) -> Mask:
        return np.isin(self.strategy, _MIXED)


def _joined(own: FloatArray, reference: FloatArray, first: int) -> FloatArray:
    """Keep the own covariance before the event and the reference's regression on it afterwards.

    Carpenter, Roger and Kenward (2013), section 3.
    """
    before, after = slice(0, first), slice(first, None)
    regressed = np.linalg.solve(reference[..., before, before], reference[..., before, after])
    slope = np.swapaxes(regressed, -1, -2)
    joined = np.empty_like(own)
    joined[..., before, before] = own[..., before, before]
    joined[..., after, before] = slope @ own[..., before, before]
    joined[..., before, after] = np.swapaxes(joined[..., after, before], -1, -2)
    gap = reference[..., before, before] - own[..., before, before]
    joined[..., after, after] = reference[..., after, after] - slope @ gap @ regressed
    return joined


def imputer(schedule: Schedule, plan: Plan, population: Population, *, by_arm: bool) -> Imputer:
    """Group the patients with missing scores.

    Parameters
    ----------
    schedule : Schedule
        Scores and covariates.
    plan : Plan
        What is known and assumed.
    population : Population
        Design of the imputation model.
    by_arm : bool
        Whether every arm has a covariance of its own.

    Returns
    -------
    Imputer
        Ready for any parameters of the model.

    Raises
    ------
    DataError
        When a patient has a level that no modelled score has.
    """
    who = np.flatnonzero(plan.incomplete)
    part = replace(
        plan,
        first=plan.first[who],
        strategy=plan.strategy[who],
        known=plan.known[who],
        modelled=plan.modelled[who],
    )
    rows = schedule.rows_of(np.broadcast_to(plan.incomplete[:, None], plan.known.shape))
    own = _design(population, rows, schedule)
    reference = own
    if schedule.arm_column is not None:
        borrowed = rows.assign(**{schedule.arm_column: schedule.arms[0]})
        reference = _design(population, borrowed, schedule)
    arm = schedule.arm[who] if by_arm else np.zeros_like(who)
    keys = np.column_stack([part.known, part.first, part.strategy, arm]).astype(np.intp)
    groups, code = np.unique(keys, axis=0, return_inverse=True)
    n_visits = schedule.n_visits
    return Imputer(
        scores=np.where(plan.known, schedule.scores, np.nan),
        who=who,
        designs=strategy_designs(part, own, reference),
        known=groups[:, :n_visits].astype(bool),
        first=groups[:, n_visits],
        strategy=groups[:, n_visits + 1],
        arm=groups[:, n_visits + 2],
        group=code.reshape(-1).astype(np.intp),
    )


def _design(population: Population, rows: pd.DataFrame, schedule: Schedule) -> FloatArray:
    """Evaluate the mean of patients at all visits, shape (n, T, p)."""
    p = len(population.encoding.names)
    if rows.empty:  # nobody misses a score
        return np.zeros((0, schedule.n_visits, p))
    return population.design(rows).reshape(-1, schedule.n_visits, p)
