"""Coarsen the shares of patients in states so that none shows few of them."""

from __future__ import annotations

import pandas as pd

from analysis.disclosure.columns import keys_of, number_curves, require_columns
from analysis.disclosure.policy import RELEASE, Policy, is_small
from analysis.disclosure.rows import HELD
from analysis.text_numbers import require_number_columns

__all__ = ["coarsen_occupancy"]


def coarsen_occupancy(
    occupancy: pd.DataFrame, *, by: str | None = None, policy: Policy = RELEASE
) -> pd.DataFrame:
    """Round the shares of patients in states to steps of 11 patients.

    Parameters
    ----------
    occupancy : pandas.DataFrame
        ``state, time, n_risk`` (patients seen in the state; none in states that nobody leaves)
        and ``estimate``, as `multistate` gives them at times that begin with 0.
    by : str, optional
        Column of the group.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    pandas.DataFrame
        The `by` column, ``state, time, estimate``: each share is a multiple of what 11 of the
        patients then in sight stand for, but for the largest, which takes the rest so that shares
        sum to 1. Missing from the first time on at which 1 to 10 are in sight. As given for the
        internal audience.

    Raises
    ------
    ColumnError
        When a column is absent.

    Notes
    -----
    A patient in sight stands for more than one as others leave observation, so that steps grow
    with time.

    Examples
    --------
    >>> occupancy = pd.DataFrame({
    ...     "state": ["well", "relapsed"] * 2, "time": [0, 0, 28, 28],
    ...     "n_risk": [110, 0, 82, 28], "estimate": [1.0, 0.0, 82 / 110, 28 / 110]})
    >>> coarsen_occupancy(occupancy)["estimate"].round(3).tolist()
    [1.0, 0.0, 0.7, 0.3]
    """
    keys = keys_of(by)
    require_columns(occupancy, [*keys, "state", "time", "n_risk", "estimate"])
    require_number_columns(occupancy, ["time", "n_risk", "estimate"])
    if policy.confidential:
        return occupancy.reset_index(drop=True)
    curves = number_curves(occupancy, keys)
    ordered = occupancy.assign(_curve=curves).sort_values(["_curve", "time"], kind="stable")
    at = [ordered["_curve"], ordered["time"]]
    step = _patient_share(ordered, at) * policy.minimum_count
    shares = _whole_steps(ordered["estimate"], step, at)
    few = pd.Series(
        is_small(ordered.groupby(at)["n_risk"].transform("sum"), policy), index=ordered.index
    )
    hidden = few.groupby(ordered["_curve"]).cummax()
    rounded = shares.mask(hidden).reindex(occupancy.index)
    coarse = occupancy[[*keys, "state", "time"]].assign(estimate=rounded).reset_index(drop=True)
    coarse.attrs[HELD] = policy.rule
    return coarse


def _patient_share(ordered: pd.DataFrame, at: list[pd.Series]) -> pd.Series:
    """Find what share one patient in sight stands for at each time, at least one of all."""
    seen = ordered["n_risk"].groupby(at).transform("sum")
    in_sight = ordered["estimate"].where(ordered["n_risk"].gt(0), 0.0)
    now = in_sight.groupby(at).transform("sum") / seen.clip(lower=1)
    first = seen.groupby(ordered["_curve"]).transform("first").clip(lower=1)
    return now.clip(lower=1.0 / first)


def _whole_steps(estimate: pd.Series, step: pd.Series, at: list[pd.Series]) -> pd.Series:
    """Round to whole steps, and let the largest share take the rest."""
    rounded = (estimate / step).round() * step
    rest = 1.0 - rounded.groupby(at).transform("sum")
    is_largest = estimate.groupby(at).rank(method="first", ascending=False).eq(1.0)
    return rounded + rest.where(is_largest, 0.0)
