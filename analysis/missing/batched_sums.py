"""Sums of features per pattern of visits, for many weighted data sets side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.missing.places import Codes, Mask
from analysis.missing.refits import Pattern, Refitter
from analysis.results import FloatArray

__all__ = ["BatchedSums", "Part", "numbers_per_set", "sums_weighted", "sums_without"]

_AT_ONCE = 1 << 21
"""Products of features that are held at once while they are summed."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """What B data sets have in one pattern of visits.

    Parameters
    ----------
    structure : int
        Covariance group.
    visits : array of int, shape (v,)
        Visits of the pattern.
    columns : array, shape (v d, P)
        How the columns of the mean, and the outcome, follow from the features at these visits.
    counts : array, shape (B,)
        Patients.
    products : array, shape (B, v, d, v, d)
        Sums over patients of the products of features at any two visits.
    """

    structure: int
    visits: Codes
    columns: FloatArray
    counts: FloatArray
    products: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class BatchedSums:
    """All patterns of B data sets.

    Parameters
    ----------
    parts : tuple of Part
        One per pattern.
    n_rows : array, shape (B,)
        Scores.
    n_visits : int
        Visits, also those that no pattern has.
    """

    parts: tuple[Part, ...]
    n_rows: FloatArray
    n_visits: int

    def of(self, sets: Mask) -> BatchedSums:
        """Keep some of the data sets."""
        parts = tuple(
            replace(part, counts=part.counts[sets], products=part.products[sets])
            for part in self.parts
        )
        return replace(self, parts=parts, n_rows=self.n_rows[sets])


def numbers_per_set(refits: Refitter) -> int:
    """Count the numbers that the sums of one data set take, so that batches fit into memory.

    Parameters
    ----------
    refits : Refitter
        The model.

    Returns
    -------
    int
        Products of features, with room for what is computed from them.
    """
    d = refits.engine.standard.columns.shape[1]
    return 4 * sum(int(pattern.visits.size * d) ** 2 for pattern in refits.patterns)


def sums_weighted(refits: Refitter, weights: FloatArray) -> BatchedSums:
    """Add up the features of weighted patients.

    Parameters
    ----------
    refits : Refitter
        Features of every patient.
    weights : array, shape (B, N)
        How often each patient counts in each data set.

    Returns
    -------
    BatchedSums
        Of B data sets.
    """
    counts, totals = [], []
    for pattern in refits.patterns:
        own = weights[:, pattern.patients]
        n_products = pattern.wide.shape[1] ** 2
        total = np.zeros((len(weights), n_products))
        size = max(1, _AT_ONCE // n_products)
        for first in range(0, pattern.patients.size, size):
            some = slice(first, first + size)
            total += own[:, some] @ _squares(pattern.wide[some])
        counts.append(own.sum(axis=1))
        totals.append(total)
    return _arranged(refits, counts, totals, weights @ refits.sizes)


def sums_without(refits: Refitter, patients: Codes) -> BatchedSums:
    """Subtract each patient in turn from the sums of all.

    Parameters
    ----------
    refits : Refitter
        Features of every patient, and their sums.
    patients : array of int, shape (B,)
        Who is left out of each data set.

    Returns
    -------
    BatchedSums
        Of B data sets.
    """
    counts, totals = [], []
    for pattern, everyone in zip(refits.patterns, refits.totals, strict=True):
        order = np.argsort(pattern.patients)
        place = np.searchsorted(pattern.patients, patients, sorter=order)
        place = order[np.minimum(place, order.size - 1)]
        left = pattern.patients[place] == patients
        rows = pattern.wide[place[left]]
        total = np.repeat(everyone.reshape(1, -1), patients.size, axis=0)
        total[left] -= _squares(rows)
        counts.append(pattern.patients.size - left.astype(float))
        totals.append(total)
    return _arranged(refits, counts, totals, refits.sizes.sum() - refits.sizes[patients])


def _squares(rows: FloatArray) -> FloatArray:
    """Multiply the features of each patient by each other, (b, F) to (b, F F)."""
    n, width = rows.shape
    return np.asarray((rows[:, :, None] * rows[:, None, :]).reshape(n, width * width))


def _arranged(
    refits: Refitter, counts: Sequence[FloatArray], totals: Sequence[FloatArray], n_rows: FloatArray
) -> BatchedSums:
    """Spread the sums over pairs of visits."""
    columns = refits.engine.standard.columns
    parts = []
    for pattern, count, total in zip(refits.patterns, counts, totals, strict=True):
        width, v, d = pattern.wide.shape[1], pattern.visits.size, columns.shape[1]
        place = _places(pattern, refits.engine.features.n_patient, d)
        spread = (place[:, None] * width + place).ravel()
        parts.append(
            Part(
                structure=pattern.structure,
                visits=pattern.visits,
                columns=columns[pattern.visits].reshape(v * d, -1),
                counts=count,
                products=total[:, spread].reshape(-1, v, d, v, d),
            )
        )
    return BatchedSums(parts=tuple(parts), n_rows=n_rows, n_visits=len(columns))


def _places(pattern: Pattern, n_patient: int, d: int) -> Codes:
    """Say where the features of every visit stand: the patient's own stand once for all visits."""
    varying = np.arange(n_patient, pattern.wide.shape[1]).reshape(pattern.visits.size, -1)
    own = np.broadcast_to(np.arange(n_patient), (pattern.visits.size, n_patient))
    return np.concatenate([own, varying], axis=1).reshape(pattern.visits.size * d)
