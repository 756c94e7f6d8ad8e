"""Amounts that are added to imputed scores, by arm, visit and distance from dropout."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import ColumnError, DataError, ModelError
from analysis.missing.places import Codes
from analysis.missing.schedule import Schedule
from analysis.missing.strategies import Plan
from analysis.results import FloatArray, counted

__all__ = ["Delta", "delta_values"]

Delta = float | Mapping[Any, float] | pd.DataFrame
"""A number, a number per arm, or a frame; see `delta_values`."""


def delta_values(schedule: Schedule, plan: Plan, delta: Delta | None) -> FloatArray:
    """Say what is added to every score that is imputed.

    Parameters
    ----------
    schedule : Schedule
        Patients and visits.
    plan : Plan
        Which scores are imputed, and how long after the event.
    delta : float, mapping, DataFrame or None
        A number is added to every imputed score at or after the event; a mapping gives one per
        arm (0 where it has none). A frame has ``delta`` and one or more of the arm's column, the
        visit's column and ``distance`` (1 at the first visit affected, 2 at the next; 0 for gaps
        before the event); places that it does not list get 0, and without ``distance`` it is
        about places at or after the event.

    Returns
    -------
    array, shape (N, T)
        Zero where the score is known.

    Raises
    ------
    ColumnError
        When the frame lacks its columns.
    DataError
        When it lists a place twice, an arm or visit that there is not, or no number.
    ModelError
        When a mapping names an arm that there is not.
    """
    table = np.zeros((schedule.n_arms, schedule.n_visits, schedule.n_visits + 1))
    if isinstance(delta, pd.DataFrame):
        _fill(table, schedule, delta)
    elif isinstance(delta, Mapping):
        for place, amount in _by_arm(schedule, delta).items():
            table[place, :, 1:] = amount
    elif delta is not None:
        table[:, :, 1:] = _finite(delta)
    visits = np.arange(schedule.n_visits)
    return np.asarray(table[schedule.arm[:, None], visits, plan.distance] * ~plan.known)


def _by_arm(schedule: Schedule, delta: Mapping[Any, float]) -> dict[int, float]:
    """Read amounts per arm."""
    places = schedule.arms.get_indexer(pd.Index(list(delta)))
    if (places < 0).any():
        raise ModelError(
            f"delta= names {counted(int((places < 0).sum()), 'arm')} that there is not; give a "
            f"number for any of the {len(schedule.arms)} arms of {schedule.arm_column!r}."
        )
    return {
        int(place): _finite(amount) for place, amount in zip(places, delta.values(), strict=True)
    }


def _finite(amount: float) -> float:
    """Refuse an amount that is no finite number."""
    if not isinstance(amount, (int, float, np.number)) or not np.isfinite(amount):
        raise ModelError("delta= is not a finite number; give points of the outcome's scale.")
    return float(amount)


def _fill(table: FloatArray, schedule: Schedule, frame: pd.DataFrame) -> None:
    """Write the rows of a frame of deltas into the table of all places."""
    keys = [schedule.arm_column, schedule.visit_column, "distance"]
    named = [name for name in keys if name is not None and name in frame.columns]
    if "delta" not in frame.columns or not named:
        raise ColumnError(
            "delta= needs the column 'delta' and at least one of "
            f"{', '.join(repr(name) for name in keys if name)}."
        )
    if frame[named].duplicated().any():
        raise DataError(
            f"delta= has {counted(int(frame[named].duplicated().sum()), 'row')} for a place that "
            "another row is about; give every combination once."
        )
    codes = {name: _codes(schedule, name, frame[name], table) for name in named}
    for row, amount in enumerate(frame["delta"]):
        where: list[Any] = [slice(None), slice(None), slice(1, None)]
        for name in named:
            where[keys.index(name)] = codes[name][row]
        table[tuple(where)] = _finite(amount)


def _codes(schedule: Schedule, name: str, column: pd.Series[Any], table: FloatArray) -> Codes:
    """Find where the labels of a frame of deltas stand."""
    if name == "distance":
        levels = pd.Index(np.arange(table.shape[2]))
    else:
        levels = schedule.arms if name == schedule.arm_column else schedule.visits
    codes = levels.get_indexer(pd.Index(column))
    unknown = int((codes < 0).sum())
    if unknown:
        raise DataError(
            f"delta= has {counted(unknown, 'row')} with an unknown {name!r}; allowed are the "
            f"{len(levels)} labels of the data, and distances from 0 to {table.shape[2] - 1}."
        )
    return np.asarray(codes, dtype=np.intp)
