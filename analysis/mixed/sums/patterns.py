"""Sums over the patients of every missingness pattern: all that a fit on visits needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.errors import ModelError
from analysis.mixed.design.layout import Panel
from analysis.mixed.engine.blocks import PatternBlocks
from analysis.results import FloatArray
from analysis.summation import compensated_sum

__all__ = ["PatternSums", "combined_sums", "rebased_sums", "sum_patterns"]

Codes = np.ndarray[Any, np.dtype[np.intp]]
_AT_ONCE = 1 << 14
_ALL = slice(None)
_FAST_MEMORY = 160_000
"""Numbers that derivatives of a portion may take: more would leave the processor's cache."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PatternSums:
    """Counts and cross-products per missingness pattern.

    Parameters
    ----------
    present : array of bool, shape (B, m)
        Visits of each pattern.
    counts : array, shape (B,)
        Patients.
    uu, uw, ww : arrays, shapes (B, K, K), (B, m, K, L), (B, m, m, L, L)
        Cross-products of features of patients (u), of rows with the outcome last (w).
    clinic_counts : array, shape (B, C)
        Patients of each clinic; C is 0 without clinics.
    clinic_u, clinic_w : arrays, shapes (B, C, K), (B, m, C, L)
        Sums per clinic.
    """

    present: np.ndarray[Any, np.dtype[np.bool_]]
    counts: FloatArray
    uu: FloatArray
    uw: FloatArray
    ww: FloatArray
    clinic_counts: FloatArray
    clinic_u: FloatArray
    clinic_w: FloatArray

    def blocks(self, columns: FloatArray, patterns: slice = _ALL) -> PatternBlocks:
        """Read the sums in the columns of a mean.

        Parameters
        ----------
        columns : array, shape (m, K + L, P)
            How columns and outcome follow from the features at each visit.
        patterns : slice
            Patterns wanted; all unless given.

        Returns
        -------
        PatternBlocks
            What the likelihood asks.
        """
        return PatternBlocks(
            counts=self.counts[patterns],
            present=self.present[patterns],
            uu=self.uu[patterns],
            uw=self.uw[patterns],
            ww=self.ww[patterns],
            clinic_counts=self.clinic_counts[patterns],
            clinic_u=self.clinic_u[patterns],
            clinic_w=self.clinic_w[patterns],
            columns=columns,
        )

    def portions(self, columns: FloatArray, n_parameters: int) -> Iterator[PatternBlocks]:
        """Yield the sums some patterns at a time, so that derivatives stay in fast memory.

        Parameters
        ----------
        columns : array, shape (m, K + L, P)
            As of `blocks`.
        n_parameters : int
            Parameters of the covariance.

        Yields
        ------
        PatternBlocks
            About equally many patterns each.
        """
        n, m = self.present.shape
        most = max(1, _FAST_MEMORY // (m * m * max(1, n_parameters)))
        size = -(-n // -(-n // most))
        for first in range(0, n, size):
            yield self.blocks(columns, slice(first, first + size))

    def pair_counts(self) -> FloatArray:
        """Count the patients who were seen at both visits of each pair, shape (m, m)."""
        seen = self.present.astype(float)
        return np.asarray(seen.T @ (self.counts[:, None] * seen))


def sum_patterns(
    panel: Panel,
    patient: FloatArray,
    row: FloatArray,
    *,
    clinic: Codes | None = None,
    n_clinics: int = 0,
) -> PatternSums:
    """Sum features and outcome over the patients of each pattern, in one pass.

    Parameters
    ----------
    panel : Panel
        Patients and visits, rows sorted by both.
    patient : array, shape (N, K)
        Features of patients.
    row : array, shape (n, L)
        Features of rows, the outcome last.
    clinic : array of int, shape (N,), optional
        Clinic of every patient.
    n_clinics : int
        Number of clinics.

    Returns
    -------
    PatternSums
        One entry per pattern that occurs.
    """
    pattern, present = _patterns(panel)
    order = np.argsort(pattern, kind="stable")
    bounds = np.searchsorted(pattern[order], np.arange(len(present) + 1))
    n_u, n_w, m = patient.shape[1], row.shape[1], panel.n_visits
    shape = len(present)
    uu, uw = np.zeros((shape, n_u, n_u)), np.zeros((shape, m, n_u, n_w))
    ww = np.zeros((shape, m, m, n_w, n_w))
    clinic_counts = np.zeros((shape, n_clinics))
    clinic_u, clinic_w = np.zeros((shape, n_clinics, n_u)), np.zeros((shape, m, n_clinics, n_w))
    for index, seen in enumerate(present):
        visits = np.flatnonzero(seen)
        for first in range(bounds[index], bounds[index + 1], _AT_ONCE):
            own = order[first : min(first + _AT_ONCE, bounds[index + 1])]
            wide = _wide(panel, patient, row, own, visits.size)
            total = wide.T @ wide
            uu[index] += total[:n_u, :n_u]
            mixed = total[:n_u, n_u:].reshape(n_u, visits.size, n_w)
            uw[index, visits] += mixed.transpose(1, 0, 2)
            varying = total[n_u:, n_u:].reshape(visits.size, n_w, visits.size, n_w)
            ww[index, visits[:, None], visits] += varying.transpose(0, 2, 1, 3)
            if clinic is not None:
                by_clinic = _indicator(clinic[own], n_clinics) @ wide
                clinic_counts[index] += np.bincount(clinic[own], minlength=n_clinics)
                clinic_u[index] += by_clinic[:, :n_u]
                turned = by_clinic[:, n_u:].reshape(n_clinics, visits.size, n_w)
                clinic_w[index, visits] += turned.transpose(1, 0, 2)
    return PatternSums(
        present=present,
        counts=np.diff(bounds).astype(float),
        uu=uu,
        uw=uw,
        ww=ww,
        clinic_counts=clinic_counts,
        clinic_u=clinic_u,
        clinic_w=clinic_w,
    )


def _patterns(panel: Panel) -> tuple[Codes, np.ndarray[Any, np.dtype[np.bool_]]]:
    """Give every patient the number of the set of visits that the patient has."""
    if panel.n_visits < 63:
        bits = np.left_shift(np.int64(1), panel.visit.astype(np.int64))
        sets = np.add.reduceat(bits, panel.starts)
        codes, distinct = pd.factorize(sets, sort=True)
        shifted = np.asarray(distinct)[:, None] >> np.arange(panel.n_visits)
        return np.asarray(codes), (shifted & 1).astype(bool)
    seen = np.zeros((panel.starts.size, panel.n_visits), dtype=bool)
    seen[np.repeat(np.arange(panel.starts.size), panel.sizes), panel.visit] = True
    present, codes = np.unique(seen, axis=0, return_inverse=True)
    return codes.ravel(), present


def _wide(
    panel: Panel, patient: FloatArray, row: FloatArray, own: Codes, n_seen: int
) -> FloatArray:
    """Put the features of patients beside those of all their rows."""
    rows = panel.starts[own][:, None] + np.arange(n_seen)
    return np.concatenate([patient[own], row[rows].reshape(own.size, -1)], axis=1)


def _indicator(codes: Codes, size: int) -> Any:
    """Make the matrix that sums rows by group."""
    ones = np.ones(codes.size)
    return sparse.csr_matrix((ones, (codes, np.arange(codes.size))), shape=(size, codes.size))


def rebased_sums(sums: PatternSums, change: FloatArray, n_patient: int) -> PatternSums:
    """Change the features that are summed, linearly.

    Parameters
    ----------
    sums : PatternSums
        Sums of features ``f``.
    change : array, shape (K + L, K + L)
        New features are ``f @ change``; features of patients do not take from those of rows.
    n_patient : int
        Features of patients, which come first.

    Returns
    -------
    PatternSums
        Sums of the new features.
    """
    u, uw, w = change[:n_patient, :n_patient], change[:n_patient, n_patient:], change[n_patient:]
    w = w[:, n_patient:]
    present = sums.present.astype(float)
    pairs = present[:, :, None] * present[:, None, :]
    mixed = sums.uw @ w + present[:, :, None, None] * (sums.uu @ uw)[:, None]
    from_u = uw.T @ sums.uu @ uw
    left = np.einsum("ab,gjac->gjbc", uw, sums.uw @ w)  # B, m (of w), L, L
    varying = w.T @ sums.ww @ w + pairs[..., None, None] * from_u[:, None, None]
    varying += pairs[..., None, None] * left[:, None, :]
    varying += pairs[..., None, None] * left.transpose(0, 1, 3, 2)[:, :, None]
    return PatternSums(
        present=sums.present,
        counts=sums.counts,
        uu=u.T @ sums.uu @ u,
        uw=u.T @ mixed,
        ww=varying,
        clinic_counts=sums.clinic_counts,
        clinic_u=sums.clinic_u @ u,
        clinic_w=sums.clinic_w @ w + present[:, :, None, None] * (sums.clinic_u @ uw)[:, None],
    )


def combined_sums(
    parts: Sequence[PatternSums],
    signs: Sequence[float],
    *,
    clinics: Sequence[Codes],
    n_clinics: int,
) -> PatternSums:
    """Add or subtract sums of the same features, in the order given.

    Parameters
    ----------
    parts : sequence of PatternSums
        Sums over disjoint patients; or, with sign -1, over some of the patients of the others.
    signs : sequence of float
        1 to add, -1 to subtract.
    clinics : sequence of array of int
        Where the clinics of each stand among all clinics.
    n_clinics : int
        Number of clinics in all.

    Returns
    -------
    PatternSums
        Patterns without patients are left out.

    Raises
    ------
    ModelError
        When a pattern would have fewer than no patients.
    """
    every = np.concatenate([part.present for part in parts])
    present, code = np.unique(every, axis=0, return_inverse=True)
    ends = np.cumsum([len(part.present) for part in parts])
    places = np.split(code.ravel(), ends[:-1])
    placed = [
        _placed_clinics(part, own, n_clinics) for part, own in zip(parts, clinics, strict=True)
    ]

    def spread(name: str) -> Iterator[FloatArray]:
        for part, place, sign in zip(placed, places, signs, strict=True):
            values = getattr(part, name)
            wide = np.zeros((len(present), *values.shape[1:]))
            wide[place] = sign * values
            yield wide

    counts = compensated_sum(spread("counts"))
    if (counts < 0).any():
        raise ModelError(
            "The moments taken out are not part of the others: a pattern of visits would have "
            "fewer than no patients."
        )
    kept = counts > 0
    names = ("uu", "uw", "ww", "clinic_counts", "clinic_u", "clinic_w")
    values = {name: compensated_sum(spread(name))[kept] for name in names}
    return PatternSums(present=present[kept], counts=counts[kept], **values)


def _placed_clinics(sums: PatternSums, position: Codes, n_clinics: int) -> PatternSums:
    """Arrange the sums of clinics among all clinics."""

    def placed(values: FloatArray, axis: int) -> FloatArray:
        shape = list(values.shape)
        shape[axis] = n_clinics
        wide = np.zeros(shape)
        np.moveaxis(wide, axis, 0)[position] = np.moveaxis(values, axis, 0)
        return wide

    return replace(
        sums,
        clinic_counts=placed(sums.clinic_counts, 1),
        clinic_u=placed(sums.clinic_u, 1),
        clinic_w=placed(sums.clinic_w, 2),
    )
