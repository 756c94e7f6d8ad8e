"""What a chart says in plain words: one sentence about signals, and what stable variation does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.quality.charts.judged import FEWEST_POINTS, Plan
from analysis.quality.charts.runs import FEWEST_USEFUL
from analysis.quality.charts.signal_rules import FEW, HUGGING, LONG_RUN, MANY, OUTSIDE, TREND
from analysis.results import counted

__all__ = [
    "TOO_FEW",
    "assurance",
    "chart_sentence",
    "false_signal_sentence",
    "variation",
    "written_x",
]


def written_x(x: Any) -> str:
    """Write a place in time: a date without hours, a period or a number as it is.

    Parameters
    ----------
    x : object
        A value of x.

    Returns
    -------
    str
        Empty when missing.

    Examples
    --------
    >>> written_x(pd.Timestamp("2024-05-01")), written_x(3.0), written_x(pd.Period("2024Q2"))
    ('2024-05-01', '3', '2024 Q2')
    """
    if x is None or (pd.api.types.is_scalar(x) and pd.isna(x)):
        return ""
    if isinstance(x, pd.Period):
        name = str(x)
        return f"{name[:4]} {name[4:]}" if "Q" in name else name
    if isinstance(x, pd.Timestamp):
        return x.strftime("%Y-%m-%d")
    return f"{x:g}" if isinstance(x, float | np.floating) else str(x)


TOO_FEW = "too few points"
"""Name of the icon of variation where the rules of runs cannot be applied yet."""


def chart_sentence(part: pd.Series, points: pd.DataFrame, plan: Plan) -> str:
    """Say in one sentence whether there is a signal, which, and since when.

    Parameters
    ----------
    part : pandas.Series
        Row of the part, from `judge`.
    points : pandas.DataFrame
        Its points, from `judge`.
    plan : Plan
        How they were judged.

    Returns
    -------
    str
        Such as "Signal since 2024-05: 9 points in a row above the centre line."
    """
    if part["n_points"] == 0:
        return "No points can be shown, so there is nothing to judge."
    if part["signal"]:
        return _signal_sentence(part, points)
    if _has_too_few(part, plan):
        limits = "; no point lies outside the limits" if plan.kind.has_limits else ""
        return (
            f"Too few points to judge runs: {part['n_useful']} beside the centre line, "
            f"{FEWEST_USEFUL} are needed{limits}."
        )
    since = f" since {written_x(part['first'])}" if part["part"] > 1 else ""
    many = counted(part["n_points"], "point")
    return f"No signal in {many}{since}: chance may explain the variation."


def _has_too_few(part: pd.Series, plan: Plan) -> bool:
    """Tell whether there are too few points beside the centre for the rules of runs."""
    judges_runs = plan.rules == "anhoej" and plan.kind.name != "mr"
    return bool(judges_runs and part["n_useful"] < FEWEST_USEFUL)


def _signal_sentence(part: pd.Series, points: pd.DataFrame) -> str:
    """Say what the last signal is."""
    if not part["rule"]:
        return _of_whole_chart(part)
    since, until = written_x(part["since"]), written_x(part["until"])
    known = points[points["value"].notna() & ~points["excluded"]]
    goes_on = written_x(known["x"].iloc[-1]) == until
    when = f"since {since}" if goes_on and since != until else f"from {since} to {until}"
    when = f"in {since}" if since == until else when
    said = f"Signal {when}: {_what(part)}{_besides(part)}"
    change = written_x(part["likeliest_change"])
    return f"{said}." if change in {"", since} else f"{said}; the likeliest change is in {change}."


def _what(part: pd.Series) -> str:
    """Describe the last signal of points."""
    rule, way, many = part["rule"], part["way"], int(part["n_in_signal"])
    beside, end = ("above", "upper") if way > 0 else ("below", "lower")
    if rule == OUTSIDE:
        if many == 1:
            return f"the point lies {beside} the {end} limit"
        return f"{counted(many, 'point')} {beside} the {end} limit"
    if rule == LONG_RUN:
        return f"{counted(many, 'point')} in a row {beside} the centre line"
    if rule == TREND:
        return f"{counted(many, 'point')} in a row {'rising' if way > 0 else 'falling'}"
    if rule == HUGGING:
        return f"{counted(many, 'point')} in a row close to the centre line"
    return f"two of three points near the {end} limit"


def _besides(part: pd.Series) -> str:
    """Name the other rules that are broken."""
    others = [
        name for name in str(part["rules_broken"]).split(", ") if name not in {"", part["rule"]}
    ]
    return f" (also: {', '.join(others)})" if others else ""


def _of_whole_chart(part: pd.Series) -> str:
    """Describe a signal that is about the chart as a whole."""
    crossings = counted(int(part["crossings"]), "time")
    if MANY in str(part["rules_broken"]) and FEW not in str(part["rules_broken"]):
        return f"Signal: the line crosses the centre {crossings}, more often than chance has it."
    least = part["crossings_limit"]
    return (
        f"Signal: the line crosses the centre only {crossings} (at least {least:g} are expected); "
        f"the likeliest change is in {written_x(part['likeliest_change'])}."
    )


def false_signal_sentence(part: pd.Series, plan: Plan) -> str:
    """Say how often a stable process would give a signal on this chart.

    Parameters
    ----------
    part : pandas.Series
        Row of the part, from `judge`.
    plan : Plan
        How points were judged.

    Returns
    -------
    str
        Such as "A stable process gives a signal on about 7% of such charts."; with a warning
        where the lines rest on few points.
    """
    rate = part["false_signal_rate"]
    if pd.isna(rate):
        return "How often a stable process gives a signal cannot be computed."
    share = f"about {round(100 * rate)}%" if round(100 * rate) else "less than 1%"
    said = f"A stable process gives a signal on {share} of such charts."
    if plan.kind.has_limits and part["n_base"] < FEWEST_POINTS:
        few = counted(int(part["n_base"]), "point")
        said += f" Trial limits: they rest on {few}, {FEWEST_POINTS} are wanted."
    return said


def variation(points: pd.DataFrame, part: pd.Series, plan: Plan) -> str:
    """Name the icon of variation, which is about the last point.

    Parameters
    ----------
    points : pandas.DataFrame
        Points of the part, from `judge`.
    part : pandas.Series
        Its row.
    plan : Plan
        How points were judged.

    Returns
    -------
    str
        "common cause", "improvement high", "improvement low", "concern high", "concern low",
        "change high", "change low", "change" for a signal about the whole chart, or "too few
        points"; empty without points.
    """
    known = points[points["value"].notna() & ~points["excluded"]]
    if known.empty:
        return ""
    last = known.iloc[-1]
    if last["signal"] != "" and last["direction"] != 0:
        return f"{last['meaning']} {'high' if last['direction'] > 0 else 'low'}"
    whole = {FEW, MANY} & set(str(part["rules_broken"]).split(", "))
    if whole:
        return "change"
    return TOO_FEW if _has_too_few(part, plan) else "common cause"


def assurance(part: pd.Series, plan: Plan) -> str:
    """Name the icon of assurance: whether the limits leave the target in reach of chance.

    Parameters
    ----------
    part : pandas.Series
        Row of the part, from `judge`.
    plan : Plan
        How points were judged.

    Returns
    -------
    str
        "passes", "fails" or "hit or miss"; empty without a target, limits or a better direction.

    References
    ----------
    NHS England. Making data count: assurance icons.
    """
    target, lower, upper = part["target"], part["lower"], part["upper"]
    if plan.improvement == "neutral" or np.isnan([target, lower, upper]).any():
        return ""
    if lower <= target <= upper:
        return "hit or miss"
    return "passes" if (target < lower) == (plan.improvement == "up") else "fails"
