"""Rates and shares of events that are clustered in patients, with intervals that know of it.

Sessions of one patient are alike: an interval that takes them as independent is too narrow.
Pure functions on one number per patient.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from analysis.errors import DataError
from analysis.results import check_conf_level
from analysis.safety.readings import Floats

__all__ = ["Interval", "clustered_rate", "clustered_share", "exact_share"]


@dataclass(frozen=True, kw_only=True)
class Interval:
    """An estimate with its limits.

    Parameters
    ----------
    estimate, conf_low, conf_high : float
        Missing where there is no denominator.
    design_effect : float
        By how much clustering multiplies the variance; missing where it cannot be estimated.
    """

    estimate: float
    conf_low: float
    conf_high: float
    design_effect: float = float("nan")

    @property
    def numbers(self) -> tuple[float, float, float]:
        """The estimate and its limits."""
        return self.estimate, self.conf_low, self.conf_high


_NOTHING = Interval(estimate=np.nan, conf_low=np.nan, conf_high=np.nan)


def clustered_rate(events: Floats, exposure: Floats, conf_level: float = 0.95) -> Interval:
    """Estimate events per unit of exposure, with exact Poisson limits at the effective exposure.

    Parameters
    ----------
    events, exposure : numpy.ndarray, shape (patients,)
        Events and exposure, such as sessions, of each patient.
    conf_level : float
        Two-sided coverage; one-sided where there is no event.

    Returns
    -------
    Interval
        Without any event the lower limit is 0 and the upper one is one-sided:
        -log(1 - conf_level) / exposure, the "rule of three". It takes sessions as independent,
        since without events nothing tells how they are clustered.

    Raises
    ------
    DataError
        When events or exposure are negative, missing or of different lengths.
    ModelError
        When `conf_level` is not between 0 and 1.

    Notes
    -----
    The variance of the ratio is that of clusters, G/(G-1) Σ(eᵢ - R sᵢ)² / (Σsᵢ)², with R the rate.
    Over the Poisson variance it is the design effect, by which events and exposure are divided (at
    least 1; times the square of the ratio of t quantiles at Σs - 1 and G - 1 degrees of freedom, as
    Korn and Graubard do for shares). Garwood's limits of a Poisson mean follow.

    References
    ----------
    Garwood F (1936). Biometrika 28, 437-442. Korn EL, Graubard BI (1998). Survey Methodology 24,
    193-201.

    Examples
    --------
    >>> import numpy as np
    >>> found = clustered_rate(np.array([0.0, 0.0]), np.array([50.0, 50.0]))
    >>> found.estimate, round(found.conf_high, 5)
    (0.0, 0.02996)
    """
    total, exposed = _totals(events, exposure, conf_level)
    if exposed <= 0.0:
        return _NOTHING
    alpha = 1.0 - conf_level
    if total == 0.0:
        return Interval(estimate=0.0, conf_low=0.0, conf_high=float(-np.log(alpha) / exposed))
    rate = total / exposed
    effect = _design_effect(events, exposure, rate / exposed)
    divided = _divided(effect, exposure, conf_level)
    e, s = total / divided, exposed / divided
    low = stats.gamma.ppf(alpha / 2.0, e) / s
    high = stats.gamma.isf(alpha / 2.0, e + 1.0) / s
    return Interval(estimate=rate, conf_low=float(low), conf_high=float(high), design_effect=effect)


def clustered_share(events: Floats, sessions: Floats, conf_level: float = 0.95) -> Interval:
    """Estimate the share of sessions with an event, with Korn and Graubard's limits.

    Parameters
    ----------
    events, sessions : numpy.ndarray, shape (patients,)
        Sessions with the event, and all sessions, of each patient.
    conf_level : float
        Two-sided coverage; one-sided where no session, or every one, has the event.

    Returns
    -------
    Interval
        Clopper and Pearson's limits at the effective number of sessions. Where no session or every
        one has the event, nothing tells how they are clustered and they count as independent: the
        bound for the share of patients (`exact_share`) holds in any case.

    Raises
    ------
    DataError
        As `clustered_rate`, and when a patient has more events than sessions.
    ModelError
        When `conf_level` is not between 0 and 1.

    References
    ----------
    Korn EL, Graubard BI (1998). Survey Methodology 24, 193-201.

    Examples
    --------
    >>> import numpy as np
    >>> found = clustered_share(np.array([4.0, 0.0, 1.0, 0.0]), np.array([4.0, 5.0, 6.0, 5.0]))
    >>> round(found.estimate, 3), round(found.conf_low, 3), round(found.conf_high, 3)
    (0.25, 0.0, 0.942)
    """
    total, n = _totals(events, sessions, conf_level)
    if np.any(events > sessions):
        raise DataError("A patient has more sessions with the event than sessions.")
    if n <= 0.0:
        return _NOTHING
    if total in (0.0, n):
        return exact_share(int(total), int(n), conf_level)
    share = total / n
    effect = _design_effect(events, sessions, share * (1.0 - share) / n)
    effective = n / _divided(effect, sessions, conf_level)
    low, high = _beta_limits(share * effective, effective, 1.0 - conf_level)
    return Interval(estimate=share, conf_low=low, conf_high=high, design_effect=effect)


def exact_share(count: int, n: int, conf_level: float = 0.95) -> Interval:
    """Estimate a share of independent patients with Clopper and Pearson's limits.

    Parameters
    ----------
    count, n : int
        Patients with the event, and all patients.
    conf_level : float
        Two-sided coverage; one-sided where nobody or everybody has the event.

    Returns
    -------
    Interval
        Missing without patients.

    Raises
    ------
    ModelError
        When `conf_level` is not between 0 and 1.

    References
    ----------
    Clopper CJ, Pearson ES (1934). Biometrika 26, 404-413.

    Examples
    --------
    >>> round(exact_share(0, 60).conf_high, 4)
    0.0487
    """
    alpha = 1.0 - check_conf_level(conf_level)
    if n == 0:
        return _NOTHING
    one_sided = count in (0, n)
    low, high = _beta_limits(float(count), float(n), 2.0 * alpha if one_sided else alpha)
    return Interval(estimate=count / n, conf_low=low, conf_high=high)


def _totals(events: Floats, exposure: Floats, conf_level: float) -> tuple[float, float]:
    """Refuse what is no count, and add up."""
    check_conf_level(conf_level)
    if events.shape != exposure.shape or not (np.all(events >= 0.0) and np.all(exposure >= 0.0)):
        raise DataError(
            "Events and exposure must be numbers of 0 or more, one of each per patient."
        )
    return float(events.sum()), float(exposure.sum())


def _design_effect(events: Floats, exposure: Floats, independent: float) -> float:
    """Divide the variance over clusters by the one of independent events."""
    n = int(np.count_nonzero(exposure))
    if n < 2 or independent <= 0.0:
        return float("nan")
    total = exposure.sum()
    residual = events - events.sum() / total * exposure
    variance = n / (n - 1.0) * np.sum(residual**2) / total**2
    return float(variance / independent)


def _divided(effect: float, exposure: Floats, conf_level: float) -> float:
    """Give the number by which sizes are divided: at least 1, and more for few patients."""
    n, total = int(np.count_nonzero(exposure)), float(exposure.sum())
    if np.isnan(effect):
        return max(total, 1.0)  # one patient is one observation, however many sessions
    tail = (1.0 - conf_level) / 2.0
    quantiles = stats.t.isf(tail, n - 1.0) / stats.t.isf(tail, max(total - 1.0, n - 1.0))
    return max(effect, 1.0) * float(quantiles) ** 2


def _beta_limits(count: float, n: float, alpha: float) -> tuple[float, float]:
    """Give Clopper and Pearson's limits, also of numbers that are not whole."""
    low = 0.0 if count <= 0.0 else stats.beta.ppf(alpha / 2.0, count, n - count + 1.0)
    high = 1.0 if count >= n else stats.beta.isf(alpha / 2.0, count + 1.0, n - count)
    return float(low), float(high)
