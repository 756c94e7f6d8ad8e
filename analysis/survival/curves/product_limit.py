"""The product-limit estimate of one group: steps, variance, limits and quantiles.

Pure functions on arrays; frames and groups are in kaplan_meier.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.results import FloatArray, critical_value

__all__ = [
    "CONF_TYPES",
    "QUANTILE_STYLES",
    "PatientRows",
    "Steps",
    "confidence_limits",
    "crossing_time",
    "product_limit",
]

CONF_TYPES = ("log-log", "log", "plain")
"""Scales on which limits are symmetric: SAS's default, R's default, and none."""

QUANTILE_STYLES = ("R", "SAS")
"""Whether a curve that ends flat on the level has reached it, see `crossing_time`."""

_EXACT = float(np.sqrt(np.finfo(float).eps))
_EMPTY = 1e-12


@dataclass(frozen=True, kw_only=True, eq=False)
class PatientRows:
    """Where each patient enters and leaves the steps of a curve, and with what weight.

    Parameters
    ----------
    first_at, exit_at : array of int, shape (n,)
        Positions of the first step at risk, and of the step of event or censoring.
    event : array of bool, shape (n,)
        Whether the event was seen.
    weight : array, shape (n,)
        Case weights.
    """

    first_at: npt.NDArray[np.intp]
    exit_at: npt.NDArray[np.intp]
    event: npt.NDArray[np.bool_]
    weight: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Steps:
    """A product-limit curve at its distinct exit times.

    Parameters
    ----------
    time : array, shape (k,)
        Distinct times of events and censorings, rising.
    n_risk, n_event, n_censored : array, shape (k,)
        Weighted numbers at each time; a patient is at risk at t when entry < t <= time.
    survival : array, shape (k,)
        Probability of no event up to and including each time.
    log_variance : array, shape (k,)
        Variance of the log of `survival`; NaN once the curve is 0.
    entry, n_entered : array, shape (j,)
        Distinct entry times, and the weighted number entered up to and including each.
    rows : PatientRows or None
        The patients, where variances are jackknifed and need each of them.
    """

    time: FloatArray
    n_risk: FloatArray
    n_event: FloatArray
    n_censored: FloatArray
    survival: FloatArray
    log_variance: FloatArray
    entry: FloatArray
    n_entered: FloatArray
    rows: PatientRows | None = None


def product_limit(
    time: FloatArray,
    event: npt.NDArray[np.bool_],
    *,
    entry: FloatArray,
    weight: FloatArray,
    jackknife: bool | None = None,
) -> Steps:
    """Estimate the probability of no event by the product-limit method.

    Parameters
    ----------
    time : array, shape (n,)
        Time of event or censoring.
    event : array of bool, shape (n,)
        Whether the event was seen.
    entry : array, shape (n,)
        Start of observation; minus infinity from the origin on.
    weight : array, shape (n,)
        Positive case weights.
    jackknife : bool, optional
        Whether variances are the infinitesimal jackknife; by default when a weight is not whole.

    Returns
    -------
    Steps
        The curve at every distinct exit time.

    Notes
    -----
    Events come before censorings at the same time. Whole weights count patients and give
    Greenwood's variance; other weights give the infinitesimal-jackknife variance, as R's survfit.

    References
    ----------
    Kaplan EL, Meier P (1958). JASA 53:457-481.
    Greenwood M (1926). Reports on Public Health 33:1-26.
    """
    times, exit_at = np.unique(time, return_inverse=True)
    entries, entry_at = np.unique(entry, return_inverse=True)
    entered = np.cumsum(_totals(entry_at, weight, entries.size))
    died = _totals(exit_at, weight * event, times.size)
    left = _totals(exit_at, weight, times.size)
    gone = np.append(0.0, np.cumsum(left)[:-1])
    at_risk = _entered_before(entries, entered, times) - gone
    survivors = np.where(at_risk - died <= _EMPTY * at_risk, 0.0, at_risk - died)
    hazard = died / at_risk * _inverse(survivors)
    survival = np.cumprod(survivors / at_risk)
    rows = None
    log_variance = np.cumsum(hazard)
    if jackknife if jackknife is not None else bool((weight != np.round(weight)).any()):
        first_at = np.searchsorted(times, entry, side="right")
        rows = PatientRows(first_at=first_at, exit_at=exit_at, event=event, weight=weight)
        log_variance = _jackknife(rows, hazard, survivors)
    return Steps(
        time=times,
        n_risk=at_risk,
        n_event=died,
        n_censored=left - died,
        survival=survival,
        log_variance=np.where(survival > 0.0, log_variance, np.nan),
        entry=entries,
        n_entered=entered,
        rows=rows,
    )


def _totals(at: npt.NDArray[np.intp], values: FloatArray, size: int) -> FloatArray:
    """Sum values by position."""
    return np.bincount(at, weights=values, minlength=size).astype(np.float64)


def _inverse(survivors: FloatArray) -> FloatArray:
    """Invert, with 0 where nobody is left: the curve is 0 from there, without a variance."""
    return np.divide(1.0, survivors, out=np.zeros_like(survivors), where=survivors > 0.0)


def _entered_before(entries: FloatArray, entered: FloatArray, times: FloatArray) -> FloatArray:
    """Count those who entered strictly before each time."""
    return np.append(0.0, entered)[np.searchsorted(entries, times, side="left")]


def _jackknife(rows: PatientRows, hazard: FloatArray, survivors: FloatArray) -> FloatArray:
    """Sum the squared weighted influences of the patients on the log of the curve.

    The influence of a patient at t is the hazard summed while at risk, minus 1 / survivors at
    the patient's own event; sums over those still at risk and those gone need no patient loop.
    """
    summed = np.append(0.0, np.cumsum(hazard))
    before = summed[rows.first_at]
    final = summed[rows.exit_at + 1] - before - rows.event * _inverse(survivors)[rows.exit_at]
    k = hazard.size
    squares = rows.weight**2
    gone = np.cumsum(_totals(rows.exit_at, squares * final**2, k))
    moments = []
    for power in (0, 1, 2):
        value = squares * before**power
        come = _totals(rows.first_at, value, k + 1)[:k]
        lost = _totals(rows.exit_at, value, k)
        moments.append(np.cumsum(come - lost))
    now = summed[1:]
    staying = moments[0] * now**2 - 2.0 * moments[1] * now + moments[2]
    return np.asarray(gone + np.maximum(staying, 0.0))


def confidence_limits(
    survival: FloatArray, log_variance: FloatArray, *, conf_type: str, conf_level: float
) -> tuple[FloatArray, FloatArray]:
    """Compute pointwise confidence limits on the chosen scale.

    Parameters
    ----------
    survival, log_variance : array, shape (k,)
        The curve and the variance of its log.
    conf_type : str
        One of `CONF_TYPES`.
    conf_level : float
        Two-sided coverage.

    Returns
    -------
    low, high : array, shape (k,)
        Limits within [0, 1]; both 1 while the curve is 1, NaN once it is 0.
    """
    margin = critical_value(np.inf, conf_level) * np.sqrt(log_variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(survival)
        if conf_type == "log-log":
            spread = np.exp(margin / np.abs(logs))
            low, high = survival**spread, survival ** (1.0 / spread)
        elif conf_type == "log":
            low, high = np.exp(logs - margin), np.exp(logs + margin)
        else:
            low, high = survival * (1.0 - margin), survival * (1.0 + margin)
    sure = survival >= 1.0
    low = np.where(sure, 1.0, np.clip(low, 0.0, 1.0))
    high = np.where(sure, 1.0, np.clip(high, 0.0, 1.0))
    unknown = survival <= 0.0
    return np.where(unknown, np.nan, low), np.where(unknown, np.nan, high)


def crossing_time(
    time: FloatArray, curve: FloatArray, level: float = 0.5, *, style: str = "R"
) -> float:
    """Find when a falling step curve reaches a level.

    Parameters
    ----------
    time, curve : array, shape (k,)
        Steps; NaN where the curve is not defined.
    level : float
        The level; 0.5 for the median.
    style : str
        One of `QUANTILE_STYLES`: what to do with a curve that stays on the level to its end.

    Returns
    -------
    float
        The first time below the level; the middle of the flat piece when the curve stays exactly
        on it for a while; NaN when it is not reached.

    Notes
    -----
    On the level means within 1.5e-8, as in R. R and SAS both take the middle of a flat piece that
    a later step ends. One that no step ends reaches to the last time in R; in SAS the level is
    not reached, because only a time below it counts.

    Examples
    --------
    >>> time = np.array([1.0, 2.0, 3.0, 4.0])
    >>> crossing_time(time, np.array([0.75, 0.5, 0.5, 0.0]))
    3.0
    >>> flat = np.array([0.75, 0.5, 0.5, 0.5])
    >>> crossing_time(time, flat), crossing_time(time, flat, style="SAS")
    (3.0, nan)
    """
    reached = np.flatnonzero(curve <= level + _EXACT)
    below = np.flatnonzero(curve < level - _EXACT)
    if reached.size == 0 or (style == "SAS" and below.size == 0):
        return float("nan")
    start = reached[0]
    if below.size and below[0] == start:
        return float(time[start])
    end = below[0] if below.size else -1
    return float((time[start] + time[end]) / 2.0)
