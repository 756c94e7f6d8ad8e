"""Cumulative incidence curves of groups, and what is read off them.

Estimating the curves from a frame is in cumulative_incidence.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.results import FloatArray, check_conf_level, frame_to_html, frame_to_text
from analysis.survival.asked import asked_times
from analysis.survival.competing.aalen_johansen import IncidenceSteps
from analysis.survival.curves.probability_limits import with_limits
from analysis.survival.curves.readings import reading
from analysis.survival.stacking import repeat_times, stack_groups

__all__ = ["IncidenceCurve"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class IncidenceCurve:
    """Cumulative incidence of each cause in one or more groups.

    Parameters
    ----------
    groups : tuple of IncidenceSteps
        One set of curves per level.
    levels : pandas.Index
        Groups in order; its name is the column, None without groups.
    causes : pandas.Index
        Causes in order.
    conf_type : str
        Scale of the confidence limits.
    weighted : bool
        Whether numbers are sums of weights.
    fit : pandas.DataFrame
        One row about the curves, see `glance`.
    """

    groups: tuple[IncidenceSteps, ...]
    levels: pd.Index
    causes: pd.Index
    conf_type: str
    weighted: bool
    fit: pd.DataFrame

    def at(self, times: Iterable[float], conf_level: float = 0.95) -> pd.DataFrame:
        """Return the probability of an event of each cause up to and including each time.

        Parameters
        ----------
        times : iterable of float
            Times in the units of the data, at least 0.
        conf_level : float
            Two-sided, pointwise coverage.

        Returns
        -------
        pandas.DataFrame
            The ``by`` column, ``event`` (the cause), ``time, n_risk, estimate, std_error,
            conf_low, conf_high``.

        Notes
        -----
        ``n_risk`` counts those with entry < t <= time. After the last time of a group its curves
        are not known: NaN, unless all patients have had an event.
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
            The ``by`` column, ``event, time, n_risk, n_event, n_censored, estimate, std_error,
            conf_low, conf_high``; one row per cause and distinct time of event or censoring. The
            scale and level of the limits are in ``attrs``.
        """
        check_conf_level(conf_level)
        steps = self._stack(lambda steps: self._steps(steps, conf_level))
        steps.attrs |= {"conf_type": self.conf_type, "conf_level": conf_level}
        return steps

    def support(self) -> pd.DataFrame:
        """Return every step with the counts behind it, by which `release` decides.

        Returns
        -------
        pandas.DataFrame
            As `curve`; ``n_risk`` is missing where weights are counted instead of patients.
        """
        steps = self.curve()
        return steps.assign(n_risk=np.nan) if self.weighted else steps

    def risk_table(self, times: Iterable[float]) -> pd.DataFrame:
        """Return numbers at risk, with events of each cause and censorings so far.

        Parameters
        ----------
        times : iterable of float
            Times in the units of the data, at least 0.

        Returns
        -------
        pandas.DataFrame
            The ``by`` column, ``event, time, n_risk, n_event, n_censored``; the last two count
            up to and including the time, events of the cause only.
        """
        asked = asked_times(times)
        return self._stack(lambda steps: self._risk(steps, asked))

    def glance(self) -> pd.DataFrame:
        """Return one row about the curves.

        Returns
        -------
        pandas.DataFrame
            ``n_obs, n_event`` (of any cause), ``n_censored, n_dropped, n_groups, n_causes,
            conf_type, variance, delayed_entry, weighted``; numbers are of rows.
        """
        return self.fit.copy()

    def summary(self) -> str:
        """Return numbers and the incidence at the end of each curve as text."""
        return f"{self._title()}\n{frame_to_text(self._overview())}"

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return frame_to_html(self._overview(), caption=self._title())

    def _title(self) -> str:
        """Name the estimate and its conventions."""
        variance = self.fit["variance"].iloc[0]
        return f"Cumulative incidence, {variance} variance, {self.conf_type} confidence limits"

    def _overview(self) -> pd.DataFrame:
        """Show each curve at its last time."""
        ends = self._stack(
            lambda steps: self._steps(steps, 0.95).groupby("event", sort=False).tail(1)
        )
        totals = self._stack(lambda steps: self._risk(steps, steps.free.time[-1:]))
        return ends.assign(n_event=totals["n_event"]).drop(columns=["n_risk", "n_censored"])

    def _stack(self, table: Callable[[IncidenceSteps], pd.DataFrame]) -> pd.DataFrame:
        """Make one table per group and stack them beside the group column."""
        tables = [table(steps) for steps in self.groups]
        return stack_groups(tables, self.levels, whole_numbers=not self.weighted)

    def _read_off(
        self, steps: IncidenceSteps, asked: FloatArray, conf_level: float
    ) -> pd.DataFrame:
        """Read the curves off at the asked times."""
        found = reading(steps.free, asked)
        return with_limits(
            repeat_times("event", self.causes, asked, n_risk=found.n_risk),
            found.values(steps.incidence),
            found.values(steps.variance),
            conf_type=self.conf_type,
            conf_level=conf_level,
        )

    def _steps(self, steps: IncidenceSteps, conf_level: float) -> pd.DataFrame:
        """Lay out all steps of one group."""
        free = steps.free
        return with_limits(
            repeat_times(
                "event",
                self.causes,
                free.time,
                n_risk=free.n_risk,
                n_event=steps.n_event,
                n_censored=free.n_censored,
            ),
            steps.incidence,
            steps.variance,
            conf_type=self.conf_type,
            conf_level=conf_level,
        )

    def _risk(self, steps: IncidenceSteps, asked: FloatArray) -> pd.DataFrame:
        """Count at risk, events and censorings so far."""
        found = reading(steps.free, asked)
        return repeat_times(
            "event",
            self.causes,
            asked,
            n_risk=found.n_risk,
            n_event=found.so_far(steps.n_event),
            n_censored=found.so_far(steps.free.n_censored),
        )
