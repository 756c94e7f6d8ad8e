"""Coarsen curves of events over time so that no step shows few patients."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.disclosure.columns import keys_of, number_curves, require_columns
from analysis.disclosure.policy import RELEASE, Policy, is_small
from analysis.disclosure.rounding import coarse_curve
from analysis.disclosure.rows import HELD
from analysis.text_numbers import require_number_columns

__all__ = ["cut_curve", "cut_interval_curve", "cut_medians"]


_PER_STEP = ("n_risk", "n_event", "n_censored")
_MEDIANS = ("estimate", "conf_low", "conf_high")


def cut_curve(
    curve: pd.DataFrame, *, by: str | Sequence[str] | None = None, policy: Policy = RELEASE
) -> pd.DataFrame:
    """Coarsen a curve of events over time, and cut it where fewer than 11 patients are at risk.

    A step is shown when 11 events have gathered since the last one, so that no fall of the curve
    shows one patient's day. The curve ends before the first time with 1 to 10 at risk.

    Parameters
    ----------
    curve : pandas.DataFrame
        Steps with the columns ``time, n_risk, n_event`` and any estimates.
    by : str or sequence of str, optional
        Column of the group, and for cumulative incidence that of the cause; each curve is cut on
        its own.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    pandas.DataFrame
        The steps that may be shown, without the counts per step (``n_risk, n_event,
        n_censored``), which are small by nature; every step for the internal audience. Where the
        policy rounds, estimates are rounded to what ``round_to`` patients stand for at the start,
        and their limits and standard errors are missing.

    Raises
    ------
    ColumnError
        When ``time``, ``n_risk`` or ``n_event`` is absent.

    Notes
    -----
    Between two shown steps the curve is drawn where it was, though fewer than 11 events may have
    come since.

    Examples
    --------
    >>> curve = pd.DataFrame(
    ...     {"time": [7, 14, 21, 28], "n_risk": [60, 50, 40, 9], "n_event": [8, 8, 11, 2]})
    >>> cut_curve(curve)["time"].tolist()
    [14, 21]
    """
    keys = keys_of(by)
    require_columns(curve, ["time", "n_risk", "n_event", *keys])
    require_number_columns(curve, ["time", "n_risk", "n_event"])
    ordered = curve.sort_values([*keys, "time"], kind="stable")
    if policy.confidential:
        return ordered.reset_index(drop=True)
    rounded = coarse_curve(ordered, number_curves(ordered, keys), policy=policy)
    kept = _before_few(rounded, number_curves(ordered, keys), policy)
    shown = _enough(kept["n_event"], number_curves(kept, keys), policy)
    counts = [name for name in _PER_STEP if name in kept.columns]
    cut = kept[shown].drop(columns=counts).reset_index(drop=True)
    cut.attrs[HELD] = policy.rule
    return cut


def _before_few(ordered: pd.DataFrame, curves: pd.Series, policy: Policy) -> pd.DataFrame:
    """Keep the steps of each curve before the first with a small number at risk."""
    small = pd.Series(is_small(ordered["n_risk"], policy), index=ordered.index)
    passed = small.astype(int).groupby(curves).cummax()
    return ordered[passed.eq(0)]


def _enough(events: pd.Series, curves: pd.Series, policy: Policy) -> pd.Series:
    """Mark the steps of each curve at which enough events have gathered since the last marked."""
    marks = events.groupby(curves).transform(lambda each: _gathered(each, policy.minimum_count))
    return marks.astype(bool)


def _gathered(events: pd.Series, least: int) -> list[bool]:
    """Mark the steps at which enough events have gathered since the last marked one."""
    marks, waiting = [], 0.0
    for n in events:
        waiting += float(n)
        marks.append(waiting >= least)
        waiting = 0.0 if marks[-1] else waiting
    return marks


def cut_interval_curve(
    curve: pd.DataFrame, *, by: str | None = None, policy: Policy = RELEASE
) -> pd.DataFrame:
    """Widen the innermost intervals of a curve until 11 events are known to lie behind each.

    Parameters
    ----------
    curve : pandas.DataFrame
        Innermost intervals with ``lower, upper, mass, n_risk, n_event, estimate``, as `turnbull`
        gives them.
    by : str, optional
        Column of the group.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    pandas.DataFrame
        ``lower, upper, mass, estimate`` and the `by` column: neighbours are joined until 11 events
        were seen by the upper end and not by that of the interval before; the curve ends before
        the first interval with 1 to 10 at risk. What lies beyond observation is left out. All
        finite intervals, with their counts, for the internal audience.

    Raises
    ------
    ColumnError
        When a column is absent.

    Notes
    -----
    Inside a joined interval the curve is somewhere between its two ends; that is all that is told.

    Examples
    --------
    >>> curve = pd.DataFrame({
    ...     "lower": [0, 14, 28], "upper": [7, 21, 35], "mass": [0.1, 0.2, 0.3],
    ...     "n_risk": [60, 50, 30], "n_event": [6, 12, 18], "estimate": [0.9, 0.7, 0.4]})
    >>> cut_interval_curve(curve)[["lower", "upper", "estimate"]].to_numpy().tolist()
    [[0.0, 21.0, 0.7], [28.0, 35.0, 0.4]]
    """
    keys = keys_of(by)
    numbers = ["lower", "upper", "mass", "n_risk", "n_event", "estimate"]
    require_columns(curve, [*keys, *numbers])
    require_number_columns(curve, numbers)
    ordered = curve.sort_values([*keys, "upper"], kind="stable")
    finite = ordered[ordered["upper"].lt(np.inf)]
    if policy.confidential:
        return finite.reset_index(drop=True)
    rounded = coarse_curve(finite, number_curves(finite, keys), policy=policy)
    kept = _before_few(rounded, number_curves(finite, keys), policy)
    curves = number_curves(kept, keys)
    shown = _enough(kept["n_event"], curves, policy)
    block = shown.groupby(curves).cumsum() - shown  # ends with the step that is shown
    blocks = kept.groupby([curves, block])
    joined = kept.assign(
        lower=blocks["lower"].transform("first"), mass=blocks["mass"].transform("sum")
    )
    cut = joined[shown].drop(columns=["n_risk", "n_event"]).reset_index(drop=True)
    cut.attrs[HELD] = policy.rule
    return cut


def cut_medians(
    medians: pd.DataFrame, curve: pd.DataFrame, *, by: str | None = None, policy: Policy = RELEASE
) -> pd.DataFrame:
    """Keep the medians that can be read off the part of a curve that may be shown.

    Parameters
    ----------
    medians : pandas.DataFrame
        ``estimate, conf_low, conf_high`` and the `by` column; one row per group.
    curve : pandas.DataFrame
        Steps of the same curves, as for `cut_curve`.
    by : str, optional
        Column of the group.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    pandas.DataFrame
        A copy; a median or limit after the end of the shown curve is missing.

    Raises
    ------
    ColumnError
        When ``time`` or ``n_risk`` is absent.

    Examples
    --------
    >>> curve = pd.DataFrame({"time": [7, 14, 21], "n_risk": [40, 11, 9]})
    >>> medians = pd.DataFrame({"estimate": [14.0], "conf_low": [7.0], "conf_high": [21.0]})
    >>> cut_medians(medians, curve).to_numpy().tolist()
    [[14.0, 7.0, nan]]
    """
    require_columns(curve, ["time", "n_risk", *([by] if by else [])])
    require_number_columns(curve, ["time", "n_risk"])
    require_number_columns(medians, _MEDIANS)
    labels, own = (
        frame[by].astype("string") if by else pd.Series("", index=frame.index)
        for frame in (curve, medians)
    )
    enough = curve["time"].where(~is_small(curve["n_risk"], policy))
    ends = own.map(enough.groupby(labels).max())
    shown = {name: medians[name].where(medians[name].le(ends)) for name in _MEDIANS}
    return medians.assign(**shown)
