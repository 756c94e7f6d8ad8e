"""Read start-stop rows, several per patient, and refuse rows of one patient that overlap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import DataError
from analysis.results import FloatArray, counted
from analysis.survival.reading.events import EventTimes, read_event_times
from analysis.survival.reading.named_columns import require_columns

__all__ = ["SubjectRows", "read_subject_rows"]

IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, eq=False)
class SubjectRows:
    """Rows of observation, those of a patient together and in order of time.

    Parameters
    ----------
    start, stop : array, shape (n,)
        Row is at risk at t when start < t <= stop; minus infinity from the origin on.
    event : array of bool, shape (n,)
        Whether the row ended by an event.
    patient : array of int, shape (n,)
        Number of the patient, not decreasing.
    codes : array of int, shape (n,)
        Position of the patient's group in `levels`.
    levels : pandas.Index
        Groups in order; one unnamed level without groups.
    position : array of int, shape (n,)
        Where each row was in the frame.
    n_dropped : int
        Rows left out because their group was missing.
    """

    start: FloatArray
    stop: FloatArray
    event: npt.NDArray[np.bool_]
    patient: IntArray
    codes: IntArray
    levels: pd.Index
    position: IntArray
    n_dropped: int

    @property
    def follows(self) -> npt.NDArray[np.bool_]:
        """Whether a row is a later row of the same patient as the row before it."""
        return np.append(False, self.patient[1:] == self.patient[:-1])

    @property
    def after_gap(self) -> npt.NDArray[np.bool_]:
        """Whether the patient was out of sight between the row before and this one."""
        return np.asarray(self.follows & (self.start > np.append(np.inf, self.stop[:-1])))


def read_subject_rows(
    data: pd.DataFrame,
    *,
    subject: str,
    start: str,
    stop: str,
    event: str,
    by: str | None = None,
) -> SubjectRows:
    """Read start-stop rows from a frame, in any order.

    Rows whose group is missing are left out and counted; any other missing value is an error.

    Parameters
    ----------
    data : pandas.DataFrame
        One or more rows per patient.
    subject, start, stop, event : str
        Columns of the patient, of the beginning and end of the row, and of whether an event
        ended it (1 or True, 0 or False).
    by : str, optional
        Column of the group, the same in all rows of a patient.

    Returns
    -------
    SubjectRows
        Sorted rows, floating-point ties merged.

    Raises
    ------
    ColumnError
        When a column is missing or of the wrong type.
    DataError
        When a value is missing or out of order, rows of a patient overlap, or a patient is in
        several groups.
    """
    require_columns(data, subject=subject, start=start, stop=stop, event=event, by=by)
    times = read_event_times(data, time=stop, event=event, entry=start, by=by)
    kept = np.ones(len(data), dtype=bool) if by is None else data[by].notna().to_numpy()
    patients = data.loc[kept, subject]
    missing = int(patients.isna().sum())
    if missing:
        raise DataError(f"Column {subject!r} (subject=) is missing in {counted(missing, 'row')}.")
    rows = _sorted(times, pd.factorize(patients, sort=True)[0], np.flatnonzero(kept))
    _check_rows(rows, start, stop, by)
    return rows


def _sorted(times: EventTimes, patient: IntArray, position: IntArray) -> SubjectRows:
    """Put the rows of each patient together, in order of time."""
    order = np.lexsort((times.time, patient))
    return SubjectRows(
        start=times.entry[order],
        stop=times.time[order],
        event=times.event[order],
        patient=patient[order].astype(np.intp),
        codes=times.codes[order],
        levels=times.levels,
        position=position[order],
        n_dropped=times.n_dropped,
    )


def _check_rows(rows: SubjectRows, start: str, stop: str, by: str | None) -> None:
    """Refuse rows of one patient that overlap or are in several groups."""
    overlap = rows.follows & (rows.start < np.append(-np.inf, rows.stop[:-1]))
    if overlap.any():
        n_patients = np.unique(rows.patient[overlap]).size
        raise DataError(
            f"{counted(int(overlap.sum()), 'row')} of {counted(n_patients, 'patient')} begin "
            f"({start!r}) before the patient's row before them ends ({stop!r}). Rows of a patient "
            "may touch but not overlap; correct or merge them."
        )
    moved = rows.follows & (rows.codes != np.append(-1, rows.codes[:-1]))
    if moved.any():
        n_patients = np.unique(rows.patient[moved]).size
        raise DataError(
            f"{counted(n_patients, 'patient')} have rows in several groups of {by!r} (by=). A "
            "group that changes over time is a state or a covariate, not a group."
        )
