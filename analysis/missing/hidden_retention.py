"""Shares that remain, with limits, so that few patients who are not yet due cannot be told.

Neighbouring visits differ by the few who are not yet due at the later one. Exact numbers due would
give these few away by subtraction, and so would narrow limits, from which the number due follows.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from analysis.disclosure import HIDDEN, Policy, Statement, hide_completeness
from analysis.disclosure.rows import HELD
from analysis.results import FloatArray

__all__ = ["hide_retention"]

_LIMITS = ["conf_low", "conf_high"]


def hide_retention(frame: pd.DataFrame, *, by: str, conf_level: float, policy: Policy) -> Statement:
    """Turn counts of due and remaining patients into shares and limits that may be shown.

    Parameters
    ----------
    frame : pandas.DataFrame
        `by`, ``visit, started, due, remaining, conf_low, conf_high``; one row per group and
        visit. True counts.
    by : str
        Column of the group.
    conf_level : float
        Two-sided coverage of the limits.
    policy : Policy
        The least count that may be shown.

    Returns
    -------
    Statement
        `by`, ``visit, started, share, conf_low, conf_high``: shares as `hide_completeness` shows
        them, hidden where it rounds them to 5 or 10 %; limits in whole percent, a little too
        wide, since they are computed from the share as it is shown and from the least number due
        of a class of 22 (twice the least count). There are none where the share is a bound or
        hidden, where the started are hidden, where too few numbers due would fit, or where the
        policy rounds. For the internal audience everything as it is, with ``due, remaining``.

    Raises
    ------
    ColumnError, DataError
        As `hide_completeness`.

    Examples
    --------
    >>> counts = pd.DataFrame({"site": ["A", "B"], "visit": "week 4", "started": [90, 80],
    ...     "due": [90, 60], "remaining": [70, 55], "conf_low": [0.68, 0.82],
    ...     "conf_high": [0.85, 0.96]})
    >>> shown = hide_retention(counts, by="site", conf_level=0.95, policy=Policy()).frame
    >>> shown[["share", "conf_low"]].to_numpy().tolist()
    [['78%', 0.66], ['≥83%', nan]]
    """
    given = frame.drop(columns="scored", errors="ignore").rename(columns={"remaining": "scored"})
    shares = hide_completeness(given, by=by, policy=policy)
    columns = [by, "visit", "started", "shown"]
    shown = shares[columns].rename(columns={"shown": "share"})
    if policy.confidential:
        shown = shown.assign(**{name: frame[name] for name in ["due", "remaining", *_LIMITS]})
    else:
        limits = [
            _limits(int(started), int(due), text, conf_level, policy)
            if told[:1].isdigit()
            else (math.nan, math.nan)
            for started, due, told, text in zip(
                frame["started"], frame["due"], shown["started"], shown["share"], strict=True
            )
        ]
        shown[_LIMITS] = np.array(limits, dtype=float).reshape(-1, 2)
    shown.attrs = {HELD: policy.rule, "confidential": policy.confidential}
    return Statement(frame=shown, policy=policy, hidden=int(shown["share"].eq(HIDDEN).sum()))


def _limits(
    started: int, due: int, share: str, conf_level: float, policy: Policy
) -> tuple[float, float]:
    """Compute limits from what is public: the share, the started, and a class of the number due.

    Nothing else of the counts enters, nor into the choice of whether there are limits, so that
    whoever knows these rules learns no more than the class. The class of no more than a few who
    are not yet due goes up to twice the least count that may be shown.
    """
    if policy.rounds or not share.removesuffix("%").isdigit():
        return math.nan, math.nan
    percent, width = int(share.removesuffix("%")), 2 * policy.minimum_count
    first = [k for k in range(min(width, started)) if _fits(started - k, percent, policy)]
    few = sum(k < policy.minimum_count for k in first)
    if few < policy.minimum_count // 2 or max(first) < policy.minimum_count:
        return math.nan, math.nan
    least_due = max(started - width * ((started - due) // width + 1) + 1, 1)
    ends = np.clip([(percent - 0.5) / 100, (percent + 0.5) / 100], 0.0, 1.0)
    alpha = 1.0 - conf_level
    low, high = proportion_confint(ends * least_due, least_due, alpha=alpha, method="wilson")
    return math.floor(100 * low[0]) / 100, math.ceil(100 * high[1]) / 100


def _fits(due: int, percent: int, policy: Policy) -> bool:
    """Say whether some number remaining of a number due has this share in whole percent."""
    numbers: FloatArray = np.arange(policy.minimum_count, due - policy.minimum_count + 1.0)
    return bool((np.round(100 * numbers / due) == percent).any()) if due else False
