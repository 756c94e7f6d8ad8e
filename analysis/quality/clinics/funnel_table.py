"""The table of a funnel: values, limits and where each clinic lies, for any rule of limits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from analysis.disclosure import Policy, rounded_count
from analysis.quality.clinics.funnel_limits import LEVELS, LimitRule, count_limits
from analysis.quality.clinics.funnel_overdispersion import (
    Dispersion,
    Scale,
    from_scale,
    on_scale,
    scale_error,
    widened,
)
from analysis.quality.clinics.funnel_points import Points
from analysis.results import FloatArray

__all__ = [
    "INSIDE",
    "POSITIONS",
    "LimitPlan",
    "chance_outside",
    "count_columns",
    "funnel_table",
    "resized",
    "rounded",
]

INSIDE = "inside"

POSITIONS = (INSIDE, "above warning", "below warning", "above alarm", "below alarm")
"""Where a clinic lies."""


@dataclass(frozen=True, kw_only=True, eq=False)
class LimitPlan:
    """How the limits of a funnel are made.

    Parameters
    ----------
    rule : LimitRule
        Limits by chance alone.
    scale : Scale
        Scale of the comparison, for overdispersion and normal limits.
    widening : {"none", "additive", "multiplicative"}
        How overdispersion widens them.
    found : Dispersion, optional
        The overdispersion.
    per : float
        What values are given per, such as 100 sessions.
    """

    rule: LimitRule
    scale: Scale
    widening: str
    found: Dispersion | None
    per: float = 1.0

    @property
    def by_chance_alone(self) -> bool:
        """Whether limits are those of counts that vary by chance only."""
        if self.found is None or self.widening == "none":
            return True
        if self.widening == "additive":
            return self.found.between_variance == 0.0
        return self.found.phi <= 1.0

    def limits(self, points: Points, level: float) -> tuple[FloatArray, FloatArray]:
        """Compute limits of the value of each clinic.

        Parameters
        ----------
        points : Points
            The clinics.
        level : float
            Share inside by chance.

        Returns
        -------
        tuple of array, shape (k,)
            Lower and upper limits.
        """
        if self.rule == "normal" or not points.counts:
            limits = self._normal(points, level)
        else:
            low, high = count_limits(points.law, self.rule, level)
            limits = (low / points.size, high / points.size)
        if self.found is None or self.by_chance_alone:
            return limits
        return widened(
            limits, target=points.target, found=self.found, kind=self.widening, level=level
        )

    def _normal(self, points: Points, level: float) -> tuple[FloatArray, FloatArray]:
        """Compute limits from the standard error on the scale."""
        margin = stats.norm.isf((1.0 - level) / 2.0) * scale_error(points, self.scale)
        centre = on_scale(np.array([points.target]), self.scale)
        low, high = from_scale(centre - margin, self.scale), from_scale(centre + margin, self.scale)
        return low, high


def funnel_table(points: Points, plan: LimitPlan, by: str) -> pd.DataFrame:
    """Put counts, values, limits and positions of all clinics into one frame.

    Parameters
    ----------
    points : Points
        The clinics.
    plan : LimitPlan
        How limits are made.
    by : str
        Name of the column of the clinic.

    Returns
    -------
    pandas.DataFrame
        `by`, the counts of the kind, ``estimate, statistic, warning_low, warning_high, alarm_low,
        alarm_high, position``.
    """
    named = {by: pd.array(list(points.clinic), dtype="string")}
    columns: dict[str, FloatArray] = {}
    value = points.estimate
    error = scale_error(points, plan.scale)
    centre = on_scale(np.array([points.target]), plan.scale)
    columns["estimate"] = value * plan.per
    columns["statistic"] = (on_scale(value, plan.scale) - centre) / error
    position = np.full(len(value), INSIDE, dtype=object)
    for name, level in LEVELS.items():  # warning first, so that alarm replaces it
        low, high = plan.limits(points, level)
        columns[f"{name}_low"], columns[f"{name}_high"] = low * plan.per, high * plan.per
        slack = 1e-9 * np.maximum(np.abs(value), 1.0)
        position[value > high + slack] = f"above {name}"
        position[value < low - slack] = f"below {name}"
    return pd.DataFrame(
        {
            **named,
            **count_columns(points),
            **columns,
            "position": pd.array(position, dtype="string"),
        }
    )


def count_columns(points: Points) -> dict[str, npt.NDArray[Any]]:
    """Name the counts and what is expected, by the kind.

    Parameters
    ----------
    points : Points
        The clinics.

    Returns
    -------
    dict of str to array, shape (k,)
        Columns of tables.
    """
    if points.kind == "mean":
        means = {"mean": points.observed, "expected": points.expected}
        return {"denominator": points.size.astype(np.int64), **means}
    events = {"events": points.observed.astype(np.int64)}
    if points.kind == "ratio":
        return {**events, "expected": points.size}
    whole = points.kind == "proportion" or bool((points.size == np.round(points.size)).all())
    return {**events, "denominator": points.size.astype(np.int64) if whole else points.size}


def chance_outside(points: Points, plan: LimitPlan, level: float) -> float:
    """Compute how many clinics lie outside the limits by chance alone.

    Parameters
    ----------
    points : Points
        The clinics.
    plan : LimitPlan
        How limits are made.
    level : float
        Share that should be inside.

    Returns
    -------
    float
        Sum of the probabilities of the counts beyond each clinic's own limits; where limits allow
        for overdispersion, or means are compared, the share that should be outside.
    """
    if not points.counts or not plan.by_chance_alone:
        return (1.0 - level) * len(points.clinic)
    low, high = plan.limits(points, level)
    return float(points.law.outside(low * points.size, high * points.size).sum())


def resized(points: Points, size: FloatArray) -> Points:
    """Give points at the target of other sizes, to draw limits as lines.

    Parameters
    ----------
    points : Points
        Clinics without variances of their own.
    size : array, shape (m,)
        Denominators, or expected counts.

    Returns
    -------
    Points
        Without names.
    """
    mean = points.kind == "mean"
    spread = points.variance[0] * points.size[0] if mean else points.variance[0] / points.size[0]
    return replace(
        points,
        clinic=("",) * len(size),
        observed=size * points.target,
        size=size,
        expected=np.full(size.shape, points.target) if mean else size * points.target,
        variance=spread / size if mean else spread * size,
    )


def rounded(points: Points, policy: Policy) -> Points:
    """Round the counts as the policy shows them, so that values and limits tell no exact ones.

    Parameters
    ----------
    points : Points
        The clinics.
    policy : Policy
        How counts are rounded.

    Returns
    -------
    Points
        The same ones where nothing is rounded. Sizes that round to 0 become one step.
    """
    if not policy.rounds:
        return points
    whole = points.kind in ("proportion", "rate")
    size = np.maximum(rounded_count(points.size, policy), policy.round_to) if whole else points.size
    if not points.counts:
        n = np.maximum(rounded_count(points.size, policy), policy.round_to)
        return replace(points, size=n, variance=points.variance * points.size / n)
    observed = rounded_count(points.observed, policy)
    if points.kind == "proportion":
        observed = np.minimum(observed, size)
    grown = size / points.size
    return replace(
        points,
        observed=observed,
        size=size,
        expected=points.expected * grown,
        variance=points.variance * grown,
    )
