"""Charts of clinics side by side: a row per clinic, and what all of them say together."""

from __future__ import annotations

import html
from dataclasses import asdict, dataclass, field, replace
from typing import cast

import numpy as np
import pandas as pd

from analysis.disclosure import RELEASE, Policy, Statement
from analysis.quality.charts.clinic_words import conclusion_of, lacking_of
from analysis.quality.charts.detectable import detectable_step
from analysis.quality.charts.first_signal import first_signal
from analysis.quality.charts.spc_result import SpcChart
from analysis.quality.charts.words import written_x

__all__ = ["ClinicCharts"]

_LINES = ["centre", "lower", "upper"]
_NEARLY_NONE = 0.05  # signals, which would be written as 0.0 or less


@dataclass(frozen=True, kw_only=True, eq=False)
class ClinicCharts:
    """A control chart per clinic, by one period for all of them.

    Parameters
    ----------
    chart : SpcChart
        The charts, with that of the network beside them.
    period : str
        "month", "quarter", "half-year" or "year".
    rows : pandas.DataFrame
        One row per clinic, as `tidy` gives it.
    """

    chart: SpcChart
    period: str
    rows: pd.DataFrame = field(repr=False)

    @classmethod
    def of(cls, chart: SpcChart, *, period: str) -> ClinicCharts:
        """Gather what the charts say, clinic by clinic.

        Parameters
        ----------
        chart : SpcChart
            Charts of clinics without parts, and of the kinds that `quality_series` gives.
        period : str
            Name of the period.

        Returns
        -------
        ClinicCharts
            In the order of the names of clinics.
        """
        points = dict(list(chart.judged.groupby("group", sort=False)))
        rows = [_row(points[part["group"]], part, chart, period)
                for _, part in chart.parts.iterrows()]  # fmt: skip
        return cls(chart=chart, period=period, rows=pd.DataFrame(rows))

    def tidy(self) -> pd.DataFrame:
        """Say what the chart of each clinic shows, one row per clinic.

        Returns
        -------
        pandas.DataFrame
            The clinics under their own name, ``first, last`` (periods), ``periods`` (from the
            first to the last), ``points`` (that have a value and may be shown), ``centre, lower,
            upper`` (of the last point), ``signal, since, rule, direction, meaning, first_point``
            (of the first signal, see `FirstSignal`), ``detectable_step`` (the least lasting step to
            the worse, from half way on, that gives a signal on 80 % of such charts; missing where
            none does),
            ``false_signal_rate, sentence, lacking`` (what is missing to judge runs; else empty).
        """
        return self.rows.rename(columns={"group": self.chart.by})

    def sentences(self) -> pd.DataFrame:
        """Say in one sentence per clinic whether there is a signal.

        Returns
        -------
        pandas.DataFrame
            The clinics under their own name, ``sentence`` and ``false_signals``.
        """
        return self.chart.sentences()

    @property
    def expected_false_signals(self) -> float:
        """How many of the charts would give a signal if no clinic changed, on average.

        Charts on which no signal is possible, or of which it cannot be computed, count as 0.
        """
        return float(self.rows["false_signal_rate"].fillna(0.0).sum())

    @property
    def conclusion(self) -> str:
        """The answer in words: which clinics have a signal and since when, or that none has."""
        return conclusion_of(self.rows)

    @property
    def false_signals(self) -> str:
        """The sentence about false signals over all charts together."""
        rates = self.rows["false_signal_rate"].fillna(0.0)
        if self.rows["detectable_step"].isna().all() and not self.rows["signal"].any():
            return (
                "On charts as short as these no change, however large, is likely to show: that "
                "there is no signal says nothing."
            )
        if rates.sum() < _NEARLY_NONE:
            return (
                f"False signals expected over all {len(rates)} charts together, if no clinic "
                "changed: fewer than 0.1."
            )
        chance = 1.0 - float(np.prod(1.0 - rates))
        return (
            f"Many charts give more false signals: if no clinic changed, {rates.sum():.1f} signals "
            f"would be expected over all {len(rates)} charts, and at least one with a probability "
            f"of {round(100 * chance)}%."
        )

    def shown(self, policy: Policy = RELEASE) -> ClinicCharts:
        """Return the charts of what may be shown: everything is computed anew from it.

        Parameters
        ----------
        policy : Policy
            The least count that may be shown; for the internal audience nothing is hidden.

        Returns
        -------
        ClinicCharts
            Hidden points are gaps, and lines, signals and rates rest on the others alone.

        Raises
        ------
        DisclosureError
            When the charts were made by another policy.
        """
        if self.chart.statement is not None and policy == self.chart.policy:
            return self
        return ClinicCharts.of(self.chart.shown(policy), period=self.period)

    def disclosure(self) -> Statement:
        """Say what leaves: a row per clinic of what may be shown, with the counts hidden for it.

        Returns
        -------
        Statement
            The rows, their policy, hidden counts and the attacker's intervals.
        """
        shown = self.shown(self.chart.policy)
        of_points = cast("Statement", shown.chart.statement)  # what is shown has one
        frame = shown.tidy()
        frame.attrs = {"confidential": True} if of_points.policy.confidential else {}
        return replace(of_points, frame=frame)

    def summary(self) -> str:
        """Return the answer, a sentence per clinic, and how many signals chance gives.

        Returns
        -------
        str
            One line each.
        """
        pairs = zip(self.rows["group"], self.rows["sentence"], strict=True)
        lines = [f"{name}: {sentence}" for name, sentence in pairs]
        return "\n".join([self.conclusion, *lines, self.false_signals])

    def __repr__(self) -> str:
        """Show the summary."""
        return self.summary()

    def _repr_html_(self) -> str:
        """Show the summary, everything escaped."""
        return f"<p>{'<br>'.join(html.escape(line) for line in self.summary().splitlines())}</p>"


def _row(points: pd.DataFrame, part: pd.Series, chart: SpcChart, period: str) -> dict[str, object]:
    """Gather what one chart says."""
    signal = first_signal(points, part, chart.plan.improvement)
    return {
        "group": str(part["group"]),
        "first": written_x(part["first"]),
        "last": written_x(part["last"]),
        "periods": len(points),
        "points": int(part["n_points"]),
        **{name: part[name] for name in _LINES},
        "signal": bool(part["signal"]),
        **asdict(signal),
        "detectable_step": _detectable(points, part, chart),
        "false_signal_rate": part["false_signal_rate"],
        "sentence": part["sentence"],
        "lacking": lacking_of(points, part, chart, period),
    }


def _detectable(points: pd.DataFrame, part: pd.Series, chart: SpcChart) -> float:
    """Find the least step to the worse that the chart would show, in the unit of the chart."""
    plan = chart.plan
    known = points[points["value"].notna() & ~points["excluded"]]
    if known.empty:
        return float("nan")
    sizes = known["n"].to_numpy(dtype=float)
    errors = (known["upper"] - known["centre"]).to_numpy(dtype=float) / 3.0
    return plan.per * detectable_step(
        plan.kind,
        centre=float(part["centre"]) / plan.per,
        sizes=sizes,
        deviation=float(np.median(errors * np.sqrt(sizes))) / plan.per,
        way=-1 if plan.improvement == "up" else 1,
        method=plan.method,
        rules=plan.rules,
    )
