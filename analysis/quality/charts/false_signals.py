"""How often a stable process gives a signal on a chart, by the chart's own formulas and rules."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analysis.quality.charts.kinds import ChartKind
from analysis.quality.charts.limits import Method, chart_limits
from analysis.quality.charts.signal_rules import find_signals
from analysis.results import FloatArray

__all__ = ["DRAWS", "false_signal_rate", "stable_charts"]

DRAWS = 4000
"""Simulated charts; the Monte-Carlo error of a rate of 10 % is half a percentage point."""

_MOST, _FEWEST_DRAWS = 2_000_000, 100  # simulated points in all, and charts

_SEED = 20140925

BoolArray = npt.NDArray[np.bool_]


def false_signal_rate(
    kind: ChartKind,
    *,
    centre: float,
    sizes: FloatArray,
    base: BoolArray,
    method: Method,
    rules: str,
    draws: int = DRAWS,
) -> float:
    """Compute how often a stable process gives any signal on a chart like this one.

    Parameters
    ----------
    kind : ChartKind
        The kind of chart.
    centre : float
        Mean of the process: a proportion, a rate, a count, or a time between events. It does not
        matter for measurements.
    sizes : numpy.ndarray, shape (points,)
        Denominators; 1 where there are none.
    base : numpy.ndarray of bool, shape (points,)
        Points from which the lines are estimated.
    method : Method
        How variation is estimated.
    rules : {"anhoej", "nhs", "ihi"}
        Set of rules.
    draws : int
        Number of simulated charts; fewer where they have more than 500 points.

    Returns
    -------
    float
        Share of simulated charts with a signal: binomial proportions, Poisson counts and rates,
        geometric numbers and exponential times between events; normal measurements, also for p'
        and u', whose spread beyond chance is estimated. Every draw estimates its own lines. The
        seed is fixed. Missing with fewer than two points, with more than 20,000, or where the
        process cannot vary.

    Notes
    -----
    `run_rules_false_signal_rate` is exact, for runs about a known centre. About the median of the
    same points, half of which lie on each side, runs are unusual less often.

    Examples
    --------
    >>> from analysis.quality.charts.kinds import chart_kind
    >>> rate = false_signal_rate(
    ...     chart_kind("run"), centre=0.0, sizes=np.ones(24), base=np.ones(24, dtype=bool),
    ...     method=Method(), rules="anhoej")
    >>> round(rate, 2)
    0.03
    """
    draws = min(draws, _MOST // max(len(sizes), 1))
    if len(sizes) < 2 or not base.any() or not np.isfinite(centre) or draws < _FEWEST_DRAWS:
        return float("nan")
    values = stable_charts(kind, centre=centre, sizes=sizes, draws=draws)
    if values is None:
        return float("nan")
    spread = _spreads(sizes, draws) if kind.of_measurements else None
    values = spread if spread is not None and kind.name == "s" else values
    limits = chart_limits(kind, values, sizes, base, method, spread)
    return float(find_signals(kind, values, limits, rules).anywhere().mean())


def stable_charts(
    kind: ChartKind, *, centre: float, sizes: FloatArray, draws: int, seed: int = _SEED
) -> FloatArray | None:
    """Draw charts of a stable process.

    Parameters
    ----------
    kind, centre, sizes, draws
        As in `false_signal_rate`.
    seed : int
        Seed of the draws.

    Returns
    -------
    numpy.ndarray, shape (draws, points), or None
        Values; None where the process cannot vary, such as a proportion of 0.
    """
    random = np.random.default_rng(seed)
    shape = (draws, len(sizes))
    if kind.name in {"run", "i", "i'", "mr"} or kind.of_measurements:
        return _measurements(kind, random, sizes, draws)
    if centre <= 0.0 or (kind.part_of_n and centre >= 1.0):
        return None
    if kind.of_single_events:
        if kind.name == "g":
            return np.asarray(random.geometric(1.0 / (1.0 + centre), shape) - 1.0)
        return np.asarray(random.exponential(centre, shape), dtype=np.float64)
    return _proportions_or_rates(kind, random, centre, sizes, draws)


def _measurements(
    kind: ChartKind, random: np.random.Generator, sizes: FloatArray, draws: int
) -> FloatArray:
    """Draw means of normal measurements, or the distances between neighbours."""
    if kind.name == "mr":
        return np.abs(np.diff(random.standard_normal((draws, len(sizes) + 1)), axis=1))
    means: FloatArray = random.standard_normal((draws, len(sizes))) / np.sqrt(sizes)
    return means


def _spreads(sizes: FloatArray, draws: int) -> FloatArray:
    """Draw standard deviations of normal samples; missing for one measurement."""
    df = np.where(sizes > 1, sizes - 1.0, np.nan)
    random = np.random.default_rng(_SEED + 1)
    drawn = random.chisquare(np.nan_to_num(df, nan=1.0), (draws, len(sizes)))
    return np.asarray(np.sqrt(drawn / df))


def _proportions_or_rates(
    kind: ChartKind, random: np.random.Generator, centre: float, sizes: FloatArray, draws: int
) -> FloatArray:
    """Draw binomial or Poisson counts per denominator; normal ones where spread is estimated."""
    shape = (draws, len(sizes))
    if kind.name.endswith("'"):
        variance = centre * (1.0 - centre) if kind.part_of_n else centre
        drawn = centre + random.standard_normal(shape) * np.sqrt(variance / sizes)
        return np.clip(drawn, 0.0, 1.0 if kind.part_of_n else np.inf)
    if kind.part_of_n:
        return np.asarray(random.binomial(sizes.astype(np.int64), centre, shape) / sizes)
    return np.asarray(random.poisson(centre * sizes, shape) / sizes)
