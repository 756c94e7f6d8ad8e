"""Test whether hazard ratios change over time: the score test of R's cox.zph."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from analysis.errors import ModelError
from analysis.results import FloatArray, check_option
from analysis.survival.curves.product_limit import product_limit
from analysis.survival.reading.events import EventTimes
from analysis.survival.regression.cox_fit import CoxFit

__all__ = ["TRANSFORMS", "hazards_test"]

TRANSFORMS = ("km", "rank", "identity", "log")
"""Functions of time along which a coefficient may change."""

_SINGULAR = 1e-12


def hazards_test(
    fit: CoxFit, times: EventTimes, terms: Sequence[str], transform: str
) -> pd.DataFrame:
    """Test each term, and all together, for a coefficient that changes along a function of time.

    Parameters
    ----------
    fit : CoxFit
        The fit.
    times : EventTimes
        Its rows, in the order given.
    terms : sequence of str
        The term of each coefficient; those of one term are tested together.
    transform : str
        One of `TRANSFORMS`.

    Returns
    -------
    pandas.DataFrame
        ``term, statistic, df, p_value``; GLOBAL last; NaN where events are too few to tell a
        change from the effect itself.

    Raises
    ------
    ModelError
        When `transform` is unknown, or is log and an event is at time 0, or all events are at one
        time.
    """
    moved = _transformed(times, transform)[fit.sets.order][fit.sets.event_row]
    if np.ptp(moved) == 0.0:
        raise ModelError("All events are at one time, so that nothing can change over time.")
    along = moved - moved.mean()
    sets, X, at, p = fit.sets, fit.X, fit.at, len(fit.X)
    score = np.append(np.zeros(p), at.score(sets, X, along))
    across = at.information(sets, X, along)
    joint = np.block(
        [[fit.optimum.point.information, across], [across, at.information(sets, X, along**2)]]
    )
    positions = {
        term: [place for place, other in enumerate(terms) if other == term]
        for term in dict.fromkeys(terms)
    }
    tested = {**positions, "GLOBAL": list(range(p))}
    statistic = [_statistic(score, joint, extra, p) for extra in tested.values()]
    df = [len(extra) for extra in tested.values()]
    return pd.DataFrame(
        {
            "term": list(tested),
            "statistic": statistic,
            "df": df,
            "p_value": stats.chi2.sf(statistic, df),
        }
    )


def _statistic(score: FloatArray, joint: FloatArray, extra: Sequence[int], p: int) -> float:
    """Compute the score statistic of the coefficients that were added for one term."""
    kept = [*range(p), *(place + p for place in extra)]
    part = joint[np.ix_(kept, kept)]
    size = np.sqrt(np.maximum(np.diag(part), np.finfo(float).tiny))
    correlation, scaled = part / np.outer(size, size), score[kept] / size
    if np.linalg.eigvalsh(correlation)[0] <= _SINGULAR:
        return float("nan")
    return float(scaled @ np.linalg.solve(correlation, scaled))


def _transformed(times: EventTimes, transform: str) -> FloatArray:
    """Evaluate the function of time at the time of each row."""
    check_option("transform", transform, TRANSFORMS)
    if transform == "km":
        curve = product_limit(
            times.time, times.event, entry=times.entry, weight=np.ones(times.time.size)
        )
        before = np.append(1.0, curve.survival)
        return np.asarray(1.0 - before[np.searchsorted(curve.time, times.time, side="left")])
    if transform == "rank":
        return np.asarray(stats.rankdata(times.time))
    if transform == "identity":
        return times.time
    if (times.time[times.event] <= 0.0).any():
        raise ModelError("transform='log' needs events after time 0; use 'km' or 'rank'.")
    return np.asarray(np.log(np.maximum(times.time, np.finfo(float).tiny)))
