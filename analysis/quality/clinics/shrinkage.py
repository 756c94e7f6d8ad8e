"""Values of clinics drawn in towards all together, as far as their data are few: no ranks.

The picture for networks of few clinics, of which nobody can say how much they differ by nature.
"""

from __future__ import annotations

from typing import Any, Literal, Unpack

import numpy as np
import pandas as pd
from scipy import stats

from analysis.disclosure import ABOUT, RELEASE, Members, Policy
from analysis.errors import ModelError
from analysis.quality.clinics.funnel_counted import clinic_counts
from analysis.quality.clinics.funnel_disclosure import ClinicCounts, hide_clinics
from analysis.quality.clinics.funnel_options import FunnelOptions, named_columns
from analysis.quality.clinics.funnel_points import Kind, Points, read_points
from analysis.quality.clinics.funnel_table import count_columns, rounded
from analysis.quality.clinics.shrinkage_integration import (
    Posterior,
    integrated,
    maximum_likelihood,
    modes,
)
from analysis.quality.clinics.shrinkage_likelihood import likelihood_of
from analysis.quality.clinics.shrinkage_result import Shrinkage
from analysis.results import FloatArray, check_conf_level

__all__ = ["Method", "shrinkage", "shrunken"]

Method = Literal["bayes", "maximum likelihood"]

_UNUSED = ("target", "transformation", "trim", "tails")


def shrinkage(
    data: pd.DataFrame,
    *,
    kind: Kind,
    by: str | None = None,
    events: str | None = None,
    denominator: str | None = None,
    expected: str | None = None,
    method: Method = "bayes",
    conf_level: float = 0.95,
    policy: Policy = RELEASE,
    **options: Unpack[FunnelOptions],
) -> Shrinkage:
    """Estimate each clinic's value with what the others tell of it, with intervals.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per clinic, as for `funnel`.
    kind : {"proportion", "rate", "ratio", "mean"}
        What is compared, as for `funnel`.
    by : str, optional
        Column of the clinic; the index when left out.
    events, denominator, expected : str, optional
        Columns, as the kind needs them.
    method : {"bayes", "maximum likelihood"}
        "bayes": mean and spread of clinics are integrated out, with a flat prior of the mean and
        a half-normal one of the standard deviation: scale 1 on log odds and log rates, half a
        patient's standard deviation for means (Röver et al. 2021). "maximum likelihood": both
        taken as known, as lme4's conditional modes; too narrow with few clinics, without width
        where the spread is estimated as 0.
    conf_level : float
        Share inside an interval.
    policy : Policy
        For whom what is printed, drawn and released is.
    **options
        ``variance, mean, std_dev, patients, affected, per, label`` of `FunnelOptions`.

    Returns
    -------
    Shrinkage
        Observed and shrunken values by name of the clinic; nobody is ranked.

    Raises
    ------
    ModelError
        When a choice is not allowed.
    ColumnError, DataError
        As `funnel`.

    References
    ----------
    Goldstein H, Spiegelhalter DJ (1996). JRSS A 159:385-443. Röver C et al. (2021). On weakly
    informative prior distributions for the heterogeneity parameter. Research Synthesis Methods
    12:448-474.

    Examples
    --------
    >>> data = pd.DataFrame({"clinic": ["a", "b", "c"], "n": [30, 6, 61], "of": [60, 20, 120]})
    >>> found = shrinkage(data, kind="proportion", by="clinic", events="n", denominator="of")
    >>> found.tidy()["estimate"].round(2).tolist()
    [0.49, 0.41, 0.5]
    """
    unused = [name for name in _UNUSED if name in options]
    if unused:
        raise ModelError(f"shrinkage has no use for {', '.join(unused)}; they are for funnel.")
    columns = named_columns(events, denominator, expected, options)
    points = read_points(data, kind=kind, by=by, target=None, columns=columns)
    label = options.get("label") or str(data.attrs.get(ABOUT, ""))
    return shrunken(
        points,
        by=by or "clinic",
        behind=clinic_counts(data, points, by, options, label, Members.of(data)),
        per=float(options.get("per", 1.0)),
        label=label,
        method=method,
        conf_level=conf_level,
        policy=policy,
    )


def shrunken(
    points: Points,
    *,
    by: str,
    behind: ClinicCounts,
    per: float,
    label: str,
    method: Method = "bayes",
    conf_level: float = 0.95,
    policy: Policy = RELEASE,
) -> Shrinkage:
    """Shrink points that were read before, such as those of a funnel.

    Parameters
    ----------
    points : Points
        The clinics.
    by : str
        Column of the clinic.
    behind : ClinicCounts
        The counts that decide what leaves.
    per : float
        What values are given per.
    label : str
        What is compared.
    method, conf_level, policy
        As in `shrinkage`. What leaves is estimated from the clinics that are shown.

    Returns
    -------
    Shrinkage
        The estimates.

    Raises
    ------
    ModelError
        For another method.
    """
    if method not in _METHODS:
        raise ModelError(f"method is not known; allowed are {', '.join(_METHODS)}.")
    check_conf_level(conf_level)
    hidden = hide_clinics(points.clinic, behind, policy)
    true, together = _table(points, by, per, method, conf_level)
    shown, of_shown = true, together
    if policy.rounds or hidden.lost.any():
        kept = rounded(points, policy).some(~hidden.lost)
        some, of_shown = _table(kept, by, per, method, conf_level)
        shown = true[[by]].merge(some, on=by, how="left")
    return Shrinkage(
        by=by,
        label=label,
        kind=points.kind,
        method=method,
        conf_level=conf_level,
        left_out=len(points.left_out),
        true=true,
        together=of_shown,
        statement=hidden.statement(shown, by),
    )


def _table(
    points: Points, by: str, per: float, method: str, level: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put observed and shrunken values of clinics into a frame, and all together into another."""
    data = likelihood_of(points)
    found = _METHODS[method](points, level) if points.clinic else _NOBODY
    values = {
        "observed_value": points.estimate,
        "estimate": data.to_values(found.middle),
        "conf_low": data.to_values(found.low),
        "conf_high": data.to_values(found.high),
    }
    names = {by: pd.array(list(points.clinic), dtype="string")}
    clinics = pd.DataFrame(
        {
            **names,
            **count_columns(points),
            **{name: value * per for name, value in values.items()},
            "probability_above": found.above,
        }
    )
    mean = data.to_values(np.array(found.mean)) * per
    rows = {"mean of clinics": mean, "standard deviation of clinics": np.array(found.between)}
    together = pd.DataFrame(rows.values(), columns=["estimate", "conf_low", "conf_high"])
    together.insert(0, "term", pd.Series(list(rows), dtype="string"))
    return clinics, together


def _bayes(points: Points, level: float) -> Posterior:
    """Integrate over mean and spread."""
    return integrated(likelihood_of(points), scale=_prior_scale(points), level=level)


def _prior_scale(points: Points) -> float:
    """Choose how much clinics could differ before the data are seen."""
    if points.counts:
        return 1.0
    return 0.5 * float(np.sqrt(np.average(points.variance * points.size, weights=points.size)))


def _maximum_likelihood(points: Points, level: float) -> Posterior:
    """Take the likeliest mean and spread as known; intervals by the curvature at the modes."""
    data = likelihood_of(points)
    mean, between = maximum_likelihood(data)
    mode, error = (found[:, 0] for found in modes(data, np.array([mean]), np.array([between])))
    margin = float(stats.norm.isf((1.0 - level) / 2.0)) * error
    return Posterior(
        middle=mode,
        low=mode - margin,
        high=mode + margin,
        above=_share_above(mode, error, mean),
        mean=(mean, np.nan, np.nan),
        between=(between, np.nan, np.nan),
    )


def _share_above(mode: FloatArray, error: FloatArray, mean: float) -> FloatArray:
    """Give the probability of a value above the mean, by the normal law."""
    return np.asarray(stats.norm.sf(mean, loc=mode, scale=error))


_NOBODY = Posterior(
    middle=np.empty(0), low=np.empty(0), high=np.empty(0), above=np.empty(0),
    mean=(np.nan, np.nan, np.nan), between=(np.nan, np.nan, np.nan),
)  # fmt: skip
"""Where no clinic may be shown."""

_METHODS: dict[str, Any] = {"bayes": _bayes, "maximum likelihood": _maximum_likelihood}
