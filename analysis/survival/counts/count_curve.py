"""Mean cumulative counts of groups, and what is read off them.

Estimating the counts from a frame is in mean_cumulative_count.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.results import (
    FloatArray,
    check_conf_level,
    critical_value,
    frame_to_html,
    frame_to_text,
)
from analysis.survival.asked import asked_times
from analysis.survival.counts.mean_count import CountSteps
from analysis.survival.curves.readings import reading
from analysis.survival.stacking import stack_groups

__all__ = ["CONF_TYPES", "CountCurve"]

CONF_TYPES = ("log", "plain")
"""Scales on which limits of a count are symmetric."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CountCurve:
    """Mean number of events per patient over time in one or more groups.

    Parameters
    ----------
    groups : tuple of CountSteps
        One curve per level.
    levels : pandas.Index
        Groups in order; its name is the column, None without groups.
    conf_type : str
        Scale of the confidence limits.
    fit : pandas.DataFrame
        One row about the curves, see `glance`.
    """

    groups: tuple[CountSteps, ...]
    levels: pd.Index
    conf_type: str
    fit: pd.DataFrame

    def at(self, times: Iterable[float], conf_level: float = 0.95) -> pd.DataFrame:
        """Return the mean number of events per patient up to and including each time.

        Parameters
        ----------
        times : iterable of float
            Times in the units of the data, at least 0.
        conf_level : float
            Two-sided, pointwise coverage.

        Returns
        -------
        pandas.DataFrame
            The ``by`` column, ``time, n_risk, estimate, std_error, conf_low, conf_high``.

        Notes
        -----
        ``n_risk`` counts rows with start < t <= stop. After the last time of a group its count is
        not known: NaN.
        """
        asked = asked_times(times)
        check_conf_level(conf_level)
        return self._stack(lambda steps: self._read_off(steps, asked, conf_level))

    def curve(self, conf_level: float = 0.95) -> pd.DataFrame:
        """Return every step of every curve.

        Parameters
        ----------
        conf_level : float
            Two-sided, pointwise coverage.

        Returns
        -------
        pandas.DataFrame
            The ``by`` column, ``time, n_risk, n_event, n_terminal, estimate, std_error, conf_low,
            conf_high``; one row per distinct end of a row of the data.
        """
        check_conf_level(conf_level)
        return self._stack(lambda steps: self._steps(steps, conf_level))

    def risk_table(self, times: Iterable[float]) -> pd.DataFrame:
        """Return numbers at risk, with events so far.

        Parameters
        ----------
        times : iterable of float
            Times in the units of the data, at least 0.

        Returns
        -------
        pandas.DataFrame
            The ``by`` column, ``time, n_risk, n_event, n_terminal``; the last two count up to and
            including the time.
        """
        asked = asked_times(times)
        return self._stack(lambda steps: _risk(steps, asked))

    def glance(self) -> pd.DataFrame:
        """Return one row about the curves.

        Returns
        -------
        pandas.DataFrame
            ``n_subjects, n_obs`` (rows), ``n_event, n_terminal, n_gaps`` (spells out of sight),
            ``n_dropped, n_groups, conf_type, estimator, variance``.
        """
        return self.fit.copy()

    def summary(self) -> str:
        """Return the mean count at the end of each curve as text."""
        return f"{self._title()}\n{frame_to_text(self._overview())}"

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return frame_to_html(self._overview(), caption=self._title())

    def _title(self) -> str:
        """Name the estimate and its conventions."""
        return (
            f"Mean cumulative count of events per patient ({self.fit['estimator'].iloc[0]}), "
            f"variance robust by patient, {self.conf_type} confidence limits"
        )

    def _overview(self) -> pd.DataFrame:
        """Show each curve at its last time."""
        ends = self._stack(lambda steps: self._steps(steps, 0.95).tail(1))
        totals = self._stack(lambda steps: _risk(steps, steps.alive.time[-1:]))
        return ends.assign(n_event=totals["n_event"], n_terminal=totals["n_terminal"]).drop(
            columns="n_risk"
        )

    def _stack(self, table: Callable[[CountSteps], pd.DataFrame]) -> pd.DataFrame:
        """Make one table per group and stack them beside the group column."""
        tables = [table(steps) for steps in self.groups]
        return stack_groups(tables, self.levels, whole_numbers=True)

    def _read_off(self, steps: CountSteps, asked: FloatArray, conf_level: float) -> pd.DataFrame:
        """Read the curve off at the asked times."""
        found = reading(steps.alive, asked)
        shown = pd.DataFrame({"time": asked, "n_risk": found.n_risk})
        mean, variance = found.values(steps.mean), found.values(steps.variance)
        return self._with_limits(shown, mean, variance, conf_level)

    def _steps(self, steps: CountSteps, conf_level: float) -> pd.DataFrame:
        """Lay out all steps of one group."""
        shown = pd.DataFrame(
            {
                "time": steps.alive.time,
                "n_risk": steps.alive.n_risk,
                "n_event": steps.n_event,
                "n_terminal": steps.alive.n_event,
            }
        )
        return self._with_limits(shown, steps.mean, steps.variance, conf_level)

    def _with_limits(
        self, shown: pd.DataFrame, mean: FloatArray, variance: FloatArray, conf_level: float
    ) -> pd.DataFrame:
        """Add estimates, standard errors and limits; a count of 0 has limits 0."""
        std_error = np.sqrt(variance)
        margin = critical_value(np.inf, conf_level) * std_error
        if self.conf_type == "log":
            spread = np.exp(np.divide(margin, mean, out=np.zeros_like(mean), where=mean != 0.0))
            low, high = mean / spread, mean * spread
        else:
            low, high = np.maximum(mean - margin, 0.0), mean + margin
        return shown.assign(estimate=mean, std_error=std_error, conf_low=low, conf_high=high)


def _risk(steps: CountSteps, asked: FloatArray) -> pd.DataFrame:
    """Count at risk, events and terminal events so far."""
    found = reading(steps.alive, asked)
    return pd.DataFrame(
        {
            "time": asked,
            "n_risk": found.n_risk,
            "n_event": found.so_far(steps.n_event),
            "n_terminal": found.so_far(steps.alive.n_event),
        }
    )
