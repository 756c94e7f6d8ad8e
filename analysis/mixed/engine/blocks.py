"""Groups of patients as the likelihood sees them, whatever is stored about them.

A block is a missingness pattern of visits with sums over its patients (`PatternBlocks`), or a
single patient with rows of its own (`PatientBlocks`). Both answer the same questions, so that
the likelihood does not know which it has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from analysis.results import FloatArray

__all__ = ["Blocks", "PatientBlocks", "PatternBlocks", "cross_products"]

Mask = np.ndarray[Any, np.dtype[np.bool_]]
Codes = np.ndarray[Any, np.dtype[np.intp]]


class Blocks(Protocol):
    """What the likelihood asks of a set of B blocks over m points, with P = p + 1 columns."""

    @property
    def counts(self) -> FloatArray:
        """Patients per block, shape (B,)."""

    @property
    def present(self) -> Mask:
        """Points that the patients of a block have, shape (B, m)."""

    def contract(self, weights: FloatArray) -> FloatArray:
        """Sum ``T_i' F T_i`` over patients: (B, m, k, m) to (k, P, P)."""

    def spread(self, inner: FloatArray) -> FloatArray:
        """Sum ``T_i M T_i'`` over the patients of each block: (P, P) to (B, m, m)."""

    def clinic_contract(self, weights: FloatArray) -> FloatArray:
        """Sum ``1' F T_i`` over the patients of each clinic: (B, m, k, m) to (k, C, P)."""

    def clinic_squares(self, weights: FloatArray) -> FloatArray:
        """Sum ``1' F 1`` over the patients of each clinic: (B, m, k, m) to (k, C)."""

    def clinic_spread(self, values: FloatArray) -> FloatArray:
        """Sum ``v_c 1 1'`` over the patients of each block: (C,) to (B, m, m)."""

    def clinic_mixed(self, values: FloatArray) -> FloatArray:
        """Sum ``T_i v_c 1'`` over the patients of each block: (C, P) to (B, m, m)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PatternBlocks:
    """Blocks of patients who were seen at the same visits, as sums over them.

    The row of a patient at a visit is ``[u, w]``: features of the patient that do not change,
    and features of that row with the outcome last.

    Parameters
    ----------
    counts : array, shape (B,)
        Patients per pattern.
    present : array of bool, shape (B, m)
        Visits of the pattern.
    uu, uw, ww : arrays, shapes (B, K, K), (B, m, K, L), (B, m, m, L, L)
        Sums of cross-products over the patients of a pattern; zero where a visit is missing.
    clinic_counts : array, shape (B, C)
        Patients of each clinic.
    clinic_u, clinic_w : arrays, shapes (B, C, K), (B, m, C, L)
        Sums over the patients of each clinic.
    columns : array, shape (m, K + L, P)
        How the columns of the mean, and the outcome, follow from the features at each visit.
    """

    counts: FloatArray
    present: Mask
    uu: FloatArray
    uw: FloatArray
    ww: FloatArray
    clinic_counts: FloatArray
    clinic_u: FloatArray
    clinic_w: FloatArray
    columns: FloatArray

    def contract(self, weights: FloatArray) -> FloatArray:
        """Sum ``T_i' F T_i`` over patients: (B, m, k, m) to (k, P, P)."""
        n_blocks, m, k, _ = weights.shape
        n_u, n_w = self.uu.shape[1], self.ww.shape[-1]
        wide = np.zeros((k, m, n_u + n_w, m, n_u + n_w))
        by_block = np.ascontiguousarray(weights.transpose(2, 1, 3, 0))  # k, m, m, B
        rows, columns = np.tril_indices(m)
        half = by_block[:, rows, columns].transpose(1, 0, 2).reshape(-1, n_blocks)
        fixed = (half @ self.uu.reshape(n_blocks, -1)).reshape(rows.size, k, n_u, n_u)
        wide[:, rows, :n_u, columns, :n_u] = fixed
        wide[:, columns, :n_u, rows, :n_u] = fixed
        mixed = by_block.transpose(2, 0, 1, 3).reshape(m, k * m, n_blocks) @ self.uw.transpose(
            1, 0, 2, 3
        ).reshape(m, n_blocks, -1)
        mixed = mixed.reshape(m, k, m, n_u, n_w)  # l, k, j, u, w
        wide[:, :, :n_u, :, n_u:] = mixed.transpose(1, 2, 3, 0, 4)
        wide[:, :, n_u:, :, :n_u] = mixed.transpose(1, 0, 4, 2, 3)
        varying = by_block.transpose(1, 2, 0, 3) @ self.ww.transpose(1, 2, 0, 3, 4).reshape(
            m, m, n_blocks, -1
        )
        varying = varying.reshape(m, m, k, n_w, n_w)
        wide[:, :, n_u:, :, n_u:] = varying.transpose(2, 0, 3, 1, 4)
        flat = self.columns.reshape(m * (n_u + n_w), -1)
        return np.asarray(flat.T @ (wide.reshape(k, flat.shape[0], flat.shape[0]) @ flat))

    def spread(self, inner: FloatArray) -> FloatArray:
        """Sum ``T_i M T_i'`` over the patients of each block: (P, P) to (B, m, m)."""
        n_blocks, m = self.present.shape
        n_u, n_w = self.uu.shape[1], self.ww.shape[-1]
        flat = self.columns.reshape(m * (n_u + n_w), -1)
        wide = (flat @ inner @ flat.T).reshape(m, n_u + n_w, m, n_u + n_w).transpose(0, 2, 1, 3)
        total = (
            wide[:, :, :n_u, :n_u].reshape(m * m, -1) @ self.uu.reshape(n_blocks, -1).T
        ).reshape(m, m, n_blocks)
        mixed = wide[:, :, :n_u, n_u:].transpose(1, 0, 2, 3).reshape(m, m, -1) @ self.uw.reshape(
            n_blocks, m, -1
        ).transpose(1, 2, 0)  # l, j, B
        total += mixed + mixed.transpose(1, 0, 2)
        varying = wide[:, :, None, n_u:, n_u:].reshape(m, m, 1, -1) @ self.ww.transpose(
            1, 2, 3, 4, 0
        ).reshape(m, m, -1, n_blocks)
        total += varying[:, :, 0]
        return np.asarray(total.transpose(2, 0, 1) * _pairs(self.present))

    def clinic_contract(self, weights: FloatArray) -> FloatArray:
        """Sum ``1' F T_i`` over the patients of each clinic: (B, m, k, m) to (k, C, P)."""
        n_blocks, m, k, _ = weights.shape
        n_u, n_w = self.uu.shape[1], self.ww.shape[-1]
        n_clinics = self.clinic_counts.shape[1]
        sums = weights.sum(axis=1).transpose(1, 2, 0)  # k, m, B
        wide = np.empty((k, n_clinics, m, n_u + n_w))
        fixed = sums.reshape(-1, n_blocks) @ self.clinic_u.reshape(n_blocks, -1)
        wide[..., :n_u] = fixed.reshape(k, m, n_clinics, n_u).transpose(0, 2, 1, 3)
        varying = sums.transpose(1, 0, 2) @ self.clinic_w.transpose(1, 0, 2, 3).reshape(
            m, n_blocks, -1
        )
        wide[..., n_u:] = varying.reshape(m, k, n_clinics, n_w).transpose(1, 2, 0, 3)
        flat = self.columns.reshape(m * (n_u + n_w), -1)
        return np.asarray(wide.reshape(k, n_clinics, -1) @ flat)

    def clinic_squares(self, weights: FloatArray) -> FloatArray:
        """Sum ``1' F 1`` over the patients of each clinic: (B, m, k, m) to (k, C)."""
        return np.asarray(weights.sum(axis=(1, 3)).T @ self.clinic_counts)

    def clinic_spread(self, values: FloatArray) -> FloatArray:
        """Sum ``v_c 1 1'`` over the patients of each block: (C,) to (B, m, m)."""
        return (self.clinic_counts @ values)[:, None, None] * _pairs(self.present)

    def clinic_mixed(self, values: FloatArray) -> FloatArray:
        """Sum ``T_i v_c 1'`` over the patients of each block: (C, P) to (B, m, m)."""
        n_u = self.uu.shape[1]
        turned = self.columns @ values.T  # m, K + L, C
        side = np.einsum("bck,mkc->bm", self.clinic_u, turned[:, :n_u], optimize=True)
        side += np.einsum("bmcl,mlc->bm", self.clinic_w, turned[:, n_u:], optimize=True)
        return np.asarray(side[:, :, None] * _pairs(self.present))


@dataclass(frozen=True, kw_only=True, eq=False)
class PatientBlocks:
    """Blocks of one patient each, as rows in the columns of the mean and the outcome.

    Parameters
    ----------
    rows : array, shape (B, m, P)
        Rows of every patient, zero beyond the patient's own.
    present : array of bool, shape (B, m)
        Which rows are the patient's own.
    ones : array, shape (B, m)
        The constant column, which a rotation of the rows may have changed; zero beyond.
    clinic : array of int, shape (B,)
        Clinic of every patient.
    n_clinics : int
        Number of clinics; 0 when the model has no clinic intercept.
    """

    rows: FloatArray
    present: Mask
    ones: FloatArray
    clinic: Codes
    n_clinics: int

    @property
    def counts(self) -> FloatArray:
        """Patients per block, shape (B,)."""
        return np.ones(len(self.rows))

    def contract(self, weights: FloatArray) -> FloatArray:
        """Sum ``T_i' F T_i`` over patients: (B, m, k, m) to (k, P, P)."""
        n_blocks, m, k, _ = weights.shape
        width = self.rows.shape[2]
        right = weights.reshape(n_blocks, m * k, m) @ self.rows
        left = self.rows.reshape(n_blocks * m, width).T @ right.reshape(n_blocks * m, k * width)
        return np.asarray(left.reshape(width, k, width).transpose(1, 0, 2))

    def spread(self, inner: FloatArray) -> FloatArray:
        """Sum ``T_i M T_i'`` over the patients of each block: (P, P) to (B, m, m)."""
        return np.asarray((self.rows @ inner) @ self.rows.transpose(0, 2, 1))

    def clinic_contract(self, weights: FloatArray) -> FloatArray:
        """Sum ``1' F T_i`` over the patients of each clinic: (B, m, k, m) to (k, C, P)."""
        n_blocks, m, k, _ = weights.shape
        left = (self.ones[:, None, :] @ weights.reshape(n_blocks, m, k * m)).reshape(n_blocks, k, m)
        return self._by_clinic(left @ self.rows)

    def clinic_squares(self, weights: FloatArray) -> FloatArray:
        """Sum ``1' F 1`` over the patients of each clinic: (B, m, k, m) to (k, C)."""
        n_blocks, m, k, _ = weights.shape
        left = (self.ones[:, None, :] @ weights.reshape(n_blocks, m, k * m)).reshape(n_blocks, k, m)
        return self._by_clinic(left @ self.ones[:, :, None])[..., 0]

    def clinic_spread(self, values: FloatArray) -> FloatArray:
        """Sum ``v_c 1 1'`` over the patients of each block: (C,) to (B, m, m)."""
        outer = self.ones[:, :, None] * self.ones[:, None, :]
        return np.asarray(values[self.clinic][:, None, None] * outer)

    def clinic_mixed(self, values: FloatArray) -> FloatArray:
        """Sum ``T_i v_c 1'`` over the patients of each block: (C, P) to (B, m, m)."""
        side = self.rows @ values[self.clinic][:, :, None]
        return np.asarray(side * self.ones[:, None, :])

    def _by_clinic(self, values: FloatArray) -> FloatArray:
        """Sum (B, k, P) over the patients of each clinic, to (k, C, P)."""
        total = np.zeros((self.n_clinics, *values.shape[1:]))
        np.add.at(total, self.clinic, values)
        return np.asarray(total.transpose(1, 0, 2))


def cross_products(blocks: Blocks) -> FloatArray:
    """Sum ``T_i' T_i`` over all patients.

    Parameters
    ----------
    blocks : Blocks
        Patients.

    Returns
    -------
    array, shape (P, P)
        Cross-products of the columns of the mean and the outcome.
    """
    identity = blocks.present[:, :, None] * np.eye(blocks.present.shape[1])
    return np.asarray(blocks.contract(identity[:, :, None, :])[0])


def _pairs(present: Mask) -> FloatArray:
    """Mark the pairs of visits that a pattern has."""
    return (present[:, :, None] & present[:, None, :]).astype(float)
