"""The infinitesimal-jackknife variance of a cumulative curve, from patients' influences on it.

A patient's influence on a curve F that discounts by the chance of being event-free is
``b(t) - F(t) a(t)``, where a and b change by known sums while the patient is at risk and by a
jump at the patient's own event. Sums over patients need sums of a, b and their products only, so
the variance at every time costs one pass over the rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.results import FloatArray

__all__ = ["PatientRows", "influence_variance", "patient_rows"]

IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, eq=False)
class PatientRows:
    """When each row is at risk, rows of a patient together and in order of time.

    Parameters
    ----------
    first_at : array of int, shape (n,)
        Position of the first time at which the row is at risk.
    exit_at : array of int, shape (n,)
        Position of the time at which the row ends.
    next_at : array of int, shape (n,)
        Position of the first time of the patient's next row; the number of times without one.
    opens : array of int, shape (n,)
        Position of the patient's first row.
    weight : array, shape (n,)
        Weight of the patient.
    """

    first_at: IntArray
    exit_at: IntArray
    next_at: IntArray
    opens: IntArray
    weight: FloatArray


def patient_rows(
    times: FloatArray,
    entry: FloatArray,
    exit_at: IntArray,
    *,
    weight: FloatArray,
    patient: IntArray | None = None,
) -> PatientRows:
    """Place rows among the times of a curve.

    Parameters
    ----------
    times : array, shape (k,)
        Distinct times, rising.
    entry : array, shape (n,)
        Start of each row; at risk at t when entry < t.
    exit_at : array of int, shape (n,)
        Position of each row's end among the times.
    weight : array, shape (n,)
        Weights, constant within a patient.
    patient : array of int, shape (n,), optional
        Codes of the patients, rows sorted by patient and time; by default one row each.

    Returns
    -------
    PatientRows
        Positions.
    """
    n = exit_at.size
    first_at = np.searchsorted(times, entry, side="right")
    next_at = np.full(n, times.size)
    opens = np.arange(n)
    if patient is not None and n:
        same = patient[1:] == patient[:-1]
        next_at[:-1] = np.where(same, first_at[1:], times.size)
        opens = np.maximum.accumulate(np.where(np.append(False, same), 0, opens))
    return PatientRows(
        first_at=first_at, exit_at=exit_at, next_at=next_at, opens=opens, weight=weight
    )


def influence_variance(
    rows: PatientRows,
    *,
    curve: FloatArray,
    sum_a: FloatArray,
    sum_b: FloatArray,
    jump_a: FloatArray,
    jump_b: FloatArray,
) -> FloatArray:
    """Sum the squared weighted influences of the patients at every time.

    Parameters
    ----------
    rows : PatientRows
        Where rows begin and end.
    curve : array, shape (k,)
        The curve F.
    sum_a, sum_b : array, shape (k,)
        What a and b of a patient at risk lose up to each time.
    jump_a, jump_b : array, shape (n,)
        What a and b gain at the end of each row.

    Returns
    -------
    array, shape (k,)
        Sum over patients of ``weight² (b - F a)²``; rows of one patient count together.

    Examples
    --------
    Of two patients one has an event at time 1; the share 1/2 has variance 2 (1/4)².

    >>> rows = patient_rows(np.array([1.0]), np.zeros(2), np.array([0, 0]), weight=np.ones(2))
    >>> influence_variance(
    ...     rows, curve=np.array([0.5]), sum_a=np.zeros(1), sum_b=np.array([0.25]),
    ...     jump_a=np.zeros(2), jump_b=np.array([0.5, 0.0])).tolist()
    [0.125]
    """
    begin_a, end_a = _course(rows, sum_a, jump_a)
    begin_b, end_b = _course(rows, sum_b, jump_b)
    k = curve.size
    square = rows.weight**2

    def after(values: FloatArray) -> FloatArray:
        """Sum over the rows that have ended, until the patient's next begins."""
        return _present(rows.exit_at, rows.next_at, square * values, k)

    def during(values: FloatArray) -> FloatArray:
        """Sum over the rows that go on."""
        return _present(rows.first_at, rows.exit_at, square * values, k)

    number, mean_a, mean_b = during(np.ones(square.size)), during(begin_a), during(begin_b)
    aa = after(end_a**2) + during(begin_a**2) - 2.0 * sum_a * mean_a + sum_a**2 * number
    bb = after(end_b**2) + during(begin_b**2) - 2.0 * sum_b * mean_b + sum_b**2 * number
    ab = after(end_a * end_b) + during(begin_a * begin_b)
    ab = ab - sum_a * mean_b - sum_b * mean_a + sum_a * sum_b * number
    return np.asarray(np.maximum(bb - 2.0 * curve * ab + curve**2 * aa, 0.0))


def _course(
    rows: PatientRows, summed: FloatArray, jump: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Follow one part of the influence: its level when a row begins and when it has ended.

    The level at a time within the row is the one at the beginning minus the sum at that time.
    """
    from_zero = np.append(0.0, summed)
    start = from_zero[rows.first_at]
    change = jump - (from_zero[rows.exit_at + 1] - start)
    total = np.cumsum(change)
    end = total - (total - change)[rows.opens]
    return end - change + start, end


def _present(start: IntArray, stop: IntArray, values: FloatArray, k: int) -> FloatArray:
    """Sum values over the rows present at each time, from start up to but not including stop."""
    if not values.any():  # levels at the beginning are all 0 without delayed entry
        return np.zeros(k)
    come = np.bincount(start, weights=values, minlength=k + 1)
    gone = np.bincount(stop, weights=values, minlength=k + 1)
    return np.asarray(np.cumsum((come - gone)[:k]), dtype=np.float64)
