"""Numbering sessions, courses, completions and other rows within a patient, by day."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["course_numbers", "running_numbers", "within_course"]

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def running_numbers(groups: Sequence[Integers], day: Floats) -> Integers:
    """Give numbers to rows within groups by day; rows of one day in the order of the file.

    Parameters
    ----------
    groups : sequence of numpy.ndarray of int, shape (n_rows,)
        Codes that together name a group.
    day : numpy.ndarray, shape (n_rows,)
        Day of each row; NaN, as for a drug taken since before the data, comes first.

    Returns
    -------
    numpy.ndarray of int, shape (n_rows,)
        From 1.

    Examples
    --------
    >>> running_numbers([np.array([0, 0, 1, 0])], np.array([7.0, 0.0, 3.0, np.nan])).tolist()
    [3, 2, 1, 1]
    """
    frame = pd.DataFrame({f"g{n}": group for n, group in enumerate(groups)})
    names = list(frame.columns)
    frame["day"] = np.where(np.isnan(day), -np.inf, day)
    order = frame.sort_values([*names, "day"], kind="stable").index
    counted = frame.loc[order].groupby(names, sort=False).cumcount() + 1
    return np.asarray(counted.reindex(frame.index), dtype=np.int64)


def course_numbers(client: Integers, day: Floats, gap: int) -> Integers:
    """Count treatment courses: a new one begins after a pause.

    Parameters
    ----------
    client : numpy.ndarray of int, shape (n_rows,)
        Patient of each session.
    day : numpy.ndarray, shape (n_rows,)
        Day of each session.
    gap : int
        Fewest days between the last session of a course and the first of the next.

    Returns
    -------
    numpy.ndarray of int, shape (n_rows,)
        From 1.

    Examples
    --------
    >>> course_numbers(np.array([0, 0, 0]), np.array([0.0, 40.0, 3.0]), 30).tolist()
    [1, 2, 1]
    """
    frame = pd.DataFrame({"client": client, "day": day})
    ordered = frame.sort_values(["client", "day"], kind="stable")
    begins = ordered.groupby("client")["day"].diff().ge(gap)
    numbers = begins.groupby(ordered["client"]).cumsum() + 1
    return np.asarray(numbers.reindex(frame.index), dtype=np.int64)


def within_course(client: Integers, course: Integers, day: Floats) -> Integers:
    """Count sessions within their course.

    Parameters
    ----------
    client, course : numpy.ndarray of int, shape (n_rows,)
        Patient and course of each session.
    day : numpy.ndarray, shape (n_rows,)
        Day of each session.

    Returns
    -------
    numpy.ndarray of int, shape (n_rows,)
        From 1.

    Examples
    --------
    >>> within_course(np.array([0, 0]), np.array([1, 2]), np.array([0.0, 40.0])).tolist()
    [1, 1]
    """
    return running_numbers([client, course], day)
