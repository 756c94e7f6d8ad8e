"""Centre lines and control limits of every kind of chart, by the formulas of the literature.

All functions look at many charts of the same denominators at once, one per row.

References
----------
Montgomery, D. C. (2013). Introduction to Statistical Quality Control, 7th ed. Wiley.
Nelson, L. S. (1982). Control charts for individual measurements. Journal of Quality Technology 14,
172-173. Nelson, L. S. (1994). A control chart for parts-per-million nonconforming items. Journal of
Quality Technology 26, 239-240. Laney, D. B. (2002). Improved control charts for attributes. Quality
Engineering 14, 531-537. Benneyan, J. C. (2001). Number-between g-type statistical quality control
charts for monitoring adverse events. Health Care Management Science 4, 305-318. Taylor, W. A.
(2017). Normalized individuals control chart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.quality.charts.kinds import ChartKind
from analysis.quality.charts.subgroups import error_of_deviations, error_of_means, usual_deviation
from analysis.results import FloatArray

__all__ = ["Limits", "Method", "chart_limits"]

_D2 = 1.128  # mean range of two points of a standard normal
_D4 = 3.267  # limit of a moving range, in mean moving ranges
_TO_NORMAL = 3.6  # power that makes times between events nearly normal (Nelson 1994)

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Method:
    """How variation is estimated from moving ranges.

    Parameters
    ----------
    screen : bool
        Leave out, once, moving ranges of 3.267 times their mean or more (Nelson 1982).
    factor : float
        Standard deviations per mean moving range: 1 / 1.128, or 2.66 / 3 as the NHS rounds it.
    """

    screen: bool = False
    factor: float = 1.0 / _D2


@dataclass(frozen=True, kw_only=True, eq=False)
class Limits:
    """Centre and limits of charts.

    Parameters
    ----------
    centre, lower, upper : numpy.ndarray, shape (charts, points)
        The lines; limits that the values cannot pass stand at the end of their range. Missing
        where there are too few points to estimate them.
    z : numpy.ndarray, shape (charts, points)
        Distance of each point from the mean in standard errors.
    """

    centre: FloatArray
    lower: FloatArray
    upper: FloatArray
    z: FloatArray


def chart_limits(
    kind: ChartKind,
    values: FloatArray,
    sizes: FloatArray,
    base: BoolArray,
    method: Method,
    spread: FloatArray | None = None,
) -> Limits:
    """Compute the lines of charts.

    Parameters
    ----------
    kind : ChartKind
        The kind of chart.
    values : numpy.ndarray, shape (charts, points)
        What is plotted, without missing values: proportions, rates, counts or measurements.
    sizes : numpy.ndarray, shape (points,)
        Denominators; 1 where there are none.
    base : numpy.ndarray of bool, shape (points,)
        Points from which the lines are estimated.
    method : Method
        How variation is estimated.
    spread : numpy.ndarray, shape (charts, points), optional
        Standard deviations within points, for charts of several measurements per point.

    Returns
    -------
    Limits
        The lines at every point.
    """
    if kind.of_measurements and spread is not None:
        return _of_measurements(kind, values, sizes, base, spread)
    if kind.name == "run":
        return _run(values, base)
    if kind.name == "mr":
        return _moving_ranges(values, base, method)
    if kind.name == "g":
        return _cases_between(values, base)
    if kind.name == "t":
        return _times_between(values, base, method)
    mean, error = _mean_and_error(kind.name, values, sizes, base, method)
    low, high = kind.least, 1.0 if kind.part_of_n else np.inf
    return _around(values, mean, error, low=low, high=high)


def _around(
    values: FloatArray, mean: FloatArray, error: FloatArray, *, low: float, high: float
) -> Limits:
    """Draw limits three standard errors from the mean, within the range of the values."""
    spread = np.broadcast_to(error, values.shape)
    centre = np.broadcast_to(mean, values.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(spread > 0, (values - centre) / spread, 0.0)
    return Limits(
        centre=centre,
        lower=np.maximum(centre - 3.0 * spread, low),
        upper=np.minimum(centre + 3.0 * spread, high),
        z=np.where(np.isnan(spread), np.nan, z),
    )


def _run(values: FloatArray, base: BoolArray) -> Limits:
    """Median, and no limits."""
    centre = np.broadcast_to(np.median(values[:, base], axis=1, keepdims=True), values.shape)
    nothing = np.full(values.shape, np.nan)
    return Limits(centre=centre, lower=nothing, upper=nothing, z=nothing)


def _mean_and_error(
    name: str, values: FloatArray, sizes: FloatArray, base: BoolArray, method: Method
) -> tuple[FloatArray, FloatArray]:
    """Compute the mean of each chart and the standard error of each of its points."""
    if name == "i":
        mean = values[:, base].mean(axis=1, keepdims=True)
        return mean, method.factor * _mean_range(values[:, base], method)
    mean = np.average(values[:, base], axis=1, weights=sizes[base])[:, None]
    if name == "i'":
        scaled = _scaled_ranges(values[:, base], sizes[base])
        return mean, _mean_of(scaled, _limit_of_scaled(method)) / np.sqrt(sizes)
    variance = mean * (1.0 - mean) if name.startswith("p") else mean
    error = np.sqrt(variance / sizes)
    if not name.endswith("'"):
        return mean, error
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(error > 0, (values - mean) / error, 0.0)[:, base]
    return mean, error * _mean_range(z, method) / _D2


def _ranges(values: FloatArray) -> FloatArray:
    """Distance of each point from the one before."""
    return np.abs(np.diff(values, axis=1))


def _mean_range(values: FloatArray, method: Method) -> FloatArray:
    """Mean moving range of each chart."""
    return _mean_of(_ranges(values), _D4 if method.screen else np.inf)


def _mean_of(ranges: FloatArray, limit: float) -> FloatArray:
    """Average ranges, once more without those of `limit` means or more; missing without ranges."""
    if ranges.shape[1] == 0:
        return np.full((len(ranges), 1), np.nan)
    mean = ranges.mean(axis=1, keepdims=True)
    if np.isinf(limit):
        return np.asarray(mean)
    kept = (ranges < limit * mean) | (mean == 0)
    chosen: FloatArray = (ranges * kept).sum(axis=1, keepdims=True) / kept.sum(
        axis=1, keepdims=True
    )
    return chosen


def _scaled_ranges(values: FloatArray, sizes: FloatArray) -> FloatArray:
    """Estimate the standard deviation of a unit by each pair of neighbours (Taylor 2017)."""
    share = 1.0 / sizes
    scaled: FloatArray = np.sqrt(np.pi / 2.0) * _ranges(values) / np.sqrt(share[:-1] + share[1:])
    return scaled


def _limit_of_scaled(method: Method) -> float:
    """Return the limit beyond which such a standard deviation is left out."""
    return 3.2665 if method.screen else np.inf


def _of_measurements(
    kind: ChartKind, values: FloatArray, sizes: FloatArray, base: BoolArray, spread: FloatArray
) -> Limits:
    """Draw limits of means, or of standard deviations, from the usual deviation within points."""
    usual = usual_deviation(spread, sizes, base)
    if kind.name == "s":
        return _around(values, usual, error_of_deviations(usual, sizes), low=0.0, high=np.inf)
    mean = np.average(values[:, base], axis=1, weights=sizes[base])[:, None]
    return _around(values, mean, error_of_means(usual, sizes), low=-np.inf, high=np.inf)


def _moving_ranges(values: FloatArray, base: BoolArray, method: Method) -> Limits:
    """Limits of moving ranges, which are the values themselves."""
    mean = _mean_of(values[:, base], _D4 if method.screen else np.inf)
    return _around(values, mean, (_D4 - 1.0) / 3.0 * mean, low=0.0, high=np.inf)


def _cases_between(values: FloatArray, base: BoolArray) -> Limits:
    """Limits of a geometric distribution about its mean; the median is drawn, and judged by."""
    mean = values[:, base].mean(axis=1, keepdims=True)
    lines = _around(values, mean, np.sqrt(mean * (mean + 1.0)), low=0.0, high=np.inf)
    median = _run(values, base).centre
    return Limits(centre=median, lower=lines.lower, upper=lines.upper, z=lines.z)


def _times_between(values: FloatArray, base: BoolArray, method: Method) -> Limits:
    """Limits of an individuals chart of the transformed times, drawn on the scale of the times."""
    bent = np.power(values, 1.0 / _TO_NORMAL)
    mean = bent[:, base].mean(axis=1, keepdims=True)
    error = method.factor * _mean_range(bent[:, base], method)
    lines = _around(bent, mean, error, low=0.0, high=np.inf)
    back = {
        name: np.power(getattr(lines, name), _TO_NORMAL) for name in ("centre", "lower", "upper")
    }
    return Limits(**back, z=lines.z)
