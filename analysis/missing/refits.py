"""Fit the imputation model again with other weights of patients, from sums and a warm start.

The sums of a pattern of visits lose a patient by subtraction, or are added up anew with the number
of times that a resample has each patient; the optimiser then starts at the optimum of all patients.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import ConvergenceError
from analysis.missing.imputation import ModelParameters
from analysis.missing.model import parameters_of
from analysis.missing.places import Codes, Mask
from analysis.missing.schedule import Schedule
from analysis.mixed.engine.blocks import cross_products
from analysis.mixed.engine.covariance import Stratum
from analysis.mixed.engine.likelihood import InfeasibleError
from analysis.mixed.engine.newton import maximise
from analysis.mixed.inference.components import parameter_names
from analysis.mixed.inference.fitting import Engine
from analysis.mixed.result import LinearMixedModel
from analysis.mixed.sums.moments import weighted_features
from analysis.mixed.sums.patterns import PatternSums
from analysis.results import FloatArray

__all__ = ["ALIASED", "Pattern", "Refitter", "refitter"]

ALIASED = 1e-11


@dataclass(frozen=True, kw_only=True, eq=False)
class Pattern:
    """Patients of one covariance group who have the same modelled visits.

    Parameters
    ----------
    structure : int
        Covariance group.
    visits : array of int, shape (v,)
        Visits that they have.
    patients : array of int, shape (b,)
        Who they are, among the patients of the schedule.
    wide : array, shape (b, K + v L)
        Features of the patient, then those of every row with the outcome last.
    """

    structure: int
    visits: Codes
    patients: Codes
    wide: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Refitter:
    """The imputation model, ready to be fitted with other weights of patients.

    Parameters
    ----------
    engine : Engine
        The fit of all patients.
    patterns : tuple of Pattern
        Their features.
    sizes : array, shape (N,)
        Modelled scores of every patient.
    totals : tuple of arrays, shape (K + v L, K + v L)
        Sums over all patients of every pattern.
    """

    engine: Engine
    patterns: tuple[Pattern, ...]
    sizes: FloatArray
    totals: tuple[FloatArray, ...]

    def weighted(self, weights: FloatArray) -> ModelParameters:
        """Fit with whole-number weights of patients.

        Parameters
        ----------
        weights : array, shape (N,)
            How often each patient counts.

        Returns
        -------
        ModelParameters
            At the optimum.

        Raises
        ------
        ConvergenceError
            When these patients do not determine the model.
        """
        counts, totals = [], []
        for pattern in self.patterns:
            own = weights[pattern.patients]
            counts.append(float(own.sum()))
            totals.append((pattern.wide * own[:, None]).T @ pattern.wide)
        return self._fit(counts, totals, int(self.sizes @ weights))

    def without(self, patient: int) -> ModelParameters:
        """Fit without one patient.

        Parameters
        ----------
        patient : int
            Position among the patients of the schedule.

        Returns
        -------
        ModelParameters
            At the optimum; those of all patients when this one has no modelled score.

        Raises
        ------
        ConvergenceError
            When the others do not determine the model.
        """
        if self.sizes[patient] == 0:
            return parameters_of(self.engine)
        counts = [float(pattern.patients.size) for pattern in self.patterns]
        totals = list(self.totals)
        for place, pattern in enumerate(self.patterns):
            where = np.flatnonzero(pattern.patients == patient)
            if where.size:
                row = pattern.wide[where[0]]
                counts[place] -= 1.0
                totals[place] = totals[place] - np.outer(row, row)
        return self._fit(counts, totals, int(self.sizes.sum() - self.sizes[patient]))

    def _fit(
        self, counts: Sequence[float], totals: Sequence[FloatArray], n_rows: int
    ) -> ModelParameters:
        """Maximise the likelihood of sums, from the optimum of all patients."""
        engine = self.engine
        strata = self._strata(counts, totals)
        _check_known(strata, n_rows)
        model = replace(engine.model, strata=strata, n_rows=n_rows)
        names = parameter_names(model, engine.units)
        try:
            optimum = maximise(model, engine.optimum.coordinates, names)
        except InfeasibleError:
            raise ConvergenceError(_unknown()) from None
        return parameters_of(replace(engine, model=model, optimum=optimum))

    def _strata(self, counts: Sequence[float], totals: Sequence[FloatArray]) -> tuple[Stratum, ...]:
        """Arrange the sums as the likelihood reads them."""
        engine = self.engine
        Z = np.zeros((len(engine.distances), 0))
        strata = []
        for index, structure in enumerate(engine.model.structures):
            own = [k for k, pattern in enumerate(self.patterns) if pattern.structure == index]
            sums = self._sums([(self.patterns[k], counts[k], totals[k]) for k in own if counts[k]])
            strata += [
                Stratum(blocks=blocks, structure=index, distances=engine.distances, Z=Z)
                for blocks in sums.portions(engine.standard.columns, structure.n_parameters)
            ]
        return tuple(strata)

    def _sums(self, parts: Sequence[tuple[Pattern, float, FloatArray]]) -> PatternSums:
        """Put the sums of patterns side by side."""
        if not parts:
            raise ConvergenceError(_unknown())
        n_u, m = self.engine.features.n_patient, len(self.engine.distances)
        n_w = (parts[0][2].shape[0] - n_u) // parts[0][0].visits.size
        present = np.zeros((len(parts), m), dtype=bool)
        uu, uw = np.zeros((len(parts), n_u, n_u)), np.zeros((len(parts), m, n_u, n_w))
        ww = np.zeros((len(parts), m, m, n_w, n_w))
        for place, (pattern, _, total) in enumerate(parts):
            visits = pattern.visits
            present[place, visits] = True
            uu[place] = total[:n_u, :n_u]
            mixed = total[:n_u, n_u:].reshape(n_u, visits.size, n_w)
            uw[place, visits] = mixed.transpose(1, 0, 2)
            varying = total[n_u:, n_u:].reshape(visits.size, n_w, visits.size, n_w)
            ww[place, visits[:, None], visits] = varying.transpose(0, 2, 1, 3)
        return PatternSums(
            present=present,
            counts=np.array([count for _, count, _ in parts]),
            uu=uu,
            uw=uw,
            ww=ww,
            clinic_counts=np.zeros((len(parts), 0)),
            clinic_u=np.zeros((len(parts), 0, n_u)),
            clinic_w=np.zeros((len(parts), m, 0, n_w)),
        )


def _check_known(strata: tuple[Stratum, ...], n_rows: int) -> None:
    """Refuse patients about whom a coefficient of the mean says nothing."""
    products = np.sum([cross_products(stratum.blocks) for stratum in strata], axis=0)[:-1, :-1]
    if n_rows <= len(products) or np.linalg.eigvalsh(products)[0] <= ALIASED:
        raise ConvergenceError(_unknown())


def _unknown() -> str:
    return (
        "A resample of the patients does not determine the imputation model: an arm or level has "
        "too few scores at a visit. Take a smaller formula, or merge levels."
    )


def refitter(fit: LinearMixedModel, schedule: Schedule) -> Refitter:
    """Keep the features of every patient, so that the model can be fitted again.

    Parameters
    ----------
    fit : LinearMixedModel
        Of `fit_model`.
    schedule : Schedule
        The same.

    Returns
    -------
    Refitter
        With the sums of all patients.
    """
    rows = fit.engine.rows
    design, panel = rows.design, rows.design.panel
    features, by_row = weighted_features(design, rows.layout, rows.y)
    position = schedule.subjects.get_indexer(pd.Index(design.subjects))
    seen = _seen(design.panel)
    keys = np.column_stack([design.group, seen]).astype(np.intp)
    distinct, code = np.unique(keys, axis=0, return_inverse=True)
    patterns = []
    for index, key in enumerate(distinct):
        own = np.flatnonzero(code.reshape(-1) == index)
        visits = np.flatnonzero(key[1:])
        places = panel.starts[own][:, None] + np.arange(visits.size)
        wide = np.concatenate([features[own], by_row[places].reshape(own.size, -1)], axis=1)
        patterns.append(
            Pattern(structure=int(key[0]), visits=visits, patients=position[own], wide=wide)
        )
    sizes = np.zeros(schedule.n_subjects)
    sizes[position] = panel.sizes
    return Refitter(
        engine=fit.engine,
        patterns=tuple(patterns),
        sizes=sizes,
        totals=tuple(pattern.wide.T @ pattern.wide for pattern in patterns),
    )


def _seen(panel: Any) -> Mask:
    """Mark the modelled visits of every patient of the fit."""
    seen = np.zeros((panel.starts.size, panel.n_visits), dtype=bool)
    seen[np.repeat(np.arange(panel.starts.size), panel.sizes), panel.visit] = True
    return seen
