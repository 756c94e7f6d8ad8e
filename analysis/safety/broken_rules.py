"""Which sessions break which monitoring rule, and for how many minutes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

import numpy as np

from analysis.safety.in_time import before_dose, extreme, minutes_above
from analysis.safety.readings import Flags, Floats, Readings, Series
from analysis.safety.rules import MonitoringRule

__all__ = ["broken", "minutes_of"]


def broken(rule: MonitoringRule, readings: Readings) -> Floats:
    """Tell which sessions break a rule.

    Parameters
    ----------
    rule : MonitoringRule
        The rule.
    readings : Readings
        Readings of all sessions.

    Returns
    -------
    numpy.ndarray, shape (sessions,)
        1: broken. 0: kept by every parameter of the rule. Missing where no parameter breaks it
        and one of them was not measured: the rule may have been broken unseen.

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis.safety.rules import RULES
    >>> before = Series(session=np.array([0, 1]), minute=np.zeros(2), value=np.array([150.0, 140]))
    >>> read = Readings(sessions=pd.DataFrame(index=[0, 1]), series={"sbp": before},
    ...                 left_out=pd.DataFrame())
    >>> broken(RULES[0], read).tolist()
    [1.0, nan]
    """
    judged = [
        _passed(rule, readings.of(name), limit, len(readings))
        for name, limit in rule.limits.items()
    ]
    return _any(judged)


def _passed(rule: MonitoringRule, series: Series, limit: float, n: int) -> Floats:
    """Judge one parameter: 1 passed, 0 not passed, missing where it was not measured."""
    before, _ = before_dose(series, n)
    if rule.kind == "hold":
        return _flag(before > limit, np.isnan(before))
    if rule.kind == "low":
        lowest, _ = extreme(series, n, lowest=True)
        return _flag(lowest < limit, np.isnan(lowest))
    if rule.kind != "rise":
        peak, _ = extreme(series, n)
        return _flag(peak > limit, np.isnan(peak))
    last = np.inf if rule.until_minute is None else float(rule.until_minute)
    peak, _ = extreme(series.where(series.minute <= last), n)
    return _flag(peak - before >= limit, np.isnan(peak) | np.isnan(before))


def _flag(passed: Flags, unknown: Flags) -> Floats:
    """Turn answers into 1 and 0, missing where they are not known."""
    return np.where(unknown, np.nan, passed.astype(np.float64))


def _any(judged: Iterable[Floats]) -> Floats:
    """One is enough to break a rule; all are needed to keep it."""
    stacked = np.stack(list(judged))
    some = (stacked == 1.0).any(axis=0)
    return np.where(some, 1.0, np.where(np.isnan(stacked).any(axis=0), np.nan, 0.0))


def minutes_of(
    rule: MonitoringRule, readings: Readings, *, widest_gap: float
) -> Mapping[str, Floats]:
    """Add up the minutes above a rule to recheck or stop.

    Parameters
    ----------
    rule : MonitoringRule
        The rule.
    readings : Readings
        Readings of all sessions.
    widest_gap : float
        As in `minutes_above`.

    Returns
    -------
    mapping of str to numpy.ndarray, shape (sessions,)
        ``above`` and ``observed`` minutes; nothing for rules of another kind, which are about one
        moment.

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis.safety.rules import RULES
    >>> read = Series(session=np.zeros(2, int), minute=np.array([0.0, 40]), value=np.full(2, 190.0))
    >>> found = Readings(sessions=pd.DataFrame(index=[0]), series={"sbp": read},
    ...                  left_out=pd.DataFrame())
    >>> {name: m.tolist() for name, m in minutes_of(RULES[3], found, widest_gap=60).items()}
    {'above': [40.0], 'observed': [40.0]}
    """
    if rule.kind not in ("recheck", "stop"):
        return {}
    compute = partial(minutes_above, rule.limits, readings.series, len(readings))
    above, observed = compute(widest_gap=widest_gap)
    return {"above": above, "observed": observed}
