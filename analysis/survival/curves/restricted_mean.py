"""Restricted means of product-limit curves, their variance, and comparisons of groups.

Pure functions of the steps; `SurvivalCurve` has the calls.
"""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import DataError, ModelError
from analysis.results import FloatArray, check_conf_level, critical_value, tidy_frame
from analysis.survival.curves.product_limit import PatientRows, Steps

__all__ = ["compare_means", "mean_table", "restricted_mean"]


def restricted_mean(steps: Steps, tau: float) -> tuple[float, float]:
    """Compute the area under a curve up to a time, and its standard error.

    Parameters
    ----------
    steps : Steps
        The curve of one group, known until `tau`.
    tau : float
        Restriction time, above 0.

    Returns
    -------
    estimate, std_error : float
        Mean of min(T, tau), and its standard error.

    Notes
    -----
    The variance is Greenwood's plug-in, as in R's survfit and survRM2: the sum over event times t
    of A(t)^2 d / (n (n - d)) with A(t) the area from t to tau. It is that of the estimator, not
    the variance of min(T, tau) between patients. Weights that are not whole give the
    infinitesimal jackknife.

    References
    ----------
    Klein JP, Moeschberger ML (2003). Survival Analysis, 2nd ed., section 4.5. Springer.

    Examples
    --------
    >>> from analysis.survival.curves.product_limit import product_limit
    >>> steps = product_limit(
    ...     np.array([2.0, 4.0, 6.0, 8.0]), np.array([True, True, False, True]),
    ...     entry=np.full(4, -np.inf), weight=np.ones(4))
    >>> [round(number, 4) for number in restricted_mean(steps, 5.0)]
    [4.0, 0.6124]
    """
    inside = steps.time < tau
    knots = np.concatenate([[0.0], steps.time[inside], [tau]])
    pieces = np.append(1.0, steps.survival[inside]) * np.diff(knots)
    remaining = np.zeros_like(steps.time)
    remaining[inside] = np.cumsum(pieces[:0:-1])[::-1]
    if steps.rows is None:
        variance = float(np.sum(remaining**2 * _hazard_per_survivor(steps)))
    else:
        variance = _jackknife(steps, steps.rows, remaining)
    return float(pieces.sum()), float(np.sqrt(variance))


def _survivors(steps: Steps) -> FloatArray:
    """Count those left after each time; infinite where the curve is 0 and the area after it too."""
    return np.where(steps.survival > 0.0, steps.n_risk - steps.n_event, np.inf)


def _hazard_per_survivor(steps: Steps) -> FloatArray:
    """Compute d / (n (n - d))."""
    return np.asarray(steps.n_event / (steps.n_risk * _survivors(steps)))


def _jackknife(steps: Steps, rows: PatientRows, remaining: FloatArray) -> float:
    """Sum the squared weighted influences of the patients on the area."""
    summed = np.append(0.0, np.cumsum(_hazard_per_survivor(steps) * remaining))
    at_event = rows.event * (remaining / _survivors(steps))[rows.exit_at]
    influence = summed[rows.exit_at + 1] - summed[rows.first_at] - at_event
    return float(np.sum((rows.weight * influence) ** 2))


def mean_table(
    groups: Sequence[Steps], levels: pd.Index, *, tau: float, conf_level: float
) -> pd.DataFrame:
    """Lay out the restricted mean of each group.

    Parameters
    ----------
    groups : sequence of Steps, shape (k,)
        Curves of the groups.
    levels : pandas.Index, shape (k,)
        Groups; its name is their column, None without groups.
    tau : float
        Restriction time.
    conf_level : float
        Two-sided coverage of the normal interval.

    Returns
    -------
    pandas.DataFrame
        ``tau, estimate, std_error, conf_low, conf_high``, one row per group.

    Raises
    ------
    DataError
        When `tau` is not a positive number, or a group was not followed until then.
    """
    mean, error = _means(groups, levels, tau)
    margin = critical_value(np.inf, conf_level) * error
    return pd.DataFrame(
        {
            "tau": float(tau),
            "estimate": mean,
            "std_error": error,
            "conf_low": mean - margin,
            "conf_high": mean + margin,
        }
    )


def compare_means(
    groups: Sequence[Steps], levels: pd.Index, *, tau: float, reference: Any, conf_level: float
) -> pd.DataFrame:
    """Compare restricted means with that of a reference group, as differences and as ratios.

    Parameters
    ----------
    groups : sequence of Steps, shape (k,)
        Curves of independent groups.
    levels : pandas.Index, shape (k,)
        Groups; its name is their column, None without groups.
    tau : float
        Restriction time.
    reference : level
        The group with which the others are compared.
    conf_level : float
        Two-sided coverage.

    Returns
    -------
    pandas.DataFrame
        ``contrast, measure, tau`` and the tidy columns. Of a ratio, ``std_error`` and the test
        are those of its logarithm.

    Raises
    ------
    DataError
        As in `mean_table`.
    ModelError
        When there are no groups, or `reference` is not one of them.
    """
    check_conf_level(conf_level)
    base = _position(levels, reference)
    mean, error = _means(groups, levels, tau)
    positive = np.where(mean > 0.0, mean, np.nan)
    sides = {
        "difference": ("-", mean, error),
        "ratio": ("/", np.log(positive), error / positive),
    }
    tables = []
    for measure, (sign, values, errors) in sides.items():
        contrasts = [f"{name} {sign} {reference}" for name in levels.tolist()]
        labels = pd.DataFrame({"contrast": contrasts, "measure": measure, "tau": float(tau)})
        tables.append(_against(labels, values, errors, base=base, conf_level=conf_level))
    difference, ratio = tables
    shown = ["estimate", "conf_low", "conf_high"]
    ratio[shown] = np.exp(ratio[shown])
    return pd.concat([difference, ratio], ignore_index=True)


def _position(levels: pd.Index, reference: Any) -> int:
    """Find the reference group."""
    names = levels.tolist()
    if levels.name is None or len(names) < 2:
        raise ModelError("There is one curve only; give by= with two groups or more.")
    if reference not in names:
        raise ModelError(
            f"reference is not a group of {levels.name!r}; allowed are "
            f"{', '.join(map(repr, names))}."
        )
    return names.index(reference)


def _against(
    labels: pd.DataFrame, values: FloatArray, errors: FloatArray, *, base: int, conf_level: float
) -> pd.DataFrame:
    """Subtract the value of one group from those of the others."""
    others = np.delete(np.arange(values.size), base)
    both = np.hypot(errors[others], errors[base])
    return tidy_frame(
        labels.iloc[others],
        estimate=values[others] - values[base],
        std_error=np.where(both > 0.0, both, np.nan),  # no event before tau: nothing to test
        conf_level=conf_level,
    )


def _means(groups: Sequence[Steps], levels: pd.Index, tau: float) -> tuple[FloatArray, FloatArray]:
    """Compute the restricted mean of each group and its standard error."""
    _check_tau(groups, levels, tau)
    pairs = np.array([restricted_mean(steps, float(tau)) for steps in groups])
    return pairs[:, 0], pairs[:, 1]


def _check_tau(groups: Sequence[Steps], levels: pd.Index, tau: float) -> None:
    """Refuse a time until which a group was not followed.

    A curve that has reached 0 is known for ever; one that has not, up to its last time.
    """
    if not isinstance(tau, numbers.Real) or not (np.isfinite(tau) and tau > 0.0):
        raise DataError("tau must be a finite number above 0, in the units of the time.")
    last = np.array([steps.time[-1] for steps in groups])
    ended = np.array([steps.survival[-1] <= 0.0 for steps in groups])
    known = np.where(ended, last.max(), last)
    short = int((known < tau).sum())
    if short:
        whose = "" if levels.name is None else f" of {short} of the {len(levels)} groups"
        raise DataError(
            f"tau is {tau:g}, which is after the end of follow-up{whose}. Choose it for clinical "
            "reasons, within the last time of each curve, which curve() shows."
        )
