"""Lines and signals of the points of charts, part by part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.quality.charts.false_signals import false_signal_rate
from analysis.quality.charts.kinds import ChartKind
from analysis.quality.charts.limits import Limits, Method, chart_limits
from analysis.quality.charts.runs import (
    FEWEST_USEFUL,
    fewest_crossings,
    longest_expected_run,
    run_rules_false_signal_rate,
)
from analysis.quality.charts.signal_rules import (
    FEW,
    HUGGING,
    LONG_RUN,
    OUTSIDE,
    TREND,
    Signals,
    find_signals,
)
from analysis.results import FloatArray

__all__ = ["FEWEST_POINTS", "Plan", "judge"]

FEWEST_POINTS = 12
"""Points from which limits are more than trial limits (NHS England, "plot the dots")."""

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How points are judged.

    Parameters
    ----------
    kind : ChartKind
        The kind of chart.
    rules : {"anhoej", "nhs", "ihi"}
        Set of rules.
    method : Method
        How variation is estimated.
    freeze : int, optional
        Number of first points from which the lines are estimated.
    improvement : {"up", "down", "neutral"}
        Which way is better.
    per : float
        What values and lines are multiplied by, such as 100 for percent.
    """

    kind: ChartKind
    rules: str
    method: Method
    freeze: int | None = None
    improvement: str = "neutral"
    per: float = 1.0


def judge(points: pd.DataFrame, plan: Plan) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw the lines of charts and find their signals.

    Parameters
    ----------
    points : pandas.DataFrame
        What `chart_points` returns.
    plan : Plan
        How points are judged.

    Returns
    -------
    tuple of pandas.DataFrame
        The points with ``centre, lower, upper, signal, direction, meaning``, and one row per group
        and part with what the rules found. Values and lines are multiplied by ``per``.
    """
    judged, found = [], []
    for _, rows in points.groupby(["group", "part"], sort=False):
        frame, summary = _judge_part(rows, plan)
        judged.append(frame)
        found.append(summary)
    return pd.concat(judged, ignore_index=True), pd.DataFrame(found)


def _judge_part(rows: pd.DataFrame, plan: Plan) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Judge one part of one chart."""
    values = _plotted(rows, plan.kind)
    counted = ~np.isnan(values) & ~rows["excluded"].to_numpy(dtype=bool)
    base = counted & (np.arange(len(rows)) < (plan.freeze or len(rows)))
    lines = _lines(values, rows, base, plan)
    signals = _signals(values, lines, counted, plan)
    frame = _with_lines(rows.assign(value=values), lines, signals, counted, plan)
    return frame, _summary(frame, lines, signals, (counted, base), plan)


def _plotted(rows: pd.DataFrame, kind: ChartKind) -> FloatArray:
    """Return what is plotted: the values, or how far each lies from the one before."""
    values = rows["value"].to_numpy(dtype=float)
    if kind.name != "mr":
        return values
    counted = ~np.isnan(values) & ~rows["excluded"].to_numpy(dtype=bool)
    ranges = np.full(len(values), np.nan)
    places = np.flatnonzero(counted)
    ranges[places[1:]] = np.abs(np.diff(values[places]))
    return ranges


def _lines(values: FloatArray, rows: pd.DataFrame, base: BoolArray, plan: Plan) -> Limits:
    """Compute the lines of one chart; missing where there is nothing to estimate them from."""
    known = ~np.isnan(values)
    nothing = np.full((1, len(values)), np.nan)
    if not base.any():
        return Limits(centre=nothing, lower=nothing, upper=nothing, z=nothing)
    n, spread = (rows[name].to_numpy(dtype=float)[known] for name in ("n", "spread"))
    made = chart_limits(
        plan.kind, values[None, known], n, base[known], plan.method, spread[None, :]
    )
    full = {}
    for name in ("centre", "lower", "upper", "z"):
        full[name] = nothing.copy()
        full[name][:, known] = getattr(made, name)
    full["centre"][:] = made.centre[0, 0]  # the centre goes on where data are missing
    return Limits(**full)


def _signals(values: FloatArray, lines: Limits, counted: BoolArray, plan: Plan) -> Signals:
    """Apply the rules to the points that count."""
    chosen = {name: getattr(lines, name)[:, counted] for name in ("centre", "lower", "upper", "z")}
    return find_signals(plan.kind, values[None, counted], Limits(**chosen), plan.rules)


def _with_lines(
    rows: pd.DataFrame, lines: Limits, signals: Signals, counted: BoolArray, plan: Plan
) -> pd.DataFrame:
    """Put lines and signals beside the points."""
    signal = np.full(len(rows), "", dtype=object)
    direction = np.zeros(len(rows), dtype=np.int64)
    values = rows["value"].to_numpy(dtype=float)
    side = np.sign(values[counted] - lines.centre[0, counted]).astype(np.int64)
    ways = np.where(signals.rising[0] != 0, signals.rising[0], side)
    for rule, found in reversed(signals.points.items()):  # the most telling rule comes last
        places = np.flatnonzero(counted)[found[0]]
        signal[places] = rule
        direction[places] = (ways if rule == TREND else side)[found[0]]
    return rows.assign(
        value=values * plan.per,
        centre=lines.centre[0] * plan.per,
        lower=lines.lower[0] * plan.per,
        upper=lines.upper[0] * plan.per,
        signal=pd.Series(signal, index=rows.index, dtype="string"),
        direction=direction,
        meaning=_meaning(direction, plan.improvement, rows.index),
    )


def _meaning(direction: npt.NDArray[np.int64], improvement: str, index: pd.Index) -> pd.Series:
    """Say what a signal in a direction means; empty where there is none."""
    if improvement == "neutral":
        words = np.where(direction != 0, "change", "")
    else:
        better = direction == (1 if improvement == "up" else -1)
        words = np.where(direction == 0, "", np.where(better, "improvement", "concern"))
    return pd.Series(words, index=index, dtype="string")


def _summary(
    frame: pd.DataFrame,
    lines: Limits,
    signals: Signals,
    masks: tuple[BoolArray, BoolArray],
    plan: Plan,
) -> dict[str, Any]:
    """Gather what the rules found in one part."""
    counted, base = masks
    runs = signals.runs
    n_useful = int(runs.n_useful[0])
    enough = n_useful >= FEWEST_USEFUL
    broken = [rule for rule, found in signals.points.items() if found.any()]
    broken += [rule for rule, found in signals.charts.items() if found[0]]
    known = frame[frame["value"].notna()]
    last = known.iloc[-1] if len(known) else frame.iloc[-1]
    return {
        "group": frame["group"].iloc[0],
        "part": int(frame["part"].iloc[0]),
        "first": frame["x"].iloc[0],
        "last": frame["x"].iloc[-1],
        "n_points": int(counted.sum()),
        "n_base": int(base.sum()),
        "centre": float(lines.centre[0, 0]) * plan.per,
        "lower": float(last["lower"]),
        "upper": float(last["upper"]),
        "n_useful": n_useful,
        "longest_run": int(runs.longest[0]),
        "longest_run_limit": longest_expected_run(n_useful) if enough else None,
        "crossings": int(runs.crossings[0]),
        "crossings_limit": fewest_crossings(n_useful) if enough else None,
        "n_outside": int((frame["signal"] == OUTSIDE).sum()),
        "signal": bool(broken),
        "rules_broken": ", ".join(broken),
        **_last_signal(frame, counted, signals),
        "likeliest_change": _change(frame, counted, broken),
        "target": float(last["target"]),
        "run_rules_rate": run_rules_false_signal_rate(n_useful) if enough else float("nan"),
        "false_signal_rate": false_signal_rate(
            plan.kind,
            centre=_mean(frame, base),
            sizes=frame["n"].to_numpy(dtype=float)[counted],
            base=base[counted],
            method=plan.method,
            rules=plan.rules,
        ),
    }


def _mean(frame: pd.DataFrame, base: BoolArray) -> float:
    """Mean of the points behind the lines, before it is multiplied."""
    rows = frame[base]
    if rows.empty:
        return float("nan")
    return float(rows["y"].sum() / rows["n"].sum())


def _last_signal(frame: pd.DataFrame, counted: BoolArray, signals: Signals) -> dict[str, Any]:
    """Describe the last signal of points: its rule, from where to where, how many, which way.

    Where the last point of a signal is in a long run, the run is described, since it says since
    when.
    """
    nothing = {"rule": "", "since": None, "until": None, "n_in_signal": 0, "way": 0}
    found = {rule: flagged[0] for rule, flagged in signals.points.items() if flagged.any()}
    if not found:
        return nothing
    last = max(int(np.flatnonzero(flagged)[-1]) for flagged in found.values())
    here = [rule for rule, flagged in found.items() if flagged[last]]
    rule = LONG_RUN if LONG_RUN in here else here[0]
    rows = frame[counted]
    side = np.sign((rows["value"] - rows["centre"]).to_numpy(dtype=float))
    way = signals.rising[0] if rule == TREND else side
    beside = (way != 0) | found[rule]  # a point on the centre ends nothing
    alike = (found[rule] & ((way == way[last]) | (rule == HUGGING)))[beside]
    stop = int(np.flatnonzero(np.flatnonzero(beside) == last)[0])
    others = np.flatnonzero(~alike[: stop + 1])
    places = np.flatnonzero(beside)[(others[-1] + 1 if len(others) else 0) : stop + 1]
    x = rows["x"].iloc[places]
    return {
        "rule": rule,
        "since": x.iloc[0],
        "until": x.iloc[-1],
        "n_in_signal": len(places),
        "way": int(way[last]),
    }


def _change(frame: pd.DataFrame, counted: BoolArray, broken: list[str]) -> Any:
    """Return the first point after the likeliest step, where runs say that there is one.

    It is the step that explains most of the variation about the mean, by denominators.
    """
    if not {LONG_RUN, FEW} & set(broken):
        return None
    places = np.flatnonzero(counted)
    values = frame["value"].to_numpy(dtype=float)[places]
    weight = frame["n"].to_numpy(dtype=float)[places]
    before = np.cumsum(weight)[:-1]
    total = weight.sum()
    apart = np.cumsum(weight * (values - np.average(values, weights=weight)))[:-1]
    return frame["x"].iloc[places[1 + np.argmax(apart**2 / (before * (total - before)))]]
