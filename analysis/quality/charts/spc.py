"""Statistical process control: the chart of a measure over time, with its limits and signals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pandas as pd

from analysis.disclosure import ABOUT, Members
from analysis.errors import DataError
from analysis.quality.charts.judged import Plan, judge
from analysis.quality.charts.kinds import chart_kind
from analysis.quality.charts.limits import Method
from analysis.quality.charts.marks import Marks
from analysis.quality.charts.periods import TIME
from analysis.quality.charts.points import Columns, chart_points
from analysis.quality.charts.signal_rules import require_rules
from analysis.quality.charts.spc_result import SpcChart, describe_parts

__all__ = ["spc_chart"]

_NHS_FACTOR = 2.66 / 3.0  # as the NHS rounds 1 / 1.128


def spc_chart(
    data: pd.DataFrame,
    *,
    y: str,
    x: str | None = None,
    n: str | None = None,
    kind: str = "run",
    by: str | None = None,
    freeze: int | None = None,
    rebase: Any = (),
    target: float | Mapping[Any, float] | None = None,
    improvement: Literal["up", "down", "neutral"] = "neutral",
    rules: Literal["anhoej", "nhs", "ihi"] = "anhoej",
    exclude: Any = (),
    notes: str | Mapping[Any, str] | None = None,
    screen: bool | None = None,
    per: float = 1.0,
    patients: str | None = None,
) -> SpcChart:
    """Judge a measure over time: centre line, limits, and signals that chance does not explain.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per point and group, such as `quality_series` gives.
    y : str
        Column of the numerator, count, measurement, or time between events.
    x : str, optional
        Column of the place in time: dates, periods, numbers, ordered categories, or texts such as
        "2024-05"; other texts stay in the order of the rows. The order of the rows when left out.
    n : str, optional
        Column of denominators. Values are y / n; for a mean y is the sum over n patients.
    kind : str
        "run", "i" (XmR), "mr", "i'", "p", "p'", "u", "u'", "c", "g" (cases between events), "t"
        (time between events), "xbar" or "s" (means and standard deviations of the measurements,
        one per row, that have the same x).
    by : str, optional
        Column of groups, such as clinics; one chart each.
    freeze : int, optional
        Estimate the lines from so many first points, gaps and excluded points included.
    rebase : value of x, sequence, or mapping of group to these
        Where new parts begin; each has lines of its own, and runs do not go across.
    target : float or mapping of group to float, optional
        A target in the unit of the chart (after `per`).
    improvement : {"up", "down", "neutral"}
        Which way is better.
    rules : {"anhoej", "nhs", "ihi"}
        Set of rules, see `find_signals`.
    exclude : value of x, sequence, or mapping of group to these
        Points that are drawn but neither judged nor used for the lines.
    notes : str or mapping of x to str, optional
        Column of notes, or notes of points.
    screen : bool, optional
        Leave out, once, moving ranges of 3.267 times their mean or more. None: for the rules of
        the NHS, which also round 3 / 1.128 to 2.66.
    per : float
        Factor of values and lines: 100 for percent, or for a rate per 100.
    patients : str, optional
        Column with the number of patients behind each point where n counts something else, such as
        sessions, or is left out. Points of few patients are not released.

    Returns
    -------
    SpcChart
        ``frame``, ``glance()``, ``sentences()``; draw it with `plot`, let it leave with `release`.

    Raises
    ------
    ColumnError
        When a column is absent, or a denominator missing or not meant for the kind.
    DataError
        When the kind or the rules are not known, two rows are one point, numbers are not what the
        kind needs, marks name points that are not there, or `freeze` and `rebase` are both given.

    Notes
    -----
    Points without data are gaps: a missing y, a denominator of 0, and periods or whole numbers of
    x between others that have no row. They end no run and no trend.

    Examples
    --------
    >>> waits = pd.DataFrame({"week": range(1, 16), "days": [9, 7] * 7 + [20]})
    >>> chart = spc_chart(waits, y="days", x="week", kind="i", improvement="down")
    >>> print(chart.sentences()["sentence"].iloc[0])
    Signal in 15: the point lies above the upper limit.
    """
    chosen = chart_kind(kind)
    _require_choices(rules, improvement, freeze, rebase, len(data))
    screened = rules == "nhs" if screen is None else screen
    method = (
        Method(screen=screened, factor=_NHS_FACTOR) if rules == "nhs" else Method(screen=screened)
    )
    plan = Plan(
        kind=chosen, rules=rules, method=method, freeze=freeze, improvement=improvement, per=per
    )
    marks = Marks(rebase=rebase, exclude=exclude, target=target, notes=notes)
    points = chart_points(data, Columns(y=y, x=x, n=n, by=by, patients=patients), chosen, marks)
    judged, parts = judge(points, plan)
    return SpcChart(
        points=points,
        judged=judged,
        parts=describe_parts(judged, parts, plan),
        plan=plan,
        by=by or "",
        has_n=n is not None,
        has_patients=patients is not None,
        about=str(data.attrs.get(ABOUT, "")),
        time=str(data.attrs.get(TIME, "")),
        members=Members.of(data),
    )


def _require_choices(
    rules: str, improvement: str, freeze: int | None, rebase: Any, n_rows: int
) -> None:
    """Refuse choices that are not known or do not go together."""
    require_rules(rules)
    if improvement not in {"up", "down", "neutral"}:
        raise DataError("improvement must be 'up', 'down' or 'neutral'.")
    if freeze is None:
        return
    if not 2 <= freeze <= n_rows:
        raise DataError(
            f"freeze is {freeze}; allowed are 2 to the number of points, and "
            "12 or more make limits that hold."
        )
    if not isinstance(rebase, Sequence) or len(rebase):
        raise DataError("freeze and rebase cannot both be given. Choose one of them.")
