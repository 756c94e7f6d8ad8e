"""Rows of ADTTE made from tables of times to events: CNSR is 0 for an event, else a reason."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.errors import ColumnError, DataError
from analysis.text_numbers import require_numbers

__all__ = ["times_to_events"]

_CODE = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")
_NEEDED = ("subject_id", "time", "cnsr")


def times_to_events(
    events: Mapping[str, tuple[str, pd.DataFrame]], subjects: pd.Series
) -> pd.DataFrame:
    """Put times to several events below each other.

    Parameters
    ----------
    events : mapping of str to (str, pandas.DataFrame)
        By PARAMCD: PARAM, and a frame with ``subject_id, time, cnsr`` and, if known,
        ``origin_day, evntdesc, cnsdtdsc``, as an event table has them. One row per subject.
    subjects : pandas.Series
        All subjects, shape (n_subjects,).

    Returns
    -------
    pandas.DataFrame
        The rows, with PARAMCD and PARAM.

    Raises
    ------
    ColumnError
        When a frame lacks a column.
    DataError
        When ``cnsr`` is missing, negative or not whole, ``time`` is missing or negative, a subject
        is missing, not of the study or there twice, or a code is no name that ADaM allows.

    References
    ----------
    CDISC (2012). ADaM Basic Data Structure for Time-to-Event Analyses, version 1.0.

    Examples
    --------
    >>> frame = pd.DataFrame({"subject_id": ["a", "b"], "time": [7, 30], "cnsr": [0, 2]})
    >>> rows = times_to_events({"RESP": ("Days to response", frame)}, pd.Series(["a", "b"]))
    >>> rows["cnsr"].tolist()
    [0.0, 2.0]
    """
    if not all(_CODE.fullmatch(code) for code in events):
        raise DataError("events: a PARAMCD has 1 to 8 capitals, digits or _, and no digit first.")
    parts = [_checked(code, *each, subjects) for code, each in events.items()]
    return pd.concat(parts, ignore_index=True)


def _checked(code: str, label: str, frame: pd.DataFrame, subjects: pd.Series) -> pd.DataFrame:
    """Give the rows of one parameter, or refuse them."""
    missing = [name for name in _NEEDED if name not in frame]
    if missing:
        raise ColumnError(f"events, {code}: columns {', '.join(missing)} are missing.")
    who = frame["subject_id"]
    cnsr = pd.Series(require_numbers(frame["cnsr"], "cnsr"), frame.index)
    time = pd.Series(require_numbers(frame["time"], "time"), frame.index)
    _refuse(code, "cnsr", ~(cnsr.ge(0) & cnsr.mod(1).eq(0)), "0 or a positive integer")
    _refuse(code, "time", ~(time.ge(0) & time.lt(np.inf)), "a finite number from 0")
    _refuse(code, "subject_id", ~who.isin(subjects) | who.duplicated(), "once a subject of ADSL")
    return frame.assign(PARAMCD=code, PARAM=label, cnsr=cnsr, time=time)


def _refuse(code: str, column: str, wrong: pd.Series, allowed: str) -> None:
    """Refuse rows whose column is not what is allowed."""
    n_wrong = int(wrong.sum())
    if n_wrong:
        raise DataError(
            f"events, {code}: {column} must be {allowed}; it is not in {n_wrong} rows. "
            "Correct them, or leave them out."
        )
