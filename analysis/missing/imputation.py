"""Fill in missing scores given the parameters of a model: conditional means, or draws around them.

Patients who miss the same visits under the same assumption share one matrix, so that nothing here
loops over patients.
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
    """ModelParameters of the imputation model.

    Parameters
    ----------
    beta : array, shape (p,)
        Coefficients of the mean.
    covariances : array, shape (G, T, T)
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
        array, shape (N, T)
            Known scores as they are.
        """
        slopes, _ = self._conditional(parameters)
        return self._filled(parameters, slopes)

    def draws(self, parameters: ModelParameters, rng: np.random.Generator) -> FloatArray:
        """Complete the scores by draws from their conditional distributions.

        Parameters
        ----------
        parameters : ModelParameters
            Of the imputation model.
        rng : numpy.random.Generator
            Where the noise comes from.

        Returns
        -------
        array, shape (N, T)
            Known scores as they are.
        """
        slopes, covariance = self._conditional(parameters)
        completed = self._filled(parameters, slopes)
        missing = ~self.known
        pairs = missing[:, :, None] & missing[:, None, :]
        rest = covariance - slopes @ covariance
        rest = np.where(pairs, (rest + rest.transpose(0, 2, 1)) / 2.0, np.eye(missing.shape[1]))
        factors = np.linalg.cholesky(rest)
        noise = rng.standard_normal((len(self.who), missing.shape[1], 1))
        shift = (factors[self.group] @ noise)[:, :, 0] * missing[self.group]
        completed[self.who] += shift
        return completed

    def _filled(self, parameters: ModelParameters, slopes: FloatArray) -> FloatArray:
        """Put conditional means in the places without a score."""
        mean = self.designs @ parameters.beta
        own, known = self.scores[self.who], self.known[self.group]
        residual = np.where(known, own - mean, 0.0)
        fitted = mean + (slopes[self.group] @ residual[:, :, None])[:, :, 0]
        completed = self.scores.copy()
        completed[self.who] = np.where(known, own, fitted)
        return completed

    def _conditional(self, parameters: ModelParameters) -> tuple[FloatArray, FloatArray]:
        """Return regression on the known scores, and the covariance, of every group (G, T, T)."""
        covariance = self._covariances(parameters.covariances)
        pairs = self.known[:, :, None] & self.known[:, None, :]
        inverse = np.linalg.inv(np.where(pairs, covariance, np.eye(self.known.shape[1])))
        return covariance @ np.where(pairs, inverse, 0.0), covariance

    def _covariances(self, fitted: FloatArray) -> FloatArray:
        """Choose, or put together, the covariance that each group's strategy implies."""
        if len(fitted) == 1:
            return np.broadcast_to(fitted[0], (len(self.first), *fitted.shape[1:]))
        covariance = fitted[self.arm].copy()
        has_event = self.first < fitted.shape[1]
        copied = has_event & ((self.strategy == _COPY) | (self.first == 0) & self._mixes)
        covariance[copied] = fitted[0]
        for group in np.flatnonzero(self._mixes & has_event & (self.first > 0)):
            covariance[group] = _joined(covariance[group], fitted[0], int(self.first[group]))
        return covariance

    @property
    def _mixes(self) -> Mask:
        return np.isin(self.strategy, _MIXED)


def _joined(own: FloatArray, reference: FloatArray, first: int) -> FloatArray:
    """Keep the own covariance before the event and the reference's regression on it afterwards.

    Carpenter, Roger and Kenward (2013), section 3.
    """
    before, after = slice(0, first), slice(first, None)
    slope = np.linalg.solve(reference[before, before], reference[before, after]).T
    joined = np.empty_like(own)
    joined[before, before] = own[before, before]
    joined[after, before] = slope @ own[before, before]
    joined[before, after] = joined[after, before].T
    gap = reference[before, before] - own[before, before]
    joined[after, after] = reference[after, after] - slope @ gap @ slope.T
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
