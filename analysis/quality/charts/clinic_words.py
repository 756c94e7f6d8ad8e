"""What charts of clinics say in words: the first signal, what is lacking, and the answer."""

from __future__ import annotations

import pandas as pd

from analysis.disclosure import Policy
from analysis.quality.charts.runs import FEWEST_USEFUL
from analysis.quality.charts.spc_result import SpcChart
from analysis.results import counted

__all__ = ["conclusion_of", "lacking_of", "signal_words"]


_MEANS = {"improvement": "better", "concern": "worse"}
_WAYS = {"up": "higher", "down": "lower", "": "changed"}


def signal_words(since: str, direction: str, meaning: str) -> str:
    """Say which way a clinic changed, and since when.

    Parameters
    ----------
    since, direction, meaning : str
        As in `FirstSignal`, of a chart with a signal.

    Returns
    -------
    str
        Such as "worse since month 10".

    Examples
    --------
    >>> signal_words("month 10", "up", "concern"), signal_words("month 3", "down", "change")
    ('worse since month 10', 'lower since month 3')
    """
    changed = _MEANS.get(meaning, _WAYS[direction])
    return f"{changed} since {since}" if since else "varies more than chance does"


def lacking_of(points: pd.DataFrame, part: pd.Series, chart: SpcChart, period: str) -> str:
    """Say what a chart lacks to be judged: how many points, and why others are not shown.

    Parameters
    ----------
    points : pandas.DataFrame
        Points of the clinic, from `judge`.
    part : pandas.Series
        What the rules found.
    chart : SpcChart
        The charts, of which the policy and the kind are read.
    period : str
        Name of the period.

    Returns
    -------
    str
        Such as "2 points; 10 are needed to judge runs."; empty where nothing is lacking.
    """
    if int(part["n_useful"]) >= FEWEST_USEFUL or part["signal"]:
        return ""
    many = int(part["n_points"])
    said = f"{counted(many, 'point')}; {FEWEST_USEFUL} are needed to judge runs."
    hidden = int((points["value"].isna() & points["patients"].gt(0)).sum())
    if not hidden:
        return said
    return (
        f"{said} {counted(hidden, period)} hidden: each needs "
        f"{_rule(chart, chart.policy)}, and must not tell another."
    )


def _rule(chart: SpcChart, policy: Policy) -> str:
    """Say which counts a point needs to be shown."""
    least = policy.minimum_count
    if chart.plan.kind.part_of_n:
        return f"{least} patients with the outcome and {least} without"
    if chart.plan.kind.counts_people:
        return f"{least} events and {least} patients"
    return f"{least} patients"


def conclusion_of(rows: pd.DataFrame) -> str:
    """Answer which clinic changed, and when.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per clinic: ``group, signal, since, rule, direction, meaning, lacking``.

    Returns
    -------
    str
        The clinics with a signal and since when, or that none has; and how many charts have too
        few points.
    """
    found, short = rows[rows["signal"]], int(rows["lacking"].ne("").sum())
    judged = len(rows) - short
    if not judged:
        return (
            "Whether a clinic changed cannot be told: none has enough points that may be shown to "
            f"judge runs ({FEWEST_USEFUL} are needed)."
        )
    quiet = judged - len(found)
    if found.empty:
        said = f"No clinic has a signal: chance may explain the variation of {_charts(quiet)}"
    else:
        said = "; ".join(f"{row['group']}: {_when(row)}" for _, row in found.iterrows())
        said += f"; no signal on {_charts(quiet, 'other ')}" if quiet else ""
    few = f"; {_charts(short)} too short to judge runs" if short else ""
    return f"{said}{few}."


def _charts(n: int, which: str = "") -> str:
    """Count charts."""
    return counted(n, f"{which}chart")


def _when(row: pd.Series) -> str:
    """Say how a clinic changed, and by which rule."""
    return f"{signal_words(row['since'], row['direction'], row['meaning'])} ({row['rule']})"
