"""Read courses of patients through states from start-stop rows, and refuse impossible ones."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import DataError
from analysis.results import counted
from analysis.survival.reading.named_columns import require_columns
from analysis.survival.reading.subject_rows import SubjectRows, read_subject_rows
from analysis.survival.states.state_occupancy import StateCourses

__all__ = ["StateRows", "read_state_rows"]

IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, eq=False)
class StateRows:
    """Courses of patients through states.

    Parameters
    ----------
    rows : SubjectRows
        Times, patients and groups; the events are transitions.
    origin, target : array of int, shape (n,)
        State during each row, and state entered at its end; -1 without a transition.
    states : pandas.Index
        States in order.
    """

    rows: SubjectRows
    origin: IntArray
    target: IntArray
    states: pd.Index

    def courses(self, code: int) -> StateCourses:
        """Select the rows of one group."""
        mine = self.rows.codes == code
        return StateCourses(
            start=self.rows.start[mine],
            stop=self.rows.stop[mine],
            origin=self.origin[mine],
            target=self.target[mine],
            patient=np.unique(self.rows.patient[mine], return_inverse=True)[1],
            n_states=len(self.states),
        )


def read_state_rows(
    data: pd.DataFrame,
    *,
    subject: str,
    start: str,
    stop: str,
    from_state: str,
    to_state: str,
    by: str | None = None,
    states: Sequence[Hashable] | None = None,
) -> StateRows:
    """Read courses through states from a frame, rows in any order.

    Rows whose group is missing are left out and counted. A missing `to_state` says that the row
    ended without a transition; any other missing value is an error.

    Parameters
    ----------
    data : pandas.DataFrame
        One or more rows per patient.
    subject, start, stop, from_state, to_state : str
        Columns of the patient, of the row's beginning and end, and of the states.
    by : str, optional
        Column of the group.
    states : sequence, optional
        All states in order; by default categories, or the values found, sorted.

    Returns
    -------
    StateRows
        Sorted and coded rows.

    Raises
    ------
    ColumnError
        When a column is missing or of the wrong type.
    DataError
        When values or courses are impossible.
    """
    require_columns(data, from_state=from_state, to_state=to_state)
    names = _state_names(data[from_state], data[to_state], states)
    flagged = data.assign(**{to_state: data[to_state].notna()})
    rows = read_subject_rows(
        flagged, subject=subject, start=start, stop=stop, event=to_state, by=by
    )
    origin = _codes(data[from_state], names, "from_state")[rows.position]
    target = _codes(data[to_state], names, "to_state")[rows.position]
    _check_transitions(origin, target, from_state, to_state)
    _check_courses(rows, origin, target, from_state)
    return StateRows(rows=rows, origin=origin, target=target, states=names)


def _state_names(
    origin: pd.Series[Any], target: pd.Series[Any], states: Sequence[Hashable] | None
) -> pd.Index:
    """List the states: as declared, else categories in order, else sorted."""
    if states is not None:
        names = _index(list(states))
        if not names.is_unique:
            raise DataError("states= names a state twice.")
        return names
    found = set(origin.dropna().unique()) | set(target.dropna().unique())
    ordered: list[Any] = []
    for column in (origin, target):
        if isinstance(column.dtype, pd.CategoricalDtype):
            ordered += [name for name in column.cat.categories if name not in ordered]
    rest: list[Any] = sorted(found - set(ordered))
    return _index([name for name in ordered if name in found] + rest)


def _index(names: list[Any]) -> pd.Index:
    """Make an index of labels of any kind."""
    index: pd.Index = pd.Index(names)
    return index


def _codes(column: pd.Series[Any], names: pd.Index, argument: str) -> IntArray:
    """Give each state its position; -1 where missing."""
    codes = names.get_indexer(pd.Index(column.astype(object)))
    unknown = int(((codes < 0) & column.notna().to_numpy()).sum())
    if unknown:
        raise DataError(
            f"Column {column.name!r} ({argument}=) has {counted(unknown, 'row')} with a state that "
            "states= does not name."
        )
    return codes.astype(np.intp)


def _check_transitions(origin: IntArray, target: IntArray, from_state: str, to_state: str) -> None:
    """Refuse rows without a state, transitions to the same state, and data without transitions."""
    missing = int((origin < 0).sum())
    if missing:
        raise DataError(
            f"Column {from_state!r} (from_state=) is missing in {counted(missing, 'row')}."
        )
    same = int((origin == target).sum())
    if same:
        raise DataError(
            f"{counted(same, 'row')} go from a state to itself. Leave {to_state!r} (to_state=) "
            "empty where a row ends without a change of state."
        )
    if not (target >= 0).any():
        raise DataError(
            f"No row has a transition in {to_state!r} (to_state=), so there is nothing to estimate."
        )


def _check_courses(rows: SubjectRows, origin: IntArray, target: IntArray, from_state: str) -> None:
    """Refuse rows that begin in another state than the patient's row before them ended in."""
    ended_in = np.where(target >= 0, target, origin)
    touching = rows.follows & ~rows.after_gap
    jump = touching & (origin != np.append(-1, ended_in[:-1]))
    if jump.any():
        n_patients = np.unique(rows.patient[jump]).size
        raise DataError(
            f"{counted(int(jump.sum()), 'row')} of {counted(n_patients, 'patient')} begin in "
            f"another state ({from_state!r}) than the row that they follow ended in. A change of "
            "state needs a to_state, at the time when it happened."
        )
