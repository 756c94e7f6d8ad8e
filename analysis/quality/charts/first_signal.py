"""The first signal of a chart: when the process changed, by which rule, and which way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.quality.charts.signal_rules import FEW, LONG_RUN
from analysis.quality.charts.words import written_x

__all__ = ["FirstSignal", "first_signal"]


@dataclass(frozen=True, kw_only=True)
class FirstSignal:
    """Where a chart first gives a signal, and when the process changed.

    Parameters
    ----------
    since : str
        The likeliest change where runs are unusual, else the first point that is a signal; empty
        without a signal, or where it is about the chart as a whole.
    rule : str
        The rule by which it is one; empty without a signal.
    direction : str
        "up", "down", or empty: from then on, against before or the centre line.
    meaning : str
        "improvement", "concern", "change", or empty.
    first_point : str
        The first point that a rule marks; empty where none is.
    """

    since: str = ""
    rule: str = ""
    direction: str = ""
    meaning: str = ""
    first_point: str = ""


def first_signal(points: pd.DataFrame, part: pd.Series, improvement: str) -> FirstSignal:
    """Find the first signal of one chart.

    Parameters
    ----------
    points : pandas.DataFrame
        Points of the chart, from `judge`.
    part : pandas.Series
        What the rules found.
    improvement : {"up", "down", "neutral"}
        Which way is better.

    Returns
    -------
    FirstSignal
        All empty without a signal.

    Notes
    -----
    The centre line is that of all points, so that a process that became worse half way begins
    with a run on the better side. Such a run is no improvement: the step between both says when,
    and which way. It does so where marked points begin there on its side, or end there on the
    other; a step that no marked point borders on is not what the rules found.
    """
    if not part["signal"]:
        return FirstSignal()
    flagged = points[points["signal"].ne("")]
    first_point = written_x(flagged["x"].iloc[0]) if len(flagged) else ""
    change = part["likeliest_change"]
    way = 0 if change is None or pd.isna(change) else _step(points, change)
    if way and _is_supported(points, change, way):
        rule = LONG_RUN if LONG_RUN in str(part["rules_broken"]) else FEW
        since = written_x(change)
    elif len(flagged):
        rule, since, way = (
            str(flagged["signal"].iloc[0]), first_point, int(flagged["direction"].iloc[0])
        )  # fmt: skip
    else:
        rule, since, way = str(part["rules_broken"]), "", 0
    return FirstSignal(
        since=since,
        rule=rule,
        direction={1: "up", -1: "down", 0: ""}[way],
        meaning=_meaning(way, improvement),
        first_point=first_point,
    )


def _is_supported(points: pd.DataFrame, since: Any, way: int) -> bool:
    """Tell whether marked points lie on the side of a step after it, or end before it."""
    known = points[points["value"].notna() & ~points["excluded"]]
    start = int(np.flatnonzero(known["x"].eq(since))[0])
    side = known["direction"].to_numpy()
    if not side.any():  # the rule is about the chart as a whole
        return True
    return bool((side[start:] == way).any() or side[start - 1] == -way)


def _meaning(way: int, improvement: str) -> str:
    """Say what a step means."""
    better = {"up": 1, "down": -1}.get(improvement, 0)
    if not way or not better:
        return "change"
    return "improvement" if way == better else "concern"


def _step(points: pd.DataFrame, since: Any) -> int:
    """Tell whether values are higher or lower from a point on than before."""
    known = points[points["value"].notna() & ~points["excluded"]]
    start = int(np.flatnonzero(known["x"].eq(since))[0])
    before, after = (
        np.average(rows["value"], weights=rows["n"]) for rows in (known[:start], known[start:])
    )
    return int(np.sign(after - before))
