"""Moments: all that a fit on visits needs from the rows, to be added, subtracted, kept and fitted.

What they hold about patients are counts and sums per missingness pattern. Where a pattern has one
patient, its sums are that patient's: they are no release.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import ModelError
from analysis.mixed.design.build import Design
from analysis.mixed.design.description import Description
from analysis.mixed.design.layout import FeatureMap, Layout, Panel, lay_out
from analysis.mixed.engine.blocks import cross_products
from analysis.mixed.engine.covariance import Stratum
from analysis.mixed.sums.patterns import PatternSums, combined_sums, rebased_sums, sum_patterns
from analysis.mixed.sums.standard import Standard, standardise
from analysis.results import FloatArray

__all__ = [
    "Moments",
    "Summed",
    "add_moments",
    "moment_strata",
    "sum_visits",
    "weighted_features",
]


@dataclass(frozen=True, kw_only=True, eq=False)
class Moments:
    """Sums over patients per missingness pattern, and what they are sums of.

    Made by `moments`, fitted by `fit_moments`. ``a + b`` pools disjoint sets of patients and
    ``a - b`` takes a subset out again; both need the same formula, visits and levels.

    Parameters
    ----------
    about : Description
        Labels, counts and columns.
    features : FeatureMap
        From features to the columns of the mean.
    y_centre, y_scale : float
        The outcome is ``y_centre + y_scale`` times the feature that is summed.
    groups : tuple of PatternSums
        One per covariance group.
    days : array, shape (m,), or None
        Coordinates of the visits, when all patients share them; missing for visits without rows.
    """

    about: Description
    features: FeatureMap
    y_centre: float
    y_scale: float
    groups: tuple[PatternSums, ...]
    days: FloatArray | None

    def __add__(self, other: Moments) -> Moments:
        """Pool with the moments of other patients."""
        if not isinstance(other, Moments):
            return NotImplemented
        return _combined([self, other], [1.0, 1.0])

    def __sub__(self, other: Moments) -> Moments:
        """Take out the moments of some of the patients."""
        if not isinstance(other, Moments):
            return NotImplemented
        return _combined([self, other], [1.0, -1.0])

    def standard(self, aliased: str = "error") -> Standard:
        """Find the standardised coordinates of a fit.

        Parameters
        ----------
        aliased : str
            ``"error"`` or ``"drop"``: what to do about columns that earlier ones determine.

        Returns
        -------
        Standard
            Orthonormal columns of the mean, unit residuals.
        """

        def products(columns: FloatArray) -> FloatArray:
            totals = [cross_products(part.blocks(columns)) for part in self.groups]
            return np.asarray(np.sum(totals, axis=0))

        return standardise(
            self.features.columns(self.y_centre, self.y_scale),
            products,
            self.about.encoding.names,
            self.about.n_rows,
            aliased,
        )

    def __repr__(self) -> str:
        patterns = sum(len(part.counts) for part in self.groups)
        return (
            f"Moments of {self.about.formula}: {self.about.n_rows} rows of "
            f"{self.about.n_subjects} patients in {patterns} patterns of visits"
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Summed:
    """Moments of a design, with the features that they are sums of.

    Parameters
    ----------
    moments : Moments
        The sums.
    layout : Layout
        Features of patients and rows.
    y : array, shape (n,)
        Standardised outcome.
    """

    moments: Moments
    layout: Layout
    y: FloatArray


def sum_visits(
    design: Design,
    varying: frozenset[str] | None = None,
    days: FloatArray | None = None,
    *,
    standardised: bool = True,
) -> Summed:
    """Sum the features and the outcome of a design on visits.

    Parameters
    ----------
    design : Design
        Rows sorted by patient and visit.
    varying : frozenset of str, optional
        Columns that vary within patients; all others are taken as properties of the patient,
        whether or not these rows say so. None: found out from the rows.
    days : array, shape (m,), optional
        Nominal day of every visit, which the coordinates of the rows equal.
    standardised : bool
        Whether outcome and features are centred and scaled. If not, sums of whole numbers are
        whole numbers, the same in any order; `fit` still works in orthonormal coordinates.

    Returns
    -------
    Summed
        All that a fit on visits needs.
    """
    layout = lay_out(
        design.encoding,
        design.columns,
        design.panel,
        design.roles.visit,
        varying=varying,
        nominal=None if days is None else {str(design.roles.coordinates): days},
        standardised=standardised,
    )
    centre, scale = 0.0, 1.0
    if standardised:
        centre, scale = float(design.y.mean()), float(design.y.std()) or 1.0  # a part may not vary
    y = (design.y - centre) / scale
    patient, row = weighted_features(design, layout, y)
    n_groups = max(1, len(design.groups))
    moments = Moments(
        about=design.describe(),
        features=layout.map if design.weights is None else _of_rows(layout.map),
        y_centre=centre,
        y_scale=scale,
        groups=tuple(_of_group(design, patient, row, group) for group in range(n_groups)),
        days=_shared_days(design) if days is None else days,
    )
    return Summed(moments=moments, layout=layout, y=y)


def weighted_features(
    design: Design, layout: Layout, y: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Put the outcome beside the features of rows; with weights every feature is of rows.

    Parameters
    ----------
    design : Design
        Rows and their weights.
    layout : Layout
        Features of the same rows.
    y : array, shape (n,)
        Standardised outcome.

    Returns
    -------
    patient, row : array, shape (N, K) and (n, L)
        What is summed per pattern.
    """
    row = np.column_stack([layout.row, y])
    if design.weights is None:
        return layout.patient, row
    repeated = design.panel.of_patients(layout.patient)
    root = np.sqrt(design.weights)[:, None]
    return np.zeros((len(layout.patient), 0)), np.concatenate([repeated, row], axis=1) * root


def _of_rows(features: FeatureMap) -> FeatureMap:
    """Count all features as features of rows."""
    return replace(features, n_patient=0, within=features.is_within())


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


def _shared_days(design: Design) -> FloatArray | None:
    """Return the coordinate of every visit, if all patients have the same."""
    if design.coordinates is None:
        return None
    day = np.full(design.panel.n_visits, np.nan)  # a visit without rows here has no day yet
    day[design.panel.visit] = design.coordinates
    return day if bool((day[design.panel.visit] == design.coordinates).all()) else None


def moment_strata(
    moments: Moments,
    standard: Standard,
    n_parameters: int,
    distances: FloatArray,
    Z: FloatArray,
) -> tuple[Stratum, ...]:
    """Make strata of sums: those of a covariance group share its parameters.

    Parameters
    ----------
    moments : Moments
        Sums of every covariance group.
    standard : Standard
        Coordinates of the fit.
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
        for index, part in enumerate(moments.groups)
        for blocks in part.portions(standard.columns, n_parameters)
    )


def add_moments(parts: Sequence[Moments]) -> Moments:
    """Pool the moments of disjoint sets of patients, in the order given.

    Parameters
    ----------
    parts : sequence of Moments
        At least one; of the same formula, visits and levels.

    Returns
    -------
    Moments
        Of all patients, in the coordinates of the first.

    Raises
    ------
    ModelError
        When they are of different models; it names what differs.
    """
    return _combined(parts, [1.0] * len(parts))


def _combined(parts: Sequence[Moments], signs: Sequence[float]) -> Moments:
    """Add or subtract moments in the coordinates of the first."""
    first = parts[0]
    for other in parts[1:]:
        _check_same(first, other)
    clinics = first.about.clinics
    for other in parts[1:]:
        clinics = clinics.union(other.about.clinics, sort=False)
    groups = tuple(
        combined_sums(
            [_in_coordinates(part, first, group) for part in parts],
            signs,
            clinics=[clinics.get_indexer(part.about.clinics) for part in parts],
            n_clinics=len(clinics),
        )
        for group in range(len(first.groups))
    )
    if len(clinics):
        counts = np.sum([group.clinic_counts.sum(axis=0) for group in groups], axis=0)
        clinics, groups = _with_clinics(clinics, groups, np.flatnonzero(counts > 0))
    days, about = first.days, first.about
    for other, sign in zip(parts[1:], signs[1:], strict=True):
        if days is not None and other.days is not None:
            days = np.where(np.isnan(days), other.days, days)
        about = _combined_about(about, other.about, sign)
    return replace(first, about=replace(about, clinics=clinics), groups=groups, days=days)


def _in_coordinates(given: Moments, wanted: Moments, group: int) -> PatternSums:
    """Return the sums of a covariance group in the standardised features of other moments."""
    if given is wanted:
        return given.groups[group]
    change = _change_of_features(given, wanted)
    return rebased_sums(given.groups[group], change, wanted.features.n_patient)


def _with_clinics(
    clinics: pd.Index, parts: tuple[PatternSums, ...], kept: np.ndarray[Any, np.dtype[np.intp]]
) -> tuple[pd.Index, tuple[PatternSums, ...]]:
    """Leave out clinics of which all patients were taken out."""
    sums = tuple(
        replace(
            part,
            clinic_counts=part.clinic_counts[:, kept],
            clinic_u=part.clinic_u[:, kept],
            clinic_w=part.clinic_w[:, :, kept],
        )
        for part in parts
    )
    return clinics[kept], sums


def _check_same(one: Moments, other: Moments) -> None:
    """Refuse moments of different models, naming what differs."""
    a, b = one.about, other.about
    same = {
        "the formula": a.formula == b.formula,
        "the columns of patient, visit and the like": a.roles == b.roles,
        "the visits": a.visits.equals(b.visits),
        "the covariance groups": a.groups.equals(b.groups),
        "the coefficients": a.encoding.names == b.encoding.names,
        "the levels of factors": all(
            a.population.levels[name].equals(b.population.levels[name])
            for name in a.population.levels
        ),
        "what varies within patients": one.features.keys == other.features.keys
        and one.features.n_patient == other.features.n_patient
        and np.array_equal(one.features.is_within(), other.features.is_within())
        and np.array_equal(one.features.multipliers, other.features.multipliers),
        "the days of the visits": _same_days(one.days, other.days),
    }
    different = [what for what, is_same in same.items() if not is_same]
    if different:
        raise ModelError(
            f"The moments differ in {', '.join(different)}, so that they cannot be combined. Make "
            "both with the same formula, and give levels= (all levels of the factors) and "
            "varying= (the columns that change within patients) to moments()."
        )


def _same_days(one: FloatArray | None, other: FloatArray | None) -> bool:
    """Compare the days of the visits that both have."""
    if one is None or other is None:
        return one is other
    return bool(((one == other) | np.isnan(one) | np.isnan(other)).all())


def _change_of_features(given: Moments, wanted: Moments) -> FloatArray:
    """Return the matrix that takes standardised features of one to those of the other."""
    centre = np.append(given.features.centre, given.y_centre)
    scale = np.append(given.features.scale, given.y_scale)
    new_centre = np.append(wanted.features.centre, wanted.y_centre)
    new_scale = np.append(wanted.features.scale, wanted.y_scale)
    change = np.diag(scale / new_scale)
    change[given.features.constant] += (centre - new_centre) / new_scale
    return change


def _combined_about(one: Description, other: Description, sign: float) -> Description:
    """Combine counts and what is known about the population."""
    rows = one.n_rows + int(sign) * other.n_rows
    patients = one.n_subjects + int(sign) * other.n_subjects
    if rows <= 0 or patients <= 0:
        raise ModelError("The moments taken out are not part of the others: no patient is left.")
    cells = one.population.cells.add(sign * other.population.cells, fill_value=0)
    means = {
        name: (one.n_rows * mean + sign * other.n_rows * other.population.means[name]) / rows
        for name, mean in one.population.means.items()
    }
    return replace(
        one,
        population=replace(one.population, cells=cells[cells > 0].astype(int), means=means),
        n_rows=rows,
        n_subjects=patients,
        n_dropped=max(0, one.n_dropped + int(sign) * other.n_dropped),
        missing=_combined_counts(one.missing, other.missing, int(sign)),
        log_weights=one.log_weights + sign * other.log_weights,
        notes=tuple(dict.fromkeys([*one.notes, *other.notes])),
    )


def _combined_counts(one: Mapping[str, int], other: Mapping[str, int], sign: int) -> dict[str, int]:
    """Add or subtract counts per column; what is not positive is left out."""
    names = dict.fromkeys([*one, *other])
    counts = {name: one.get(name, 0) + sign * other.get(name, 0) for name in names}
    return {name: count for name, count in counts.items() if count > 0}
