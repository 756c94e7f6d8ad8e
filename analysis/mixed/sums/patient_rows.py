"""The rows of patients one chunk at a time, for what sums over patients cannot give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.mixed.design.build import Design
from analysis.mixed.design.layout import Layout
from analysis.mixed.engine.blocks import PatientBlocks
from analysis.mixed.engine.covariance import Stratum
from analysis.mixed.engine.structures import visits_apart
from analysis.results import FloatArray

__all__ = ["Chunk", "PatientRows"]

Codes = np.ndarray[Any, np.dtype[np.intp]]
_AT_ONCE = 1 << 12


@dataclass(frozen=True, kw_only=True, eq=False)
class Chunk:
    """Some patients of one covariance group, as blocks.

    Parameters
    ----------
    patients : array of int, shape (B,)
        Who they are.
    rows : array of int, shape (B, m)
        Row of the design at each point; -1 where the patient has none.
    blocks : PatientBlocks
        Their rows.
    stratum : Stratum
        The same with random columns and distances.
    """

    patients: Codes
    rows: Codes
    blocks: PatientBlocks
    stratum: Stratum


@dataclass(frozen=True, kw_only=True, eq=False)
class PatientRows:
    """Rows of patients in the coordinates of a fit.

    Parameters
    ----------
    design : Design
        Rows sorted by patient.
    layout : Layout
        Features of patients and rows.
    y : array, shape (n,)
        Standardised outcome feature.
    columns : array, shape (m, d, P)
        How columns and outcome follow from the features at each visit; one visit when the
        layout does not know visits.
    Z : array, shape (n, Q)
        Random columns, scaled, not weighted.
    on_visits : bool
        Points are visits; otherwise they are the patient's rows in turn.
    by_distance : bool
        The residual covariance depends on the coordinates of rows.

    Notes
    -----
    With weights, rows, random columns and the constant column are multiplied by the root of the
    weight, so that the residual variance is that of weight 1.
    """

    design: Design
    layout: Layout
    y: FloatArray
    columns: FloatArray
    Z: FloatArray
    on_visits: bool
    by_distance: bool

    def matrix(self, rows: Any = slice(None)) -> FloatArray:
        """Build the columns of the mean and the outcome.

        Parameters
        ----------
        rows : slice or array of int
            Rows wanted; all unless given.

        Returns
        -------
        array, shape (n, P)
            One row per row.
        """
        panel = self.design.panel
        patient = np.repeat(np.arange(panel.starts.size), panel.sizes)[rows]
        root = 1.0 if self.design.weights is None else np.sqrt(self.design.weights[rows])[:, None]
        features = np.concatenate(
            [self.layout.patient[patient], self.layout.row[rows], self.y[rows, None]], axis=1
        )
        features = features * root
        if len(self.columns) == 1:
            return np.asarray(features @ self.columns[0])
        visit = panel.visit[rows]
        result = np.empty((len(features), self.columns.shape[2]))
        for index, columns in enumerate(self.columns):
            own = visit == index
            result[own] = features[own] @ columns
        return result

    def chunks(self, patients: Codes | None = None) -> Iterator[Chunk]:
        """Yield patients in chunks of one covariance group and similar numbers of rows.

        Parameters
        ----------
        patients : array of int, optional
            Patients wanted; all unless given.

        Yields
        ------
        Chunk
            At most some thousand patients.
        """
        panel, design = self.design.panel, self.design
        wanted = np.arange(panel.starts.size) if patients is None else patients
        order = wanted[np.lexsort((panel.sizes[wanted], design.group[wanted]))]
        for group in np.unique(design.group[wanted]):
            members = order[design.group[order] == group]
            for first in range(0, members.size, _AT_ONCE):
                own = members[first : first + _AT_ONCE]
                yield self._chunk(own, self._rows(own), int(group))

    def _rows(self, own: Codes) -> Codes:
        """Find the row of every patient at every point."""
        panel = self.design.panel
        sizes = panel.sizes[own]
        width = panel.n_visits if self.on_visits else int(sizes.max())
        owner = np.repeat(np.arange(own.size), sizes)
        turn = np.arange(owner.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        source = np.repeat(panel.starts[own], sizes) + turn
        rows = np.full((own.size, width), -1, dtype=np.intp)
        rows[owner, panel.visit[source] if self.on_visits else turn] = source
        return rows

    def _chunk(self, own: Codes, rows: Codes, group: int) -> Chunk:
        """Arrange the rows of some patients as blocks."""
        present = rows >= 0
        design = self.design
        width = rows.shape[1]
        values = np.zeros((*rows.shape, self.columns.shape[2]))
        values[present] = self.matrix(rows[present])
        Z = np.zeros((*rows.shape, self.Z.shape[1]))
        Z[present] = self.Z[rows[present]]
        ones = present.astype(float)
        if design.weights is not None:  # they divide the residual variance only
            ones[present] = np.sqrt(design.weights[rows[present]])
            Z *= ones[:, :, None]
        distances = visits_apart(width)
        if self.by_distance and design.coordinates is not None:
            day = np.where(present, design.coordinates[rows], 0.0)
            distances = np.abs(day[:, :, None] - day[:, None, :])
        blocks = PatientBlocks(
            rows=values,
            present=present,
            ones=ones,
            clinic=design.clinic[own],
            n_clinics=len(design.clinics),
        )
        stratum = Stratum(blocks=blocks, structure=group, distances=distances, Z=Z)
        return Chunk(patients=own, rows=rows, blocks=blocks, stratum=stratum)
