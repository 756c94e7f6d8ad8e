"""Days of events in bins that all sites share, refused where a bin counts few patients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.disclosure import RELEASE, Policy, is_small
from analysis.errors import DataError, DisclosureError
from analysis.formulas.columns import check_present
from analysis.results import FloatArray, counted
from analysis.text_numbers import require_numbers

__all__ = ["BINS_IN_WORDS", "coarser_bins", "days_in_bins", "thresholded_events"]

IntArray = np.ndarray[Any, np.dtype[np.int64]]

BINS_IN_WORDS = (
    "Days are moved to the end of their bin; the bins are those of the specification, the same at "
    "all sites. Events stand before censorings of the same bin, so that who left within a bin "
    "counts as followed to its end. Who was followed beyond the last bin is censored at its end."
)
"""How days are coarsened, for the bundle."""


def days_in_bins(
    days: FloatArray, event: np.ndarray[Any, Any], bins: Sequence[float] | FloatArray
) -> tuple[FloatArray, np.ndarray[Any, Any]]:
    """Move days to the end of their bin.

    Parameters
    ----------
    days : array, shape (n,)
        Days of an event or of the end of follow-up.
    event : array, shape (n,)
        0 or False: censored; else the event.
    bins : sequence of float
        Ends of the bins, rising.

    Returns
    -------
    tuple of array, shape (n,)
        Days, and events; those after the last bin are censored at its end.

    Examples
    --------
    >>> days, event = days_in_bins(np.array([3.0, 7.0, 40.0]), np.array([1, 0, 1]), [7, 14, 28])
    >>> days.tolist(), event.tolist()
    ([7.0, 7.0, 28.0], [1, 0, 0])
    """
    ends = np.asarray(bins, dtype=float)
    place = np.searchsorted(ends, days, side="left")
    beyond = place == ends.size
    none = np.zeros(1, dtype=event.dtype)[0]
    return ends[np.minimum(place, ends.size - 1)], np.where(beyond, none, event)


def thresholded_events(
    rows: pd.DataFrame,
    *,
    time: str,
    event: str,
    bins: Sequence[float],
    by: Sequence[str] = (),
    policy: Policy = RELEASE,
) -> pd.DataFrame:
    """Coarsen days of events, and refuse bins that count few patients.

    Bins are never merged here: the sums of sites could not be added. The error proposes coarser
    ones, which all sites would have to take.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per patient of one site.
    time, event : str
        Columns of the day and of the event; 0 or False is censored.
    bins : sequence of float
        Ends of the bins in days, rising, the same at all sites.
    by : sequence of str
        Columns of groups and strata.
    policy : Policy
        Its least count is the threshold.

    Returns
    -------
    pandas.DataFrame
        The same rows with coarse days; curves and tests of them are those of the pooled patients
        with the same bins.

    Raises
    ------
    ColumnError
        When a column is absent.
    DataError
        When bins do not rise, or a day or event is missing or no number.
    DisclosureError
        When the number of patients with an event, or censored, in a group and bin is from 1 to the
        threshold less one; it says how many such counts there are.
    """
    check_present(rows, [time, event, *by], "rows")
    ends = np.asarray(bins, dtype=float)
    if ends.size == 0 or not (np.diff(ends) > 0).all() or not np.isfinite(ends).all():
        raise DataError("The ends of bins must be numbers that rise, such as [7, 14, 28, 56].")
    days, code = require_numbers(rows[time], time), require_numbers(rows[event], event)
    missing = int((np.isnan(days) | np.isnan(code) | rows[list(by)].isna().any(axis=1)).sum())
    if missing:
        raise DataError(
            f"{counted(missing, 'row')} without {time!r}, {event!r} or a group; leave them out."
        )
    coarse, kept = days_in_bins(days, rows[event].to_numpy(), ends)
    group = _groups(rows, by)
    counts = _counts(group, coarse, require_numbers(pd.Series(kept), event), ends)
    failing = int(is_small(counts, policy).sum())
    if failing:
        raise DisclosureError(_refusal(failing, counts, ends, policy))
    return rows.assign(**{time: coarse, event: kept})


def _groups(rows: pd.DataFrame, by: Sequence[str]) -> IntArray:
    """Give numbers to the groups."""
    if not by:
        return np.zeros(len(rows), dtype=np.int64)
    return np.asarray(rows.groupby(list(by), observed=True).ngroup(), dtype=np.int64)


def _counts(group: IntArray, days: FloatArray, event: FloatArray, ends: FloatArray) -> IntArray:
    """Count patients per bin, and group and kind of event, shape (bins, groups x kinds)."""
    _, kind = np.unique(np.column_stack([group, event]), axis=0, return_inverse=True)
    counts = np.zeros((ends.size, int(kind.max(initial=-1)) + 1), dtype=np.int64)
    np.add.at(counts, (np.searchsorted(ends, days), kind.ravel()), 1)
    return counts


def coarser_bins(counts: IntArray, bins: FloatArray, policy: Policy = RELEASE) -> FloatArray:
    """Find the most bins, made by merging neighbours, that count no few patients.

    Parameters
    ----------
    counts : array of int, shape (b, k)
        Patients per bin, and group and kind of event.
    bins : array, shape (b,)
        Ends of the bins.
    policy : Policy
        Its least count is the threshold.

    Returns
    -------
    array
        Ends of the merged bins, the last one among them; empty when even one bin counts few.

    Examples
    --------
    >>> coarser_bins(np.array([[12], [4], [8], [30]]), np.array([7.0, 14.0, 28.0, 56.0])).tolist()
    [7.0, 28.0, 56.0]
    """
    before = np.vstack([np.zeros_like(counts[:1]), np.cumsum(counts, axis=0)])
    best: list[tuple[float, ...] | None] = [()]
    for end in range(1, len(bins) + 1):
        inside = before[end] - before[:end]
        allowed = ~is_small(inside, policy).any(axis=1)
        ways = [
            (*way, float(bins[end - 1]))
            for start in np.flatnonzero(allowed).tolist()
            if (way := best[start]) is not None
        ]
        best.append(max(ways, key=len) if ways else None)
    return np.array(best[-1] or ())


def _refusal(failing: int, counts: IntArray, ends: FloatArray, policy: Policy) -> str:
    """Say how many counts are small, and which bins would do."""
    coarser = coarser_bins(counts, ends, policy)
    advice = "No bins up to the same day would do: leave out the groups, or send masked sums."
    if coarser.size:
        advice = (
            f"At this site the bins {', '.join(f'{end:g}' for end in coarser)} would do; all sites "
            "must take the same. Or send masked sums."
        )
    return (
        f"{failing} of {counts.size} counts of events or censorings per group and bin are of 1 to "
        f"{policy.minimum_count - 1} patients. {advice}"
    )
