"""What a chart could find: the least lasting step to which it answers in four of five cases."""

from __future__ import annotations

import numpy as np

from analysis.quality.charts.kinds import ChartKind
from analysis.quality.charts.limits import Method, chart_limits
from analysis.quality.charts.signal_rules import find_signals
from analysis.results import FloatArray

__all__ = ["POWER", "detectable_step", "share_found"]

POWER = 0.8
"""Share of charts that give a signal at the step that is called detectable."""

_DRAWS, _SEED = 1000, 20260914
_HALVINGS = 10
_MOST = 12.0  # standard deviations of one patient, or times the usual rate; more is no clinic's


def detectable_step(
    kind: ChartKind,
    *,
    centre: float,
    sizes: FloatArray,
    deviation: float,
    way: int,
    method: Method,
    rules: str,
) -> float:
    """Find the least step, lasting from half way on, that gives a signal on 80 % of such charts.

    Parameters
    ----------
    kind : ChartKind
        Proportions ("p"), rates ("u"), or means ("i'").
    centre : float
        Proportion or rate before the step; it does not matter for means.
    sizes : numpy.ndarray, shape (points,)
        Denominators.
    deviation : float
        Standard deviation of one patient's value; used for means only.
    way : {1, -1}
        Whether the step goes up or down.
    method : Method
        How variation is estimated.
    rules : {"anhoej", "nhs", "ihi"}
        Set of rules.

    Returns
    -------
    float
        Size of the step, above 0, in the unit of the values; missing where no step is found so
        often, however large, or where the process cannot vary. The seed is fixed.

    Examples
    --------
    >>> from analysis.quality.charts.kinds import chart_kind
    >>> step = detectable_step(
    ...     chart_kind("p"), centre=0.5, sizes=np.full(24, 40.0), deviation=0.0, way=-1,
    ...     method=Method(), rules="anhoej")
    >>> 0.1 < step < 0.2
    True
    """
    if len(sizes) < 2 or not np.isfinite(centre):
        return float("nan")
    most = _largest(kind, centre, deviation, way)
    if not most > 0.0:
        return float("nan")

    def found(step: float) -> float:
        return share_found(
            kind, centre=centre, sizes=sizes, deviation=deviation, step=way * step, method=method,
            rules=rules,
        )  # fmt: skip

    if found(most) < POWER:
        return float("nan")
    low, high = 0.0, most
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        low, high = (low, middle) if found(middle) >= POWER else (middle, high)
    return high


def share_found(
    kind: ChartKind,
    *,
    centre: float,
    sizes: FloatArray,
    deviation: float,
    step: float,
    method: Method,
    rules: str,
    seed: int = _SEED,
) -> float:
    """Compute on which share of charts with a step from half way on there is any signal.

    Parameters
    ----------
    kind, centre, sizes, deviation, method, rules
        As in `detectable_step`.
    step : float
        The step, with its sign.
    seed : int
        Seed of the simulated charts.

    Returns
    -------
    float
        Between 0 and 1, to about 0.01. Lines are estimated anew from every chart, the step among
        its points, as `spc_chart` does.
    """
    random = np.random.default_rng(seed)
    shape = (_DRAWS, len(sizes))
    mean = centre + step * (np.arange(len(sizes)) >= len(sizes) // 2)
    if kind.part_of_n:
        whole = sizes.astype(np.int64)
        values = random.binomial(whole, np.clip(mean, 0.0, 1.0), shape) / sizes
    elif kind.counts_people:
        values = random.poisson(np.maximum(mean, 0.0) * sizes, shape) / sizes
    else:
        values = mean + deviation * random.standard_normal(shape) / np.sqrt(sizes)
    base = np.ones(len(sizes), dtype=bool)
    limits = chart_limits(kind, np.asarray(values), sizes, base, method, None)
    return float(find_signals(kind, np.asarray(values), limits, rules).anywhere().mean())


def _largest(kind: ChartKind, centre: float, deviation: float, way: int) -> float:
    """Return the largest step that there can be."""
    if not kind.counts_people:
        return _MOST * deviation
    if way < 0:
        return centre
    return 1.0 - centre if kind.part_of_n else _MOST * centre
