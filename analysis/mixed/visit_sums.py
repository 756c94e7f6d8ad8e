"""One pass over the rows of a design on visits: the sums of every covariance group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.mixed.design import Design
from analysis.mixed.engine.covariance import Stratum
from analysis.mixed.fitting import Standard, raw_columns, standardise
from analysis.mixed.layout import Layout, Panel, lay_out
from analysis.mixed.sums import PatternSums, sum_patterns
from analysis.results import FloatArray

__all__ = ["VisitSums", "sum_visits", "visit_strata"]


@dataclass(frozen=True, kw_only=True, eq=False)
class VisitSums:
    """Sums per missingness pattern, and how the columns of the mean follow from them.

    Parameters
    ----------
    groups : tuple of PatternSums
        One per covariance group.
    layout : Layout
        Features of patients and rows.
    y : array, shape (n,)
        Standardised outcome.
    standard : Standard
        Coordinates of the fit.
    """

    groups: tuple[PatternSums, ...]
    layout: Layout
    y: FloatArray
    standard: Standard


def sum_visits(design: Design) -> VisitSums:
    """Sum the features and the outcome of a design.

    Parameters
    ----------
    design : Design
        Rows sorted by patient and visit.

    Returns
    -------
    VisitSums
        All that a fit on visits needs.
    """
    layout = lay_out(design.encoding, design.columns, design.panel, design.roles.visit)
    centre, scale = float(design.y.mean()), float(design.y.std())
    y = (design.y - centre) / scale
    patient, row = _weighted(design, layout, y)
    groups = tuple(
        _of_group(design, patient, row, group) for group in range(max(1, len(design.groups)))
    )

    def products(columns: FloatArray) -> FloatArray:
        return np.asarray(np.sum([_cross_products(part, columns) for part in groups], axis=0))

    standard = standardise(
        raw_columns(layout, centre, scale), products, design.encoding.names, design.n_rows
    )
    return VisitSums(groups=groups, layout=layout, y=y, standard=standard)


def visit_strata(
    sums: VisitSums, n_parameters: int, distances: FloatArray, Z: FloatArray
) -> tuple[Stratum, ...]:
    """Make strata of sums: those of a covariance group share its parameters.

    Parameters
    ----------
    sums : VisitSums
        Sums of every covariance group.
    n_parameters : int
        Parameters of the covariance of a group.
    distances : array, shape (m, m)
        How far apart visits are.
    Z : array, shape (m, Q)
        Random columns at the visits.

    Returns
    -------
    tuple of Stratum
        One or more per group.
    """
    return tuple(
        Stratum(blocks=blocks, structure=index, distances=distances, Z=Z)
        for index, part in enumerate(sums.groups)
        for blocks in part.portions(sums.standard.columns, n_parameters)
    )


def _weighted(design: Design, layout: Layout, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Put the outcome beside the features of rows; with weights every feature is of rows."""
    row = np.column_stack([layout.row, y])
    if design.weights is None:
        return layout.patient, row
    repeated = design.panel.of_patients(layout.patient)
    root = np.sqrt(design.weights)[:, None]
    return np.zeros((len(layout.patient), 0)), np.concatenate([repeated, row], axis=1) * root


def _of_group(design: Design, patient: FloatArray, row: FloatArray, group: int) -> PatternSums:
    """Sum over the patients of one covariance group."""
    panel, n_clinics = design.panel, len(design.clinics)
    clinic = design.clinic if n_clinics else None
    if len(design.groups) > 1:
        own = np.flatnonzero(design.group == group)
        rows = panel.of_patients(design.group) == group
        sizes = panel.sizes[own]
        panel = Panel(
            starts=np.cumsum(sizes) - sizes,
            sizes=sizes,
            visit=panel.visit[rows],
            n_visits=panel.n_visits,
        )
        patient, row = patient[own], row[rows]
        clinic = None if clinic is None else clinic[own]
    return sum_patterns(panel, patient, row, clinic=clinic, n_clinics=n_clinics)


def _cross_products(part: PatternSums, columns: FloatArray) -> FloatArray:
    """Sum ``[X, y]'[X, y]``."""
    identity = part.present[:, :, None] * np.eye(len(columns))
    return np.asarray(part.blocks(columns).contract(identity[:, :, None, :])[0])
