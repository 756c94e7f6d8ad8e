"""The probability of each competing cause over time in one group, when events are seen at visits.

The cause of a seen event is known, its time lies in an interval. Each cause has innermost intervals
of its own; a censored row covers what lies after it of every cause. Pure arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from analysis.results import FloatArray
from analysis.survival.interval.estimate import IntervalSteps
from analysis.survival.interval.innermost import Innermost, find_innermost, merge_rows
from analysis.survival.interval.masses import Coverage, Masses, fit_masses
from analysis.survival.reading.interval_times import IntervalTimes

__all__ = ["Incidence", "estimate_incidence"]

Codes = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, eq=False)
class Incidence:
    """Where each cause happens, and what lies beyond observation.

    Parameters
    ----------
    causes : tuple of IntervalSteps
        The innermost intervals of each cause; as curves they end at the probability of never
        having an event of this cause under observation.
    last_seen : float
        Last time at which anybody was seen without an event; infinite when nobody is censored.
    beyond : float
        Probability that lies after it, of whatever cause.
    fit : Masses
        How the maximum was reached.
    """

    causes: tuple[IntervalSteps, ...]
    last_seen: float
    beyond: float
    fit: Masses


def estimate_incidence(
    times: IntervalTimes, mine: npt.NDArray[np.bool_], cause: Codes, n_causes: int
) -> Incidence:
    """Estimate the incidence of each cause in one group by maximum likelihood.

    Parameters
    ----------
    times : IntervalTimes
        n rows.
    mine : array of bool, shape (n,)
        Rows of the group.
    cause : array of int, shape (n,)
        Cause of each row, -1 for censored.
    n_causes : int
        Number of causes.

    Returns
    -------
    Incidence
        Places and probabilities.

    References
    ----------
    Hudgens MG, Satten GA, Longini IM (2001). Biometrics 57:74-80.
    """
    censored = mine & (cause < 0)
    last_seen = float(times.lower[censored].max()) if censored.any() else np.inf
    found = [_places_of_cause(times, mine & (cause == code), censored) for code in range(n_causes)]
    n_beyond = int(censored.any())
    lower = np.concatenate([*(part.lower for part in found), np.full(n_beyond, last_seen)])
    upper = np.concatenate([*(part.upper for part in found), np.full(n_beyond, np.inf)])
    begin = np.append(0, np.cumsum([part.lower.size for part in found]))
    rows = [_seen_rows(found, begin, lower.size)]
    if censored.any():
        rows.append(_censored_rows(lower, upper, times.lower[censored]))
    fit = fit_masses([part for part in rows if part.weight.size])
    mass = np.zeros(lower.size)
    mass[fit.place] = fit.mass
    return Incidence(
        causes=tuple(_steps(lower[a:b], upper[a:b], mass[a:b]) for a, b in pairwise(begin)),
        last_seen=last_seen,
        beyond=float(mass[begin[-1] :].sum()),
        fit=fit,
    )


def _places_of_cause(
    times: IntervalTimes, own: npt.NDArray[np.bool_], censored: npt.NDArray[np.bool_]
) -> Innermost:
    """Find where a cause can have probability, and the run of places of each of its rows."""
    if not own.any():
        nothing, nobody = np.empty(0), np.empty(0, dtype=np.intp)
        return Innermost(lower=nothing, upper=nothing, first=nobody, last=nobody)
    together = np.concatenate([np.flatnonzero(own), np.flatnonzero(censored)])
    innermost = find_innermost(
        IntervalTimes(lower=times.lower[together], upper=times.upper[together])
    )
    finite, n_own = np.isfinite(innermost.upper), int(own.sum())
    return Innermost(
        lower=innermost.lower[finite],
        upper=innermost.upper[finite],
        first=innermost.first[:n_own],
        last=innermost.last[:n_own],
    )


def _seen_rows(found: Sequence[Innermost], begin: Codes, n_places: int) -> Coverage:
    """Let rows with an event cover a run of the places of their cause."""
    moved = list(zip(found, begin[:-1], strict=True))
    first = np.concatenate([part.first + at for part, at in moved])
    last = np.concatenate([part.last + at for part, at in moved])
    weight = np.ones(first.size)
    if first.size:
        first, last, weight = merge_rows(first, last, weight)
    return Coverage(order=np.arange(n_places), first=first, last=last, weight=weight)


def _censored_rows(lower: FloatArray, upper: FloatArray, censored: FloatArray) -> Coverage:
    """Let censored rows cover the places of all causes after them, in order of time."""
    # An exact time is after a censoring before it, a half-open place also after one at its begin.
    order = np.lexsort((upper > lower, lower))
    exact = np.append(-np.inf, lower[upper == lower])
    exact_until = np.searchsorted(np.sort(exact), censored, side="right") - 1
    open_before = np.searchsorted(np.sort(lower[upper > lower]), censored, side="left")
    first, weight = np.unique(exact_until + open_before, return_counts=True)
    return Coverage(
        order=order,
        first=first,
        last=np.full(first.size, lower.size),
        weight=weight.astype(float),
    )


def _steps(lower: FloatArray, upper: FloatArray, mass: FloatArray) -> IntervalSteps:
    """Keep the places of one cause that have probability; the curve need not end at 0."""
    used = mass > 0.0
    gone = np.cumsum(mass[used])
    return IntervalSteps(
        lower=lower[used],
        upper=upper[used],
        mass=mass[used],
        before=1.0 - np.append(0.0, gone)[:-1],
        after=1.0 - gone,
    )
