"""Which patients share all that a model counts people by: levels of factors, groups and clinics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.distributed.tasks.moments import MomentsTask, moments_of
from analysis.distributed.thresholds.offered import refuse
from analysis.distributed.thresholds.patterns import Needed, pattern_bits
from analysis.errors import DisclosureError
from analysis.formulas.encoding import Factor
from analysis.mixed import Moments
from analysis.mixed.design.build import Design, build_design, with_visits_as_factor
from analysis.mixed.design.description import Roles
from analysis.mixed.design.layout import Panel

__all__ = ["FEW_VALUES", "Cells", "design_and_cells", "visits_as_bits"]

IntArray = np.ndarray[Any, np.dtype[np.int64]]

_MOST_VISITS = 62
FEW_VALUES = 3
"""A number with so few values counts people as a factor does: with the number of patients, the sum
and the sum of squares tell how many have each of three values."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Cells:
    """Patients by the combination of all levels.

    Parameters
    ----------
    cell : array of int, shape (N,)
        Combination of each patient.
    group : array of int, shape (C,)
        Covariance group of each combination.
    needed : Needed
        How many patients the sums need.
    """

    cell: IntArray
    group: IntArray
    needed: Needed


def design_and_cells(task: MomentsTask, rows: pd.DataFrame, minimum: int) -> tuple[Design, Cells]:
    """Read rows, and find the combinations of levels and how many patients a pattern needs.

    Parameters
    ----------
    task : MomentsTask
        The model.
    rows : pandas.DataFrame
        One row per patient and visit.
    minimum : int
        Least number of patients that is not small.

    Returns
    -------
    tuple of Design and Cells
        Complete rows sorted by patient and visit, and one combination per patient.

    Raises
    ------
    DisclosureError
        When the model has weights, or a factor changes within patients in other ways than by the
        visit.
    """
    if task.weights is not None:
        refuse("weights")
    roles = Roles(
        subject=task.subject,
        visit=task.visit,
        group=task.covariance_by,
        clinic=task.nested_in,
        coordinates=task.coordinates,
    )
    data = with_visits_as_factor(rows, task.visit)
    design = build_design(task.formula, data, roles, levels=task.levels)
    few = {factor.name for factor in design.encoding.factors() if _counts(factor, design)}
    labels = [design.group, design.clinic, *_labels(few, design)]
    _, cell = np.unique(np.column_stack(labels), axis=0, return_inverse=True)
    first = np.unique(cell.ravel(), return_index=True)[1]
    cells = Cells(
        cell=np.asarray(cell.ravel(), dtype=np.int64),
        group=np.asarray(design.group[first], dtype=np.int64),
        needed=_needed(moments_of(task.of(rows)), few, minimum),
    )
    return design, cells


def visits_as_bits(design: Design) -> IntArray:
    """Write the visits of each patient as a whole number.

    Parameters
    ----------
    design : Design
        Rows of at most 62 visits.

    Returns
    -------
    array of int, shape (N,)
        As of `pattern_bits`.

    Raises
    ------
    DisclosureError
        When there are more visits.
    """
    if design.panel.n_visits > _MOST_VISITS:
        raise DisclosureError(
            f"There are {design.panel.n_visits} visits; sums that a site publishes on its own may "
            f"have at most {_MOST_VISITS}. Use fewer visits, or send masked sums."
        )
    present = np.zeros((design.panel.starts.size, design.panel.n_visits), dtype=bool)
    present[design.panel.of_patients(np.arange(len(present))), design.panel.visit] = True
    return pattern_bits(present)


def _counts(factor: Factor, design: Design) -> bool:
    """Say whether a factor has few values, so that its sums are counts of people."""
    if factor.codings:
        return True
    values = factor.values(design.columns, reduced=True)
    return all(np.unique(column).size <= FEW_VALUES for column in values.T)


def _labels(counted: set[str], design: Design) -> list[IntArray]:
    """Give numbers to the values of each counted factor that is of patients."""
    labels = []
    for factor in design.encoding.factors():
        if factor.name not in counted or design.roles.visit in factor.columns:
            continue
        reduced = not factor.codings or True in factor.codings
        values = factor.values(design.columns, reduced=reduced)
        code = np.unique(values, axis=0, return_inverse=True)[1].ravel()
        if design.panel.is_of_patients(code):
            labels.append(np.asarray(code[design.panel.starts], dtype=np.int64))
        elif not _follows_visits(code, design.panel):
            raise DisclosureError(
                f"{factor.name!r} has few values and changes within patients, so that its sums "
                "count people by their course. Allowed are factors of patients, and numbers with "
                f"more than {FEW_VALUES} values; leave it out, or send masked sums."
            )
    return labels


def _follows_visits(code: IntArray, panel: Panel) -> bool:
    """Say whether a label is the same for all patients at each visit."""
    of_visit = np.zeros(panel.n_visits, dtype=code.dtype)
    of_visit[panel.visit] = code
    return bool((of_visit[panel.visit] == code).all())


def _needed(sums: Moments, counted: set[str], minimum: int) -> Needed:
    """Count the columns that are independent at the site, and those that are products."""
    features = sums.features
    products: list[set[Any]] = [set(), set()]
    for index, key in enumerate(features.keys):
        rest = tuple(part for part in key if part[0] not in counted)
        if rest and len(rest) < len(key):
            products[index >= features.n_patient].add(rest)
    of_patients, of_rows = _ranks(sums)
    return Needed(
        minimum=minimum,
        fixed=of_patients,
        per_visit=of_rows,
        cell_fixed=len(products[0]),
        cell_per_visit=len(products[1]),
    )


def _ranks(sums: Moments) -> tuple[int, int]:
    """Count the independent columns of patients, with clinics, and of rows, with the outcome."""
    K, C = sums.features.n_patient, len(sums.about.clinics)
    of_patients, of_rows = np.zeros((K + C, K + C)), 0
    for part in sums.groups:
        of_patients[:K, :K] += part.uu.sum(axis=0)
        clinics = part.clinic_u.sum(axis=0)
        of_patients[K:, :K] += clinics
        of_patients[:K, K:] += clinics.T
        of_patients[K:, K:] += np.diag(part.clinic_counts.sum(axis=0))
        at_visits = np.einsum("gvvab->vab", part.ww)
        of_rows = max(of_rows, *(int(np.linalg.matrix_rank(own)) for own in at_visits))
    return int(np.linalg.matrix_rank(of_patients, hermitian=True)), of_rows
