"""Shares that remain, with limits, so that few patients who are not yet due cannot be told.

Neighbouring visits differ by the few who are not yet due at the later one. Exact numbers due would
give these few away by subtraction, and so would narrow limits, from which the number due follows.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from analysis.disclosure import Policy, Statement, hide_completeness
from analysis.disclosure.rows import HELD
from analysis.results import FloatArray

__all__ = ["hide_retention"]

_STEPS = (1, 2, 5, 10)
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
        them; limits in whole percent, rounded away from the share so coarsely that at least half
        of the small numbers not yet due, and one that is not small, fit what is shown. Where no
        rounding does that, or the share is a bound or hidden, there are none. For the internal
        audience everything as it is, with ``due`` and ``remaining``.

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
    [['78%', 0.65], ['≥83%', nan]]
    """
    given = frame.drop(columns="scored", errors="ignore").rename(columns={"remaining": "scored"})
    shares = hide_completeness(given, by=by, policy=policy)
    columns = [by, "visit", "started", "shown"]
    shown = shares[columns].rename(columns={"shown": "share"})
    if policy.confidential:
        shown = shown.assign(**{name: frame[name] for name in ["due", "remaining", *_LIMITS]})
    else:
        limits = [
            _limits(int(started), int(due), int(n), text, conf_level, policy)
            for (started, due, n), text in zip(
                frame[["started", "due", "remaining"]].itertuples(index=False),
                shown["share"],
                strict=True,
            )
        ]
        shown[_LIMITS] = np.array(limits, dtype=float).reshape(-1, 2)
    shown.attrs = {HELD: policy.rule, "confidential": policy.confidential}
    return Statement(frame=shown, policy=policy, hidden=int(shown["share"].eq("—").sum()))


def _limits(
    started: int, due: int, n: int, share: str, conf_level: float, policy: Policy
) -> tuple[float, float]:
    """Round the limits of one share until they do not tell how many are not yet due."""
    step = _step_of(share)
    if not step:
        return math.nan, math.nan
    least = policy.minimum_count
    not_yet = np.arange(0, min(4 * least, started - 2 * least) + 1)
    for coarse in [each for each in _STEPS if each >= step]:
        shown = _rounded(n, due, conf_level, coarse)
        fits = [_fits(started - int(k), share, shown, step, coarse, conf_level) for k in not_yet]
        possible = not_yet[np.array(fits, dtype=bool)]
        few = int((possible < least).sum())
        if few >= least // 2 and possible.size and possible.max() >= least:
            return float(shown[0]) / 100, float(shown[1]) / 100
    return math.nan, math.nan


def _step_of(share: str) -> int:
    """Say to how many percent a share is rounded; 0 where it is no number."""
    if share.startswith("about "):
        return 10 if share.removeprefix("about ").removesuffix("%").endswith("0") else 5
    return 1 if share[:1].isdigit() else 0


def _rounded(n: float, due: float, conf_level: float, step: int) -> tuple[float, float]:
    """Compute Wilson's limits in percent, rounded away from the share."""
    low, high = proportion_confint(n, due, alpha=1.0 - conf_level, method="wilson")
    return step * math.floor(100 * low / step), step * math.ceil(100 * high / step)


def _fits(
    due: int, share: str, shown: tuple[float, float], step: int, coarse: int, conf_level: float
) -> bool:
    """Say whether some number remaining of a number due would be shown in the same way."""
    percent = float(share.removeprefix("about ").removesuffix("%"))
    span = (percent - step / 2) * due / 100, (percent + step / 2) * due / 100
    numbers: FloatArray = np.arange(max(math.floor(span[0]), 0), min(math.ceil(span[1]), due) + 1.0)
    same = step * np.round(100 * numbers / due / step) == percent
    low, high = proportion_confint(numbers, due, alpha=1.0 - conf_level, method="wilson")
    same &= coarse * np.floor(100 * low / coarse) == shown[0]
    same &= coarse * np.ceil(100 * high / coarse) == shown[1]
    return bool(same.any())
