"""Rows of patients turned so that random effects touch as few of them as there are terms.

With independent residuals of one variance, an orthogonal rotation of a patient's rows leaves all
but the first q free of the random effects; those can be pooled over all patients as mere sums.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.mixed.engine.blocks import PatientBlocks
from analysis.mixed.engine.covariance import Stratum
from analysis.mixed.sums.patient_rows import PatientRows
from analysis.results import FloatArray

__all__ = ["PooledRows", "rotated"]


@dataclass(frozen=True, kw_only=True, eq=False)
class PooledRows:
    """Independent rows of all patients as one block with one point.

    Parameters
    ----------
    n_rows : float
        How many rows.
    total : array, shape (P, P)
        Their cross-products.
    clinic_side : array, shape (C, P)
        Cross-products with the constant column per clinic.
    clinic_square : array, shape (C,)
        Squares of the constant column per clinic.
    """

    n_rows: float
    total: FloatArray
    clinic_side: FloatArray
    clinic_square: FloatArray

    @property
    def counts(self) -> FloatArray:
        """Rows in the block, shape (1,)."""
        return np.array([self.n_rows])

    @property
    def present(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """The one point, shape (1, 1)."""
        return np.ones((1, 1), dtype=bool)

    def contract(self, weights: FloatArray) -> FloatArray:
        """Sum ``T_i' F T_i`` over rows: (1, 1, k, 1) to (k, P, P)."""
        return np.asarray(weights.reshape(-1)[:, None, None] * self.total)

    def spread(self, inner: FloatArray) -> FloatArray:
        """Sum ``T_i M T_i'`` over rows: (P, P) to (1, 1, 1)."""
        return np.full((1, 1, 1), float(np.sum(inner * self.total)))

    def clinic_contract(self, weights: FloatArray) -> FloatArray:
        """Sum ``1' F T_i`` over the rows of each clinic: (1, 1, k, 1) to (k, C, P)."""
        return np.asarray(weights.reshape(-1)[:, None, None] * self.clinic_side)

    def clinic_squares(self, weights: FloatArray) -> FloatArray:
        """Sum ``1' F 1`` over the rows of each clinic: (1, 1, k, 1) to (k, C)."""
        return np.asarray(weights.reshape(-1)[:, None] * self.clinic_square)

    def clinic_spread(self, values: FloatArray) -> FloatArray:
        """Sum ``v_c 1 1'`` over rows: (C,) to (1, 1, 1)."""
        return np.full((1, 1, 1), float(values @ self.clinic_square))

    def clinic_mixed(self, values: FloatArray) -> FloatArray:
        """Sum ``T_i v_c 1'`` over rows: (C, P) to (1, 1, 1)."""
        return np.full((1, 1, 1), float(np.sum(values * self.clinic_side)))


def rotated(rows: PatientRows) -> tuple[Stratum, ...]:
    """Rotate the rows of every patient and pool those that random effects do not reach.

    Parameters
    ----------
    rows : PatientRows
        Rows in the coordinates of the fit, with their random columns.

    Returns
    -------
    tuple of Stratum
        Blocks of at most q rows per patient, and the pooled rest.
    """
    width, q = rows.columns.shape[2], rows.Z.shape[1]
    n_clinics = len(rows.design.clinics)
    total = np.zeros((width, width))
    side, square, n_rest = np.zeros((n_clinics, width)), np.zeros(n_clinics), 0.0
    strata = []
    for chunk in rows.chunks():
        blocks = chunk.blocks
        Q, R = np.linalg.qr(chunk.stratum.Z)
        turned = Q.transpose(0, 2, 1) @ blocks.rows
        one = (Q.transpose(0, 2, 1) @ blocks.ones[:, :, None])[:, :, 0]
        rest = blocks.rows - Q @ turned
        one_rest = blocks.ones - (Q @ one[:, :, None])[:, :, 0]
        total += rest.reshape(-1, width).T @ rest.reshape(-1, width)
        n_rest += float(blocks.present.sum()) - Q.shape[2] * len(Q)
        if n_clinics:
            np.add.at(side, blocks.clinic, (one_rest[:, None, :] @ rest)[:, 0])
            np.add.at(square, blocks.clinic, (one_rest**2).sum(axis=1))
        turned_blocks = PatientBlocks(
            rows=turned,
            present=np.ones(turned.shape[:2], dtype=bool),
            ones=one,
            clinic=blocks.clinic,
            n_clinics=n_clinics,
        )
        points = turned.shape[1]
        strata.append(
            Stratum(
                blocks=turned_blocks,
                structure=0,
                distances=np.zeros((points, points)),
                Z=R,
            )
        )
    pooled = PooledRows(n_rows=n_rest, total=total, clinic_side=side, clinic_square=square)
    point = np.zeros((1, 1))
    rest_stratum = Stratum(blocks=pooled, structure=0, distances=point, Z=np.zeros((1, q)))
    return (*strata, rest_stratum)
