"""Statistical process control: the chart of a measure over time, with its limits and signals."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pandas as pd

from analysis.disclosure import ABOUT, RELEASE, Members, Policy, Statement
from analysis.errors import DataError, DisclosureError
from analysis.quality.chart_kinds import chart_kind
from analysis.quality.chart_points import Columns, Marks, chart_points
from analysis.quality.chart_words import (
    assurance,
    chart_sentence,
    false_signal_sentence,
    variation,
)
from analysis.quality.judged import Plan, judge
from analysis.quality.limits import Method
from analysis.quality.signal_rules import require_rules
from analysis.quality.spc_release import can_leave, hide_points

__all__ = ["SpcChart", "spc_chart"]

_NHS_FACTOR = 2.66 / 3.0

_FRAME = ["x", "y", "n", "value", "part", "centre", "lower", "upper", "target", "signal"]
_FRAME += ["meaning", "excluded", "note"]
_GLANCE = ["part", "first", "last", "n_points", "centre", "lower", "upper", "n_useful"]
_GLANCE += ["longest_run", "longest_run_limit", "crossings", "crossings_limit", "n_outside"]
_GLANCE += [
    "signal",
    "rules_broken",
    "since",
    "likeliest_change",
    "variation",
    "assurance",
    "false_signal_rate",
]


@dataclass(frozen=True, kw_only=True, eq=False)
class SpcChart:
    """A control chart or run chart of one measure, for one group or several.

    Parameters
    ----------
    points : pandas.DataFrame
        The points as they were read.
    judged : pandas.DataFrame
        The points with lines and signals.
    parts : pandas.DataFrame
        One row per group and part: what the rules found.
    plan : Plan
        Kind, rules, and how variation is estimated.
    by : str
        Column of the groups; empty when there is one group only.
    has_n, has_patients : bool
        Whether there are denominators, and numbers of patients behind the points.
    about : str
        What is counted, the same in every release; empty when not known.
    policy : Policy
        By which the chart leaves.
    statement : Statement, optional
        What leaves; None for a chart of true numbers.
    members : Members, optional
        Who is behind the counts.
    """

    points: pd.DataFrame = field(repr=False)
    judged: pd.DataFrame = field(repr=False)
    parts: pd.DataFrame = field(repr=False)
    plan: Plan
    by: str = ""
    has_n: bool = False
    has_patients: bool = False
    about: str = ""
    policy: Policy = RELEASE
    statement: Statement | None = field(default=None, repr=False)
    members: Members | None = field(default=None, repr=False)

    @property
    def frame(self) -> pd.DataFrame:
        """The points with lines and signals.

        Columns: the groups under their own name, ``x, y, n, value, part, centre, lower, upper,
        target, signal`` (the rule that calls the point a signal; empty otherwise), ``meaning``
        ("improvement", "concern", "change" or empty), ``excluded, note``.
        """
        return self._named(self.judged)[self._columns(_FRAME)]

    def tidy(self) -> pd.DataFrame:
        """Return the points with lines and signals, as `frame`.

        Returns
        -------
        pandas.DataFrame
            One row per group and point.
        """
        return self.frame

    def glance(self) -> pd.DataFrame:
        """Say what the rules found, one row per group and part.

        Returns
        -------
        pandas.DataFrame
            The groups under their own name, ``part, first, last, n_points`` (that count),
            ``centre, lower, upper`` (of the last point), ``n_useful`` (beside the centre),
            ``longest_run, longest_run_limit, crossings, crossings_limit`` (missing with fewer than
            ten useful points), ``n_outside, signal, rules_broken, since`` (where the last signal
            of points began), ``likeliest_change`` (first point after the step that explains most,
            where runs are unusual), ``variation, assurance, false_signal_rate``.
        """
        return self._named(self.parts)[self._columns(_GLANCE)]

    def sentences(self) -> pd.DataFrame:
        """Say in one sentence per group whether there is a signal, in its last part.

        Returns
        -------
        pandas.DataFrame
            The groups under their own name, ``sentence`` and ``false_signals``.
        """
        last = self._named(self.parts.groupby("group", sort=False).tail(1))
        return last[self._columns(["sentence", "false_signals"])].reset_index(drop=True)

    def summary(self) -> str:
        """Return the sentences as text.

        Returns
        -------
        str
            One line per group and sentence, after the name of the chart.
        """
        said = self.sentences()
        names = [f"{name}: " for name in said[self.by]] if self.by else [""] * len(said)
        lines = [
            f"{name}{sentence} {more}"
            for name, sentence, more in zip(
                names, said["sentence"], said["false_signals"], strict=True
            )
        ]
        return "\n".join([f"{self.title}, rules {self.plan.rules}", *lines])

    @property
    def title(self) -> str:
        """The kind of chart with a capital letter."""
        return self.plan.kind.title[0].upper() + self.plan.kind.title[1:]

    def can_leave(self) -> bool:
        """Tell whether the points say how many patients stand behind them.

        Returns
        -------
        bool
            Whether `shown` and `release` can hide what is small.
        """
        return can_leave(self.plan.kind, has_n=self.has_n, has_patients=self.has_patients)

    def shown(self, policy: Policy = RELEASE) -> SpcChart:
        """Return the chart of what may be shown: everything is computed anew from it.

        Parameters
        ----------
        policy : Policy
            The least count that may be shown; for the internal audience nothing is hidden.

        Returns
        -------
        SpcChart
            Hidden points are gaps, and lines, signals and rates rest on the others alone.

        Raises
        ------
        DisclosureError
            When the points do not say how many patients stand behind them.
        """
        if self.statement is not None and policy == self.policy:
            return self
        if self.statement is not None:
            raise DisclosureError(
                "The chart was made by another policy. Make it anew with spc_chart, and show that."
            )
        if policy.confidential:
            frame = self.frame
            frame.attrs["confidential"] = True
            return replace(self, policy=policy, statement=Statement(frame=frame, policy=policy))
        if not self.can_leave():
            raise DisclosureError(_NO_COUNTS)
        return self._of_shown(policy)

    def _of_shown(self, policy: Policy) -> SpcChart:
        """Hide points and judge the others anew."""
        points, audit, hidden = hide_points(
            self.points,
            self.plan.kind,
            has_n=self.has_n,
            about=self.about,
            members=self.members,
            policy=policy,
        )
        judged, parts = judge(points, self.plan)
        made = replace(
            self, points=points, judged=judged, parts=_described(judged, parts, self.plan),
            policy=policy,
        )  # fmt: skip
        frame = made._named(judged)
        for name in ("y", "n"):  # as printed; what has no count of people is not told
            frame[name] = frame.get(f"{name}_text", "")
        said = Statement(
            frame=frame[made._columns(_FRAME)], policy=policy, hidden=hidden, audit=audit
        )
        return replace(made, statement=said)

    def disclosure(self) -> Statement:
        """Say what leaves: the points that may be shown, with lines that rest on them alone.

        Returns
        -------
        Statement
            The frame with counts as text, its policy, hidden counts and the attacker's intervals.

        Raises
        ------
        DisclosureError
            When the points do not say how many patients stand behind them.
        """
        said = self.shown(self.policy).statement
        if said is None:
            raise DisclosureError(_NO_COUNTS)
        return said

    def __repr__(self) -> str:
        """Show the sentences."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Show the sentences and what the rules found."""
        text = "<br>".join(html.escape(line) for line in self.summary().split("\n"))
        return f"<p>{text}</p>"

    def _columns(self, names: Sequence[str]) -> list[str]:
        """Put the column of the groups first."""
        return [*([self.by] if self.by else []), *names]

    def _named(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Give the groups their own name."""
        return frame.rename(columns={"group": self.by}) if self.by else frame.copy()


_NO_COUNTS = (
    "The points do not say how many patients stand behind them, so the chart stays inside. Give "
    "their number with n= (the sum of the values as y) or patients=, or count events per period."
)


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
        Column of the place in time: dates, periods, numbers, ordered categories; texts stay in
        the order of the rows. The order of the rows when left out.
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
        parts=_described(judged, parts, plan),
        plan=plan,
        by=by or "",
        has_n=n is not None,
        has_patients=patients is not None,
        about=str(data.attrs.get(ABOUT, "")),
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


def _described(judged: pd.DataFrame, parts: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Add icons and sentences to the parts."""
    of_part = dict(list(judged.groupby(["group", "part"], sort=False)))
    rows = [(part, of_part[(part["group"], part["part"])]) for _, part in parts.iterrows()]
    return parts.assign(
        variation=[variation(points, part) for part, points in rows],
        assurance=[assurance(part, plan) for part, _ in rows],
        sentence=[chart_sentence(part, points, plan) for part, points in rows],
        false_signals=[false_signal_sentence(part, plan) for part, _ in rows],
    )
