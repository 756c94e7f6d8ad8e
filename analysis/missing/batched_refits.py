"""Fit the imputation model to many weighted data sets at once, and one by one what is unusual."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.errors import ModelError
from analysis.missing.batched_likelihood import column_products, matrices_of
from analysis.missing.batched_steps import maximise_all
from analysis.missing.batched_sums import BatchedSums, sums_weighted, sums_without
from analysis.missing.imputation import ModelParameters
from analysis.missing.places import Codes, Mask
from analysis.missing.refits import ALIASED, Refitter
from analysis.results import FloatArray

__all__ = ["Refits", "refits_weighted", "refits_without"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Refits:
    """Fits of B data sets, and why some failed.

    Parameters
    ----------
    parameters : ModelParameters
        Of the fits that succeeded, along a first axis of size R.
    fitted : array of int, shape (R,)
        Which data sets these are.
    errors : dict of int to ModelError
        Why others failed.
    """

    parameters: ModelParameters
    fitted: Codes
    errors: dict[int, ModelError]


def refits_without(refits: Refitter, patients: Codes) -> Refits:
    """Fit without each of some patients.

    Parameters
    ----------
    refits : Refitter
        The model.
    patients : array of int, shape (B,)
        Who is left out.

    Returns
    -------
    Refits
        As `Refitter.without` one by one, up to rounding.
    """
    sums = sums_without(refits, patients)
    return _refitted(refits, sums, lambda index: refits.without(int(patients[index])))


def refits_weighted(refits: Refitter, weights: FloatArray) -> Refits:
    """Fit with several sets of whole-number weights.

    Parameters
    ----------
    refits : Refitter
        The model.
    weights : array, shape (B, N)
        How often each patient counts in each data set.

    Returns
    -------
    Refits
        As `Refitter.weighted` one by one, up to rounding.
    """
    sums = sums_weighted(refits, weights)
    return _refitted(refits, sums, lambda index: refits.weighted(weights[index]))


def _refitted(refits: Refitter, sums: BatchedSums, one: Callable[[int], ModelParameters]) -> Refits:
    """Fit together what can be, and the rest one by one."""
    n_sets, m = len(sums.n_rows), sums.n_visits
    n_groups = len(refits.engine.model.structures)
    beta = np.empty((n_sets, len(refits.engine.standard.start)))
    covariances = np.empty((n_sets, n_groups, m, m))
    is_fitted, errors = np.zeros(n_sets, dtype=bool), {}
    usual = np.flatnonzero(_is_usual(refits, sums))
    if usual.size:
        reached, together = _together(refits, sums, usual)
        beta[reached], covariances[reached] = together.beta, together.covariances
        is_fitted[reached] = True
    for index in np.flatnonzero(~is_fitted):
        try:
            alone = one(int(index))
        except ModelError as error:
            errors[int(index)] = error
            continue
        beta[index], covariances[index], is_fitted[index] = alone.beta, alone.covariances, True
    parameters = ModelParameters(beta=beta[is_fitted], covariances=covariances[is_fitted])
    return Refits(parameters=parameters, fitted=np.flatnonzero(is_fitted), errors=errors)


def _together(refits: Refitter, sums: BatchedSums, usual: Codes) -> tuple[Codes, ModelParameters]:
    """Fit data sets at once; return which of them arrived, and their parameters."""
    engine = refits.engine
    if usual.size < len(sums.n_rows):
        sums = sums.of(np.isin(np.arange(len(sums.n_rows)), usual))
    optima = maximise_all(
        sums,
        np.concatenate(engine.optimum.coordinates.residual),
        np.asarray(np.linalg.inv(engine.optimum.local.hessian), dtype=np.float64),
        reml=engine.model.reml,
    )
    standard, arrived = engine.standard, optima.reached
    covariances = matrices_of(optima.theta[arrived], sums.n_visits) * engine.units.scale**2
    beta = standard.start + standard.scale * (optima.beta[arrived] @ standard.back.T)
    return usual[arrived], ModelParameters(beta=beta, covariances=covariances)


def _is_usual(refits: Refitter, sums: BatchedSums) -> Mask:
    """Mark data sets with unstructured covariances that certainly determine the model."""
    model, n_sets = refits.engine.model, len(sums.n_rows)
    is_plain = all(structure.correlations is None for structure in model.structures)
    if not is_plain or model.n_random or model.n_clinics:
        return np.zeros(n_sets, dtype=bool)
    enough = (_pair_counts(refits, sums) > 2.0 * _pair_ranks(refits)).all(axis=(1, 2, 3))
    smallest = np.linalg.eigvalsh(column_products(sums))[:, 0]
    return np.asarray(enough & (sums.n_rows > model.n_fixed) & (smallest > ALIASED))


def _pair_counts(refits: Refitter, sums: BatchedSums) -> FloatArray:
    """Count patients seen at both visits of each pair in each group, shape (B, G, m, m)."""
    m, n_groups = sums.n_visits, len(refits.engine.model.structures)
    counts = np.zeros((len(sums.n_rows), n_groups, m, m))
    for part in sums.parts:
        counts[:, part.structure, part.visits[:, None], part.visits] += part.counts[:, None, None]
    return counts


def _pair_ranks(refits: Refitter) -> FloatArray:
    """Count the dimensions that the mean can take at both visits of each pair, shape (m, m).

    A change of the covariance between two visits that no contrast of the scores shows would have,
    over their patients, a rank of at most twice this; with more patients the covariance is
    determined. The careful optimiser checks the others.
    """
    columns = refits.engine.standard.columns[:, :, :-1]
    m = len(columns)
    ranks = [
        np.linalg.matrix_rank(np.concatenate([columns[i], columns[j]]))
        for i in range(m)
        for j in range(m)
    ]
    return np.array(ranks, dtype=float).reshape(m, m)
