"""The three sets of rules by which points of a chart are called a signal.

All functions look at many charts at once, one per row.

References
----------
Anhøj, J., Olesen, A. V. (2014). Run charts revisited: a simulation study of run chart rules for
detection of non-random variation in health care processes. PLoS ONE 9(11), e113825.
NHS England. Making data count: statistical process control and the four rules of "plot the dots".
Perla, R. J., Provost, L. P., Murray, S. K. (2011). The run chart: a simple analytical tool for
learning from variation in healthcare processes. BMJ Quality & Safety 20, 46-51.
Provost, L. P., Murray, S. K. (2011). The Health Care Data Guide. Jossey-Bass.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.errors import DataError
from analysis.quality.charts.kinds import ChartKind
from analysis.quality.charts.limits import Limits
from analysis.quality.charts.runs import (
    FEWEST_USEFUL,
    Runs,
    count_runs,
    expected_number_of_runs,
    fewest_crossings,
    longest_expected_run,
)
from analysis.results import FloatArray

__all__ = [
    "FEW",
    "LONG_RUN",
    "MANY",
    "OUTSIDE",
    "RULES",
    "Signals",
    "find_signals",
    "require_rules",
]

OUTSIDE, LONG_RUN, TREND = "outside the limits", "long run", "trend"
TWO_OF_THREE, HUGGING = "two of three near a limit", "close to the centre"
FEW, MANY = "few crossings", "many crossings"

BoolArray = npt.NDArray[np.bool_]
SideArray = npt.NDArray[np.int8]


@dataclass(frozen=True, kw_only=True, eq=False)
class Signals:
    """What the rules say of charts.

    Parameters
    ----------
    points : dict of str to numpy.ndarray of bool, shape (charts, points)
        Rule to the points that it calls a signal, the most telling rule first.
    charts : dict of str to numpy.ndarray of bool, shape (charts,)
        Rule about a chart as a whole to whether it is broken.
    rising : numpy.ndarray of int8, shape (charts, points)
        1 for points of a trend upwards, -1 downwards, 0 for others.
    runs : Runs
        Runs about the centre.
    """

    points: dict[str, BoolArray]
    charts: dict[str, BoolArray]
    rising: SideArray
    runs: Runs

    def anywhere(self) -> BoolArray:
        """Tell which charts have a signal.

        Returns
        -------
        numpy.ndarray of bool, shape (charts,)
            Whether any rule is broken.
        """
        of_points = [found.any(axis=1) for found in self.points.values()]
        return np.asarray(np.logical_or.reduce([*of_points, *self.charts.values()]))


def find_signals(kind: ChartKind, values: FloatArray, limits: Limits, rules: str) -> Signals:
    """Apply a set of rules to charts.

    Parameters
    ----------
    kind : ChartKind
        The kind of chart.
    values : numpy.ndarray, shape (charts, points)
        What is plotted, without missing values.
    limits : Limits
        Centre and limits.
    rules : {"anhoej", "nhs", "ihi"}
        "anhoej": an unusually long run or few crossings (from ten points beside the centre), and
        points outside the limits. "nhs": outside, trend of 7, two of three near a limit on one
        side, run of 7. "ihi": on a chart with limits: outside, run of 8, trend of 6, two of three
        near a limit on one side, 15 close to the centre; on a run chart: run of 6, trend of 5, few
        or many crossings. Of moving ranges only points outside count: neighbours share a value.

    Returns
    -------
    Signals
        Points and charts.
    """
    side = np.sign(np.nan_to_num(_beside(values, limits))).astype(np.int8)
    outside = _is_outside(values, limits)
    if kind.name == "mr":
        runs = count_runs(np.zeros_like(side))
        return Signals(points={OUTSIDE: outside}, charts={}, rising=np.zeros_like(side), runs=runs)
    return RULES[rules](kind, values, limits, side, outside)


def _beside(values: FloatArray, limits: Limits) -> FloatArray:
    """Distance from the centre, 0 where only rounding sets them apart."""
    apart = values - limits.centre
    noise = 1e-12 * np.maximum(np.abs(values), np.abs(limits.centre))
    return np.where(np.abs(apart) <= noise, 0.0, apart)


def _is_outside(values: FloatArray, limits: Limits) -> BoolArray:
    """Tell which points lie beyond a limit, and not on it."""
    room = 1e-12 * np.abs(values)
    outside: BoolArray = (values > limits.upper + room) | (values < limits.lower - room)
    return outside


def _anhoej(
    kind: ChartKind, values: FloatArray, limits: Limits, side: SideArray, outside: BoolArray
) -> Signals:
    """Find long runs, few crossings and points outside."""
    del kind, values, limits
    runs = count_runs(side)
    long, few = (np.zeros_like(runs.n_useful) for _ in range(2))
    for n in np.unique(runs.n_useful[runs.n_useful >= FEWEST_USEFUL]).tolist():
        long[runs.n_useful == n] = longest_expected_run(n)
        few[runs.n_useful == n] = fewest_crossings(n)
    enough = runs.n_useful >= FEWEST_USEFUL
    in_long = enough[:, None] & (runs.length > long[:, None])
    return Signals(
        points={OUTSIDE: outside, LONG_RUN: in_long},
        charts={FEW: enough & (runs.crossings < few)},
        rising=np.zeros_like(side),
        runs=runs,
    )


def _nhs(
    kind: ChartKind, values: FloatArray, limits: Limits, side: SideArray, outside: BoolArray
) -> Signals:
    """Apply the four rules of "plot the dots"; a point on the mean ends a run."""
    del kind
    runs = count_runs(side)
    trend, rising = _trends(values, 7, ties_break=True)
    return Signals(
        points={
            OUTSIDE: outside,
            TREND: trend,
            TWO_OF_THREE: _two_of_three(limits.z, side, outside, inside_only=True),
            LONG_RUN: count_runs(side, centre_breaks=True).length >= 7,
        },
        charts={},
        rising=rising,
        runs=runs,
    )


def _ihi(
    kind: ChartKind, values: FloatArray, limits: Limits, side: SideArray, outside: BoolArray
) -> Signals:
    """Apply the rules of the Institute for Healthcare Improvement."""
    runs = count_runs(side)
    if not kind.has_limits:
        trend, rising = _trends(values, 5, ties_break=False)
        few, many = _number_of_runs(runs)
        points = {LONG_RUN: runs.length >= 6, TREND: trend}
        return Signals(points=points, charts={FEW: few, MANY: many}, rising=rising, runs=runs)
    trend, rising = _trends(values, 6, ties_break=False)
    near = (np.abs(limits.z) < 1.0).astype(np.int8)
    return Signals(
        points={
            OUTSIDE: outside,
            TWO_OF_THREE: _two_of_three(limits.z, side, outside, inside_only=False),
            LONG_RUN: runs.length >= 8,
            TREND: trend,
            HUGGING: count_runs(near, centre_breaks=True).length >= 15,
        },
        charts={},
        rising=rising,
        runs=runs,
    )


def _number_of_runs(runs: Runs) -> tuple[BoolArray, BoolArray]:
    """Tell which charts have fewer, and which more, runs than expected."""
    few, many = (np.zeros(len(runs.n_useful), dtype=bool) for _ in range(2))
    for n in np.unique(runs.n_useful[runs.n_useful >= FEWEST_USEFUL]).tolist():
        least, most = expected_number_of_runs(n)
        of_n = runs.n_useful == n
        few |= of_n & (runs.crossings + 1 < least)
        many |= of_n & (runs.crossings + 1 > most)
    return few, many


def _trends(values: FloatArray, points: int, *, ties_break: bool) -> tuple[BoolArray, SideArray]:
    """Find points of a trend, all of them rising or all falling, and say which way."""
    step = np.sign(np.diff(values, axis=1)).astype(np.int8)
    long = count_runs(step, centre_breaks=ties_break).length >= points - 1
    way = np.where(long, step, 0).astype(np.int8)
    before, after = (np.pad(way, ((0, 0), place)) for place in ((0, 1), (1, 0)))
    rising = np.where(after != 0, after, before)
    return rising != 0, rising


def _two_of_three(
    z: FloatArray, side: SideArray, outside: BoolArray, *, inside_only: bool
) -> BoolArray:
    """Find points in the outer third of which two are among three neighbours on one side.

    With `inside_only`, as the NHS has it, a point beyond the limit is none of the two, and the
    third must lie on the same side of the mean as well.
    """
    near = (np.abs(z) > 2.0) & ~(outside & inside_only)
    flagged = np.zeros_like(near)
    for way in (-1, 1):
        of_side = near & (side == way)
        fits = (side == way) | np.bool_(not inside_only)
        pair = (_in_three(of_side) >= 2) & (_in_three(fits) == 3)
        around = np.pad(pair, ((0, 0), (2, 2)))
        any_pair = around[:, :-2] | around[:, 1:-1] | around[:, 2:]
        flagged |= of_side & any_pair
    return flagged


def _in_three(found: BoolArray) -> npt.NDArray[np.int64]:
    """Count, for every three neighbours, how many of them are meant."""
    many = found.astype(np.int64)
    return many[:, :-2] + many[:, 1:-1] + many[:, 2:]


RULES: dict[str, Callable[[ChartKind, FloatArray, Limits, SideArray, BoolArray], Signals]] = {
    "anhoej": _anhoej,
    "nhs": _nhs,
    "ihi": _ihi,
}
"""Name of a set of rules to what applies it."""


def require_rules(rules: str) -> None:
    """Refuse a set of rules that is not known."""
    if rules not in RULES:
        raise DataError(f"There is no such set of rules. Allowed are {', '.join(RULES)}.")
