"""A control chart: its points with lines and signals, what it says, and what of it may leave."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import cast

import pandas as pd

from analysis.disclosure import RELEASE, Members, Policy, Statement, held_together
from analysis.errors import DisclosureError
from analysis.quality.charts.judged import Plan, judge
from analysis.quality.charts.spc_parts import hide_parts
from analysis.quality.charts.spc_release import Source, can_leave, hide_points
from analysis.quality.charts.words import (
    assurance,
    chart_sentence,
    false_signal_sentence,
    variation,
)

__all__ = ["SpcChart", "describe_parts"]

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
    "run_rules_rate",
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
    time : str
        What the places in time count from, in words; empty when not known.
    beside : SpcChart, optional
        The chart of all groups together, where groups are its parts: points are then hidden that
        both together would give away.
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
    time: str = ""
    beside: SpcChart | None = field(default=None, repr=False)
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
            where runs are unusual), ``variation, assurance, run_rules_rate`` (exact, of Anhøj's
            rules of runs about a known centre), ``false_signal_rate`` (of the whole chart).
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
        points, audit, hidden = self._hide(policy)
        judged, parts = judge(points, self.plan)
        made = replace(
            self, points=points, judged=judged, parts=describe_parts(judged, parts, self.plan),
            policy=policy,
        )  # fmt: skip
        frame = made._named(judged)
        for name in ("y", "n"):  # as printed; what has no count of people is not told
            frame[name] = frame.get(f"{name}_text", "")
        said = Statement(
            frame=frame[made._columns(_FRAME)], policy=policy, hidden=hidden, audit=audit
        )
        return replace(made, statement=said)

    def _hide(self, policy: Policy) -> tuple[pd.DataFrame, pd.DataFrame, int]:
        """Hide points, alone or beside the chart of all groups together, which is shown first."""
        if self.beside is None:
            return hide_points(self.points, self._source, policy)
        with held_together():
            self.beside.shown(policy)
            return hide_parts(
                (self.points, self._source), (self.beside.points, self.beside._source), policy
            )

    @property
    def _source(self) -> Source:
        """What disclosure control must know of the points."""
        return Source(kind=self.plan.kind, has_n=self.has_n, about=self.about, members=self.members)

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
        return cast("Statement", self.shown(self.policy).statement)  # what is shown has one

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


def describe_parts(judged: pd.DataFrame, parts: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Add icons and sentences to the parts.

    Parameters
    ----------
    judged, parts : pandas.DataFrame
        What `judge` returns.
    plan : Plan
        How points were judged.

    Returns
    -------
    pandas.DataFrame
        The parts with ``variation, assurance, sentence, false_signals``.
    """
    of_part = dict(list(judged.groupby(["group", "part"], sort=False)))
    rows = [(part, of_part[(part["group"], part["part"])]) for _, part in parts.iterrows()]
    return parts.assign(
        variation=[variation(points, part, plan) for part, points in rows],
        assurance=[assurance(part, plan) for part, _ in rows],
        sentence=[chart_sentence(part, points, plan) for part, points in rows],
        false_signals=[false_signal_sentence(part, plan) for part, _ in rows],
    )
