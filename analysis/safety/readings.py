"""Readings taken in treatment sessions, as sorted arrays; what cannot be used is counted by reason.

A session has many readings and a study may have millions, so that nothing here loops over rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.checks.measurements import POSSIBLE
from analysis.errors import DataError
from analysis.study import UNITS, Study

__all__ = [
    "FIRST_MINUTE",
    "LAST_MINUTE",
    "REASONS",
    "Flags",
    "Floats",
    "Integers",
    "Readings",
    "Series",
    "session_readings",
]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

FIRST_MINUTE, LAST_MINUTE = -240, 1440
"""A reading belongs to a session from four hours before the dose to a day after it."""

REASONS = (
    "no session with this number",
    "no minute, parameter or value",
    "unit of another parameter",
    f"minute outside {FIRST_MINUTE} to {LAST_MINUTE}",
    "impossible value",
    "the same reading twice",
    "two values for one minute",
    "diastolic not below systolic",
)
"""Why a row of monitoring is left out; a row has the first reason that applies."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Series:
    """Readings of one parameter, sorted by session and minute; no minute occurs twice.

    Parameters
    ----------
    session : numpy.ndarray of int, shape (r,)
        Position of the session.
    minute, value : numpy.ndarray of float, shape (r,)
        Minutes from the start of the dose, and the reading.
    """

    session: Integers
    minute: Floats
    value: Floats

    def where(self, rows: Flags) -> Series:
        """Keep some of the readings.

        Parameters
        ----------
        rows : numpy.ndarray of bool, shape (r,)
            Which.

        Returns
        -------
        Series
            These, in the same order.
        """
        return Series(session=self.session[rows], minute=self.minute[rows], value=self.value[rows])


NO_READINGS = Series(session=np.zeros(0, dtype=np.int64), minute=np.zeros(0), value=np.zeros(0))


@dataclass(frozen=True, kw_only=True, eq=False)
class Readings:
    """All usable readings of a study.

    Parameters
    ----------
    sessions : pandas.DataFrame
        The table of sessions, in its order; its positions are those of the series. Patient-level.
    series : mapping of str to Series
        Readings by parameter; parameters that were never measured are absent.
    left_out : pandas.DataFrame
        Columns ``parameter, reason, rows``: rows of monitoring that cannot be used.
    """

    sessions: pd.DataFrame = field(repr=False)
    series: Mapping[str, Series] = field(repr=False)
    left_out: pd.DataFrame = field(repr=False)

    def __len__(self) -> int:
        return len(self.sessions)

    def of(self, parameter: str) -> Series:
        """Return the readings of a parameter; none where it was never measured.

        Parameters
        ----------
        parameter : str
            Such as ``"sbp"``.

        Returns
        -------
        Series
            Sorted by session and minute.
        """
        return self.series.get(parameter, NO_READINGS)


def session_readings(study: Study) -> Readings:
    """Read the monitoring of a study, and set aside with a reason the rows that cannot be used.

    Parameters
    ----------
    study : Study
        Any study; without a table ``monitoring`` there are no readings.

    Returns
    -------
    Readings
        Sorted by session and minute.

    Raises
    ------
    DataError
        When two sessions of a patient have the same number, so that readings fit both.

    Notes
    -----
    Two rows for one session, minute and parameter: with the same value one of them is kept; with
    different values neither is, since nobody can tell which is right. Where the diastolic pressure
    of a minute is not below the systolic one, neither is used.

    Examples
    --------
    >>> from analysis.study import read_study
    >>> from analysis.synthetic import example_folder
    >>> found = session_readings(read_study(example_folder("first-clinic")))
    >>> sorted(found.series), len(found.left_out)
    ([], 0)
    """
    sessions = study.table("sessions").reset_index(drop=True)
    if sessions.duplicated(["subject_id", "session_no"]).any():
        raise DataError(
            "Two rows of sessions have the same patient and session_no, so that readings fit "
            "both. Run the checks (KEY-001) and correct the table."
        )
    if not study.has("monitoring"):
        return Readings(sessions=sessions, series={}, left_out=_reasons_frame([], []))
    rows = study.tables["monitoring"]
    session = _positions(sessions, rows)
    minute = rows["rel_min"].to_numpy(dtype=np.float64, na_value=np.nan)
    value = rows["value"].to_numpy(dtype=np.float64, na_value=np.nan)
    names = list(UNITS)
    code = pd.Index(names).get_indexer(pd.Index(rows["parameter"].astype("object")))
    reason = _single_reasons(session, minute, value, code, rows["unit"])
    _repeats(session, minute, value, code, reason)
    _swapped(session, minute, value, code, reason, names)
    good = reason < 0
    order = np.lexsort((minute[good], session[good], code[good]))
    code_of, sorted_rows = code[good][order], np.flatnonzero(good)[order]
    edges = np.searchsorted(code_of, np.arange(len(names) + 1))
    series = {
        name: Series(session=session[at], minute=minute[at], value=value[at])
        for name, low, high in zip(names, edges[:-1], edges[1:], strict=True)
        if len(at := sorted_rows[low:high])
    }
    labels = np.array([*names, ""], dtype=object)[code]
    left = _reasons_frame(labels[~good], np.array(REASONS, dtype=object)[reason[~good]])
    return Readings(sessions=sessions, series=series, left_out=left)


def _positions(sessions: pd.DataFrame, rows: pd.DataFrame) -> Integers:
    """Find the session of each row; -1 where there is none."""
    patients = pd.Index(sessions["subject_id"].astype("object").unique())
    numbers = sessions["session_no"].to_numpy(dtype=np.int64, na_value=-1)
    given = rows["session_no"].to_numpy(dtype=np.int64, na_value=-2)
    room = int(max(numbers.max(initial=0), given.max(initial=0))) + 3
    key = patients.get_indexer(sessions["subject_id"].astype("object")) * room + numbers
    who = patients.get_indexer(rows["subject_id"].astype("object"))
    found = pd.Index(key).get_indexer(pd.Index(who * room + given))
    return np.where((who < 0) | (given < 0), -1, found).astype(np.int64)


def _single_reasons(
    session: Integers, minute: Floats, value: Floats, code: Integers, unit: pd.Series
) -> Integers:
    """Give each row the first reason that it has by itself; -1 where there is none."""
    low, high = (
        np.array([*(POSSIBLE[name][end] for name in UNITS), np.nan], dtype=float)[code]
        for end in (0, 1)
    )
    units = list(dict.fromkeys(UNITS.values()))
    wanted = np.array([*(units.index(text) for text in UNITS.values()), -2])[code]
    given = pd.Index(units).get_indexer(pd.Index(unit.astype("object")))
    broken = [
        session < 0,
        np.isnan(minute) | np.isnan(value) | (code < 0),
        unit.notna().to_numpy(dtype=bool) & (given != wanted),
        ~((minute >= FIRST_MINUTE) & (minute <= LAST_MINUTE)),
        ~((value >= low) & (value <= high)),
    ]
    reason: Integers = np.full(len(session), -1, dtype=np.int64)
    for number in reversed(range(len(broken))):
        reason[broken[number]] = number
    return reason


def _repeats(
    session: Integers, minute: Floats, value: Floats, code: Integers, reason: Integers
) -> None:
    """Mark the rows that say the same as an earlier one, and all of those that contradict."""
    at = np.flatnonzero(reason < 0)
    order = at[np.lexsort((value[at], minute[at], code[at], session[at]))]
    same = np.ones(max(len(order) - 1, 0), dtype=bool)
    for column in (session, code, minute):
        same &= column[order[1:]] == column[order[:-1]]
    equal = same & (value[order[1:]] == value[order[:-1]])
    group = np.cumsum(np.concatenate([[False], ~same])) if len(order) else np.zeros(0, int)
    contradicts = np.zeros(group.max(initial=0) + 1, dtype=bool)
    contradicts[group[1:][same & ~equal]] = True
    reason[order[1:][equal]] = REASONS.index("the same reading twice")
    reason[order[contradicts[group]]] = REASONS.index("two values for one minute")


def _swapped(
    session: Integers,
    minute: Floats,
    value: Floats,
    code: Integers,
    reason: Integers,
    names: list[str],
) -> None:
    """Mark both pressures of a minute where the diastolic one is not below the systolic one."""
    place = session * (LAST_MINUTE - FIRST_MINUTE + 1.0) + minute
    upper, lower = (
        np.flatnonzero((reason < 0) & (code == names.index(name))) for name in ("sbp", "dbp")
    )
    _, first, second = np.intersect1d(
        place[upper], place[lower], assume_unique=True, return_indices=True
    )
    upper, lower = upper[first], lower[second]
    wrong = value[lower] >= value[upper]
    for rows in (upper[wrong], lower[wrong]):
        reason[rows] = REASONS.index("diastolic not below systolic")


def _reasons_frame(parameters: npt.ArrayLike, reasons: npt.ArrayLike) -> pd.DataFrame:
    """Count rows by parameter and reason, in the order of both lists."""
    frame = pd.DataFrame(
        {
            "parameter": pd.Categorical(np.asarray(parameters), [*UNITS, ""]),
            "reason": pd.Categorical(np.asarray(reasons), REASONS),
        }
    )
    counts = frame.groupby(["parameter", "reason"], observed=True).size()
    return counts.rename("rows").reset_index().astype({"parameter": "string", "reason": "string"})
