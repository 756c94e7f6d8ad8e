"""Points in time that patients share, so that rows can be summed instead of kept.

A design without visits still has them when days are nominal: the distinct combinations of what
varies within patients. A patient's second row at the same point gets a point of its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.mixed.design.build import Design
from analysis.mixed.design.layout import Panel
from analysis.results import FloatArray

__all__ = ["share_points"]

Codes = np.ndarray[Any, np.dtype[np.intp]]
_MOST_POINTS = 40
_MOST_PATTERNS = 4000


def share_points(design: Design, Z: FloatArray) -> tuple[Design, FloatArray] | None:
    """Arrange a design on shared points in time.

    Parameters
    ----------
    design : Design
        Rows sorted by patient; by visit where that was given.
    Z : array, shape (n, Q)
        Random columns of the same rows.

    Returns
    -------
    design : Design
        Rows sorted by patient and point.
    Z : array, shape (n, Q)
        Random columns in the same order; the same for all patients at a point.
        None instead of both when patients have too many points of their own.
    """
    if design.roles.visit is not None:
        return (design, Z) if _is_of_point(Z, design.panel) else None
    codes = _point_codes(design, Z)
    if codes is None:
        return None
    arranged, order = _arranged(design, codes)
    if order is not None:
        Z = Z[order]
    panel = arranged.panel
    if not _is_of_point(Z, panel) or _n_patterns(panel) > _MOST_PATTERNS:
        return None
    return replace(arranged, visits=_point_labels(arranged)), Z


def _point_labels(design: Design) -> pd.Index[Any]:
    """Call points by the one column that tells them apart, such as the day; else number them."""
    panel = design.panel
    predictors = [design.columns[name] for name in design.parsed.predictors]
    varying = [column for column in predictors if not panel.is_of_patients(column.data)]
    if len(varying) == 1:
        labels: pd.Index[Any] = pd.Index(
            varying[0].take(panel.row_of_visit()).series(), name=varying[0].name
        )
        if labels.is_unique:
            return labels
    return design.visits


def _is_of_point(Z: FloatArray, panel: Panel) -> bool:
    """Check that random columns are the same for all patients at a point."""
    points = Z[panel.row_of_visit()]
    return all(
        bool((own[panel.visit] == column).all()) for own, column in zip(points.T, Z.T, strict=True)
    )


def _point_codes(design: Design, Z: FloatArray) -> Codes | None:
    """Give every row the number of its point; None when there are too many points."""
    panel = design.panel
    codes, count = np.zeros(design.n_rows, dtype=np.int64), 1
    predictors = [design.columns[name].data for name in design.parsed.predictors]
    for values in [*predictors, *Z.T]:
        if panel.is_of_patients(values):
            continue
        own, levels = pd.factorize(values, sort=True)
        if len(levels) > _MOST_POINTS:
            return _turns(panel) if _repeats(Z) else None
        codes, distinct = pd.factorize(codes * len(levels) + own, sort=True)
        count = len(distinct)
        if count > _MOST_POINTS:
            return _turns(panel) if _repeats(Z) else None
    return _with_repeats(panel, codes, count)


def _repeats(Z: FloatArray) -> bool:
    """Check that random columns are the same in all rows of a patient, and of all patients."""
    return bool((Z[:1] == Z).all())


def _turns(panel: Panel) -> Codes | None:
    """Give the rows of each patient numbers; None when a patient has too many."""
    if int(panel.sizes.max()) > _MOST_POINTS:
        return None
    first = np.repeat(panel.starts, panel.sizes)
    return np.arange(first.size) - first


def _with_repeats(panel: Panel, codes: Codes, count: int) -> Codes | None:
    """Give a patient's second row at a point, and so on, a point of its own."""
    same = codes[1:] <= codes[:-1]
    same[panel.starts[1:] - 1] = False
    if not same.any():  # sorted by point within patients, each once
        return codes
    patient = np.repeat(np.arange(panel.starts.size), panel.sizes)
    key = patient * count + codes
    order = np.argsort(key, kind="stable")
    same = np.concatenate([[False], key[order][1:] == key[order][:-1]])
    if not same.any():
        return codes
    position = np.arange(key.size)
    turn = np.empty(key.size, dtype=np.int64)
    turn[order] = position - np.maximum.accumulate(np.where(same, 0, position))
    wide, distinct = pd.factorize(codes * (int(turn.max()) + 1) + turn, sort=True)
    return wide if len(distinct) <= _MOST_POINTS else None


def _arranged(design: Design, codes: Codes) -> tuple[Design, Codes | None]:
    """Sort the rows of a design by patient and point; no order when they are sorted."""
    panel = design.panel
    n_points = int(codes.max()) + 1
    visits = pd.RangeIndex(n_points, name="point")
    placed = replace(design, panel=replace(panel, visit=codes, n_visits=n_points), visits=visits)
    rises = codes[1:] > codes[:-1]
    rises[panel.starts[1:] - 1] = True
    if rises.all():
        return placed, None
    patient = np.repeat(np.arange(panel.starts.size), panel.sizes)
    order = np.argsort(patient * n_points + codes, kind="stable")
    arranged = replace(
        design,
        columns={name: column.take(order) for name, column in design.columns.items()},
        y=design.y[order],
        panel=replace(panel, visit=codes[order], n_visits=n_points),
        visits=visits,
        weights=None if design.weights is None else design.weights[order],
        coordinates=None if design.coordinates is None else design.coordinates[order],
        position=design.position[order],
    )
    return arranged, order


def _n_patterns(panel: Panel) -> int:
    """Count the missingness patterns."""
    bits = np.left_shift(np.int64(1), panel.visit.astype(np.int64))
    return len(pd.unique(np.add.reduceat(bits, panel.starts)))
